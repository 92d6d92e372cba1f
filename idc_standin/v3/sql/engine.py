"""The engine that runs statements of users: one database, read-only and locked, and one statement at a time.

Law: the engine's settings keep a statement inside the published tables and its own spill folder; what would show paths
of this machine is refused by name. Rows leave as JSON, and no more of them are made than fit the bounds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb
import orjson

from idc_standin.budget import MB, SqlLimits
from idc_standin.v3.json import dumps, records
from idc_standin.v3.sql.guard import Refused, too_much_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
}
LOCKS = ("python_enable_replacements = false", "enable_external_access = false", "lock_configuration = true")
#: Table functions that show nothing of this machine. All others of the engine are refused: they read files, which the
#: settings forbid with an exception for the database and the spill folder, or show settings, paths and logs.
TABLE_FUNCTIONS = frozenset({
    "duckdb_columns", "duckdb_constraints", "duckdb_functions", "duckdb_indexes", "duckdb_keywords", "duckdb_schemas",
    "duckdb_sequences", "duckdb_tables", "duckdb_types", "duckdb_views", "generate_series", "histogram",
    "histogram_values", "icu_calendar_names", "json_each", "json_tree", "pg_timezone_names", "pragma_collations",
    "pragma_show", "pragma_table_info", "pragma_version", "range", "repeat", "repeat_row", "summary", "test_all_types",
    "unnest",
})  # fmt: skip
#: Other functions that show settings, plan a statement given as text, or write to the engine's log.
SCALAR_FUNCTIONS = frozenset({"current_setting", "getenv", "json_serialize_plan", "write_log"})
# Names in the engine's description of a statement, which is JSON: inside of its texts, quotes have a backslash.
NAMES = re.compile(r'"(function|table)_name":"((?:[^"\\]|\\.)*+)"')
QUOTED_PATH = re.compile(r"""['"$][^'"$]*/""")
FIRST_BATCH, LARGEST_BATCH, BATCH_BYTES = 8, 2_048, MB // 8  # rows, rows, JSON: what stays in a processor's cache
PIECE_BYTES = MB // 2  # of JSON, at least, before it is sent while the statement goes on
LONGEST_COLUMNS = MB
LONGEST_MESSAGE = 2_000


def check(path: Path) -> None:
    """Raise duckdb.Error if the file cannot be opened."""
    duckdb.connect(str(path), read_only=True).close()


class Exhausted(Refused):
    """The statement fails, and leaves the engine in a state that later statements should not find."""


