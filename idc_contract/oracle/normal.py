"""The normal form of filters in v3: which predicates remain, in which form, and which are refused.

Law: written from the reference alone, with an algorithm of its own: numbers by exact fractions, days by counting.
It sends nothing, so it can be compared with the answer of any service.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from idc_contract.document.shape import NUMBERS, RANGES, SIDES, TERMS

if TYPE_CHECKING:
    from idc_contract.document.shape import Filters

DIGITS = r"[0-9]+(?:_[0-9]+)*"
NUMBER = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<whole>{DIGITS})\.?(?P<part>{DIGITS})?|\.(?P<only>{DIGITS}))(?:[eE](?P<power>[+-]?{DIGITS}))?"
)
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{4})([0-9]{2})([0-9]{2})")
MOST_POWER = 5000
"""A larger power of ten makes infinity or zero of every number that the tests send."""
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Refused(ValueError):
    """Filters that get a 400; the message is the attribute that is wrong."""


@dataclass(frozen=True)
class Applied:
    """The predicates that remain, and the attributes that were left out, each in the order sent."""

    terms: dict[str, list[str]]
    ranges: dict[str, dict[str, Any]]
    without_values: tuple[str, ...]
    without_bound: tuple[str, ...]

    @property
    def echo(self) -> Filters:
        """The applied filters, as an answer reports them."""
        return {"terms": dict(self.terms), "ranges": dict(self.ranges)}

    @property
    def left_out(self) -> tuple[str, ...]:
        """The attributes that were left out, in the order of their warnings."""
        return self.without_values + self.without_bound

    def __bool__(self) -> bool:
        return bool(self.terms or self.ranges)


def applied(filters: dict[str, Any]) -> Applied:
    """The normal form of well-formed filters; raises Refused for the first attribute that is wrong."""
    terms, ranges = filters.get("terms", {}), filters.get("ranges", {})
    for name in terms:
        if name not in TERMS:
            raise Refused(name)
    left: dict[str, dict[str, Any]] = {}
    for name, bounds in ranges.items():
        if name not in RANGES:
            raise Refused(name)
        both = {side: bounds.get(side) for side in SIDES}
        if any(bound is not None for bound in both.values()):
            left[name] = {side: bound if bound is None else normal(name, bound) for side, bound in both.items()}
    return Applied(
        {name: values for name, values in terms.items() if values},
        left,
        tuple(name for name, values in terms.items() if not values),
        tuple(name for name in ranges if name not in left),
    )


def normal(name: str, bound: Any) -> float | str:
    """A bound in the form in which it is compared; raises Refused."""
    try:
        return number(bound) if name in NUMBERS else day(bound)
    except Refused:
        raise Refused(name) from None


def number(bound: Any) -> float:
    """The double nearest to a JSON number, a boolean or text; raises Refused for other values, and if not finite."""
    if isinstance(bound, str):
        bound = _read(bound)
    try:
        double = float(bound)
    except (OverflowError, TypeError):
        raise Refused("") from None
    if not math.isfinite(double):
        raise Refused("")
    return double


def _read(text: str) -> Fraction | float:
    """A number in text, in digits of any script, with white space around it."""
    plain = "".join(str(unicodedata.decimal(one, one)) for one in text.strip())
    found = NUMBER.fullmatch(plain)
    if found is None:
        raise Refused("")
    whole, part = found["whole"] or "0", (found["part"] or found["only"] or "").replace("_", "")
    power = max(-MOST_POWER, min(MOST_POWER, int(found["power"] or "0")))
    exact = Fraction(int(whole.replace("_", "") + part), 10 ** len(part)) * Fraction(10) ** power
    if exact == 0:  # which has a sign as a double and none as a fraction
        return -0.0 if found["sign"] == "-" else 0.0
    return -exact if found["sign"] == "-" else exact


def day(bound: Any) -> str:
    """A day of the calendar, with dashes; raises Refused."""
    found = DAY.fullmatch(bound.strip()) if isinstance(bound, str) else None
    if found is None:
        raise Refused("")
    text = [part for part in found.groups() if part is not None]
    year, month, date = map(int, text)
    if year < 1 or not 1 <= month <= len(DAYS):
        raise Refused("")
    leap = month == DAYS.index(28) + 1 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= date <= DAYS[month - 1] + leap:
        raise Refused("")
    return "-".join(text)
