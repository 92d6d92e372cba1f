"""Bounds of ranges: accepted numbers and dates, the values applied, and the rows selected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.standin import v3_oracle as oracle
from tests.standin.v3_requests import ECHOING, POSTS, echoed, post, refusal

if TYPE_CHECKING:
    import httpx

#: What is sent, as JSON -> the bytes of what is applied.
NUMBERS = {
    "2": "2.0", '"2"': "2.0", "2.5": "2.5", "true": "1.0", "false": "0.0", "-0.0": "-0.0", "-0": "0.0",
    "9007199254740993": "9007199254740992.0", "1" + "0" * 30: "1e+30",
    "1180591620717411303424": "1.1805916207174113e+21",
    "1e15": "1000000000000000.0", "1e16": "1e+16", "0.00001": "0.00001", "0.000001": "1e-6", "1e-5": "0.00001",
    "1.5e-7": "1.5e-7", "5e-324": "5e-324", "1e308": "1e+308",
    '"1e3"': "1000.0", '"1.5"': "1.5", '"+7"': "7.0", '"-7"': "-7.0", '" 5 "': "5.0", '"\\u00a05\\r\\n"': "5.0",
    '"1_0"': "10.0", '"\u0663"': "3.0", '"\\u0966.\\u096b"': "0.5", '".5"': "0.5", '"5."': "5.0", '"1E2"': "100.0",
    '"9223372036854775808"': "9.223372036854776e+18", '"-0"': "-0.0",
}  # fmt: skip
NOT_NUMBERS = [
    "NaN", "Infinity", "-Infinity", "1e400", '"nan"', '"inf"', '"Infinity"', '"-infinity"', '"1e400"',
    '"' + "9" * 400 + '"', '"abc"', '""', '" "', '"0x10"', '"1,5"', '"v24"', '"1 0"', '"1__0"', '"_1"', '"\\u0000"',
    '"1\\u0000"', '"2006-01-31"', '"true"', '"null"',
]  # fmt: skip
DATES = {
    '"2006-01-31"': "2006-01-31", '"20060131"': "2006-01-31", '" 2006-01-31\\n"': "2006-01-31",
    '"\\u00a020060131\\u2028"': "2006-01-31", '"\\r\\n\\t20060131"': "2006-01-31", '"2004-02-29"': "2004-02-29",
    '"0001-01-01"': "0001-01-01", '"99991231"': "9999-12-31",
}  # fmt: skip
NO_SUCH_DAYS = [
    '"2006-02-30"', '"20060230"', '"2005-02-29"', '"2006-13-01"', '"2006-00-10"', '"2006-0131"', '"200601-31"',
    '"0000-01-01"', '"00000101"', '"\u0662\u0660\u0660\u0666-01-31"', '"\u0662\u0660\u0660\u06660131"',
]  # fmt: skip
NOT_DATES = [
    '"2020"', '"2020-01"', '"2020-1-3"', '"01/31/2020"', '"2020-01-01T00:00:00"', '"2020-01-01 00:00"', '"2020-W01-1"',
    '"2020W011"', '"2020-001"', '""', '" "', '"--"', '"today"', '"-2006-01-31"', '"+20060131"', '"2006 01 31"',
    '"2006\\u201301\\u201331"', "20060131", "2020", "true", "NaN", "Infinity", "-0.0",
]  # fmt: skip
NUMBER_COLUMNS = ["instanceCount", "series_size_MB", "series_init_idc_version", "series_revised_idc_version"]
DATE_COLUMNS = ["StudyDate", "SeriesDate"]
PILOT = '"terms": {"collection_id": ["rider_pilot"]}'


def body(name: str, bounds: str) -> str:
    return f'{{"filters": {{{PILOT}, "ranges": {{"{name}": {bounds}}}}}}}'


@pytest.mark.parametrize("key", ["gte", "lte"])
@pytest.mark.parametrize(("sent", "becomes"), NUMBERS.items())
def test_a_bound_on_a_number_becomes_a_double_and_selects_as_one(
    http: httpx.Client, key: str, sent: str, becomes: str
) -> None:
    answer = post(http, "cohort/counts", body("instanceCount", f'{{"{key}": {sent}}}'))
    other = {"gte": f'"gte":{becomes},"lte":null', "lte": f'"gte":null,"lte":{becomes}'}[key]
    assert f'"ranges":{{"instanceCount":{{{other}}}}}'.encode() in answer.content
    left = {"terms": {"collection_id": ["rider_pilot"]}, "ranges": {"instanceCount": {"gte": None, "lte": None}}}
    left["ranges"]["instanceCount"][key] = json.loads(becomes)
    assert oracle.text(dict(list(answer.json().items())[:5])) == oracle.text(oracle.counts(left))


@pytest.mark.parametrize("key", ["gte", "lte"])
@pytest.mark.parametrize(("sent", "becomes"), DATES.items())
def test_a_bound_on_a_date_becomes_a_day_with_dashes_and_selects_as_one(
    http: httpx.Client, key: str, sent: str, becomes: str
) -> None:
    asked = f'{{"filters": {{"terms": {{"Modality": ["MR"]}}, "ranges": {{"StudyDate": {{"{key}": {sent}}}}}}}}}'
    answer = post(http, "cohort/counts", asked)
    left = {"terms": {"Modality": ["MR"]}, "ranges": {"StudyDate": {"gte": None, "lte": None, key: becomes}}}
    expected = {**oracle.counts(left), "filters_applied": left, "warnings": []}
    assert answer.text == oracle.text(expected)


@pytest.mark.parametrize("name", NUMBER_COLUMNS)
@pytest.mark.parametrize("sent", NOT_NUMBERS)
def test_a_bound_that_is_not_a_finite_number_is_refused(http: httpx.Client, name: str, sent: str) -> None:
    assert name in refusal(post(http, "cohort/counts", body(name, f'{{"lte": {sent}}}')))


@pytest.mark.parametrize("name", DATE_COLUMNS)
@pytest.mark.parametrize("sent", NO_SUCH_DAYS)
def test_digits_that_are_not_a_day_are_refused_with_that_reason(http: httpx.Client, name: str, sent: str) -> None:
    assert "calendar" in refusal(post(http, "cohort/counts", body(name, f'{{"gte": {sent}}}')))


@pytest.mark.parametrize("name", DATE_COLUMNS)
@pytest.mark.parametrize("sent", NOT_DATES)
def test_other_text_is_refused_with_the_form_of_a_date(http: httpx.Client, name: str, sent: str) -> None:
    sentence = refusal(post(http, "cohort/counts", body(name, f'{{"gte": {sent}}}')))
    assert "YYYY-MM-DD" in sentence
    assert "calendar" not in sentence


def test_a_number_on_a_date_is_shown_as_the_double_it_was_read_as(http: httpx.Client) -> None:
    assert "20060131.0" in refusal(post(http, "cohort/counts", body("StudyDate", '{"gte": 20060131}')))


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("bounds", ['{"gte": "abc"}', '{"gte": null, "lte": "abc"}', '{"gte": 1, "lte": NaN}'])
def test_each_operation_refuses_a_wrong_bound_before_it_looks_for_anything(
    http: httpx.Client, path: str, bounds: str
) -> None:
    asked = body("instanceCount", bounds).replace("rider_pilot", "no_such_collection")
    answer = post(http, path, asked)
    assert "instanceCount" in refusal(answer)
    assert answer.headers["strict-transport-security"]


@pytest.mark.parametrize("name", [*NUMBER_COLUMNS, *DATE_COLUMNS])
@pytest.mark.parametrize("path", ECHOING)
def test_null_means_that_there_is_no_bound(http: httpx.Client, path: str, name: str) -> None:
    bound, becomes = ('"20200131"', "2020-01-31") if name in DATE_COLUMNS else ('" 7"', 7.0)
    filters, warnings = echoed(post(http, path, body(name, f'{{"lte": {bound}, "gte": null}}')), path)
    assert oracle.text(filters["ranges"]) == oracle.text({name: {"gte": None, "lte": becomes}})
    assert warnings == []


def test_bounds_are_included_and_reversed_bounds_find_nothing_without_a_warning(http: httpx.Client) -> None:
    for gte, lte in ((1, 1), (2, 1)):
        asked = body("instanceCount", f'{{"gte": {gte}, "lte": {lte}}}')
        left = {
            "terms": {"collection_id": ["rider_pilot"]},
            "ranges": {"instanceCount": {"gte": float(gte), "lte": float(lte)}},
        }
        expected = {**oracle.counts(left), "filters_applied": left, "warnings": []}
        assert (expected["series"] > 0) is (gte <= lte)
        assert post(http, "cohort/counts", asked).text == oracle.text(expected)


@pytest.mark.parametrize("name", DATE_COLUMNS)
def test_series_without_a_date_match_no_bound(http: httpx.Client, name: str) -> None:
    dated = oracle.column(f'SELECT count(*) FROM series WHERE "{name}" IS NOT NULL')[0]
    assert dated < 1_044_191
    asked = {"filters": {"ranges": {name: {"gte": "00010101", "lte": "99991231"}}}}
    assert post(http, "cohort/counts", asked).json()["series"] == dated


@pytest.mark.parametrize("name", NUMBER_COLUMNS)
def test_a_whole_number_is_compared_with_the_bound_as_it_is(http: httpx.Client, name: str) -> None:
    for bound in ("1.5", "17.999999999999996", "18.000000000000004", "-1e300", "1e300"):
        found = oracle.column(f"SELECT count(*) FROM series WHERE \"{name}\"::DOUBLE <= '{bound}'::DOUBLE")[0]
        for sent in (bound, f'"{bound}"'):
            asked = f'{{"filters": {{"ranges": {{"{name}": {{"lte": {sent}}}}}}}}}'
            assert post(http, "cohort/counts", asked).json()["series"] == found
