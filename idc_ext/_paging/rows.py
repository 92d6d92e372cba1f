"""The rows of a paged request, as a value: iteration, tables and files, sync and async.

The iterators here are classes and not generators: a generator ends after an error, and an asynchronous one that is left
early has to be closed by its user. An iterator that is left early must be freed at once, so no row refers to its walk.
"""

from __future__ import annotations

import functools
import itertools
import operator
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import evolve, fields_dict, frozen
from idc_client.types import UNSET, Unset

from .._http.steps import END, Next, Steps, arun, run, work
from .._lazy import public_names
from .._tables import arrow
from .._tables.arrow import BatchBuilder, Frames
from .._tables.columns import json_text
from .._tables.formats import Format
from .._tables.html import rows_caption, table_html
from .._tables.optional import OptionalPackage, import_optional
from .._warnings import warn_deprecated, warn_if_pandas_iterates
from ..errors import CheckpointError
from .export import Export
from .page import Page
from .pages import Pages
from .request import Progress, Request

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
else:
    pandas, polars, pyarrow = map(OptionalPackage, ("pandas", "polars", "pyarrow"))


T = TypeVar("T")
#: Names that the Tab key does not offer: those that are deprecated, and one for this package.
_NOT_OFFERED = ("ato_arrow", "ato_pandas", "ato_polars", "awrite", "make_checkpoint")


