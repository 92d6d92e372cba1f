"""Parser of filters on the command line, of v3 and v1: `Modality=CT,MR`, `StudyDate>=2015`, `series_size_MB<10`. Pure.

The expressions are parsed here and checked by `idc_ext.v3.where`. Expressions that v3 has no filter for are refused
with an alternative, because the service would answer for more than was meant.
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
from ..v3._filters import (
    DATE_ATTRIBUTES,
    RANGE_ATTRIBUTES,
    RANGE_OPERATORS,
    TERM_ATTRIBUTES,
    Filters,
    explain_wrong_day,
    no_filter,
    parse_day,
    where,
)
from ._output.escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


_EXPRESSION = re.compile(r"\s*([^\s=<>!~]+)\s*(>=|<=|==|=>|=<|!=|<>|=|>|<|!~|~)(.*)", re.DOTALL)
_VALUE_IN_LIST = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)', re.DOTALL)
#: A range of days as DICOM queries write it: `20150101-20151231`, `20150101-`, `-20151231`.
_DICOM_RANGE = re.compile(r"([0-9]{8})?-([0-9]{8})?", re.ASCII)
_YEAR_OR_MONTH = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?", re.ASCII)
#: Attributes with integer values: `>99` means `>=100`.
_INTEGER_ATTRIBUTES = frozenset({"instanceCount", "series_init_idc_version", "series_revised_idc_version"})
#: Operators that the service does not have -> what to do instead.
_UNSUPPORTED_OPERATORS = {
    "!=": "the service cannot exclude values: list the values to include, or use `idc-ext sql`",
    "<>": "the service cannot exclude values: list the values to include, or use `idc-ext sql`",
    "~": "the service compares complete values only: list them, or use `idc-ext sql` with LIKE",
    "!~": "the service compares complete values only: list them, or use `idc-ext sql` with LIKE",
    "=>": "write >=",
    "=<": "write <=",
}


def read_filters(
    expressions: Iterable[str], given: Mapping[str, Any] | None = None, *, all_of_idc: bool = False
) -> Filters:
    """Read the filters of v3 from the options of a command.

    Args:
        expressions: Expressions `NAME OPERATOR VALUE`. Values of the same attribute are combined.
        given: Filters from a file, as `where` takes them or in the form of a request.
        all_of_idc: True selects the whole archive; needed when there are no filters.

    Raises:
        InvalidFilter: an expression cannot be parsed, or the service does not have such a filter.
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
                    raise InvalidFilter(f"{name} has two {'lower' if side == 'gte' else 'upper'} bounds: give only one")
                bounds[side] = bound
        elif operator in ("=", "=="):
            values = wanted.setdefault(name, [])
            values += [value for value in split_values(expression, text) if value not in values]
        else:
            raise InvalidFilter(f"{name} takes values, not a range: write {name}=VALUE instead of {expression!r:.80}")
    if not wanted and not flat and not all_of_idc:
        raise InvalidFilter(
            "without filters the whole archive is selected: add --where or --filters, or use --all-of-idc to do that"
        )
    if all_of_idc and (wanted or flat):
        raise InvalidFilter("--all-of-idc selects the whole archive and takes no filters: leave out one of them")
    return where(flat, all_of_idc=all_of_idc, **wanted)


def filter_completions(_context: object) -> list[str]:
    """List the beginnings of expressions, for completion with the Tab key; values are not completed."""
    return [*(f"{name}=" for name in sorted(TERM_ATTRIBUTES)), *(f"{name}>=" for name in sorted(RANGE_ATTRIBUTES))]


