"""The position of a walk, and the check that its pages make up a complete result.

Law: pure; it compares what the pages report, and knows no endpoint, no client and no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from attrs import Factory, define, evolve, frozen

from ..errors import PagingError

if TYPE_CHECKING:
    from collections.abc import Sized

#: This many empty pages in a row may announce another one.
MOST_EMPTY_PAGES = 20


@frozen
class Position:
    """A position of a walk: before a page, or within it. It can be saved and resumed from later.

    Attributes:
        token: The token of the page; None for the first page.
        rows: The number of rows on the pages before it.
        skip: The number of finished rows of the page itself.
        total: The number of all rows, as the server reports it; None if it has not.
        release: The data release; None if the walk is not pinned to one.
        last: The sort key of the last row before the page; None where rows need not ascend.
    """

    token: str | None = None
    rows: int = 0
    skip: int = 0
    total: int | None = None
    release: str | None = None
    last: tuple[str, ...] | None = None

    @property
    def rows_done(self) -> int:
        """The number of finished rows, of all pages."""
        return self.rows + self.skip

    def within(self, rows: int) -> Position:
        """Return the position that many rows further within the page."""
        return evolve(self, skip=self.skip + rows)


class PageClaims(Protocol):
    """What a page reports of itself."""

    @property
    def content(self) -> Sized:
        """The rows of the page."""

    @property
    def total(self) -> int | None:
        """The number of rows of all pages."""

    @property
    def next_token(self) -> str | None:
        """The token of the following page."""

    @property
    def offset(self) -> int | None:
        """The number of rows before the page."""

    @property
    def ends(self) -> tuple[Any, Any] | None:
        """The sort keys of the first and the last row of the page."""


@define
class Completeness:
    """The pages of a walk so far: checks that each one continues those before it."""

    name: str
    total_changed_error: type[PagingError]
    total: int | None = None
    count: int = 0
    last: Any = None
    empty: int = 0
    seen: set[str] = Factory(set)

    @classmethod
    def resumed_at(cls, name: str, total_changed_error: type[PagingError], start: Position) -> Completeness:
        """Start from the position that an earlier walk reached."""
        return cls(
            name, total_changed_error, start.total, start.rows, start.last, seen={start.token} if start.token else set()
        )

    def position(self, token: str | None, release: str | None) -> Position:
        """Return the position before the next page, which this token requests."""
        return Position(token, self.count, 0, self.total, release, self.last)

    def add(self, page: PageClaims) -> None:
        """Check the next page.

        Raises:
            PagingError: rows are missing, duplicated, out of order or too many, or the pages never end; the class
                `total_changed_error` where the total has changed.
        """
        name, token = self.name, page.next_token or None
        if page.total is not None and self.total is not None and page.total != self.total:
            raise self.total_changed_error(
                f"{name}: the total changed from {self.total} to {page.total} rows during the walk; start anew"
            )
        self.total = page.total if self.total is None else self.total
        if page.offset is not None and page.offset != self.count:
            raise PagingError(
                f"{name}: {self.count} rows came, but the next page begins after row {page.offset}; start anew"
            )
        if page.ends is not None:
            if self.last is not None and page.ends[0] <= self.last:
                raise PagingError(f"{name}: rows came a second time or out of order; start anew")
            self.last = page.ends[1]
        self.count += len(page.content)
        if self.total is not None and (self.count > self.total or (token is None and self.count != self.total)):
            raise PagingError(f"{name}: {self.count} rows came, but the server reported {self.total}; start anew")
        if token in self.seen:
            raise PagingError(f"{name}: a page token came a second time, so the walk would never end")
        self.empty = 0 if len(page.content) else self.empty + 1
        if token is not None:
            if self.empty > MOST_EMPTY_PAGES:
                raise PagingError(f"{name}: {self.empty} pages in a row were empty and announced another one")
            self.seen.add(token)
