"""Pages that are asked for ahead: how many, by whom, and that nothing is left of them."""

import asyncio
import gc
import json
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from idc_client import Client

from idc_ext import PagingError, connect, deadline, v1, v3
from idc_ext._paging.pages import SLOW_ANSWER
from idc_ext.errors import DeadlineExceeded
from idc_ext.v1 import _pages as v1_pages
from tests.support import patching
from tests.support.applied_filters import with_filters_echo
from tests.support.patching import Clock
from tests.support.standin_process import NOWHERE
from tests.support.v1_service import SPEC, manifest_page
from tests.support.v3_service import RIDER, client, collect, manifest_service
from tests.support.walks import ROWS, UIDS, linked, manifest, uids, wait_until


class Slow:
    """A server of pages that come when they are allowed to."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.let = threading.Event()

    def __call__(self, path: str, body: Any) -> Any:
        self.asked.append(body.get("page", path))
        if body.get("page"):
            assert self.let.wait(10)
        return manifest_service(ROWS)(path, body)


def ours() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("idc_ext")]


def test_the_next_pages_are_asked_for_while_one_is_used_and_no_more_than_wanted() -> None:
    slow = Slow()
    pages = manifest(2, slow, ahead=3).pages()
    assert next(pages).rows
    assert wait_until(lambda: len(slow.asked) == 5)
    assert not wait_until(lambda: len(slow.asked) > 5, 0.1)
    assert slow.asked[:2] == ["/v3/version", 0]
    assert sorted(slow.asked[2:]) == [1, 2, 3]
    slow.let.set()
    assert sum(len(page.rows) for page in pages) == 9
    assert sorted(map(str, slow.asked)) == sorted(["/v3/version", *map(str, range(6)), "/v3/version"])


def test_where_a_page_says_what_asks_for_the_next_one_is_asked_for_ahead() -> None:
    seen: list[str | None] = []
    pages = linked([[1], [2], [3], [4]], seen).walk(ahead=3).pages()
    assert next(pages).rows == [1]
    assert wait_until(lambda: seen == [None, "1"])
    assert not wait_until(lambda: len(seen) > 2, 0.1)
    assert [page.rows for page in pages] == [[2], [3], [4]]
    assert seen == [None, "1", "2", "3"]


def test_no_thread_is_left_when_a_loop_is_left_early() -> None:
    slow = Slow()
    for one in manifest(2, slow, ahead=3):
        assert one
        break
    assert wait_until(lambda: len(slow.asked) == 5)
    slow.let.set()
    assert wait_until(lambda: not ours())
    assert len(slow.asked) == 5


async def test_no_task_is_left_when_a_loop_is_left_early() -> None:
    asked = []

    async def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        asked.append(body.get("page"))
        if body.get("page"):
            await asyncio.sleep(60)
        return httpx.Response(200, json=with_filters_echo(body, manifest_service(ROWS)(request.url.path, body)))

    async with connect(NOWHERE, transport=httpx.MockTransport(answer)) as idc:
        before = asyncio.all_tasks()
        async for one in v3.manifest(idc, RIDER, page_size=2).walk(ahead=3):
            assert one
            await asyncio.sleep(0.01)
            break
        await asyncio.sleep(0.01)
        assert sorted(page for page in asked if page is not None) == [0, 1, 2, 3]
        assert asyncio.all_tasks() == before


def test_a_second_thread_gets_an_error_and_the_first_one_every_page() -> None:
    slow = Slow()
    walk, got = manifest(4, slow).pages(), []
    got.append(next(walk))
    thread = threading.Thread(target=lambda: got.extend(walk))
    thread.start()
    assert wait_until(lambda: 1 in slow.asked)
    with pytest.raises(RuntimeError, match="/v3/cohort/manifest: another thread"):
        next(walk)
    slow.let.set()
    thread.join()
    assert uids(one for page in got for one in page.rows) == UIDS


@pytest.mark.parametrize("size", [1, 4, 11])
def test_two_threads_at_one_loop_over_rows_lose_none_without_an_error(size: int) -> None:
    def through() -> None:
        try:
            got.extend(walk)
        except RuntimeError:
            reported.append(size)

    slow, reported = Slow(), list[int]()
    slow.let.set()
    for _ in range(20):
        walk, got = iter(manifest(size, slow)), []
        threads = [threading.Thread(target=through) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(uids(got)) == UIDS or reported
        reported.clear()


async def test_a_second_task_gets_an_error_and_the_first_one_its_row() -> None:
    let = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        await let.wait()
        body = json.loads(request.content or b"{}")
        return httpx.Response(200, json=with_filters_echo(body, manifest_service(ROWS)(request.url.path, body)))

    async with connect(NOWHERE, transport=httpx.MockTransport(answer)) as idc:
        walk = aiter(v3.manifest(idc, RIDER))
        first = asyncio.ensure_future(anext(walk))
        await asyncio.sleep(0.01)
        with pytest.raises(RuntimeError, match="another thread or task"):
            await anext(walk)
        let.set()
        assert uids([await first, *[one async for one in walk]]) == UIDS


def test_errors_come_in_their_turn_and_asking_again_repeats_the_request() -> None:
    asked: list[Any] = []

    def answer(path: str, body: Any) -> Any:
        asked.append(body.get("page"))
        if body.get("page") == 2 and asked.count(2) == 1:
            raise httpx.ReadError("reset")
        return manifest_service(ROWS)(path, body)

    # A client from `connect` would ask again by itself.
    walk, got = iter(v3.manifest(client(answer, Client), RIDER, page_size=2).walk(ahead=3)), []
    while len(got) < len(UIDS):
        try:
            got.append(next(walk).series_instance_uid)
        except httpx.ReadError:
            assert len(got) == 4
    assert got == UIDS
    assert asked.count(2) == 2


async def test_an_error_that_is_never_retrieved_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    def answer(path: str, body: Any) -> Any:
        return httpx.Response(400, json={"detail": "no"}) if body.get("page") else manifest_service(ROWS)(path, body)

    pages = manifest(2, answer, ahead=2).pages()
    await anext(pages)
    await asyncio.sleep(0.01)
    pages.close()
    del pages
    await asyncio.sleep(0.01)
    assert "never retrieved" not in caplog.text


def test_a_page_is_not_lost_where_the_next_cannot_be_asked_for_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Any) -> None:
        raise RuntimeError("no more threads")

    path = tmp_path / "checkpoint"
    walk = iter(manifest(3, ahead=2, checkpoint=path))
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError, match="no more threads"):
        next(walk)
    monkeypatch.undo()
    with pytest.raises(PagingError, match="interrupted"):
        next(walk)
    del walk
    assert uids(manifest(3, checkpoint=path)) == UIDS


class Late:
    """A server whose pages take their time by the clock, and which says what it was asked for."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock, self.seconds = clock, seconds
        self.asked: list[Any] = []

    def __call__(self, path: str, body: Any) -> Any:
        if "page" in body:
            self.asked.append(body["page"])
            self.clock.move(self.seconds)
        return manifest_service(ROWS)(path, body)


