"""Answers: generated models keep all of them, and the answers of 2021 fit the document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from idc_contract.document.openapi import DOCUMENT, OPERATIONS, V1, Operation, examples, lost, misfit, resolved, schema
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

ALL_COLUMNS = (
    "Collection_ID", "Patient_ID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "Source_DOI",
    "CRDC_Study_GUID", "CRDC_Series_GUID", "CRDC_Instance_GUID", "GCS_URL",
)  # fmt: skip
SPEC = {"name": "n", "description": "", "filters": {"collection_id": ["tcga_read"], "bmi_btw": [1, 99.5]}}
ASKING = [operation for operation in V1.values() if operation.method in {"GET", "POST"}]


# Mistakes that wait to be mended; a row that is no longer true fails its test, so that it goes.
def _each(operations: Iterable[Operation]) -> list[Any]:
    return [pytest.param(operation, id=operation.id) for operation in operations]


@pytest.fixture(scope="module")
def ada(standin: str, credentials_file: Path) -> Iterator[httpx.Client]:
    """A client of the stand-in with a user's token."""
    token = json.loads(credentials_file.read_text(encoding="utf-8"))["token_response"]["id_token"]
    with httpx.Client(base_url=standin, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        yield client


@pytest.fixture
def cohort_id(ada: httpx.Client) -> int:
    """A saved cohort."""
    response = ada.post("/v1/cohorts", json=examples(OPERATIONS["createCohort"].body)[0])
    return int(response.json()["cohort_properties"]["cohort_id"])


@pytest.fixture(scope="module")
def hurried(state: Path, ada: httpx.Client) -> Iterator[httpx.Client]:
    """The same user at a stand-in that answers every query with 202 first."""
    with (
        serving("--as-of", "2.0", "--state", str(state), "--patience", "0") as url,
        httpx.Client(base_url=url, headers=ada.headers) as client,
    ):
        yield client


def call(client: httpx.Client, operation: Operation, cohort_id: int, **more: Any) -> httpx.Response:
    """A request as in the examples of an operation, with a cohort that exists."""
    parameters = {p["name"]: value for p in operation.parameters for value in examples(p) if p["in"] == "query"}
    path = operation.path.format(cohort_id=cohort_id)
    return client.request(operation.method, path, **{"params": parameters} | more)


def fits(operation: Operation, response: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The body of an answer that has the status, fits its schema, and survives its model."""
    assert response.status_code == status, response.text
    content: dict[str, Any] = response.json()
    assert misfit(schema(operation.schema(status)), content) == ""
    assert lost(operation.schema(status), content) == ""
    return content


# --- the generated models lose nothing -----------------------------------------------------------------------------


def _examples_of_answers() -> list[Any]:
    declared = [
        (name, media["schema"], media)
        for operation in V1.values()
        for name, answer in operation.node["responses"].items()
        for media in resolved(answer)["content"].values()
    ]
    shown = {
        json.dumps([where["$ref"], value], sort_keys=True): (where["$ref"].rpartition("/")[2], value)
        for _, where, media in declared
        for value in examples(media)
    }
    return [pytest.param(*pair, id=f"{pair[0]}-{number}") for number, pair in enumerate(shown.values())]


@pytest.mark.parametrize(("name", "content"), _examples_of_answers())
def test_the_example_of_an_answer_survives_its_model(name: str, content: dict[str, Any]) -> None:
    assert lost(name, content) == ""


@pytest.mark.parametrize("operation", V1.values(), ids=V1)
def test_the_example_of_a_body_survives_its_model(operation: Operation) -> None:
    for content in examples(operation.body or {}):
        assert lost(operation.body["schema"]["$ref"].rpartition("/")[2], content) == ""


@pytest.mark.parametrize("operation", _each(ASKING))
def test_the_answer_to_the_example_survives_its_model(ada: httpx.Client, cohort_id: int, operation: Operation) -> None:
    for content in examples(operation.body) if operation.body else [None]:
        body = {"json": content} if operation.body else {}
        fits(operation, call(ada, operation, cohort_id, **body))


@pytest.mark.parametrize("name", ["listCollections", "listAnalysisResults", "listAttributes"])
def test_all_that_a_catalogue_lists_survives_its_model(ada: httpx.Client, name: str) -> None:
    for parameters in ({}, {"idc_data_version": "1.0"}, {"idc_data_version": "2.0"}):
        fits(OPERATIONS[name], ada.get(OPERATIONS[name].path, params=parameters))


def test_the_attributes_listed_are_those_that_filters_may_name(ada: httpx.Client) -> None:
    sources = ada.get("/v1/attributes").json()["data_sources"]
    listed = {attribute["name"] for source in sources for attribute in source["attributes"]}
    assert sorted(listed) == sorted(DOCUMENT["components"]["schemas"]["V1AttributeName"]["enum"])


def test_every_page_of_a_manifest_with_all_columns_and_sql_survives_its_model(ada: httpx.Client) -> None:
    operation = OPERATIONS["previewManifest"]
    parameters: dict[str, Any] = dict.fromkeys(ALL_COLUMNS, "True") | {"sql": "True", "page_size": 700}
    spec = SPEC | {"filters": {"collection_id": ["tcga_read"]}}
    first = fits(operation, call(ada, operation, 0, params=parameters, json=spec))
    assert "#standardSQL" in first["cohort"]["sql"]
    assert set(first["manifest"]["json_manifest"][0]) == set(ALL_COLUMNS)
    parameters = {"next_page": first["next_page"], "page_size": 700}
    second = fits(operation, call(ada, operation, 0, params=parameters, json=spec))
    assert second["cohort"] == {}


def test_every_page_of_a_query_of_all_fields_survives_its_model(ada: httpx.Client) -> None:
    operation = OPERATIONS["previewQuery"]
    fields = DOCUMENT["components"]["schemas"]["V1QueryField"]["enum"]
    body = {"cohort_def": {**SPEC, "filters": {}}, "queryFields": {"fields": fields}}
    first = fits(operation, call(ada, operation, 0, params={"page_size": 100}, json=body))
    assert set(first["query_results"]["json"][0]) == set(fields)
    parameters = {"next_page": first["next_page"], "page_size": 100}
    second = fits(operation, call(ada, operation, 0, params=parameters, json=body))
    assert second["cohort"] == {}
    assert "cohort_def" not in second


def test_a_second_page_of_dicom_metadata_survives_its_model(ada: httpx.Client) -> None:
    operation = OPERATIONS["getDicomMetadata"]
    first = fits(operation, call(ada, operation, 0, params={"page_size": 100}))
    second = fits(operation, call(ada, operation, 0, params={"page_size": 100, "next_page": first["next_page"]}))
    assert second["cohort"] == {}


def test_a_cohort_keeps_the_form_of_its_numbers(ada: httpx.Client) -> None:
    filters = {"bmi_btw": [1, 99.5], "height": [170], "weight_lt": [1e300], "race": ["None", "", "\u2028𝔘"]}
    saved = fits(OPERATIONS["createCohort"], ada.post("/v1/cohorts", json=SPEC | {"filters": filters}))
    assert json.dumps(saved["cohort_properties"]["filterSet"]["filters"], sort_keys=True) == json.dumps(
        filters, sort_keys=True
    )


def test_all_four_outcomes_of_a_deletion_survive_their_models(
    ada: httpx.Client, cohort_id: int, new_credentials: Callable[..., Path], tmp_path: Path
) -> None:
    file = json.loads(new_credentials(tmp_path / "eve", "eve@example.org").read_text(encoding="utf-8"))
    eve = {"Authorization": f"Bearer {file['token_response']['id_token']}"}
    one, many = OPERATIONS["deleteCohort"], OPERATIONS["deleteCohorts"]

    foreign = fits(one, ada.delete(f"/v1/cohorts/{cohort_id}", headers=eve))
    assert foreign["cohorts"][0]["result"]["delete_permission"] is False
    body = {"cohorts": [cohort_id, cohort_id, 2**64]}
    answers = fits(many, ada.request("DELETE", "/v1/cohorts", json=body))["cohorts"]
    assert [answer["cohort_id"] for answer in answers] == body["cohorts"]
    assert [sorted(answer["result"]) for answer in answers] == [["data", "notes"], ["message"], ["message"]]


# --- errors and other moods of the server ----------------------------------------------------------------------------


def test_what_is_not_answered_as_hoped_survives_its_model_too(
    ada: httpx.Client, cohort_id: int, new_credentials: Callable[..., Path], tmp_path: Path
) -> None:
    manifest = OPERATIONS["getCohortManifest"]
    path = f"/v1/cohorts/{cohort_id}/manifest"
    file = json.loads(new_credentials(tmp_path / "mallory", "mallory@example.org").read_text(encoding="utf-8"))
    mallory = {"Authorization": f"Bearer {file['token_response']['id_token']}"}
    fits(manifest, ada.get(path), 400)
    unauthorized = ada.get(path, headers={"Authorization": "Bearer x"})
    fits(manifest, unauthorized, 401)
    assert unauthorized.headers["WWW-Authenticate"] == "Bearer"
    fits(manifest, ada.get(path, headers=mallory), 403)
    fits(manifest, ada.get("/v1/cohorts/x/manifest"), 404)


@pytest.mark.parametrize("operation", _each([o for o in ASKING if "202" in o.node["responses"]]))
def test_what_takes_too_long_is_answered_with_what_survives_its_model(
    hurried: httpx.Client, cohort_id: int, operation: Operation
) -> None:
    body = {"json": examples(operation.body)[0]} if operation.body else {}
    fits(operation, call(hurried, operation, cohort_id, **body), 202)


def test_upstreams_bad_days_survive_their_models(credentials_file: Path, state: Path) -> None:
    token = json.loads(credentials_file.read_text(encoding="utf-8"))["token_response"]["id_token"]
    head = {"Authorization": f"Bearer {token}"}
    create = OPERATIONS["createCohort"]
    with (
        serving("--as-of", "2.0", "--state", str(state), "--quirks") as url,
        httpx.Client(base_url=url, headers=head) as http,
    ):
        hidden = fits(create, http.post(create.path, json=SPEC | {"filters": {}}))
        assert hidden["cohort_properties"]["code"] == 400
        saved = fits(create, http.post(create.path, json=SPEC | {"filters": {"bmi": [20.5], "race": ["ASIAN"]}}))
        assert saved["cohort_properties"]["filterSet"]["filters"] == {"bmi": ["20.5"], "race": ["ASIAN"]}
        fits(OPERATIONS["listCohorts"], http.get("/v1/cohorts"))
        fits(create, http.post(create.path, content="{}", headers={"Content-Type": "text/plain"}), 500)


def test_the_retired_host_answers_what_the_document_says() -> None:
    with serving("--retired") as url, httpx.Client(base_url=url) as http:
        for operation in V1.values():
            if operation.method == "GET" and operation.path.count("/") == 2 and "dicom" not in operation.path:
                fits(operation, http.get(operation.path), 410)


# --- answers of June 2021 --------------------------------------------------------------------------------------------

TCGA = "Clinical, Biospecimen, and Mutation Data"
FILTERS = {"Modality": ["CT", "MR"], "collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "race": ["ASIAN"]}
GOLDEN: dict[str, tuple[str, int, dict[str, Any]]] = {  # as the notebook prints them; tokens made up where it cuts
    "cell 5": (
        "getAbout", 200,
        {
            "code": 200,
            "documentation": "SwaggerUI interface available at <https://dev-api.canceridc.dev/v1/swagger/>. "
            "Documentation is available at <https://learn.canceridc.dev/>",
            "message": "Welcome to the NCI IDC API, Version 1",
        },
    ),
    "cell 8": (
        "listVersions", 200,
        {
            "code": 200,
            "versions": [
                {
                    "active": active,
                    "data_sources": [
                        {"data_type": TCGA, "name": "isb-cgc.TCGA_bioclin_v0.Biospecimen"},
                        {"data_type": TCGA, "name": "isb-cgc.TCGA_bioclin_v0.clinical_v1"},
                        {"data_type": "Image Data", "name": f"idc-dev-etl.idc_v{number}.dicom_pivot_v{number}"},
                    ],
                    "date_active": date,
                    "idc_data_version": f"{number}.0",
                }
                for number, date, active in ((1, "2020-10-06", False), (2, "2021-04-07", True))
            ],
        },
    ),
    "cell 52": (
        "previewManifest", 200,
        {
            "code": 200,
            "cohort": {
                "description": "Test description",
                "filterSet": {
                    "filters": FILTERS | {"collection_id": ["tcga_luad", "tcga_kirc"]},
                    "idc_data_version": "2.0",
                },
                "name": "testcohort",
                "sql": "",
            },
            "manifest": {
                "json_manifest": [
                    {
                        "CRDC_Instance_GUID": f"dg.4DFC/{uuid}",
                        "Collection_ID": "tcga_kirc",
                        "GCS_URL": f"gs://idc_dev/{uuid}.dcm",
                        "Patient_ID": patient,
                    }
                    for uuid, patient in (
                        ("000c8565-76f2-4bc8-9a34-33dd3d3924b3", "TCGA-B0-4821"),
                        ("002b13fe-8f12-415a-a5e8-401eedba2909", "TCGA-BP-4970"),
                    )
                ],
                "rowsReturned": 2,
                "totalFound": 1581,
            },
            "next_page": "gAAAAABgvQ5l_made-up==",
        },
    ),
    "cell 53": (
        "previewManifest", 200,
        {
            "code": 200,
            "cohort": {},
            "manifest": {
                "json_manifest": [
                    {
                        "CRDC_Instance_GUID": "dg.4DFC/00606631-64e6-4d1c-95dd-2373648aafb6",
                        "Collection_ID": "tcga_kirc",
                        "GCS_URL": "gs://idc_dev/00606631-64e6-4d1c-95dd-2373648aafb6.dcm",
                        "Patient_ID": "TCGA-B0-4821",
                    }
                ],
                "rowsReturned": 10,
                "totalFound": 1581,
            },
            "next_page": "gAAAAABgvQ6m_made-up==",
        },
    ),
    "cell 61": (
        "createCohort", 200,
        {
            "code": 200,
            "cohort_properties": {
                "cohort_id": 146,
                "description": "Test description",
                "filterSet": {
                    "filters": FILTERS,
                    "idc_data_version": "2.0",
                },
                "name": "testcohort",
            },
        },
    ),
    "cell 65": (
        "getCohortManifest", 200,
        {
            "code": 200,
            "cohort": {
                "cohort_id": 146,
                "description": "Test description",
                "filterSet": {
                    "filters": FILTERS,
                    "idc_data_version": "2.0",
                },
                "name": "testcohort",
                "sql": "",
            },
            "manifest": {
                "json_manifest": [
                    {"CRDC_Series_GUID": "dg.4DFC/099a1844-dc1c-44bd-91f8-e6f1860cbfce"},
                    {"CRDC_Series_GUID": "dg.4DFC/0cda1d25-1c66-4e45-bf4a-e77718debed8"},
                    {"CRDC_Series_GUID": "dg.4DFC/32305644-df68-4667-a22d-867725b63670"},
                ],
                "rowsReturned": 10,
                "totalFound": 26,
            },
            "next_page": "gAAAAABgvQ7w_made-up==",
        },
    ),
    "cell 69": (
        "previewQuery", 500,
        {"code": 500, "message": "Encountered an error while attempting to get metadata."},
    ),
    "cell 71": (
        "getDicomMetadata", 200,
        {
            "code": 200,
            "next_page": "gAAAAABgvSBC_made-up==",
            "query_results": {
                "json": [
                    {
                        "AdditionalPatientHistory": None,
                        "Allergies": [],
                        "BodyPartExamined": "BREAST",
                        "EthnicGroup": None,
                        "ImageType": ["DERIVED", "PRIMARY", "DCE", "SER"],
                        "LastMenstrualDate": None,
                        "MedicalAlerts": [],
                        "Modality": "MR",
                        "Occupation": None,
                        "PatientAge": "039Y",
                        "PatientComments": None,
                        "PatientID": "ISPY1_1001",
                        "PatientSize": None,
                        "PatientWeight": "47.174",
                        "PregnancyStatus": None,
                        "ReasonForStudy": None,
                        "RequestedProcedureComments": None,
                        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4",
                        "SOPInstanceUID": "1.3.6.1.4.1.14519.5.2.1.7695.1700.100920826712470157156434341897",
                        "SeriesInstanceUID": "1.3.6.1.4.1.14519.5.2.1.7695.1700.134282805412721876700374897836",
                        "SmokingStatus": None,
                        "Source_DOI": "10.7937/K9/TCIA.2016.HdHpgJLK",
                        "StudyID": "583413",
                        "StudyInstanceUID": "1.3.6.1.4.1.14519.5.2.1.7695.1700.118757564401397374205631727107",
                        "collection_id": "ispy1",
                        "crdc_instance_uuid": "dg.4DFC/c82678d0-a7ce-40e4-b521-d01cd1d0b5a5",
                        "crdc_series_uuid": "",
                        "crdc_study_uuid": "",
                        "gcs_bucket": "idc-tcia-ispy1",
                        "gcs_generation": "1592595873117117",
                        "gcs_url": "gs://idc-tcia-ispy1/dicom/"
                        "1.3.6.1.4.1.14519.5.2.1.7695.1700.118757564401397374205631727107/"
                        "1.3.6.1.4.1.14519.5.2.1.7695.1700.134282805412721876700374897836/"
                        "1.3.6.1.4.1.14519.5.2.1.7695.1700.100920826712470157156434341897.dcm#1592595873117117",
                        "tcia_tumorLocation": "Breast",
                    }
                ],
                "rowsReturned": 10,
                "totalFound": 3075233,
            },
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize(("operation", "status", "content"), GOLDEN.values(), ids=GOLDEN)
def test_what_the_notebook_prints_fits_the_document_and_survives_its_model(
    operation: str, status: int, content: dict[str, Any]
) -> None:
    name = OPERATIONS[operation].schema(status)
    assert misfit(schema(name), content) == ""
    assert lost(name, content) == ""
