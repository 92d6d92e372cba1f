"""What v3 has: totals, collections, attributes and their values, tables and the types of their columns, viewers."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.standin import v3_oracle as oracle
from tests.standin.v3_requests import post
from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    import httpx


def test_stats_are_the_totals_of_release_25(http: httpx.Client) -> None:
    assert http.get("/v3/stats").json() == {
        "idc_version": "v25",
        "collections": 179,
        "analysis_results": 26,
        "patients": 86_362,
        "studies": 168_507,
        "series": 1_044_191,
        "instances": 58_784_975,
        "size_TB": 99.945,
    }


def test_every_collection_listed_has_a_detail_that_agrees(http: httpx.Client) -> None:
    collections = http.get("/v3/collections").json()
    identifiers = [collection["collection_id"] for collection in collections]
    assert identifiers == sorted(set(identifiers))
    for summary in collections[::30]:
        detail = http.get(f"/v3/collections/{summary['collection_id']}").json()
        assert summary.items() <= detail.items()
        assert detail["series"] == sum(licence["series"] for licence in detail["licenses"])
        assert detail["modalities"] == sorted(detail["modalities"])
        counts = post(
            http, "cohort/counts", {"filters": {"terms": {"collection_id": [summary["collection_id"]]}}}
        ).json()
        counted = {name: counts[name] for name in ("patients", "studies", "series", "instances", "size_TB")}
        assert counted.items() <= detail.items()


def test_attributes_come_in_the_documented_order_with_their_kinds(http: httpx.Client) -> None:
    schemas = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))["components"]["schemas"]
    attributes = http.get("/v3/attributes").json()
    terms, ranges = schemas["V3TermAttribute"]["enum"], schemas["V3RangeAttribute"]["enum"]
    assert [(a["name"], a["kind"]) for a in attributes] == [
        *((name, "term") for name in terms),
        *((name, "range") for name in ranges),
    ]
    assert [a["name"] for a in attributes if not a["categorical"]] == [*terms[2:5], *ranges]


@pytest.mark.parametrize("column", ["Modality", "SeriesNumber", "instanceCount", "series_size_MB"])
def test_values_are_the_most_frequent_first_and_equal_ones_ascend(http: httpx.Client, column: str) -> None:
    answer = http.get(f"/v3/attributes/{column}/values", params={"limit": 20}).json()
    expected = oracle.rows(
        f'SELECT "{column}" AS value, count(*) AS count FROM series WHERE "{column}" IS NOT NULL '
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20"
    )
    assert oracle.text(answer["values"]) == oracle.text(expected)
    assert answer["truncated"] is True


def test_viewers_are_addressed_by_study_and_series(http: httpx.Client) -> None:
    base = "https://viewer.imaging.datacommons.cancer.gov"
    for where, viewer, path, more in (
        ("Modality = 'SM'", "slim", "/slim/studies/{0}", "/series/{0}"),
        (
            "collection_id = 'rider_pilot'",
            "ohif_v3",
            "/v3/viewer/?StudyInstanceUIDs={0}",
            "&initialSeriesInstanceUID={0}",
        ),
    ):
        sql = f"SELECT StudyInstanceUID AS study, SeriesInstanceUID AS series FROM index WHERE {where} LIMIT 1"
        row = http.post("/v3/sql", json={"sql": sql}).json()["rows"][0]
        of_series = http.get("/v3/viewer-url", params={"series_instance_uid": row["series"]}).json()
        of_study = http.get("/v3/viewer-url", params={"study_instance_uid": row["study"]}).json()
        assert (of_study["viewer"], of_study["viewer_url"]) == (viewer, base + path.format(row["study"]))
        assert of_series["viewer_url"] == of_study["viewer_url"] + more.format(row["series"])
    old = http.get("/v3/viewer-url", params={"study_instance_uid": row["study"], "viewer": "ohif_v2"}).json()
    assert old["viewer_url"] == f"{base}/viewer/{row['study']}"


# --- tables -------------------------------------------------------------------------------------------------------

TABLES = ["index", "collections_index", "analysis_results_index", "version_metadata_index", "prior_versions_index"]
PROVENANCE = (
    "STRUCT(data_contributor VARCHAR, source_data_provider VARCHAR, deidentification_party VARCHAR, "
    "dicom_conversion_by VARCHAR)"
)
#: Columns whose type is the engine's, as the reference has it where it has it whole.
STRUCTS = {
    ("analysis_results_index", "provenance"): PROVENANCE,
    ("collections_index", "sources"): (
        "STRUCT(source_id VARCHAR, source_title VARCHAR, source_type VARCHAR, source_doi VARCHAR, source_url VARCHAR, "
        "modalities VARCHAR, license STRUCT(license_url VARCHAR, license_long_name VARCHAR, license_short_name "
        f'VARCHAR), citation VARCHAR, provenance {PROVENANCE}, "Access" VARCHAR, ImageTypes VARCHAR)[]'
    ),
}


def schema(table: str) -> dict[str, Any]:
    """A schema as published with the data."""
    name = "idc_index" if table == "index" else table
    found: dict[str, Any] = yaml.safe_load((files("idc_index_data") / f"{name}_schema.json").read_text("utf-8"))
    return found


def test_tables_come_in_their_order_with_the_published_descriptions(http: httpx.Client) -> None:
    expected = [
        {"name": name, "description": schema(name)["table_description"], "column_count": len(schema(name)["columns"])}
        for name in TABLES
    ]
    assert oracle.text(http.get("/v3/tables").json()) == oracle.text({"tables": expected})


@pytest.mark.parametrize("table", TABLES)
def test_a_column_has_the_published_type_and_a_record_has_that_of_the_engine(http: httpx.Client, table: str) -> None:
    columns = [
        {
            "name": column["name"],
            "type": STRUCTS.get(
                (table, column["name"]), column["type"] + ("[]" if column.get("mode") == "REPEATED" else "")
            ),
            "description": column.get("description") or "",
        }
        for column in schema(table)["columns"]
    ]
    expected = {"name": table, "description": schema(table)["table_description"], "columns": columns}
    assert http.get(f"/v3/tables/{table}").text == oracle.text(expected)
    assert not [one["name"] for one in columns if one["type"].startswith("RECORD")]


@pytest.mark.parametrize("table", TABLES)
def test_a_described_table_can_be_queried(http: httpx.Client, table: str) -> None:
    described = http.get(f"/v3/tables/{table}").json()["columns"]
    found = post(http, "sql", {"sql": f"SELECT * FROM {table}", "max_rows": 1}).json()
    assert found["columns"] == [column["name"] for column in described]


@pytest.mark.parametrize(("table", "column"), STRUCTS)
def test_the_type_of_a_record_is_that_of_the_published_file(table: str, column: str) -> None:
    path = files("idc_index_data") / f"{table}.parquet"
    described = oracle.rows(f"SELECT typeof({column}) AS kind FROM read_parquet('{path}') LIMIT 1")
    assert described == [{"kind": STRUCTS[table, column]}]
