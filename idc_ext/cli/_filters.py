"""Filters as people write them: `Modality=CT,MR`, `StudyDate>=2015`, `series_size_MB<10`; of v1 those with `_v1`. Pure.

What they mean is `idc_ext.v3.where`'s to check; here they are only read. Everything that v3 cannot say is refused
with what to write in its place, since the service would answer for more than was asked.
"""

from __future__ import annotations

import calendar
import datetime
import json
import math
import re
from typing import TYPE_CHECKING, Any

from idc_client.models import V1AttributeName

from .._suggest import did_you_mean
from ..errors import InvalidFilter
from ..v3._filters import DATE_ATTRIBUTES, RANGE_ATTRIBUTES, TERM_ATTRIBUTES, Filters, parse_day, where
from ._output.escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


_EXPRESSION = re.compile(r"\s*([^\s=<>!~]+)\s*(>=|<=|==|=>|=<|!=|<>|=|>|<|!~|~)(.*)", re.DOTALL)
_VALUE_IN_LIST = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)', re.DOTALL)
_YEAR_OR_MONTH = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?", re.ASCII)
#: Attributes of whole numbers, where the number after 99 is 100.
_INTEGER_ATTRIBUTES = frozenset({"instanceCount", "series_init_idc_version", "series_revised_idc_version"})
#: Operators that people write and the service has no word for -> what to do.
_UNSUPPORTED_OPERATORS = {
    "!=": "the service cannot leave values out: list the ones wanted, or use `idc-ext sql`",
    "<>": "the service cannot leave values out: list the ones wanted, or use `idc-ext sql`",
    "~": "the service compares whole values only: list them, or use `idc-ext sql` with LIKE",
    "!~": "the service compares whole values only: list them, or use `idc-ext sql` with LIKE",
    "=>": "write >=",
    "=<": "write <=",
}


def read_filters(
    expressions: Iterable[str], given: Mapping[str, Any] | None = None, *, all_of_idc: bool = False
) -> Filters:
    """Read filters.

    Args:
        expressions: Each `NAME OPERATOR VALUE`. Those of one attribute add up.
        given: Filters from a file, in the form of `where` or of a request.
        all_of_idc: Must be true if there are none.

    Raises:
        InvalidFilter: an expression cannot be read, or the filters are none that the service has.
    """
    wanted: dict[str, Any] = {}
    flat = _flat_filters(given or {})
    for expression in expressions:
        name, operator, text = parse_expression(
            expression, TERM_ATTRIBUTES | RANGE_ATTRIBUTES, "v3; `idc-ext attributes` lists them"
        )
        if name in RANGE_ATTRIBUTES:
            bounds = wanted.setdefault(name, {})
            for side, bound in _range_bounds(name, operator, text).items():
                if side in bounds:
                    raise InvalidFilter(f"{name} has two {'lower' if side == 'gte' else 'upper'} bounds: give one")
                bounds[side] = bound
        elif operator in ("=", "=="):
            values = wanted.setdefault(name, [])
            values += [value for value in split_values(expression, text) if value not in values]
        else:
            raise InvalidFilter(f"{name} takes values and no range: write {name}=VALUE, not {expression!r:.80}")
    if not wanted and not flat and not all_of_idc:
        raise InvalidFilter(
            "without filters it is the whole archive: narrow it with --where, or say --all-of-idc if that is meant"
        )
    if all_of_idc and (wanted or flat):
        raise InvalidFilter("--all-of-idc is the whole archive and takes no filters: leave out the one or the others")
    return where(flat, all_of_idc=all_of_idc, **wanted)


def filter_completions(_context: object) -> list[str]:
    """Give what an expression may begin with, for the Tab key; the values are the service's."""
    return [*(f"{name}=" for name in sorted(TERM_ATTRIBUTES)), *(f"{name}>=" for name in sorted(RANGE_ATTRIBUTES))]


