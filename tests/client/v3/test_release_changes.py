"""What the data releases changed: by the operation where the service has it, else by SQL, with the same result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from idc_contract.oracle.index import installed
from idc_contract.oracle.release_changes import MEMBERS, expected
from idc_ext import (
    APIError,
    ContractError,
    DataReleaseChanged,
    InvalidFilter,
    ServerError,
    TruncatedResult,
    connect,
    manifests,
    v3,
)
from tests.support.standin_process import NOWHERE, serving
from tests.support.v3_service import VERSION, client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHANGES = "/v3/releases/changes"
NOT_THERE = httpx.Response(404, json={"detail": "Not Found"})


@pytest.fixture(scope="module")
def coming() -> Iterator[str]:
    """URL of a stand-in that has the operation."""
    with serving("--next") as url:
        yield url


# The first release, one without changes, with removed, replaced and renamed collections, the newest. The stand-in's own
# tests compare the operation with the index for all releases; here SQL, the same for all, is compared with it.
@pytest.mark.parametrize("release", [1, 5, 6, 12, 20, 23, 25])
def test_the_operation_and_sql_give_the_same_to_the_byte(standin: str, coming: str, release: int) -> None:
    with connect(coming) as new, connect(standin) as old:
        by_operation, by_sql = (v3.release_changes(idc, release).to_dict() for idc in (new, old))
    assert json.dumps(by_operation) == json.dumps(by_sql)
    assert by_sql == expected(installed(), release)


def test_the_newest_release_is_meant_if_none_is_named(standin: str) -> None:
    with connect(standin) as idc:
        assert v3.release_changes(idc) == v3.release_changes(idc, 25)


@pytest.mark.parametrize("release", [6, 12, 20, 23])
def test_a_release_changed_what_diff_says_that_became_of_the_whole_archive(standin: str, release: int) -> None:
    with connect(standin) as idc:
        found = v3.release_changes(idc, release)
        changes = manifests.diff(idc, {}, release - 1, release, all_of_idc=True)
    counts = (found.series_added, found.series_revised, found.series_removed)
    assert counts == (len(changes.added), len(changes.revised), len(changes.removed))


def test_all_releases_are_listed_with_what_each_changed_and_has(standin: str) -> None:
    with connect(standin) as idc:
        found = v3.releases(idc)
        stats = httpx.get(f"{standin}/v3/stats").json()
    assert [row["idc_version"] for row in found] == [f"v{release}" for release in range(1, 26)]
    assert list(found.rows[0]) == found.columns
    for release, row in enumerate(found, 1):
        due = expected(installed(), release)
        names = ("release_date", *MEMBERS)
        assert [row[name] for name in names] == [due[name] for name in names]
    assert (found.rows[-1]["series"], found.rows[-1]["size_TB"]) == (stats["series"], stats["size_TB"])
    at = "SELECT (SELECT count(*) FROM index WHERE series_revised_idc_version <= 12) + (SELECT count(*) "
    (kept,) = installed().rows(f"{at} FROM prior_versions_index WHERE 12 BETWEEN min_idc_version AND max_idc_version)")
    assert found.rows[11]["series"] == kept[0]


@pytest.mark.parametrize("release", [0, -1, 26, "v26", "vv24", "", 24.0, True, 10**30])
def test_what_is_no_release_is_refused_with_those_that_there_are(standin: str, release: Any) -> None:
    with connect(standin) as idc, pytest.raises(InvalidFilter, match="is not a data release; the service has 1 to 25"):
        v3.release_changes(idc, release)


# What a service may get wrong: an answer of the operation, and of SQL, each right but for one thing.


def operation(**wrong: Any) -> Callable[[str, Any], Any]:
    one = {**dict.fromkeys(MEMBERS, 0), "collection_id": "a", "status": "new", "series_added": 2}
    right = {
        "idc_version": "v2", "release_date": "2021-04-10", "previous_version": "v1", "previous_release_date": None,
        "current_version": "v25", **dict.fromkeys(MEMBERS, 0), "series_added": 2, "new_collections": ["a"],
        "removed_collections": [], "collections": [one], "analysis_results": [], "note": "counted",
    }  # fmt: skip
    return lambda path, _: VERSION if path == "/v3/version" else {**right, **wrong}


def test_an_answer_that_adds_up_is_given_without_its_note() -> None:
    found = v3.release_changes(client(operation()), 2)
    assert (found.series_added, found.collections[0].collection_id) == (2, "a")
    assert "note" not in found.to_dict()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"idc_version": "v3"}, "the answer is of 'v3' of 'v25'"),
        ({"current_version": "v26"}, "the answer is of 'v2' of 'v26'"),
        ({"series_added": 3}, "series_added of v2 is 3, and its collections have 2"),
        ({"series_removed": 1}, "series_removed of v2 is 1, and its collections have 0"),
        ({"new_collections": []}, "new_collections of v2 are not the collections of that status"),
        ({"removed_collections": ["a"]}, "removed_collections of v2"),
        ({"series_added": "2"}, r"Expected `int`, got `str` - at `\$.series_added`"),
        ({"new_collections": [1]}, r"Expected `str`, got `int` - at `\$.new_collections\[0\]`"),
        ({"collections": [{}]}, r"missing required field `collection_id` - at `\$.collections\[0\]`"),
        ({"collections": None}, r"Expected `array`, got `null` - at `\$.collections`"),
    ],
)
def test_an_answer_that_does_not_add_up_is_an_error(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ContractError, match=said):
        v3.release_changes(client(operation(**wrong)), 2)


def by_sql(*tables: Any) -> Callable[[str, Any], Any]:
    """A service without the operation; its SQL gives these rows, one list after another."""
    left = list(tables)

    def answer(path: str, _: Any) -> Any:
        if path == "/v3/version":
            return VERSION
        if path == CHANGES:
            return NOT_THERE
        rows, truncated = left.pop(0)
        return {
            "columns": list(rows[0]) if rows else ["a"], "rows": rows, "row_count": len(rows), "truncated": truncated,
            "max_rows": 10_000,
        }  # fmt: skip

    return answer


SUMS: dict[str, Any] = {
    "collection": None, "series_added": 1, "series_revised": 0, "series_removed": 0, "bytes_added": 10**9,
    "bytes_revised": 0, "bytes_removed": 0, "patients_affected": 1, "was": True, "remains": True,
}  # fmt: skip
A = {**SUMS, "collection": "a"}
DAYS = [{"release": 1, "day": "2020-06-01"}, {"release": 2, "day": ""}]


def test_sql_that_adds_up_is_put_together() -> None:
    found = v3.release_changes(client(by_sql(([A, SUMS], False), ([], False), (DAYS, False))), 2)
    assert (found.release_date, found.previous_release_date, found.size_tb_added) == (None, "2020-06-01", 0.001)
    assert [one.status.value for one in found.collections] == ["updated"]


@pytest.mark.parametrize(
    ("tables", "error", "said"),
    [
        ([([A, SUMS], True)], TruncatedResult, "more than 10000 rows"),
        ([([A], False)], ContractError, "one row of totals and gave 0"),
        ([([{**A, "series_added": 2}, SUMS], False), ([], False), (DAYS, False)], ContractError, "is 1, and its coll"),
        ([([{**SUMS, "bytes_added": 0.5}], False)], ContractError, "bytes_added and gave 0.5"),
        ([([A, SUMS], False), ([], False), (DAYS[:1], False)], ContractError, "does not have the data release 2"),
        ([([{**A, "collection": 7}, SUMS], False)], ContractError, "asked for collection and gave 7"),
        ([([A, {**SUMS, "was": 1}], False)], ContractError, "asked for was and gave 1"),
        (
            [([A, SUMS], False), ([{"is_new": True}], False)],
            ContractError,
            "asked for analysis_result_id and gave noth",
        ),
        ([([A, SUMS], False), ([], False), ([{"release": [], "day": ""}], False)], ContractError, "release and gave"),
        ([([A, SUMS], False), ([], False), ([{"release": True, "day": ""}], False)], ContractError, "gave True"),
    ],
)
def test_sql_that_is_cut_short_or_does_not_add_up_is_an_error(tables: Any, error: Any, said: str) -> None:
    with pytest.raises(error, match=said):
        v3.release_changes(client(by_sql(*tables)), 2)


def test_a_list_of_releases_that_does_not_add_up_to_todays_archive_is_an_error() -> None:
    version = {**VERSION, "idc_version": "v1"}
    row = {**SUMS, "release": 1, "day": "2020-06-01", "bytes_gained": 5, "series_today": 2, "bytes_today": 5}

    def answer(path: str, _: Any) -> Any:
        table = {"columns": list(row), "rows": [row], "row_count": 1, "truncated": False, "max_rows": 9}
        return version if path == "/v3/version" else table

    with pytest.raises(ContractError, match="add up to 1 series and 5 bytes, and the archive has 2 and 5"):
        v3.releases(client(answer))
    with pytest.raises(ContractError, match="asked for the data releases 1 to 25 and gave others"):
        v3.releases(client(lambda path, body: VERSION if path == "/v3/version" else answer(path, body)))


def test_a_failure_of_the_operation_is_not_hidden_by_asking_otherwise() -> None:
    failing = client(lambda path, _: VERSION if path == "/v3/version" else httpx.Response(500, text="no"))
    with pytest.raises(ServerError):
        v3.release_changes(failing, 2)


def test_data_that_moves_meanwhile_is_an_error() -> None:
    versions = iter([VERSION, {**VERSION, "idc_index_data_version": "25.0.6"}])
    moving = operation()
    with pytest.raises(DataReleaseChanged):
        v3.release_changes(
            client(lambda path, body: next(versions) if path == "/v3/version" else moving(path, body)), 2
        )


def test_the_generated_function_names_its_404() -> None:
    from idc_client.api.v3 import get_release_changes
    from idc_client.models import V3RouterError

    assert "404" in (get_release_changes.sync_detailed.__doc__ or "")
    with connect(NOWHERE, transport=httpx.MockTransport(lambda _: NOT_THERE)) as idc, pytest.raises(APIError):
        get_release_changes.sync(client=idc)
    from idc_client import Client

    plain = Client(NOWHERE, httpx_args={"transport": httpx.MockTransport(lambda _: NOT_THERE)})
    assert isinstance(get_release_changes.sync(client=plain), V3RouterError)
