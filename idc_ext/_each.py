"""Rows one by one, page after page: what `for` and `async for` run through.

No generators: one is at its end after an error, and an asynchronous one that is left early has to be closed by
somebody. Whoever is left early is to be gone at once, so no rows hold on to the walk that they are of.
"""

from __future__ import annotations

import itertools
import operator
import threading
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
        self._rows: Iterator[T] = iter(())

    def _turned(self, page: Page[T]) -> Iterator[T]:
        self._page = page  # an interruption while the rows are made must not lose it
        self._rows = rows = iter(page.rows)
        self._page = None
        return map(_counted, itertools.repeat(self._pages), itertools.count(), rows) if self._saved else rows


class _Turns(_Turn[T]):
    """The rows of each page."""

    def __init__(self, pages: Pages[T], *, saved: bool) -> None:
        super().__init__(pages, saved=saved)
        self._one = threading.Lock()
        self._shared = False

    def __iter__(self) -> Iterator[Iterator[T]]:
        return self

    def __next__(self) -> Iterator[T]:
        # A chain asks when it is through with what it was given. If it is not, or asks while it is answered, two
        # threads ask, and rows of one page would take the place of another's: from there on both are told.
        if self._one.locked() or operator.length_hint(self._rows):
            self._shared = True
        if self._shared:
            return self._told()
        with self._one:
            try:
                return self._turned(next(self._pages) if self._page is None else self._page)
            except StopIteration:
                return self._ended()
            except BaseException as error:
                # A chain is at its end when its source raises, but not when what the source gave does.
                return _Raising(error)

    def _ended(self) -> Iterator[T]:
        if self._shared:
            return self._told()
        raise StopIteration

    def _told(self) -> Iterator[T]:
        return _Raising(RuntimeError("two threads went through the rows of one walk, which loses some: start one each"))


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
