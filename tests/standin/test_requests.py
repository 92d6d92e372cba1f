"""Requests that cannot be answered as they are: the status, the envelope, and upstream's own words."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from idc_standin.contract import Contract

if TYPE_CHECKING:
    import httpx
from tests.standin.v1_requests import CT, QUERY, gateway, refused

PREVIEW, PREVIEW_QUERY = "/v1/cohorts/preview/manifest", "/v1/cohorts/preview/query"
NO_NAME = "A name was not provided for this cohort. The cohort was not made."
NO_FILTERS = "No filters were provided; ensure that the request body contains a 'filters' property."
BAD_FILTERS = "Filters were improperly formatted."
BAD_COHORT = "Cohort information was improperly formatted - cohort not created."
NO_COHORTS_OBJECTS = "Error while trying to obtain cohort objects."
NO_COLUMN = "[ERROR] get_manifest(): Error trying to preview a cohort"
SCRIPT = "Your cohort's name or description contains invalid characters; please edit them and resubmit. [Saw "
Question = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def cohort_id(http: httpx.Client, ada: dict[str, str]) -> int:
    return http.post("/v1/cohorts", json=CT, headers=ada).json()["cohort_properties"]["cohort_id"]


@pytest.fixture(scope="module")
def questions(cohort_id: int, ada: dict[str, str]) -> dict[str, Question]:
    """Every operation that answers with pages: its method, path, and what else a good request has."""
    column = {"params": {"SeriesInstanceUID": "True"}}
    return {
        "previewManifest": ("POST", PREVIEW, {"json": CT, **column}),
        "previewQuery": ("POST", PREVIEW_QUERY, {"json": QUERY}),
        "getCohortManifest": ("GET", f"/v1/cohorts/{cohort_id}/manifest", {"headers": ada, **column}),
        "queryCohort": ("POST", f"/v1/cohorts/{cohort_id}/query", {"headers": ada, "json": QUERY["queryFields"]}),
        "getDicomMetadata": ("GET", "/v1/dicomMetadata", {}),
    }


PAGED = ["previewManifest", "previewQuery", "getCohortManifest", "queryCohort", "getDicomMetadata"]


def ask(http: httpx.Client, question: Question, **params: Any) -> httpx.Response:
    method, path, more = question
    return http.request(method, path, **{**more, "params": {**more.get("params", {}), **params}})


def again(http: httpx.Client, question: Question, token: str, **params: Any) -> httpx.Response:
    """The same question with a token and without its columns."""
    method, path, more = question
    return http.request(method, path, **{**more, "params": {"next_page": token, **params}})


# --- bodies ------------------------------------------------------------------------------------------------------

BAD_SPECS: dict[str, tuple[dict[str, Any], str]] = {
    "no filters": ({"name": "n", "description": ""}, NO_FILTERS),
    "filterSet for filters": ({"name": "n", "description": "", "filterSet": {}}, NO_FILTERS),
    "nothing at all": ({}, NO_FILTERS),
    "an unknown attribute": ({**CT, "filters": {"Modalityx": ["CT"]}}, BAD_FILTERS),
    "the wrong case": ({**CT, "filters": {"modality": ["CT"]}}, BAD_FILTERS),
    "an attribute that is empty text": ({**CT, "filters": {"": ["CT"]}}, BAD_FILTERS),
    "a lone value": ({**CT, "filters": {"Modality": "CT"}}, BAD_FILTERS),
    "no values": ({**CT, "filters": {"Modality": []}}, BAD_FILTERS),
    "a null": ({**CT, "filters": {"Modality": [None]}}, BAD_FILTERS),
    "a number for text": ({**CT, "filters": {"SeriesNumber": [4]}}, BAD_FILTERS),
    "text for a number": ({**CT, "filters": {"bmi": ["50"]}}, BAD_FILTERS),
    "true for a number": ({**CT, "filters": {"bmi": [True]}}, BAD_FILTERS),
    "two values for a number": ({**CT, "filters": {"bmi": [1, 2]}}, BAD_FILTERS),
    "one bound of two": ({**CT, "filters": {"bmi_btw": [1]}}, BAD_FILTERS),
    "three bounds": ({**CT, "filters": {"bmi_btw": [1, 2, 3]}}, BAD_FILTERS),
    "a range of text": ({**CT, "filters": {"Modality_lt": [1]}}, BAD_FILTERS),
    "a later suffix": ({**CT, "filters": {"bmi_ebtw": [1, 2]}}, BAD_FILTERS),
    "filters in a list": ({**CT, "filters": [{"Modality": ["CT"]}]}, BAD_FILTERS),
    "no name": ({"description": "", "filters": {}}, NO_NAME),
    "no description": ({"name": "n", "filters": {}}, NO_COHORTS_OBJECTS),
    "a script": ({**CT, "name": "a <SCRIPT>alert(1)</script>"}, SCRIPT),
    "the end of a script": ({**CT, "description": "</Script>"}, SCRIPT),
    "a frame": ({**CT, "description": "<iframe>"}, SCRIPT),
    "an image": ({**CT, "name": "![]"}, SCRIPT),
    "a property": ({**CT, "name": '[]["x"]'}, SCRIPT),
}


@pytest.mark.parametrize(("spec", "message"), BAD_SPECS.values(), ids=BAD_SPECS)
def test_a_preview_of_a_bad_cohort_is_a_400(http: httpx.Client, spec: dict[str, Any], message: str) -> None:
    refused(http.post(PREVIEW, params={"Patient_ID": "True"}, json=spec), message)


@pytest.mark.parametrize(("spec", "message"), BAD_SPECS.values(), ids=BAD_SPECS)
def test_a_bad_cohort_is_not_saved(http: httpx.Client, bob: dict[str, str], spec: dict[str, Any], message: str) -> None:
    response = http.post("/v1/cohorts", json=spec, headers=bob)
    refused(response, BAD_COHORT if message == BAD_FILTERS else message)
    assert http.get("/v1/cohorts", headers=bob).json() == {"code": 200, "cohorts": []}


@pytest.mark.parametrize(("spec", "message"), BAD_SPECS.values(), ids=BAD_SPECS)
def test_a_query_of_a_bad_cohort_is_a_400(http: httpx.Client, spec: dict[str, Any], message: str) -> None:
    response = http.post(PREVIEW_QUERY, json={"cohort_def": spec, "queryFields": {"fields": ["Modality"]}})
    refused(response, "No filters were provided" if message == NO_FILTERS else message)


def test_an_empty_name_is_no_name(http: httpx.Client, ada: dict[str, str]) -> None:
    spec = {**CT, "name": ""}
    refused(http.post(PREVIEW_QUERY, json={**QUERY, "cohort_def": spec}), NO_NAME)
    refused(http.post("/v1/cohorts", json=spec, headers=ada), NO_NAME)


NO_FIELDS = "No queryFields provided; ensure that the request body contains a 'queryFields' component."
BAD_QUERIES: dict[str, tuple[dict[str, Any], str]] = {
    "no cohort": ({"queryFields": {"fields": ["Modality"]}}, "No cohort_def provided;"),
    "no fields": ({"cohort_def": CT}, NO_FIELDS),
    "an object without fields": ({"cohort_def": CT, "queryFields": {}}, NO_FIELDS),
    "an empty list of fields": ({"cohort_def": CT, "queryFields": {"fields": []}}, BAD_FILTERS),
    "an unknown field": ({"cohort_def": CT, "queryFields": {"fields": ["Program"]}}, BAD_FILTERS),
    "a field twice": ({"cohort_def": CT, "queryFields": {"fields": ["Modality", "Modality"]}}, BAD_FILTERS),
    "a lone field": ({"cohort_def": CT, "queryFields": {"fields": "Modality"}}, BAD_FILTERS),
    "a repaired name": ({"cohort_def": CT, "queryFields": {"fields": ["Lobular_Pattern"]}}, BAD_FILTERS),
}


@pytest.mark.parametrize(("body", "message"), BAD_QUERIES.values(), ids=BAD_QUERIES)
def test_a_bad_preview_query_is_a_400(http: httpx.Client, body: dict[str, Any], message: str) -> None:
    refused(http.post(PREVIEW_QUERY, json=body), message)


@pytest.mark.parametrize(("body", "message"), list(BAD_QUERIES.values())[2:], ids=list(BAD_QUERIES)[2:])
def test_a_bad_query_of_a_saved_cohort_is_a_400(
    http: httpx.Client, ada: dict[str, str], cohort_id: int, body: dict[str, Any], message: str
) -> None:
    refused(http.post(f"/v1/cohorts/{cohort_id}/query", json=body["queryFields"], headers=ada), message)


def test_unknown_members_are_ignored(http: httpx.Client) -> None:
    response = http.post(PREVIEW, params={"Collection_ID": "True"}, json={**CT, "filterSet": 1, "x": [None]})
    assert response.status_code == 200


def test_of_a_filter_given_twice_the_last_one_counts(http: httpx.Client) -> None:
    body = b'{"name": "n", "description": "", "filters": {"Modality": ["CT"], "Modality": ["nonsense"]}}'
    response = http.post(
        PREVIEW, params={"Patient_ID": "True"}, content=body, headers={"Content-Type": "application/json"}
    )
    assert response.json()["manifest"]["totalFound"] == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp", None])
@pytest.mark.parametrize("path", [PREVIEW, PREVIEW_QUERY, "/v1/cohorts"])
def test_a_body_that_is_not_declared_as_json_is_a_400(
    http: httpx.Client, ada: dict[str, str], path: str, kind: str | None
) -> None:
    headers = ada if kind is None else {**ada, "Content-Type": kind}
    refused(http.post(path, params={}, content=b"{}", headers=headers), "The JSON provided in this request appears")


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/vnd.api+json"])
def test_declarations_of_json_are_read_without_regard_to_case_and_parameters(http: httpx.Client, kind: str) -> None:
    body = b'{"name": "n", "description": "", "filters": {}}'
    response = http.post(PREVIEW, params={"Collection_ID": "True"}, content=body, headers={"Content-Type": kind})
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    "body",
    [
        "[1]",
        '{"cohorts": 1}',
        '{"cohorts": ["1"]}',
        '{"cohorts": [-1]}',
        '{"cohorts": [true]}',
        '{"cohorts": [1.5]}',
        '{"cohorts": [null]}',
        "{}",
        "null",
        "",
        "nonsense",
        '{"cohorts": [100000000000000000000]}',
    ],
)
def test_a_bad_list_of_cohorts_to_delete_is_a_400(http: httpx.Client, ada: dict[str, str], body: str) -> None:
    refused(http.request("DELETE", "/v1/cohorts", content=body, headers={**ada, "Content-Type": "application/json"}))


# --- parameters --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", PAGED)
@pytest.mark.parametrize(
    "size", ["0", "-1", "50001", "1.0", "ten", "", " ", "1e3", "0x10", "1_0", "\u0663", "9" * 30, "9" * 5000, "NaN"]
)
def test_a_page_size_that_is_no_integer_from_1_to_50000_is_a_400(
    http: httpx.Client, questions: dict[str, Question], operation: str, size: str
) -> None:
    refused(ask(http, questions[operation], page_size=size))


@pytest.mark.parametrize("operation", PAGED[:-1])  # 50,000 rows of metadata take long to check
@pytest.mark.parametrize("size", [1, 50_000])
def test_the_bounds_of_page_size_are_good(
    http: httpx.Client, questions: dict[str, Question], operation: str, size: int
) -> None:
    response = ask(http, questions[operation], page_size=size)
    assert response.status_code == 200, response.text


def test_a_page_size_that_is_text_has_upstreams_message(http: httpx.Client, questions: dict[str, Question]) -> None:
    refused(ask(http, questions["previewManifest"], page_size="ten"), "Parameter page_size must have an integer value")


@pytest.mark.parametrize("operation", PAGED)
@pytest.mark.parametrize(
    "name", ["nonsense", "Page_size", "access_method", "", "sop_instance_uid", "a" * 2000, "\u00e9", "<b>"]
)
def test_an_unknown_parameter_is_a_400_that_names_it(
    http: httpx.Client, questions: dict[str, Question], operation: str, name: str
) -> None:
    refused(ask(http, questions[operation], **{name: "True"}), f"Invalid key {name}"[:200])


@pytest.mark.parametrize("operation", ["previewQuery", "queryCohort", "getDicomMetadata"])
def test_columns_are_no_parameters_of_queries(
    http: httpx.Client, questions: dict[str, Question], operation: str
) -> None:
    refused(ask(http, questions[operation], GCS_URL="True"), "Invalid key GCS_URL")


@pytest.mark.parametrize("operation", ["previewManifest", "getCohortManifest"])
@pytest.mark.parametrize("value", ["true", "1", "TRUE", "yes", "", "True ", "false", "0"])
def test_a_flag_is_true_or_false_in_just_these_words(
    http: httpx.Client, questions: dict[str, Question], operation: str, value: str
) -> None:
    refused(ask(http, questions[operation], GCS_URL=value))


@pytest.mark.parametrize("operation", ["previewManifest", "getCohortManifest"])
def test_a_manifest_without_columns_is_a_400(
    http: httpx.Client, questions: dict[str, Question], operation: str
) -> None:
    refused(ask(http, questions[operation], SeriesInstanceUID="False"), NO_COLUMN)
    method, path, more = questions[operation]
    refused(http.request(method, path, **{**more, "params": {}}), NO_COLUMN)


@pytest.mark.parametrize("operation", PAGED)
@pytest.mark.parametrize(("name", "values"), [("page_size", ["1", "1"]), ("next_page", ["x", "y"])])
def test_a_parameter_given_twice_is_a_400(
    http: httpx.Client, questions: dict[str, Question], operation: str, name: str, values: list[str]
) -> None:
    refused(ask(http, questions[operation], **{name: values}))


def test_a_column_given_twice_is_a_400(http: httpx.Client, questions: dict[str, Question]) -> None:
    refused(ask(http, questions["previewManifest"], SeriesInstanceUID=["True", "True"]))


@pytest.mark.parametrize("path", ["/v1/collections", "/v1/analysis_results", "/v1/attributes"])
@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"program": "TCGA"}, "Invalid argument program"),
        ({"idc_data_version": "3.0"}, "Invalid IDC version 3.0"),
        ({"idc_data_version": "2"}, "Invalid IDC version 2"),
        ({"idc_data_version": " 2.0"}, "Invalid IDC version"),
        ({"idc_data_version": "'; --\0"}, "Invalid IDC version"),
        ({"idc_data_version": "", "x": ""}, "Invalid argument x"),
        ({"<script>": "1"}, "Invalid argument <script>"),
        ({"": "1"}, "Invalid argument"),
    ],
)
def test_catalogues_refuse_unknown_parameters_and_versions(
    http: httpx.Client, path: str, params: dict[str, str], message: str
) -> None:
    refused(http.get(path, params=params), message)


@pytest.mark.parametrize("path", ["/v1/collections", "/v1/analysis_results", "/v1/attributes"])
def test_a_version_given_twice_is_a_400(http: httpx.Client, path: str) -> None:
    refused(http.get(path, params={"idc_data_version": ["1.0", "2.0"]}))


def test_an_unknown_data_source_is_a_400_in_upstreams_words(http: httpx.Client) -> None:
    message = "The  data source, nonsense, is not part of the specified version 2.0"
    refused(http.get("/v1/attributes", params={"data_source": "nonsense"}), message)
    first = {"data_source": "idc-dev-etl.idc_v2.dicom_pivot_v2", "idc_data_version": "1.0"}
    refused(http.get("/v1/attributes", params=first), "The  data source, ")


@pytest.mark.parametrize("path", ["/v1/about", "/v1/versions"])
def test_about_and_versions_ignore_parameters(http: httpx.Client, path: str) -> None:
    assert http.get(path, params={"x": "1", "idc_data_version": "7.0"}).status_code == 200


# --- page tokens -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokens(http: httpx.Client, questions: dict[str, Question]) -> dict[str, str]:
    """A good token of each operation, for its second page of one row."""
    return {name: ask(http, question, page_size=1).json()["next_page"] for name, question in questions.items()}


@pytest.mark.parametrize("operation", PAGED)
def test_beside_a_token_every_other_parameter_is_ignored(
    http: httpx.Client, questions: dict[str, Question], tokens: dict[str, str], operation: str
) -> None:
    plain = again(http, questions[operation], tokens[operation], page_size=3)
    odd = {"nonsense": "x", "sql": "maybe", "Patient_ID": ["True", "perhaps"], "GCS_URL": "True"}
    assert plain.status_code == 200, plain.text
    response = again(http, questions[operation], tokens[operation], page_size=3, **odd)
    assert response.status_code == 200, response.text
    results = ("manifest", "query_results")
    assert [response.json().get(key) for key in results] == [plain.json().get(key) for key in results]
    assert response.json()["cohort"] == {}
    assert "cohort_def" not in response.json()


@pytest.mark.parametrize("operation", PAGED)
def test_a_token_can_be_used_again_and_every_page_has_another(
    http: httpx.Client, questions: dict[str, Question], tokens: dict[str, str], operation: str
) -> None:
    pages = [again(http, questions[operation], tokens[operation], page_size=2).json() for _ in range(2)]
    assert pages[0].get("manifest", pages[0].get("query_results")) == pages[1].get(
        "manifest", pages[1].get("query_results")
    )
    assert tokens[operation] not in {page["next_page"] for page in pages}


@pytest.mark.parametrize("operation", PAGED)
def test_an_empty_token_is_a_400(http: httpx.Client, questions: dict[str, Question], operation: str) -> None:
    refused(ask(http, questions[operation], next_page=""), "Invalid key next_page")


def tampered(token: str) -> list[str]:
    """A token with a bit of each of its parts changed, and tokens that are none."""
    raw = bytearray(base64.urlsafe_b64decode(token))
    found = []
    for at in (0, 4, 12, 30, len(raw) // 2, len(raw) - 1):
        changed = bytearray(raw)
        changed[at] ^= 1
        found.append(base64.urlsafe_b64encode(bytes(changed)).decode())
    return [*found, token[:-1], token[:-4], token[4:], token.swapcase(), token[::-1], "gAAAAA==", "x"]


@pytest.mark.parametrize("operation", PAGED)
def test_a_token_that_was_tampered_with_is_a_400(
    http: httpx.Client, questions: dict[str, Question], tokens: dict[str, str], operation: str
) -> None:
    for token in tampered(tokens[operation]):
        refused(again(http, questions[operation], token), f"Invalid next_page token {token}")


@pytest.mark.parametrize(
    "token",
    ["nonsense", "\u00e9", "\0", "'; DROP TABLE queries; --", "a" * 2048, "a" * 2049, "a" * 30_000, "%00", "=" * 8],
)
def test_a_token_that_is_none_is_a_400(http: httpx.Client, questions: dict[str, Question], token: str) -> None:
    refused(ask(http, questions["previewManifest"], next_page=token))


@pytest.mark.parametrize("operation", PAGED)
def test_a_token_of_another_operation_is_a_400(
    http: httpx.Client, questions: dict[str, Question], tokens: dict[str, str], operation: str
) -> None:
    for other, token in tokens.items():
        if other != operation:
            refused(again(http, questions[operation], token), "Invalid next_page token ")


def test_a_token_of_another_cohort_is_a_400(
    http: httpx.Client, ada: dict[str, str], questions: dict[str, Question], tokens: dict[str, str]
) -> None:
    other = http.post("/v1/cohorts", json=CT, headers=ada).json()["cohort_properties"]["cohort_id"]
    response = http.get(f"/v1/cohorts/{other}/manifest", params={"next_page": tokens["getCohortManifest"]}, headers=ada)
    refused(response, "Invalid next_page token ")


def test_a_token_of_another_user_is_not_taken(
    http: httpx.Client, bob: dict[str, str], cohort_id: int, tokens: dict[str, str]
) -> None:
    mine = http.post("/v1/cohorts", json=CT, headers=bob).json()["cohort_properties"]["cohort_id"]
    params = {"next_page": tokens["getCohortManifest"]}
    refused(http.get(f"/v1/cohorts/{mine}/manifest", params=params, headers=bob), "Invalid next_page token ")
    refused(http.get(f"/v1/cohorts/{cohort_id}/manifest", params=params, headers=bob), "bob@example.org isn't", 403)
    http.delete(f"/v1/cohorts/{mine}", headers=bob)


@pytest.mark.parametrize("operation", ["previewManifest", "previewQuery", "queryCohort"])
def test_beside_a_token_the_body_is_still_checked(
    http: httpx.Client, questions: dict[str, Question], tokens: dict[str, str], operation: str
) -> None:
    method, path, more = questions[operation]
    bad = {**more, "json": {}, "params": {"next_page": tokens[operation]}}
    refused(http.request(method, path, **bad))
    del bad["json"]
    refused(http.request(method, path, **bad), "The JSON provided in this request appears to be improperly formatted.")


# --- paths and methods -------------------------------------------------------------------------------------------

PATHS: dict[str, set[str]] = {}
for found in Contract().operations:
    if found.path.startswith("/v1/"):
        PATHS.setdefault(found.path.replace("{cohort_id}", "7"), set()).add(found.method)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("slash", ["", "/"])
def test_other_methods_are_a_405_that_says_which_ones_are_good(http: httpx.Client, path: str, slash: str) -> None:
    good = PATHS[path] | ({"HEAD"} if "GET" in PATHS[path] else set())
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "NONSENSE"):
        if method not in good:
            response = http.request(method, path + slash)
            gateway(response, 405, 12, "service_control")
            assert set(response.headers["allow"].split(", ")) == good


@pytest.mark.parametrize("path", [path for path, methods in PATHS.items() if "GET" in methods])
def test_head_is_get_without_a_body(http: httpx.Client, ada: dict[str, str], path: str) -> None:
    got, headed = (http.request(method, path, headers=ada) for method in ("GET", "HEAD"))
    assert headed.status_code == got.status_code
    assert headed.content == b""
    if "next_page" not in got.text:  # tokens are dated
        assert headed.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize("path", [path for path, methods in PATHS.items() if "GET" in methods])
def test_a_slash_at_the_end_changes_nothing(http: httpx.Client, ada: dict[str, str], path: str) -> None:
    plain, slashed = (http.get(spelling, headers=ada, follow_redirects=False) for spelling in (path, f"{path}/"))
    assert (slashed.status_code, slashed.json().keys()) == (plain.status_code, plain.json().keys())


@pytest.mark.parametrize(
    "path",
    [
        "/v1/",
        "/v1/nope",
        "/v1/nope/",
        "/v1//about",
        "/v1/About",
        "/v1/cohorts/x/manifest",
        "/v1/cohorts/-1/manifest",
        "/v1/cohorts/1.0/manifest",
        "/v1/cohorts/%D9%A3/manifest",
        "/v1/cohorts/1/nope",
        "/v1/cohorts/preview",
        "/v1/fields",
        "/v1/cohorts/manifest/preview",
        "/v1/user/account_details",
        "/v1/about%00",
        "/v1/swagger/assets/nope.js",
        "/v1/swagger/assets/..%2f..%2f..%2fetc%2fpasswd",
    ],
)
def test_unknown_paths_are_a_404_of_the_gateway(http: httpx.Client, path: str) -> None:
    gateway(http.get(path), 404, 5, "service_control")


@pytest.mark.parametrize(
    "digits",
    ["0", "007", "9" * 19, str(2**63), str(2**64), "9" * 20, "9" * 21, "9" * 400, "9" * 5000],
    ids=lambda digits: f"{len(digits)} digits",
)
@pytest.mark.parametrize(("method", "tail"), [("GET", "/manifest?Patient_ID=True"), ("POST", "/query"), ("DELETE", "")])
def test_any_number_may_stand_for_a_cohort(
    http: httpx.Client, bob: dict[str, str], digits: str, method: str, tail: str
) -> None:
    body = {"json": {"fields": ["Modality"]}} if method == "POST" else {}
    response = http.request(method, f"/v1/cohorts/{digits}{tail}", headers=bob, **body)
    assert response.status_code in {200, 400, 403, 404}, response.text
    assert response.headers["content-type"] == "application/json"


def test_the_document_is_served_as_it_is(http: httpx.Client) -> None:
    assert http.get("/v1/openapi.json").json() == Contract().document


def test_answers_are_sorted_compact_json_with_a_newline_at_the_end(http: httpx.Client) -> None:
    text = http.get("/v1/versions").text
    assert text.endswith("}\n")
    assert '{"code":200,"versions":[{"active":' in text
