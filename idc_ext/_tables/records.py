"""The rows of a page, in the form in which they were decoded, and converted to the other forms. Law: pure.

Every form offers the same: rows, records (dictionaries by wire name) and tuples of values. A form that was not decoded
is made on first access.
"""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

T = TypeVar("T")


class PageRows(Protocol[T]):
    """The rows of a page, in any form."""

    def __len__(self) -> int: ...

    @property
    def records(self) -> list[Any]:
        """The rows as dictionaries by wire name."""

    @property
    def rows(self) -> list[T]:
        """The rows as the caller gets them."""

    def value_tuples(self, names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
        """Return the values under these wire names, row by row; raises LookupError."""

    def distinct_values(self, name: str) -> set[Any]:
        """Return the values under a wire name, each once, without lists; raises LookupError."""

    def slice_rows(self, start: int, end: int | None) -> PageRows[T]:
        """Return some of the rows."""


@frozen
class JsonRows(Generic[T]):
    """Rows as decoded by `json`: dictionaries by wire name."""

    records: list[Any]
    #: Makes a row of a record; None where the rows are the records.
    make: Callable[[Any], T] | None = field(default=None, repr=False, eq=False)

    @cached_property
    def rows(self) -> list[T]:
        """The rows, made from the records."""
        return self.records if self.make is None else [self.make(record) for record in self.records]

    def __len__(self) -> int:
        return len(self.records)

    def value_tuples(self, names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
        """Return the values under these wire names, row by row; raises LookupError."""
        return _pick_values(itemgetter, names, self.records)

    def distinct_values(self, name: str) -> set[Any]:
        """Return the values under a wire name, each once, without lists; raises LookupError."""
        values = map(itemgetter(name), self.records)
        return {one for one in values if not isinstance(one, list)}

    def slice_rows(self, start: int, end: int | None) -> JsonRows[T]:
        """Return some of the rows."""
        return self if not start and end is None else JsonRows(self.records[start:end], self.make)


@frozen
class DecodedRows(Generic[T]):
    """Rows as decoded by `decoding`: msgspec objects with all members of the document."""

    rows: list[T]
    #: Wire name -> the attribute that holds its value.
    attributes: Mapping[str, str] = field(repr=False, eq=False)

    @cached_property
    def records(self) -> list[Any]:
        """The records, made from the rows."""
        import msgspec

        records: list[Any] = msgspec.to_builtins(self.rows)
        return records

    def __len__(self) -> int:
        return len(self.rows)

    def value_tuples(self, names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
        """Return the values under these wire names, row by row; raises LookupError."""
        if list(names) == list(self.attributes):
            import msgspec

            made: Sequence[Any] = self.rows  # msgspec objects, whatever class they claim
            return map(msgspec.structs.astuple, made)
        return _pick_values(attrgetter, [self.attributes[name] for name in names], self.rows)

    def distinct_values(self, name: str) -> set[Any]:
        """Return the values under a wire name, each once; no row of these has a list in it."""
        return set(map(attrgetter(self.attributes[name]), self.rows))

    def slice_rows(self, start: int, end: int | None) -> DecodedRows[T]:
        """Return some of the rows."""
        return self if not start and end is None else DecodedRows(self.rows[start:end], self.attributes)


def _pick_values(getter: Callable[..., Callable[[Any], Any]], names: Sequence[str], rows: list[Any]) -> list[Any]:
    """Pick members by name. A getter of one member returns no tuple, and one of none cannot be made."""
    if len(names) > 1:
        return list(map(getter(*names), rows))
    return list(zip(*(map(getter(name), rows) for name in names), strict=True)) if names else [()] * len(rows)
