"""Guarded SQL: what is refused, what is cut, and the JSON that values become."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_standin.v3.sql.guard import Refused, select

if TYPE_CHECKING:
    import httpx

FEW = settings(max_examples=25, deadline=None, derandomize=True)


@FEW
@given(text=st.text(alphabet=st.sampled_from(list("ab'\"-/*;$ \n\\")), max_size=20))
def test_a_literal_comes_back_as_it_was_sent(http: httpx.Client, text: str) -> None:
    literal = "'" + text.replace("'", "''") + "'"
    answer = http.post("/v3/sql", json={"sql": f"SELECT /* a 'comment' */ {literal} AS said -- and; more"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"] == [{"said": text}]


@pytest.mark.parametrize(
    "statement",
    [
        "", ";", "-- nothing", "/* nothing */", "FROM index", "VALUES (1)", "(SELECT 1)", "EXPLAIN SELECT 1",
        "SHOW TABLES", "DESCRIBE index", "PRAGMA version", "SET threads = 1", "CALL pragma_version()",
        "COPY index TO 'x'", "ATTACH 'x'", "CREATE TABLE t AS SELECT 1", "DROP TABLE index", "DELETE FROM index",
        "SELECT 1;;", "SELECT 1; SELECT 2", "\ufeffSELECT 1", "SELECT\0 1", "SELECT /* 1", "selection",
        "WITH x AS (SELECT 1) DELETE FROM index", "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM 'x.parquet'", "SELECT ?", "SELECT $1", "SELECT nonsense", "SELECT * FROM series",
        "SELECT 1) AS t; DROP TABLE index; SELECT * FROM (SELECT 1", "SELECT now()",
        "SELECT 1) AS answer CROSS JOIN (SELECT 2", "SELECT 1) AS a, (SELECT 2", "SELECT ')') AS a, (SELECT '('",
        "SELECT 1) UNION ALL (SELECT 2", "SELECT 1 /* ( */) AS a, (SELECT 2 -- )", "SELECT (1", "SELECT 1)",
        "SELECT $$($$)",
    ],
)  # fmt: skip
def test_everything_but_one_select_of_what_is_there_is_refused(http: httpx.Client, statement: str) -> None:
    answer = http.post("/v3/sql", json={"sql": statement})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_query"
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "statement",
    [
        "select 1",
        "SELECT 1;",
        " \n SELECT 1 ; ",
        "with x as (select 1) select * from x",
        "SELECT 1 -- c",
        "SELECT ((1))",
        "SELECT 1 /* ) */",
        "SELECT 1 -- (",
        "SELECT len('(') AS \")\"",
        "SELECT len($$)$$)",
        "SELECT len($a$($a$)",
    ],
)
def test_one_select_may_be_written_in_any_way(http: httpx.Client, statement: str) -> None:
    rows = http.post("/v3/sql", json={"sql": statement}).json()["rows"]
    assert [[*row.values()] for row in rows] == [[1]]


def test_row_limits_are_clamped_reported_and_say_what_they_cut(http: httpx.Client) -> None:
    for asked, applied in ((None, 5000), (0, 1), (-5, 1), (10**6, 10_000), (7, 7)):
        answer = http.post("/v3/sql", json={"sql": "SELECT rowid FROM index", "max_rows": asked}).json()
        assert (answer["max_rows"], answer["row_count"], len(answer["rows"])) == (applied, applied, applied)
        assert answer["truncated"] is True
    whole = http.post("/v3/sql", json={"sql": "SELECT * FROM version_metadata_index", "max_rows": 25}).json()
    assert (whole["row_count"], whole["truncated"]) == (25, False)


def test_values_have_the_documented_json_forms(http: httpx.Client) -> None:
    forms = {
        "1.50::DECIMAL(4, 2)": 1.5,
        "7::DECIMAL(4, 0)": 7,
        "DATE '2001-02-03'": "2001-02-03",
        "TIME '04:05:06'": "04:05:06",
        "TIMESTAMP '2001-02-03 04:05:06.5'": "2001-02-03T04:05:06.500000",
        "'\\xAA\\x01'::BLOB": "aa01",
        "INTERVAL 1 MONTH": "P30D",
        "'67e22f90-36e1-40aa-88bb-9b2efb5616f2'::UUID": "67e22f90-36e1-40aa-88bb-9b2efb5616f2",
        "'101'::BIT": "101",
        "170141183460469231731687303715884105727::HUGEINT": 170141183460469231731687303715884105727,
        "'nan'::DOUBLE": None,
        "'-inf'::FLOAT": None,
        "[1, NULL]": [1, None],
        "['nan'::DOUBLE]": [None],
        "{'a': DATE '2001-02-03'}": {"a": "2001-02-03"},
        "MAP {'k': 1}": {"k": 1},
        "NULL": None,
    }
    columns = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(forms))
    row = http.post("/v3/sql", json={"sql": f"SELECT {columns}"}).json()["rows"][0]
    assert row == {f"c{i}": value for i, value in enumerate(forms.values())}


@FEW
@given(st.text(max_size=60))
def test_any_text_is_either_one_select_or_refused(text: str) -> None:
    try:
        statement = select(text)
    except Refused:
        return
    assert statement.lower().startswith(("select", "with"))


@pytest.mark.parametrize("beside", ["1", "1e30::HUGEINT"])
def test_numbers_have_the_bytes_of_every_answer_also_beside_an_integer_of_any_size(
    http: httpx.Client, beside: str
) -> None:
    numbers = {
        "1e16": "1e+16", "1e15": "1000000000000000.0", "1e-5": "0.00001", "1e-6": "1e-6", "-0.0::DOUBLE": "-0.0",
        "1.1805916207174113e21": "1.1805916207174113e+21", "2::DOUBLE": "2.0",
    }  # fmt: skip
    columns = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(numbers))
    answer = http.post("/v3/sql", json={"sql": f"SELECT {columns}, 'Ä' AS letter, {beside} AS beside"})
    expected = ",".join(f'"c{i}":{text}' for i, text in enumerate(numbers.values()))
    assert f'"rows":[{{{expected},"letter":"Ä","beside":' in answer.text
