"""SQL in v3: result tables, truncation, exact types, and statements that the service would alter."""

import datetime
import re
from decimal import Decimal
from typing import Any

import duckdb
import httpx
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_ext import ContractError, InvalidFilter, InvalidRequest, TruncatedResult, connect, v3
from idc_ext.v3._engine_types import exact_statement, parse_engine_type, type_of_numbers
from tests.support.standin_process import NOWHERE
from tests.support.v3_service import TABLE, client


def test_sql_gives_a_table(standin: str) -> None:
    with connect(standin) as idc:
        table = v3.sql(idc, "SELECT Modality, count(*) AS n FROM index GROUP BY 1 ORDER BY n DESC -- the lot")
        assert table.columns == ["Modality", "n"]
        assert len(table) == len(list(table)) == 25
        assert next(iter(table)) == {"Modality": "CT", "n": 270830}
        assert (table.truncated, table.max_rows) == (False, 10_000)
        assert len(v3.sql(idc, "SELECT 1 AS a WHERE false")) == 0


@pytest.mark.parametrize("max_rows", [None, 7, 1_000_000])
def test_a_truncated_table_is_returned_only_if_that_is_allowed(standin: str, max_rows: int | None) -> None:
    with connect(standin) as idc:
        applied = min(max_rows or 10_000, 10_000)
        advice = "raise max_rows" if max_rows == 7 else "narrow the statement"
        with pytest.raises(TruncatedResult, match=f"more than {applied} rows: {advice}, or pass allow_truncated=True"):
            v3.sql(idc, "SELECT PatientID FROM index", max_rows=max_rows)
        table = v3.sql(idc, "SELECT PatientID FROM index", max_rows=max_rows, allow_truncated=True)
        assert (len(table), table.truncated, table.max_rows) == (applied, True, applied)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT '--'",
        "SELECT 'it''s /* here */'",
        'SELECT 1 AS "a--b"',
        "SELECT $$--$$",
        "SELECT $a$ /* here */ $a$",
        r"SELECT E'\'/* here */'",
        "SELECT 1 AS a -- from /* here\n, 2 AS b -- to */ there",
        "SELECT '\ud800'",
        b"SELECT 1",
    ],
)
def test_a_statement_that_the_service_would_alter_is_refused(statement: Any) -> None:
    with pytest.raises(InvalidFilter):
        v3.sql(connect(NOWHERE), statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 -- it's '--'",
        "SELECT /* don't '--' */ 1",
        "SELECT '-' || '-'",
        "SELECT 1 -- /* and\r\n, 2 -- more",
        'SELECT /* -- */ 1 AS "a\'b" /* */',
    ],
)
def test_real_comments_are_left_alone(standin: str, statement: str) -> None:
    with connect(standin) as idc:
        assert len(v3.sql(idc, statement)) == 1


def test_a_statement_that_the_service_refuses_is_its_error(standin: str) -> None:
    with connect(standin) as idc, pytest.raises(InvalidRequest) as caught:
        v3.sql(idc, "DELETE FROM index")
    assert caught.value.code == "invalid_query"


@pytest.mark.parametrize(
    "body",
    [
        {**TABLE, "row_count": 2},
        {**TABLE, "rows": [{"b": 1}]},
        {**TABLE, "truncated": None},
        {**TABLE, "columns": "a"},
        {**TABLE, "columns": [7], "rows": [], "row_count": 0},
        {"columns": ["a"], "rows": [{"a": 1}], "row_count": 1, "truncated": False},
    ],
)
def test_a_table_that_contradicts_itself_is_a_contract_error(body: Any) -> None:
    with pytest.raises(ContractError, match="/v3/sql"):
        v3.sql(client(lambda *_: body), "SELECT 1")


# Exact types:


