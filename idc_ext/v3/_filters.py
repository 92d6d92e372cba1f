"""Filters of v3: their names, values and bounds, checked before they are sent; the same filters as SQL.

The service ignores an empty list and a range without a bound, and then answers for more than was meant; so they are
refused. Bounds are read as the service reads them. Names and kinds come from the generated enumerations. Pure.
"""

from __future__ import annotations

import datetime
import math
import numbers
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from attrs import evolve, frozen
from idc_client.models import V3Filters, V3IndexColumn, V3RangeAttribute, V3TermAttribute

from .._suggest import did_you_mean
from ..errors import InvalidFilter, InvalidRequest
from ._attributes import FilterAttributes

if TYPE_CHECKING:
    from enum import StrEnum

#: An inclusive bound of a range: a number or a day, as the attribute needs; None for an open end.
Bound: TypeAlias = str | float | datetime.date | None
#: The filter of one attribute: a value, several values, or a range: (low, high) or {"gte": low, "lte": high}.
FilterValue: TypeAlias = str | Sequence[str] | tuple[Bound, Bound] | Mapping[str, Bound]

TERM_ATTRIBUTES = frozenset(map(str, V3TermAttribute))
RANGE_ATTRIBUTES = frozenset(map(str, V3RangeAttribute))
#: The attributes whose ranges are days, `YYYY-MM-DD`; those of the others are numbers.
DATE_ATTRIBUTES = frozenset(name for name in RANGE_ATTRIBUTES if name.endswith("Date"))
RANGE_OPERATORS = ("gte", "lte")
_INDEX_COLUMNS = frozenset(map(str, V3IndexColumn))
# Tokens of DuckDB's SQL: text within quotes, and comments.
#: Where the service found an error: the number of a line, and its text, perhaps cut, up to the mark below it.
_ERROR_LINE = re.compile(r"\bLINE (?P<number>[0-9]{1,9}): (?P<text>[^^]*)")
_SQL_QUOTES_AND_COMMENTS = re.compile(
    r"""\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|--[^\r\n]*|/\*.*?\*/""",
    re.DOTALL,
)
# Patterns that the service removes as comments, in this order, even within quotes.
_BLOCK_COMMENTS, _LINE_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL), re.compile("--[^\n]*")
#: Keys of filters in a request. `where` takes flat filters without these keys.
_WIRE_KEYS = frozenset({"filters", "terms", "ranges"})


@frozen(repr=False)
class Filters:
    """Filters that select series: attributes are ANDed, values of one are ORed. Made by `where`; immutable."""

    _terms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    _ranges: tuple[tuple[str, tuple[str | float | None, str | float | None]], ...] = ()
    all_of_idc: bool = False

    @property
    def applied(self) -> dict[str, Any]:
        """The expected `filters_applied` of an answer: every range with both bounds, numbers as floats."""
        ranges = {
            name: {
                operator: bound if bound is None or isinstance(bound, str) else float(bound)
                for operator, bound in zip(RANGE_OPERATORS, bounds, strict=True)
            }
            for name, bounds in self._ranges
        }
        return {"terms": self.terms, "ranges": ranges}

    @property
    def terms(self) -> dict[str, list[str]]:
        """The values of each attribute, by wire name."""
        return {name: list(values) for name, values in self._terms}

    @property
    def ranges(self) -> dict[str, dict[str, str | float]]:
        """The bounds of each attribute, by wire name and operator."""
        return {
            name: {
                operator: bound for operator, bound in zip(RANGE_OPERATORS, bounds, strict=True) if bound is not None
            }
            for name, bounds in self._ranges
        }

    def __bool__(self) -> bool:
        return bool(self._terms or self._ranges)

    def __repr__(self) -> str:
        return f"where({'all_of_idc=True' if self.all_of_idc else {**self.terms, **self.ranges}})"

    def to_dict(self) -> dict[str, Any]:
        """Give the filters in the form of a request: `terms` and `ranges`."""
        parts: dict[str, Any] = {"terms": self.terms, "ranges": self.ranges}
        return {name: part for name, part in parts.items() if part}

    def to_model(self) -> V3Filters:
        """Give the generated model, the value of `filters` in requests of the generated functions."""
        return V3Filters.from_dict(self.to_dict())

    def sql(self) -> str:
        """Give the filters as SQL, the condition after WHERE in a statement over the table `index`."""
        parts = [f'"{name}" IN ({", ".join(map(_sql_literal, values))})' for name, values in self._terms]
        for name, bounds in self._ranges:
            for sign, bound in zip((">=", "<="), bounds, strict=True):
                if bound is not None:
                    # The service compares floats, too; DuckDB counts wrongly with integers of hundreds of digits.
                    literal = _sql_literal(bound) if isinstance(bound, str) else repr(float(bound))
                    parts.append(f'"{name}" {sign} {literal}')
        return " AND ".join(parts) or "true"


