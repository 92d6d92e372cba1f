"""The expected results of v3, computed by independent SQL over the published files.

Law: nothing here comes from idc_standin. Predicates are written into the text as literals, and bounds are read as the
contract suite reads them.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

import duckdb

from idc_contract.oracle import normal

DATES = {"StudyDate", "SeriesDate"}
COUNTS = """
SELECT count(DISTINCT PatientID) AS patients, count(DISTINCT StudyInstanceUID) AS studies, count(*) AS series,
       coalesce(sum(instanceCount), 0)::BIGINT AS instances,
       round(coalesce(sum(series_size_MB), 0) / 1e6, 3) AS "size_TB"
FROM series WHERE {0}
"""
LICENSES = """
SELECT license_short_name, count(*) AS series, round(sum(series_size_MB) / 1e6, 3) AS "size_TB"
FROM series WHERE {0} GROUP BY 1 ORDER BY 2 DESC, 1
"""


@lru_cache(maxsize=1)
def published() -> duckdb.DuckDBPyConnection:
    """The published file of series as the view `series`."""
    connection = duckdb.connect(config={"threads": 2})
    path = str(files("idc_index_data") / "idc_index.parquet").replace("'", "''")
    connection.execute(f"CREATE VIEW series AS FROM read_parquet('{path}')")
    return connection


def rows(sql: str) -> list[dict[str, Any]]:
    """What a statement finds."""
    found = published().cursor().execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def column(sql: str, values: list[Any] | None = None) -> list[Any]:
    """The first column of what a statement finds; ``values`` are bound to its `$1` and so on."""
    return [row[0] for row in published().cursor().execute(sql, values).fetchall()]


def applied(sent: dict[str, Any]) -> dict[str, Any]:
    """What is left of filters that may be sent."""
    return normal.applied(sent).echo


def condition(left: dict[str, Any]) -> str:
    """The predicates as SQL text."""
    parts = ["true"]
    for name, values in left["terms"].items():
        parts.append(f'"{name}" IN ({", ".join(map(_literal, values))})')
    for name, bounds in left["ranges"].items():
        for key, sign in (("gte", ">="), ("lte", "<=")):
            if (bound := bounds[key]) is not None:
                literal = _literal(bound) if name in DATES else f"'{bound!r}'::DOUBLE"
                parts.append(f'"{name}" {sign} {literal}')
    return " AND ".join(parts)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def counts(left: dict[str, Any]) -> dict[str, Any]:
    """What the series of predicates add up to, in the order of an answer."""
    return rows(COUNTS.format(condition(left)))[0]


def licenses(left: dict[str, Any]) -> list[dict[str, Any]]:
    """Their licences."""
    return rows(LICENSES.format(condition(left)))


def text(value: Any) -> str:
    """JSON as an answer has it, but for the exponents of numbers: members in order, `2.0` apart from `2`."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
