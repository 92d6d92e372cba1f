"""The document itself: valid, exemplary, closed, bounded, and the same to all who read it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idc_client.models import V1Filters
from openapi_spec_validator import OpenAPIV31SpecValidator

from idc_contract.document.openapi import (
    DOCUMENT,
    FORMATS,
    METHODS,
    NODES,
    OPERATIONS,
    SCHEMAS,
    V1,
    V3,
    Operation,
    examples,
    misfit,
    resolved,
    schema,
    target,
    validator,
)
from tests.support.standin_process import ROOT

same_every_time = settings(derandomize=True, deadline=None)
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
each_of_v1 = pytest.mark.parametrize("operation", V1.values(), ids=V1)

# The attributes as a table of facts has them: 93 with text values, and 67 with numbers.
with (ROOT / "idc_standin" / "facts" / "attributes.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
# A name may occur in several data sources, as program_name does.
TEXTS = list(dict.fromkeys(row["name"] for row in ROWS if row["data_type"] != "Continuous Numeric"))
NUMBERS = [row["name"] for row in ROWS if row["data_type"] == "Continuous Numeric"]
FORMS = ("", "_lt", "_lte", "_btw", "_gte", "_gt")
FILTERS = schema("V1Filters")
PATTERNS: dict[str, Any] = target("#/components/schemas/V1Filters")["then"]["patternProperties"]
READ_BY_SERVER = jsonschema_rs.Draft202012Validator(
    {"$ref": "#/components/schemas/V1Filters", "components": DOCUMENT["components"]}
)

# The fields of queries in the notebook of 2021, in its order.
NOTEBOOK_FIELDS = """
Modality, BodyPartExamined, StudyDescription, StudyInstanceUID, PatientID, SeriesInstanceUID, SOPInstanceUID,
SeriesDescription, SliceThickness, SeriesNumber, StudyDate, SOPClassUID, collection_id, AnatomicRegionSequence,
SegmentedPropertyCategoryCodeSequence, SegmentedPropertyTypeCodeSequence, FrameOfReferenceUID, SegmentNumber,
SegmentAlgorithmType, SUVbw, Volume, Diameter, Surface_area_of, Total_Lesion, Standardized_Added_Metabolic,
Percent_Within_First_Quarter_of_Intensity_Range, Percent_Within_Third_Quarter_of_Intensity_Range,
Percent_Within_Fourth_Quarter_of_Intensity_Range, Percent_Within_Second_Quarter_of_Intensity_Range,
Standardized_Added_Metabolic_Activity, Glycolysis_Within_First_Quarter_of_Intensity_Range,
Glycolysis_Within_Third_Quarter_of_Intensity_Range, Glycolysis_Within_Fourth_Quarter_of_Intensity_Range,
Glycolysis_Within_Second_Quarter_of_Intensity_Range, Internal, Sphericity, Calcification, Lobular, Spiculation,
Margin, Texture, Subtlety, Malignancy
""".replace(",", " ").split()


# --- document -----------------------------------------------------------------------------------------------------


def test_the_document_is_valid_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_every_reference_resolves() -> None:
    for _, node, _ in NODES:
        if "$ref" in node:
            assert target(node["$ref"])


def test_every_component_is_used() -> None:
    used = {node["$ref"] for _, node, _ in NODES if "$ref" in node}
    used |= {f"#/components/securitySchemes/{name}" for o in OPERATIONS.values() for s in o.security for name in s}
    defined = {f"#/components/{kind}/{name}" for kind, named in DOCUMENT["components"].items() for name in named}
    assert defined - used == set()


def test_every_link_leads_to_an_operation_and_fills_parameters_that_it_has() -> None:
    links = [link for _, node, is_schema in NODES if not is_schema for link in node.get("links", {}).values()]
    assert links
    for link in links:
        names = {parameter["name"] for parameter in OPERATIONS[link["operationId"]].parameters}
        assert set(link.get("parameters", ())) <= names


def test_nothing_is_said_to_be_nullable_which_is_no_keyword_of_openapi_3_1() -> None:
    assert [pointer for pointer, node, _ in NODES if "nullable" in node] == []


def test_every_object_schema_says_whether_it_takes_more_members() -> None:
    open_ended = [
        pointer
        for pointer, node in SCHEMAS
        if ("object" in _types(node) or "properties" in node) and "additionalProperties" not in node
    ]
    assert open_ended == []


def test_every_integer_has_bounds() -> None:
    unbounded = [
        pointer
        for pointer, node in SCHEMAS
        if "integer" in _types(node) and not ({"const", "enum"} & set(node) or {"minimum", "maximum"} <= set(node))
    ]
    assert unbounded == []


def test_every_format_is_one_that_the_judge_of_the_examples_can_check() -> None:
    assert {node["format"] for _, node in SCHEMAS if "format" in node} <= set(FORMATS.checkers)


# --- examples ----------------------------------------------------------------------------------------------------


def _told() -> list[Any]:
    """Every value that the document gives for a schema: pointer to the schema, and the value."""
    cases = []
    for pointer, node, is_schema in NODES:
        if is_schema:
            values = [*node.get("examples", ()), *([node["default"]] if "default" in node else ())]
            cases += [pytest.param(pointer, value, id="/".join(pointer[-2:])) for value in values]
        elif "schema" in node:
            where = (*pointer, "schema")
            cases += [pytest.param(where, value, id="/".join(pointer[1:])) for value in examples(node)]
    return cases


@pytest.mark.parametrize(("pointer", "value"), _told())
def test_every_example_and_default_fits_its_schema(pointer: tuple[str, ...], value: Any) -> None:
    assert misfit(pointer, value) == ""


def test_the_judge_of_the_examples_does_find_misfits() -> None:
    about = {"code": 200, "message": "m", "documentation": "d"}
    answer = ("paths", "/v1/about", "get", "responses", "200", "content", "application/json", "schema")
    assert misfit(answer, about) == ""
    assert "was unexpected" in misfit(answer, {**about, "more": 1})
    assert "was expected" in misfit(answer, {**about, "code": 201})
    version = target("#/components/schemas/V1Version")["properties"]["date_active"]
    assert version["format"] == "date"
    assert misfit((*schema("V1Version"), "properties", "date_active"), "2021-02-30")


# --- operations --------------------------------------------------------------------------------------------------


@each_operation
def test_the_first_tag_is_the_generation_and_all_tags_are_declared(operation: Operation) -> None:
    assert operation.node["tags"][0] == operation.path.split("/")[1]
    assert set(operation.node["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}


@each_operation
def test_an_operation_is_called_by_a_verb_and_a_noun_or_two(operation: Operation) -> None:
    assert re.fullmatch(r"[a-z]+([A-Z][A-Za-z]+){1,2}", operation.id)
    assert len(operation.id) <= 24


def test_no_two_operations_have_one_name() -> None:
    names = Counter(
        item[method]["operationId"].lower()
        for item in DOCUMENT["paths"].values()
        for method in METHODS
        if method in item
    )
    assert set(names.values()) == {1}


@each_operation
def test_all_of_v1_is_deprecated_and_nothing_else(operation: Operation) -> None:
    assert operation.node.get("deprecated", False) == operation.path.startswith("/v1/")


@each_operation
def test_an_operation_has_a_summary_of_one_line(operation: Operation) -> None:
    summary = operation.node["summary"]
    assert 0 < len(summary) <= 80
    assert "\n" not in summary
    assert not summary.endswith(".")


@each_operation
def test_an_operation_shows_what_it_takes_and_what_it_answers(operation: Operation) -> None:
    assert examples(operation.answer(200))
    if operation.body:
        assert examples(operation.body)


@each_operation
def test_an_operation_says_how_it_can_fail(operation: Operation) -> None:
    declared = set(operation.node["responses"])
    expected = {"200", "500"} | ({"410"} if operation.node.get("deprecated") else set())
    assert declared >= expected
    if operation.parameters or operation.body or operation.security:
        assert any(status.startswith("4") for status in declared - expected)


@each_of_v1
def test_an_operation_of_v1_says_which_mistakes_it_knows(operation: Operation) -> None:
    expected = set()
    if operation.parameters or operation.body:
        expected.add("400")
    if any(parameter["in"] == "path" for parameter in operation.parameters):
        expected.add("404")
    if operation.security:
        expected |= {"401", "403"}
    assert set(operation.node["responses"]) >= expected


@pytest.mark.parametrize("operation", V3.values(), ids=V3)
def test_an_operation_of_v3_says_which_mistakes_it_knows(operation: Operation) -> None:
    expected = {"422"} if operation.parameters or operation.body else set()
    if any(parameter["in"] == "path" for parameter in operation.parameters):
        expected.add("404")
    if operation.body:
        expected.add("400")
    assert set(operation.node["responses"]) >= expected


@each_of_v1
def test_every_answer_is_json_of_a_schema_with_a_name(operation: Operation) -> None:
    for status, answer in operation.node["responses"].items():
        assert list(resolved(answer)["content"]) == ["application/json"]
        assert operation.schema(int(status))


# --- filters and fields ------------------------------------------------------------------------------------------


def test_filters_have_495_names_93_of_text_and_67_of_numbers_in_six_forms() -> None:
    assert (len(TEXTS), len(NUMBERS)) == (93, 67)
    names = target("#/components/schemas/V1AttributeName")["enum"]
    assert len(names) == len(set(names)) == 495
    assert set(names) == {*TEXTS, *(name + form for name in NUMBERS for form in FORMS)}


def test_the_patterns_give_every_name_one_type_of_values_and_the_right_one() -> None:
    def values(name: str) -> list[tuple[str, int, int | None]]:
        found = [rule for pattern, rule in PATTERNS.items() if re.search(pattern, name)]
        return [(rule["items"]["type"], rule["minItems"], rule.get("maxItems")) for rule in found]

    for name in TEXTS:
        assert values(name) == [("string", 1, None)]
    for name in NUMBERS:
        for form in FORMS:
            assert values(name + form) == [("number", 2, 2) if form == "_btw" else ("number", 1, 1)]


def test_the_patterns_have_no_name_that_the_list_of_names_lacks() -> None:
    names = set(target("#/components/schemas/V1AttributeName")["enum"])
    for pattern in PATTERNS:
        if pattern.endswith("_btw$"):
            continue  # a rule for a suffix; the list of names closes it
        listed, suffixes = re.fullmatch(r"\^\(([\w|]+)\)(?:\(([\w|]+)\)\?)?\$", pattern).groups()
        for name in listed.split("|"):
            assert {name, *(name + suffix for suffix in (suffixes or "").split("|"))} <= names


def test_a_query_may_name_the_43_fields_of_the_notebook() -> None:
    assert len(NOTEBOOK_FIELDS) == len(set(NOTEBOOK_FIELDS)) == 43
    fields = target("#/components/schemas/V1QueryField")["enum"]
    assert len(fields) == len(set(fields))
    assert [name for name in fields if name in NOTEBOOK_FIELDS] == NOTEBOOK_FIELDS


TEXT_VALUES = st.lists(st.text(), min_size=1, max_size=3)
NUMBER = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
ONE_NUMBER = st.lists(NUMBER, min_size=1, max_size=1)
TWO_NUMBERS = st.lists(NUMBER, min_size=2, max_size=2)
VALUES: dict[str, st.SearchStrategy[list[Any]]] = dict.fromkeys(TEXTS, TEXT_VALUES) | {
    name + form: TWO_NUMBERS if form == "_btw" else ONE_NUMBER for name in NUMBERS for form in FORMS
}
NAMES = st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=5)
VALID = NAMES.flatmap(lambda names: st.fixed_dictionaries({name: VALUES[name] for name in names}))


@same_every_time
@given(filters=VALID)
def test_three_readers_take_every_valid_filter_and_lose_none(filters: dict[str, Any]) -> None:
    assert misfit(FILTERS, filters) == ""
    assert READ_BY_SERVER.is_valid(filters)
    kept = V1Filters.from_dict(filters).to_dict()
    assert repr(kept) == repr(filters)  # not ==, for which 1, 1.0 and True are one


SPOILT = {
    "a name in another case": st.sampled_from(["modality", "RACE", "bmi_LT"]).map(lambda n: {n: ["x"]}),
    "an unknown name": st.text(max_size=8).filter(lambda n: n not in VALUES).map(lambda n: {n: ["x"]}),
    "a suffix on text": st.sampled_from(TEXTS).map(lambda n: {f"{n}_lt": ["x"]}),
    "an unknown range": st.sampled_from(["x_btw", "Modality_btw", "bmi_btw_btw"]).map(lambda n: {n: [1, 2]}),
    "a suffix of later times": st.sampled_from(NUMBERS).map(lambda n: {f"{n}_ebtw": [1, 2]}),
    "no values": st.sampled_from(sorted(VALUES)).map(lambda n: {n: []}),
    "a bare value": st.sampled_from(sorted(VALUES)).map(lambda n: {n: "x"}),
    "numbers for text": st.sampled_from(TEXTS).map(lambda n: {n: [4]}),
    "text for numbers": st.sampled_from(NUMBERS).map(lambda n: {n: ["50"]}),
    "two numbers for one": st.sampled_from(NUMBERS).map(lambda n: {n: [1, 2]}),
    "one number for two": st.sampled_from(NUMBERS).map(lambda n: {f"{n}_btw": [1]}),
    "three numbers for two": st.sampled_from(NUMBERS).map(lambda n: {f"{n}_btw": [1, 2, 3]}),
    "null": st.sampled_from(sorted(VALUES)).map(lambda n: {n: [None]}),
    "a line end after a name": st.sampled_from(sorted(VALUES)).map(lambda n: {f"{n}\n": ["x"]}),
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_both_validators_refuse_filters_with(spoilt: st.SearchStrategy[dict[str, Any]]) -> None:
    @settings(same_every_time, max_examples=25)
    @given(bad=spoilt, good=VALID)
    def refused(bad: dict[str, Any], good: dict[str, Any]) -> None:
        filters = {**good, **bad}
        assert not validator(FILTERS).is_valid(filters)
        assert not READ_BY_SERVER.is_valid(filters)

    refused()


def _types(node: dict[str, Any]) -> list[str]:
    kind = node.get("type", [])
    return kind if isinstance(kind, list) else [kind]
