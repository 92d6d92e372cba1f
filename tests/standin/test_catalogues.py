"""The catalogues of the stand-in, compared with the index and with its own responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from idc_standin.contract import Contract
from idc_standin.v1.query import Query, conditions
from idc_standin.v1.store import Store
from tests.standin import oracle
from tests.standin.oracle import NEWEST

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.standin.oracle import Release

SUFFIXES = ("_lt", "_lte", "_btw", "_gte", "_gt")


@pytest.fixture(scope="module")
def attributes(http: httpx.Client) -> list[dict[str, Any]]:
    return [a for source in http.get("/v1/attributes").json()["data_sources"] for a in source["attributes"]]


def test_the_attributes_are_those_of_the_document(attributes: list[dict[str, Any]]) -> None:
    names = [attribute["name"] for attribute in attributes]
    assert set(names) == set(Contract().document["components"]["schemas"]["V1AttributeName"]["enum"])
    assert [name for name in names if names.count(name) > 1] == ["program_name"] * 2  # it is in both TCGA tables
    for attribute in attributes:
        if attribute["data_type"] == "Continuous Numeric" and not attribute["name"].endswith(SUFFIXES):
            at = names.index(attribute["name"])
            assert names[at + 1 : at + 6] == [attribute["name"] + suffix for suffix in SUFFIXES]
            assert len({other["active"] for other in attributes[at : at + 6]}) == 1


def test_active_attributes_can_match_something_and_the_others_nothing(
    http: httpx.Client, attributes: list[dict[str, Any]]
) -> None:
    instance_level = {"SOPInstanceUID", "crdc_instance_uuid", "gcs_url"}  # a pattern would be matched one by one
    for attribute in attributes:
        name = attribute["name"]
        if name in instance_level or name.endswith(("_lt", "_lte", "_gt")) or "_percent_" in name:
            continue
        numeric = attribute["data_type"] == "Continuous Numeric"
        ways: list[list[Any]] = [["%"], ["None"]]
        if numeric:
            ways = [[-1e9, 1e9]] if name.endswith("_btw") else [[1e9], [-1e9]]
        totals = []
        for values in ways:
            body = {"name": "n", "description": "", "filters": {name: values}}
            params = {"Collection_ID": "True", "page_size": 1}
            response = http.post("/v1/cohorts/preview/manifest", params=params, json=body)
            assert response.status_code == 200, response.text
            totals.append(response.json()["manifest"]["totalFound"])
        assert any(totals) == attribute["active"], name


def test_instance_attributes_are_active_and_match(
    http: httpx.Client, attributes: list[dict[str, Any]], second: Release
) -> None:
    active = {attribute["name"] for attribute in attributes if attribute["active"]}
    row = second.rows[0]
    for name, derive in oracle.INSTANCE.items():
        assert name in active
        body = {"name": "n", "description": "", "filters": {name: [derive(row, 0).upper(), "x"]}}
        page = http.post("/v1/cohorts/preview/manifest", params={"GCS_URL": "True"}, json=body).json()
        assert page["manifest"]["json_manifest"] == [{"GCS_URL": oracle.INSTANCE["gcs_url"](row, 0)}]


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_attributes_can_be_requested_by_data_source(http: httpx.Client, version: str) -> None:
    whole = http.get("/v1/attributes", params={"idc_data_version": version}).json()
    assert whole["idc_data_version"] == version
    reported = {v["idc_data_version"]: v["data_sources"] for v in http.get("/v1/versions").json()["versions"]}
    assert [source["data_source"] for source in whole["data_sources"]] == [
        source["name"] for source in reported[version]
    ]
    for source in whole["data_sources"]:
        params = {"idc_data_version": version, "data_source": source["data_source"]}
        assert http.get("/v1/attributes", params=params).json()["data_sources"] == [source]


def test_tcga_patients_have_by_definition_the_facts_that_their_collections_tell(
    http: httpx.Client, second: Release
) -> None:
    for filters, collections in (
        ({"program_name": ["tcga"]}, {c for c in second.values["collection_id"] if c.startswith("tcga_")}),
        ({"project_short_name": ["TCGA-LUAD", "TCGA-KIRC"]}, {"tcga_luad", "tcga_kirc"}),
        ({"disease_code": ["READ"]}, {"tcga_read"}),
        ({"case_barcode": ["TCGA-CL-5917"]}, {"tcga_read"}),
    ):
        body = {"name": "n", "description": "", "filters": filters}
        page = http.post("/v1/cohorts/preview/manifest", params={"Collection_ID": "True"}, json=body).json()
        assert {row["Collection_ID"] for row in page["manifest"]["json_manifest"]} == collections


# --- collections and analysis results, over the store of every release -------------------------------------------


@pytest.fixture(scope="module")
def held() -> dict[str, set[int]]:
    """Collection -> releases that had series of it."""
    rows = oracle.index().cursor().execute("SELECT DISTINCT collection_id, since, until FROM revisions").fetchall()
    found: dict[str, set[int]] = {}
    for name, since, until in rows:
        found.setdefault(name, set()).update(range(since, min(until, NEWEST) + 1))
    return found


@pytest.mark.parametrize("release", [3, 12])
def test_collections_of_a_release_are_those_with_series_in_it(
    newest: Store, held: dict[str, set[int]], release: int
) -> None:
    reported = {row["collection_id"]: row for row in newest.collections(release)}
    assert list(reported) == sorted(name for name, releases in held.items() if release in releases)
    for name, row in reported.items():
        assert row["releases"] == sorted(held[name])
    text = "SELECT collection_id, count(DISTINCT PatientID) FROM revisions WHERE $r BETWEEN since AND until GROUP BY 1"
    subjects = dict(oracle.index().cursor().execute(text, {"r": release}).fetchall())
    assert {name: row["subjects"] for name, row in reported.items()} == subjects


def test_a_server_of_the_newest_release_lists_its_collections(of_the_newest: httpx.Client) -> None:
    for version in ("", "1.0", "10.0", f"{NEWEST}.0"):
        response = of_the_newest.get("/v1/collections", params={"idc_data_version": version})
        assert response.status_code == 200, response.text
        assert of_the_newest.get("/v1/analysis_results", params={"idc_data_version": version}).status_code == 200


def test_collections_as_of_2_claim_no_later_version(http: httpx.Client, held: dict[str, set[int]]) -> None:
    collections = http.get("/v1/collections").json()["collections"]
    assert {c["collection_id"] for c in collections} == {name for name, releases in held.items() if 2 in releases}
    for collection in collections:
        expected = sorted(r for r in held[collection["collection_id"]] if r <= 2)
        assert collection["idc_data_versions"] == [f"{r}.0" for r in expected]


@pytest.mark.parametrize("release", [2, 10, NEWEST])
def test_analysis_results_of_a_release_have_series_in_it(newest: Store, release: int) -> None:
    text = """
        SELECT t.analysis_result_id, count(DISTINCT r.PatientID) FROM revisions r JOIN today t USING (SeriesInstanceUID)
        WHERE $r BETWEEN r.since AND r.until AND t.analysis_result_id IS NOT NULL GROUP BY 1 ORDER BY 1
    """
    expected = oracle.index().cursor().execute(text, {"r": release}).fetchall()
    assert [(row["analysis_result_id"], row["subjects"]) for row in newest.analysis_results(release)] == expected


def test_collections_and_analysis_results_name_the_versions_up_to_the_one_requested(
    http: httpx.Client, held: dict[str, set[int]]
) -> None:
    for version, upto in (("1.0", {"1.0"}), ("2.0", {"1.0", "2.0"})):
        for path, member in (("collections", "collections"), ("analysis_results", "analysisResults")):
            listed = http.get(f"/v1/{path}", params={"idc_data_version": version}).json()[member]
            assert set().union(*(row["idc_data_versions"] for row in listed)) == upto
            assert all(row["idc_data_versions"][-1] == version for row in listed)


def test_the_greeting_names_attributes_that_are_active_and_of_which_few_patients_have_a_value(
    http: httpx.Client,
) -> None:
    sources = http.get("/v1/attributes").json()["data_sources"]
    active = {a["name"]: a["active"] for source in sources for a in source["attributes"]}
    greeting = http.get("/v1/about").json()["documentation"]
    assert active["race"]
    assert "race of 5" in greeting
    assert "program_name of" not in greeting  # of thousands


def test_an_analysis_result_is_in_the_same_releases_whichever_of_them_is_requested(newest: Store) -> None:
    reported: dict[str, set[tuple[int, ...]]] = {}
    for release in (2, 10, 18, 22, 24, NEWEST):
        for row in newest.analysis_results(release):
            assert release in row["releases"]
            reported.setdefault(row["analysis_result_id"], set()).add(tuple(row["releases"]))
    assert {name: found for name, found in reported.items() if len(found) > 1} == {}


def test_versions_are_the_releases_of_the_index(newest: Store) -> None:
    text = "SELECT idc_version, version_timestamp FROM read_parquet($path) ORDER BY 1"
    expected = (
        oracle.index().cursor().execute(text, {"path": str(oracle.INDEX / "version_metadata_index.parquet")}).fetchall()
    )
    reported = newest.versions()
    assert [release for release, _ in reported] == [release for release, _ in expected]
    assert reported[2:] == expected[2:]
    assert dict(reported)[1] == "2020-10-06"


def test_the_store_of_one_release_has_no_later_series(archive_file: Path, second: Release) -> None:
    store = Store(archive_file, 2)
    try:
        query = Query(2, conditions({}), ("SeriesInstanceUID",), ("SeriesInstanceUID",))
        found = store.find(query)
        assert [row[0] for row in store.rows(found, query.columns, 0, found.total)] == second.values[
            "SeriesInstanceUID"
        ]
    finally:
        store.close()
