"""The command `sql`: one SELECT, as it is given or as filters say it, for the service or for BigQuery."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from .. import v3
from .._bigquery_index import COLUMNS
from .._bigquery_sql import MANIFEST, ORDER
from . import _ends, _output
from ._bigquery import BigQuery, in_bigquery
from ._context import DASH, Count, Flag, Given, InputError
from ._output import Output, emit
from ._results import Listing, Text
from .selection import Selection, content

_OUTPUT = Output()
_NOTHING = Selection()
_BIGQUERY = BigQuery()


def sql(
    statement: str | None = None,
    /,
    *,
    file: Path | None = None,
    dialect: Literal["duckdb", "bigquery"] | None = None,
    engine: Literal["api", "bigquery"] = "api",
    max_rows: Count | None = None,
    allow_truncated: Flag = False,
    bigquery: BigQuery = _BIGQUERY,
    selection: Selection = _NOTHING,
    out: Output = _OUTPUT,
    context: Given,
) -> None:
    """Run one SELECT over the index tables, in DuckDB's SQL, or write one that finds what filters select.

    `idc-ext tables` lists the tables. A result that is cut short ends with 1 and is not written. Filters in place of a
    statement ask for the columns of a manifest, or those of --columns, in its order.

    With --engine bigquery the statement is in BigQuery's SQL and runs there, over IDC's public tables, and a project of
    yours pays. What it would read and cost is said before, and who looks is asked.

    Args:
        statement: Begins with SELECT or WITH; `-` reads standard input.
        file: Where the statement is, in place of the words.
        dialect: Write the statement that the filters stand for, and run nothing.
        engine: Where to run it: by the service, or in BigQuery.
        max_rows: The most rows; of the service up to 10000, which is the default there.
        allow_truncated: Take a part if there are more rows.
    """
    given = [statement is not None, file is not None, selection != _NOTHING]
    if sum(given) != 1:
        raise InputError("sql takes one of: a statement, --file FILE, or filters (--where, --filters, --all-of-idc)")
    in_google = engine == "bigquery"
    if bigquery != _BIGQUERY and not in_google and dialect != "bigquery":
        raise InputError("--release, --project, --max-bytes, --dry-run and --yes go with --engine bigquery")
    if bigquery.release != _BIGQUERY.release and not given[2]:
        raise InputError("--release goes with filters: a statement names the tables of its release itself")
    if dialect is not None and in_google:
        raise InputError("--dialect writes a statement and --engine bigquery runs one: choose one of them")
    if dialect is not None:
        if not given[2] or out.format is not None:
            raise InputError("--dialect writes the SQL that filters stand for: it goes with --where, without --format")
        emit(Text(_made(dialect, selection, bigquery, out).splitlines()), out)
        return
    out.chosen()  # a statement may take long: better said now
    if given[2]:
        text = _made("bigquery" if in_google else "duckdb", selection, bigquery, out)
    else:
        text = content(file or Path(DASH)) if statement in (None, DASH) else statement or ""
    if in_google:
        in_bigquery(text, bigquery, max_rows, allow_truncated, out, context)
        return
    with context.connect() as idc:
        found = v3.sql(idc, text, max_rows=max_rows, allow_truncated=allow_truncated)
    emit(Listing(found.columns, found.rows, total=None if found.truncated else len(found.rows)), out)
    if found.truncated:
        _ends.say(f"the statement has more rows than these {len(found.rows)}")


def _made(dialect: str, selection: Selection, bigquery: BigQuery, out: Output) -> str:
    """Make a statement of filters."""
    wanted = selection.read()
    columns = list(MANIFEST) if out.columns is None else _output.named(out.columns, list(COLUMNS))
    if dialect == "bigquery":
        from .. import bigquery as written

        return written.statement(wanted, columns=columns, release=bigquery.release)
    order = [name for name in ORDER if name in columns or name == "SeriesInstanceUID"]
    return f"SELECT {', '.join(columns)}\nFROM index\nWHERE {wanted.sql()}\nORDER BY {', '.join(order)}\n"
