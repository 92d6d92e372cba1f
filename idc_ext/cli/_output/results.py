"""What a command has to say, as values: nothing is written here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


@frozen
class Listing:
    """Rows of a table, which may still have to be fetched.

    Attributes:
        columns: Names of all columns, in order.
        rows: Each by column name; a missing one is null.
        brief: The columns that a terminal shows unless told otherwise; all if there are none.
        total: How many rows there are, if that is known before.
    """

    columns: Sequence[str]
    rows: Iterable[Mapping[str, Any]] = field(repr=False)
    brief: Sequence[str] = ()
    total: int | None = None


@frozen
class Record:
    """One thing, by the names of its members."""

    values: Mapping[str, Any]


@frozen
class Text:
    """Lines of text, in which no other format makes sense but JSON."""

    lines: Iterable[str] = field(repr=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)


def listing_of_rows(
    rows: Sequence[Mapping[str, Any]], *, brief: Sequence[str] = (), columns: Sequence[str] = ()
) -> Listing:
    """Make a listing of rows that are all there; its columns are theirs, in the order in which they first come."""
    named = dict.fromkeys(columns)
    for row in rows:
        named.update(dict.fromkeys(row))
    return Listing(tuple(named), rows, tuple(name for name in brief if name in named), len(rows))


def json_value(value: Any) -> Any:
    """Make of dates and tuples what JSON has."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: json_value(one) for name, one in value.items()}
    return [json_value(one) for one in value] if isinstance(value, list | tuple) else value