@pytest.mark.parametrize("name", ["INTEGER" + "[]" * 3000, "STRUCT(a " * 3000 + "INTEGER" + ")" * 3000, "MAP(" * 101])
def test_a_type_that_is_nested_without_end_is_a_contract_error(name: str) -> None:
    described = {"columns": ["column_name", "column_type"], "rows": [{"column_name": "a", "column_type": name}]}
    with pytest.raises(ContractError, match="more than 100 types within each other"):
        v3.sql(client(lambda *_: {**TABLE, **described, "row_count": 1}), "SELECT 1 AS a", typed=True)


def test_a_type_that_is_nested_a_hundred_deep_is_one() -> None:
    name = "INTEGER" + "[]" * 99
    assert parse_engine_type(name).text == name
    assert parse_engine_type(f"STRUCT(a {'INTEGER' + '[]' * 90}, b {'INTEGER' + '[]' * 90})").name == "STRUCT"


DAY = datetime.date(2001, 2, 3)
EXACT = [
    ("12345678901234567890.12::DECIMAL(38, 2)", pyarrow.decimal128(38, 2), Decimal("12345678901234567890.12")),
    ("sum(1.10::DECIMAL(5, 2))", pyarrow.decimal128(38, 2), Decimal("1.10")),
    ("170141183460469231731687303715884105727::HUGEINT", pyarrow.decimal256(39, 0), Decimal(2**127 - 1)),
    ("(-170141183460469231731687303715884105728)::HUGEINT", pyarrow.decimal256(39, 0), Decimal(-(2**127))),
    ("340282366920938463463374607431768211455::UHUGEINT", pyarrow.decimal256(39, 0), Decimal(2**128 - 1)),
    ("2::HUGEINT", pyarrow.decimal128(38, 0), Decimal(2)),
    ("TIMESTAMP_S '2001-02-03 04:05:06'", pyarrow.timestamp("s"), datetime.datetime(2001, 2, 3, 4, 5, 6)),
    ("TIMESTAMP_MS '2001-02-03 04:05:06.5'", pyarrow.timestamp("ms"), datetime.datetime(2001, 2, 3, 4, 5, 6, 500_000)),
    ("TIMESTAMPTZ '2001-02-03 04:05:06+05:30'", pyarrow.timestamp("us", "UTC"),
     datetime.datetime(2001, 2, 2, 22, 35, 6, tzinfo=datetime.UTC)),
    ("TIME '04:05:06.000001'", pyarrow.time64("us"), datetime.time(4, 5, 6, 1)),
    ("INTERVAL '1 month'", pyarrow.string(), "1 month"),
    ("[1.10::DECIMAL(5, 2), NULL]", pyarrow.list_(pyarrow.decimal128(5, 2)), [Decimal("1.10"), None]),
    ("array_value(DATE '2001-02-03', NULL)", pyarrow.list_(pyarrow.date32()), [DAY, None]),
    ("{'a b': 1::SMALLINT, 'd': {'e': [DATE '2001-02-03']}}",
     pyarrow.struct({"a b": pyarrow.int16(), "d": pyarrow.struct({"e": pyarrow.list_(pyarrow.date32())})}),
     {"a b": 1, "d": {"e": [DAY]}}),
    ("NULL::STRUCT(a TINYINT)", pyarrow.struct({"a": pyarrow.int8()}), None),
    ("MAP {'a': 1.5::DECIMAL(3, 1)}", pyarrow.map_(pyarrow.string(), pyarrow.decimal128(3, 1)),
     [("a", Decimal("1.5"))]),
    ("MAP {7: 'x'}", pyarrow.map_(pyarrow.int32(), pyarrow.string()), [(7, "x")]),
    ("NULL::MAP(INTEGER, DATE)", pyarrow.map_(pyarrow.int32(), pyarrow.date32()), None),
    ("'x'::ENUM('x', 'y, (z)')", pyarrow.string(), "x"),
    ("'0101'::BIT", pyarrow.string(), "0101"),
    ("{}", pyarrow.string(), "{}"),
    ("row(1, 2)", pyarrow.string(), "[1,2]"),
    ("NULL", pyarrow.string(), None),
    ("union_value(k := 1)", pyarrow.string(), "1"),
    ("'ab'::BLOB", pyarrow.string(), "6162"),
]  # fmt: skip


