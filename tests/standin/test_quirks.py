"""The switches that make the stand-in misbehave: --quirks, --patience, --retired."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from idc_standin.contract import quirks
from tests.standin.conftest import bearer
from tests.standin.v1_requests import CT, QUERY, listed, refused, save, write_facts
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.standin.oracle import Release

PREVIEW, PREVIEW_QUERY = "/v1/cohorts/preview/manifest", "/v1/cohorts/preview/query"
SHOWN = {
    "hidden-create-failure",
    "forbidden-as-500",
    "wrong-content-type",
    "deletion-body",
    "loose-flags",
    "preview-query-second-page",
    "ranges-lost-on-save",
    "lt-means-lte",
    "pending-cannot-resume",
    "collections-claim-both",
    "fields-stub",
}


@pytest.fixture(scope="module")
def eve(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], dict[str, str]]:
    """A separate state folder, with headers of a user and of a token without an e-mail address."""
    import json

    import jwt

    from idc_standin.v1.identity import Identity, credentials

    state = tmp_path_factory.mktemp("quirks")
    identity = Identity(state)
    content = credentials(identity, "eve@example.org", "Eve", 3600)
    (state / "file").write_text(json.dumps(content), encoding="utf-8")
    claims = {key: value for key, value in content["id_token"].items() if key != "email"}
    nobody = jwt.encode(claims, (state / "id-token-key.pem").read_bytes(), algorithm="RS256")
    return state, bearer(state / "file"), {"Authorization": f"Bearer {nobody}"}


@pytest.fixture(scope="module")
def ages(second: Release) -> list[str]:
    return sorted({row["PatientID"] for row in second.rows if row["collection_id"] == "tcga_read"})


@pytest.fixture(scope="module")
def odd(
    eve: tuple[Path, dict[str, str], dict[str, str]], ages: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A stand-in with all quirks, and ages 50 and 60 (and days 50 and 60) of two patients."""
    rows = [
        {"PatientID": patient, "attribute": attribute, "value": value}
        for attribute in ("age_at_diagnosis", "days_to_birth")
        for patient, value in zip(ages, ("50", "60"), strict=False)
    ]
    facts = write_facts(tmp_path_factory.mktemp("ages"), rows)
    options = ("--quirks", "--as-of", "2.0", "--state", str(eve[0]), "--facts", str(facts))
    with serving(*options) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def hasty(eve: tuple[Path, dict[str, str], dict[str, str]]) -> Iterator[httpx.Client]:
    """A stand-in without patience; its answers are checked."""
    options = ("--patience", "0", "--as-of", "2.0", "--state", str(eve[0]), "--check-answers")
    with serving(*options) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def user(eve: tuple[Path, dict[str, str], dict[str, str]]) -> dict[str, str]:
    return eve[1]


def selected(client: httpx.Client, filters: dict[str, Any]) -> list[str]:
    response = client.post(PREVIEW, params={"Patient_ID": "True"}, json={**CT, "filters": filters})
    return [row["Patient_ID"] for row in response.json()["manifest"]["json_manifest"]]


def test_every_quirk_of_the_table_is_shown_below() -> None:
    assert quirks("v1") == SHOWN


def test_a_failure_to_save_hides_in_a_200(odd: httpx.Client, user: dict[str, str]) -> None:
    hidden = {"code": 200, "cohort_properties": {"code": 400, "message": "There was an error saving your cohort."}}
    before = listed(odd, user)
    for spec in ({"name": "n", "filters": {"Modality": ["CT"]}}, {**CT, "filters": {}}):
        response = odd.post("/v1/cohorts", json=spec, headers=user)
        assert (response.status_code, response.json()) == (200, hidden)
    assert listed(odd, user) == before


def test_a_token_without_an_email_is_a_500_with_403_inside_but_for_the_account(
    odd: httpx.Client, eve: tuple[Path, dict[str, str], dict[str, str]]
) -> None:
    for method, path in (("GET", "/v1/cohorts"), ("DELETE", "/v1/cohorts/1"), ("GET", "/v1/cohorts/1/manifest")):
        response = odd.request(method, path, headers=eve[2])
        assert (response.status_code, response.json()["code"]) == (500, 403)
    refused(odd.get("/v1/users/account_details", headers=eve[2]), "Couldn't obtain user email", 403)


