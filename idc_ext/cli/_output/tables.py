"""Tables for people, by rich, which is told to read no markup in what came from a server."""

from __future__ import annotations

import sys
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .escaping import visible
from .formats import cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .results import Listing

#: In a file, what is said of one thing is folded here.
_WIDE = 240
#: What is not longer is not cut; and what stands between two columns.
_LEAST, _BETWEEN = 28, 3
#: A cell on a terminal is never longer, however wide the terminal is.
_LONGEST = 400


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise  # what is being handled: it is `run` that says how that ends


def console(file: IO[str], width: int | None) -> Console:
    """Make a console on a file, which colours terminals only; None is as wide as the terminal."""
    return _Console(file=file, markup=False, emoji=False, highlight=False, soft_wrap=False, width=width)


def rows(result: Listing, columns: Sequence[str], file: IO[str], *, most: int) -> None:
    """Show rows, at most so many if it is not 0, and then say how many there are, and which columns found no room."""
    if not columns:
        return
    rows = iter(result.rows)
    shown = list(islice(rows, most or None))
    cells = {name: [shown_cell(row.get(name)) for row in shown] for name in columns}
    wanted = [max([len(visible(name)), *(text.cell_len for text in cells[name])]) for name in columns]
    # A file is as wide as it has to be.
    room = None if file.isatty() else sum(wanted) + _BETWEEN * len(wanted) + 1
    page = console(file, room)
    widths = _widths(wanted, page.width)
    fitting = list(columns[: len(widths)])
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name, width in zip(fitting, widths, strict=True):
        numeric = bool(shown) and all(isinstance(row.get(name), int | float | None) for row in shown)
        side: Literal["left", "right"] = "right" if numeric else "left"
        heading = Text(visible(name))
        table.add_column(heading, justify=side, overflow="ellipsis", no_wrap=True, width=width)
    for row in zip(*(cells[name] for name in fitting), strict=True):
        table.add_row(*row)
    page.print(table)
    file.flush()
    if most and len(shown) == most and next(rows, None) is not None:
        total = "more" if result.total is None else f"{result.total:,}"
        print(f"{most} of {total} rows shown: --rows 0 shows all, -o FILE writes all", file=sys.stderr)
    if len(fitting) < len(columns):
        left = ", ".join(columns[len(fitting) :])
        print(f"no room for {visible(left)}: choose with --columns, or -f json shows all", file=sys.stderr)


def record(values: Mapping[str, Any], file: IO[str]) -> None:
    """Show one thing, a member a line."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            parts = ["  ".join(cell(part) for part in one.values()) for one in value]
        elif isinstance(value, list):
            parts = [", ".join(cell(one) for one in value)]
        else:
            parts = [number(value)]
        for at, part in enumerate(parts or [""]):
            table.add_row(Text("" if at else visible(name)), Text(one_line(part)))
    console(file, None if file.isatty() else _WIDE).print(table)


def shown_cell(value: Any) -> Text:
    """Make a cell that shows a value."""
    text = one_line(", ".join(map(cell, value)) if isinstance(value, list) else number(value))
    return Text(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def one_line(text: str) -> str:
    """Put the lines of a text side by side; everything else that cannot be seen is written out."""
    return visible(" ".join(line.strip(" ") for line in text.splitlines()) if "\n" in text else text)


def number(value: Any) -> str:
    """Write a number for people; anything else as it is."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else cell(value)


def _widths(wanted: Sequence[int], room: int) -> list[int]:
    """Share the room among as many columns as find one; the first one always does."""
    widths: list[int] = []
    for want in wanted:
        least = min(want, _LEAST)
        if widths and sum(widths) + least + _BETWEEN * (len(widths) + 1) > room:
            break
        widths.append(least)
    left = room - sum(widths) - _BETWEEN * len(widths)
    while left > 0 and (short := [at for at, width in enumerate(widths) if width < wanted[at]]):
        for at in short[:left]:
            more = min(wanted[at] - widths[at], max(left // len(short), 1), left)
            widths[at] += more
            left -= more
    return widths
