"""The BigQuery text that ``sql=True`` gives: it parses, says where it reads, and loses no value on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.standin.hostile_text import FRAGMENTS, texts
from tests.standin.oracle import MANIFEST
from tests.standin.v1_requests import CT, QUERY

if TYPE_CHECKING:
    import httpx

TEXTUAL = ["Modality", "SeriesDescription", "collection_id", "race", "Spiculation", "case_barcode", "StudyDate"]
NUMERIC = ["age_at_diagnosis", "SliceThickness", "bmi", "num_slides"]
QUANTITIES = {  # what IDC's table of qualitative measurements calls the characteristics of nodules
    "Subtlety score", "Internal structure", "Calcification", "Sphericity", "Margin", "Lobular Pattern", "Spiculation",
    "Texture", "Malignancy",
}  # fmt: skip
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
LITERAL = re.compile(r"""(?P<raw>[rR]?)(?P<quote>'|")(?P<text>(?:\\.|(?!(?P=quote))[^\\])*)(?P=quote)""", re.DOTALL)
NUMBER = re.compile(r"(?<![\w.`'])-?\s?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")


def parsed(text: str) -> exp.Expression:
    assert text.startswith("#standardSQL\n")
    statements = sqlglot.parse(text.removeprefix("#standardSQL\n"), dialect="bigquery")
    assert len(statements) == 1
    assert isinstance(statements[0], exp.Select)
    return statements[0]


def unescaped(literal: re.Match[str]) -> str:
    """What BigQuery reads in a string literal (lexical structure of GoogleSQL), without asking sqlglot."""
    if literal["raw"]:
        return literal["text"]

    def one(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] in "xuU":
            return chr(int(code[1:], 16))
        return chr(int(code, 8)) if code[0] in "01234567" else ESCAPES.get(code, code)

    escape = r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)"
    assert literal["quote"] not in re.sub(r"\\.", "", literal["text"], flags=re.DOTALL)
    return re.sub(escape, one, literal["text"], flags=re.DOTALL)


def without_like_escapes(text: str) -> str:
    return text.replace("\\\\", "\\")


def strings(text: str) -> set[str]:
    return {unescaped(literal) for literal in LITERAL.finditer(text)}


def shown(http: httpx.Client, filters: dict[str, Any]) -> str:
    body = {"name": "n", "description": "", "filters": filters}
    response = http.post("/v1/cohorts/preview/manifest", params={"Patient_ID": "True", "sql": "True"}, json=body)
    assert response.status_code == 200, response.text
    return response.json()["cohort"]["sql"]


@settings(deadline=None, max_examples=40, derandomize=True)
@given(names=st.sets(st.sampled_from(list(MANIFEST)), min_size=1))
def test_the_text_selects_the_source_columns_from_the_tables_of_the_data_version(
    http: httpx.Client, names: set[str]
) -> None:
    params = dict.fromkeys(names, "True") | {"sql": "True", "page_size": 1}
    text = http.post(
        "/v1/cohorts/preview/manifest", params=params, json={**CT, "filters": {"PatientID": ["TCGA-CL-5917"]}}
    ).json()["cohort"]["sql"]
    tree = parsed(text)
    assert [column.name for column in tree.selects] == [MANIFEST[name] for name in MANIFEST if name in names]
    assert {table.db for table in tree.find_all(exp.Table)} == {"idc_v2"}
    assert {table.catalog for table in tree.find_all(exp.Table)} == {"bigquery-public-data"}
    order = tree.args["order"].expressions
    assert order[0].this.name == [MANIFEST[name] for name in MANIFEST if name in names][-1]
    assert not any(term.args["desc"] for term in order)
    assert tree.args["distinct"]


def test_every_table_that_a_column_names_is_joined(http: httpx.Client) -> None:
    filters = {
        "race": ["ASIAN"],
        "sample_type": ["01"],
        "Spiculation": ["%"],
        "AnatomicRegionSequence": ["%"],
        "SliceThickness_lt": [2],
        "Modality": ["CT"],
    }
    tree = parsed(shown(http, filters))
    sources = [tree.args["from_"].this, *(join.this for join in tree.args["joins"])]
    outer = [column for column in tree.find_all(exp.Column) if column.find_ancestor(exp.Subquery) is None]
    assert {column.table for column in outer} == {source.alias_or_name for source in sources}
    assert len(sources) == 5


@pytest.mark.parametrize("sql", [None, "False"])
def test_without_being_asked_for_the_text_is_empty(http: httpx.Client, sql: str | None) -> None:
    params = {"Patient_ID": "True"} | ({"sql": sql} if sql else {})
    assert http.post("/v1/cohorts/preview/manifest", params=params, json=CT).json()["cohort"]["sql"] == ""


