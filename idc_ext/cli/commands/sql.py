"""The command `sql`: one SELECT, given as text or made from filters, run by the service or in BigQuery.

BigQuery costs money: the command reports what a statement would read, and asks for confirmation. In a pipe or a script
it cannot ask, and runs nothing without --yes.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from ... import v3
from ...bigquery._statement import INDEX_COLUMNS, MANIFEST_COLUMNS, MANIFEST_ORDER
from ...errors import TruncatedResult
from .. import _exit
from .._options import DASH, ContextParameter, Flag, InputError, whole_number
from .._output import destination
from .._output.destination import Output, write_result
from .._output.escaping import escape_text
from .._output.results import Listing, Record, Text
from .selection import Selection, read_text

if TYPE_CHECKING:
    from typing import IO

    from ...bigquery import Answer
    from .._options import Context


_BYTE_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?([KMGTP]?)(i?)B?", re.IGNORECASE | re.ASCII)
#: The maximum number of rows in one answer of the service.
_SERVICE_LIMIT = 10_000
_PREFIXES = ("", "K", "M", "G", "T", "P")


@Parameter(name="*")
@dataclass(frozen=True)
class BigQueryOptions:
    """Options for BigQuery.

    Attributes:
        release: For BigQuery with filters: the data release, such as 25; `current` is the newest when it runs.
        project: For BigQuery: the Google Cloud project that pays; by default that of Google's tools, for example
            GOOGLE_CLOUD_PROJECT.
        max_bytes: For BigQuery: the maximum of bytes that may be read and billed, such as 20GB or 1TiB.
        dry_run: For BigQuery: report what would be read and what it would cost, and run nothing.
        yes: For BigQuery: run without asking for confirmation. Needed in a pipe or a script.
    """

    release: str = "current"
    project: str | None = None
    max_bytes: str = "100GB"
    dry_run: Flag = False
    yes: Annotated[Flag, Parameter(name=["--yes", "-y"])] = False


def run_in_bigquery(
    text: str, asked: BigQueryOptions, max_rows: int | None, allow_truncated: bool, out: Output, context: Context
) -> None:
    """Report the cost of a statement, ask for confirmation, run it, and write its rows."""
    most = parse_byte_size(asked.max_bytes)
    from ... import bigquery
    from ...bigquery._job import default_client

    client = default_client(asked.project)
    limits: dict[str, Any] = {"client": client, "timeout": context.timeout, "retries": context.retries}
    expected = bigquery.estimate(text, **limits)
    _exit.print_message(
        f"BigQuery would read {expected}{' (cached result)' if expected.cached else ''}; {client.project} pays"
    )
    if asked.dry_run:
        cost = {"bytes": expected.bytes, "usd": round(expected.usd, 6), "cached": expected.cached}
        destination.write_result(Record({**cost, "project": client.project}), out)
        return
    expected.within(most)
    if not asked.yes:
        _ask_for_confirmation()
    found = bigquery.run(text, max_bytes=most, expected=expected, **limits)
    cut = max_rows is not None and len(found) > max_rows
    if cut and not allow_truncated:
        raise TruncatedResult(
            f"the statement has {len(found)} rows, more than {max_rows}: raise --max-rows, or accept a part with "
            "--allow-truncated; BigQuery keeps the result for a day and bills nothing for the same statement"
        )
    _write_bigquery_rows(found, out, max_rows)
    if cut:
        _exit.print_message(f"the statement has more rows than these {max_rows}")


def parse_byte_size(text: str) -> int:
    """Parse a number of bytes: `20GB`, `1TiB`, `500000`."""
    found = _BYTE_SIZE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"--max-bytes takes a number of bytes, such as 20GB or 1TiB, not {text!r:.80}")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** _PREFIXES.index(found[2].upper()))


def _ask_for_confirmation() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise InputError(
            "not run: there is no terminal to ask for confirmation; use --yes to run it, or --dry-run to estimate only"
        )
    print("run it? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise _exit.Refusal("nothing was run")


def _write_bigquery_rows(found: Answer, out: Output, most: int | None) -> None:
    """Write rows as they arrive."""
    if out.chosen_format() == "parquet":
        columns = found.columns if out.columns is None else destination.checked_column_names(out.columns, found.columns)
        if out.path is None:
            _write_bigquery_parquet(found, columns, most, sys.stdout.buffer)
            sys.stdout.flush()
        else:
            with destination.open_new_file(out.path) as file:
                _write_bigquery_parquet(found, columns, most, file)
        return
    total = len(found) if most is None else min(most, len(found))
    destination.write_result(Listing(found.columns, islice(found, most), total=total), out)


def _write_bigquery_parquet(found: Answer, columns: list[str], most: int | None, file: IO[bytes]) -> None:
    """Write Parquet with BigQuery's column types."""
    from ..._tables.optional import import_optional

    batches = found.batches()
    left = len(found) if most is None else most
    schema = import_optional("pyarrow").schema([batches.schema.field(name) for name in columns])
    with import_optional("pyarrow.parquet").ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.slice(0, left).select(columns))
            left -= min(left, batch.num_rows)
            if not left:
                break


