"""Manifests of v3: complete, in order and of one release, or an error; nothing partial looks complete."""

import asyncio
import itertools
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idc_client import Client
from idc_client.models import V3ManifestRow

from idc_ext import APIError, ContractError, DataReleaseChanged, IDCError, InvalidRequest, PagingError, connect, v3
from tests.support import patching
from tests.support.applied_filters import with_filters_echo
from tests.support.v3_service import (
    LINES,
    RIDER,
    ROWS,
    VERSION,
    WIRE,
    Answer,
    client,
    collect,
    counts_body,
    manifest_service,
    page_of,
    row,
    text_service,
)


@settings(max_examples=40, deadline=None)  # each starts an event loop
@given(total=st.integers(0, 30), page_size=st.integers(-1, 40) | st.just(5000), clamp=st.integers(1, 12))
def test_a_manifest_is_complete_by_any_page_size_even_if_the_service_changes_it_sync_and_async(
    total: int, page_size: int, clamp: int
) -> None:
    rows = [row(n) for n in range(total)]
    walk = v3.manifest(client(manifest_service(rows, clamp)), RIDER, page_size=page_size)
    assert [one.to_dict() for one in walk] == rows
    assert [one.to_dict() for one in asyncio.run(collect(walk))] == rows
    assert {one.release for one in walk.pages()} == {"v25 (25.0.5)"}


@settings(deadline=None)  # each makes an HTTP client
@given(data=st.data(), total=st.integers(1, 20), size=st.integers(1, 6))
def test_rows_that_shift_under_a_walk_are_an_error_and_never_a_wrong_list(data: Any, total: int, size: int) -> None:
    before = [row(n) for n in range(0, 2 * total, 2)]
    position = data.draw(st.integers(0, total - 1))
    change = data.draw(st.sampled_from(["insert", "remove", "move"]))
    after = list(before)
    if change != "insert":
        del after[position]
    if change != "remove":
        after = sorted([*after, row(2 * data.draw(st.integers(0, total - 1)) + 1)], key=lambda one: str(one.values()))
    at = data.draw(st.integers(1, 5))
    requests = itertools.count(1)

    def answer(path: str, body: Any) -> Any:
        return manifest_service(before if path == "/v3/version" or next(requests) <= at else after, size)(path, body)

    try:
        walked = [one.to_dict() for one in v3.manifest(client(answer), RIDER)]
    except IDCError:
        return
    if change == "move":  # the same number of rows: only a new release shows it, unless a page does
        assert len(walked) == len(before)
    else:
        assert walked == before


def service_with_versions(*versions: dict[str, Any]) -> Answer:
    """A service with four rows that reports these versions in turn, again and again."""
    versions_in_turn = itertools.cycle(versions)
    return lambda path, body: (
        next(versions_in_turn) if path == "/v3/version" else manifest_service([row(n) for n in range(4)])(path, body)
    )


@pytest.mark.parametrize("moved", [{"idc_version": "v26"}, {"idc_index_data_version": "25.0.6"}])
@pytest.mark.parametrize(("page_size", "before"), [(2, 2), (5000, 0)])
async def test_a_data_release_that_changes_during_a_walk_is_an_error_before_the_last_page(
    moved: dict[str, str], page_size: int, before: int
) -> None:
    one, other = (
        v3.manifest(client(service_with_versions(VERSION, {**VERSION, **moved})), RIDER, page_size=page_size)
        for _ in range(2)
    )
    rows, others = iter(one), aiter(other)
    for _ in range(before):
        assert next(rows) == await anext(others)
    for _ in range(2):
        with pytest.raises(DataReleaseChanged, match=r"changed from v25 \(25\.0\.5\) to v2"):
            next(rows)
        with pytest.raises(DataReleaseChanged, match=r"changed from v25 \(25\.0\.5\) to v2"):
            await anext(others)


def test_a_release_without_a_name_is_a_contract_error() -> None:
    for member in ("idc_version", "idc_index_data_version"):
        walk = v3.manifest(client(service_with_versions({**VERSION, member: ""})), RIDER)
        with pytest.raises(ContractError):
            list(walk)


def test_other_software_over_the_same_data_is_no_other_release() -> None:
    walk = v3.manifest(
        client(service_with_versions(VERSION, {**VERSION, "api_version": "4", "build": "new"})), RIDER, page_size=2
    )
    assert len(list(walk)) == 4


SECOND_PAGE = page_of(ROWS, 1, 2)


