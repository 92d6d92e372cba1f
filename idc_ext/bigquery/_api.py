"""Selections of v3 in BigQuery, for results too large for the API: one statement over IDC's public tables.

`statement` writes the statement and sends nothing. `estimate` and `run` need the extra `bigquery`, a Google Cloud
project that pays, and its credentials; they take any SELECT, also that of v1's `sql=True`. A statement that would read
more than allowed, or is not a SELECT, is not run.
"""

from __future__ import annotations

import datetime
import decimal
import functools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .._http.steps import sending, work
from .._tables.arrow import Frames
from .._tables.optional import OptionalPackage, import_optional
from ..errors import CostRefused, InvalidFilter, PagingError
from ..v3._filters import Filters, FilterValue, checked_filters
from . import _statement
from ._job import QueryRunner, default_client

if TYPE_CHECKING:
    import pyarrow
    from google.cloud import bigquery

    from .._http.steps import Steps
else:
    bigquery, pyarrow = map(OptionalPackage, ("google.cloud.bigquery", "pyarrow"))


#: Google's on-demand price for reading a TiB in the US, where IDC's tables are. The first TiB of a month is free, and
#: a table counts for 10 MB at least. Source: https://cloud.google.com/bigquery/pricing, as quoted in September 2026.
USD_PER_TIB = 6.25
#: The default limit of bytes read; the columns of a manifest need a fraction of it.
MOST_BYTES = 100_000_000_000


@frozen
class Estimate:
    """The bytes that a statement would read, an upper bound that BigQuery gives without running it.

    Attributes:
        bytes: The bytes that would be read and billed.
        cached: Whether BigQuery has the result of an earlier run, for which nothing is billed.
    """

    bytes: int
    cached: bool = False

    @property
    def usd(self) -> float:
        """The on-demand price in USD, at `USD_PER_TIB`; less for projects with reserved capacity or free bytes left."""
        return self.bytes / 2**40 * USD_PER_TIB

    def within(self, most: int) -> None:
        """Raise CostRefused if more than `most` bytes would be read."""
        if self.bytes > most:
            raise CostRefused(
                f"the statement would read {self}, but {most / 1e9:,.2f} GB are allowed: select fewer columns, or "
                "raise the limit (argument max_bytes, option --max-bytes)",
                bytes=self.bytes,
            )

    def __str__(self) -> str:
        price = f"about {self.usd:,.2f} USD" if self.usd >= 0.01 else "less than 0.01 USD"
        read = f"{self.bytes / 1e9:,.2f} GB" if self.bytes >= 1e7 else f"{self.bytes:,} bytes"
        return f"{read}, {price} at {USD_PER_TIB:g} USD a TiB"


@frozen(repr=False, eq=False)
class Answer(Frames):
    """The rows of a statement that was run. They stay in BigQuery, and are fetched again each time they are used.

    Iterating gives rows by column name, with values that JSON has: dates and times as ISO 8601, decimals as text with
    all digits, bytes as hexadecimal text, numbers that are not finite as null. In Arrow, pandas and polars the columns
    have BigQuery's types.

    Attributes:
        columns: The names of the columns, in the order of the statement.
        estimate: The estimate before the run.
        bytes_billed: The bytes that were billed.
        job: The name of the job in BigQuery's history.
    """

    columns: list[str]
    estimate: Estimate
    bytes_billed: int
    job: str
    _runner: QueryRunner = field(repr=False)
    _finished_job: bigquery.QueryJob = field(repr=False)
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
        """Give a reader of record batches, one per page, for very large results. Needs the extra `arrow`."""
        pa = import_optional("pyarrow")
        found = iter(self._runner.rows(self._finished_job).to_arrow_iterable())
        with self._runner.translated_errors():
            first = next(found, None)
        if first is None:
            return pa.Table.to_reader(self.to_arrow())

        def read() -> Iterator[pyarrow.RecordBatch]:
            yield first
            received: int = first.num_rows
            with self._runner.translated_errors():
                for batch in found:
                    self._runner.check_deadline()
                    received += batch.num_rows
                    yield batch
            self._check_row_count(received)

        return pa.RecordBatchReader.from_batches(first.schema, read())

    def to_arrow(self) -> pyarrow.Table:
        """Give an Arrow table. Needs the extra `arrow`."""
        import_optional("pyarrow")
        rows = self._runner.rows(self._finished_job)
        with self._runner.translated_errors():
            table: pyarrow.Table = rows.to_arrow(create_bqstorage_client=False)
        self._check_row_count(table.num_rows)
        return table

    def _check_row_count(self, received: int) -> None:
        # Google's client stops when no next page is named, even if rows are missing.
        if received != self._total_rows:
            raise PagingError(
                f"job {self.job} of BigQuery gave {received} of its {self._total_rows} rows: run it again"
            )


