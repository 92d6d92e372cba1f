"""Hostile text, and text that only looks hostile: as filter values, names, and bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standin import v3_oracle
from tests.standin.oracle import FILTERABLE

if TYPE_CHECKING:
    import httpx

    from tests.standin.oracle import Release
from tests.standin.hostile_text import FRAGMENTS, texts

BAD_JSON = "The JSON provided in this request appears to be improperly formatted."


def preview(http: httpx.Client, filters: dict[str, Any], **params: str) -> dict[str, Any]:
    body = {"name": "n", "description": "", "filters": filters}
    response = http.post("/v1/cohorts/preview/manifest", params={"Collection_ID": "True", **params}, json=body)
    assert response.status_code == 200, response.text
    return response.json()


@settings(deadline=None, max_examples=60, derandomize=True)
@given(data=st.data())
def test_any_text_is_a_filter_value_like_any_other(http: httpx.Client, second: Release, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILTERABLE))
    values = data.draw(st.lists(texts, min_size=1, max_size=3, unique=True))
    page = preview(http, {name: values}, sql="True")
    expected = sorted({row["collection_id"] for row in second.matching({name: values})})
    assert [row["Collection_ID"] for row in page["manifest"]["json_manifest"]] == expected
    if name != "collection_id":
        assert page["cohort"]["filterSet"]["filters"] == {name: values}


@settings(deadline=None, max_examples=25, derandomize=True)
@given(data=st.data())
def test_hostile_text_inside_a_real_value_still_matches_by_the_rules(
    http: httpx.Client, second: Release, data: st.DataObject
) -> None:
    name = data.draw(
        st.sampled_from(["SeriesDescription", "StudyDescription", "BodyPartExamined", "tcia_tumorLocation"])
    )
    held = second.values[name]
    text = held[data.draw(st.integers(0, len(held) - 1))]
    at = data.draw(st.integers(0, len(text)))
    inside = data.draw(st.sampled_from(["%", "_", "\\%", "%'", "'%", "\0%", "%%", "\\"]))
    values = [text[:at] + inside + text[at + data.draw(st.integers(0, 1)) :]]
    expected = sorted({row["collection_id"] for row in second.matching({name: values})})
    page = preview(http, {name: values})
    assert [row["Collection_ID"] for row in page["manifest"]["json_manifest"]] == expected


@pytest.mark.parametrize("name", ["SOPInstanceUID", "crdc_instance_uuid", "gcs_url"])
def test_hostile_text_matches_no_instance(http: httpx.Client, name: str) -> None:
    values = [text for text in FRAGMENTS if text not in {"None", "_"}]
    values += [
        "2.25." + "9" * 39,
        "2.25." + "9" * 500,
        "gs://idc-standin/",
        "gs://idc-standin/%.dcm",
        "-" * 36,
        "2.25.0",
    ]
    assert preview(http, {name: values})["manifest"]["totalFound"] == 0
    for value in ("2.25." + "9" * 39 + "\n",):
        assert preview(http, {name: [value]})["manifest"]["totalFound"] == 0


@settings(deadline=None, max_examples=20, derandomize=True)
@given(name=texts.filter(bool), description=texts, value=texts)
def test_any_text_names_a_cohort_and_comes_back_unchanged(
    http: httpx.Client, ada: dict[str, str], name: str, description: str, value: str
) -> None:
    spec = {"name": name, "description": description, "filters": {"Modality": [value]}}
    response = http.post("/v1/cohorts", json=spec, headers=ada)
    assert response.status_code == 200, response.text
    saved = response.json()["cohort_properties"]
    assert {key: saved[key] for key in ("name", "description")} == {"name": name, "description": description}
    assert saved["filterSet"]["filters"] == spec["filters"]
    listed = {cohort["cohort_id"]: cohort for cohort in http.get("/v1/cohorts", headers=ada).json()["cohorts"]}
    assert listed[saved["cohort_id"]]["name"] == name
    deleted = http.delete(f"/v1/cohorts/{saved['cohort_id']}", headers=ada)
    assert deleted.status_code == 200


# --- bodies that are hardly JSON ---------------------------------------------------------------------------------

POSTS = ["/v1/cohorts/preview/manifest?Patient_ID=True", "/v1/cohorts/preview/query", "/v1/cohorts"]
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b"  \n",
    "half an object": b'{"name": "n"',
    "single quotes": b"{'name': 'n'}",
    "a trailing comma": b'{"name": "n",}',
    "two values": b"{} {}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"name": "n"}'.encode("utf-16"),
    "latin-1": '{"name": "\u00e9"}'.encode("latin-1"),
    "NaN": b'{"name": "n", "description": "", "filters": {"bmi": [NaN]}}',
    "Infinity": b'{"name": "n", "description": "", "filters": {"bmi": [-Infinity]}}',
    "too large a number": b'{"name": "n", "description": "", "filters": {"bmi": [1e999]}}',
    "an integer of 400 digits": b'{"name": "n", "description": "", "filters": {"bmi": [' + b"9" * 400 + b"]}}",
    "an integer of 5000 digits": b'{"name": "n", "description": "", "filters": {"bmi": [' + b"9" * 5000 + b"]}}",
    "a lone surrogate": b'{"name": "\\ud800", "description": "", "filters": {}}',
    "a lone low surrogate": b'{"name": "\\udc00", "description": "", "filters": {}}',
    "a raw control character": b'{"name": "\x01", "description": "", "filters": {}}',
    "100,000 open brackets": b"[" * 100_000,
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_not_json_is_a_400_that_says_so(
    http: httpx.Client, ada: dict[str, str], path: str, body: bytes
) -> None:
    response = http.post(path, content=body, headers={**ada, "Content-Type": "application/json"})
    assert response.status_code == 400, response.text
    assert response.json()["message"].startswith(BAD_JSON)
    assert set(response.json()) == {"code", "message"}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"5", b"true", b"[[]]", b"1e400"])
def test_a_body_that_is_not_an_object_is_a_400(http: httpx.Client, ada: dict[str, str], path: str, body: bytes) -> None:
    response = http.post(path, content=body, headers={**ada, "Content-Type": "application/json"})
    assert response.status_code == 400, response.text
    assert response.json()["code"] == 400


def test_a_body_with_many_errors_gets_a_short_message(http: httpx.Client) -> None:
    filters = {f"nonsense{i}": ["x"] for i in range(2000)}  # 20,000 take minutes: each mistake repeats the body
    body = json.dumps({"name": "n", "description": "", "filters": filters})
    response = http.post(POSTS[0], content=body, headers={"Content-Type": "application/json"}, timeout=5)
    assert response.status_code == 400


NUMBERS = [
    "1e308",
    "-1e308",
    "5e-324",
    "1e-400",
    "-0",
    "-0.0",
    "1e22",
    "0.1",
    "9007199254740993",
    "9" * 30,
    "9" * 300,
    "1E+2",
]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("operator", ["", "_lt", "_gte"])
def test_every_json_number_is_a_bound(http: httpx.Client, ada: dict[str, str], number: str, operator: str) -> None:
    filters = f'{{"bmi{operator}": [{number}]}}'
    body = f'{{"name": "n", "description": "", "filters": {filters}}}'.encode()
    response = http.post(POSTS[0] + "&sql=True", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 200, response.text
    saved = http.post("/v1/cohorts", content=body, headers={**ada, "Content-Type": "application/json"}).json()
    cohort_id = saved["cohort_properties"]["cohort_id"]
    assert saved["cohort_properties"]["filterSet"]["filters"] == json.loads(filters)
    response = http.get(f"/v1/cohorts/{cohort_id}/manifest?Patient_ID=True", headers=ada)
    assert response.status_code == 200, response.text


def test_five_thousand_values_are_answered(http: httpx.Client, second: Release) -> None:
    values = second.values["SeriesInstanceUID"][:5000]
    page = preview(http, {"SeriesInstanceUID": values})
    assert page["manifest"]["totalFound"] == len(
        {row["collection_id"] for row in second.matching({"SeriesInstanceUID": values})}
    )


# --- v3 -----------------------------------------------------------------------------------------------------------

TERMS = (
    "collection_id", "PatientID", "Modality", "Manufacturer", "BodyPartExamined", "source_DOI", "SeriesInstanceUID",
)  # fmt: skip


@settings(deadline=None, max_examples=60, derandomize=True)
@given(data=st.data())
def test_any_text_is_a_value_of_a_v3_term_selects_what_equals_it_and_comes_back_unchanged(
    http: httpx.Client, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(TERMS))
    values = data.draw(st.lists(texts, min_size=1, max_size=4))
    body = http.post("/v3/cohort/counts", json={"filters": {"terms": {name: values}}}).json()
    assert body["filters_applied"] == {"terms": {name: values}, "ranges": {}}
    found = v3_oracle.column(f'SELECT "{name}" FROM series WHERE "{name}" IN (SELECT unnest($1::VARCHAR[]))', [values])
    assert body["series"] == len(found)
    assert not found or set(found) <= set(values)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(name=texts, kind=st.sampled_from(["terms", "ranges"]))
def test_any_other_name_of_a_v3_attribute_is_refused_by_name(http: httpx.Client, name: str, kind: str) -> None:
    answer = http.post("/v3/licenses", json={"filters": {kind: {name: [] if kind == "terms" else {}}}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_query")
    assert repr(name) in answer.json()["error"]["message"]


@settings(deadline=None, max_examples=60, derandomize=True)
@given(bound=texts, name=st.sampled_from(["instanceCount", "series_size_MB", "StudyDate"]))
def test_any_text_is_a_v3_bound_of_its_kind_or_refused(http: httpx.Client, bound: str, name: str) -> None:
    asked = {"filters": {"terms": {"collection_id": ["rider_pilot"]}, "ranges": {name: {"lte": bound}}}}
    answer = http.post("/v3/cohort/counts", json=asked)
    try:
        meant = float(bound) if name != "StudyDate" else None
    except ValueError:
        meant = None
    if meant is None:
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_query")
    else:
        assert answer.json()["filters_applied"]["ranges"] == {name: {"gte": None, "lte": meant}}
