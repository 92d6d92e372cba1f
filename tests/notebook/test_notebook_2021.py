"""The notebook "How to Use the IDC APIs" (2021), cell by cell, with the calls it makes and the numbers it prints.

Written with plain HTTP, as the notebook is; tests/client/v1/test_v1.py walks the same flow with idc_ext.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

COHORT = {
    "name": "testcohort",
    "description": "Test description",
    "filters": {"collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "Modality": ["CT", "MR"], "race": ["ASIAN"]},
}
COLUMNS = {
    "sql": "False",
    "Collection_ID": "True",
    "Patient_ID": "True",
    "CRDC_Instance_GUID": "True",
    "GCS_URL": "True",
}
SERIES = [
    "dg.4DFC/099a1844-dc1c-44bd-91f8-e6f1860cbfce",
    "dg.4DFC/0cda1d25-1c66-4e45-bf4a-e77718debed8",
    "dg.4DFC/32305644-df68-4667-a22d-867725b63670",
    "dg.4DFC/3446f5bb-4a73-4460-8df8-30ef115a66bb",
    "dg.4DFC/3faa6ee2-a9e2-419a-b56f-679a26b1cd9c",
    "dg.4DFC/450c9725-a794-4712-a205-88bb31a5e5ca",
    "dg.4DFC/493f3664-d789-419f-a01a-954eb566c96a",
    "dg.4DFC/533d0601-2ca4-436b-b581-ae0a3be5fa36",
    "dg.4DFC/53bee101-08b8-44e7-acd7-6bf9744ac524",
    "dg.4DFC/562640ef-cced-4cef-9a06-d65cf402ae0d",
]
COLLECTIONS = {
    "tcga_prad": 14, "tcga_blca": 120, "tcga_ucec": 65, "tcga_hnsc": 227, "tcga_lusc": 37, "tcga_kirp": 33,
    "tcga_thca": 6, "tcga_sarc": 5, "tcga_esca": 16, "tcga_cesc": 54, "tcga_stad": 46, "tcga_coad": 25,
    "tcga_kich": 15, "tcga_read": 3, "ispy1": 222, "qin_headneck": 279, "lidc_idri": 1010, "tcga_luad": 69,
    "tcga_lihc": 97, "tcga_brca": 139, "tcga_ov": 143, "tcga_kirc": 267, "tcga_lgg": 199, "tcga_gbm": 262,
    "nsclc_radiomics": 422,
}  # fmt: skip


@pytest.fixture(scope="module")
def head(credentials_file: Path) -> dict[str, str]:
    """Cell 56: the header, from the credentials file."""
    token = json.loads(credentials_file.read_text(encoding="utf-8"))
    return {"Authorization": "Bearer " + token["token_response"]["id_token"]}


@pytest.fixture(scope="module")
def first_page(http: httpx.Client) -> dict[str, Any]:
    """Cells 50 and 51: the first page of the preview."""
    response = http.post("/v1/cohorts/preview/manifest", params={**COLUMNS, "page_size": 2}, json=COHORT)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture(scope="module")
def cohort(http: httpx.Client, head: dict[str, str]) -> dict[str, Any]:
    """Cell 61: the saved cohort."""
    response = http.post("/v1/cohorts/", json=COHORT, headers=head)
    assert response.status_code == 200, response.text
    return response.json()["cohort_properties"]


def test_cells_3_to_5_about_greets(http: httpx.Client) -> None:
    about = http.get("/v1/about").json()
    assert about["code"] == 200
    assert about["message"].startswith("Welcome to the NCI IDC API, Version 1")
    assert "derived identifiers" in about["documentation"]
    for source in ("10.7937/K9/TCIA.2015.LO9QL9SX", "10.7937/TCIA.2018.h7umfurq"):
        assert source in about["documentation"]


def test_cells_6_to_12_versions_are_two_with_the_second_active(http: httpx.Client) -> None:
    versions = http.get("/v1/versions").json()["versions"]
    tcga = "Clinical, Biospecimen, and Mutation Data"
    common = [
        {"name": "isb-cgc.TCGA_bioclin_v0.Biospecimen", "data_type": tcga},
        {"name": "isb-cgc.TCGA_bioclin_v0.clinical_v1", "data_type": tcga},
    ]
    assert versions == [
        {
            "idc_data_version": "1.0",
            "date_active": "2020-10-06",
            "active": False,
            "data_sources": [*common, {"name": "idc-dev-etl.idc_v1.dicom_pivot_v1", "data_type": "Image Data"}],
        },
        {
            "idc_data_version": "2.0",
            "date_active": "2021-04-07",
            "active": True,
            "data_sources": [*common, {"name": "idc-dev-etl.idc_v2.dicom_pivot_v2", "data_type": "Image Data"}],
        },
    ]


def test_cells_15_and_16_the_25_collections_of_version_1(http: httpx.Client) -> None:
    response = http.get("/v1/collections", params={"idc_data_version": "1.0"})
    collections = response.json()["collections"]
    assert {c["collection_id"]: c["subject_count"] for c in collections} == COLLECTIONS
    assert [c["collection_id"] for c in collections] == list(COLLECTIONS)
    assert {(c["active"], c["species"], c["date_updated"]) for c in collections} == {(True, "Human", "2021-03-30")}
    assert collections[0]["cancer_type"] == "Prostate Cancer"
    assert collections[0]["doi"] == "10.7937/K9/TCIA.2016.YXOGLM4Y"


def test_cells_31_to_52_the_preview_has_1581_instances_and_shows_two(first_page: dict[str, Any]) -> None:
    manifest = first_page["manifest"]
    assert (manifest["totalFound"], manifest["rowsReturned"], len(manifest["json_manifest"])) == (1581, 2, 2)
    assert first_page["cohort"] == {
        "name": "testcohort",
        "description": "Test description",
        "filterSet": {
            "idc_data_version": "2.0",
            "filters": {"collection_id": ["tcga_luad", "tcga_kirc"], "Modality": ["CT", "MR"], "race": ["ASIAN"]},
        },
        "sql": "",
    }
    for row in manifest["json_manifest"]:
        assert set(row) == {"Collection_ID", "Patient_ID", "CRDC_Instance_GUID", "GCS_URL"}
        assert row["Collection_ID"] == "tcga_kirc"
        assert row["GCS_URL"] == f"gs://idc-standin/{row['CRDC_Instance_GUID'].removeprefix('dg.4DFC/')}.dcm"


def test_cell_53_the_next_page_has_ten_rows_more(http: httpx.Client, first_page: dict[str, Any]) -> None:
    params = {"page_size": 10, "next_page": first_page["next_page"]}
    page = http.post("/v1/cohorts/preview/manifest", params=params, json=COHORT).json()
    assert page["cohort"] == {}
    assert (page["manifest"]["totalFound"], page["manifest"]["rowsReturned"]) == (1581, 10)
    assert page["next_page"] not in ("", first_page["next_page"])
    rows = first_page["manifest"]["json_manifest"] + page["manifest"]["json_manifest"]
    urls = [row["GCS_URL"] for row in rows]
    assert urls == sorted(set(urls))
    assert {row["Patient_ID"] for row in rows} <= {"TCGA-B0-4821", "TCGA-BP-4970", "TCGA-CJ-4899"}


def test_cell_61_creating_the_cohort_echoes_it_as_it_was_sent(cohort: dict[str, Any]) -> None:
    assert cohort["cohort_id"] > 0
    assert cohort["filterSet"] == {"idc_data_version": "2.0", "filters": COHORT["filters"]}


def test_cell_65_the_cohort_has_26_series_and_shows_ten(
    http: httpx.Client, head: dict[str, str], cohort: dict[str, Any]
) -> None:
    params = {"CRDC_Series_GUID": "True", "page_size": 10}
    page = http.get(f"/v1/cohorts/{cohort['cohort_id']}/manifest", params=params, headers=head).json()
    assert page["cohort"]["cohort_id"] == cohort["cohort_id"]
    assert (page["manifest"]["totalFound"], page["manifest"]["rowsReturned"]) == (26, 10)
    assert [row["CRDC_Series_GUID"] for row in page["manifest"]["json_manifest"]] == SERIES
    assert page["next_page"]


def test_cell_69_the_query_that_once_gave_500_finds_522_nodules(http: httpx.Client) -> None:
    filters = {"collection_id": ["LIDC_IDRI"], "Spiculation": ["4 Out of 5", "5 out of 5 (Marked spiculation)"]}
    body = {
        "cohort_def": {"name": "testcohort", "description": "Test description", "filters": filters},
        "queryFields": {"fields": ["PatientID", "SOPInstanceUID", "Modality", "Spiculation"]},
    }
    response = http.post("/v1/cohorts/preview/query", json=body, params={"sql": "False", "page_size": 10})
    assert response.status_code == 200, response.text
    page = response.json()
    assert (page["query_results"]["totalFound"], page["query_results"]["rowsReturned"]) == (522, 10)
    rows = page["query_results"]["json"]
    while page["next_page"]:
        params = {"next_page": page["next_page"], "page_size": 200}
        page = http.post("/v1/cohorts/preview/query", json=body, params=params).json()
        rows += page["query_results"]["json"]
    assert Counter((row["Modality"], row["Spiculation"]) for row in rows) == {
        ("SR", "4 out of 5"): 269,
        ("SR", "5 out of 5 (Marked spiculation)"): 253,
    }
    assert len({row["SOPInstanceUID"] for row in rows}) == 522
    assert all(row["PatientID"].startswith("LIDC-IDRI-") for row in rows)
    assert {tuple(row) for row in rows} == {("Modality", "PatientID", "SOPInstanceUID", "Spiculation")}


def test_cell_71_dicom_metadata_has_the_32_columns_of_the_notebook(http: httpx.Client, head: dict[str, str]) -> None:
    page = http.get("/v1/dicomMetadata", params={"page_size": 10}, headers=head).json()
    results = page["query_results"]
    assert results["rowsReturned"] == len(results["json"]) == 10
    assert results["totalFound"] > 3_075_233  # the notebook was shown version 1.0, which the index has shrunk since
    assert page["next_page"]
    for row in results["json"]:
        assert len(row) >= 32
        for name in ("Allergies", "ImageType", "MedicalAlerts"):
            assert isinstance(row.pop(name), list)
        assert all(value is None or isinstance(value, str) for value in row.values())
    assert [r["SOPInstanceUID"] for r in results["json"]] == sorted(r["SOPInstanceUID"] for r in results["json"])