_OUTPUT = Output()
_NO_FILTERS = Selection()
_DEFAULT_BIGQUERY = BigQueryOptions()


def sql(
    statement: str | None = None,
    /,
    *,
    file: Path | None = None,
    dialect: Literal["duckdb", "bigquery"] | None = None,
    engine: Literal["api", "bigquery"] = "api",
    max_rows: Annotated[int | None, whole_number(1)] = None,
    allow_truncated: Flag = False,
    bigquery: BigQueryOptions = _DEFAULT_BIGQUERY,
    selection: Selection = _NO_FILTERS,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """Run one SELECT over the index tables, in DuckDB's SQL, or write the SQL of filters.

    `idc-ext tables` lists the tables. If there are more rows than --max-rows, nothing is written and the exit code is
    1. With filters instead of a statement, the columns are those of a manifest or those of --columns, and the rows are
    sorted like a manifest.

    With --engine bigquery, the statement is in BigQuery's SQL and runs in BigQuery over IDC's public tables; a Google
    Cloud project of yours pays. Before that, the command reports the bytes to read and their price, and asks for
    confirmation.

    Args:
        statement: SQL that begins with SELECT or WITH; `-` reads standard input.
        file: A file with the statement.
        dialect: Write the statement that the filters mean, in this SQL dialect, and run nothing.
        engine: Where to run the statement: `api` is the IDC service.
        max_rows: The maximum number of rows; with the service up to 10000, its default.
        allow_truncated: Accept a truncated result if there are more rows.
    """
    given = [statement is not None, file is not None, selection != _NO_FILTERS]
    if sum(given) != 1:
        raise InputError("sql takes one of: a statement, --file FILE, or filters (--where, --filters, --all-of-idc)")
    in_google = engine == "bigquery"
    if bigquery != _DEFAULT_BIGQUERY and not in_google and dialect != "bigquery":
        raise InputError("--release, --project, --max-bytes, --dry-run and --yes need --engine bigquery")
    if bigquery.release != _DEFAULT_BIGQUERY.release and not given[2]:
        raise InputError("--release needs filters: a statement names the tables of its release itself")
    if dialect is not None and in_google:
        raise InputError("--dialect writes a statement, --engine bigquery runs one: choose one of them")
    if dialect is not None:
        if not given[2] or out.format is not None:
            raise InputError("--dialect writes the SQL of filters: use it with --where and without --format")
        if out.path is not None and out.suffixes.get(out.path.suffix.lower(), "table") != "table":
            raise InputError(f"--dialect writes text: {escape_text(out.path.suffix)} names another format; use .sql")
        write_result(Text(_statement_of_filters(dialect, selection, bigquery, out).splitlines()), out)
        return
    form = out.chosen_format()  # a statement may take long: report a wrong format now
    if given[2]:
        text = _statement_of_filters("bigquery" if in_google else "duckdb", selection, bigquery, out)
    else:
        text = read_text(file or Path(DASH)) if statement in (None, DASH) else statement or ""
    if in_google:
        run_in_bigquery(text, bigquery, max_rows, allow_truncated, out, context)
        return
    with context.connect() as idc:
        found = v3.sql(idc, text, max_rows=max_rows, allow_truncated=True, typed=form == "parquet")
    if found.truncated and not allow_truncated:
        advice = "raise --max-rows (up to 10000)" if found.max_rows < _SERVICE_LIMIT else "narrow the statement"
        raise TruncatedResult(
            f"the statement has more than {found.max_rows} rows: {advice}, or accept a part with --allow-truncated"
        )
    if form == "parquet":
        destination.write_arrow_table(found.to_arrow(), out)
    else:
        write_result(Listing(found.columns, found.rows, total=None if found.truncated else len(found.rows)), out)
    if found.truncated:
        _exit.print_message(f"the statement has more rows than these {len(found.rows)}")


def _statement_of_filters(dialect: str, selection: Selection, bigquery: BigQueryOptions, out: Output) -> str:
    """Write the SQL statement of filters."""
    wanted = selection.read()
    columns = (
        list(MANIFEST_COLUMNS)
        if out.columns is None
        else destination.checked_column_names(out.columns, list(INDEX_COLUMNS))
    )
    if dialect == "bigquery":
        from ... import bigquery as written

        return written.statement(wanted, columns=columns, release=bigquery.release)
    order = [name for name in MANIFEST_ORDER if name in columns or name == "SeriesInstanceUID"]
    return f"SELECT {', '.join(columns)}\nFROM index\nWHERE {wanted.sql()}\nORDER BY {', '.join(order)}\n"