@pytest.mark.parametrize("use", [lambda rows: rows.to_arrow(), lambda rows: list(rows)])
def test_where_answers_take_their_time_the_next_page_is_on_its_way_while_one_is_read(
    use: Callable[[Any], Any], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(content: bytes) -> None:
        if json.loads(content)["page"] == 3:
            found.append(wait_until(lambda: 4 in late.asked))

    late, found = Late(clock, 2 * SLOW_ANSWER), list[bool]()
    patching.pages_of_v3(monkeypatch, read)
    use(manifest(2, late))
    assert sorted(late.asked) == list(range(6))
    assert found == [True]


@pytest.mark.parametrize("seconds", [0, 2 * SLOW_ANSWER])
def test_pages_are_asked_for_ahead_only_where_all_are_wanted_and_answers_take_their_time(
    seconds: float, clock: Clock
) -> None:
    late = Late(clock, seconds)
    pages = manifest(2, late).pages()
    assert [next(pages), next(pages), next(pages)]
    walk = iter(manifest(2, late))
    assert [next(walk), next(walk)]
    batches = manifest(2, late).batches() if not seconds else None
    if batches is not None:
        batches.read_next_batch()
    time.sleep(0.05)
    assert late.asked == [0, 1, 2, 0, *([] if seconds else [0])]


@pytest.mark.parametrize("most", [None, 3])
def test_v1s_next_page_is_on_its_way_while_one_is_read_unless_rows_are_counted(
    most: int | None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, found = list[int](), list[bool]()

    def answer(request: httpx.Request) -> httpx.Response:
        n = int(request.url.params.get("next_page", "0"))
        asked.append(n)
        clock.move(2 * SLOW_ANSWER)
        page = manifest_page({"SeriesInstanceUID": str(n)}, next_page=str(n + 1) if n < 4 else "")
        return httpx.Response(200, json={**page, "manifest": {**page["manifest"], "totalFound": 5}})

    def read(content: bytes) -> None:
        if json.loads(content)["next_page"] == "4":  # the fourth page
            found.append(wait_until(lambda: 4 in asked))

    patching.pages_of_v1(monkeypatch, read)
    idc = connect(NOWHERE, transport=httpx.MockTransport(answer))
    rows = v1.preview_manifest(idc, SPEC, fields=["SeriesInstanceUID"]).walk(max_items=most)
    assert [one.series_instance_uid for one in rows] == list("01234")[:most]
    assert sorted(asked) == list(range(most or 5))
    assert found == ([True] if most is None else [])


@pytest.mark.parametrize(
    ("content", "token"),
    [
        (b'{"next_page": "abc"}', "abc"),
        (b'{"a": {}, "next_page":"a-b_c=="}\n', "a-b_c=="),
        (b'{"next_page": ""}', None),
        (b'{"next_page": "a", "code": 200}', None),
        (b'{"a": "\\"next_page\\": \\"a\\"}"}', None),
        (b'{"next_page": "a\\u0062"}', None),
        (b"", None),
    ],
)
def test_a_token_is_found_only_where_a_body_ends_with_it(content: bytes, token: str | None) -> None:
    assert v1_pages.find_next_token(content) == token


async def test_tasks_look_ahead_by_themselves_as_threads_do(clock: Clock) -> None:
    asked: list[Any] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        if "page" in body:
            asked.append(body["page"])
            clock.move(2 * SLOW_ANSWER)
            await asyncio.sleep(0)
        return httpx.Response(200, json=with_filters_echo(body, manifest_service(ROWS)(request.url.path, body)))

    async with connect(NOWHERE, transport=httpx.MockTransport(answer)) as idc:
        reading = [(one.series_instance_uid, len(asked)) async for one in v3.manifest(idc, RIDER, page_size=2)]
    assert [uid for uid, _ in reading] == UIDS
    assert asked == list(range(6))
    assert dict(reading)[UIDS[0]] == 1
    assert dict(reading)[UIDS[6]] == 5


def test_the_deadline_of_a_walk_is_that_of_the_pages_asked_for_ahead() -> None:
    slow = Slow()
    with deadline(0.2), pytest.raises(DeadlineExceeded):
        list(manifest(2, lambda path, body: time.sleep(0.15) or slow(path, body), ahead=2))
    slow.let.set()
    assert wait_until(lambda: not ours())


def test_a_walk_that_was_closed_does_not_look_whole() -> None:
    with manifest(2).pages() as pages:
        next(pages)
    with pytest.raises(PagingError, match="ended early"):
        next(pages)
    with manifest(20).pages() as pages:
        assert len(list(pages)) == 1
    assert list(pages) == []


async def test_bodies_do_not_wait_for_the_garbage_collector_sync_and_async(standin: str) -> None:
    seen: list[weakref.ref[httpx.Response]] = []

    def see(response: httpx.Response) -> None:
        seen.append(weakref.ref(response))

    async def asee(response: httpx.Response) -> None:
        see(response)

    gc.disable()
    try:
        with connect(standin, event_hooks={"response": [see]}) as idc:
            assert len(list(v3.manifest(idc, {"collection_id": "rider_pilot"}, page_size=100))) == 774
        async with connect(standin, event_hooks={"response": [asee]}) as idc:
            assert len(await collect(v3.manifest(idc, {"collection_id": "rider_pilot"}, page_size=100))) == 774
        assert len(seen) == 20
        assert [one() for one in seen if one() is not None] == []
    finally:
        gc.enable()