def where(
    filters: Mapping[str, FilterValue] | None = None,
    /,
    *,
    all_of_idc: bool = False,
    **attributes: Unpack[FilterAttributes],
) -> Filters:
    """Describe a selection of series: attributes are ANDed, values of one are ORed and compared exactly.

    All forms: `where({"Modality": ["CT", "MR"]})`, `where(collection_id="nlst", StudyDate=("2001-01-01", None))`,
    `where(instanceCount={"gte": 100})`. Every function of this module also takes the mapping itself.

    Names and bounds are checked here. Whether the values occur, only the service knows, and it finds nothing for one
    that does not: `check_values` looks them up.

    Args:
        filters: Attribute name, in the service's spelling, to value, values or range.
        all_of_idc: True selects the whole archive; needed when there are no filters.
        attributes: The same as keyword arguments.

    Raises:
        InvalidFilter: the service would refuse, ignore or misread a filter.
    """
    if filters is not None and not isinstance(filters, Mapping):
        raise InvalidFilter(f"filters must be a mapping of attribute names to values, not {filters!r:.80}")
    wanted: dict[str, Any] = dict(filters or {})
    twice = sorted(map(str, wanted.keys() & attributes.keys()))
    if twice:
        raise InvalidFilter(f"{', '.join(twice)} is filtered twice: give all values of an attribute at once")
    wanted.update(attributes)
    for name in wanted:
        _check_attribute_name(name)
    terms = [
        (str(name), _checked_term_values(name, value)) for name, value in wanted.items() if name in TERM_ATTRIBUTES
    ]
    ranges = [(str(name), _checked_range(name, value)) for name, value in wanted.items() if name in RANGE_ATTRIBUTES]
    _check_selection(wanted=bool(wanted), all_of_idc=all_of_idc)
    return Filters(tuple(sorted(terms)), tuple(sorted(ranges, key=lambda one: one[0])), all_of_idc)


def _check_selection(*, wanted: bool, all_of_idc: bool) -> None:
    """Check that either filters are wanted or the whole archive."""
    if wanted and all_of_idc:
        raise InvalidFilter("all_of_idc=True selects the whole archive and takes no filters: leave out one of them")
    if not wanted and not all_of_idc:
        raise InvalidFilter("without filters the whole archive is selected: pass all_of_idc=True to do that")


#: A filter that every series passes: the service refuses manifests without any filter.
EVERY_SERIES = Filters(ranges=(("series_init_idc_version", (1, None)),))


def checked_filters(filters: Filters | Mapping[str, FilterValue], *, all_of_idc: bool) -> Filters:
    """Turn the argument `filters` of a public function into `Filters`."""
    if not isinstance(filters, Filters):
        return where(filters, all_of_idc=all_of_idc)
    _check_selection(wanted=bool(filters), all_of_idc=all_of_idc or filters.all_of_idc)
    return filters if filters or filters.all_of_idc else evolve(filters, all_of_idc=True)


def checked_choice(value: str, known: Iterable[StrEnum], kind: str) -> str:
    """Check that a value is one of a closed set of names."""
    names = [str(one) for one in known]
    if value not in names:
        hint = did_you_mean(value, names) or f": choose from {', '.join(names)}"
        raise InvalidFilter(f"{value!r:.80} is not a {kind}{hint}")
    return value


def checked_integer(number: object, name: str) -> int:
    """Check that an argument is an integer; its limits are checked by the service."""
    if isinstance(number, bool) or not isinstance(number, numbers.Integral):
        raise InvalidFilter(f"{name} takes a whole number, not {number!r:.80}")
    return int(number)


def checked_release(release: object, newest: int) -> int:
    """Check the number of a data release: 24, "24" or "v24"."""
    digits = release.removeprefix("v") if isinstance(release, str) else ""
    number = int(digits) if re.fullmatch("[0-9]{1,4}", digits, re.ASCII) else release
    if type(number) is not int or not 1 <= number <= newest:
        raise InvalidFilter(f"{release!r:.20} is not a data release; the service has 1 to {newest}")
    return number


