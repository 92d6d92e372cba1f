"""The filters of v3: as sent, as applied, and as an SQL condition.

Law: pure; runs no query. The condition is over the columns of the index, and every value is a bound parameter.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TERMS = {  # attribute -> whether it is categorical (few values, so that listing them helps)
    "collection_id": True, "analysis_result_id": True, "PatientID": False, "StudyInstanceUID": False,
    "SeriesInstanceUID": False, "Modality": True, "BodyPartExamined": True, "Manufacturer": True,
    "ManufacturerModelName": True, "PatientSex": True, "sop_class_name": True, "license_short_name": True,
    "source_DOI": True,
}  # fmt: skip
NUMBERS = ("instanceCount", "series_size_MB", "series_init_idc_version", "series_revised_idc_version")
DATES = ("StudyDate", "SeriesDate")
RANGES = (*NUMBERS, *DATES)
DAY = re.compile(r"(\d{4})(-?)(\d{2})(-?)(\d{2})")

Bound = float | str | None


class BadFilter(ValueError):
    """A filter names an unknown attribute, or has a value that its attribute cannot be compared with."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Requested values and bounds (gte, lte) by attribute, in the order sent."""

    terms: Mapping[str, Sequence[str]]
    ranges: Mapping[str, tuple[Bound, Bound]]


@dataclass(frozen=True, slots=True)
class Applied:
    """The predicates that are applied: each list and range has values, numbers are doubles, dates have dashes."""

    terms: Mapping[str, Sequence[str]]
    ranges: Mapping[str, tuple[Bound, Bound]]
    left_out: tuple[str, ...] = ()
    """One sentence for each list without values, then one for each range without a bound."""

    def __bool__(self) -> bool:
        return bool(self.terms or self.ranges)

    @property
    def echo(self) -> dict[str, Any]:
        """`filters_applied` of an answer."""
        ranges = {name: dict(zip(("gte", "lte"), bounds, strict=True)) for name, bounds in self.ranges.items()}
        return {"terms": dict(self.terms), "ranges": ranges}

    def key(self) -> str:
        """A cache key: equal for predicates that differ only in the order and repetition of values."""
        terms = {name: sorted(set(values)) for name, values in self.terms.items()}
        return repr((sorted(terms.items()), sorted(self.ranges.items(), key=lambda item: item[0])))


EVERYTHING = Applied({}, {})


def apply(filters: Filters) -> Applied:
    """The predicates of filters, in the order sent; raises BadFilter for the first wrong one."""
    left_out: list[str] = []
    terms: dict[str, Sequence[str]] = {}
    ranges: dict[str, tuple[Bound, Bound]] = {}
    for name, values in filters.terms.items():
        if name not in TERMS:
            raise BadFilter(_unknown(name, "term", RANGES))
        if not values:
            left_out.append(f"The filter on {name!r} has no values and was left out.")
        elif not all(map(_is_encodable, values)):
            raise BadFilter(f"A value of {name} has half of a surrogate pair, which is not text.")
        else:
            terms[name] = values
    for name, bounds in filters.ranges.items():
        if name not in RANGES:
            raise BadFilter(_unknown(name, "range", TERMS))
        if bounds == (None, None):
            left_out.append(f"The range of {name!r} has no bound and was left out.")
        else:
            low, high = bounds
            ranges[name] = (_bound(name, low), _bound(name, high))
    return Applied(terms, ranges, tuple(left_out))


def condition(applied: Applied) -> tuple[str, dict[str, Any]]:
    """A condition for the predicates, and its parameters."""
    parts, parameters = ["true"], dict[str, Any]()
    for name, values in applied.terms.items():
        parameters[f"v{len(parameters)}"] = list(values)
        parts.append(f'"{name}" IN (SELECT unnest(${next(reversed(parameters))}::VARCHAR[]))')
    for name, bounds in applied.ranges.items():
        for operator, bound in zip((">=", "<="), bounds, strict=True):
            if bound is not None:
                parameters[f"v{len(parameters)}"] = bound
                kind = "VARCHAR" if name in DATES else "DOUBLE"
                parts.append(f'"{name}" {operator} CAST(${next(reversed(parameters))} AS {kind})')
    return " AND ".join(parts), parameters


def _bound(name: str, bound: Bound) -> Bound:
    if bound is None:
        return None
    return _number(name, bound) if name in NUMBERS else _day(name, bound)


def _number(name: str, bound: float | str) -> float:
    """A bound on a number: text is parsed as Python does, in any script; infinities and NaN are refused."""
    try:
        number = float(bound)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadFilter(f"{name} is a number and cannot be compared with {_abbreviated(bound)}.")
    return number


def _day(name: str, bound: float | str) -> str:
    """A bound on a date, with dashes."""
    found = DAY.fullmatch(bound.strip()) if isinstance(bound, str) else None
    if not isinstance(bound, str) or found is None:
        raise BadFilter(f"{name} is a date: its bounds are 'YYYY-MM-DD' or 'YYYYMMDD', not {_abbreviated(bound)}.")
    year, first, month, second, day = found.groups()
    digits = year + month + day
    try:
        # One dash alone and digits of another script are refused.
        return date.fromisoformat(digits if first == second and digits.isascii() else "").isoformat()
    except ValueError:
        raise BadFilter(
            f"{_abbreviated(bound)} is not a day of the calendar; {name} takes 'YYYY-MM-DD' or 'YYYYMMDD'."
        ) from None


def _abbreviated(bound: float | str) -> str:
    text = repr(bound)
    return text if len(text) <= 80 else f"{text[:80]}..."


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unknown(name: str, kind: str, other: Mapping[str, Any] | Sequence[str]) -> str:
    if name in other:
        return f"{name!r} is not a {kind} attribute but belongs in '{'ranges' if kind == 'term' else 'terms'}'."
    return f"Unknown {kind} attribute: {name!r}; /v3/attributes lists the known ones."
