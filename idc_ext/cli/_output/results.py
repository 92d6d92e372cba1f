"""Results of commands, as values: listings, records and text. Nothing is written here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


@frozen
class Listing:
    """Rows of a table; they may be fetched while they are written.

    Attributes:
        columns: The names of all columns, in order.
        rows: The rows, by column name; a missing value is null.
        brief: The columns shown on a terminal without --columns; empty for all.
        total: The number of rows, if it is known in advance.
    """

    columns: Sequence[str]
    rows: Iterable[Mapping[str, Any]] = field(repr=False)
    brief: Sequence[str] = ()
    total: int | None = None


@frozen
class Record:
    """A single record: member name -> value."""

    values: Mapping[str, Any]


@frozen
class Text:
    """Lines of text, always written as they are."""

    lines: Iterable[str] = field(repr=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)


def listing_of_rows(
    rows: Sequence[Mapping[str, Any]], *, brief: Sequence[str] = (), columns: Sequence[str] = ()
) -> Listing:
    """Make a listing of rows in memory; its columns are those of the rows, in the order of their first occurrence."""
    named = dict.fromkeys(columns)
    for row in rows:
        named.update(dict.fromkeys(row))
    return Listing(tuple(named), rows, tuple(name for name in brief if name in named), len(rows))


def json_value(value: Any) -> Any:
    """Convert dates and tuples to values that JSON has."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: json_value(one) for name, one in value.items()}
    return [json_value(one) for one in value] if isinstance(value, list | tuple) else value