def test_queries_and_saved_cohorts_have_the_text_too(http: httpx.Client, ada: dict[str, str]) -> None:
    text = http.post("/v1/cohorts/preview/query", params={"sql": "True"}, json=QUERY).json()["cohort_def"]["sql"]
    assert [column.name for column in parsed(text).selects] == ["PatientID", "Modality"]
    saved = http.post("/v1/cohorts", json=CT, headers=ada).json()["cohort_properties"]["cohort_id"]
    params = {"sql": "True", "GCS_URL": "True"}
    text = http.get(f"/v1/cohorts/{saved}/manifest", params=params, headers=ada).json()["cohort"]["sql"]
    assert [column.name for column in parsed(text).selects] == ["gcs_url"]
    response = http.post(
        f"/v1/cohorts/{saved}/query", params={"sql": "True"}, json={"fields": ["SeriesNumber"]}, headers=ada
    )
    assert [column.name for column in parsed(response.json()["cohort_def"]["sql"]).selects] == ["SeriesNumber"]


@settings(deadline=None, max_examples=60, derandomize=True)
@given(name=st.sampled_from(TEXTUAL), values=st.lists(texts, min_size=1, max_size=3, unique=True))
@example(name="Modality", values=FRAGMENTS)
def test_text_values_survive_as_literals(http: httpx.Client, name: str, values: list[str]) -> None:
    text = shown(http, {name: values})
    wanted = [value for value in values if value != "None"]
    if name == "collection_id":
        wanted = [value.lower().replace("-", "_") for value in wanted]
    wanted = list(dict.fromkeys(wanted))
    tree = parsed(text)
    literals = {literal.this for literal in tree.find_all(exp.Literal) if literal.is_string} - QUANTITIES
    if len(wanted) == 1:  # a pattern, in which BigQuery would take a backslash for an escape
        assert {without_like_escapes(literal) for literal in literals} == set(wanted)
        assert {without_like_escapes(string) for string in strings(text) - QUANTITIES} == set(wanted)
        assert all(literal.count("\\") == 2 * wanted[0].count("\\") for literal in literals)
    else:
        assert literals == set(wanted)
        assert strings(text) - QUANTITIES == set(wanted)
    assert (" IS NULL" in text.upper()) == ("None" in values)
    assert len(list(tree.find_all(exp.Table))) <= 2, "a value has become a part of the statement"


@settings(deadline=None, max_examples=50, derandomize=True)
@given(
    name=st.sampled_from(NUMERIC),
    operator=st.sampled_from(["", "_lt", "_lte", "_gt", "_gte", "_btw"]),
    numbers=st.lists(
        st.one_of(st.integers(-(10**25), 10**25), st.floats(allow_nan=False, allow_infinity=False)),
        min_size=2,
        max_size=2,
    ),
)
def test_numbers_survive_as_literals_with_their_operator(
    http: httpx.Client, name: str, operator: str, numbers: list[float]
) -> None:
    numbers = numbers if operator == "_btw" else numbers[:1]
    tree = parsed(shown(http, {name + operator: numbers}))
    condition = tree.args["where"].this
    kinds: dict[str, type[exp.Expression]] = {
        "": exp.EQ, "_lt": exp.LT, "_lte": exp.LTE, "_gt": exp.GT, "_gte": exp.GTE, "_btw": exp.Between,
    }  # fmt: skip
    assert isinstance(condition, kinds[operator])
    assert condition.this.name == name
    bounds = [condition.args["low"], condition.args["high"]] if operator == "_btw" else [condition.expression]
    assert [float(bound.sql()) for bound in bounds] == [float(number) for number in numbers]


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    filters=st.dictionaries(
        st.sampled_from(TEXTUAL),
        st.lists(st.sampled_from(["a", "B%", "None", "c_"]), min_size=1, unique=True),
        min_size=1,
    )
)
def test_conditions_are_joined_by_and_one_for_each_attribute(http: httpx.Client, filters: dict[str, list[str]]) -> None:
    condition = parsed(shown(http, filters)).args["where"].this
    parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    named = [{column.name for column in part.find_all(exp.Column)} for part in parts]
    assert sorted(named, key=sorted) == sorted(({name} for name in filters), key=sorted)


def test_a_value_that_looks_like_sqlglots_own_line_break_survives(http: httpx.Client) -> None:
    values = ["__SQLGLOT__LB__", "x"]
    assert strings(shown(http, {"Modality": values})) == set(values)