def checked_name(name: object, kind: str) -> str:
    """Check a name that becomes a part of a path, where none, `.` or `..` would lead to another operation."""
    if not isinstance(name, str) or not name.strip() or name in (".", ".."):
        raise InvalidFilter(f"{kind} is a text that is not empty, not {name!r:.80}")
    return name


def without_end(statement: str) -> str:
    """Cut the semicolon and the comments at the end of a statement, which then can stand within another."""
    blank = _SQL_QUOTES_AND_COMMENTS.sub(
        lambda found: " " * len(found[0]) if found[0].startswith(("--", "/*")) else found[0], statement
    )
    return statement[: len(blank.rstrip().removesuffix(";"))]


def check_sql_statement(statement: object) -> None:
    """Refuse SQL that the service would alter: it removes comment marks even within quotes or another comment."""
    if not isinstance(statement, str):
        raise InvalidFilter(f"a statement must be text, not {statement!r:.80}")
    pieces = [found[0] for found in _SQL_QUOTES_AND_COMMENTS.finditer(statement)]
    comments = [piece for piece in pieces if piece.startswith(("--", "/*"))]
    meant = _SQL_QUOTES_AND_COMMENTS.sub(lambda found: " " if found[0] in comments else found[0], statement)
    if meant.split() != _LINE_COMMENTS.sub(" ", _BLOCK_COMMENTS.sub(" ", statement)).split():
        quoted = [piece for piece in pieces if piece not in comments and ("--" in piece or "/*" in piece)]
        nested = [comment for comment in comments if "/*" in comment[2:]]
        raise InvalidFilter(
            f"the service misreads the comment mark within {[*quoted, *nested, *pieces][0]:.80}: "
            "write '-' || '-' in text, and remove it from comments"
        )
    if not _is_unicode(statement):
        raise InvalidFilter("the statement holds a lone surrogate, which cannot be sent")


@contextmanager
def lines_as_in(statement: str) -> Iterator[None]:
    """Number the line in the error for a statement as in the statement: the service puts lines of its own before it."""
    try:
        yield
    except InvalidRequest as refusal:
        refusal.reword(_ERROR_LINE.sub(partial(_numbered_as_in, statement), refusal.message))
        raise


def _numbered_as_in(statement: str, found: re.Match[str]) -> str:
    """Name the nearest line of the statement, before the one that the service named, that has the text shown."""
    shown = found["text"].strip(" .…")
    lines = [" ".join(line.split()) for line in statement.splitlines()]
    blank = next((at for at, line in enumerate(lines) if line), 0)  # the service removes blank lines at the beginning
    before = int(found["number"]) + blank
    numbers = [number for number, line in enumerate(lines, 1) if number < before and shown in line]
    return f"LINE {numbers[-1]}: {found['text']}" if shown and numbers else found[0]


def _check_attribute_name(name: object) -> None:
    if isinstance(name, str) and name in TERM_ATTRIBUTES | RANGE_ATTRIBUTES:
        return
    if name in _WIRE_KEYS:
        raise InvalidFilter(
            f"{name!r} is not a filter attribute: write filters flat, such as "
            '{"Modality": ["CT"], "StudyDate": {"gte": "2001-01-01"}}'
        )
    raise InvalidFilter(
        f"{name!r:.80} is {column}"
        if (column := no_filter(name))
        else f"{name!r:.80} is not a filter attribute of v3{did_you_mean(name, TERM_ATTRIBUTES | RANGE_ATTRIBUTES)}"
    )


def no_filter(name: object) -> str:
    """Explain that a column has no filter, as the end of a message; an empty text if `index` lacks it."""
    if not isinstance(name, str) or name not in _INDEX_COLUMNS:
        return ""
    statement = f"SELECT collection_id, count(*) AS series FROM index WHERE {name} = '…' GROUP BY 1"  # noqa: S608
    return f"a column of the table index and not a filter: use v3.sql, such as {statement}"


