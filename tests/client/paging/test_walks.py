"""How rows are walked: so many of them, looking ahead, saying how far, and going on where an earlier walk was."""

import asyncio
import gc
import json
import os
import stat
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idc_client import Client

from idc_ext import (
    CheckpointError,
    DataReleaseChanged,
    InvalidRequest,
    PagingError,
    Progress,
    Rows,
    connect,
    deadline,
    v1,
    v3,
)
from idc_ext._http.calls import Call
from idc_ext._paging.pages import SLOW
from idc_ext._paging.request import Patience
from idc_ext.errors import DeadlineExceeded
from idc_ext.v1 import _pages as v1_pages
from tests.support import patching
from tests.support.applied_filters import echoed
from tests.support.number_pages import FIRST, parse, resume
from tests.support.patching import Clock
from tests.support.standin_process import NOWHERE
from tests.support.v1_service import SPEC, manifest_page
from tests.support.v3_service import RIDER, VERSION, archive, client, collect, page_of, row

ROWS = [row(n) for n in range(11)]
UIDS = [one["SeriesInstanceUID"] for one in ROWS]
OPTIONS = {
    "total": st.integers(0, 12),
    "size": st.integers(1, 5),
    "ahead": st.integers(0, 4),
    "most": st.none() | st.integers(0, 14),
}


def uids(rows: Any) -> list[str]:
    return [one.series_instance_uid for one in rows]


def manifest(size: int = 3, answer: Callable[[str, Any], Any] | None = None, **how: Any) -> Rows[Any]:
    return v3.manifest(client(answer or archive(ROWS)), RIDER, page_size=size).walk(**how)


def linked(pages: list[list[int]], seen: list[str | None] | None = None) -> Rows[int]:
    """Rows whose pages each say what asks for the next, as those of v1 do."""

    def answer(request: httpx.Request) -> httpx.Response:
        token = request.url.params.get("token")
        if seen is not None:
            seen.append(token)
        n = int(token or 0)
        following = str(n + 1) if n + 1 < len(pages) else ""
        return httpx.Response(200, json={"rows": pages[n], "total": None, "token": following})

    return Rows(connect(NOWHERE, transport=httpx.MockTransport(answer)), FIRST, resume, parse, Patience(first=0.001))


# So many:


@given(**OPTIONS)
def test_any_way_to_walk_gives_the_first_rows_in_order_in_both_colours(
    total: int, size: int, ahead: int, most: int | None
) -> None:
    rows = v3.manifest(client(archive(ROWS[:total])), RIDER, page_size=size).walk(max_items=most, ahead=ahead)
    assert uids(rows) == uids(asyncio.run(collect(rows))) == UIDS[:total][:most]
    assert sum(len(page.rows) for page in rows.pages()) == len(UIDS[:total][:most])


def test_no_rows_at_all_are_had_without_a_request() -> None:
    assert list(manifest(max_items=0, answer=lambda *_: pytest.fail("something was sent"))) == []


def test_no_page_is_asked_for_beyond_the_last_row_that_is_wanted() -> None:
    asked = []

    def answer(path: str, body: Any) -> Any:
        asked.append(body.get("page", path))
        return archive(ROWS)(path, body)

    assert uids(manifest(3, answer, max_items=6)) == UIDS[:6]
    assert asked == ["/v3/version", 0, 1, "/v3/version"]


def test_no_page_is_asked_for_ahead_beyond_the_last_row_that_is_wanted() -> None:
    asked = []

    def answer(path: str, body: Any) -> Any:
        asked.append(body.get("page"))
        return archive(ROWS)(path, body)

    assert uids(manifest(2, answer, max_items=5, ahead=4)) == UIDS[:5]
    assert not waited_for(lambda: 3 in asked, 0.05)
    assert sorted(page for page in asked if page is not None) == [0, 1, 2]


def test_a_release_that_changes_is_an_error_also_where_only_some_rows_are_wanted() -> None:
    versions = iter([VERSION, {**VERSION, "idc_version": "v26"}])

    def answer(path: str, body: Any) -> Any:
        return next(versions) if path == "/v3/version" else archive(ROWS)(path, body)

    with pytest.raises(DataReleaseChanged, match=r"from v25 .* to v26"):
        list(manifest(3, answer, max_items=5))


@pytest.mark.parametrize("how", [{"max_items": -1}, {"ahead": -1}])
def test_numbers_below_nought_are_refused(how: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="from 0 on"):
        manifest(**how)


# Looking ahead:


