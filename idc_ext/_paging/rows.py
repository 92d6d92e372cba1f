"""The rows of a paged request, as a value: what is done with them decides how they are walked.

Everything here is put together from the layers below, sync and async. What `for` and `async for` run through are no
generators: one is at its end after an error, and an asynchronous one that is left early has to be closed by somebody.
Whoever is left early is to be gone at once, so no rows hold on to the walk that they are of.
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
    """All rows of a paged request, as a value: nothing is sent until it is used, each time anew.

    Iterate it with `for` or `async for`; `pages()` gives the pages. `to_arrow()`, `to_pandas()`, `to_polars()`,
    `batches()` and `write()` make tables and files of it; what begins with `a` is for asynchronous code. `walk()`
    says how: with a checkpoint, looking ahead, and so on.

    Column types are those that the document declares, whatever the rows hold: text is `string`, whole numbers
    `int64`, others `double`, lists `list<string>`; days travel as text. Where the document leaves columns open (v1's
    queries), they are text, and lists are written as JSON.

    Raises (when used):
        PagingError: a page token repeats, the total or the data release moves, rows are missing, repeated or too
            many, no answer comes, or something interrupted the walk before.
        ContractError: an answer does not fit the document.
        CheckpointError: the checkpoint is of another request or output, or damaged.
        DeadlineExceeded: a deadline was set and is over.
        MissingExtra: what makes the table is not installed.
        APIError, CredentialsError: the server refused, or there is no token to ask with.
        httpx.TransportError: nobody answered. Asking the same iterator again repeats the request that failed.
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
        """Give the same rows, to be walked in another way.

        Args:
            max_items: The most rows of all; after a checkpoint, those before it are counted. Pages are as large as
                they were asked to be, so ask for small ones if few rows are wanted.
            ahead: So many requests are made before their pages are wanted: while one page is used, the next ones come.
                Where a page has to be read to know what asks for the next (v1), it is one at most. Errors come in
                their turn. When a walk is left early, tasks are cancelled, and a thread ends with its answer.
                By default, one page is asked for ahead where answers take their time and all pages are wanted:
                by tables and `write`, and by a loop over rows from its second page on; never by `pages()`.
            progress: Called with a `Progress` for every page, before the page is used.
            checkpoint: A file that says after every page, and for every row within it, how far the walk came, written
                atomically, readable by its owner alone, and removed when all rows have come. If it exists, the walk
                goes on from there, also within a page. A row is done when the next one is asked for, a page likewise:
                after a crash what was in hand comes again. What `write` makes loses and doubles nothing. Refused for
                another request, output or data release.

        Raises:
            ValueError: a number is negative.
        """
        if (ahead is not None and ahead < 0) or (max_items is not None and max_items < 0):
            raise ValueError("max_items and ahead are numbers from 0 on")
        return evolve(self, max_items=max_items, ahead=ahead, progress=progress, checkpoint=checkpoint)

    def pages(self) -> Pages[T]:
        """Start a walk. What it returns serves `next()` and `for`, `anext()` and `async for`, and `with`."""
        return Pages(self)

    def __iter__(self) -> Iterator[T]:
        return iterate_rows(Pages(self, prefetch_after=2), has_checkpoint=self.checkpoint is not None)

    def __aiter__(self) -> AsyncIterator[T]:
        return AsyncRowIterator(Pages(self, prefetch_after=2), has_checkpoint=self.checkpoint is not None)

    def batches(self) -> pyarrow.RecordBatchReader:
        """Give a reader of record batches, one for each page, for what does not fit memory. Needs the extra `arrow`.

        Its `schema` is known at once; rows are asked for as batches are read, except that open columns take the first
        page.
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
        """Hand the rows over by Arrow's PyCapsule interface, page by page: `polars.DataFrame(rows)`."""
        capsule: object = self.batches().__arrow_c_stream__(requested_schema)
        return capsule

    def to_arrow(self) -> pyarrow.Table:
        """Give an Arrow table. Needs the extra `arrow`."""
        batches = BatchBuilder(self.columns)
        with self._pages_for_table() as pages:
            # No loop: its variable would hold a page while the next one comes.
            return batches.table(
                list(itertools.chain.from_iterable(map(batches.add, map(operator.attrgetter("content"), pages))))
            )

    async def ato_arrow(self) -> pyarrow.Table:
        """Give an Arrow table, in asynchronous code."""
        batches = BatchBuilder(self.columns)
        with self._pages_for_table() as pages:
            found: list[pyarrow.RecordBatch] = []
            async for page in pages:
                found += batches.add(page.content)
                del page
            return batches.table(found)

    async def ato_pandas(self) -> pandas.DataFrame:
        """Give a pandas frame, in asynchronous code."""
        return arrow.to_pandas(await self.ato_arrow())

    async def ato_polars(self) -> polars.DataFrame:
        """Give a polars frame, in asynchronous code."""
        return arrow.to_polars(await self.ato_arrow())

    def write(
        self, path: str | os.PathLike[str], format: Format | None = None, *, partition_by: Sequence[str] = ()
    ) -> int:
        """Write all rows into a file, or none: it appears when they have come. In flat memory.

        With a checkpoint the rows are kept in a file beside it, `.part`, until they are whole; then a walk that was
        killed goes on where it was, and the file is the same as without the interruption. One that exists is replaced.

        Args:
            path: Where to.
            format: `csv`, `jsonl` or `parquet` (which needs the extra `arrow`); by default as the path ends.
            partition_by: Columns that Parquet is divided by, into folders such as `Modality=CT`; then the path is
                that of a folder, which must not exist.

        Returns:
            The number of rows.

        Raises:
            ValueError: no such format or column. Nothing has been sent.
            FileExistsError, IsADirectoryError: there is such a folder. Nothing has been sent.
            OSError: it cannot be written.
        """
        with Export(self, path, format, partition_by) as output:
            if not output.complete:
                with output.pages() as pages:
                    for page in pages:
                        output.add(page)
            return output.finish()

    async def awrite(
        self, path: str | os.PathLike[str], format: Format | None = None, *, partition_by: Sequence[str] = ()
    ) -> int:
        """Write all rows into a file, in asynchronous code: as `write`."""
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
                "a table in memory is lost in a crash, so there is nothing to go on with: write() takes a checkpoint"
            )
        return Pages(self, prefetch_after=0)