@frozen(repr=False, eq=False)
class Rows(Request[T], Frames):
    """All rows of a paged request, as a value: requests are sent when it is used, each time anew.

    Iterate it with `for` or `async for`; `pages()` gives the pages. `to_arrow()`, `to_pandas()`, `to_polars()`,
    `batches()` and `write()` make tables and files; `idc_ext.aio` has the same for
    asynchronous code. `walk()` sets options: a checkpoint, requests ahead, and so on.

    Column types are those that the document declares, whatever the rows hold: text is `string`, whole numbers
    `int64`, others `double`, lists `list<string>`; days travel as text. Where the document leaves columns open (v1's
    queries), they are text, and lists are written as JSON.

    Raises (when used):
        PagingError: a page token comes twice, the total or the data release changes, rows are missing, duplicated or
            too many, no page comes in time, or the walk was interrupted before.
        ContractError: an answer does not fit the document.
        CheckpointError: the checkpoint is of another request or output, or damaged.
        DeadlineExceeded: a deadline was set and is over.
        MissingExtra: the package that makes the table is not installed.
        APIError, CredentialsError: the server refused, or there is no ID token to send.
        httpx.TransportError: no response. The next call of the same iterator sends the failed request again.
    """

    def __repr__(self) -> str:
        return f"<Rows of {self.first}>"

    def __dir__(self) -> list[str]:
        return public_names(self, {*fields_dict(type(self)), *_NOT_OFFERED})

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "rows cannot be pickled: they hold a client, which is of one process. Pass the filters to the other "
            "process, call connect() there, and make the request anew"
        )

    def _repr_html_(self) -> str:
        first = self.seen.first
        sent = filters_of(self.first.json)
        caption = f"{self.first}{f' with {sent}' if sent else ''}: "
        if first is None:
            kinds = [{"column": one.name, "type": one.kind} for one in self.columns]
            send = "nothing has been requested yet; use to_pandas(), write(), or a loop"
            return table_html(["column", "type"] if kinds else [], kinds, caption + send, len(kinds))
        shown = first.content.records
        return table_html(first.columns, shown, caption + rows_caption(len(shown), first.total, len(first.columns)))

    def walk(
        self,
        *,
        max_items: int | Unset | None = UNSET,
        ahead: int | Unset | None = UNSET,
        progress: Callable[[Progress], object] | bool | Unset | None = UNSET,
        checkpoint: str | os.PathLike[str] | Unset | None = UNSET,
    ) -> Rows[T]:
        """Return the same rows with other options for the walk; those that are not passed stay as they are.

        Args:
            max_items: The most rows in all, including those before a checkpoint. It does not change the page size, so
                request small pages if you need few rows.
            ahead: How many pages are requested ahead: while one page is used, the next ones come. Where the token of
                the next page stands in the page before (v1), at most one. Errors are raised in the order of pages.
                When a walk is left early, tasks are cancelled, and a thread ends with its answer. By default, one
                page is requested ahead where answers are slow and all pages are needed: for tables and `write`, and
                in a loop over rows from its second page on; never for `pages()`.
            progress: True shows a progress bar, in notebooks and terminals; it needs the extra `notebook`. Or what is
                called with a `Progress` for every page, before the page is used.
            checkpoint: A file that holds the progress of the walk, page by page and row by row: written atomically,
                readable by its owner alone, and removed when all rows have come. If it exists, the walk resumes
                there, also within a page. A row or a page is finished when the next one is requested: after a crash,
                the one in use comes again. `write` loses and duplicates no row. A checkpoint of another request,
                output or data release is refused.

        Raises:
            ValueError: a number is negative.
        """
        given = {"max_items": max_items, "ahead": ahead, "progress": progress, "checkpoint": checkpoint}
        options: dict[str, Any] = {name: value for name, value in given.items() if not isinstance(value, Unset)}
        if any((options.get(name) or 0) < 0 for name in ("ahead", "max_items")):
            raise ValueError("max_items and ahead must not be negative")
        return evolve(self, **options)

    def pages(self) -> Pages[T]:
        """Start a walk over pages: an iterator for `for` and `async for`, and a context manager for `with`."""
        return Pages(self)

    def __iter__(self) -> Iterator[T]:
        warn_if_pandas_iterates("rows", "rows.to_pandas() or pandas.DataFrame.from_arrow(rows)")
        return iterate_rows(Pages(self, prefetch_after=2), has_checkpoint=self.checkpoint is not None)

    def __aiter__(self) -> AsyncIterator[T]:
        return AsyncRowIterator(Pages(self, prefetch_after=2), has_checkpoint=self.checkpoint is not None)

    def batches(self) -> pyarrow.RecordBatchReader:
        """Return a reader of record batches, one for each page, for data that does not fit memory.

        Its `schema` is known at once; pages are requested as batches are read. Where the document leaves columns open,
        the first page with rows is requested at once. Needs the extra `arrow`.
        """
        batches = BatchBuilder(self.columns)
        pages = pages_for_table(self)
        first: list[Page[T]] = []
        for page in pages if self.columns.open_ended else ():
            first.append(page)
            if len(page.content):
                break
        columns = batches.fix_columns([page.content for page in first])

        def read() -> Iterator[pyarrow.RecordBatch]:
            with pages:
                for page in itertools.chain(first, pages):
                    yield from batches.add(page.content)

        return arrow.stream(columns, read())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Export the rows by Arrow's PyCapsule interface, page by page: `polars.DataFrame(rows)`."""
        capsule: object = self.batches().__arrow_c_stream__(requested_schema)
        return capsule

    def to_arrow(self) -> pyarrow.Table:
        """Return all rows as an Arrow table. Needs the extra `arrow`."""
        return run(arrow_steps(self))

    def ato_arrow(self) -> Coroutine[Any, Any, pyarrow.Table]:
        """Return all rows as an Arrow table, in asynchronous code. Deprecated: see `idc_ext.aio`."""
        warn_deprecated("Rows.ato_arrow", "idc_ext.aio, where to_arrow is awaited")
        return arun(arrow_steps(self))

    def ato_pandas(self) -> Coroutine[Any, Any, pandas.DataFrame]:
        """Return all rows as a pandas DataFrame, in asynchronous code. Deprecated: see `idc_ext.aio`."""
        warn_deprecated("Rows.ato_pandas", "idc_ext.aio, where to_pandas is awaited")
        return arun(pandas_steps(self))

    def ato_polars(self) -> Coroutine[Any, Any, polars.DataFrame]:
        """Return all rows as a polars DataFrame, in asynchronous code. Deprecated: see `idc_ext.aio`."""
        warn_deprecated("Rows.ato_polars", "idc_ext.aio, where to_polars is awaited")
        return arun(polars_steps(self))

    def write(
        self, path: str | os.PathLike[str], format: Format | None = None, *, partition_by: Sequence[str] = ()
    ) -> int:
        """Write all rows to a file, which appears when they are complete. Memory use does not grow with the rows.

        With a checkpoint, rows are kept in a file beside the output, `….part`, until they are complete: a walk that was
        killed resumes, and the output is the same as without the interruption. A file that exists is replaced.

        Args:
            path: The output.
            format: `csv`, `jsonl` or `parquet` (which needs the extra `arrow`); by default by the ending of the path.
            partition_by: Columns that Parquet is partitioned by, into folders such as `Modality=CT`; then the path is
                that of a folder, which must not exist. At least one column must be left for the files.

        Returns:
            The number of rows.

        Raises:
            ValueError: there is no such format, or the rows cannot be partitioned by these columns. Nothing has been
                sent; but where the document leaves columns open, the first page with rows says which there are.
            CheckpointError: the checkpoint is used by another walk, or its rows were changed. Nothing has been sent.
            FileExistsError, IsADirectoryError: the path is an existing folder. Nothing has been sent.
            OSError: the output cannot be written.
        """
        return run(write_steps(self, path, format, partition_by=partition_by))

    def awrite(
        self, path: str | os.PathLike[str], format: Format | None = None, *, partition_by: Sequence[str] = ()
    ) -> Coroutine[Any, Any, int]:
        """Write all rows to a file, in asynchronous code. Deprecated: see `idc_ext.aio`."""
        warn_deprecated("Rows.awrite", "idc_ext.aio, where write is awaited")
        return arun(write_steps(self, path, format, partition_by=partition_by))

    def write_parquet(self, path: str | os.PathLike[str], *, partition_by: Sequence[str] = ()) -> int:
        """Write all rows as Parquet: as `write`."""
        return self.write(path, "parquet", partition_by=partition_by)


