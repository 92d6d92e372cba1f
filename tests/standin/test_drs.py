"""The resolver of GUIDs: GA4GH's shapes, the index's facts, and nothing made up."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from idc_standin.archive.objects import Bundle, Instance, Objects
from tests.support.standin_process import serving

OBJECTS = "/ga4gh/drs/v1/objects"
SERIES = "099a1844-dc1c-44bd-91f8-e6f1860cbfce"
NOBODY = "11111111-2222-4333-8444-555555555555"
CURRENT = str(files("idc_index_data") / "idc_index.parquet")
PRIOR = str(files("idc_index_data") / "prior_versions_index.parquet")


def resolved(http: httpx.Client, guid: str) -> dict[str, Any]:
    answer = http.get(f"{OBJECTS}/{guid}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_series_is_a_bundle_with_what_the_index_says_of_it(http: httpx.Client) -> None:
    rows = duckdb.sql(
        "SELECT crdc_series_uuid, SeriesInstanceUID, instanceCount, series_size_MB, series_aws_url "
        f"FROM '{CURRENT}' USING SAMPLE reservoir(5 ROWS) REPEATABLE (7)"
    ).fetchall()
    for uuid, uid, count, megabytes, address in rows:
        found = resolved(http, f"dg.4DFC/{uuid}")
        assert (found["id"], found["name"], found["form"]) == (f"dg.4DFC/{uuid}", uid, "bundle")
        assert found["self_uri"] == f"drs://nci-crdc.datacommons.io/dg.4DFC/{uuid}"
        assert found["size"] == round(megabytes * 1e6)
        assert len(found["contents"]) == count
        urls = {method["type"]: method["access_url"]["url"] for method in found["access_methods"]}
        assert urls["s3"] == address.removesuffix("*")
        assert urls["gs"].startswith("gs://idc-open-")


def test_its_contents_resolve_to_files_at_the_addresses_of_the_manifests(http: httpx.Client) -> None:
    for part in resolved(http, SERIES)["contents"]:
        found = resolved(http, part["id"])
        uuid = part["id"].removeprefix("dg.4DFC/")
        assert (found["id"], found["form"], found["contents"]) == (part["id"], "object", [])
        assert [method["access_url"]["url"] for method in found["access_methods"]] == [f"gs://idc-standin/{uuid}.dcm"]
        assert (found["size"], found["checksums"]) == (None, [])  # the index does not know


def test_a_study_guid_of_a_manifest_is_a_bundle_of_its_series_as_last_revised(http: httpx.Client) -> None:
    body = {"name": "n", "description": "d", "filters": {"collection_id": ["tcga_kirc"], "race": ["ASIAN"]}}
    wanted = {"CRDC_Study_GUID": "True", "StudyInstanceUID": "True"}
    rows = http.post("/v1/cohorts/preview/manifest", params=wanted, json=body).json()["manifest"]["json_manifest"]
    for row in rows[:3]:
        found = resolved(http, row["CRDC_Study_GUID"])
        assert (found["name"], found["form"], found["access_methods"]) == (row["StudyInstanceUID"], "bundle", [])
        current = duckdb.sql(
            f"SELECT 'dg.4DFC/' || crdc_series_uuid FROM '{CURRENT}' WHERE StudyInstanceUID = '{found['name']}'"
        )
        parts = [part["id"] for part in found["contents"]]
        assert set(parts) == {row[0] for row in current.fetchall()}
        assert found["size"] == sum(resolved(http, part)["size"] for part in parts)


def test_v3s_addresses_are_those_of_the_resolver(http: httpx.Client) -> None:
    body = {"filters": {"terms": {"collection_id": ["rider_pilot"]}}, "page_size": 3}
    for row in http.post("/v3/cohort/manifest", json=body).json()["series"]:
        addresses = [
            method["access_url"]["url"] for method in resolved(http, row["crdc_series_uuid"])["access_methods"]
        ]
        assert row["series_aws_url"].removesuffix("*") in addresses


def test_a_revision_that_has_been_replaced_is_still_resolved(http: httpx.Client) -> None:
    found = duckdb.sql(f"SELECT crdc_series_uuid, series_aws_url FROM '{PRIOR}' ORDER BY 1 LIMIT 1").fetchall()
    uuid, address = found[0]
    assert resolved(http, uuid)["access_methods"][0]["access_url"]["url"] == address.removesuffix("*")


@pytest.mark.parametrize("guid", [SERIES, f"dg.4DFC/{SERIES}", f"dg.4DFC%2F{SERIES}"])
def test_guids_are_taken_with_and_without_prefix_and_with_a_quoted_slash(http: httpx.Client, guid: str) -> None:
    assert resolved(http, guid)["id"] == f"dg.4DFC/{SERIES}"


@pytest.mark.parametrize(
    "guid",
    [
        NOBODY,
        f"dg.9999/{SERIES}",
        SERIES.upper(),
        f"{SERIES}/",
        "x",
        "%00",
        "a'b",
        "099a1844-dc1c-84bd-91f8-e6f1860fffff",
    ],
)
def test_an_unknown_guid_is_not_found_in_the_shape_of_drs(http: httpx.Client, guid: str) -> None:
    answer = http.get(f"{OBJECTS}/{guid}")
    assert (answer.status_code, answer.json()) == (404, {"msg": "no record found", "status_code": 404})


def test_each_access_method_has_its_address(http: httpx.Client) -> None:
    for method in resolved(http, SERIES)["access_methods"]:
        assert resolved(http, f"dg.4DFC/{SERIES}/access/{method['access_id']}") == method["access_url"]
    for unknown in (f"{SERIES}/access/ftp", f"{NOBODY}/access/gs", f"{SERIES}/access/", f"{SERIES}/access"):
        assert http.get(f"{OBJECTS}/{unknown}").status_code == 404


@pytest.mark.parametrize(("method", "path", "status"), [("POST", f"{OBJECTS}/x", 405), ("GET", "/ga4gh/drs/v1/x", 404)])
def test_other_requests_fail_in_the_shape_of_drs(http: httpx.Client, method: str, path: str, status: int) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    assert answer.json()["status_code"] == status
    assert set(answer.json()) == {"msg", "status_code"}


def test_the_last_instance_of_a_series_is_found_and_there_is_none_after_it(archive_file: Path) -> None:
    objects = Objects(archive_file)
    try:
        series = objects.find(SERIES)
        assert isinstance(series, Bundle)
        last = objects.find(series.parts[-1])
        assert isinstance(last, Instance)
        assert last.address.endswith(f"/{last.uuid}.dcm")
        assert len(set(series.parts)) == len(series.parts)
        assert objects.find(f"{last.uuid[:-5]}{len(series.parts):05x}") is None
    finally:
        objects.close()


def test_no_series_of_the_index_could_be_taken_for_an_instance(archive_file: Path) -> None:
    with duckdb.connect(str(archive_file), read_only=True) as connection:
        odd = "SELECT count(*) FROM series WHERE crdc_series_uuid[15] = '8' OR length(crdc_series_uuid) <> 36"
        assert connection.execute(odd).fetchall() == [(0,)]


def test_a_host_that_has_retired_v1_still_resolves() -> None:
    with serving("--retired") as url:
        assert httpx.get(f"{url}{OBJECTS}/{SERIES}").json()["name"].startswith("1.3.6.1.4.1.14519")
