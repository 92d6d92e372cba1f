"""Selections of v3 in BigQuery, for what outgrows the API: the same series, by one statement over IDC's public tables.

`statement` writes it, and asks nobody. `estimate` and `run` need the extra `bigquery`, a project of Google Cloud that
pays and its credentials; they take any SELECT, that of v1's `sql=True` as well. Nothing is run that would read more
than was allowed, and nothing but a SELECT.
"""

from __future__ import annotations

import datetime
import decimal
import math
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .._tables.arrow import Frames, imported
from ..errors import CostRefused, InvalidFilter, PagingError
from ..v3._filters import Filters, FilterValue, checked_filters
from . import _statement
from ._job import QueryRunner, default_client

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow
    from google.cloud.bigquery import Client
    from google.cloud.bigquery.job import QueryJob


#: What Google takes for reading a TiB on demand in the US, where IDC's tables are. The first one of a month is free,
#: and a table counts for 10 MB at least. By https://cloud.google.com/bigquery/pricing, as quoted in September 2026.
USD_PER_TIB = 6.25
#: What may be read unless more is allowed: the columns of a manifest take a fraction of it.
MOST_BYTES = 100_000_000_000


@frozen
class Estimate:
    """What a statement would read, as BigQuery says without running it: an upper bound.

    Attributes:
        bytes: How much would be read, and billed.
        cached: Whether the answer is there from an earlier run, for which nothing is billed.
    """

    bytes: int
    cached: bool = False

    @property
    def usd(self) -> float:
        """The price on demand, at `USD_PER_TIB`. Projects that pay for capacity, or have free bytes left, pay less."""
        return self.bytes / 2**40 * USD_PER_TIB

    def within(self, most: int) -> None:
        """Raise CostRefused if more than so many bytes would be read."""
        if self.bytes > most:
            raise CostRefused(
                f"the statement would read {self}, and {most / 1e9:,.2f} GB are allowed: ask for fewer columns, or "
                "allow more",
                bytes=self.bytes,
            )

    def __str__(self) -> str:
        price = f"about {self.usd:,.2f} USD" if self.usd >= 0.01 else "less than 0.01 USD"
        read = f"{self.bytes / 1e9:,.2f} GB" if self.bytes >= 1e7 else f"{self.bytes:,} bytes"
        return f"{read}, {price} at {USD_PER_TIB:g} USD a TiB"


@frozen(repr=False, eq=False)
class Answer(Frames):
    """The rows of a statement that was run; they stay in BigQuery and are fetched as they are used, each time anew.

    Iterating it gives them by column name, in values that JSON has: days and times as ISO 8601, decimals as text with
    all their digits, bytes as hexadecimal text, what is no finite number as null. In Arrow, pandas and polars the
    columns have BigQuery's own types.

    Attributes:
        columns: Their names, in the order of the statement.
        estimate: What it was to read.
        bytes_billed: What was billed.
        job: The job's name, which BigQuery's history has it under.
    """

    columns: list[str]
    estimate: Estimate
    bytes_billed: int
    job: str
    _runner: QueryRunner = field(repr=False)
    _finished_job: QueryJob = field(repr=False)
    _total_rows: int

    def __repr__(self) -> str:
        return f"<Answer of {self._total_rows} rows by job {self.job}>"

    def __len__(self) -> int:
        return self._total_rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        received = 0
        with self._runner.translated_errors():
            for page in self._runner.rows(self._finished_job).pages:
                self._runner.check_deadline()
                for row in page:
                    received += 1
                    yield {name: json_value(value) for name, value in zip(self.columns, row.values(), strict=True)}
        self._check_row_count(received)

    def batches(self) -> pyarrow.RecordBatchReader:
        """Give a reader of record batches, one for each page, for what does not fit memory. Needs the extra `arrow`."""
        pa = imported("pyarrow")
        found = iter(self._runner.rows(self._finished_job).to_arrow_iterable())
        with self._runner.translated_errors():
            first = next(found, None)
        if first is None:
            return pa.Table.to_reader(self.to_arrow())

        def read() -> Iterator[pyarrow.RecordBatch]:
            yield first
            come: int = first.num_rows
            with self._runner.translated_errors():
                for batch in found:
                    self._runner.check_deadline()
                    come += batch.num_rows
                    yield batch
            self._check_row_count(come)

        return pa.RecordBatchReader.from_batches(first.schema, read())

    def to_arrow(self) -> pyarrow.Table:
        """Give an Arrow table. Needs the extra `arrow`."""
        imported("pyarrow")
        rows = self._runner.rows(self._finished_job)
        with self._runner.translated_errors():
            table: pyarrow.Table = rows.to_arrow(create_bqstorage_client=False)
        self._check_row_count(table.num_rows)
        return table

    def _check_row_count(self, come: int) -> None:
        # Google's client ends where no further page is named, whatever the total was.
        if come != self._total_rows:
            raise PagingError(f"job {self.job} of BigQuery gave {come} of its {self._total_rows} rows: ask again")


