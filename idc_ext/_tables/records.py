"""The rows of a page, in the form they were decoded into, and in any other that is asked for. Pure.

Whatever the form, the same is seen: rows, records by wire name, and tuples of values. What was not decoded is made when
it is first looked at.
"""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")


class PageRows(Protocol[T]):
    """Rows in any form."""

    def __len__(self) -> int: ...

    @property
    def records(self) -> list[Any]:
        """By wire name."""

    @property
    def rows(self) -> list[T]:
        """As the caller is given them."""

    def value_tuples(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """Give the values under these wire names, row by row, or raise LookupError."""

    def slice_rows(self, start: int, end: int | None) -> PageRows[T]:
        """Take some of the rows."""


@frozen
class JsonRows(Generic[T]):
    """Rows as JSON has them."""

    records: list[Any]
    #: Makes a row of a record; None where rows are records.
    make: Callable[[Any], T] | None = field(default=None, repr=False, eq=False)

    @cached_property
    def rows(self) -> list[T]:
        """Rows, made of the records."""
        return self.records if self.make is None else [self.make(record) for record in self.records]

    def __len__(self) -> int:
        return len(self.records)

    def value_tuples(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """Give the values under these wire names, row by row, or raise LookupError."""
        return _pick_values(itemgetter, names, self.records)

    def slice_rows(self, start: int, end: int | None) -> JsonRows[T]:
        """Take some of the rows."""
        return self if not start and end is None else JsonRows(self.records[start:end], self.make)


@frozen
class DecodedRows(Generic[T]):
    """Rows as `decoding` decoded them: objects of msgspec's, which nothing of the document is missing from."""

    rows: list[T]
    #: The attribute that holds what travels under each wire name.
    attributes: Mapping[str, str] = field(repr=False, eq=False)

    @cached_property
    def records(self) -> list[Any]:
        """Records, made of the rows."""
        import msgspec

        records: list[Any] = msgspec.to_builtins(self.rows)
        return records

    def __len__(self) -> int:
        return len(self.rows)

    def value_tuples(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """Give the values under these wire names, row by row, or raise LookupError."""
        if list(names) == list(self.attributes):
            import msgspec

            made: Sequence[Any] = self.rows  # by msgspec, whatever they stand for
            return list(map(msgspec.structs.astuple, made))
        return _pick_values(attrgetter, [self.attributes[name] for name in names], self.rows)

    def slice_rows(self, start: int, end: int | None) -> DecodedRows[T]:
        """Take some of the rows."""
        return self if not start and end is None else DecodedRows(self.rows[start:end], self.attributes)


def _pick_values(getter: Callable[..., Callable[[Any], Any]], names: Sequence[str], rows: list[Any]) -> list[Any]:
    """Pick members by name; a getter of one member gives that alone, and one of none cannot be made."""
    if len(names) > 1:
        return list(map(getter(*names), rows))
    return list(zip(*(map(getter(name), rows) for name in names), strict=True)) if names else [()] * len(rows)
