"""How rows are walked: so many of them, and saying how far."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given

from idc_ext import DataReleaseChanged, PagingError, Progress, v3
from idc_ext.aio import AsyncRows
from tests.support.v3_service import RIDER, VERSION, client, collect, manifest_service, page_of
from tests.support.walks import OPTIONS, ROWS, UIDS, manifest, uids, wait_until

# So many:


@given(**OPTIONS)
def test_any_way_to_walk_gives_the_first_rows_in_order_sync_and_async(
    total: int, size: int, ahead: int, most: int | None
) -> None:
    rows = v3.manifest(client(manifest_service(ROWS[:total])), RIDER, page_size=size).walk(max_items=most, ahead=ahead)
    assert uids(rows) == uids(asyncio.run(collect(rows))) == UIDS[:total][:most]
    assert sum(len(page.rows) for page in rows.pages()) == len(UIDS[:total][:most])


def test_an_option_that_is_not_passed_stays_as_it_was_and_none_unsets_one() -> None:
    reported: list[Progress] = []
    first = manifest(3, max_items=5)
    assert uids(first.walk(progress=reported.append)) == UIDS[:5]
    assert reported
    assert uids(asyncio.run(collect(AsyncRows(first).walk(ahead=1)))) == UIDS[:5]
    assert first.walk(ahead=2).walk(checkpoint="c").ahead == 2
    assert uids(first.walk(max_items=None)) == UIDS
    with pytest.raises(ValueError, match="must not be negative"):
        first.walk(ahead=-1)


def test_no_rows_at_all_are_had_without_a_request() -> None:
    assert list(manifest(max_items=0, answer=lambda *_: pytest.fail("something was sent"))) == []


def test_no_page_is_asked_for_beyond_the_last_row_that_is_wanted() -> None:
    asked = []

    def answer(path: str, body: Any) -> Any:
        asked.append(body.get("page", path))
        return manifest_service(ROWS)(path, body)

    assert uids(manifest(3, answer, max_items=6)) == UIDS[:6]
    assert asked == ["/v3/version", 0, 1, "/v3/version"]


def test_no_page_is_asked_for_ahead_beyond_the_last_row_that_is_wanted() -> None:
    asked = []

    def answer(path: str, body: Any) -> Any:
        asked.append(body.get("page"))
        return manifest_service(ROWS)(path, body)

    assert uids(manifest(2, answer, max_items=5, ahead=4)) == UIDS[:5]
    assert not wait_until(lambda: 3 in asked, 0.05)
    assert sorted(page for page in asked if page is not None) == [0, 1, 2]


def test_a_release_that_changes_is_an_error_also_where_only_some_rows_are_wanted() -> None:
    versions = iter([VERSION, {**VERSION, "idc_version": "v26"}])

    def answer(path: str, body: Any) -> Any:
        return next(versions) if path == "/v3/version" else manifest_service(ROWS)(path, body)

    with pytest.raises(DataReleaseChanged, match=r"from v25 .* to v26"):
        list(manifest(3, answer, max_items=5))


@pytest.mark.parametrize("how", [{"max_items": -1}, {"ahead": -1}])
def test_negative_numbers_are_refused(how: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        manifest(**how)


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


def test_an_interruption_by_the_progress_callback_ends_the_walk_and_does_not_look_complete() -> None:
    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    rows = iter(manifest(4, progress=stop))
    with pytest.raises(KeyboardInterrupt):
        next(rows)
    with pytest.raises(PagingError, match="interrupted"):
        next(rows)