def test_a_body_not_declared_as_json_is_a_500(odd: httpx.Client) -> None:
    for path in (PREVIEW, PREVIEW_QUERY):
        refused(odd.post(path, content=b"{}", headers={"Content-Type": "text/plain"}), "Encountered an error", 500)


@pytest.mark.parametrize("body", ["[1]", '{"cohorts": ["x"]}', "nonsense"])
def test_a_bad_deletion_is_a_500_with_the_message_of_creation(
    odd: httpx.Client, user: dict[str, str], body: str
) -> None:
    response = odd.request("DELETE", "/v1/cohorts", content=body, headers={**user, "Content-Type": "application/json"})
    assert response.status_code == 500
    assert "attempting to create this cohort." in response.json()["message"]


def test_flags_other_than_true_silently_mean_false(odd: httpx.Client) -> None:
    params = {"Patient_ID": "True", "GCS_URL": "true", "Collection_ID": "1", "sql": "yes"}
    page = odd.post(PREVIEW, params=params, json={**CT, "filters": {"Modality": ["PT"]}}).json()
    assert set(page["manifest"]["json_manifest"][0]) == {"Patient_ID"}
    assert page["cohort"]["sql"] == ""


def test_a_query_of_more_than_one_page_is_a_500(odd: httpx.Client) -> None:
    message = "Encountered an error while attempting to get metadata."
    refused(odd.post(PREVIEW_QUERY, params={"page_size": 2}, json=QUERY), message, 500)
    cohort = {**CT, "filters": {"PatientID": ["TCGA-CL-5917"]}}
    assert odd.post(PREVIEW_QUERY, json={**QUERY, "cohort_def": cohort}).status_code == 200


def test_ranges_are_lost_when_a_cohort_is_saved_and_numbers_come_back_as_text(
    odd: httpx.Client, user: dict[str, str]
) -> None:
    filters = {"age_at_diagnosis_gt": [10], "age_at_diagnosis": [50], "Modality": ["CT"]}
    saved = save(odd, user, filters=filters)
    assert listed(odd, user)[saved]["filterSet"]["filters"] == {"age_at_diagnosis": ["50"], "Modality": ["CT"]}
    response = odd.post("/v1/cohorts", json={**CT, "filters": {"bmi_lt": [10]}}, headers=user)
    assert response.json()["cohort_properties"]["code"] == 400


def test_lt_means_lte_but_for_names_with_t_or_g_after_an_underscore(odd: httpx.Client, ages: list[str]) -> None:
    assert selected(odd, {"age_at_diagnosis_lt": [60]}) == ages[:2]
    assert selected(odd, {"days_to_birth_lt": [60]}) == ages[:1]
    assert selected(odd, {"age_at_diagnosis_lte": [50]}) == ages[:1]


def test_every_collection_claims_to_be_in_both_versions(odd: httpx.Client) -> None:
    collections = odd.get("/v1/collections").json()["collections"]
    assert {tuple(collection["idc_data_versions"]) for collection in collections} == {("1.0", "2.0")}


def test_fields_is_a_200_with_500_inside(odd: httpx.Client) -> None:
    for path in ("/v1/fields", "/v1/fields/"):
        response = odd.get(path)
        assert (response.status_code, response.json()) == (200, {"code": 500, "message": "/fields not yet supported."})


def test_the_token_of_a_202_is_refused(eve: tuple[Path, dict[str, str], dict[str, str]]) -> None:
    options = ("--quirks", "--patience", "0", "--as-of", "2.0", "--state", str(eve[0]))
    with serving(*options) as url, httpx.Client(base_url=url, timeout=60) as client:
        question: dict[str, Any] = {"json": {**CT, "filters": {"Modality": ["SEG"]}}}
        response = client.post(PREVIEW, params={"Patient_ID": "True"}, **question)
        assert response.status_code == 202
        params = {"next_page": response.json()["manifest_info"]["next_page"]}
        refused(client.post(PREVIEW, params=params, **question), "[ERROR] get_manifest()")


# --- without patience --------------------------------------------------------------------------------------------


