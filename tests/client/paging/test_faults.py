"""Whole walks over sockets on which things go wrong: every row comes once, or there is an error."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from idc_ext import ContractError, DataReleaseChanged, PagingError, Rows, ServerError, v1, v3
from idc_ext.aio import AsyncRows
from tests.support.applied_filters import with_filters_echo
from tests.support.faulty_server import answer, faulty, hang_up, reset, truncated
from tests.support.sync_async import client_without_credentials
from tests.support.v1_service import SPEC, manifest_page
from tests.support.v3_service import RIDER, VERSION, WIRE, counts_body, page_of, row

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]
ROWS = [row(n) for n in range(7)]
UIDS = [one["SeriesInstanceUID"] for one in ROWS]
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
AT, LATER = (format_datetime(NOON + timedelta(seconds=n), usegmt=True) for n in (0, 9))
PASSING = {
    "reset": reset,
    "hang-up": hang_up,
    "truncated": truncated(json.dumps(page_of(ROWS, 0, 3)).encode()),
    "truncated, then reset": truncated(json.dumps(page_of(ROWS, 0, 3)).encode(), rst=True),
    "429 with a date": answer(429, b'{"detail": "slow down"}', retry_after=LATER, date=AT),
    "503": answer(503, b"<html>", content_type="text/html"),
}


def says(body: Any, status: int = 200) -> Callable[[Any], bool]:
    return answer(status, json.dumps(with_filters_echo({"filters": WIRE}, body)).encode())


def manifest(uid: str, total: int, next_page: str = "") -> dict[str, Any]:
    """A page of v1 with one row."""
    page = manifest_page({"SeriesInstanceUID": uid}, next_page=next_page)
    return {**page, "manifest": {**page["manifest"], "totalFound": total}}


#: What a faultless service is asked for, and says: the release, three pages, and the release again.
GOOD = [says(VERSION), *(says(page_of(ROWS, n, 3)) for n in range(3)), says(VERSION)]


async def into(got: list[str], rows: Any, mode: str) -> None:
    """Take the rows of a walk, or of what is left of one."""
    # Row by row, so that those before an error are there.
    if mode == "sync":
        for one in rows:
            got.append(one.series_instance_uid)  # noqa: PERF401 - a comprehension keeps none where an error comes
    else:
        async for one in rows:
            got.append(one.series_instance_uid)  # noqa: PERF401 - a comprehension keeps none where an error comes


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
async def test_a_walk_on_which_every_request_fails_once_gives_every_row_once(
    mode: str, fault: Any, pauses: list[float]
) -> None:
    got: list[str] = []
    with faulty(*(step for good in GOOD for step in (fault, good))) as server:
        async with client_without_credentials(server.url) as idc:
            await into(got, v3.manifest(idc, RIDER, page_size=3), mode)
    assert got == UIDS
    assert len(server.seen) == 2 * len(GOOD)
    assert "429" not in str(fault) or pauses == [9.25] * len(GOOD)


async def test_the_date_of_a_429_is_waited_for_in_the_middle_of_a_walk(mode: str, pauses: list[float]) -> None:
    got: list[str] = []
    with faulty(*GOOD[:2], PASSING["429 with a date"], *GOOD[2:]) as server:
        async with client_without_credentials(server.url) as idc:
            await into(got, v3.manifest(idc, RIDER, page_size=3), mode)
    assert (got, pauses) == (UIDS, [9.25])


async def test_a_walk_goes_on_after_a_500_and_the_reset_that_follows_it(mode: str, pauses: list[float]) -> None:
    got: list[str] = []
    error = answer(500, b"Internal Server Error", content_type="text/plain")
    with faulty(*GOOD[:2], error, reset, *GOOD[2:]) as server:
        async with client_without_credentials(server.url) as idc:
            walk = v3.manifest(idc, RIDER, page_size=3)
            rows: Any = iter(walk) if mode == "sync" else aiter(walk)
            with pytest.raises(ServerError, match="Internal Server Error"):
                await into(got, rows, mode)
            assert got == UIDS[:3]
            await into(got, rows, mode)
    assert got == UIDS
    assert [one.connection for one in server.seen[2:5]] == [0, 0, 1]


MOVED = {"total_series": 8, "counts": counts_body(8)}
SHORT = page_of(ROWS[:5], 1, 3, total_series=7, counts=counts_body(7))
WRONG: dict[str, tuple[list[Any], type[Exception]]] = {
    "a total that moves": ([*GOOD[:2], says(page_of(ROWS, 1, 3, **MOVED))], DataReleaseChanged),
    "a release that changes": ([*GOOD[:4], says({**VERSION, "idc_version": "v26"})], DataReleaseChanged),
    "a page that comes twice": ([*GOOD[:2], says({**page_of(ROWS, 0, 3), "page": 1})], PagingError),
    "a page that is short": ([*GOOD[:2], says(SHORT)], ContractError),
    "a row that comes twice": ([*GOOD[:2], says(page_of([*ROWS[:3], ROWS[2], *ROWS[4:]], 1, 3))], PagingError),
}


@pytest.mark.parametrize(("steps", "error"), WRONG.values(), ids=WRONG)
async def test_a_walk_that_cannot_be_whole_is_an_error_before_its_end_and_leaves_no_file(
    mode: str, steps: list[Any], error: type[Exception], tmp_path: Path
) -> None:
    got: list[str] = []
    with faulty(*steps) as server:
        async with client_without_credentials(server.url) as idc:
            with pytest.raises(error):
                await into(got, v3.manifest(idc, RIDER, page_size=3), mode)
    assert got == UIDS[: len(got)]
    assert len(got) < len(UIDS)
    with faulty(*steps) as server:
        async with client_without_credentials(server.url) as idc:
            rows, path = v3.manifest(idc, RIDER, page_size=3), tmp_path / "rows.csv"
            with pytest.raises(error):
                rows.write(path) if mode == "sync" else await AsyncRows(rows).write(path)
    assert os.listdir(tmp_path) == []


async def v1_rows(steps: list[Any], mode: str, got: list[str]) -> int:
    """Walk pages of v1, and say how many requests that took."""
    with faulty(*steps) as server:
        async with client_without_credentials(server.url) as idc:
            rows: Rows[Any] = v1.preview_manifest(idc, SPEC, fields=["SeriesInstanceUID"])
            try:
                await into(got, rows, mode)
            finally:
                asked = len(server.seen)
    return asked


def not_yet(token: str) -> Callable[[Any], bool]:
    return says({"code": 202, "message": "m", "manifest_info": {"cohort": {}, "next_page": token}}, 202)


async def test_a_token_that_comes_again_ends_a_walk_with_an_error(mode: str) -> None:
    got: list[str] = []
    pages = [manifest("1.1", 9, "t"), manifest("1.2", 9, "u"), manifest("1.3", 9, "t")]
    with pytest.raises(PagingError, match="token came a second time"):
        await v1_rows([says(page) for page in pages], mode, got)
    assert got == ["1.1", "1.2"]


async def test_a_service_that_says_not_yet_for_ever_is_left_after_a_while(mode: str, pauses: list[float]) -> None:
    with pytest.raises(PagingError, match="no answer after 13 attempts"):
        await v1_rows([not_yet("p"), not_yet("q"), not_yet("p")], mode, [])
    assert len(pauses) == 12
    assert sum(pauses) < 120


async def test_not_yet_in_the_middle_of_a_walk_costs_no_row(mode: str, pauses: list[float]) -> None:
    got: list[str] = []
    first, last = says(manifest("1.1", 2, "t")), says(manifest("1.2", 2))
    await v1_rows([not_yet("p"), reset, first, not_yet("q"), not_yet("q"), last], mode, got)
    assert got == ["1.1", "1.2"]
