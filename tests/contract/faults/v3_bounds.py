"""Faults of v3: how bounds of ranges are read."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from idc_contract.document import shape
from idc_contract.document.shape import DATES, FILTERED, NUMBERS, SIDES
from tests.contract.faults.fault import failed, fault, operation, refused, reply
from tests.contract.faults.v3_answers import filters_in, well_formed, with_echo_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

    Read = Callable[[Any, str], Any]

WHOLE = tuple(name for name in NUMBERS if name != "series_size_MB")


def bounds_of(request: Request) -> Iterator[tuple[dict[str, Any], str, str]]:
    """The ranges of a request with well-formed filters: range, name of its attribute, side that is given."""
    filters = filters_in(request)
    if operation(request) in FILTERED and filters and well_formed(filters):
        for name, bounds in (filters.get("ranges") or {}).items():
            for side in SIDES:
                if bounds.get(side) is not None:
                    yield bounds, name, side


def _misread(name: str, description: str, attributes: tuple[str, ...], read: Read) -> None:
    """A fault that reads bounds as others; the applied filters stay right, if the right answer has any."""

    async def layer(request: Request, forward: Serve) -> Answer:
        right = await forward(request)
        if not any(True for _ in bounds_of(request)):
            return right
        body = request.json()
        ranges = shape.filters_in(operation(request), body)["ranges"]
        changed = False
        for bounds, attribute, side in list(bounds_of(request)):
            other = read(bounds[side], side) if attribute in attributes else bounds[side]
            changed |= repr(other) != repr(bounds[side])
            ranges[attribute][side] = other
        return with_echo_of(await forward(request.with_json(body)), right, request) if changed else right

    layer.__name__, layer.__doc__ = name, description
    fault("v3", "bounds", *FILTERED)(layer)


def _unread(
    name: str, description: str, attributes: tuple[str, ...], when: Callable[[Any], object], status: int = 400
) -> None:
    """A fault that refuses bounds."""

    async def layer(request: Request, forward: Serve) -> Answer:
        odd = [side for bounds, attribute, side in bounds_of(request)
               if attribute in attributes and when(bounds[side])]  # fmt: skip
        return refused(request, status, "The bound cannot be compared.") if odd else await forward(request)

    layer.__name__, layer.__doc__ = name, description
    fault("v3", "bounds", *FILTERED)(layer)


def text(change: Callable[[str], Any]) -> Read:
    """A reading of text alone."""
    return lambda bound, _: change(bound) if isinstance(bound, str) else bound


# --- numbers ---------------------------------------------------------------------------------------------------------


def _rounded(bound: str) -> Any:
    return math.floor(float(bound) + 0.5) if re.fullmatch(r"-?\d+\.\d+", bound) else bound


_misread("text_rounded", "Bounds on whole numbers are rounded if they are text.", WHOLE, text(_rounded))
_misread(
    "text_truncated",
    "A number as text loses its fraction.",
    NUMBERS,
    text(lambda bound: bound.partition(".")[0] if re.fullmatch(r"\d+\.\d+", bound) else bound),
)
_misread(
    "not_a_number_is_no_bound",
    "A bound that is not a number is ignored.",
    NUMBERS,
    lambda bound, _: None if str(bound).strip().lower() == "nan" else bound,
)
_misread(
    "infinity_taken",
    "Infinity is read as the largest number.",
    NUMBERS,
    lambda bound, _: (
        math.copysign(1e308, float(bound)) if str(bound).strip().lower().lstrip("+-") in ("inf", "infinity") else bound
    ),
)
_misread(
    "too_large_taken",
    "A number beyond the largest double is read as the largest double.",
    NUMBERS,
    text(lambda bound: 1e308 if re.fullmatch(r"1e\d{3,}|9{300,}", bound) else bound),
)
_misread(
    "empty_text_is_no_bound",
    "An empty text as a bound is ignored.",
    NUMBERS,
    text(lambda bound: (bound.strip() and bound) or None),
)
_misread(
    "hexadecimal_taken", "Numbers can be hexadecimal.", NUMBERS,
    text(lambda bound: int(bound, 16) if bound.startswith("0x") else bound),
)  # fmt: skip
_misread("comma_taken", "A comma is read as a decimal point.", NUMBERS, text(lambda bound: bound.replace(",", ".")))
_misread(
    "version_taken", "Versions can be written with a v.", NUMBERS, text(lambda bound: re.sub(r"^v(?=\d)", "", bound))
)
_misread(
    "words_are_zero",
    "Text that is not a number is read as 0.",
    NUMBERS,
    text(lambda bound: 0 if re.fullmatch(r"[a-z]{3,}", bound) and bound not in ("nan", "inf") else bound),
)
_unread(
    "blanks_refused",
    "Blanks around numbers are refused.",
    NUMBERS,
    lambda bound: bound != bound.strip() if isinstance(bound, str) else False,
)
_unread("underscores_refused", "Underscores in numbers are refused.", NUMBERS, lambda bound: "_" in str(bound))
_unread(
    "exponents_refused",
    "Text with an exponent is refused.",
    NUMBERS,
    lambda bound: isinstance(bound, str) and re.search(r"\de", bound, re.IGNORECASE),
)
_unread("other_digits_refused", "Digits of other scripts are refused.", NUMBERS, lambda bound: not str(bound).isascii())
_unread("flags_refused", "A flag is refused as a bound.", NUMBERS, lambda bound: isinstance(bound, bool))
_unread("text_refused", "Numbers cannot be text.", NUMBERS, lambda bound: isinstance(bound, str))
_unread(
    "beyond_64_bits_refused",
    "Numbers beyond 64 bits are refused.",
    NUMBERS,
    lambda bound: not isinstance(bound, str | bool) and abs(bound) >= 2**63,
)
_unread(
    "beyond_64_bits_500",
    "Text of a number beyond 64 bits makes the service fail.",
    WHOLE,
    lambda bound: isinstance(bound, str) and bound.isdecimal() and int(bound) >= 2**63,
    500,
)

# --- days ------------------------------------------------------------------------------------------------------------


def _as_text(bound: Any, side: str) -> Any:
    """What a day without dashes selects if it is compared with days that have them: '-' comes before every digit."""
    if not isinstance(bound, str) or not re.fullmatch(r"\d{8}", bound.strip()):
        return bound
    year = int(bound.strip()[:4])
    return f"{year + 1:04}-01-01" if side == "gte" else f"{year:04}-12-31"


def _day_before(bound: Any, side: str) -> Any:
    compact = isinstance(bound, str) and re.fullmatch(r"\d{8}", bound.strip())
    try:
        day = date.fromisoformat(bound.strip()) if compact and side == "lte" else None
        return str(day - timedelta(days=1)) if day else bound
    except (ValueError, OverflowError):
        return bound


def _next_day_there_is(bound: str) -> str:
    found = re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)", bound) if bound.isascii() else None
    if found is None or not 1 <= int(found[2]) <= 12 or not 28 < int(found[3]) <= 31 or found[1] == "0000":
        return bound
    first = date(int(found[1]), int(found[2]), 1)
    return str(first + timedelta(days=int(found[3]) - 1))


def _completed(bound: str) -> str:
    return (
        f"{bound}-01-01"
        if re.fullmatch(r"[12]\d{3}", bound)
        else f"{bound}-01"
        if re.fullmatch(r"[12]\d{3}-\d\d", bound)
        else bound
    )


def _padded(bound: str) -> str:
    short = re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", bound)
    return "-".join(part.zfill(2) for part in bound.split("-")) if short else bound


_misread("compact_days_as_text", "Days without dashes are compared as text.", DATES, _as_text)
_misread("compact_days_exclusive", "An upper bound without dashes is not included.", DATES, _day_before)
_misread("years_taken", "Years and months can be bounds on days.", DATES, text(_completed))
_misread(
    "any_day_taken",
    "A day after the end of a month is read as a day of the next month.",
    DATES,
    text(_next_day_there_is),
)
_misread(
    "one_dash_taken",
    "A day may have one dash.",
    DATES,
    text(lambda bound: re.sub(r"^(\d{4})-(\d\d)(\d\d)$", r"\1-\2-\3", bound)),
)
_misread(
    "other_dash_taken",
    "A day may have its second dash only.",
    DATES,
    text(lambda bound: re.sub(r"^(\d{4})(\d\d)-(\d\d)$", r"\1-\2-\3", bound)),
)
_misread(
    "number_is_day",
    "A number can be a day.",
    DATES,
    lambda bound, _: str(int(bound)) if not isinstance(bound, str | bool) and math.isfinite(bound) else bound,
)
_misread(
    "time_cut",
    "A time after a day is cut off.",
    DATES,
    text(lambda bound: re.sub(r"^(\d{4}-\d\d-\d\d)[T ].*$", r"\1", bound)),
)
_misread(
    "slashes_taken",
    "Days can be written with slashes.",
    DATES,
    text(lambda bound: re.sub(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\1-\2", bound)),
)
_misread("empty_day_is_no_bound", "An empty day as a bound is ignored.", DATES, text(lambda bound: bound or None))
_misread(
    "year_0_taken", "The year 0 is read as the year 1.", DATES, text(lambda bound: re.sub(r"^0000", "0001", bound))
)
_misread(
    "days_in_other_digits",
    "Days can be written in digits of any script.",
    DATES,
    text(lambda bound: "".join(str(int(one)) if one.isdecimal() else one for one in bound)),
)
_misread("short_days_taken", "Months and days may have one digit.", DATES, text(_padded))
_unread(
    "blanks_around_days_refused",
    "Blanks around days are refused.",
    DATES,
    lambda bound: isinstance(bound, str) and bound != bound.strip(),
)
_unread("line_ends_refused", "A day with a line end is refused.", DATES, lambda bound: "\n" in str(bound))
_unread(
    "compact_days_refused",
    "Days without dashes are refused.",
    DATES,
    lambda bound: re.fullmatch(r"\s*\d{8}\s*", str(bound)),
)
_unread(
    "leap_days_refused",
    "There is no 29 February.",
    DATES,
    lambda bound: re.fullmatch(r"\s*\d{4}-?02-?29\s*", str(bound)),
)

# --- refusals --------------------------------------------------------------------------------------------------------


@fault("v3", "bounds", *FILTERED)
async def bad_bound_422(request: Request, forward: Serve) -> Answer:
    """A bound that cannot be compared is refused for its shape."""
    answer = await forward(request)
    if answer.status != 400 or not any(True for _ in bounds_of(request)):
        return answer
    _, name, side = next(bounds_of(request))
    entry = {
        "type": "value_error",
        "loc": list(shape.place(operation(request), "ranges", name, side)),
        "msg": "Value error",
        "input": "x",
    }
    return reply(request, 422, {"detail": [entry]})


@fault("v3", "bounds", *FILTERED)
async def bad_bound_500(request: Request, forward: Serve) -> Answer:
    """A day that does not exist makes the service fail."""
    answer = await forward(request)
    odd = answer.status == 400 and any(name in DATES for _, name, _ in bounds_of(request))
    return failed(request) if odd else answer