@pytest.mark.parametrize(
    ("second", "kind", "message"),
    [
        (
            {**SECOND_PAGE, "total_series": 7, "counts": counts_body(7)},
            DataReleaseChanged,
            "total changed from 6 to 7",
        ),
        ({**SECOND_PAGE, "total_series": 4}, ContractError, "total_series is 4, but counts.series is 6"),
        ({**SECOND_PAGE, "counts": counts_body(774)}, ContractError, "total_series is 6, but counts.series is 774"),
        ({**SECOND_PAGE, "download": {"total_series": 5}}, ContractError, "but download.total_series is 5"),
        (page_of(ROWS, 0, 2), PagingError, "2 rows came, but the next page begins after row 0"),
        (page_of(ROWS, 2, 2), PagingError, "2 rows came, but the next page begins after row 4"),
        (page_of(ROWS, 1, 3), PagingError, "2 rows came, but the next page begins after row 3"),
        (page_of([ROWS[0], *ROWS[:5]], 1, 2), PagingError, "a second time or out of order"),
        ({**SECOND_PAGE, "series": ROWS[1:3]}, PagingError, "a second time or out of order"),
        ({**SECOND_PAGE, "series": ROWS[2:3], "returned": 1}, ContractError, "instead of 2"),
        ({**SECOND_PAGE, "series": [], "returned": 0}, ContractError, "instead of 2"),
        ({**SECOND_PAGE, "returned": 1}, ContractError, "returned is 1, and the page has 2 rows"),
        ({**SECOND_PAGE, "series": ROWS[2:5], "returned": 3}, ContractError, "instead of 2"),
        ({**SECOND_PAGE, "series": [ROWS[3], ROWS[2]]}, ContractError, "repeated or out of order"),
        ({**SECOND_PAGE, "series": [ROWS[2], ROWS[2]]}, ContractError, "repeated or out of order"),
        ({**SECOND_PAGE, "series": [{**ROWS[2], "PatientID": None}, ROWS[3]]}, ContractError, "lacks identifiers"),
        ({**SECOND_PAGE, "series": [{"SeriesInstanceUID": "1"}, ROWS[3]]}, ContractError, "collection_id"),
        ({**SECOND_PAGE, "page": True}, ContractError, r"Expected `int`, got `bool` - at `\$.page`"),
        ({**SECOND_PAGE, "page_size": "2"}, ContractError, r"Expected `int`, got `str` - at `\$.page_size`"),
        (
            {**SECOND_PAGE, "total_series": -1},
            ContractError,
            r"Expected `int` >= 0 - at `\$.total_series`, which is -1",
        ),
        (
            {**SECOND_PAGE, "series": [{**ROWS[2], "instanceCount": "1"}, ROWS[3]]},
            ContractError,
            r"Expected `int \| null`, got `str` - at `\$.series\[0\].instanceCount` \(row 1\)",
        ),
        (
            {**SECOND_PAGE, "series": [{**ROWS[2], "series_aws_url": 7}, ROWS[3]]},
            ContractError,
            "series_aws_url is int, which is not of the kind string",
        ),
        ({**SECOND_PAGE, "series": {}}, ContractError, r"Expected `array`, got `object` - at `\$.series`"),
        ({"series": []}, ContractError, "missing required field `counts`"),
        ([], ContractError, "body"),
    ],
)
async def test_a_page_that_does_not_go_with_the_others_is_an_error(second: Any, kind: type, message: str) -> None:
    def answer(path: str, body: Any) -> Any:
        return second if body.get("page") == 1 else manifest_service(ROWS)(path, body)

    walk = v3.manifest(client(answer), RIDER, page_size=2)
    with pytest.raises(kind, match=message):
        list(walk)
    with pytest.raises(kind, match=message):
        await collect(walk)


def test_nothing_is_sent_until_a_manifest_is_iterated_and_the_release_is_asked_first_and_last() -> None:
    requests: list[Any] = []

    def answer(path: str, body: Any) -> Any:
        requests.append((path, body.get("page")))
        return manifest_service(ROWS)(path, body)

    walk = v3.manifest(client(answer), RIDER, page_size=4)
    assert repr(walk) == "<Rows of POST /v3/cohort/manifest>"
    assert requests == []
    first = next(walk.pages())
    assert len(first.rows) == 4
    assert (first.total, first.release, first.info["counts"]) == (
        6,
        "v25 (25.0.5)",
        with_filters_echo({"filters": WIRE}, counts_body(6)),
    )
    assert requests == [("/v3/version", None), ("/v3/cohort/manifest", 0)]
    requests.clear()
    assert len(list(walk)) == 6
    assert [path for path, _ in requests] == ["/v3/version", *["/v3/cohort/manifest"] * 2, "/v3/version"]
    assert [page for _, page in requests] == [None, 0, 1, None]


