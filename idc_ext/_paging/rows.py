"""The rows of a paged request, as a value: iteration, tables and files, sync and async.

The iterators here are classes and not generators: a generator ends after an error, and an asynchronous one that is left
early has to be closed by its user. An iterator that is left early must be freed at once, so no row refers to its walk.
"""

from __future__ import annotations

import asyncio
import itertools
import operator
import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import evolve, frozen

from .._tables import arrow
from .._tables.arrow import BatchBuilder, Frames
from ..errors import CheckpointError
from .export import Export
from .pages import Pages
from .request import Progress, Request

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    import pandas
    import polars
    import pyarrow

    from .._tables.formats import Format
    from .page import Page


T = TypeVar("T")
R = TypeVar("R")


@frozen(repr=False, eq=False)
class Rows(Request[T], Frames):
    """All rows of a paged request, as a value: requests are sent when it is used, each time anew.

    Iterate it with `for` or `async for`; `pages()` gives the pages. `to_arrow()`, `to_pandas()`, `to_polars()`,
    `batches()` and `write()` make tables and files; methods that begin with `a` are for asynchronous code. `walk()`
    sets options: a checkpoint, requests ahead, and so on.

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

    def walk(
        self,
        *,
        max_items: int | None = None,
        ahead: int | None = None,
        progress: Callable[[Progress], object] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> Rows[T]:
        """Return the same rows with other options for the walk.

        Args:
            max_items: The most rows in all, including those before a checkpoint. It does not change the page size, so
                request small pages if you need few rows.
            ahead: How many pages are requested ahead: while one page is used, the next ones come. Where the token of
                the next page stands in the page before (v1), at most one. Errors are raised in the order of pages.
                When a walk is left early, tasks are cancelled, and a thread ends with its answer. By default, one
                page is requested ahead where answers are slow and all pages are needed: for tables and `write`, and
                in a loop over rows from its second page on; never for `pages()`.
            progress: Called with a `Progress` for every page, before the page is used.
            checkpoint: A file that holds the progress of the walk, page by page and row by row: written atomically,
                readable by its owner alone, and removed when all rows have come. If it exists, the walk resumes
                there, also within a page. A row or a page is finished when the next one is requested: after a crash,
                the one in use comes again. `write` loses and duplicates no row. A checkpoint of another request,
                output or data release is refused.

        Raises:
            ValueError: a number is negative.
        """
        if (ahead is not None and ahead < 0) or (max_items is not None and max_items < 0):
            raise ValueError("max_items and ahead must not be negative")
        return evolve(self, max_items=max_items, ahead=ahead, progress=progress, checkpoint=checkpoint)

    def pages(self) -> Pages[T]:
        """Start a walk over pages: an iterator for `for` and `async for`, and a context manager for `with`."""
        return Pages(self)

    def __iter__(self) -> Iterator[T]:
        return iterate_rows(Pages(self, prefetch_after=2), has_checkpoint=self.checkpoint is not None)

    def __aiter__(self) -> AsyncIterator[T]:
        return AsyncRowIterator(Pages(self, prefetch_after=2), has_checkpoint=self.checkpoint is not None)

    def batches(self) -> pyarrow.RecordBatchReader:
        """Return a reader of record batches, one for each page, for data that does not fit memory.

        Its `schema` is known at once; pages are requested as batches are read. Where the document leaves columns open,
        the first page with rows is requested at once. Needs the extra `arrow`.
        """
        batches = BatchBuilder(self.columns)
        pages = self._pages_for_table()
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
        batches = BatchBuilder(self.columns)
        with self._pages_for_table() as pages:
            # No loop: its variable would hold a page while the next one comes.
            return batches.table(
                list(itertools.chain.from_iterable(map(batches.add, map(operator.attrgetter("content"), pages))))
            )

    async def ato_arrow(self) -> pyarrow.Table:
        """Return all rows as an Arrow table, in asynchronous code."""
        batches = BatchBuilder(self.columns)
        with self._pages_for_table() as pages:
            found: list[pyarrow.RecordBatch] = []
            async for page in pages:
                found += batches.add(page.content)
                del page
            return batches.table(found)

    async def ato_pandas(self) -> pandas.DataFrame:
        """Return all rows as a pandas DataFrame, in asynchronous code."""
        return arrow.to_pandas(await self.ato_arrow())

    async def ato_polars(self) -> polars.DataFrame:
        """Return all rows as a polars DataFrame, in asynchronous code."""
        return arrow.to_polars(await self.ato_arrow())

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
                that of a folder, which must not exist.

        Returns:
            The number of rows.

        Raises:
            ValueError: there is no such format or column. Nothing has been sent.
            CheckpointError: the checkpoint is used by another walk, or its rows were changed. Nothing has been sent.
            FileExistsError, IsADirectoryError: the path is an existing folder. Nothing has been sent.
            OSError: the output cannot be written.
        """
        with Export(self, path, format, partition_by) as output:
            output.fill()
            return output.finish()

    async def awrite(
        self, path: str | os.PathLike[str], format: Format | None = None, *, partition_by: Sequence[str] = ()
    ) -> int:
        """Write all rows to a file, in asynchronous code: as `write`."""
        with Export(self, path, format, partition_by) as output:
            if not output.complete:
                with output.pages() as pages:
                    async for page in pages:
                        await _run_to_end_in_thread(output.add, page)
            return await _run_to_end_in_thread(output.finish)

    def write_parquet(self, path: str | os.PathLike[str], *, partition_by: Sequence[str] = ()) -> int:
        """Write all rows as Parquet: as `write`."""
        return self.write(path, "parquet", partition_by=partition_by)

    def _pages_for_table(self) -> Pages[T]:
        if self.checkpoint is not None:
            raise CheckpointError(
                "a table in memory is lost in a crash, so it cannot be resumed from a checkpoint: use write()"
            )
        return Pages(self, prefetch_after=0)


async def _run_to_end_in_thread(do: Callable[..., R], *args: Any) -> R:
    """Run a function in a thread, to its end even if the caller is cancelled."""
    doing = asyncio.ensure_future(asyncio.to_thread(do, *args))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise


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
