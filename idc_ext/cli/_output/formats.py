"""Writers of rows in CSV, TSV, JSON, JSON lines and Parquet. Pure: the caller opens and closes the file.

Every value is kept exactly: JSON and TSV escape control characters by their own rules, Parquet and CSV keep them as
they are, except CSV on a terminal, where they are escaped. A list or an object in a cell is JSON. A null is an empty
cell, as empty text is, unless another text for nulls is given.
"""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any

from ..._tables.optional import import_optional
from .escaping import escape_formula, escape_json, escape_lines, escape_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

#: Suffix of a file -> the format that it chooses.
FORMAT_OF_SUFFIX = {
    ".csv": "csv",
    **dict.fromkeys((".tsv", ".tab"), "tsv"),
    ".json": "json",
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    ".txt": "table",
}
_NEEDS_QUOTES = re.compile(r'[",\r\n]|^\s|\s$')
BINARY_FORMATS = frozenset({"parquet"})


def write_delimited(
    rows: Iterable[Row],
    columns: Sequence[str],
    file: IO[str],
    *,
    form: str,
    spreadsheet: bool,
    terminal: bool,
    null: str | None,
) -> None:
    """Write CSV or TSV, with a header line.

    Args:
        rows: The rows.
        columns: The names of the columns.
        file: The file.
        form: `csv` or `tsv`.
        spreadsheet: Whether text that a spreadsheet would read as a formula gets an apostrophe.
        terminal: Whether the file is a terminal.
        null: The text of a null; in CSV, the same text as a value is quoted. None for an empty cell.
    """
    if form == "csv":
        escape: Callable[[str], str] = escape_lines if terminal else str

        def write(cells: list[str]) -> object:
            return file.write(",".join(cells) + "\n" if cells != [""] else '""\n')
    else:
        # TSV has no quotes: a line is a row, a tab ends a cell.
        def write(cells: list[str]) -> object:
            return file.write("\t".join(cells) + "\n")

        def escape(text: str) -> str:
            return escape_text(text.replace("\\", "\\\\"))

    empty = _csv_quoted(null or "", always=False) if form == "csv" else null or ""

    def shown(value: Any) -> str:
        if value is None:
            return empty
        text = escape(cell_text(value))
        if spreadsheet and isinstance(value, str):
            text = escape_formula(text)
        return _csv_quoted(text, always=text == null) if form == "csv" else text

    write([shown(name) for name in columns])
    for row in rows:
        write([shown(row.get(name)) for name in columns])


def write_json_lines(rows: Iterable[Row], columns: Sequence[str], file: IO[str]) -> None:
    """Write JSON lines: one object per line."""
    for row in rows:
        file.write(json_text({name: row.get(name) for name in columns}) + "\n")


def write_json_array(rows: Iterable[Row], columns: Sequence[str], file: IO[str]) -> None:
    """Write one JSON array with one object per line."""
    before = "[\n"
    for row in rows:
        file.write(before + json_text({name: row.get(name) for name in columns}))
        before = ",\n"
    file.write("\n]\n" if before == ",\n" else "[]\n")


def write_parquet(rows: Iterable[Row], columns: Sequence[str], file: IO[bytes]) -> None:
    """Write Parquet. The type of a column is that of its values; a column of several types, or of none, is text."""
    pa, pq = import_optional("pyarrow"), import_optional("pyarrow.parquet")
    listed = list(rows)
    arrays = [_arrow_array([row.get(name) for row in listed], pa) for name in columns]
    pq.write_table(pa.table(arrays, names=list(columns)), file)


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Encode JSON with letters as they are, and invisible characters escaped."""
    return escape_json(json.dumps(value, ensure_ascii=False, indent=indent, default=str))


def cell_text(value: Any) -> str:
    """Convert a value to the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def write_text(
    rows: Iterable[Row],
    columns: Sequence[str],
    file: IO[str],
    *,
    form: str,
    spreadsheet: bool,
    terminal: bool,
    null: str | None,
) -> None:
    """Write rows in one of the text formats."""
    match form:
        case "json":
            write_json_array(rows, columns, file)
        case "jsonl":
            write_json_lines(rows, columns, file)
        case _:
            write_delimited(rows, columns, file, form=form, spreadsheet=spreadsheet, terminal=terminal, null=null)


def _csv_quoted(text: str, *, always: bool) -> str:
    # The writer of the standard library does not quote a single carriage return, which its reader takes for a line end.
    return '"{}"'.format(text.replace('"', '""')) if always or _NEEDS_QUOTES.search(text) else text


def _arrow_array(values: list[Any], pa: Any) -> Any:
    if not any(value is not None for value in values):
        return pa.nulls(len(values), pa.string())
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([None if value is None else cell_text(value) for value in values], pa.string())
