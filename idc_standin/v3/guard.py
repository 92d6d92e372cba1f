"""SQL from strangers: one SELECT, read-only, in a locked database of its own, for so long and no longer.

Law: this database holds the published tables and nothing else, and the engine itself is told to touch nothing outside
it. Reading the text only decides what is refused with a clear sentence; safety does not rest on it.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 30.0
DEFAULT_ROWS = 5_000
MOST_ROWS = 10_000
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "2GB",
    "max_temp_directory_size": "4GB",
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "lock_configuration": True,
}
# What the engine's lexer takes as one piece, so that what looks like a comment or a semicolon inside is neither.
PIECES = re.compile(
    r"""
      (?P<quoted> [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*"
                | \$(?P<tag>[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$ .*? \$(?(tag)(?P=tag))\$ )
    | (?P<comment> --[^\n]* )
    | (?P<block> /\* )
    | (?P<semicolon> ; )
    """,
    re.VERBOSE | re.DOTALL,
)


class Refused(ValueError):
    """The statement is not run, or the engine refuses it; the text says why."""


class TooSlow(Exception):
    """The statement ran into the time limit and was stopped."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a statement returned."""

    columns: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]
    truncated: bool


class Guard:
    """The published tables, open to strangers; safe for many threads."""

    def __init__(self, path: Path, seconds: float = SECONDS) -> None:
        self._connection = duckdb.connect(str(path), read_only=True, config=SETTINGS)
        self._lock = threading.Lock()
        self.seconds = seconds

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def run(self, text: str, rows: int) -> Table:
        """Up to ``rows`` rows of a statement; raises Refused or TooSlow."""
        statement = select(text)
        with self._lock:
            cursor = self._connection.cursor()
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            cursor.interrupt()

        timer = threading.Timer(self.seconds, stop)
        timer.start()
        try:
            cursor.execute(f"SELECT * FROM (\n{statement}\n) AS answer LIMIT {rows + 1}")  # noqa: S608  the point of the module
            columns = [column[0] for column in cursor.description]
            types = [str(column[1]) for column in cursor.description]
            found = cursor.fetchmany(rows + 1)
        except duckdb.InterruptException:
            raise TooSlow from None
        except duckdb.Error as error:
            if stopped.is_set():
                raise TooSlow from None
            if "pytz" in str(error):  # the engine's own text is a traceback
                raise Refused("TIMESTAMP WITH TIME ZONE cannot be returned here; cast it to TIMESTAMP.") from None
            raise Refused(str(error)) from None
        except (ImportError, ValueError, OverflowError) as error:  # values that have no Python form
            raise Refused(f"The result cannot be represented: {error}") from None
        finally:
            timer.cancel()
            cursor.close()
        return Table(columns, types, found[:rows], truncated=len(found) > rows)


def select(text: str) -> str:
    """The one SELECT that a text is, without its comments and last semicolon; raises Refused."""
    if "\0" in text or re.search("[\ud800-\udfff]", text):
        raise Refused("The statement holds a null character or half of a surrogate pair.")
    bare, ends = _bare(text)
    statement = bare.strip()
    if not statement:
        raise Refused("The statement is empty.")
    if not re.match(r"(?:select|with)\b", statement, re.IGNORECASE):
        raise Refused("Only a single SELECT is run, or WITH ... SELECT; this statement begins otherwise.")
    last = len(bare.rstrip()) - 1
    if any(position != last for position in ends):
        raise Refused("Only one statement is run at a time; there is more after a semicolon.")
    return statement.removesuffix(";") if ends else statement


def _bare(text: str) -> tuple[str, list[int]]:
    """The text with a blank for each comment, and where in it the statements end."""
    parts: list[str] = []
    ends: list[int] = []
    length = position = 0
    while found := PIECES.search(text, position):
        before, position = text[position : found.start()], found.end()
        if found["block"]:
            piece, position = " ", _end_of_block(text, found.end())
        elif found["comment"] is not None:
            piece = " "
        else:
            piece = found[0]
        if found["semicolon"]:
            ends.append(length + len(before))
        parts += [before, piece]
        length += len(before) + len(piece)
    return "".join([*parts, text[position:]]), ends


def _end_of_block(text: str, position: int) -> int:
    depth = 1
    for mark in re.compile(r"/\*|\*/").finditer(text, position):
        depth += 1 if mark[0] == "/*" else -1
        if not depth:
            return mark.end()
    raise Refused("A comment is not closed.")
