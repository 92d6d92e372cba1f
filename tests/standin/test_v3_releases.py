"""What a data release changed (`GET /v3/releases/changes`, `notable_columns`): off unless `--next` asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from idc_contract.oracle.index import installed
from idc_contract.oracle.release_changes import MEMBERS, expected
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANGES = "/v3/releases/changes"
RELEASES = range(1, 26)
# Measured at upstream's branch on idc-index-data 25.0.5: release -> series added, revised, removed, terabytes of each,
# patients, new and removed collections.
MEASURED: dict[int, tuple[Any, ...]] = {
    1: (38153, 0, 0, 0.717, 0.0, 0.0, 2808, 21, 0),
    2: (78355, 0, 0, 4.187, 0.0, 0.0, 10547, 63, 0),
    5: (43290, 51, 6, 2.47, 0.003, 0.0, 8382, 4, 0),
    12: (325, 0, 120, 0.032, 0.0, 0.011, 116, 2, 5),
    13: (7817, 0, 0, 0.022, 0.0, 0.0, 985, 0, 0),
    20: (12469, 11928, 2384, 6.764, 9.265, 0.002, 11578, 4, 0),
    24: (39872, 7, 1034, 5.663, 0.0, 0.01, 6042, 15, 0),
    25: (11346, 12043, 127, 0.682, 9.823, 0.005, 7725, 2, 0),
}
MOVED = {20: (11928, 590), 23: (1860, 1812)}  # release -> revised by rows, and by UUID


@pytest.fixture(scope="module")
def coming() -> Iterator[httpx.Client]:
    """A stand-in of the next release."""
    with serving("--next", "--check-answers") as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def upstreams_way() -> Iterator[httpx.Client]:
    """The same with all quirks."""
    with serving("--next", "--quirks") as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


def changes(service: httpx.Client, release: int) -> dict[str, Any]:
    answer = service.get(CHANGES, params={"version": release})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def measured(found: dict[str, Any]) -> tuple[Any, ...]:
    lists = (len(found["new_collections"]), len(found["removed_collections"]))
    return (*(found[name] for name in MEMBERS), *lists)


@pytest.mark.parametrize("release", RELEASES)
def test_every_release_is_answered_as_the_public_index_says_in_order_and_to_the_digit(
    coming: httpx.Client, release: int
) -> None:
    found = changes(coming, release)
    assert isinstance(found.pop("note"), str)
    due = expected(installed(), release)
    assert found == due
    assert [list(found), *map(list, found["collections"])] == [list(due), *map(list, due["collections"])]


# Rows are counted by one statement for all releases: those measured, those where it differs, one without changes.
@pytest.mark.parametrize("release", sorted({*MEASURED, *MOVED, 6}))
def test_with_quirks_rows_are_counted_as_upstreams_branch_counts_them(
    coming: httpx.Client, upstreams_way: httpx.Client, release: int
) -> None:
    found = changes(upstreams_way, release)
    if release in MEASURED:
        assert measured(found) == MEASURED[release]
    assert found["series_revised"] == expected(installed(), release, by_row=True)["series_revised"]
    ours = changes(coming, release)
    assert (found["series_revised"], ours["series_revised"]) == MOVED.get(release, (found["series_revised"],) * 2)
    if release not in MOVED:
        assert {**found, "note": ""} == {**ours, "note": ""}


def test_what_a_renamed_collection_had_before_makes_it_neither_new_nor_removed(coming: httpx.Client) -> None:
    fifth = changes(coming, 5)
    of_today = {one["collection_id"] for one in coming.get("/v3/collections").json()}
    assert set(fifth["new_collections"]) <= of_today
    assert fifth["removed_collections"] == []
    assert {one["status"] for one in fifth["collections"]} == {"new", "updated"}


def test_a_release_without_any_change_is_zeros_and_empty_lists(coming: httpx.Client) -> None:
    for release in (6, 14):
        found = changes(coming, release)
        assert measured(found) == (0,) * 9
        assert (found["collections"], found["analysis_results"]) == ([], [])


@pytest.mark.parametrize(
    ("query", "release"),
    [("", 25), ("version=24", 24), ("version=24.0", 24), ("version=%2B24", 24), ("version=%2024", 24),
     ("version=2_4", 24), ("version=7&version=24", 24), ("version=24&page=2", 24), ("Version=7", 25)],
)  # fmt: skip
def test_a_release_may_be_written_in_every_way_that_upstream_reads(
    coming: httpx.Client, query: str, release: int
) -> None:
    answer = coming.get(f"{CHANGES}?{query}")
    assert (answer.status_code, answer.json()["idc_version"]) == (200, f"v{release}")


@pytest.mark.parametrize("text", ["", "abc", "v24", "24.5", "1e1", "null", "true", "%D9%A3"])
def test_what_is_no_whole_number_is_422(coming: httpx.Client, text: str) -> None:
    answer = coming.get(f"{CHANGES}?version={text}")
    (problem,) = answer.json()["detail"]
    assert (answer.status_code, problem["type"], problem["loc"]) == (422, "int_parsing", ["query", "version"])


@pytest.mark.parametrize("text", ["0", "-1"])
def test_a_number_below_one_is_422(coming: httpx.Client, text: str) -> None:
    answer = coming.get(f"{CHANGES}?version={text}")
    (problem,) = answer.json()["detail"]
    assert (answer.status_code, problem["type"], problem["ctx"]) == (422, "greater_than_equal", {"ge": 1})


@pytest.mark.parametrize("text", ["26", "99999999999999999999"])
def test_a_release_that_there_is_not_is_400_and_names_those_there_are(coming: httpx.Client, text: str) -> None:
    answer = coming.get(f"{CHANGES}?version={text}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_query")
    assert "1 to 25" in answer.json()["error"]["message"]


def test_other_methods_and_paths_are_the_routers(coming: httpx.Client) -> None:
    assert [coming.request(method, CHANGES).status_code for method in ("HEAD", "POST")] == [405, 405]
    assert coming.get(f"{CHANGES}/").status_code == 307
    assert [coming.get(path).status_code for path in ("/v3/releases", "/v3/releases/25")] == [404, 404]


def test_notable_columns_are_columns_of_their_table_and_may_be_none(coming: httpx.Client) -> None:
    notable = {}
    for table in coming.get("/v3/tables").json()["tables"]:
        notable[table["name"]] = table["notable_columns"]
        columns = {column["name"] for column in coming.get(f"/v3/tables/{table['name']}").json()["columns"]}
        assert set(table["notable_columns"]) <= columns
        assert list(table)[-2:] == ["column_count", "notable_columns"]
    assert notable["prior_versions_index"] == ["SeriesInstanceUID", "min_idc_version", "max_idc_version"]
    assert notable["version_metadata_index"] == ["idc_version", "version_timestamp"]
    assert len(notable["index"]) == 11
    assert notable["collections_index"] == []


def test_without_next_there_is_no_trace_of_it(http: httpx.Client) -> None:
    for method in ("GET", "POST"):
        answer = http.request(method, CHANGES)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})
    assert all("notable_columns" not in table for table in http.get("/v3/tables").json()["tables"])
    document = http.get("/v3/openapi.json").json()
    assert CHANGES not in document["paths"]
    assert not {"V3ReleaseChanges", "V3CollectionChange"} & document["components"]["schemas"].keys()
    assert "unreleased" not in http.get("/v3/openapi.json").text


def test_with_next_the_document_has_it_as_if_it_were_released(coming: httpx.Client) -> None:
    document = coming.get("/v3/openapi.json").json()
    assert document["paths"][CHANGES]["get"]["operationId"] == "getReleaseChanges"
    assert "notable_columns" in document["components"]["schemas"]["V3TableInfo"]["properties"]
    assert "unreleased" not in coming.get("/v3/openapi.json").text