async def _run_to_end_in_thread(do: Callable[..., R], *args: Any) -> R:
    """Do something in a thread, to its end also where nobody wants to wait for it any more."""
    doing = asyncio.ensure_future(asyncio.to_thread(do, *args))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise


def iterate_rows(pages: Pages[T], *, has_checkpoint: bool) -> Iterator[T]:
    """Give the rows of pages; no Python runs between two rows of a page. `saved`: whether a checkpoint counts them."""
    return itertools.chain.from_iterable(_RowsOfPages(pages, has_checkpoint=has_checkpoint))


class _PageTurner(Generic[T]):
    """What sync and async iterators do when a page comes."""

    def __init__(self, pages: Pages[T], *, has_checkpoint: bool) -> None:
        self._pages = pages
        self._has_checkpoint = has_checkpoint
        self._page: Page[T] | None = None
        self._rows: Iterator[T] = iter(())

    def _open_page(self, page: Page[T]) -> Iterator[T]:
        self._page = page  # an interruption while the rows are made must not lose it
        self._rows = rows = iter(page.rows)
        self._page = None
        return (
            map(_mark_row_used, itertools.repeat(self._pages), itertools.count(), rows)
            if self._has_checkpoint
            else rows
        )


class _RowsOfPages(_PageTurner[T]):
    """The rows of each page."""

    def __init__(self, pages: Pages[T], *, has_checkpoint: bool) -> None:
        super().__init__(pages, has_checkpoint=has_checkpoint)
        self._turning = threading.Lock()
        self._shared = False

    def __iter__(self) -> Iterator[Iterator[T]]:
        return self

    def __next__(self) -> Iterator[T]:
        # A chain asks when it is through with what it was given. If it is not, or asks while it is answered, two
        # threads ask, and rows of one page would take the place of another's: from there on both are told.
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
                # A chain is at its end when its source raises, but not when what the source gave does.
                return _RaisingIterator(error)

    def _end(self) -> Iterator[T]:
        if self._shared:
            return self._sharing_error()
        raise StopIteration

    def _sharing_error(self) -> Iterator[T]:
        return _RaisingIterator(
            RuntimeError("two threads went through the rows of one walk, which loses some: start one each")
        )


class _RaisingIterator(Generic[T]):
    """Raises an error once, and is at its end then."""

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
    """Rows one by one, in asynchronous code."""

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
