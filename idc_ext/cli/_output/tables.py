"""Tables for people, written with rich; markup in text from a server is not interpreted."""

from __future__ import annotations

import sys
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .escaping import escape_text
from .formats import cell_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .results import Listing

#: The width of a record in a file, where long text is folded.
_FILE_WIDTH = 240
#: Cells up to this width are never cut, unless the terminal is narrower than that; and the gap between two columns.
_MIN_CUT_WIDTH, _NARROW, _COLUMN_GAP = 28, 80, 3
#: The maximum length of a cell on a terminal of any width.
_MAX_CELL_LENGTH = 400


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise  # the BrokenPipeError that is being handled; `run` turns it into an exit code


def make_console(file: IO[str], width: int | None) -> Console:
    """Make a rich console on a file, with terminal colours only there; None is the width of the terminal."""
    return _Console(file=file, markup=False, emoji=False, highlight=False, soft_wrap=False, width=width)


def write_rows_table(result: Listing, columns: Sequence[str], file: IO[str], *, most: int, needed: int) -> None:
    """Write a table, and messages about rows and columns that are not shown.

    Args:
        result: The rows.
        columns: The columns, in order.
        file: The terminal or file.
        most: The maximum number of rows; 0 for all.
        needed: How many of the columns may be cut to fit; the others are shown in full width, or not at all.
    """
    if not columns:
        return
    rows = iter(result.rows)
    shown = list(islice(rows, most or None))
    cells = {name: [terminal_cell(row.get(name)) for row in shown] for name in columns}
    wanted = [max([len(escape_text(name)), *(text.cell_len for text in cells[name])]) for name in columns]
    # In a file, all columns are written in full width.
    room = None if file.isatty() else sum(wanted) + _COLUMN_GAP * len(wanted) + 1
    page = make_console(file, room)
    widths = _column_widths(wanted, page.width, needed)
    fitting = [columns[place] for place in widths]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name, width in zip(fitting, widths.values(), strict=True):
        numeric = bool(shown) and all(isinstance(row.get(name), int | float | None) for row in shown)
        side: Literal["left", "right"] = "right" if numeric else "left"
        heading = Text(escape_text(name))
        table.add_column(heading, justify=side, overflow="ellipsis", no_wrap=True, width=width)
    for row in zip(*(cells[name] for name in fitting), strict=True):
        table.add_row(*row)
    page.print(table)
    file.flush()
    if most and len(shown) == most and next(rows, None) is not None:
        total = "more" if result.total is None else f"{result.total:,}"
        print(f"{most} of {total} rows shown: use --rows 0 to show all, -o FILE to write all", file=sys.stderr)
    if len(fitting) < len(columns):
        left = [name for name in columns if name not in fitting]
        print(
            f"columns not shown: {escape_text(', '.join(left))}; to see them: --columns "
            f"{escape_text(','.join([*columns[:1], *left]))}, -f json, or a wider terminal",
            file=sys.stderr,
        )


def write_record_table(values: Mapping[str, Any], file: IO[str]) -> None:
    """Write a record as a table with one line per member."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            parts = ["  ".join(cell_text(part) for part in one.values()) for one in value]
        elif isinstance(value, list):
            parts = [", ".join(cell_text(one) for one in value)]
        else:
            parts = [number_text(value)]
        for at, part in enumerate(parts or [""]):
            table.add_row(Text("" if at else escape_text(name)), Text(join_lines(part)))
    make_console(file, None if file.isatty() else _FILE_WIDTH).print(table)


def terminal_cell(value: Any) -> Text:
    """Make the cell of a value, on one line and cut to the maximum length."""
    text = join_lines(", ".join(map(cell_text, value)) if isinstance(value, list) else number_text(value))
    return Text(text if len(text) <= _MAX_CELL_LENGTH else f"{text[: _MAX_CELL_LENGTH - 1]}…")


def join_lines(text: str) -> str:
    """Join the lines of a text, and escape other invisible characters."""
    return escape_text(" ".join(line.strip(" ") for line in text.splitlines()) if "\n" in text else text)


def number_text(value: Any) -> str:
    """Format an integer with thousands separators; other values as in other formats."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else cell_text(value)


def _column_widths(wanted: Sequence[int], room: int, needed: int) -> dict[int, int]:
    """Distribute the width of the terminal among the columns that fit: place -> width.

    Of the needed columns, the first ones are taken, which may be cut; of the others, all that fit in full width into
    the room that is left. The first column is always shown.
    """
    widths: dict[int, int] = {}
    for place, want in enumerate(wanted[:needed]):
        # The first column names the row. On a narrow terminal, others are cut further, so that the row says more.
        cut = _MIN_CUT_WIDTH if room >= _NARROW else room // 4
        least = min(want, cut if place else max(_MIN_CUT_WIDTH, room * 3 // 5))
        if widths and sum(widths.values()) + least + _COLUMN_GAP * (len(widths) + 1) > room:
            break
        widths[place] = least
    left = room - sum(widths.values()) - _COLUMN_GAP * len(widths)
    while left > 0 and (short := [place for place, width in widths.items() if width < wanted[place]]):
        for place in short[:left]:
            more = min(wanted[place] - widths[place], max(left // len(short), 1), left)
            widths[place] += more
            left -= more
    for place, want in enumerate(wanted[needed:], needed):
        if want + _COLUMN_GAP <= left:
            widths[place] = want
            left -= want + _COLUMN_GAP
    return widths
