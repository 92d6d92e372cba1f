"""Expected answers of v3, by independent SQL over the tables of the index, and random requests.

Law: the SQL is written for the tests. If the service has another data release than is installed here, the same SQL is
sent to the service itself, so that at least its parts agree with each other.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.document.openapi import target
from idc_contract.document.shape import DATES, RANGES, TERMS, request_body
from idc_contract.oracle.normal import applied
from idc_contract.relations.relation import Relations, holds

if TYPE_CHECKING:
    from idc_contract.document.shape import Filters
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

relation = Relations("v3")

COLUMNS: list[str] = target("#/components/schemas/V3IndexColumn")["enum"]
ROW: list[str] = target("#/components/schemas/V3ManifestRow")["required"]
ORDER = "collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID"
#: No series is there twice, which `totals are those of the tables` looks at; to count them as distinct takes longest.
COUNTS = """
count(DISTINCT PatientID) AS patients, count(DISTINCT StudyInstanceUID) AS studies, count(*) AS series,
CAST(coalesce(sum(instanceCount), 0) AS BIGINT) AS instances,
coalesce(sum(series_size_MB), 0) / 1000000 AS size_TB
"""
NOWHERE = (
    "",
    " ",
    "no such value",
    "%",
    "_",
    "*",
    "NULL",
    "None",
    "' OR 1=1 --",
    '"',
    "\\",
    "\u0000",
    "é\u202e𝔘",
    "x" * 5000,
)


def truth(service: Service, sql: str) -> list[dict[str, Any]]:
    """The rows of a statement, of the installed index or else by the service's own SQL."""
    if service.index is not None:
        return service.index.records(sql)
    found = service.call("runSql", {"sql": sql, "max_rows": 10_000})
    holds(not found["truncated"], "SQL as an oracle", f"more than {found['max_rows']} rows of {sql[:200]}")
    return list(found["rows"])


def literal(value: Any) -> str:
    """A value in SQL."""
    if value is None or isinstance(value, bool | int | float):
        return str(value).upper()
    parts = str(value).split("\u0000")  # which SQL text cannot hold
    return "(" + " || chr(0) || ".join("'" + part.replace("'", "''") + "'" for part in parts) + ")"


def where(filters: Filters) -> str:
    """The SQL condition of filters."""
    tests, left = ["true"], applied(filters)
    for name, values in left.terms.items():
        tests.append(f'"{name}" IN ({", ".join(map(literal, values))})')
    for name, bounds in left.ranges.items():
        for side, sign in (("gte", ">="), ("lte", "<=")):
            bound = bounds[side]
            if isinstance(bound, float) and bound.is_integer() and abs(bound) < 2**53:
                bound = int(bound)  # the same, and the engine need not make doubles of a column
            if bound is not None:
                tests.append(f'"{name}" {sign} {literal(bound)}')
    return " AND ".join(tests)


def counted(service: Service, filters: Filters) -> dict[str, Any]:
    """The counts of a selection, by the service."""
    return dict(service.call("countCohort", request_body("countCohort", filters)))


def paged(service: Service, filters: Filters, **own: Any) -> dict[str, Any]:
    """A page of a selection, by the service."""
    return dict(service.call("getManifest", request_body("getManifest", filters, **own)))


def listed(service: Service, filters: Filters, **own: Any) -> str:
    """A selection's addresses, by the service."""
    return str(service.call("getManifestText", request_body("getManifestText", filters, **own)))


def counts(service: Service, filters: Filters) -> dict[str, Any]:
    """The expected counts of a selection."""
    return truth(service, f"SELECT {COUNTS} FROM index WHERE {where(filters)}")[0]


def same_counts(found: dict[str, Any], expected: dict[str, Any], what: str) -> None:
    """Raise Broken unless the counts are equal, and sizes as near as rounding to three decimals allows."""
    for name, value in expected.items():
        if name == "size_TB":
            near = abs(found[name] - value) <= 0.000501 and round(found[name], 3) == found[name]
            holds(near, what, f"{what}: size_TB is {found[name]} and not {value:.6f}, rounded to three decimals")
        else:
            holds(found[name] == value, what, f"{what}: {name} is {found[name]} and not {value}")


