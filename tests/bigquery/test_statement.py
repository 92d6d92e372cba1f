"""The statement for BigQuery: it finds the series that v3 finds, with every value unchanged."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
from hypothesis import example, given, settings
from hypothesis import strategies as st
from idc_client.models import V3IndexColumn, V3TermAttribute
from sqlglot import exp

from idc_contract.oracle.index import installed
from idc_ext import InvalidFilter, bigquery, connect, v3
from idc_ext.bigquery._statement import INDEX_COLUMNS, MANIFEST_COLUMNS, SOP_CLASSES, TRANSFER_SYNTAXES
from tests.bigquery.oracle import COLLECTIONS, MOST_INSTANCES, upstream_index_statement

if TYPE_CHECKING:
    from tests.bigquery.oracle import Tables

TERMS = sorted(map(str, V3TermAttribute))
NUMBERS = ["instanceCount", "series_size_MB", "series_init_idc_version", "series_revised_idc_version"]
DATES = ["StudyDate", "SeriesDate"]
#: Text that ends literals, begins comments or escapes, cannot be seen, or has more than one unit in UTF-16.
HOSTILE = [
    "'", '"', "\\", "`", "--", "/*", "*/", "#", ";", "\n", "\r", "\t", "\0", "\x1b", "\u202e", "\u2028", "😀", "%",
    "\\n", "\\x41", "\\u0041", "''", "'''", "{}", "@p", "?", "r'", "é", "",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=3)).map("".join)
LITERAL = re.compile(r"'((?:[^'\\\n\r]|\\.)*)'", re.DOTALL)


def unescape_literal(text: str) -> str:
    """Decode the text between quotes by GoogleSQL's rules; the escapes that occur are the same in Python."""
    return str(ast.literal_eval(f"'{text}'"))


def parse_select(statement: str) -> exp.Select:
    (parsed,) = sqlglot.parse(statement, read="bigquery")
    assert isinstance(parsed, exp.Select)
    return parsed


# Columns:


def test_every_column_of_the_index_has_its_place_in_bigquery() -> None:
    assert set(INDEX_COLUMNS) == set(map(str, V3IndexColumn))


