"""The expected data: the installed public index in DuckDB, queried with SQL written for these tests.

Law: nothing here comes from idc_standin; the files are those of the package idc-index-data.
"""

from __future__ import annotations

import atexit
import json
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

FILES = Path(str(files("idc_index_data")))
TABLES = ("collections_index", "analysis_results_index", "version_metadata_index", "prior_versions_index")
LOAD = """
CREATE TABLE index AS SELECT * FROM read_parquet('{files}/idc_index.parquet');
CREATE TABLE prior_versions_index AS SELECT * FROM read_parquet('{files}/prior_versions_index.parquet');
CREATE TABLE collections_index AS SELECT * FROM read_parquet('{files}/collections_index.parquet');
CREATE TABLE analysis_results_index AS SELECT * FROM read_parquet('{files}/analysis_results_index.parquet');
CREATE TABLE version_metadata_index AS SELECT * FROM read_parquet('{files}/version_metadata_index.parquet');
"""


class Index:
    """The tables of a release, and their published descriptions."""

    def __init__(self) -> None:
        self.version = version("idc-index-data")
        self.release = int(self.version.partition(".")[0])
        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute("SET enable_progress_bar = false")
        self.connection.execute(LOAD.format(files=str(FILES).replace("'", "''")))

    def close(self) -> None:
        """Give the tables back; nothing can be asked any more."""
        self.connection.close()
        del self.connection

    def rows(self, sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(sql, parameters).fetchall()

    @lru_cache(maxsize=4096)  # noqa: B019  one instance in a process, and it stays
    def records(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """The rows of a query, as objects by column; remembered, so not to be changed."""
        found = self.connection.execute(sql, parameters)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    @cache  # noqa: B019  one instance in a process, and it stays
    def numbers(self, condition: str) -> tuple[int, ...]:
        """The numbers of the series under a condition, ascending."""
        return tuple(row[0] for row in self.rows(f"SELECT rowid FROM index WHERE {condition} ORDER BY 1"))

    def series(self, number: int) -> dict[str, Any]:
        """The series with a number."""
        return dict(self.records(f"SELECT * FROM index WHERE rowid = {number}")[0])

    def value(self, sql: str, parameters: Any = ()) -> Any:
        """The one value of a query of one row and one column."""
        return self.rows(sql, parameters)[0][0]

    def values(self, column: str) -> list[Any]:
        """The values of a column of the main table that are not null, ascending."""
        return list(self._values(column))

    @cache  # noqa: B019  one instance in a process, and it stays
    def _values(self, column: str) -> tuple[Any, ...]:
        return tuple(
            row[0]
            for row in self.rows(f'SELECT DISTINCT "{column}" FROM index WHERE "{column}" IS NOT NULL ORDER BY 1')
        )

    @cache  # noqa: B019  one instance in a process, and it stays
    def described(self, table: str) -> dict[str, Any]:
        """The published description of a table: table_description, columns (name, type, mode, description)."""
        name = "idc_index" if table == "index" else table
        return dict(json.loads((FILES / f"{name}_schema.json").read_text(encoding="utf-8")))


@cache
def installed() -> Index:
    """The index, loaded once in a process, and given back at its end: else DuckDB's binding reports it as a leak."""
    index = Index()
    atexit.register(index.close)
    return index
