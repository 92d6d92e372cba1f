"""Results as HTML tables, for notebooks: the first rows, escaped, with a line that says what is shown. Pure."""

from __future__ import annotations

import itertools
from html import escape
from typing import TYPE_CHECKING, Any, Final

import attrs
from idc_client.types import Unset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: How many rows a notebook shows.
ROWS_SHOWN: Final = 10
#: The maximum length of a cell.
_LONGEST_CELL = 80
#: A list of more values than this, or of objects, is shown as the number of its items.
_SHORT_LIST = 8


def table_html(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], caption: str, most: int = ROWS_SHOWN) -> str:
    """Write the first rows as a table, with a caption below it; numbers are on the right."""
    shown = list(itertools.islice(rows, most))
    numeric = {
        name: any(_is_number(row.get(name)) for row in shown)
        and all(row.get(name) is None or _is_number(row.get(name)) for row in shown)
        for name in columns
    }
    side = {name: "" if numeric[name] else " style='text-align: left'" for name in columns}
    head = "".join(f"<th{side[name]}>{escape(name)}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td{side[name]}>{cell_html(row.get(name))}</td>' for name in columns)}</tr>" for row in shown
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if columns else ""
    return f"<div>{table}<p>{escape(caption)}</p></div>"


def record_html(values: Mapping[str, Any]) -> str:
    """Write the members of one record as a table with a line for each."""
    lines = "".join(
        f"<tr><th style='text-align: left'>{escape(name)}</th><td style='text-align: left'>{cell_html(value)}</td></tr>"
        for name, value in values.items()
    )
    return f"<table><tbody>{lines}</tbody></table>"


def cell_html(value: Any) -> str:
    """Write a value as the text of a cell, cut to a length."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list) and (len(value) > _SHORT_LIST or any(isinstance(one, dict) for one in value)):
        return f"{len(value):,} items"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return escape(text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…")


def size_text(terabytes: float) -> str:
    """Write a size in the largest unit of which there is one; the service rounds sizes to gigabytes."""
    for unit, size in (("TB", terabytes), ("GB", terabytes * 1e3)):
        if size >= 1:
            return f"{size:,.1f} {unit}"
    return f"{terabytes * 1e6:,.1f} MB" if terabytes else "less than 1 GB"


def rows_caption(shown: int, total: int | None, columns: int, more: str = "") -> str:
    """Say how many rows are shown, of how many, and how many columns they have."""
    rows = f"{shown:,} rows" if total == shown else f"{shown:,} of {'more' if total is None else f'{total:,}'} rows"
    return f"{rows}, {columns} columns{more}"


def show_model(model: type[Any], rows: str | None = None) -> None:
    """Have notebooks show a generated model as a table: the generator makes plain classes.

    Args:
        model: The class.
        rows: The member that is a list of objects, which are shown as rows.
    """

    def _repr_html_(self: Any) -> str:
        values = self.to_dict()
        listed: list[Any] = values.pop(rows) if rows else []
        shown = record_html({name: value for name, value in values.items() if value not in ("", [])})
        columns = list(listed[0]) if listed else []
        return shown + (
            table_html(columns, listed, rows_caption(min(len(listed), ROWS_SHOWN), len(listed), len(columns)))
            if columns
            else ""
        )

    model._repr_html_ = _repr_html_
    print_without_absent(model)


def print_without_absent(model: type[Any]) -> None:
    """Have a generated model printed without the members that are absent."""

    def show(self: Any) -> str:
        there = ((name, getattr(self, name)) for name in (one.name for one in attrs.fields(model)))
        return f"{model.__name__}({', '.join(f'{name}={one!r}' for name, one in there if not isinstance(one, Unset))})"

    model.__repr__ = show  # type: ignore[assignment] # a function that becomes a method


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
