"""One answer of a paged request, as a value: its rows, and where they belong. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import field, frozen

from .._tables.records import JsonRows, PageRows
from .completeness import Position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")


def _as_page_rows(rows: PageRows[T] | list[T]) -> PageRows[T]:
    return JsonRows(rows) if isinstance(rows, list) else rows


@frozen
class Page(Generic[T]):
    """One answer: its rows, and what the server says of the whole.

    Attributes:
        total: How many rows all pages hold together; None if the server does not say.
        next_token: What asks for the following page; None at the end.
        info: The rest of the body as it came, such as the echo of the cohort.
        release: The data release that the walk holds on to; None if it does not.
    """

    #: Its rows, in whichever form they were decoded into; already held against the document.
    content: PageRows[T] = field(converter=_as_page_rows, alias="content")
    total: int | None
    next_token: str | None
    info: Mapping[str, Any] = field(factory=dict, repr=False)
    release: str | None = None
    #: How many rows the server says come before this page; None if it does not say.
    offset: int | None = field(default=None, repr=False)
    #: Sort keys of the first and the last row, where rows strictly ascend; None where they need not.
    ends: tuple[Any, Any] | None = field(default=None, repr=False)
    #: Tokens that can be asked for already, from `next_token` on; empty if only that one can.
    upcoming: Sequence[str] = field(default=(), repr=False, eq=False)
    #: Where the walk stands before and after this page. After the last one there is nowhere to go.
    position: Position = field(default=Position(), repr=False, eq=False)
    next_position: Position | None = field(default=None, repr=False, eq=False)
    #: The size of the body, in bytes as they came over the wire.
    size: int = field(default=0, repr=False, eq=False)

    @property
    def records(self) -> list[Any]:
        """The rows by wire name, as they came. Made when they are first looked at, if rows were decoded."""
        return self.content.records

    @property
    def rows(self) -> list[T]:
        """The rows of this page; may be fewer than asked for, even none. Made when they are first looked at."""
        return self.content.rows


@frozen
class Pending:
    """In place of a page: not yet, ask again with the token (if there is one)."""

    token: str | None