class Engine:
    """The published tables, open for statements of users."""

    def __init__(self, path: Path, spill: Path, limits: SqlLimits) -> None:
        self._limits = limits
        self._connection = duckdb.connect(
            str(path),
            read_only=True,
            config=SETTINGS
            | {
                "memory_limit": f"{limits.engine_memory}B",
                "temp_directory": str(spill),
            },
        )
        # As an option of the connection it is shown and not enforced: the folder is set up after it has been read.
        self._connection.execute(f"SET max_temp_directory_size = '{limits.spill}B'")
        for lock in LOCKS:
            self._connection.execute(f"SET {lock}")
        paths = {str(one) for one in (path, path.resolve(), spill, spill.resolve())}
        self._paths = re.compile("|".join(map(re.escape, sorted(paths, key=len, reverse=True))))
        tables = self._connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        self._tables = [row[0] for row in tables]
        self._functions = _hidden_functions(self._connection)
        self._views = _hidden_views(self._connection, self._functions)

    def close(self) -> None:
        """Close the database file."""
        self._connection.close()

    def run(self, statement: str, rows: int, write: Callable[[bytes], object]) -> tuple[dict[str, Any], bytes]:
        """Up to ``rows`` rows of a statement that ``guard.select`` gave: what they are, and the last piece of JSON.

        Earlier pieces are given to ``write``. Raises Refused, also when some have been written.
        """
        cursor = self._connection.cursor()
        try:
            self._refuse_hidden(cursor, statement)
            cursor.execute(f"SELECT * FROM (\n{statement}\n) AS answer LIMIT {rows + 1}")  # noqa: S608  the point of the module
            return self._result(cursor, rows, write)
        except Refused:
            raise
        except (duckdb.OutOfMemoryException, MemoryError):
            raise Exhausted(str(too_much_memory(self._limits))) from None
        except (duckdb.InternalException, duckdb.FatalException):  # its text has addresses and paths of libraries
            raise Exhausted("The engine fails on this statement; write it in another way.") from None
        except duckdb.IOException as error:
            if "write" in str(error):  # the only files that are written are those of the spill folder
                raise Exhausted(str(too_much_memory(self._limits))) from None
            raise Refused(self._sentence(error)) from None
        except duckdb.Error as error:
            raise Refused(self._sentence(error)) from None
        except RecursionError:
            raise Refused("The result is nested too deeply.") from None
        except (ImportError, ValueError, OverflowError) as error:  # values that have no Python form
            raise Refused(f"The result cannot be represented: {self._shown(str(error))}") from None
        finally:
            cursor.close()

    def _result(
        self, cursor: duckdb.DuckDBPyConnection, most_rows: int, write: Callable[[bytes], object]
    ) -> tuple[dict[str, Any], bytes]:
        """The rows that fit both bounds; fetching ends with the first that does not."""
        columns = [column[0] for column in cursor.description]
        types = [str(column[1]) for column in cursor.description]
        if len(dumps(columns)) > LONGEST_COLUMNS:
            raise Refused(f"The names of the columns have more than {LONGEST_COLUMNS // MB} MB.")
        room = self._limits.result_bytes
        parts: list[bytes] = []
        count, size, truncated = 0, FIRST_BATCH, False
        while not truncated and (found := self._fetch(cursor, min(size, most_rows + 1 - count), types)):
            fitting = found[: most_rows - count]
            encoded = [dumps(records(columns, types, fitting))[1:-1]] if fitting else []
            if sum(map(len, encoded)) > room:
                encoded = list(_fitting(columns, types, fitting, room))
                fitting = fitting[: len(encoded)]
            for row in encoded:
                parts += [b"," if count or parts else b"[", row]
            room -= sum(map(len, encoded)) + len(fitting)
            count += len(fitting)
            truncated = len(fitting) < len(found)
            if sum(map(len, parts)) > PIECE_BYTES:
                write(b"".join(parts))
                parts = []
            size = max(1, min(LARGEST_BATCH, BATCH_BYTES * len(found) // max(1, sum(map(len, encoded)))))
        if truncated and not count:
            raise Refused(f"The first row of the result has more than {self._limits.result_bytes // MB} MB.")
        last = b"".join([*parts, b"]" if count else b"[]"])
        return {"columns": columns, "count": count, "truncated": truncated}, last

    def _fetch(self, cursor: duckdb.DuckDBPyConnection, size: int, types: list[str]) -> list[tuple[Any, ...]]:
        try:
            return cursor.fetchmany(size)
        except duckdb.InvalidInputException as error:  # its text is a traceback
            if "Required module 'pytz'" in str(error) and any("WITH TIME ZONE" in kind for kind in types):
                raise Refused("TIMESTAMP WITH TIME ZONE cannot be returned here; cast it to TIMESTAMP.") from None
            raise

    def _refuse_hidden(self, cursor: duckdb.DuckDBPyConnection, statement: str) -> None:
        """Refuse a statement that uses a hidden function or view, or names a file as a table.

        A name stands in the text as it is, unless the text has an escape. Where one is found, the engine's own parser
        says whether it is used as a name: it may be the name of a column, or text.
        """
        lower = statement.lower()
        mentioned = {name for name in self._functions | self._views if name in lower}
        escaped = "\\" in statement or QUOTED_PATH.search(statement) is not None
        if not mentioned and not escaped:
            return
        parsed = cursor.execute("SELECT json_serialize_sql($1)", [statement]).fetchall()[0][0]
        if parsed.startswith('{"error":true'):
            # What is wrong fails when it is run. What is right, but has no such form (a PIVOT without IN), must have
            # neither a hidden name anywhere, nor what may be one.
            pivot = '"not implemented"' in parsed[:60]
            used = mentioned & set(re.findall(r"\w+", lower)) if pivot else set()
            if pivot and escaped:
                raise Refused("A PIVOT without IN cannot have a backslash, or a quoted path, beside it here.")
        else:
            names = [(kind, orjson.loads(f'"{name}"')) for kind, name in NAMES.findall(parsed)]
            used = {name for kind, name in names if self._is_hidden(kind, name.lower())}
        if used:
            raise Refused(f"{min(used)} is not available here: it may show settings or files of the server.")

    def _is_hidden(self, kind: str, name: str) -> bool:
        return name in self._functions if kind == "function" else name in self._views or "/" in name

    def _sentence(self, error: duckdb.Error) -> str:
        """What the engine says of a statement, with the names of the tables where one is unknown."""
        text = self._shown(str(error))
        if isinstance(error, duckdb.CatalogException) and "Table with name" in text:
            return f"{text.splitlines()[0]} The tables are: {', '.join(self._tables)}."
        return text

    def _shown(self, text: str) -> str:
        """A message of the engine without paths, without traces, and not longer than a reader needs."""
        text = re.split(r"\n+(?:Traceback|Stack Trace)", self._paths.sub("...", text))[0]
        return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}..."


def _fitting(columns: list[str], types: list[str], rows: list[tuple[Any, ...]], room: int) -> Iterator[bytes]:
    """The first rows as JSON objects, as many as fit."""
    for row in rows:
        encoded = dumps(records(columns, types, [row]))[1:-1]
        room -= len(encoded) + 1
        if room < 0:
            return
        yield encoded


def _hidden_functions(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The functions that show the machine, in small letters: each table function that is not known to be harmless."""
    found = connection.execute("SELECT DISTINCT lower(function_name), function_type FROM duckdb_functions()").fetchall()
    tables = {name for name, kind in found if kind in ("table", "table_macro")}
    return SCALAR_FUNCTIONS | (tables - TABLE_FUNCTIONS)


def _hidden_views(connection: duckdb.DuckDBPyConnection, functions: frozenset[str]) -> frozenset[str]:
    """The views over such functions."""
    found = connection.execute("SELECT lower(view_name), lower(sql) FROM duckdb_views()").fetchall()
    return frozenset(view for view, sql in found if not functions.isdisjoint(re.findall(r"\w+", sql)))
