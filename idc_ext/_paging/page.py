"""One page of a paged request, as a value: its rows, and its position in the walk. Law: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, overload

from attrs import field, frozen

from .._lazy import public_names
from .._tables.html import ROWS_SHOWN, rows_caption, table_html
from .._tables.listed import column_of
from .._tables.records import JsonRows, PageRows
from .._warnings import warn_if_pandas_iterates
from .completeness import Position

T = TypeVar("T")


def _as_page_rows(rows: PageRows[T] | list[T]) -> PageRows[T]:
    return JsonRows(rows) if isinstance(rows, list) else rows


@frozen
class Page(Generic[T]):
    """One page: its rows, and what the server reports of all pages.

    Attributes:
        total: The number of rows of all pages; None if the server does not report it.
        next_token: The token of the following page; None at the end.
        info: The other members of the body, as received, such as the echo of the cohort.
        release: The data release that the walk is pinned to; None if it is not pinned.
    """

    #: The rows, in the form they were decoded to; already checked against the document.
    content: PageRows[T] = field(converter=_as_page_rows, alias="content")
    total: int | None
    next_token: str | None
    info: Mapping[str, Any] = field(factory=dict, repr=False)
    release: str | None = None
    #: The number of rows before this page, as the server reports it; None if it does not.
    offset: int | None = field(default=None, repr=False)
    #: The sort keys of the first and the last row, where rows strictly ascend; None where they need not.
    ends: tuple[Any, Any] | None = field(default=None, repr=False)
    #: Tokens of the next pages that are known already, from `next_token` on; empty if only that one is.
    upcoming: Sequence[str] = field(default=(), repr=False, eq=False)
    #: The position before this page, and before the next one; None after the last page.
    position: Position = field(default=Position(), repr=False, eq=False)
    next_position: Position | None = field(default=None, repr=False, eq=False)
    #: The size of the body in bytes, as transferred.
    size: int = field(default=0, repr=False, eq=False)

    @property
    def records(self) -> list[Any]:
        """The rows as dictionaries by wire name. If rows were decoded to objects, made on first access."""
        return self.content.records

    @property
    def rows(self) -> list[T]:
        """The rows of this page; may be fewer than requested, even none. Made on first access."""
        return self.content.rows

    @property
    def columns(self) -> list[str]:
        """The wire names of the columns; none if there are no rows."""
        return list(self.records[0]) if len(self.content) else []

    def __len__(self) -> int:
        return len(self.content)

    def __iter__(self) -> Iterator[T]:
        warn_if_pandas_iterates("page", "page.records")
        return iter(self.rows)

    @overload
    def __getitem__(self, key: int) -> T: ...
    @overload
    def __getitem__(self, key: slice) -> list[T]: ...
    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    def __getitem__(self, key: int | slice | str) -> Any:
        """Return a row by its number, some rows by a slice, or a column by its wire name."""
        return column_of(self.records, self.columns, key) if isinstance(key, str) else self.rows[key]

    def __dir__(self) -> list[str]:
        return public_names(self, {"content", "ends", "next_position", "offset", "position", "size", "upcoming"})

    def _repr_html_(self) -> str:
        shown = self.content.slice_rows(0, ROWS_SHOWN).records
        more = f"; this page has {len(self):,}" if len(self) > len(shown) else ""
        return table_html(self.columns, shown, rows_caption(len(shown), self.total, len(self.columns), more))


@frozen
class Pending:
    """The answer "not yet" (202) in place of a page: ask again, with the token if there is one."""

    token: str | None
