"""What is known of a walk so far: where it stands, and whether the next page goes with the ones before.

Pure: it compares what the pages say of themselves, and knows no endpoint, no client and no file.
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
    """Where a walk stands: before a page, or within it. It can be written down and walked on from later.

    Attributes:
        token: What asks for the page; None for the first one.
        rows: How many rows the pages before it held.
        skip: How many rows of the page itself are done.
        total: How many rows the server says there are; None if it has not said.
        release: The data release; None if the walk holds on to none.
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
        """How many rows of the whole are done."""
        return self.rows + self.skip

    def within(self, rows: int) -> Position:
        """Go on by that many rows of the page."""
        return evolve(self, skip=self.skip + rows)


class PageClaims(Protocol):
    """What a page says of itself."""

    @property
    def content(self) -> Sized:
        """Its rows."""

    @property
    def total(self) -> int | None:
        """The number of rows of all pages."""

    @property
    def next_token(self) -> str | None:
        """What asks for the following page."""

    @property
    def offset(self) -> int | None:
        """The number of rows before it."""

    @property
    def ends(self) -> tuple[Any, Any] | None:
        """Sort keys of its first and last row."""


@define
class Completeness:
    """The pages so far, held against each other."""

    name: str
    total_changed_error: type[PagingError]
    total: int | None = None
    count: int = 0
    last: Any = None
    empty: int = 0
    seen: set[str] = Factory(set)

    @classmethod
    def resumed_at(cls, name: str, total_changed_error: type[PagingError], start: Position) -> Completeness:
        """Take over what an earlier walk knew."""
        return cls(
            name, total_changed_error, start.total, start.rows, start.last, seen={start.token} if start.token else set()
        )

    def position(self, token: str | None, release: str | None) -> Position:
        """Say where the walk stands, given what asks for the next page."""
        return Position(token, self.count, 0, self.total, release, self.last)

    def add(self, page: PageClaims) -> None:
        """Take the next page, or raise what is wrong with it.

        Raises:
            PagingError: rows are missing, repeated, out of order or too many, or the pages never end; of the kind
                `moved` where the total is another.
        """
        name, token = self.name, page.next_token or None
        if page.total is not None and self.total is not None and page.total != self.total:
            raise self.total_changed_error(
                f"{name}: the total moved from {self.total} to {page.total} rows during the walk; start anew"
            )
        self.total = page.total if self.total is None else self.total
        if page.offset is not None and page.offset != self.count:
            raise PagingError(f"{name}: {self.count} rows came, then a page that follows on {page.offset}; start anew")
        if page.ends is not None:
            if self.last is not None and page.ends[0] <= self.last:
                raise PagingError(f"{name}: rows came a second time or out of order; start anew")
            self.last = page.ends[1]
        self.count += len(page.content)
        if self.total is not None and (self.count > self.total or (token is None and self.count != self.total)):
            raise PagingError(f"{name}: {self.count} rows came, but the server said there are {self.total}; start anew")
        if token in self.seen:
            raise PagingError(f"{name}: a page token came a second time, so the walk would never end")
        self.empty = 0 if len(page.content) else self.empty + 1
        if token is not None:
            if self.empty > MOST_EMPTY_PAGES:
                raise PagingError(f"{name}: {self.empty} pages in a row were empty and announced another one")
            self.seen.add(token)
