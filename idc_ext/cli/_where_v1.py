"""Filters of v1 as people write them, with bounds where an attribute is numeric. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from idc_client.models import V1AttributeName

from ..errors import InvalidFilter
from ._where import parts, split

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = frozenset(map(str, V1AttributeName))
#: Numeric is what has ranged forms.
NUMERIC = frozenset(name.removesuffix("_btw") for name in _NAMES if name.endswith("_btw"))
_RANGED = frozenset(f"{name}{form}" for name in NUMERIC for form in ("_lt", "_lte", "_btw", "_gte", "_gt"))
#: What can be written on the left; the ranged forms are written as operators.
ATTRIBUTES = _NAMES - _RANGED
_FORMS = {"=": "", "==": "", ">": "_gt", ">=": "_gte", "<": "_lt", "<=": "_lte"}


def read(expressions: Iterable[str]) -> dict[str, list[str | float]]:
    """Read filters; those of one attribute add up where it takes several values.

    Raises:
        InvalidFilter: an expression cannot be read.
    """
    wanted: dict[str, list[str | float]] = {}
    for expression in expressions:
        name, operator, text = parts(expression, ATTRIBUTES, "v1; GET /v1/attributes lists them")
        if name in NUMERIC:
            key, values = _bounds(name, operator, text)
            if key in wanted:
                raise InvalidFilter(f"{key} is filtered twice: v1 takes one number or range of it")
            wanted[key] = values
        elif operator in ("=", "=="):
            listed = wanted.setdefault(name, [])
            listed += [value for value in split(expression, text) if value not in listed]
        else:
            raise InvalidFilter(f"{name} takes values and no range: write {name}=VALUE, not {expression!r:.80}")
    return wanted


def _bounds(name: str, operator: str, text: str) -> tuple[str, list[Any]]:
    if operator in ("=", "==") and ".." in text:
        low, high = text.split("..", 1)
        return f"{name}_btw", [_number(name, low), _number(name, high)]
    return f"{name}{_FORMS[operator]}", [_number(name, text)]


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in text:
        raise InvalidFilter(f"{name} takes a number, not {text.strip()!r:.80}")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