def filters_from_json(text: str, name: str) -> dict[str, Any]:
    """Read filters in JSON; a key that comes twice is refused."""
    try:
        found = json.loads(text, object_pairs_hook=_object_without_duplicates)
    except RecursionError:
        raise InvalidFilter(f"{name} is nested too deeply") from None
    except ValueError as error:
        if isinstance(error, InvalidFilter):
            raise
        raise InvalidFilter(f"{name} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise InvalidFilter(f'{name} must hold an object of filters, such as {{"Modality": ["CT"]}}')
    return found


def parse_expression(expression: str, known: Collection[str], of: str) -> tuple[str, str, str]:
    """Read name, operator and value of an expression.

    Args:
        expression: As it was written.
        known: The names that there are.
        of: What of, for people.

    Raises:
        InvalidFilter: it is none, or of an unknown name or operator.
    """
    shown = f"{expression!r:.80}"
    found = _EXPRESSION.fullmatch(expression)
    if found is None:
        raise InvalidFilter(f"--where {shown} is no filter: write NAME=VALUE, NAME>=VALUE or NAME<=VALUE")
    name, operator, text = found[1], found[2], found[3].strip()
    if name not in known:
        version, _, rest = of.partition("; ")
        meant = did_you_mean(name, known)
        raise InvalidFilter(f"{name!r:.80} is no filter attribute of {version}{meant or ';'} {rest}")
    if operator in _UNSUPPORTED_OPERATORS:
        raise InvalidFilter(f"--where {shown}: {_UNSUPPORTED_OPERATORS[operator]}")
    if not text:
        raise InvalidFilter(f"--where {shown} has no value")
    return name, operator, text


def split_values(expression: str, text: str) -> list[str]:
    """Split values at commas; a value within double quotes may hold some, and quotes doubled."""
    values, at = [], 0
    while True:
        found = _VALUE_IN_LIST.match(text, at)
        if found is None:
            raise InvalidFilter(f'--where {expression!r:.80}: quote values as "…", and quotes within as ""')
        value = found[2].strip() if found[1] is None else found[1].replace('""', '"')
        if not value:
            raise InvalidFilter(f"--where {expression!r:.80} has an empty value")
        values.append(value)
        if not found[3]:
            return values
        at = found.end()


def _range_bounds(name: str, operator: str, text: str) -> dict[str, str | float]:
    limits = _first_and_last_day if name in DATE_ATTRIBUTES else _same_number_twice
    if operator in ("=", "==") and ".." in text:
        low, high = (part.strip() for part in text.split("..", 1))
        if not low or not high:
            raise InvalidFilter(
                f"{name}={escape_text(text)}: a range has two ends; write {name}>=… or {name}<=… for one"
            )
        return {"gte": limits(name, low)[0], "lte": limits(name, high)[1]}
    first, last = limits(name, text)
    match operator:
        case ">=":
            return {"gte": first}
        case "<=":
            return {"lte": last}
        case ">":
            return {"gte": _adjacent_value(name, last, 1)}
        case "<":
            return {"lte": _adjacent_value(name, first, -1)}
        case _:
            return {"gte": first, "lte": last}


def _first_and_last_day(name: str, text: str) -> tuple[str, str]:
    """Give the first and the last day of a day, a month or a year."""
    day, found = parse_day(text), _YEAR_OR_MONTH.fullmatch(text)
    if day is not None:
        return day, day
    year, month = (int(part) if part else None for part in found.groups()) if found else (0, None)
    try:
        last_month = month or 12
        first = datetime.date(year or 0, month or 1, 1)
        last = datetime.date(year or 0, last_month, calendar.monthrange(year or 0, last_month)[1])
    except (ValueError, IndexError):  # no such day, month or year
        raise InvalidFilter(f"{name} takes days as YYYY-MM-DD, YYYY-MM or YYYY, not {text!r:.80}") from None
    return first.isoformat(), last.isoformat()


def _same_number_twice(name: str, text: str) -> tuple[float, float]:
    try:
        number: float = int(text) if re.fullmatch("[+-]?[0-9]{1,18}", text, re.ASCII) else float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in text:
        raise InvalidFilter(f"{name} takes a number, not {text!r:.80}")
    return number, number


def _adjacent_value(name: str, bound: str | float, step: int) -> str | float:
    """Step to what is just beyond: the service's own bounds are included."""
    if isinstance(bound, str):
        try:
            return (datetime.date.fromisoformat(bound) + datetime.timedelta(days=step)).isoformat()
        except OverflowError:
            raise InvalidFilter(f"{name}: there is no day beyond {bound}") from None
    if name in _INTEGER_ATTRIBUTES:
        return math.floor(bound) + 1 if step > 0 else math.ceil(bound) - 1
    return math.nextafter(bound, math.copysign(math.inf, step))


def _flat_filters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Take filters out of the form in which they travel: `{"filters": …}` or `{"terms": …, "ranges": …}`."""
    inner = given["filters"] if set(given) == {"filters"} else given
    if not isinstance(inner, dict):
        raise InvalidFilter(f"filters must be an object, not {inner!r:.80}")
    if not inner or not set(inner) <= {"terms", "ranges"}:
        return dict(inner)
    flat: dict[str, Any] = {}
    for kind, known in (("terms", TERM_ATTRIBUTES), ("ranges", RANGE_ATTRIBUTES)):
        part = inner.get(kind, {})
        if not isinstance(part, dict):
            raise InvalidFilter(f"{kind} must be an object, not {part!r:.80}")
        misplaced = [name for name in part if name in (TERM_ATTRIBUTES | RANGE_ATTRIBUTES) - known]
        if misplaced:
            raise InvalidFilter(f"{misplaced[0]} stands under {kind}, where it does not belong")
        flat.update(part)
    return flat


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidFilter(f"{twice!r:.80} comes twice in the filters: give all its values at once")
    return found


_V1_ATTRIBUTES = frozenset(map(str, V1AttributeName))
#: Numeric is what has ranged forms.
V1_NUMERIC_ATTRIBUTES = frozenset(name.removesuffix("_btw") for name in _V1_ATTRIBUTES if name.endswith("_btw"))
_V1_RANGED_FORMS = frozenset(
    f"{name}{form}" for name in V1_NUMERIC_ATTRIBUTES for form in ("_lt", "_lte", "_btw", "_gte", "_gt")
)
#: What can be written on the left; the ranged forms are written as operators.
V1_FILTER_NAMES = _V1_ATTRIBUTES - _V1_RANGED_FORMS
_V1_SUFFIXES = {"=": "", "==": "", ">": "_gt", ">=": "_gte", "<": "_lt", "<=": "_lte"}


def read_v1_filters(expressions: Iterable[str]) -> dict[str, list[str | float]]:
    """Read filters; those of one attribute add up where it takes several values.

    Raises:
        InvalidFilter: an expression cannot be read.
    """
    wanted: dict[str, list[str | float]] = {}
    for expression in expressions:
        name, operator, text = parse_expression(expression, V1_FILTER_NAMES, "v1; GET /v1/attributes lists them")
        if name in V1_NUMERIC_ATTRIBUTES:
            key, values = _v1_range(name, operator, text)
            if key in wanted:
                raise InvalidFilter(f"{key} is filtered twice: v1 takes one number or range of it")
            wanted[key] = values
        elif operator in ("=", "=="):
            listed = wanted.setdefault(name, [])
            listed += [value for value in split_values(expression, text) if value not in listed]
        else:
            raise InvalidFilter(f"{name} takes values and no range: write {name}=VALUE, not {expression!r:.80}")
    return wanted


def _v1_range(name: str, operator: str, text: str) -> tuple[str, list[Any]]:
    if operator in ("=", "==") and ".." in text:
        low, high = text.split("..", 1)
        return f"{name}_btw", [_v1_number(name, low), _v1_number(name, high)]
    return f"{name}{_V1_SUFFIXES[operator]}", [_v1_number(name, text)]


def _v1_number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in text:
        raise InvalidFilter(f"{name} takes a number, not {text.strip()!r:.80}")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