def statement(
    filters: Filters | Mapping[str, FilterValue],
    *,
    columns: Iterable[str] = _statement.MANIFEST_COLUMNS,
    release: int | str = _statement.CURRENT_RELEASE,
    all_of_idc: bool = False,
) -> str:
    """Write the statement that finds, in BigQuery, the series that v3 finds. Sends nothing.

    Args:
        filters: Filters made by `v3.where`, or a mapping that it takes.
        columns: Columns of the table `index`, in order; by default those of a manifest. Rows are sorted like
            those of a manifest. BigQuery bills by columns, so fewer are cheaper.
        release: The data release, such as 25; `current` is the newest when the statement runs. The columns are those
            of release 25: early releases lack some, and BigQuery then refuses the statement without a charge.
        all_of_idc: True selects the whole archive; needed when there are no filters.

    Raises:
        InvalidFilter: v3 would refuse the filters, or there is no such column or release.
    """
    return _statement.statement_of_selection(checked_filters(filters, all_of_idc=all_of_idc), columns, release)


@sending
def estimate(
    statement: str,
    *,
    project: str | None = None,
    client: bigquery.Client | None = None,
    timeout: float | None = None,
    retries: int | None = None,
) -> Steps[Estimate]:
    """Estimate what a statement would read, by a dry run in BigQuery, which costs nothing.

    Args:
        statement: A SELECT in BigQuery's SQL.
        project: The Google Cloud project that pays; by default the one set for Google's tools.
        client: Google's client; by default one with the Application Default Credentials of this machine.
        timeout: Seconds that a request may take; 60 by default.
        retries: 0 for no retries; by default temporary failures are retried for up to a minute.

    Raises:
        BigQueryError: BigQuery refuses the statement or the project.
        InvalidFilter: the statement is not a SELECT, or no project is set.
        CredentialsNotFound, CredentialsExpired: there are no credentials, or Google refuses them.
        MissingExtra: google-cloud-bigquery is not installed.
        httpx.TransportError: no response. DeadlineExceeded: no response before the deadline.
    """
    runner = yield from _runner(client, project, timeout, retries)
    return (yield from work(functools.partial(_dry_run_estimate, runner, statement)))


@sending
def run(
    statement: str,
    *,
    project: str | None = None,
    client: bigquery.Client | None = None,
    max_bytes: int = MOST_BYTES,
    expected: Estimate | None = None,
    timeout: float | None = None,
    retries: int | None = None,
) -> Steps[Answer]:
    """Run a statement in BigQuery, which costs money, and wait for its end.

    The bytes that it would read are estimated first, and BigQuery itself gets the limit `max_bytes`. A deadline or an
    interruption that ends the wait cancels the job.

    Args:
        statement: A SELECT in BigQuery's SQL.
        project: The Google Cloud project that pays, as for `estimate`.
        client: Google's client, as for `estimate`.
        max_bytes: The maximum of bytes that may be read and billed.
        expected: The estimate of the statement; by default it is requested.
        timeout: Seconds that a request may take; a deadline limits the whole.
        retries: 0 for no retries, as for `estimate`.

    Raises:
        CostRefused: the statement would read more. Nothing has been run.
        BigQueryError, InvalidFilter and others: as for `estimate`; using the answer raises them as well.
    """
    runner = yield from _runner(client, project, timeout, retries)
    if expected is None:
        expected = yield from work(functools.partial(_dry_run_estimate, runner, statement))
    expected.within(max_bytes)
    job = yield from runner.run_job(statement, max_bytes)
    found = yield from work(functools.partial(runner.rows, job))
    columns = [one.name for one in found.schema]
    return Answer(columns, expected, job.total_bytes_billed or 0, str(job.job_id), runner, job, found.total_rows or 0)


def json_value(value: Any) -> Any:
    """Convert a value of BigQuery to one that JSON has."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case datetime.date() | datetime.time():  # a datetime is a date
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


def _runner(
    client: bigquery.Client | None, project: str | None, timeout: float | None, retries: int | None
) -> Steps[QueryRunner]:
    if client is None:
        client = yield from work(functools.partial(default_client, project))
    return QueryRunner(client, timeout, retries)


def _dry_run_estimate(runner: QueryRunner, statement: str) -> Estimate:
    job = runner.dry_run(statement)
    if job.statement_type != "SELECT":
        raise InvalidFilter(
            f"only a SELECT is run in BigQuery; this statement is {job.statement_type or 'of unknown type'}"
        )
    return Estimate(int(job.total_bytes_processed or 0), bool(job.cache_hit))
