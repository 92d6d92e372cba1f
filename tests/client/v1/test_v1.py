"""Functions of v1: checks of filters, requests, and parsing of answers."""

import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idc_client.api.v1 import create_cohort
from idc_client.models import V1AttributeName, V1ManifestRow, V1QueryField
from idc_client.types import UNSET

from idc_ext import ContractError, Forbidden, InvalidFilter, InvalidRequest, Rows, connect, v1
from idc_ext._operations import USER_OPERATIONS, needs_user
from idc_ext.v1._filters import _MANIFEST_COLUMNS, NUMERIC_ATTRIBUTES
from tests.support.document import DOCUMENT, OPERATIONS
from tests.support.standin_process import NOWHERE, serving
from tests.support.v1_service import NOTEBOOK, SPEC, manifest_page, query_page

TEXT_ATTRIBUTES = {name for name in V1AttributeName if name not in NUMERIC_ATTRIBUTES}


#: The cohort of the notebook, as its first page echoes it.
ECHO = {
    "name": "n",
    "description": "d",
    "filterSet": {"idc_data_version": "2.0", "filters": {**NOTEBOOK, "collection_id": ["tcga_luad", "tcga_kirc"]}},
    "sql": "",
}


def client_with_answer(body: Any, status: int = 200) -> Any:
    """A client whose server always gives the same answer, and the list of requests sent."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(status, json=body)

    idc = connect(NOWHERE, transport=httpx.MockTransport(answer), auth=None)
    return idc, requests


def test_the_table_of_users_operations_is_the_documents() -> None:
    document = {
        key for key, operation in OPERATIONS.items()
        if key[1].startswith("/v1/") and operation.get("security", DOCUMENT["security"])
    }  # fmt: skip
    assert document == USER_OPERATIONS


def test_every_operation_is_found_by_its_real_path() -> None:
    for method, path in OPERATIONS:
        if path.startswith("/v1/"):
            expected = (method, path) in USER_OPERATIONS
            for real in (path, f"{path}/"):
                assert needs_user(method, re.sub(r"\{\w+\}", "18446744073709551616", real)) == expected


def test_the_manifest_columns_are_the_documents_in_rows_and_in_parameters() -> None:
    row = DOCUMENT["components"]["schemas"]["V1ManifestRow"]["properties"]
    assert set(_MANIFEST_COLUMNS) == set(row)
    everything = v1.preview_manifest(connect(NOWHERE), SPEC, fields=_MANIFEST_COLUMNS, sql=True).first.params
    declared = DOCUMENT["components"]["parameters"]
    names = {declared[one["$ref"].rpartition("/")[2]]["name"] for one in
             OPERATIONS["POST", "/v1/cohorts/preview/manifest"]["parameters"]}  # fmt: skip
    assert set(everything) == names - {"next_page"}
    assert {everything[column] for column in [*_MANIFEST_COLUMNS, "sql"]} == {"True"}


def test_which_attributes_are_numeric_is_as_the_document_says() -> None:
    patterns = DOCUMENT["components"]["schemas"]["V1Filters"]["then"]["patternProperties"]
    for pattern, schema in patterns.items():
        for name in V1AttributeName:
            if re.search(pattern, name):
                assert (name in NUMERIC_ATTRIBUTES) == (schema["items"]["type"] == "number"), name


def test_a_cohort_is_what_the_notebook_sends() -> None:
    assert SPEC.to_dict() == {"name": "testcohort", "description": "Test description", "filters": NOTEBOOK}


@given(st.data())
def test_every_filter_that_the_document_allows_is_taken_over_unchanged(data: Any) -> None:
    number = st.integers() | st.floats(allow_nan=False, allow_infinity=False)

    def values(name: str) -> Any:
        if name in TEXT_ATTRIBUTES:
            return st.lists(st.text(), min_size=1)
        return (
            st.tuples(number, number).map(sorted) if name.endswith("_btw") else st.lists(number, min_size=1, max_size=1)
        )

    names = data.draw(st.lists(st.sampled_from([*V1AttributeName]), min_size=1, max_size=4, unique=True))
    filters = {str(name): data.draw(values(name)) for name in names}
    assert v1.cohort("n", "", filters).filters.to_dict() == filters


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"modality": ["CT"]}, "did you mean Modality?"),
        ({"RACE": ["ASIAN"]}, "did you mean race?"),
        ({"colection_id": ["x"]}, "did you mean collection_id?"),
        ({"zzz": ["x"]}, "'zzz' is not a filter attribute"),
        ({7: ["x"]}, "7 is not a filter attribute"),
        ({"Modality": []}, "at least one value"),
        ({"Modality": "CT"}, "takes a list"),
        ({"Modality": None}, "takes a list"),
        ({"Modality": {"CT": 1}}, "takes a list"),
        ({"Modality": ["CT", None]}, "takes text, not None"),
        ({"SeriesNumber": [4]}, "takes text, not 4"),
        ({"age_at_diagnosis": ["50"]}, "takes numbers, not '50'"),
        ({"age_at_diagnosis": [True]}, "takes numbers, not True"),
        ({"age_at_diagnosis": [math.nan]}, "takes numbers, not nan"),
        ({"age_at_diagnosis_lt": [math.inf]}, "takes numbers, not inf"),
        ({"age_at_diagnosis": [50, 51]}, "a single number, not 2"),
        ({"age_at_diagnosis_gte": [50, 51]}, "a single number, not 2"),
        ({"age_at_diagnosis_btw": [50]}, "two numbers, low bound first, not 1"),
        ({"age_at_diagnosis_btw": [59.5, 50]}, "low bound first: 59.5 > 50"),
        ({}, "all_of_idc=True"),
    ],
)
def test_a_filter_that_would_be_misread_is_refused_before_it_is_sent(filters: Any, message: str) -> None:
    with pytest.raises(InvalidFilter, match=re.escape(message)) as caught:
        v1.cohort("n", "", filters)
    assert isinstance(caught.value, ValueError)


def test_the_whole_archive_is_selected_only_on_purpose() -> None:
    assert v1.cohort("n", "", {}, all_of_idc=True).to_dict()["filters"] == {}


@pytest.mark.parametrize(("name", "description"), [("", ""), ("n" * 256, ""), (None, ""), ("n", None)])
def test_a_cohort_has_a_name_and_a_description(name: Any, description: Any) -> None:
    with pytest.raises(InvalidFilter):
        v1.cohort(name, description, NOTEBOOK)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (["patient_id"], "did you mean Patient_ID?"),
        (["PatientID"], "did you mean Patient_ID?"),
        ([], "at least one"),
        (["GCS_URL", "GCS_URL"], "each once"),
        ("GCS_URL", "write ['GCS_URL']"),
        ([None], "None is not a manifest column"),
    ],
)
def test_manifest_columns_are_checked_before_anything_is_sent(fields: Any, message: str) -> None:
    for ask in (lambda: v1.preview_manifest(connect(NOWHERE), SPEC, fields=fields),
                lambda: v1.manifest(connect(NOWHERE), 146, fields=fields)):  # fmt: skip
        with pytest.raises(InvalidFilter, match=re.escape(message)):
            ask()


@pytest.mark.parametrize(
    ("fields", "message"),
    [(["Patient_ID"], "did you mean PatientID?"), ([], "at least one"), ("Modality", "write ['Modality']")],
)
def test_query_fields_are_checked_before_anything_is_sent(fields: Any, message: str) -> None:
    for ask in (
        lambda: v1.preview_query(connect(NOWHERE), SPEC, fields),
        lambda: v1.query(connect(NOWHERE), 1, fields),
    ):
        with pytest.raises(InvalidFilter, match=re.escape(message)):
            ask()


def test_each_request_is_the_generated_ones_and_its_next_page_keeps_token_size_and_body_only() -> None:
    idc = connect(NOWHERE)
    spec, fields = SPEC.to_dict(), ["PatientID", "Modality"]
    for rows, method, path, params, body in (
        (v1.preview_manifest(idc, SPEC, fields=["GCS_URL"], page_size=2, sql=True),
         "POST", "/v1/cohorts/preview/manifest", {"GCS_URL": "True", "sql": "True", "page_size": 2}, spec),
        (v1.manifest(idc, 146, fields=["GCS_URL"]),
         "GET", "/v1/cohorts/146/manifest", {"GCS_URL": "True", "page_size": 1000}, None),
        (v1.preview_query(idc, SPEC, fields),
         "POST", "/v1/cohorts/preview/query", {"page_size": 1000},
         {"cohort_def": spec, "queryFields": {"fields": fields}}),
        (v1.query(idc, 146, fields, page_size=7),
         "POST", "/v1/cohorts/146/query", {"page_size": 7}, {"fields": fields}),
        (v1.dicom_metadata(idc), "GET", "/v1/dicomMetadata", {"page_size": 1000}, None),
    ):  # fmt: skip
        first, second = rows.first, rows.resume("token")
        assert (first.method, first.path, first.params, first.json) == (method, path, params, body)
        assert (method, path) in OPERATIONS or re.sub("/146/", "/{cohort_id}/", path) in DOCUMENT["paths"]
        assert second == attrs.evolve(first, params={"page_size": params["page_size"], "next_page": "token"})


def test_manifest_rows_have_the_generated_type_and_the_page_its_cohort() -> None:
    idc, _ = client_with_answer(manifest_page({"GCS_URL": "gs://b/k", "Patient_ID": None}, cohort=ECHO))
    rows = v1.preview_manifest(idc, SPEC, fields=["GCS_URL", "Patient_ID"])
    (row,) = rows
    assert isinstance(row, V1ManifestRow)
    assert (row.gcs_url, row.patient_id, row.crdc_series_guid) == ("gs://b/k", None, UNSET)
    assert next(rows.pages()).info == {"cohort": ECHO}


def test_query_rows_are_plain_dictionaries() -> None:
    row = {"PatientID": "p", "Modality": "CT", "extra": ["a", "b"]}
    idc, _ = client_with_answer(query_page(row, cohort_def=ECHO))
    assert [*v1.preview_query(idc, SPEC, ["PatientID", "Modality"])] == [row]
    assert next(v1.query(idc, 1, ["PatientID"]).pages()).info == {"cohort_def": ECHO}
    assert [*v1.dicom_metadata(idc)] == [row]


@pytest.mark.parametrize(
    "body",
    [
        manifest_page({"Patient_ID": "p"}),
        manifest_page("row"),
        manifest_page(next_page=7),
        manifest_page(manifest=None),
        manifest_page(manifest={"json_manifest": [], "rowsReturned": 1, "totalFound": 1}),
        manifest_page(manifest={"json_manifest": [], "rowsReturned": 0, "totalFound": "0"}),
        manifest_page(manifest={"json_manifest": {}, "rowsReturned": 0, "totalFound": 0}),
        query_page(),
        {"code": 200},
    ],
)
def test_a_manifest_that_contradicts_the_document_or_itself_is_a_contract_error(body: Any) -> None:
    idc, _ = client_with_answer(body)
    with pytest.raises(ContractError, match="/v1/cohorts/preview/manifest"):
        list(v1.preview_manifest(idc, SPEC, fields=["GCS_URL"]))


@pytest.mark.parametrize(
    "body",
    [
        {"code": 202, "message": "m", "manifest_info": {"cohort": {}, "next_page": "t", "cohortObjects": {}}},
        {"code": 202, "message": "m", "query_info": {"next_page": "t"}},
        {"code": 202, "message": "m", "next_page": "t"},
    ],
)
def test_the_token_of_not_yet_is_found_wherever_an_era_put_it(body: Any) -> None:
    answers = iter([httpx.Response(202, json=body), httpx.Response(200, json=query_page({"a": "b"}))])
    urls = []

    def answer(request: httpx.Request) -> httpx.Response:
        urls.append(dict(request.url.params))
        return next(answers)

    idc = connect(NOWHERE, transport=httpx.MockTransport(answer))
    assert list(v1.dicom_metadata(idc)) == [{"a": "b"}]
    assert urls[1]["next_page"] == "t"


def cohort_created(**filters: list[Any]) -> dict[str, Any]:
    saved = {"idc_data_version": "2.0", "filters": filters}
    properties = {"cohort_id": 146, "name": SPEC.name, "description": "", "filterSet": saved}
    return {"code": 200, "cohort_properties": properties}


def test_creating_a_cohort_gives_its_identifier_and_asks_once() -> None:
    idc, requests = client_with_answer(cohort_created(**NOTEBOOK))
    assert v1.create_cohort(idc, SPEC).cohort_id == 146
    assert [json.loads(request.content) for request in requests] == [SPEC.to_dict()]


def test_a_cohort_that_lost_filters_on_the_way_is_an_error_that_names_it() -> None:
    idc, _ = client_with_answer(cohort_created(Modality=["CT"]))
    spec = v1.cohort(SPEC.name, "", {"Modality": ["CT"], "age_at_diagnosis_btw": [50, 59]})
    with pytest.raises(ContractError, match="cohort 146 was saved without the filters on age_at_diagnosis_btw"):
        v1.create_cohort(idc, spec)


@pytest.mark.parametrize("filters", [{**NOTEBOOK, "Modality": ["CT"]}, {**NOTEBOOK, "PatientID": ["x"]}])
def test_a_cohort_that_was_saved_with_other_filters_is_an_error_that_names_it(filters: Any) -> None:
    idc, _ = client_with_answer(cohort_created(**filters))
    with pytest.raises(ContractError, match=r"cohort 146 was saved with another filter on '(Modality|PatientID)'"):
        v1.create_cohort(idc, SPEC)


@pytest.mark.parametrize("body", [{}, {"code": 200}, {"code": 200, "cohort_properties": {}}, [], {"code": 201}])
def test_an_answer_without_a_cohort_is_a_contract_error(body: Any) -> None:
    with pytest.raises(ContractError):
        v1.create_cohort(client_with_answer(body)[0], SPEC)


@pytest.mark.parametrize("other", [{"name": "another"}, {"name": 7}, {"cohort_id": "146"}, {"cohort_id": True}])
def test_an_answer_about_another_cohort_is_a_contract_error(other: dict[str, Any]) -> None:
    body = cohort_created(**NOTEBOOK)
    body["cohort_properties"] |= other
    with pytest.raises(ContractError):
        v1.create_cohort(client_with_answer(body)[0], SPEC)


def test_the_public_names_of_the_dialect_are_sorted_and_all_there() -> None:
    assert [*v1.__all__] == sorted(v1.__all__)
    assert all(hasattr(v1, name) for name in v1.__all__)


# Against the real index behind a real server:


@pytest.mark.parametrize("page_size", [1, 7, 1000])
def test_a_real_manifest_is_the_same_by_any_page_size(standin: str, page_size: int) -> None:
    with connect(standin) as idc:
        wanted = {"fields": ["Patient_ID", "CRDC_Series_GUID"]}
        all_rows = list(v1.preview_manifest(idc, SPEC, **wanted, page_size=50_000))
        assert all_rows
        assert list(v1.preview_manifest(idc, SPEC, **wanted, page_size=page_size)) == all_rows


async def test_a_real_manifest_is_the_same_sync_and_async(standin: str) -> None:
    async with connect(standin) as idc:
        rows: Rows[V1ManifestRow] = v1.preview_manifest(idc, SPEC, fields=["CRDC_Series_GUID"], page_size=10)
        assert [row async for row in rows] == list(rows)


def test_the_first_real_page_says_what_was_understood(standin: str) -> None:
    with connect(standin) as idc:
        page = next(v1.preview_manifest(idc, SPEC, fields=["GCS_URL"], page_size=2, sql=True).pages())
    assert len(page.rows) == 2
    assert page.total is not None
    assert page.total > 2
    assert page.info["cohort"]["filterSet"]["filters"]["collection_id"] == ["tcga_luad", "tcga_kirc"]
    assert "SELECT" in page.info["cohort"]["sql"].upper()


def test_a_saved_cohort_lists_what_its_preview_lists(standin: str, credentials_file: Path) -> None:
    with connect(standin, credentials=credentials_file) as idc:
        saved = v1.create_cohort(idc, SPEC)
        columns, fields = ["CRDC_Series_GUID"], ["PatientID", "Modality"]
        preview = list(v1.preview_manifest(idc, SPEC, fields=columns))
        assert list(v1.manifest(idc, saved.cohort_id, fields=columns)) == preview
        assert list(v1.query(idc, saved.cohort_id, fields)) == list(v1.preview_query(idc, SPEC, fields))


async def test_a_cohort_is_saved_asynchronously_by_the_generated_function(standin: str, credentials_file: Path) -> None:
    async with connect(standin, credentials=credentials_file) as idc:
        assert await create_cohort.asyncio(client=idc, body=SPEC) is not None


def test_a_cohort_that_does_not_exist_is_refused(standin: str, credentials_file: Path) -> None:
    with connect(standin, credentials=credentials_file) as idc, pytest.raises(InvalidRequest, match="999999"):
        list(v1.manifest(idc, 999_999, fields=["GCS_URL"]))


def test_real_dicom_metadata_comes_page_by_page(standin: str) -> None:
    with connect(standin) as idc:
        first = next(v1.dicom_metadata(idc, page_size=3).pages())
    assert len(first.rows) == 3
    assert first.rows[0]["SOPInstanceUID"]


def test_every_query_field_can_be_asked_for(standin: str) -> None:
    with connect(standin) as idc:
        fields = [str(field) for field in V1QueryField]
        first = next(v1.preview_query(idc, SPEC, fields, page_size=1).pages())
        assert set(first.rows[0]) == set(fields)


# Against a server with upstream's quirks, which answers every new query with 202 ("not yet"):


@pytest.fixture(scope="module")
def quirky_service(state: Path) -> Iterator[str]:
    with serving("--as-of", "2.0", "--state", str(state), "--quirks", "--patience", "0") as url:
        yield url


async def test_not_yet_and_tokens_that_cannot_be_resumed_make_no_difference_to_the_rows(
    standin: str, quirky_service: str
) -> None:
    async with connect(standin) as plain_idc, connect(quirky_service) as idc:
        expected = list(v1.preview_manifest(plain_idc, SPEC, fields=["CRDC_Series_GUID"]))
        rows = v1.preview_manifest(idc, SPEC, fields=["CRDC_Series_GUID"], page_size=10)
        assert [row async for row in rows] == list(rows) == expected


def test_refusals_hidden_in_a_200_and_filters_lost_in_saving_are_errors(
    quirky_service: str, credentials_file: Path
) -> None:
    with connect(quirky_service, credentials=credentials_file) as idc:
        with pytest.raises(InvalidRequest, match=r"saving your cohort\. \(sent as HTTP 200\)"):
            v1.create_cohort(idc, v1.cohort("n", "", {}, all_of_idc=True))
        with pytest.raises(ContractError, match="without the filters on age_at_diagnosis_btw"):
            v1.create_cohort(idc, v1.cohort("n", "", {"Modality": ["CT"], "age_at_diagnosis_btw": [50, 60]}))


def test_a_cohort_of_another_user_is_forbidden(
    standin: str, credentials_file: Path, new_credentials: Callable[..., Path], tmp_path: Path
) -> None:
    with connect(standin, credentials=credentials_file) as idc:
        saved = v1.create_cohort(idc, SPEC)
    bob = new_credentials(tmp_path / "bob", "bob@example.org")
    with connect(standin, credentials=bob) as idc, pytest.raises(Forbidden, match="isn't the owner"):
        list(v1.manifest(idc, saved.cohort_id, fields=["GCS_URL"]))


# Filters that the service ignored:

GUID = "dg.4DFC/099a1844-dc1c-44bd-91f8-e6f1860cbfce"


@pytest.mark.parametrize(
    ("filters", "column", "right", "wrong"),
    [
        ({"collection_id": ["TCGA-LUAD", "tcga_kirc"]}, "Collection_ID", ["tcga_luad", "tcga_kirc"], ["tcga_read"]),
        ({"PatientID": ["tcga-%"]}, "Patient_ID", ["TCGA-CJ-4899"], ["LIDC-1", None]),
        ({"PatientID": ["a_c"]}, "Patient_ID", ["ABC", "a.c"], ["ac", "abcd"]),
        ({"PatientID": ["a%", "b"]}, "Patient_ID", ["a%", "B"], ["ab"]),
        ({"PatientID": ["None", "b"]}, "Patient_ID", [None, "B"], ["None"]),
        ({"crdc_series_uuid": [GUID]}, "CRDC_Series_GUID", [GUID], [GUID.replace("099", "199")]),
        ({"crdc_series_uuid": [GUID.removeprefix("dg.4DFC/")]}, "CRDC_Series_GUID", [GUID], [GUID[:-1] + "f"]),
        ({"source_DOI": ["10.7937/K9"]}, "Source_DOI", ["10.7937/k9"], ["10.7937/k8"]),
        ({"race": ["ASIAN"]}, "Patient_ID", ["p"], []),
    ],
)
def test_a_row_of_v1_that_the_filters_rule_out_is_a_contract_error(
    filters: Any, column: str, right: list[Any], wrong: list[Any]
) -> None:
    spec = v1.cohort("n", "", filters)
    for value in right:
        idc, _ = client_with_answer(manifest_page({column: value}))
        assert len(list(v1.preview_manifest(idc, spec, fields=[column]))) == 1
    for value in wrong:
        for more in ({}, {"new": 1}):
            idc, _ = client_with_answer(manifest_page({column: value, **more}))
            with pytest.raises(ContractError, match=f"a row has the {column} .*the service ignored a filter"):
                list(v1.preview_manifest(idc, spec, fields=[column]))


def test_a_query_row_that_the_filters_rule_out_is_a_contract_error() -> None:
    for modality, outcome in (("CT", 1), (["CT", "SR"], 1), ("SR", None)):
        idc, _ = client_with_answer(query_page({"Modality": modality}))
        rows = v1.preview_query(idc, SPEC, ["Modality"])
        if outcome:
            assert len(list(rows)) == outcome
        else:
            with pytest.raises(ContractError, match="a row has the Modality 'SR', which was not requested"):
                list(rows)


def test_text_that_looks_like_a_number_is_compared_as_text() -> None:
    for applied, fits in (("nan", True), ("NaN", True), ("1e2", False)):
        sent = "100" if applied == "1e2" else "nan"
        echo = {**ECHO, "filterSet": {"filters": {"PatientID": [applied]}}}
        idc, _ = client_with_answer(query_page({"PatientID": sent}, cohort_def=echo))
        rows = v1.preview_query(idc, v1.cohort("n", "", {"PatientID": [sent]}), ["PatientID"])
        if fits:
            assert len(list(rows)) == 1
        else:
            with pytest.raises(ContractError, match="applied another filter on 'PatientID'"):
                list(rows)


@pytest.mark.parametrize(
    "applied",
    [
        {},
        {**NOTEBOOK, "Modality": ["CT"]},
        {**NOTEBOOK, "PatientID": ["x"]},
        {name: values for name, values in NOTEBOOK.items() if name != "race"},
        None,
        [],
    ],
)
def test_an_echo_of_other_filters_than_were_sent_is_a_contract_error(applied: Any) -> None:
    echo = {**ECHO, "filterSet": {"filters": applied}}
    for page, ask in (
        (manifest_page({"GCS_URL": None}, cohort=echo), lambda idc: v1.preview_manifest(idc, SPEC, fields=["GCS_URL"])),
        (query_page({"Modality": "CT"}, cohort_def=echo), lambda idc: v1.preview_query(idc, SPEC, ["Modality"])),
    ):
        idc, _ = client_with_answer(page)
        with pytest.raises(ContractError, match=r"applied another filter on|has no filters that can be read"):
            list(ask(idc))


def test_numbers_that_are_echoed_as_text_are_the_same_filter() -> None:
    echo = {**ECHO, "filterSet": {"filters": {"age_at_diagnosis_btw": ["50", 59.5]}}}
    idc, _ = client_with_answer(manifest_page({"Patient_ID": "p"}, cohort=echo))
    spec = v1.cohort("n", "", {"age_at_diagnosis_btw": [50, 59.5]})
    assert len(list(v1.preview_manifest(idc, spec, fields=["Patient_ID"]))) == 1
