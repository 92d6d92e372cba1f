"""Results of SQL in pieces: the bytes are those of the whole result, written at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_standin import archive, budget
from idc_standin.contract import Contract
from idc_standin.door import Door
from idc_standin.v3.handlers import Pieces
from idc_standin.v3.json import dumps, records
from idc_standin.v3.sql.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import Message

#: One column of each kind of value, made of the number of the row, `i`.
VALUES = (
    "i", "(i % 100)::TINYINT", "i::UBIGINT", "(i * 1e30)::HUGEINT", "i % 2 = 0", "i / 7", "(i / 7)::FLOAT",
    "'nan'::DOUBLE",
    "'-inf'::FLOAT", "exp(i % 700)", "-i * 1e-9", "(i / 8)::DECIMAL(9, 3)", "DATE '2001-02-03' + i::INTEGER",
    "TIME '04:05:06'", "TIMESTAMP '2001-02-03 04:05:06.5'", "INTERVAL (i) MINUTE", "md5(i::VARCHAR)",
    "repeat('Ä\"\\', (i % 90)::INTEGER)", "chr((i % 31 + 1)::INTEGER)", "encode('é' || i)",
    "'67e22f90-36e1-40aa-88bb-9b2efb5616f2'::UUID", "'101'::BIT", "[i, NULL]", "{'a': i, 'b': DATE '2001-02-03'}",
    "MAP {i: 'x'}", "['nan'::DOUBLE]", "NULL", "CASE WHEN i % 3 = 0 THEN 'x' END", "repeat('x', 20000)",
    "'{\"a\": 1}'::JSON", "CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END::ENUM('a', 'b')",
)  # fmt: skip


@pytest.fixture(scope="module")
def published(archive_file: Path) -> Path:
    return archive.published(archive_file)


@pytest.fixture(scope="module")
def engine(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(published, tmp_path_factory.mktemp("spill"), budget.SQL)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def plain() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    columns=st.lists(st.sampled_from(VALUES), min_size=1, max_size=8),
    there=st.sampled_from([0, 1, 7, 8, 9, 100, 2048, 2049, 5000]),
    wanted=st.sampled_from([1, 8, 100, 4000]),
)
def test_pieces_of_any_result_are_together_the_bytes_of_the_whole(
    engine: Engine, plain: duckdb.DuckDBPyConnection, columns: list[str], there: int, wanted: int
) -> None:
    named = ", ".join(f"{value} AS c{number}" for number, value in enumerate(columns))
    statement = f"SELECT {named} FROM range({there}) AS r(i)"
    written: list[bytes] = []
    table, last = engine.run(statement, wanted, written.append)
    whole = plain.execute(f"{statement} LIMIT {table['count']}")
    names, kinds = [column[0] for column in whole.description], [str(column[1]) for column in whole.description]
    assert b"".join(written) + last == dumps(records(names, kinds, whole.fetchall()))
    assert table["columns"] == names
    assert table["truncated"] == (table["count"] < there)
    assert table["count"] == min(there, wanted) or len(b"".join(written)) > budget.SQL.result_bytes - budget.MB


async def test_a_large_answer_in_pieces_counts_as_one_until_it_is_sent() -> None:
    pieces = [b"x" * budget.MB] * 4
    held: list[int] = []

    async def send(message: Message) -> None:
        held.append(door.sending.held)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    door = Door(Pieces(pieces, media_type="application/json"), Contract(), lambda _: pytest.fail("refused"))
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/v3/health", "headers": []}
    await door(scope, receive, send)
    assert held == [4 * budget.MB] * 5
    assert door.sending.held == 0
