"""Destination and format of results: chosen by options, by the name of the file, and by whether stdout is a terminal.

A file is complete or does not appear. Binary formats never go to a terminal, and text for a terminal has no control
sequences. If only a part of the rows is shown, a message says so.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Literal, cast, get_args

from cyclopts import Parameter

from ..._atomic import atomic_replacement
from ..._suggest import did_you_mean
from ..._tables.optional import import_optional
from .._options import DASH, OUTPUT, Count, Flag, InputError
from . import formats, results
from .escaping import escape_lines, escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow

    from .results import Listing, Record, Text

Format = Literal["table", "csv", "tsv", "json", "jsonl", "parquet"]

#: The default of --rows: the maximum number of rows on a terminal.
TERMINAL_ROWS = 200


@Parameter(name="*", group=OUTPUT)
@dataclass(frozen=True)
class Output:
    """Options for the output of a result.

    Attributes:
        format: The format. By default that of the suffix of the file, else a table on a terminal, else CSV (JSON for
            a single record).
        output: The file to write; it appears when it is complete, and replaces an existing file. `-` is standard
            output.
        columns: The columns to write, in this order, separated by commas.
        rows: The maximum number of rows shown on a terminal, 0 for all. Files and pipes always get all rows.
        spreadsheet: In CSV and TSV, write an apostrophe before text that spreadsheets would read as a formula.
        null: In CSV and TSV, the text for a missing value, such as `NA`; in CSV, the same text as a value is quoted.
            By default both a missing value and empty text are empty cells.
    """

    format: Annotated[Format | None, Parameter(name=["--format", "-f"])] = None
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None
    columns: Annotated[list[str] | None, Parameter(negative=(), show_default=False)] = None
    rows: Count = TERMINAL_ROWS
    spreadsheet: Flag = False
    null: str | None = None

    @property
    def formats(self) -> tuple[str, ...]:
        """The names of the formats."""
        return get_args(Format)

    @property
    def suffixes(self) -> Mapping[str, str]:
        """Suffix of a file -> the format that it chooses."""
        return formats.FORMAT_OF_SUFFIX

    @property
    def path(self) -> Path | None:
        """The file; None for standard output."""
        return None if self.output is None or str(self.output) == DASH else self.output

    def check_target(self) -> None:
        """Refuse a target that is not a regular file, or whose folder cannot be written, before anything is sent."""
        if self.path is None:
            return
        name = escape_text(str(self.path))
        if self.path.exists() and not self.path.is_file():
            raise InputError(f"{name} is not a regular file: give the name of a file, or `-` for standard output")
        folder = os.path.dirname(os.path.realpath(self.path))  # of a link, that of its target
        if not os.path.isdir(folder):
            raise InputError(f"{name} cannot be written: the folder {escape_text(folder)} does not exist")
        if not os.access(folder, os.W_OK):
            raise InputError(f"{name} cannot be written: no permission to write in the folder {escape_text(folder)}")

    def requested_format(self) -> str | None:
        """Give the format of --format or of the suffix of the file; None if there is neither.

        Raises:
            InputError: an unknown suffix.
        """
        if self.format is not None or self.path is None or not self.path.suffix:
            return self.format
        form = self.suffixes.get(self.path.suffix.lower())
        if form is None:
            raise InputError(
                f"cannot tell a format from {escape_text(self.path.suffix)}; choose one with --format: "
                f"{', '.join(self.formats)}"
            )
        return form

    def chosen_format(self, *, default: Format = "csv") -> Format:
        """Choose the format: the requested one, else a table on a terminal, else the default.

        Raises:
            InputError: an unknown suffix, or a binary format for a terminal.
        """
        on_terminal = self.path is None and stdout_is_terminal()
        form = self.requested_format() or ("table" if on_terminal else default)
        if form in formats.BINARY_FORMATS and on_terminal:
            raise InputError(
                f"{form} is a binary format: write it to a file with -o FILE, or choose another with --format"
            )
        return cast("Format", form)

    def check_columns(self, known: Iterable[str]) -> None:
        """Refuse unknown --columns before the command changes anything; raises InputError."""
        if self.columns is not None:
            checked_column_names(self.columns, [*known])


def stdout_is_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout.isatty()


def write_result(result: Listing | Record | Text, to: Output | None = None) -> None:
    """Write a result to standard output or a file."""
    to = Output() if to is None else to
    if isinstance(result, results.Listing):
        _write_listing(result, to)
    elif isinstance(result, results.Record):
        _write_record(result, to)
    else:
        with open_text_output(to.path) as file:
            for line in result:
                file.write(escape_lines(line) + "\n")


@contextmanager
def open_text_output(path: Path | None) -> Iterator[IO[str]]:
    """Open standard output or a new file for text."""
    if path is None:
        yield standard_output()
        sys.stdout.flush()
        return
    with open_new_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="\n")
        yield text
        text.detach()  # `open_new_file` closes the file


@contextmanager
def open_new_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that appears, or replaces the old one, when it is complete."""
    with naming_write_errors(path), atomic_replacement(path) as file:
        yield file