def test_a_walk_can_go_on_after_a_lost_connection_also_where_it_asked_for_the_release() -> None:
    requests = itertools.count()

    def answer(path: str, body: Any) -> Any:
        if next(requests) % 2 == 0:
            raise httpx.ReadError("reset")
        return manifest_service(ROWS)(path, body)

    # A client from `connect` retries; any other generated client raises each error.
    walk, got, lost = iter(v3.manifest(client(answer, Client), RIDER, page_size=3)), [], 0
    while True:
        try:
            got.append(next(walk).series_instance_uid)
        except StopIteration:
            break
        except httpx.ReadError:
            lost += 1
    assert got == [one["SeriesInstanceUID"] for one in ROWS]
    assert lost == 4


def interrupt(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


def test_a_walk_that_is_interrupted_while_it_reads_a_page_does_not_look_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = iter(v3.manifest(client(manifest_service(ROWS)), RIDER, page_size=2))
    got = [next(rows), next(rows)]
    patching.interrupted_page(monkeypatch, interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(rows)
    monkeypatch.undo()
    for _ in range(2):
        with pytest.raises(PagingError, match="interrupted"):
            got.extend(rows)
    assert len(got) == 2


def test_a_walk_that_is_interrupted_while_it_makes_rows_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of rows that hold more than the document says: those that fit it are made when their page is read.
    rows = iter(v3.manifest(client(manifest_service([{**one, "more": 1} for one in ROWS])), RIDER, page_size=2))
    got = [next(rows), next(rows)]
    monkeypatch.setattr(V3ManifestRow, "__init__", interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(rows)
    monkeypatch.undo()
    assert len([*got, *rows]) == len(ROWS)


@pytest.mark.parametrize("page_size", [100, 774, 5000])
async def test_a_real_manifest_is_complete_sync_and_async(standin: str, page_size: int) -> None:
    async with connect(standin) as idc:
        walk = v3.manifest(idc, RIDER, page_size=page_size)
        rows = list(walk)
        assert len({one.series_instance_uid for one in rows}) == 774
        assert sum(one.instance_count or 0 for one in rows) == 21111
        assert [one async for one in walk] == rows


def test_a_page_size_beyond_what_the_service_gives_makes_no_difference(standin: str) -> None:
    with connect(standin) as idc:
        selection = {"collection_id": "4d_lung", "Modality": "CT"}
        walk = v3.manifest(idc, selection, page_size=1_000_000)
        assert next(walk.pages()).info["page_size"] == 5000
        assert len(list(walk)) == v3.counts(idc, selection).series > 5000


def test_a_refusal_of_the_service_is_raised(standin: str) -> None:
    with connect(standin) as idc, pytest.raises(InvalidRequest, match="limit"):
        v3.attribute_values(idc, "Modality", limit=0)


@pytest.mark.parametrize("make", [connect, Client])
async def test_a_refusal_that_is_sent_as_a_success_says_what_it_says(make: Any) -> None:
    idc = client(lambda *_: {"error": {"code": "invalid_query", "message": "no such thing"}}, make)
    for ask in (v3.manifest, v3.manifest_lines):
        with pytest.raises(APIError, match="200 OK: no such thing") as caught:
            list(ask(idc, RIDER))
        assert caught.value.code == "invalid_query"
        with pytest.raises(APIError, match="200 OK: no such thing"):
            await collect(ask(idc, RIDER))


@pytest.mark.parametrize("make", [connect, Client])
@pytest.mark.parametrize(
    "broken", ["/v3/version", "/v3/cohort/manifest", "/v3/cohort/counts", "/v3/cohort/manifest.txt"]
)
async def test_a_body_that_cannot_be_decompressed_is_a_contract_error_sync_and_async(make: Any, broken: str) -> None:
    def answer(path: str, body: Any) -> Any:
        if path == broken:
            return httpx.Response(200, stream=httpx.ByteStream(b"no gzip"), headers={"content-encoding": "gzip"})
        return (manifest_service(ROWS) if path in ("/v3/version", "/v3/cohort/manifest") else text_service(LINES))(
            path, body
        )

    idc = client(answer, make)
    ask = v3.manifest if broken in ("/v3/version", "/v3/cohort/manifest") else v3.manifest_lines
    with pytest.raises(ContractError, match=f"{broken} was answered with.* a body that cannot be decompressed"):
        list(ask(idc, RIDER))
    with pytest.raises(ContractError, match=f"{broken} was answered with.* a body that cannot be decompressed"):
        await collect(ask(idc, RIDER))
