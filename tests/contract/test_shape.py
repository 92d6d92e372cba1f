"""The places of filters agree with the document, and filters are read as in the reference."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_contract.document import shape
from idc_contract.document.openapi import OPERATIONS, examples, misfit, resolved, schema
from idc_contract.document.shape import APPLIED, DATES, NUMBERS, RANGES, SHAPES, TERMS, WARNINGS
from idc_contract.layers import suite
from idc_contract.oracle import normal
from idc_contract.relations import http
from idc_contract.relations.http.apis import APIS

same_every_time = settings(derandomize=True, deadline=None, max_examples=300)
each_shape = pytest.mark.parametrize("name", SHAPES)
NUMBER, DAY = (schema(name) for name in ("V3NumberBound", "V3DateBound"))
NUMERIC = st.text(alphabet="0123456789_+-.eE \t\n\u00a0\u0663", max_size=9)
DAYS = st.tuples(st.integers(0, 2400), st.integers(0, 13), st.integers(0, 32), st.sampled_from(["-", ""]))


def body_schema(name: str) -> dict[str, Any]:
    return resolved((OPERATIONS[name].body or {})["schema"])


@each_shape
def test_filters_stand_where_the_document_has_them(name: str) -> None:
    found = body_schema(name)
    assert SHAPES[name].where
    for part in SHAPES[name].where:
        found = resolved(found["properties"][part])
    assert set(found["properties"]) == set(shape.PARTS)


@each_shape
def test_a_predicate_is_needed_where_the_document_requires_filters(name: str) -> None:
    needed = SHAPES[name].where[0] in body_schema(name).get("required", ())
    assert SHAPES[name].unfiltered is not needed


@each_shape
def test_an_answer_carries_what_was_applied_where_the_document_has_it(name: str) -> None:
    found = resolved(OPERATIONS[name].answer(200)["schema"])
    for part in SHAPES[name].echo or ():
        found = resolved(found["properties"][part])
    carried = {APPLIED, WARNINGS} & set(found.get("properties", ()))
    assert carried == (set() if SHAPES[name].echo is None else {APPLIED, WARNINGS})


def test_every_operation_with_filters_has_a_shape() -> None:
    taking = {name for name, one in OPERATIONS.items() if name in SHAPES or _takes_filters(one.body)}
    assert taking == set(SHAPES)


def _takes_filters(body: dict[str, Any] | None) -> bool:
    members = resolved(body["schema"]).get("properties", {}) if body else {}
    return any(member.get("$ref", "").endswith("/V3Filters") for member in members.values())


def test_every_attribute_is_a_term_a_number_or_a_date() -> None:
    assert sorted([*NUMBERS, *DATES]) == sorted(RANGES)
    assert not set(TERMS) & set(RANGES)


@each_shape
def test_filters_of_a_body_are_those_that_it_was_made_of(name: str) -> None:
    filters = {"terms": {"Modality": ["CT"]}}
    body = shape.request_body(name, filters, page=3)
    assert shape.filters_in(name, body) == filters
    assert shape.with_filters(name, body, {"ranges": {}}) == shape.request_body(name, {"ranges": {}}, page=3)
    assert shape.filters_in(name, {"x": 1}) == shape.filters_in(name, None) == {}


def test_the_documents_examples_are_applied_as_they_say() -> None:
    requests = examples(OPERATIONS["countCohort"].body or {})
    answers = examples(OPERATIONS["countCohort"].answer(200))
    assert len(requests) == len(answers) > 1
    for request, answer in zip(requests, answers, strict=True):
        left = normal.applied(shape.filters_in("countCohort", request))
        assert left.echo == shape.echo("countCohort", answer)[APPLIED]
        assert len(shape.echo("countCohort", answer)[WARNINGS]) == len(left.left_out) + (not left)


@same_every_time
@given(NUMERIC)
def test_text_is_read_as_the_number_that_python_reads(text: str) -> None:
    try:
        expected = float(text)
    except ValueError:
        expected = math.nan
    if math.isfinite(expected):
        assert repr(normal.number(text)) == repr(expected)
    else:
        with pytest.raises(normal.Refused):
            normal.number(text)


@pytest.mark.parametrize("bound", [math.nan, math.inf, -math.inf, 10**400, "9" * 400, "-1e400", "nan", "Infinity"])
def test_a_number_without_end_is_refused(bound: Any) -> None:
    with pytest.raises(normal.Refused):
        normal.number(bound)


@same_every_time
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70))
def test_every_finite_number_is_its_double(bound: float) -> None:
    assert repr(normal.number(bound)) == repr(normal.number(str(bound))) == repr(float(bound))


@same_every_time
@given(DAYS)
def test_a_day_is_one_where_the_calendar_and_the_document_have_it(parts: tuple[int, int, int, str]) -> None:
    year, month, day, dash = parts
    text = f"{year:04}{dash}{month:02}{dash}{day:02}"
    try:
        expected = date(year, month, day).isoformat()
    except ValueError:
        assert misfit(DAY, text)
        with pytest.raises(normal.Refused):
            normal.day(text)
    else:
        assert normal.day(f" {text}\n") == expected
        assert misfit(DAY, text) == ""


@same_every_time
@given(st.from_regex(r"\A[+-]?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?\Z"))
def test_every_number_that_the_document_describes_is_read(text: str) -> None:
    assert misfit(NUMBER, text) == ""
    assert isinstance(normal.number(text), float)


def test_the_first_attribute_that_cannot_be_applied_is_refused() -> None:
    for filters, name in (
        ({"terms": {"a": [], "b": []}}, "a"),
        ({"ranges": {"b": {}}, "terms": {"a": []}}, "a"),
        ({"ranges": {"StudyDate": {"gte": "2020"}, "b": {}}}, "StudyDate"),
        ({"terms": {"StudyDate": []}}, "StudyDate"),
    ):
        with pytest.raises(normal.Refused, match=f"^{name}$"):
            normal.applied(filters)


# --- a generation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", suite.GENERATIONS)
def test_the_requests_of_http_are_those_that_the_document_allows(generation: str) -> None:
    api = APIS[generation]  # type: ignore[index]  a test of all that there are
    assert suite.PROBES[generation].startswith(f"/{generation}/")
    for asked in api.reads:
        operation = api.operations[asked.operation]
        assert (operation.method, operation.security) == ("GET", [])
    assert all(api.operations[asked.operation].security for asked in api.owned)
    asked = api.selection({"Modality": ["CT"]})
    body = (api.operations[asked.operation].body or {})["schema"]["$ref"].rpartition("/")[2]
    assert misfit(schema(body), asked.body) == ""
    answers = examples(api.operations[asked.operation].answer(200))
    assert all(api.selected(answer) is not None for answer in answers)
    names = [relation.name for relation in http.of(api.generation)]
    assert len(set(names)) == len(names) > 10
