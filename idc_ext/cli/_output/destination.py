"""Where results go: chosen by what is asked for, by the name of the file and by whether a person looks.

A file is there whole or not at all. Binary formats never go to a terminal, and what goes there never holds what a
terminal obeys. A part that is shown never looks like the whole.
"""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from ..._atomic import replacing
from ..._suggest import did_you_mean
from .._options import DASH, OUTPUT, Count, Flag, InputError
from . import formats, results
from .escaping import escape_lines, escape_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .results import Listing, Record, Text

Format = Literal["table", "csv", "tsv", "json", "jsonl", "parquet"]

#: The most rows that a terminal shows unless told otherwise.
TERMINAL_ROWS = 200


@Parameter(name="*", group=OUTPUT)
@dataclass(frozen=True)
class Output:
    """Where the result goes, and in which form.

    Attributes:
        format: The form; by default that of the file's ending, else a table on a terminal, else CSV (for a single
            thing, JSON).
        output: The file, which appears when it is whole; what has its name is replaced. `-` is standard output.
        columns: The columns, and their order.
        rows: The most rows that a terminal shows, 0 for all. Files and pipes always get all of them.
        spreadsheet: Keep spreadsheets from taking text for formulas, in CSV and TSV.
    """

    format: Annotated[Format | None, Parameter(name=["--format", "-f"])] = None
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None
    columns: Annotated[list[str] | None, Parameter(negative=(), show_default=False)] = None
    rows: Count = TERMINAL_ROWS
    spreadsheet: Flag = False

    @property
    def path(self) -> Path | None:
        """The file; None for standard output."""
        return None if self.output is None or str(self.output) == DASH else self.output

    def check_target(self) -> None:
        """Refuse, before anything is sent, what cannot be replaced by a file."""
        if self.path is not None and self.path.exists() and not self.path.is_file():
            name = escape_text(str(self.path))
            raise InputError(f"{name} exists and is no file: name another, or `-` for standard output")

    def chosen_format(self, *, single: bool = False) -> Format:
        """Say in which form to write.

        Raises:
            InputError: a binary form for a terminal.
        """
        form = self.format
        if form is None and self.path is not None:
            form = format_of_suffix(self.path)
            if form is None and self.path.suffix:
                raise InputError(
                    f"no form is known by the ending {escape_text(self.path.suffix)}: say which with --format"
                )
        if form is None and self.path is None and stdout_is_terminal():
            form = "table"
        if form is None:
            form = "json" if single else "csv"
        if form in formats.BINARY_FORMATS and self.path is None and stdout_is_terminal():
            raise InputError(f"{form} is no text and would garble the terminal: write it to a file with -o FILE")
        return form


def format_of_suffix(path: Path) -> Format | None:
    """Find the form by the ending of a file's name."""
    named: dict[str, Format] = {ending: form for form, endings in formats.SUFFIXES.items() for ending in endings}  # type: ignore[misc] # keys are formats
    return named.get(path.suffix.lower())


def stdout_is_terminal() -> bool:
    """Say whether a person looks at standard output."""
    return sys.stdout.isatty()


def write_result(result: Listing | Record | Text, to: Output | None = None) -> None:
    """Write a result where it belongs."""
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
    """Open what text is written to."""
    if path is None:
        yield standard_output()
        sys.stdout.flush()
        return
    with open_new_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="\n")
        yield text
        text.detach()  # it is the file's owner who closes it


@contextmanager
def open_new_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that appears when it is whole."""
    with naming_write_errors(path), replacing(path) as file:
        yield file


@contextmanager
def naming_write_errors(path: Path) -> Iterator[None]:
    """Say of a failure of the system that it was this file that could not be written."""
    try:
        yield
    except OSError as error:
        if error.strerror is None or isinstance(error, BrokenPipeError | FileExistsError):
            raise
        raise InputError(f"{escape_text(str(path))} cannot be written: {error.strerror}") from None


def standard_output() -> IO[str]:
    """Give standard output, with every letter allowed and no line ends added."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return sys.stdout


def _write_listing(result: Listing, to: Output) -> None:
    form = to.chosen_format()
    columns = _columns_of_result(result, to.columns)
    if form == "table":
        from . import tables

        looked_at = to.path is None and stdout_is_terminal()  # elsewhere nothing is left out
        shown = columns if to.columns or not looked_at else list(result.brief or result.columns)
        with open_text_output(to.path) as file:
            tables.write_rows_table(result, shown, file, most=to.rows if looked_at else 0)
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
            formats.write_text(result.rows, columns, file, form=form, spreadsheet=to.spreadsheet, terminal=terminal)


def _write_record(result: Record, to: Output) -> None:
    form = to.chosen_format(single=True)
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
        _write_listing(results.listing_of_rows([values]), Output(form, to.output, None, to.rows, to.spreadsheet))


def checked_column_names(wanted: list[str], known: list[str]) -> list[str]:
    """Read names of columns, separated by commas or not.

    Raises:
        InputError: there is none of that name.
    """
    names = [name.strip() for part in wanted for name in part.split(",")]
    for name in names:
        if name not in known:
            meant = did_you_mean(name, known) or ";"
            raise InputError(f"{name!r:.80} is no column here{meant} there are {escape_text(', '.join(known))}")
    return list(dict.fromkeys(names))


def _columns_of_result(result: Listing | Record, wanted: list[str] | None) -> list[str]:
    known = list(result.values if isinstance(result, results.Record) else result.columns)
    return known if wanted is None else checked_column_names(wanted, known)