def statement(
    filters: Filters | Mapping[str, FilterValue],
    *,
    columns: Iterable[str] = _statement.MANIFEST_COLUMNS,
    release: int | str = _statement.CURRENT_RELEASE,
    all_of_idc: bool = False,
) -> str:
    """Write the statement that finds, in BigQuery, the series that v3 finds. Nothing is sent.

    Args:
        filters: What `v3.where` takes or made.
        columns: Columns of the table `index`, in order; by default those of a manifest, in whose order the rows come.
            BigQuery bills by columns, so few are cheaper.
        release: The data release, such as 25; `current` is whatever is the newest when the statement runs. Columns are
            made as of release 25: early releases lack some of them, and BigQuery then says so without a charge.
        all_of_idc: Must be true to select the whole archive by empty filters.

    Raises:
        InvalidFilter: the filters would be refused by v3, or there is no such column or release.
    """
    return _statement.statement_of_selection(checked_filters(filters, all_of_idc=all_of_idc), columns, release)


def estimate(
    statement: str,
    *,
    project: str | None = None,
    client: Client | None = None,
    timeout: float | None = None,
    retries: int | None = None,
) -> Estimate:
    """Ask BigQuery what a statement would read. It is checked and not run, and costs nothing.

    Args:
        statement: A SELECT in BigQuery's SQL.
        project: The project of Google Cloud that pays; by default the one that its tools have been told.
        client: Google's client, in place of one made with the credentials that its tools leave on this machine.
        timeout: How many seconds a request may take, if not 60.
        retries: 0 for never repeating one.

    Raises:
        BigQueryError: BigQuery refuses the statement or the project.
        InvalidFilter: it is no SELECT, or no project is known.
        CredentialsNotFound, CredentialsExpired: there are no credentials, or none that Google accepts.
        MissingExtra: google-cloud-bigquery is not installed.
        httpx.TransportError: nobody answered. DeadlineExceeded: not before a deadline.
    """
    return _dry_run_estimate(QueryRunner(client or default_client(project), timeout, retries), statement)


def run(
    statement: str,
    *,
    project: str | None = None,
    client: Client | None = None,
    max_bytes: int = MOST_BYTES,
    expected: Estimate | None = None,
    timeout: float | None = None,
    retries: int | None = None,
) -> Answer:
    """Run a statement in BigQuery, which costs money, and wait for it.

    What it would read is asked first, and BigQuery itself is told not to read more than `max_bytes`. Ending the wait,
    by a deadline or an interruption, cancels the job.

    Args:
        statement: A SELECT in BigQuery's SQL.
        project: As for `estimate`, as are client, timeout and retries.
        client: Google's client.
        max_bytes: The most bytes that may be read and billed.
        expected: What `estimate` said of the statement; if it is not given, it is asked.
        timeout: How many seconds a request may take; a deadline bounds the whole.
        retries: 0 for never repeating one.

    Raises:
        CostRefused: it would read more. Nothing has been run.
        BigQueryError, InvalidFilter and others: as `estimate`; using the answer raises them as well.
    """
    way = QueryRunner(client or default_client(project), timeout, retries)
    expected = _dry_run_estimate(way, statement) if expected is None else expected
    expected.within(max_bytes)
    job = way.start(statement, max_bytes)
    way.wait(job)
    found = way.rows(job)
    columns = [one.name for one in found.schema]
    return Answer(columns, expected, job.total_bytes_billed or 0, str(job.job_id), way, job, found.total_rows or 0)


def json_value(value: Any) -> Any:
    """Make of a value of BigQuery's one that JSON has."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case datetime.date() | datetime.time():  # a datetime is a date, too
            return value.isoformat()
        case decimal.Decimal():
            return format(value, "f")
        case bytes():
            return value.hex()
        case list():
            return [json_value(one) for one in value]
        case dict():
            return {name: json_value(one) for name, one in value.items()}
        case _:  # intervals and ranges
            return str(value)


def _dry_run_estimate(way: QueryRunner, statement: str) -> Estimate:
    job = way.dry_run(statement)
    if job.statement_type != "SELECT":
        raise InvalidFilter(f"only a SELECT is run in BigQuery, and this is {job.statement_type or 'none'}")
    return Estimate(int(job.total_bytes_processed or 0), bool(job.cache_hit))