def filters_from_json(text: str, name: str) -> dict[str, Any]:
    """Read filters from JSON; a repeated key is refused."""
    try:
        found = json.loads(text, object_pairs_hook=_object_without_duplicates)
    except RecursionError:
        raise InvalidFilter(f"{name} is nested too deeply") from None
    except ValueError as error:
        if isinstance(error, InvalidFilter):
            raise
        raise InvalidFilter(f"{name} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise InvalidFilter(f'{name} must hold an object of filters, such as {{"Modality": ["CT"]}}')
    return found


def parse_expression(expression: str, known: Collection[str], of: str) -> tuple[str, str, str]:
    """Split an expression into name, operator and value.

    Args:
        expression: The expression as the user wrote it.
        known: The known names of attributes.
        of: The API version and how to list its attributes, for the message.

    Raises:
        InvalidFilter: it is not an expression, or its name or operator is unknown.
    """
    shown = f"{expression!r:.80}"
    found = _EXPRESSION.fullmatch(expression)
    if found is None:
        raise InvalidFilter(f"--where {shown} is not a filter: write NAME=VALUE, NAME>=VALUE or NAME<=VALUE")
    name, operator, text = found[1], found[2], found[3].strip()
    if name not in known:
        version, _, rest = of.partition("; ")
        if version == "v3" and (column := no_filter(name)):
            raise InvalidFilter(f"{name!r:.80} is {column}")
        meant = did_you_mean(name, known)
        raise InvalidFilter(f"{name!r:.80} is not a filter attribute of {version}{meant or ';'} {rest}")
    if operator in _UNSUPPORTED_OPERATORS:
        raise InvalidFilter(f"--where {shown}: {_UNSUPPORTED_OPERATORS[operator]}")
    if not text:
        raise InvalidFilter(f"--where {shown} has no value: write NAME=VALUE")
    return name, operator, text


def split_values(expression: str, text: str) -> list[str]:
    """Split values at commas; a value within double quotes may contain commas, and doubled quotes."""
    values, at = [], 0
    while True:
        found = _VALUE_IN_LIST.match(text, at)
        if found is None:
            raise InvalidFilter(
                f'--where {expression!r:.80}: write a value with commas or quotes as "…", and a quote in it as ""'
            )
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
                f"{name}={escape_text(text)}: a range A..B has two bounds; write {name}>=… or {name}<=… for one bound"
            )
        return {"gte": limits(name, low)[0], "lte": limits(name, high)[1]}
    if (
        operator in ("=", "==")
        and name in DATE_ATTRIBUTES
        and (days := _DICOM_RANGE.fullmatch(text))
        and any(days.groups())
    ):
        return {side: limits(name, day)[0] for side, day in zip(RANGE_OPERATORS, days.groups(), strict=True) if day}
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
    """Give the first and the last day of a text that is a day, a month or a year."""
    day, found = parse_day(text), _YEAR_OR_MONTH.fullmatch(text)
    if day is not None:
        return day, day
    year, month = (int(part) if part else None for part in found.groups()) if found else (0, None)
    try:
        last_month = month or 12
        first = datetime.date(year or 0, month or 1, 1)
        last = datetime.date(year or 0, last_month, calendar.monthrange(year or 0, last_month)[1])
    except (ValueError, IndexError):  # not a day, month or year
        raise InvalidFilter(
            f"{name} takes days as YYYY-MM-DD, YYYY-MM or YYYY, not {text!r:.80}"
            f"{'' if found else explain_wrong_day(text)}"
        ) from None
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
    """Give the next value above or below, for `>` and `<`: the bounds of the service are inclusive."""
    if isinstance(bound, str):
        try:
            return (datetime.date.fromisoformat(bound) + datetime.timedelta(days=step)).isoformat()
        except OverflowError:
            raise InvalidFilter(f"{name}: there is no day after or before {bound}") from None
    if name in _INTEGER_ATTRIBUTES:
        return math.floor(bound) + 1 if step > 0 else math.ceil(bound) - 1
    return math.nextafter(bound, math.copysign(math.inf, step))


def _flat_filters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Turn filters in the form of a request, `{"filters": …}` or `{"terms": …, "ranges": …}`, into flat filters."""
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
            other = "ranges" if kind == "terms" else "terms"
            raise InvalidFilter(f"{misplaced[0]} stands under {kind!r} in the filters: move it to {other!r}")
        flat.update(part)
    return flat


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidFilter(f"{twice!r:.80} is given twice in the filters: give all its values at once")
    return found


_V1_ATTRIBUTES = frozenset(map(str, V1AttributeName))
#: The numeric attributes of v1: those with ranged forms.
V1_NUMERIC_ATTRIBUTES = frozenset(name.removesuffix("_btw") for name in _V1_ATTRIBUTES if name.endswith("_btw"))
_V1_RANGED_FORMS = frozenset(
    f"{name}{form}" for name in V1_NUMERIC_ATTRIBUTES for form in ("_lt", "_lte", "_btw", "_gte", "_gt")
)
#: The names in filters of v1; ranged forms are written with operators.
V1_FILTER_NAMES = _V1_ATTRIBUTES - _V1_RANGED_FORMS
_V1_SUFFIXES = {"=": "", "==": "", ">": "_gt", ">=": "_gte", "<": "_lt", "<=": "_lte"}


def read_v1_filters(expressions: Iterable[str]) -> dict[str, list[str | float]]:
    """Read filters of v1; values of the same attribute are combined if it takes several.

    Raises:
        InvalidFilter: an expression cannot be parsed.
    """
    wanted: dict[str, list[str | float]] = {}
    for expression in expressions:
        name, operator, text = parse_expression(expression, V1_FILTER_NAMES, "v1; GET /v1/attributes lists them")
        if name in V1_NUMERIC_ATTRIBUTES:
            key, values = _v1_range(name, operator, text)
            if key in wanted:
                raise InvalidFilter(f"{key} is filtered twice: v1 takes one number or range for it")
            wanted[key] = values
        elif operator in ("=", "=="):
            listed = wanted.setdefault(name, [])
            listed += [value for value in split_values(expression, text) if value not in listed]
        else:
            raise InvalidFilter(f"{name} takes values, not a range: write {name}=VALUE instead of {expression!r:.80}")
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