class Slow:
    """A server of pages that come when they are allowed to."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.let = threading.Event()

    def __call__(self, path: str, body: Any) -> Any:
        self.asked.append(body.get("page", path))
        if body.get("page"):
            assert self.let.wait(10)
        return archive(ROWS)(path, body)


def waited_for(condition: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def ours() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("idc_ext")]


def test_the_next_pages_are_asked_for_while_one_is_used_and_no_more_than_wanted() -> None:
    slow = Slow()
    pages = manifest(2, slow, ahead=3).pages()
    assert next(pages).rows
    assert waited_for(lambda: len(slow.asked) == 5)
    assert not waited_for(lambda: len(slow.asked) > 5, 0.1)
    assert slow.asked[:2] == ["/v3/version", 0]
    assert sorted(slow.asked[2:]) == [1, 2, 3]
    slow.let.set()
    assert sum(len(page.rows) for page in pages) == 9
    assert sorted(map(str, slow.asked)) == sorted(["/v3/version", *map(str, range(6)), "/v3/version"])


def test_where_a_page_says_what_asks_for_the_next_one_is_asked_for_ahead() -> None:
    seen: list[str | None] = []
    pages = linked([[1], [2], [3], [4]], seen).walk(ahead=3).pages()
    assert next(pages).rows == [1]
    assert waited_for(lambda: seen == [None, "1"])
    assert not waited_for(lambda: len(seen) > 2, 0.1)
    assert [page.rows for page in pages] == [[2], [3], [4]]
    assert seen == [None, "1", "2", "3"]


def test_no_thread_is_left_when_a_loop_is_left_early() -> None:
    slow = Slow()
    for one in manifest(2, slow, ahead=3):
        assert one
        break
    assert waited_for(lambda: len(slow.asked) == 5)
    slow.let.set()
    assert waited_for(lambda: not ours())
    assert len(slow.asked) == 5


async def test_no_task_is_left_when_a_loop_is_left_early() -> None:
    asked = []

    async def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        asked.append(body.get("page"))
        if body.get("page"):
            await asyncio.sleep(60)
        return httpx.Response(200, json=echoed(body, archive(ROWS)(request.url.path, body)))

    async with connect(NOWHERE, transport=httpx.MockTransport(answer)) as idc:
        before = asyncio.all_tasks()
        async for one in v3.manifest(idc, RIDER, page_size=2).walk(ahead=3):
            assert one
            await asyncio.sleep(0.01)
            break
        await asyncio.sleep(0.01)
        assert sorted(page for page in asked if page is not None) == [0, 1, 2, 3]
        assert asyncio.all_tasks() == before


def test_a_second_thread_is_told_so_and_the_first_one_gets_every_page() -> None:
    slow = Slow()
    walk, got = manifest(4, slow).pages(), []
    got.append(next(walk))
    thread = threading.Thread(target=lambda: got.extend(walk))
    thread.start()
    assert waited_for(lambda: 1 in slow.asked)
    with pytest.raises(RuntimeError, match="/v3/cohort/manifest: another thread"):
        next(walk)
    slow.let.set()
    thread.join()
    assert uids(one for page in got for one in page.rows) == UIDS


@pytest.mark.parametrize("size", [1, 4, 11])
def test_two_threads_at_one_loop_over_rows_lose_none_without_being_told(size: int) -> None:
    def through() -> None:
        try:
            got.extend(walk)
        except RuntimeError:
            told.append(size)

    slow, told = Slow(), list[int]()
    slow.let.set()
    for _ in range(20):
        walk, got = iter(manifest(size, slow)), []
        threads = [threading.Thread(target=through) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(uids(got)) == UIDS or told
        told.clear()


async def test_a_second_task_is_told_so_and_the_first_one_gets_its_row() -> None:
    let = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        await let.wait()
        body = json.loads(request.content or b"{}")
        return httpx.Response(200, json=echoed(body, archive(ROWS)(request.url.path, body)))

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
        return archive(ROWS)(path, body)

    # A client from `connect` would ask again by itself.
    walk, got = iter(v3.manifest(client(answer, Client), RIDER, page_size=2).walk(ahead=3)), []
    while len(got) < len(UIDS):
        try:
            got.append(next(walk).series_instance_uid)
        except httpx.ReadError:
            assert len(got) == 4
    assert got == UIDS
    assert asked.count(2) == 2


async def test_an_error_that_nobody_asks_for_is_not_complained_about(caplog: pytest.LogCaptureFixture) -> None:
    def answer(path: str, body: Any) -> Any:
        return httpx.Response(400, json={"detail": "no"}) if body.get("page") else archive(ROWS)(path, body)

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
        return archive(ROWS)(path, body)


@pytest.mark.parametrize("use", [lambda rows: rows.to_arrow(), lambda rows: list(rows)])
def test_where_answers_take_their_time_the_next_page_is_on_its_way_while_one_is_read(
    use: Callable[[Any], Any], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(content: bytes) -> None:
        if json.loads(content)["page"] == 3:
            found.append(waited_for(lambda: 4 in late.asked))

    late, found = Late(clock, 2 * SLOW), list[bool]()
    patching.pages_of_v3(monkeypatch, read)
    use(manifest(2, late))
    assert sorted(late.asked) == list(range(6))
    assert found == [True]


@pytest.mark.parametrize("seconds", [0, 2 * SLOW])
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
        clock.move(2 * SLOW)
        page = manifest_page({"SeriesInstanceUID": str(n)}, next_page=str(n + 1) if n < 4 else "")
        return httpx.Response(200, json={**page, "manifest": {**page["manifest"], "totalFound": 5}})

    def read(content: bytes) -> None:
        if json.loads(content)["next_page"] == "4":  # the fourth page
            found.append(waited_for(lambda: 4 in asked))

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
    assert v1_pages.next_token(content) == token


async def test_tasks_look_ahead_by_themselves_as_threads_do(clock: Clock) -> None:
    asked: list[Any] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        if "page" in body:
            asked.append(body["page"])
            clock.move(2 * SLOW)
            await asyncio.sleep(0)
        return httpx.Response(200, json=echoed(body, archive(ROWS)(request.url.path, body)))

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
    assert waited_for(lambda: not ours())


def test_a_walk_that_was_closed_does_not_look_whole() -> None:
    with manifest(2).pages() as pages:
        next(pages)
    with pytest.raises(PagingError, match="ended early"):
        next(pages)
    with manifest(20).pages() as pages:
        assert len(list(pages)) == 1
    assert list(pages) == []


async def test_bodies_do_not_wait_for_the_garbage_collector_in_either_colour(standin: str) -> None:
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


# How far:


def test_progress_is_said_for_every_page_before_it_is_used() -> None:
    said: list[Progress] = []
    pages = manifest(4, progress=said.append).pages()
    for n, page in enumerate(pages, 1):
        assert len(said) == n
        assert said[-1].rows == sum(len(one.rows) for one in [page]) + 4 * (n - 1)
    assert [(one.rows, one.total) for one in said] == [(4, 11), (8, 11), (11, 11)]
    sizes = [len(json.dumps(page_of(ROWS, n, 4), separators=(",", ":"))) for n in range(3)]
    assert [one.bytes for one in said] == pytest.approx([sum(sizes[: n + 1]) for n in range(3)], rel=0.1)


def test_an_interruption_by_who_is_told_ends_the_walk_and_does_not_look_whole() -> None:
    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    rows = iter(manifest(4, progress=stop))
    with pytest.raises(KeyboardInterrupt):
        next(rows)
    with pytest.raises(PagingError, match="interrupted"):
        next(rows)


# Going on:


@given(stops=st.lists(st.integers(0, 6), max_size=8), size=st.integers(1, 5), ahead=st.integers(0, 3))
def test_a_walk_that_is_left_again_and_again_gives_every_row_but_that_in_hand_once(
    tmp_path_factory: pytest.TempPathFactory, stops: list[int], size: int, ahead: int
) -> None:
    path, got = tmp_path_factory.mktemp("walk") / "checkpoint", []
    for stop in stops:
        for n, one in enumerate(manifest(size, checkpoint=path, ahead=ahead)):
            if n == stop:
                break  # with this row in hand: it comes again
            got.append(one.series_instance_uid)
        else:
            break
    else:
        got += uids(manifest(size, checkpoint=path, ahead=ahead))
    assert got == UIDS
    assert not path.exists()


@given(stop=st.integers(0, 11), size=st.integers(1, 5), most=st.none() | st.integers(0, 12))
def test_a_walk_goes_on_in_the_other_colour_and_counts_the_rows_before(
    tmp_path_factory: pytest.TempPathFactory, stop: int, size: int, most: int | None
) -> None:
    path = tmp_path_factory.mktemp("walk") / "checkpoint"
    rows = manifest(size, checkpoint=path, max_items=most)

    async def some() -> list[str]:
        got: list[str] = []
        async for one in rows:
            if len(got) == stop:
                break
            got.append(one.series_instance_uid)
        return got

    got = asyncio.run(some())
    if path.exists():
        got += uids(rows)
    assert got == UIDS[:most]


def test_after_every_page_the_checkpoint_says_so_and_is_its_owners_alone(tmp_path: Path) -> None:
    path, done = tmp_path / "checkpoint", []
    for _ in manifest(4, checkpoint=path).pages():
        done.append(json.loads(path.read_text())["position"] if path.exists() else None)
        assert not path.exists() or os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert done[0] is None
    assert [(one["token"], one["rows"], one["total"], one["release"]) for one in done[1:]] == [
        ("1", 4, 11, "v25 (25.0.5)"),
        ("2", 8, 11, "v25 (25.0.5)"),
    ]
    assert not path.exists()


def test_only_what_is_left_is_asked_for(tmp_path: Path) -> None:
    asked = []

    def answer(path: str, body: Any) -> Any:
        asked.append(body.get("page", path))
        return archive(ROWS)(path, body)

    rows = manifest(4, answer, checkpoint=tmp_path / "checkpoint")
    pages = rows.pages()
    assert len([next(pages), next(pages)]) == 2
    pages.close()
    asked.clear()
    assert [len(page.rows) for page in rows.pages()] == [4, 3]
    assert asked == ["/v3/version", 1, 2, "/v3/version"]


def left(path: Path, rows: Any) -> None:
    """Walk five rows and leave."""
    for n, _ in enumerate(rows):
        if n == 5:
            break
    assert path.exists()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (lambda path: manifest(5, checkpoint=path), "another request"),
        (lambda path: v3.manifest(client(archive(ROWS)), {"Modality": "CT"}, page_size=3), "another request"),
        (
            lambda path: v3.manifest(
                connect("http://127.0.0.1:10", transport=httpx.MockTransport(lambda _: httpx.Response(500))),
                RIDER,
                page_size=3,
            ),
            "another request",
        ),
    ],
)
def test_a_checkpoint_of_another_request_is_refused_and_stays(tmp_path: Path, other: Any, says: str) -> None:
    path = tmp_path / "checkpoint"
    left(path, manifest(3, checkpoint=path))
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match=f"{says}.*remove it to start anew"):
        list(other(path).walk(checkpoint=path))
    assert path.read_bytes() == before
    assert uids(manifest(3, checkpoint=path)) == UIDS[5:]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"idc_ext_checkpoint": 1}', b'{"position": {"rows": -1}}'],
)
def test_what_is_no_checkpoint_is_refused_and_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="no checkpoint"):
        list(manifest(checkpoint=path))
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rows": -1}, "no checkpoint"),
        ({"rows": "3"}, "no checkpoint"),
        ({"token": 7}, "no checkpoint"),
        ({"more": 1}, "no checkpoint"),
    ],
)
def test_a_checkpoint_that_was_changed_is_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    path = tmp_path / "checkpoint"
    left(path, manifest(3, checkpoint=path))
    said = json.loads(path.read_text())
    path.write_text(json.dumps({**said, "position": {**said["position"], **change}}))
    with pytest.raises(CheckpointError, match=says):
        list(manifest(3, checkpoint=path))


def test_a_walk_does_not_go_on_in_another_data_release(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    left(path, manifest(3, checkpoint=path))

    def later(path: str, body: Any) -> Any:
        return {**VERSION, "idc_version": "v26"} if path == "/v3/version" else archive(ROWS)(path, body)

    with pytest.raises(DataReleaseChanged, match=r"from v25 .* to v26"):
        list(manifest(3, later, checkpoint=path))
    assert path.exists()


@pytest.mark.parametrize("others", [ROWS[1:], ROWS[:-1], [*ROWS, row(99)], [*ROWS[1:6], *ROWS[:1], *ROWS[6:]]])
def test_a_walk_does_not_go_on_over_others_than_before(tmp_path: Path, others: list[Any]) -> None:
    path = tmp_path / "checkpoint"
    left(path, manifest(1, checkpoint=path))
    with pytest.raises(PagingError):
        list(manifest(1, archive(others), checkpoint=path))


def test_a_walk_of_linked_pages_goes_on_with_its_token(tmp_path: Path) -> None:
    seen: list[str | None] = []
    rows = linked([[1, 2], [3, 4], [5]], seen).walk(checkpoint=tmp_path / "checkpoint")
    walk = iter(rows)
    assert [next(walk) for _ in range(4)] == [1, 2, 3, 4]
    del walk
    seen.clear()
    assert list(rows) == [4, 5]
    assert seen == ["1", "2"]


def test_a_refusal_leaves_the_checkpoint_where_it_was(tmp_path: Path) -> None:
    def answer(path: str, body: Any) -> Any:
        return httpx.Response(400, json={"detail": "no"}) if body.get("page") == 2 else archive(ROWS)(path, body)

    path, got = tmp_path / "checkpoint", []
    with pytest.raises(InvalidRequest):
        got.extend(manifest(3, answer, checkpoint=path))
    got.extend(manifest(3, checkpoint=path))
    assert uids(got) == UIDS


def test_a_table_in_memory_does_not_take_a_checkpoint(tmp_path: Path) -> None:
    rows = manifest(checkpoint=tmp_path / "checkpoint")
    for make in (rows.to_arrow, rows.to_pandas, rows.to_polars, rows.batches, rows.__arrow_c_stream__):
        with pytest.raises(CheckpointError, match="write"):
            make()


def test_a_call_is_the_same_as_another_with_the_same_content() -> None:
    assert Call("GET", "/a", {"b": 1}) == Call("GET", "/a", {"b": 1})
