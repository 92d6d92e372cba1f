"""The columns of rows as the document declares them: names, types, and whether they are nullable. Law: pure.

Types come from the generated models, which come from the document, and never from the rows. Where the document
allows further columns, it says that they hold text or lists of text: they are text here, and a list is written as
JSON, so that a column has one type however late the first list comes.
"""

from __future__ import annotations

import functools
import json
from operator import itemgetter
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import evolve, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .records import PageRows

#: Text; a 64-bit integer; a 64-bit floating-point number; a list of texts; text or a list of texts.
Kind: TypeAlias = Literal["string", "int64", "double", "strings", "text"]

_PYTHON: dict[Any, Kind] = {str: "string", int: "int64", float: "double", list: "strings"}
_TYPES: dict[Kind, frozenset[type]] = {
    "string": frozenset({str}),
    "int64": frozenset({int}),
    "double": frozenset({int, float}),
    "strings": frozenset({list}),
    "text": frozenset({str, list}),
}


@frozen
class Column:
    """One column: its wire name, its type, and whether it is nullable."""

    name: str
    kind: Kind
    nullable: bool = True


@frozen
class Columns:
    """The columns of rows, in order.

    Attributes:
        items: The declared columns.
        open_ended: Whether rows may have further columns, of the kind `text`.
        fixed: Whether the columns were open-ended and have been fixed by the first row.
    """

    items: tuple[Column, ...]
    open_ended: bool = False
    fixed: bool = False

    @classmethod
    def of(cls, model: type[Any], *, only: Iterable[str] | None = None, open_ended: bool = False) -> Columns:
        """Make the columns of a generated model, or some of them in another order (`only`)."""
        columns = _columns_of_model(model)  # type: ignore[arg-type] # classes can be hashed
        declared = {column.name: column for column in columns}
        return cls(tuple(declared.values() if only is None else (declared[name] for name in only)), open_ended)

    @classmethod
    def texts(cls, names: Iterable[str]) -> Columns:
        """Make columns that hold text or lists of texts."""
        return cls(tuple(Column(name, "text") for name in names))

    @property
    def names(self) -> list[str]:
        """The wire names of the columns, in order."""
        return [column.name for column in self.items]

    def __iter__(self) -> Iterator[Column]:
        return iter(self.items)

    def with_columns_of_first_row(self, records: Sequence[Mapping[str, Any]]) -> Columns:
        """Fix open-ended columns to those of the first row; other columns stay as they are."""
        if not self.open_ended or not records:
            return self
        there = records[0].keys()
        return self.restricted_to([*(name for name in self.names if name in there), *sorted(there - set(self.names))])

    def restricted_to(self, names: Sequence[str]) -> Columns:
        """Return columns of exactly these names, with the declared types, or else of the kind `text`."""
        declared = {column.name: column for column in self.items}
        return evolve(
            self, items=tuple(declared.get(name, Column(name, "text")) for name in names), open_ended=False, fixed=True
        )

    def check(self, records: Sequence[Any]) -> None:
        """Check that rows fit the declared columns.

        Raises:
            TypeError, LookupError: a row is not an object, lacks a column, or has a value of another type.
        """
        # Open-ended columns may also be missing in a deployment; every row has the columns of the first one.
        there = records[0].keys() if self.open_ended and records else set(self.names)
        for name, kind, nullable in ((one.name, one.kind, one.nullable) for one in self.items if one.name in there):
            found = set(map(type, map(itemgetter(name), records)))
            odd = found - _TYPES[kind] - ({NoneType} if nullable else set())
            if odd:
                raise TypeError(
                    f"{name} is {', '.join(sorted(one.__name__ for one in odd))}, which is not of the kind {kind}"
                )
            if list in found and not all(
                type(text) is str for row in records if type(row[name]) is list for text in row[name]
            ):
                raise TypeError(f"{name} is a list that holds other values than text")

    def value_tuples(self, content: PageRows[Any], *, flat: bool = False) -> Iterable[Sequence[Any]]:
        """Return the values of each row, in the order of the columns; they may be taken from the rows as they are used.

        Args:
            content: The rows.
            flat: Whether all lists are written as JSON, and not only those in columns of the kind `text`.

        Raises:
            LookupError: a row lacks a column, or has one more than the first row.
        """
        self.check_same_columns(content)
        kinds = {"text", "strings"} if flat else {"text"}
        places = [place for place, one in enumerate(self.items) if one.kind in kinds]
        if not places:
            return content.value_tuples(self.names)
        rows = list(content.value_tuples(self.names))
        lists = [place for place in places if {type(row[place]) for row in rows} - {str, NoneType}]
        return [tuple(_with_json_lists(row, lists)) for row in rows] if lists else rows

    def check_same_columns(self, content: PageRows[Any]) -> None:
        """Raise LookupError if a row has other columns than the first row, by which the columns were fixed."""
        if self.fixed and any(len(record) != len(self.items) for record in content.records):
            raise LookupError("a row with other columns than the first row")


def json_text(value: object) -> str:
    """Write a list or an object as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _with_json_lists(row: tuple[Any, ...], places: Sequence[int]) -> list[Any]:
    """Return the values of a row, with lists and objects at these positions written as JSON."""
    values = list(row)
    for place in places:
        if not isinstance(values[place], str | None):
            values[place] = json_text(values[place])
    return values


@functools.cache
def attributes_by_wire_name(model: type[Any]) -> dict[str, str]:
    """Map each wire name of a generated model to the attribute that holds it."""
    # Only the model's own code knows its wire names: serialize an instance whose attributes are unique marks.
    marks = {name: object() for name in (one.name for one in attrs.fields(model) if one.init)}
    members = {id(mark): name for name, mark in marks.items()}
    return {name: members[id(mark)] for name, mark in model(**marks).to_dict().items() if id(mark) in members}


class _ModelNames(dict[str, Any]):
    """The names of all generated models, each imported when it is looked up."""

    def __missing__(self, name: str) -> Any:
        from idc_client import models

        try:
            return getattr(models, name)
        except AttributeError:
            raise KeyError(name) from None  # then it is a name of the module, or of Python


@functools.cache
def _columns_of_model(model: type[Any]) -> tuple[Column, ...]:
    hints = get_type_hints(model, localns=_ModelNames())
    return tuple(_column(name, hints[attribute]) for name, attribute in attributes_by_wire_name(model).items())  # type: ignore[arg-type] # as above


def _column(name: str, hint: Any) -> Column:
    parts = get_args(hint) if isinstance(hint, UnionType) or get_origin(hint) is Union else (hint,)
    kinds = {get_origin(part) or part for part in parts}
    (kind,) = kinds & _PYTHON.keys()
    return Column(name, _PYTHON[kind], NoneType in kinds)