def test_values_of_exact_types_keep_every_digit_and_their_type(standin: str) -> None:
    listed = ", ".join(f"{expression} AS a{at}" for at, (expression, _, _) in enumerate(EXACT))
    with connect(standin) as idc:
        found = v3.sql(idc, f"SELECT {listed}", typed=True).to_arrow()
        nothing = v3.sql(idc, f"SELECT * FROM (SELECT {listed}) WHERE false", typed=True).to_arrow()
        nanoseconds = v3.sql(idc, "SELECT TIMESTAMP_NS '2001-02-03 04:05:06.123456789' AS a", typed=True).to_arrow()
    for at, (expression, kind, value) in enumerate(EXACT):
        assert found.schema.types[at] == kind, expression
        assert found.column(at)[0].as_py() == value, expression
        assert nothing.schema.types[at] == (pyarrow.decimal128(38, 0) if pyarrow.types.is_decimal256(kind) else kind)
    assert nanoseconds.schema.types == [pyarrow.timestamp("ns")]
    assert nanoseconds.column(0)[0].value == 981_173_106_123_456_789


@pytest.mark.parametrize("end", ["; -- x", " /* x */ ;\n", "; /* a */ -- b", "\n-- x\n;", " -- ;"])
def test_a_statement_that_ends_in_a_comment_has_types_as_it_has_rows(standin: str, end: str) -> None:
    statement = f"SELECT ';'::VARCHAR AS a{end}"
    with connect(standin) as idc:
        assert v3.sql(idc, statement, typed=True).to_arrow().to_pylist() == list(v3.sql(idc, statement))


def test_two_tables_of_one_statement_have_the_same_types_whatever_rows_came(standin: str) -> None:
    statement = (
        "SELECT StudyDate::DATE AS day, instanceCount::SMALLINT AS n, source_DOI FROM index ORDER BY day NULLS {}"
    )
    with connect(standin) as idc:
        tables = [
            v3.sql(idc, statement.format(end), max_rows=5, allow_truncated=True, typed=True).to_arrow()
            for end in ("FIRST", "LAST")
        ]
    assert tables[0].schema == tables[1].schema
    assert tables[0].schema.types == [pyarrow.date32(), pyarrow.int16(), pyarrow.string()]
    assert pyarrow.concat_tables(tables).num_rows == 10


@pytest.mark.parametrize(
    "expression", ["DATE 'infinity'", "TIMESTAMP '-infinity'", "DATE '10000-01-01'", "[DATE '0044-03-15 (BC)']"]
)
def test_a_day_that_arrow_does_not_have_is_an_error_that_says_what_to_do(standin: str, expression: str) -> None:
    with connect(standin) as idc:
        found = v3.sql(idc, f"SELECT {expression} AS a", typed=True)
        with pytest.raises(ContractError, match=r"column a has a value that .* CAST\(a AS VARCHAR\) in the statement"):
            found.to_arrow()


def test_decimals_that_were_not_asked_for_by_type_are_doubles(standin: str) -> None:
    with connect(standin) as idc:
        found = v3.sql(idc, "SELECT 12345678901234567890.12::DECIMAL(38, 2) AS a").to_arrow()
        assert found.schema.types == [pyarrow.float64()]
    # A name with a comment mark cannot be used in a statement.
    assert exact_statement("SELECT 1", {"a--b": "DECIMAL(3,2)", "c": "DATE[]"}) == (
        'SELECT * REPLACE (CAST("c" AS VARCHAR[]) AS "c") FROM (\nSELECT 1\n)',
        {"a--b": "DOUBLE", "c": "DATE[]"},
    )
    assert type_of_numbers("STRUCT(a DECIMAL(3,1)[], b DATE)") == 'STRUCT("a" DOUBLE[], "b" DATE)'