@contextmanager
def naming_write_errors(path: Path) -> Iterator[None]:
    """Turn an OSError within the block into an InputError that names the file."""
    try:
        yield
    except OSError as error:
        if error.strerror is None or isinstance(error, BrokenPipeError | FileExistsError):
            raise
        raise InputError(f"{escape_text(str(path))} cannot be written: {error.strerror}") from None


def write_arrow_table(table: pyarrow.Table, to: Output) -> None:
    """Write an Arrow table as Parquet, with its types."""
    parquet = import_optional("pyarrow.parquet")
    chosen = table if to.columns is None else table.select(checked_column_names(to.columns, table.column_names))
    if to.path is None:
        parquet.write_table(chosen, sys.stdout.buffer, compression="zstd")
        sys.stdout.flush()
    else:
        with open_new_file(to.path) as file:
            parquet.write_table(chosen, file, compression="zstd")


def standard_output() -> IO[str]:
    """Prepare standard output for UTF-8 text without conversion of line ends."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return sys.stdout


def _write_listing(result: Listing, to: Output) -> None:
    form = to.chosen_format()
    columns = _columns_of_result(result, to.columns)
    if form == "table":
        from . import tables

        on_terminal = to.path is None and stdout_is_terminal()  # elsewhere all rows and columns are written
        # On a terminal, the brief columns come first, and the others where there is room for their full width.
        brief = [*result.brief] if on_terminal and not to.columns else []
        shown = [*brief, *(name for name in columns if name not in brief)]
        with open_text_output(to.path) as file:
            tables.write_rows_table(
                result, shown, file, most=to.rows if on_terminal else 0, needed=len(brief) or len(shown)
            )
    elif form == "parquet":
        if to.path is None:
            formats.write_parquet(result.rows, columns, sys.stdout.buffer)
            sys.stdout.flush()
        else:
            with open_new_file(to.path) as raw:
                formats.write_parquet(result.rows, columns, raw)
    else:
        with open_text_output(to.path) as file:
            terminal = to.path is None and stdout_is_terminal()
            formats.write_text(
                result.rows,
                columns,
                file,
                form=form,
                spreadsheet=to.spreadsheet,
                terminal=terminal,
                null=None if to.null is None else escape_text(to.null),
            )


def _write_record(result: Record, to: Output) -> None:
    form = to.chosen_format(default="json")
    values = (
        result.values
        if to.columns is None
        else {name: result.values[name] for name in _columns_of_result(result, to.columns)}
    )
    if form == "table":
        from . import tables

        with open_text_output(to.path) as file:
            tables.write_record_table(values, file)
    elif form == "json":
        with open_text_output(to.path) as file:
            file.write(formats.json_text(dict(values), indent=2) + "\n")
    else:
        _write_listing(results.listing_of_rows([values]), replace(to, format=form, columns=None))


def checked_column_names(wanted: list[str], known: list[str]) -> list[str]:
    """Split and check the names of columns.

    Raises:
        InputError: there is no column of that name.
    """
    names = [name.strip() for part in wanted for name in part.split(",")]
    for name in names:
        if name not in known:
            meant = did_you_mean(name, known) or ";"
            raise InputError(f"{name!r:.80} is not a column here{meant} choose from {escape_text(', '.join(known))}")
    return list(dict.fromkeys(names))


def _columns_of_result(result: Listing | Record, wanted: list[str] | None) -> list[str]:
    known = list(result.values if isinstance(result, results.Record) else result.columns)
    return known if wanted is None else checked_column_names(wanted, known)