def resumed(client: httpx.Client, method: str, path: str, member: str, **more: Any) -> dict[str, Any]:
    """The page that a 202 leads to."""
    response = client.request(method, path, **more)
    assert response.status_code == 202, response.text
    body = response.json()
    assert body["message"].startswith("[ERROR] API query took longer than the allowed time to execute.")
    assert set(body) == {"code", "message", member}
    assert body[member]["cohortObjects"] == {"totalFound": 0, "rowsReturned": 0, "collections": []}
    token = body[member]["next_page"]
    params = {key: value for key, value in more.pop("params", {}).items() if key == "page_size"}
    for _ in range(200):
        response = client.request(method, path, params={**params, "next_page": token}, **more)
        if response.status_code != 202:
            break
        token = response.json()[member]["next_page"]
        time.sleep(0.05)
    assert response.status_code == 200, response.text
    return response.json()


def test_a_new_query_is_a_202_and_its_token_leads_to_the_same_rows(hasty: httpx.Client, http: httpx.Client) -> None:
    more = {"params": {"SeriesInstanceUID": "True", "page_size": 7}, "json": CT}
    page = resumed(hasty, "POST", PREVIEW, "manifest_info", **more)
    first = http.post(PREVIEW, **more).json()
    assert page["manifest"] == first["manifest"]
    more["params"] = {"next_page": page["next_page"], "page_size": 3}
    second = hasty.post(PREVIEW, **more)
    assert second.status_code == 200
    more["params"] = {"next_page": first["next_page"], "page_size": 3}
    assert second.json()["manifest"] == http.post(PREVIEW, **more).json()["manifest"]


def test_queries_and_metadata_resume_too(hasty: httpx.Client, http: httpx.Client) -> None:
    more = {"params": {"page_size": 5}, "json": QUERY}
    page = resumed(hasty, "POST", PREVIEW_QUERY, "query_info", **more)
    assert page["query_results"] == http.post(PREVIEW_QUERY, **more).json()["query_results"]
    page = resumed(hasty, "GET", "/v1/dicomMetadata", "query_info", params={"page_size": 5})
    assert page["query_results"] == http.get("/v1/dicomMetadata", params={"page_size": 5}).json()["query_results"]


def test_saved_cohorts_resume_too(hasty: httpx.Client, http: httpx.Client, user: dict[str, str]) -> None:
    saved = save(hasty, user, filters={"Modality": ["MR"]})
    params = {"Patient_ID": "True", "page_size": 5}
    page = resumed(hasty, "GET", f"/v1/cohorts/{saved}/manifest", "manifest_info", params=params, headers=user)
    expected = http.post(PREVIEW, params=params, json={**CT, "filters": {"Modality": ["MR"]}}).json()["manifest"]
    assert page["manifest"] == expected
    page = resumed(
        hasty, "POST", f"/v1/cohorts/{saved}/query", "query_info", json={"fields": ["StudyDate"]}, headers=user
    )
    assert page["query_results"]["rowsReturned"] == 1000


# --- retired -----------------------------------------------------------------------------------------------------

GONE = [
    "about",
    "versions",
    "collections",
    "analysis_results",
    "attributes",
    "cohorts",
    "cohorts/manifest",
    "cohorts/manifest/preview",
    "cohorts/manifest/nextPage",
    "cohorts/query",
    "cohorts/query/preview",
]


@pytest.fixture(scope="module")
def retired() -> Iterator[httpx.Client]:
    with serving("--retired") as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


def test_a_retired_v1_is_a_410_on_the_paths_of_the_live_host_and_nowhere_else(retired: httpx.Client) -> None:
    for path in GONE:
        response = retired.get(f"/v1/{path}")
        assert response.status_code == 410
        assert set(response.json()) == {"code", "message", "documentation"}
        assert (response.json()["code"], response.json()["message"]) == (
            410,
            "IDC v1 API endpoints have been deprecated",
        )
        for method in ("POST", "PUT", "DELETE"):
            assert retired.request(method, f"/v1/{path}").status_code == 405
    for method, path in (
        ("POST", "cohorts/preview/manifest"),
        ("GET", "dicomMetadata"),
        ("GET", "cohorts/1/manifest"),
        ("GET", "users/account_details"),
        ("GET", "fields"),
        ("GET", "nope"),
        ("DELETE", "cohorts/1"),
    ):
        assert retired.request(method, f"/v1/{path}").status_code == 404