def normalized_sql(expression: exp.Expr) -> str:
    """Normalize an expression: without table aliases and ELSE ERROR, which differ between the two statements."""

    def without_table_alias(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            return exp.column(
                node.name, table="dicom_all" if node.table not in ("dicom_curated", "aux") else node.table
            )
        if isinstance(node, exp.Case):
            node.set("default", None)
        return node

    return expression.unalias().transform(without_table_alias).sql("bigquery")


def test_columns_are_made_as_idc_makes_its_own_index() -> None:
    upstream = {one.alias_or_name: normalized_sql(one) for one in parse_select(upstream_index_statement()).selects}
    ours = parse_select(bigquery.statement({}, columns=INDEX_COLUMNS, all_of_idc=True, release=25)).ctes[0].this
    assert {one.alias_or_name: normalized_sql(one) for one in ours.selects} == upstream


def test_tables_are_joined_as_idc_joins_them() -> None:
    upstream, ours = (
        parse_select(upstream_index_statement()),
        parse_select(bigquery.statement({}, columns=INDEX_COLUMNS, all_of_idc=True, release=25)),
    )
    named = {table.sql("bigquery") for table in upstream.find_all(exp.Table)} - {"aux_series AS aux"}
    assert {table.sql("bigquery") for table in ours.find_all(exp.Table)} - {"series"} == named
    inner = ours.ctes[0].this
    assert [(one.side, one.args["on"].sql()) for one in inner.args["joins"]] == [
        (one.side, one.args["on"].sql()) for one in upstream.args["joins"]
    ]
    assert inner.args["joins"][1].this.this.sql("bigquery") == upstream.ctes[0].this.sql("bigquery")
    assert inner.args["group"].sql("bigquery") == upstream.args["group"].sql("bigquery")


def test_names_of_classes_and_syntaxes_are_those_of_the_whole_index() -> None:
    found = installed().rows("SELECT DISTINCT SOPClassUID, sop_class_name FROM index")
    assert {uid: name for uid, name in found if uid not in SOP_CLASSES or SOP_CLASSES[uid] != name} == {}
    found = installed().rows(
        "SELECT DISTINCT TransferSyntaxUID, transfer_syntax_name FROM index WHERE NOT contains(TransferSyntaxUID, ',')"
    )
    assert {uid: name for uid, name in found if TRANSFER_SYNTAXES.get(uid) != name} == {}


def test_the_tables_of_these_tests_make_the_rows_of_the_index_again(tables: Tables) -> None:
    upstream = re.sub("ELSE ERROR\\(.*?\\)\n", "\n", upstream_index_statement())
    names = ", ".join(INDEX_COLUMNS)
    expected = tables.rows(f"SELECT {names} FROM index ORDER BY SeriesInstanceUID")
    assert len(expected) > 2000
    assert sorted(tables.rows_of_bigquery_sql(upstream), key=lambda row: row["SeriesInstanceUID"]) == [
        {**dict.fromkeys(row), **row} for row in expected
    ]


def test_all_columns_of_all_series_are_those_of_the_index(tables: Tables) -> None:
    found = tables.rows_of_bigquery_sql(bigquery.statement({}, columns=INDEX_COLUMNS, all_of_idc=True, release=25))
    order = "collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID"
    assert found == tables.rows(f"SELECT {', '.join(INDEX_COLUMNS)} FROM index ORDER BY {order}")


def test_nothing_is_read_that_is_not_asked_for() -> None:
    text = bigquery.statement({"Modality": "CT"}, columns=["PatientID"], release=25)
    assert {column.name for column in parse_select(text).find_all(exp.Column)} == {
        "PatientID",
        "Modality",
        "SeriesInstanceUID",
    }
    assert {table.name for table in parse_select(text).find_all(exp.Table)} == {"dicom_all", "series"}


# Filters:


@st.composite
def draw_filters(draw: st.DrawFn, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Filters that at least one series matches, with values of other series, too."""
    one = draw(st.sampled_from(rows))
    others = draw(st.lists(st.sampled_from(rows), max_size=4))

    def values(name: str) -> list[Any]:
        found = [row[name] for row in (one, *others) if row[name] is not None]
        return draw(st.permutations([*found, *(draw(st.lists(TEXT, max_size=2)) if name in TERMS else [])]))

    known = [name for name, value in one.items() if value is not None]
    terms = [name for name in TERMS if name in known and name != "collection_id"]
    wanted: dict[str, Any] = {"collection_id": values("collection_id")}
    wanted |= {name: values(name) for name in draw(st.lists(st.sampled_from(terms), max_size=2, unique=True))}
    for name in draw(st.lists(st.sampled_from([*NUMBERS, *(set(DATES) & set(known))]), max_size=2, unique=True)):
        low, high = min(values(name)), max(values(name))
        wanted[name] = draw(st.sampled_from([(low, high), (low, None), (None, high)]))
    low, high = wanted.get("instanceCount", (None, None))
    return {**wanted, "instanceCount": (low, high or MOST_INSTANCES)}


@settings(max_examples=60)
@given(data=st.data())
def test_the_series_are_those_that_v3_finds(standin: str, tables: Tables, data: st.DataObject) -> None:
    names = ", ".join(f'"{name}"' for name in (*TERMS, *NUMBERS, *DATES))
    rows = tables.rows(f"SELECT {names} FROM index WHERE hash(SeriesInstanceUID) % 20 = 0 ORDER BY SeriesInstanceUID")
    wanted = v3.where(data.draw(draw_filters(rows)))
    with connect(standin) as idc:
        answer = [record for page in v3.manifest(idc, wanted).pages() for record in page.records]
    assert tables.rows_of_bigquery_sql(bigquery.statement(wanted, release=25)) == answer
    assert answer


def test_the_selections_of_these_tests_do_find_something(standin: str, tables: Tables) -> None:
    with connect(standin) as idc:
        answer = v3.manifest(idc, {"collection_id": list(COLLECTIONS), "instanceCount": (None, MOST_INSTANCES)})
        everything = [record for page in answer.pages() for record in page.records]
    assert tables.rows_of_bigquery_sql(bigquery.statement({}, all_of_idc=True, release="25")) == everything
    assert len(everything) > 2000


@given(values=st.lists(TEXT, min_size=1, max_size=4))
@example(values=HOSTILE)
def test_any_text_is_one_literal_that_means_it(values: list[str]) -> None:
    statement = bigquery.statement({"Modality": values})
    written = statement.partition("WHERE Modality IN (")[2].rpartition(")\nORDER BY")[0]
    assert [unescape_literal(found) for found in LITERAL.findall(written)] == values
    assert re.fullmatch(rf"{LITERAL.pattern}(, {LITERAL.pattern})*", written, re.DOTALL)
    assert written.isprintable()


@given(values=st.lists(TEXT.filter(str.isprintable), min_size=1, max_size=4))
@example(values=[text for text in HOSTILE if text.isprintable()])
def test_another_reader_of_bigquerys_sql_finds_the_same_literals(values: list[str]) -> None:
    where = parse_select(bigquery.statement({"Modality": values})).args["where"].this
    assert isinstance(where, exp.In)
    assert [one.this for one in where.expressions] == values


@given(low=st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_as_the_floats_that_v3_compares_with(low: float) -> None:
    where = parse_select(bigquery.statement({"series_size_MB": (low, None)})).args["where"].this
    assert isinstance(where, exp.GTE)
    assert float(where.expression.sql("bigquery")) == float(low)
    assert re.search(r">= -?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?\n", bigquery.statement({"series_size_MB": (low, None)}))


# Tables and releases:


@pytest.mark.parametrize(("release", "dataset"), [(25, "idc_v25"), ("v3", "idc_v3"), ("current", "idc_current")])
def test_the_release_names_the_dataset(release: int | str, dataset: str) -> None:
    text = bigquery.statement({"BodyPartExamined": "LUNG", "series_init_idc_version": (1, 2)}, release=release)
    named = {(table.catalog, table.db) for table in parse_select(text).find_all(exp.Table)} - {("", "")}
    assert named == {("bigquery-public-data", dataset)}


def test_without_a_release_the_newest_is_asked(tables: Tables) -> None:
    assert len(tables.rows_of_bigquery_sql(bigquery.statement({"collection_id": "rider_pilot"}))) == 656


@pytest.mark.parametrize("release", [0, -1, True, 10**9, "v", "25`; DROP", "idc_v25", "25\n", "２５", None])
def test_what_is_no_release_is_refused(release: Any) -> None:
    with pytest.raises(InvalidFilter, match="not a data release"):
        bigquery.statement({"Modality": "CT"}, release=release)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["patientid"], "did you mean PatientID"),
        (["1 FROM x --"], "not a column"),
        ([], "one or more"),
        (["PatientID", "PatientID"], "once"),
    ],
)
def test_what_is_no_choice_of_columns_is_refused(columns: list[str], message: str) -> None:
    with pytest.raises(InvalidFilter, match=message):
        bigquery.statement({"Modality": "CT"}, columns=columns)


def test_filters_are_refused_as_v3_refuses_them() -> None:
    with pytest.raises(InvalidFilter, match="did you mean Modality"):
        bigquery.statement({"modality": "CT"})
    with pytest.raises(InvalidFilter, match="whole archive"):
        bigquery.statement({})


def test_the_columns_are_those_of_a_manifest_in_its_order() -> None:
    assert list(MANIFEST_COLUMNS) == v3.manifest(connect("http://127.0.0.1:9"), {"Modality": "CT"}).columns.names
    order = parse_select(bigquery.statement({"Modality": "CT"})).args["order"].expressions
    assert [one.this.name for one in order] == ["collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID"]
