"""The set of scalar values that constraints allow: a single value, and whether one set contains another.

Law: an answer is a proof; where a keyword cannot be decided (an unknown format, a pattern that Python may read in
another way), the answer is no.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING, Any, Final

from ..documents.json_values import SCALARS, numeric
from .normal_form import possible_values

if TYPE_CHECKING:
    from .constraints import Bound, Constraints

FORMAT_RANGES: Final[dict[str, tuple[int, int]]] = {
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}
"""The integers that a format allows, from the least to the greatest."""
_SCALAR_KEYWORDS: Final = {"enum", "format", "lower", "upper", "size_limits", "patterns", "multiple_of"}
_QUANTIFIED_GROUP = re.compile(r"\)[*+{?]|\\[1-9]|\(\?[^:]")
"""Parts of patterns that can take very long to match, or that other languages read in another way."""
_REPEATED = re.compile(r"[*+]|\{\d*,")
_MOST_STEPS: Final = 10**7
"""The most ways to divide a value among the repeated parts of a pattern, which Python may try one after another."""


def within_format(lower: Bound | None, upper: Bound | None, format_: str) -> bool:
    """Whether all integers between two bounds have a format; every integer has an unknown one."""
    if format_ not in FORMAT_RANGES:
        return True
    least, greatest = FORMAT_RANGES[format_]
    return lower is not None and upper is not None and lower[0] >= least and upper[0] <= greatest


def integer_range(constraints: Constraints) -> tuple[Bound | None, Bound | None]:
    """The bounds of integers, from ``minimum``, ``maximum`` and ``format`` together."""
    lower, upper = constraints.lower, constraints.upper
    if constraints.format in FORMAT_RANGES:
        least, greatest = FORMAT_RANGES[constraints.format]
        lower = (Fraction(least), False) if lower is None or lower[0] < least else lower
        upper = (Fraction(greatest), False) if upper is None or upper[0] > greatest else upper
    return lower, upper


def allows(constraints: Constraints, value: Any) -> bool | None:
    """Whether a value is valid for the keywords beside ``type`` and ``enum``; None if that cannot be decided."""
    number = numeric(value)
    if isinstance(value, str):
        return _allows_string(constraints, value)
    if number is None:
        return True
    lower, upper = integer_range(constraints)
    if constraints.format and constraints.format not in FORMAT_RANGES and constraints.format != "double":
        return None
    below = lower is not None and (number < lower[0] or (lower[1] and number == lower[0]))
    above = upper is not None and (number > upper[0] or (upper[1] and number == upper[0]))
    multiple = constraints.multiple_of is None or (number / constraints.multiple_of).denominator == 1
    return multiple and not below and not above


def _allows_string(constraints: Constraints, value: str) -> bool | None:
    limits = constraints.size_limits
    if not limits.get("minLength", 0) <= len(value) <= limits.get("maxLength", len(value)):
        return False
    for pattern in constraints.patterns:
        found = has_pattern(pattern, value)
        if not found:
            return found
    return None if constraints.format and constraints.format not in FORMAT_RANGES else True


def has_pattern(pattern: str, value: str) -> bool | None:
    """Whether a pattern of the document is found in a text; None if that could take very long, or is read otherwise."""
    repeated = len(_REPEATED.findall(pattern)) + 1
    if _QUANTIFIED_GROUP.search(pattern) or comb(len(value) + repeated, repeated) > _MOST_STEPS:
        return None
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return None


def is_scalar(constraints: Constraints) -> bool:
    """Whether only scalars are allowed, and only by keywords about scalars."""
    return (
        constraints.types is not None
        and constraints.value_types <= SCALARS
        and constraints.constrained <= _SCALAR_KEYWORDS
    )


def contains(wide: Constraints, narrow: Constraints) -> bool:
    """Whether one set of scalars contains all values of another, null aside."""
    if not is_scalar(wide) or not is_scalar(narrow):
        return False
    if narrow.enum is not None:
        values = possible_values(narrow) or {}
        unformatted = replace(wide, format="") if wide.format == narrow.format else wide
        listed = wide.enum is None or values.keys() <= wide.enum.keys()
        return listed and _has_types(wide, narrow) and all(allows(unformatted, value) for value in values.values())
    if wide.enum is not None or not _has_types(wide, narrow):
        return False
    lower, upper = integer_range(narrow)
    formatted = wide.format in ("", narrow.format) or (
        narrow.value_types == {"integer"} and wide.format in FORMAT_RANGES and within_format(lower, upper, wide.format)
    )
    return (
        formatted
        and _bounded(wide.lower, lower, 1)
        and _bounded(wide.upper, upper, -1)
        and wide.patterns <= narrow.patterns
        and all(_limited(name, limit, narrow) for name, limit in wide.size_limits.items())
        and (wide.multiple_of is None or _is_multiple(narrow.multiple_of, wide.multiple_of))
    )


def _has_types(wide: Constraints, narrow: Constraints) -> bool:
    types = wide.value_types
    return all(kind in types or (kind == "integer" and "number" in types) for kind in narrow.value_types)


def _bounded(wide: Bound | None, narrow: Bound | None, sign: int) -> bool:
    if wide is None or narrow is None:
        return wide is None
    return (sign * narrow[0], narrow[1]) >= (sign * wide[0], wide[1])


def _limited(name: str, limit: int, narrow: Constraints) -> bool:
    own = narrow.size_limits.get(name)
    return own is not None and (own >= limit if name.startswith("min") else own <= limit)


def _is_multiple(narrow: Fraction | None, wide: Fraction) -> bool:
    return narrow is not None and (narrow / wide).denominator == 1