def licenses(service: Service, condition: str) -> list[dict[str, Any]]:
    """The licences under a condition."""
    size = "sum(series_size_MB) / 1000000 AS size_TB"
    sql = f"SELECT license_short_name, count(*) AS series, {size} FROM index WHERE {condition} GROUP BY 1"
    return truth(service, sql)


def same_licenses(found: list[dict[str, Any]], expected: list[dict[str, Any]], what: str) -> None:
    """Raise Broken unless the licences are those, the one of most series first, in any order among equals."""
    by_name = {item["license_short_name"]: item for item in expected}
    names = [item["license_short_name"] for item in found]
    fits = len(names) == len(by_name) and set(names) == by_name.keys()
    holds(fits, what, f"{what}: the licences are {names} and not {sorted(by_name, key=str)}")
    for item in found:
        same_counts(item, by_name[item["license_short_name"]], what)
    series = [item["series"] for item in found]
    holds(series == sorted(series, reverse=True), what, f"{what}: series do not descend: {series}")


def a_row(service: Service, draw: Draw, condition: str = "true") -> dict[str, Any]:
    """A random series."""
    if service.index is not None:
        numbers = service.index.numbers(condition)
        return service.index.series(numbers[draw(st.integers(0, len(numbers) - 1))])
    at = draw(st.integers(0, 200))
    sql = f"SELECT * FROM index WHERE {condition} ORDER BY SeriesInstanceUID LIMIT 1 OFFSET {at}"
    return truth(service, sql)[0]


def some_values(service: Service, draw: Draw, name: str, most: int) -> list[Any]:
    """Up to so many of the commoner values of a column."""
    column = literal(name)[1:-1].replace("'", '"')
    sql = f"SELECT {column} AS v FROM index WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 40"
    known = [row["v"] for row in _kept(service, sql)]
    return draw(st.lists(st.sampled_from(known), max_size=most, unique=True)) if known else []


def _kept(service: Service, sql: str) -> list[dict[str, Any]]:
    kept = service.__dict__.setdefault("_kept", {})
    if sql not in kept:
        kept[sql] = truth(service, sql)
    return list(kept[sql])


def some_filters(service: Service, draw: Draw, *, most: int = 3, narrow: bool = False) -> Filters:
    """Random filters that mostly select something: values of one series, with more values, sometimes with mistakes."""
    condition = (
        "collection_id IN (SELECT collection_id FROM index GROUP BY 1 HAVING count(*) < 300)" if narrow else "true"
    )
    row = a_row(service, draw, condition)
    terms: dict[str, list[str]] = {"collection_id": [row["collection_id"]]} if narrow else {}
    ranges: dict[str, dict[str, Any]] = {}
    for name in draw(
        st.lists(st.sampled_from([*TERMS, *RANGES]), min_size=0 if narrow else 1, max_size=most, unique=True)
    ):
        if row[name] is None or name in terms:
            continue
        if name in RANGES:
            ranges[name] = _bounds(draw, name, row[name])
        else:
            others = (
                []
                if name in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")
                else some_values(service, draw, name, 3)
            )
            spoilt = [
                v for v in (row[name].swapcase(), row[name][:-1], f"{row[name]} ") if draw(st.integers(0, 5)) == 0
            ]
            terms[name] = draw(st.permutations([row[name], *others, *spoilt]))
    if not terms and not ranges:  # the series has no value of what was drawn
        terms = {"collection_id": [row["collection_id"]]}
    return {key: value for key, value in (("terms", terms), ("ranges", ranges)) if value}


def _bounds(draw: Draw, name: str, value: Any) -> dict[str, Any]:
    step = 0.5 if name == "series_size_MB" else 1
    kind = draw(st.sampled_from(["gte", "lte", "both", "equal"]))
    if name in DATES:
        low, high = value, draw(st.sampled_from([value, f"{int(value[:4]) + 1}-06-15", "2030-01-01"]))
    else:
        low = value if draw(st.booleans()) else value - step
        high = value + draw(st.sampled_from([0, step, 100]))
    return {"gte": {"gte": low}, "lte": {"lte": high}, "both": {"gte": low, "lte": high},
            "equal": {"gte": value, "lte": value}}[kind]  # fmt: skip


def pages(total: int, size: int) -> int:
    """How many pages of a size hold a total."""
    return math.ceil(total / size)
