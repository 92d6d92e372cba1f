"""Filters that the service applied, checked against those that were sent; and the warnings of an answer.

If the service ignores a filter, the answer is for more than was meant, up to the whole archive, and its numbers do not
show it. Services from release 3.0.0b3 on echo the filters that they applied. The echo may be wrong as well, so rows
and counts are checked against the filters where they show that attribute.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from .._http.redaction import one_line
from .._suggest import did_you_mean
from .._warnings import warn_caller
from ..errors import ContractError, ServiceWarned, ServiceWarning
from ._filters import RANGE_OPERATORS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .._http.calls import Client
    from .._paging.page import Page
    from ._filters import Filters

T = TypeVar("T")
#: A value within quotes in a warning of the service.
_QUOTED_VALUE = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_MAX_WARNING_LENGTH = 300
#: The maximum number of warnings of one answer that are passed on. The service sends at most one per attribute and one.
_MAX_WARNINGS = 40
#: Attributes of filters that are columns of a manifest, too. Filters compare values exactly.
_ROW_ATTRIBUTES = frozenset(
    {
        "collection_id",
        "PatientID",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "Modality",
        "instanceCount",
        "series_size_MB",
    }
)
#: Sizes may be rounded in rows, but not where they are compared.
_ROUNDING = {"series_size_MB": 1e-5}
#: Attributes that identify what is counted -> the count, which is at most the number of values.
_COUNTED = {"StudyInstanceUID": "studies", "SeriesInstanceUID": "series"}


@frozen
class ExpectedFilters:
    """The filters that the answer to a request must report as applied.

    Attributes:
        name: The request, for messages.
        filters: The filters that were sent.
        strict: Whether a warning of the service is an error.
    """

    name: str
    filters: Filters
    strict: bool

    @classmethod
    def of(cls, client: Client, name: object, filters: Filters) -> ExpectedFilters:
        """Make the expectation for one request; `strict` is that of the client, false for other generated clients."""
        return cls(str(name), filters, bool(getattr(client, "strict", False)))

    def checking_parser(self, parse: Callable[[int, Any], T]) -> Callable[[int, Any], T]:
        """Extend a parser of bodies: it checks the filters first."""

        def parse_checked(status: int, body: Any) -> T:
            self.check_filters_applied(body)  # first: an answer for other filters explains any other mismatch
            return parse(status, body)

        return parse_checked

    def checked_page(self, page: Page[T]) -> Page[T]:
        """Check the filters of a manifest page, which are in its member `counts`, and its rows against them."""
        self.check_filters_applied(page.info["counts"])
        for name, values in self.filters.terms.items():
            if name in _ROW_ATTRIBUTES:
                self._check_column(name, page.content.distinct_values(name).difference(values))
        for name, bounds in self.filters.ranges.items():
            if name in _ROW_ATTRIBUTES:
                self._check_column(name, _values_beyond(page.content.distinct_values(name), bounds, name))
        return page

    def _check_column(self, name: str, wrong: Collection[Any]) -> None:
        if wrong:
            raise ContractError(
                f"{self.name}: a row has the {name} {next(iter(wrong))!r:.80}, which was not requested: the service "
                "ignored a filter, so this is not the answer to the request"
            )

    def check_filters_applied(self, answer: object) -> None:
        """Check the `filters_applied` of an answer, and pass its `warnings` on.

        Raises:
            ContractError: the service applied other filters, or does not report them.
            ServiceWarned: there is a warning, and the client is strict.
        """
        applied = answer.get("filters_applied") if isinstance(answer, Mapping) else None
        if not isinstance(answer, Mapping) or applied is None:
            raise ContractError(
                f"the answer to {self.name} has no filters_applied: services before 3.0.0b3 omit it, and may "
                "answer for the whole archive whatever the filters are; run idc-ext doctor"
            )
        wrong = _filter_differences(self.filters.applied, applied)
        if wrong:
            raise ContractError(f"{self.name}: the service {wrong[0]}, so this is not the answer to the request")
        self._check_counts(answer)
        texts = answer.get("warnings")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ContractError(f"the answer to {self.name} has no list of warnings")
        # Without filters one warning is expected: that nothing was filtered. Its text may change; the number counts.
        if len(texts) > (0 if self.filters else 1):
            empty = answer.get("series") == 0
            lines = [
                line
                for text in texts[:_MAX_WARNINGS]
                for line in (empty and self._letter_case_hints(text)) or [_service_warning(text)]
            ]
            more = len(lines[_MAX_WARNINGS:]) + len(texts[_MAX_WARNINGS:])
            self._warn([*lines[:_MAX_WARNINGS], *([f"the service warns of {more} things more"] if more else [])])

    def _check_counts(self, answer: Mapping[Any, Any]) -> None:
        """Check counts that filters limit: of studies and series by their UIDs, of instances by their range."""
        counts = {name: answer.get(name) for name in ("studies", "series", "instances")}
        numbers = {name: number for name, number in counts.items() if type(number) is int}
        if len(numbers) < len(counts):
            return  # no counts, or broken ones, which are found elsewhere
        limits = [
            (count, 0.0, float(len({*values})))
            for name, values in self.filters.terms.items()
            if (count := _COUNTED.get(name))
        ]
        if bounds := self.filters.ranges.get("instanceCount"):
            low, high = (
                float(bounds.get(operator, end)) for operator, end in zip(RANGE_OPERATORS, (0, math.inf), strict=True)
            )
            # Nothing of infinitely many is nothing.
            limits.append(
                ("instances", low * numbers["series"], high * numbers["series"] if numbers["series"] else 0.0)
            )
        for name, least, most in limits:
            if not least <= numbers[name] <= most:
                raise ContractError(
                    f"{self.name}: there are {numbers[name]} {name}, which the filters rule out: the service ignored a "
                    "filter, so this is not the answer to the request"
                )

    def _warn(self, texts: list[str]) -> None:
        if self.strict:
            raise ServiceWarned(f"{self.name}: {'; '.join(texts)}", warnings=tuple(texts))
        for text in texts:
            warn_caller(text, ServiceWarning)

    def _letter_case_hints(self, text: str) -> list[str]:
        """List hints for the filter values that a warning quotes in another letter case."""
        quoted: dict[str, set[str]] = {}  # by case-folded value: there may be very many values on both sides
        for one, other in _QUOTED_VALUE.findall(text):
            quoted.setdefault((one or other).casefold(), set()).add(one or other)
        return [
            f"nothing was found; {name} {value!r:.80}{did_you_mean(value, close)}"
            for name, values in self.filters.terms.items()
            for sent in [frozenset(values)]
            for value in dict.fromkeys(values)
            if (close := quoted.get(value.casefold(), set()) - sent)
        ]


def _values_beyond(values: set[Any], bounds: Mapping[str, str | float], name: str) -> list[Any]:
    """List the values of a column of numbers that are beyond its bounds; a missing value is beyond any."""
    slack = _ROUNDING.get(name, 0.0)
    low, high = (
        float(bounds.get(operator, end)) for operator, end in zip(RANGE_OPERATORS, ("-inf", "inf"), strict=True)
    )
    return [one for one in values if one is None or not low - slack <= one <= high + slack]


def _service_warning(text: str) -> str:
    """Quote a warning of the service on one line."""
    line = f"the service warns: {one_line(text)}"
    return line if len(line) <= _MAX_WARNING_LENGTH else line[: _MAX_WARNING_LENGTH - 1] + "…"


def _filter_differences(sent: Mapping[str, Any], applied: object) -> list[str]:
    """Describe how the applied filters differ from those sent; an empty list if they select the same."""
    if not isinstance(applied, Mapping):
        return ["reports no filters that can be read"]
    more = [name for name, value in applied.items() if name not in sent and value]
    wrong = [f"applied {name!r:.80}, which was not sent" for name in more]
    for kind, noun in (("terms", "filter"), ("ranges", "range")):
        ours, reported = sent[kind], applied.get(kind)
        if not isinstance(reported, Mapping):
            return [f"reports no {kind} that can be read"]
        wrong += [f"ignored the {noun} on {name}" for name in ours if name not in reported]
        wrong += [f"applied a {noun} on {name!r:.80} that was not sent" for name in reported if name not in ours]
        wrong += [
            f"applied another {noun} on {name} than was sent: {reported[name]!r:.120}"
            for name in ours
            if name in reported and not _selects_same(ours[name], reported[name])
        ]
    return wrong


def _selects_same(sent: Any, applied: Any) -> bool:
    if isinstance(sent, list):  # values: order and repetition make no difference
        return isinstance(applied, list) and all(isinstance(one, str) for one in applied) and {*sent} == {*applied}
    return isinstance(applied, Mapping) and dict(applied) == sent