def _checked_term_values(name: str, values: object) -> tuple[str, ...]:
    several = [values] if isinstance(values, str) else values
    if isinstance(several, Mapping):
        raise InvalidFilter(f"the filter on {name} takes values, not a range: {values!r:.80}")
    if not isinstance(several, list | tuple) or not several:
        raise InvalidFilter(f"the filter on {name} takes a value or a list of at least one value, not {values!r:.80}")
    for value in several:
        if not isinstance(value, str) or not _is_unicode(value):
            raise InvalidFilter(f"the filter on {name} takes text, not {value!r:.80}")
    return tuple(map(str, several))


def _checked_range(name: str, wanted: object) -> tuple[str | float | None, str | float | None]:
    match wanted:
        case {**named} if named:
            for operator in named:
                if operator not in RANGE_OPERATORS:
                    raise InvalidFilter(
                        f"the filter on {name} takes gte and lte (both inclusive), not {operator!r:.80}"
                        f"{did_you_mean(operator, RANGE_OPERATORS)}"
                    )
            given = (named.get("gte"), named.get("lte"))
        case tuple((_, _)):
            given = wanted
        case _:
            raise InvalidFilter(
                f'the filter on {name} takes a range, {{"gte": low, "lte": high}} or (low, high), not {wanted!r:.80}'
            )
    low, high = (None if bound is None else _checked_bound(name, bound) for bound in given)
    if low is None and high is None:
        raise InvalidFilter(f"the filter on {name} needs at least one bound")
    if low is not None and high is not None and low > high:  # type: ignore[operator] # two dates or two numbers
        raise InvalidFilter(f"the filter on {name} takes the low bound first: {low} > {high}")
    return low, high


def _checked_bound(name: str, bound: object) -> str | float:
    return _checked_day(name, bound) if name in DATE_ATTRIBUTES else _checked_number(name, bound)


def _checked_day(name: str, bound: object) -> str:
    if isinstance(bound, datetime.date) and not isinstance(bound, datetime.datetime):
        return bound.isoformat()
    if type(bound) is int and len(str(bound)) == 8:
        bound = str(bound)
    if not isinstance(bound, str):
        raise InvalidFilter(f"the filter on {name} takes days as 'YYYY-MM-DD', not {bound!r:.80}")
    day = parse_day(bound)
    if day is None:
        raise InvalidFilter(
            f"the filter on {name} takes days as 'YYYY-MM-DD', not {bound!r:.80}{explain_wrong_day(bound)}"
        )
    return day


def parse_day(text: str) -> str | None:
    """Parse a day written `YYYY-MM-DD` or `YYYYMMDD`; return it with dashes, or None."""
    found = re.fullmatch("([0-9]{4})(-?)([0-9]{2})(-?)([0-9]{2})", text.strip())
    try:
        if found and found[2] == found[4]:
            return datetime.date(int(found[1]), int(found[3]), int(found[5])).isoformat()
    except ValueError:  # no such day
        pass
    return None


def explain_wrong_day(text: str) -> str:
    """Explain why a text is not a day, as the end of a message."""
    bare = text.strip()
    if re.fullmatch("[0-9]{4}", bare):
        return f", which is a year: give its first or last day, such as '{bare}-01-01' or '{bare}-12-31'"
    if re.fullmatch("[0-9]{4}-[0-9]{2}", bare):
        return f", which is a month: give its first or last day, such as '{bare}-01'"
    if re.fullmatch("[0-9]{4}-?[0-9]{2}-?[0-9]{2}", bare):
        return ", which is not a day of the calendar"
    if re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", bare):
        return f", which has a time of day: give '{bare[:10]}'"
    return ""


def _checked_number(name: str, bound: object) -> float:
    number = bound
    if isinstance(bound, str):
        try:
            number = float(bound)
        except ValueError:
            number = None
    if isinstance(number, bool) or not isinstance(number, numbers.Real) or not _is_finite(number):
        raise InvalidFilter(f"the filter on {name} takes numbers, not {bound!r:.80}")
    # Numbers of other libraries, such as numpy, have no JSON form.
    return int(number) if isinstance(number, numbers.Integral) else float(number)


def _is_finite(number: numbers.Real) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer beyond any float
        return False


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate, which cannot be sent
        return False
    return True


def _sql_literal(text: str) -> str:
    """Write text as an SQL literal without comment marks, which the service removes even within quotes."""
    quoted = "'{}'".format(text.replace("'", "''"))
    for mark in ("--", "/*"):
        while mark in quoted:
            quoted = quoted.replace(mark, f"{mark[0]}' || '{mark[1]}")
    return f"({quoted})" if " || " in quoted else quoted
