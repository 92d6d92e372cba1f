"""Rows one by one, page after page: what `for` and `async for` run through.

No generators: one is at its end after an error, and an asynchronous one that is left early has to be closed by
somebody. Whoever is left early is to be gone at once, so no rows hold on to the walk that they are of.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ._page import Page
    from ._paging import Pages

T = TypeVar("T")


def each(pages: Pages[T], *, saved: bool) -> Iterator[T]:
    """Give the rows of pages; no Python runs between two rows of a page. `saved`: whether a checkpoint counts them."""
    return itertools.chain.from_iterable(_Turns(pages, saved=saved))


class _Turn(Generic[T]):
    """What both colours do when a page comes."""

    def __init__(self, pages: Pages[T], *, saved: bool) -> None:
        self._pages = pages
        self._saved = saved
        self._page: Page[T] | None = None

    def _turned(self, page: Page[T]) -> Iterator[T]:
        self._page = page  # an interruption while the rows are made must not lose it
        rows = page.rows
        self._page = None
        return map(_counted, itertools.repeat(self._pages), itertools.count(), rows) if self._saved else iter(rows)


class _Turns(_Turn[T]):
    """The rows of each page."""

    def __iter__(self) -> Iterator[Iterator[T]]:
        return self

    def __next__(self) -> Iterator[T]:
        try:
            return self._turned(next(self._pages) if self._page is None else self._page)
        except StopIteration:
            raise
        except BaseException as error:
            # A chain is at its end when its source raises, but not when what the source gave does.
            return _Raising(error)


class _Raising(Generic[T]):
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


class AsyncEach(_Turn[T]):
    """Rows one by one, in asynchronous code."""

    def __init__(self, pages: Pages[T], *, saved: bool) -> None:
        super().__init__(pages, saved=saved)
        self._rows: Iterator[T] = iter(())

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            for row in self._rows:
                return row
            self._rows = self._turned(await anext(self._pages) if self._page is None else self._page)


def _counted(pages: Pages[T], used: int, row: T) -> T:
    pages.use(used)
    return row