def test_polars_gets_decimals_of_39_digits_as_text_and_others_as_decimals(standin: str) -> None:
    large = "170141183460469231731687303715884105727"
    with connect(standin) as idc:
        frame = v3.sql(
            idc, f"SELECT {large}::HUGEINT AS a, [{large}::HUGEINT] AS b, 7::HUGEINT AS c", typed=True
        ).to_polars()
    assert frame.rows() == [(large, [large], Decimal(7))]
    untyped = v3.Table(["a"], [{"a": 10**38}, {"a": None}], truncated=False, max_rows=5)
    assert untyped.to_polars().rows() == [("1" + "0" * 38,), (None,)]


LEAVES = st.sampled_from(
    ["BIGINT", "VARCHAR", "DATE", "TIMESTAMP WITH TIME ZONE", "DECIMAL(18,3)", "DOUBLE", "BOOLEAN", "UUID", "INTERVAL"]
)
NAMES = st.text(st.sampled_from("ab \"'(),[]é"), min_size=1, max_size=4)


def quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


TYPES = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds("{}[]".format, inner)
        | st.builds("{}[3]".format, inner)
        | st.builds("MAP(VARCHAR, {})".format, inner)
        | st.lists(st.tuples(NAMES, inner), min_size=1, max_size=3, unique_by=lambda one: one[0].casefold()).map(
            lambda members: f"STRUCT({', '.join(f'{quoted(name)} {kind}' for name, kind in members)})"
        )
    ),
    max_leaves=5,
)


ENGINE = duckdb.connect()
ENGINE.execute("SET TimeZone = 'UTC'")


@given(TYPES)
@settings(max_examples=60)
def test_any_type_is_parsed_as_duckdb_writes_it_and_its_exact_form_can_be_cast_to(text: str) -> None:
    ((_, written, *_),) = ENGINE.execute(f"DESCRIBE SELECT NULL::{text} AS a").fetchall()
    kind = parse_engine_type(written)
    assert kind.name != written or not {"(", "["} & {*written}
    statement, types = exact_statement(f"SELECT NULL::{written} AS a", {"a": written})
    assert types == {"a": written}
    assert ENGINE.execute(statement).fetchall() == [(None,)]
    ((_, travels, *_),) = ENGINE.execute(f"DESCRIBE {statement}").fetchall()
    assert not any(word in travels for word in ("DATE", "DECIMAL", "TIMESTAMP", "INTERVAL"))


@pytest.mark.parametrize("typed", [False, True])
@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("SELECT nope FROM index", "LINE 1: SELECT nope FROM index"),
        ("SELECT Modality\nFROM index\n  WHERE  nope = 1", "LINE 3: WHERE nope = 1"),
        ("\n\nSELECT nope\nFROM index", "LINE 3: SELECT nope"),
        (f"SELECT {', '.join(['Modality'] * 40)}, nope, {', '.join(['Modality'] * 40)}\nFROM index", "LINE 1: "),
    ],
)
def test_the_line_of_an_error_is_counted_in_the_statement_as_it_was_given(
    standin: str, statement: str, line: str, typed: bool
) -> None:
    with connect(standin) as idc, pytest.raises(InvalidRequest) as caught:
        v3.sql(idc, statement, typed=typed)
    assert line in caught.value.message
    assert caught.value.message in str(caught.value)


@pytest.mark.parametrize("message", ["LINE 2: elsewhere ^", "LINE 2: ^", "LINE 1: SELECT 1 ^", "no line"])
def test_a_line_that_is_not_of_the_statement_is_named_as_the_service_names_it(message: str) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(message)):
        v3.sql(client(lambda *_: httpx.Response(400, json={"detail": message})), "SELECT 1")
