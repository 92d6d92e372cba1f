"""SQL in v3: result tables, truncation, and statements that the service would alter."""

from typing import Any

import pytest

from idc_ext import ContractError, InvalidFilter, InvalidRequest, TruncatedResult, connect, v3
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
