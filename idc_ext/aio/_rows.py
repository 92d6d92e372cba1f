"""Paged requests and streamed lines as values, for asynchronous code: the sync values, driven by an event loop."""

from __future__ import annotations

import functools
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from attrs import frozen
from idc_client.types import UNSET, Unset

from .._http.steps import arun
from .._paging.lines import Lines
from .._paging.page import Page
from .._paging.pages import Pages
from .._paging.request import Progress
from .._paging.rows import Rows, arrow_steps, pages_for_table, pandas_steps, polars_steps, write_steps
from .._tables.arrow import BatchBuilder
from .._tables.formats import Format
from .._tables.optional import OptionalPackage

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
else:
    pandas, polars, pyarrow = map(OptionalPackage, ("pandas", "polars", "pyarrow"))

P = ParamSpec("P")
T = TypeVar("T")


@frozen(repr=False, eq=False)
class AsyncRows(Generic[T]):
    """All rows of a paged request, as a value, for asynchronous code: `Rows` with methods that are awaited.

    Iterate it with `async for`; `pages()` gives the pages, and `await` goes before `to_arrow()`, `to_pandas()`,
    `to_polars()` and `write()`. `walk()` sets options. Columns and errors are those of `idc_ext.Rows`.
    """

    _rows: Rows[T]

    def __repr__(self) -> str:
        return f"<AsyncRows of {self._rows.first}>"

    def _repr_html_(self) -> str:
        return self._rows._repr_html_()

    def __aiter__(self) -> AsyncIterator[T]:
        return aiter(self._rows)

    def pages(self) -> AsyncPages[T]:
        """Start a walk over pages: an iterator for `async for`, and a context manager for `async with`."""
        return AsyncPages(self._rows.pages())

    def walk(
        self,
        *,
        max_items: int | Unset | None = UNSET,
        ahead: int | Unset | None = UNSET,
        progress: Callable[[Progress], object] | bool | Unset | None = UNSET,
        checkpoint: str | os.PathLike[str] | Unset | None = UNSET,
    ) -> AsyncRows[T]:
        """Return the same rows with other options for the walk, and the rest as they are: those of `Rows.walk`."""
        return AsyncRows(self._rows.walk(max_items=max_items, ahead=ahead, progress=progress, checkpoint=checkpoint))

    def batches(self) -> AsyncIterator[pyarrow.RecordBatch]:
        """Yield record batches, one for each page with rows, for data that does not fit memory."""
        return _Batches(pages_for_table(self._rows), BatchBuilder(self._rows.columns))

    async def to_arrow(self) -> pyarrow.Table:
        """Return all rows as an Arrow table. Needs the extra `arrow`."""
        return await arun(arrow_steps(self._rows))

    async def to_pandas(self) -> pandas.DataFrame:
        """Return all rows as a pandas DataFrame; integers have pandas' nullable types. Needs the extra `pandas`."""
        return await arun(pandas_steps(self._rows))

    async def to_polars(self) -> polars.DataFrame:
        """Return all rows as a polars DataFrame. Needs the extra `polars`."""
        return await arun(polars_steps(self._rows))

    async def write(
        self, path: str | os.PathLike[str], format: Format | None = None, *, partition_by: Sequence[str] = ()
    ) -> int:
        """Write all rows to a file, which appears when they are complete: as `Rows.write`; return their number."""
        return await arun(write_steps(self._rows, path, format, partition_by=partition_by))

    async def write_parquet(self, path: str | os.PathLike[str], *, partition_by: Sequence[str] = ()) -> int:
        """Write all rows as Parquet: as `write`."""
        return await self.write(path, "parquet", partition_by=partition_by)


class AsyncPages(Generic[T]):
    """One walk over the pages of a request, for `async for`: `Pages` without a `for`."""

    def __init__(self, pages: Pages[T]) -> None:
        self._pages = pages

    def __aiter__(self) -> AsyncPages[T]:
        return self

    async def __anext__(self) -> Page[T]:
        return await anext(self._pages)

    async def __aenter__(self) -> AsyncPages[T]:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the walk here. With a checkpoint, the finished rows are saved, also within a page."""
        self._pages.close()


class _Batches:
    """Record batches of pages. No generator: one that a loop leaves early would stay open, and trio warns of that."""

    def __init__(self, pages: Pages[Any], builder: BatchBuilder) -> None:
        self._pages, self._builder = pages, builder
        self._ready: Iterator[pyarrow.RecordBatch] = iter(())

    def __aiter__(self) -> _Batches:
        return self

    async def __anext__(self) -> pyarrow.RecordBatch:
        while True:
            for batch in self._ready:
                return batch
            self._ready = iter(self._builder.add((await anext(self._pages)).content))

    async def aclose(self) -> None:
        """End the walk here, as the end of a generator would."""
        self._pages.close()


@frozen(repr=False, eq=False)
class AsyncLines:
    """All lines of a streamed text, as a value, for `async for`. Errors are those of `idc_ext.Lines`."""

    _lines: Lines

    def __repr__(self) -> str:
        return f"<Async{repr(self._lines).removeprefix('<')}"

    def __aiter__(self) -> AsyncIterator[str]:
        return aiter(self._lines)


def rows_of(function: Callable[P, Rows[T]]) -> Callable[P, AsyncRows[T]]:
    """Make the function that gives `AsyncRows` from one that gives `Rows`."""

    @functools.wraps(function)
    def give(*args: P.args, **kwargs: P.kwargs) -> AsyncRows[T]:
        return AsyncRows(function(*args, **kwargs))

    return give


def lines_of(function: Callable[P, Lines]) -> Callable[P, AsyncLines]:
    """Make the function that gives `AsyncLines` from one that gives `Lines`."""

    @functools.wraps(function)
    def give(*args: P.args, **kwargs: P.kwargs) -> AsyncLines:
        return AsyncLines(function(*args, **kwargs))

    return give