def arrow_steps(rows: Rows[Any]) -> Steps[pyarrow.Table]:
    """Make an Arrow table of all rows."""
    batches = BatchBuilder(rows.columns)
    found: list[pyarrow.RecordBatch] = []
    with pages_for_table(rows) as pages:
        while (page := (yield Next(pages))) is not END:
            found += batches.add(page.content)
            del page  # before the next one comes
    return batches.table(found)


def pandas_steps(rows: Rows[Any]) -> Steps[pandas.DataFrame]:
    """Make a pandas DataFrame of all rows."""
    import_optional("pandas")  # before anything is sent
    return (yield from work(functools.partial(arrow.to_pandas, (yield from arrow_steps(rows)))))


def polars_steps(rows: Rows[Any]) -> Steps[polars.DataFrame]:
    """Make a polars DataFrame of all rows."""
    import_optional("polars")  # before anything is sent
    return (yield from work(functools.partial(arrow.to_polars, (yield from arrow_steps(rows)))))


def write_steps(
    rows: Rows[Any], path: str | os.PathLike[str], format: Format | None = None, *, partition_by: Sequence[str] = ()
) -> Steps[int]:
    """Write all rows to a file."""
    with Export(rows, path, format, partition_by) as output:
        yield from output.fill()
        return (yield from work(output.finish))


def pages_for_table(rows: Rows[T]) -> Pages[T]:
    """Start a walk over all pages for a table, with pages requested ahead; raises CheckpointError."""
    if rows.checkpoint is not None:
        raise CheckpointError(
            "a table in memory is lost in a crash, so it cannot be resumed from a checkpoint: use write()"
        )
    return Pages(rows, prefetch_after=0)


def filters_of(body: Any) -> str:
    """Return the filters in the body of a request, on one line, for a caption."""
    found: Any = body
    while isinstance(found, dict) and (inner := found.get("filters") or found.get("cohort_def")):
        found = inner
    return "" if found is body else json_text(found)


def iterate_rows(pages: Pages[T], *, has_checkpoint: bool) -> Iterator[T]:
    """Iterate over the rows of pages, without Python code between two rows unless a checkpoint counts them."""
    return itertools.chain.from_iterable(_RowsOfPages(pages, has_checkpoint=has_checkpoint))


class _PageTurner(Generic[T]):
    """The common part of the sync and the async iterator over rows: opens a page."""

    def __init__(self, pages: Pages[T], *, has_checkpoint: bool) -> None:
        self._pages = pages
        self._has_checkpoint = has_checkpoint
        self._page: Page[T] | None = None
        self._rows: Iterator[T] = iter(())

    def _open_page(self, page: Page[T]) -> Iterator[T]:
        self._page = page  # an interruption while the rows are made must not lose the page
        self._rows = rows = iter(page.rows)
        self._page = None
        return (
            map(_mark_row_used, itertools.repeat(self._pages), itertools.count(), rows)
            if self._has_checkpoint
            else rows
        )


class _RowsOfPages(_PageTurner[T]):
    """The iterator over pages that gives an iterator over rows for each."""

    def __init__(self, pages: Pages[T], *, has_checkpoint: bool) -> None:
        super().__init__(pages, has_checkpoint=has_checkpoint)
        self._turning = threading.Lock()
        self._shared = False

    def __iter__(self) -> Iterator[Iterator[T]]:
        return self

    def __next__(self) -> Iterator[T]:
        # A chain requests the next iterator when the last one is exhausted. If that is not so, or if a request is still
        # under way, two threads use the chain, and rows would be lost: from here on, both get an error.
        if self._turning.locked() or operator.length_hint(self._rows):
            self._shared = True
        if self._shared:
            return self._sharing_error()
        with self._turning:
            try:
                return self._open_page(next(self._pages) if self._page is None else self._page)
            except StopIteration:
                return self._end()
            except BaseException as error:
                # A chain ends when its source raises, but not when an iterator that the source returned does.
                return _RaisingIterator(error)

    def _end(self) -> Iterator[T]:
        if self._shared:
            return self._sharing_error()
        raise StopIteration

    def _sharing_error(self) -> Iterator[T]:
        return _RaisingIterator(
            RuntimeError("two threads iterated over the rows of one walk, which loses rows: start a walk in each")
        )


class _RaisingIterator(Generic[T]):
    """An iterator that raises an error once, and then ends."""

    def __init__(self, error: BaseException) -> None:
        self._error: BaseException | None = error

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        error, self._error = self._error, None
        if error is None:
            raise StopIteration
        raise error


class AsyncRowIterator(_PageTurner[T]):
    """The iterator over rows, in asynchronous code."""

    def __init__(self, pages: Pages[T], *, has_checkpoint: bool) -> None:
        super().__init__(pages, has_checkpoint=has_checkpoint)
        self._rows: Iterator[T] = iter(())

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            for row in self._rows:
                return row
            self._rows = self._open_page(await anext(self._pages) if self._page is None else self._page)


def _mark_row_used(pages: Pages[T], used: int, row: T) -> T:
    pages.mark_rows_used(used)
    return row
