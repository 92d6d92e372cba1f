"""An answer of v3, held against the filters that it was asked with, and what the service warns of in it.

A filter that the service left out makes an answer for more than was meant, up to the whole archive, and nothing in its
numbers says so. Services from release 3.0.0b3 on echo what they applied.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from .._http.redaction import one_line
from .._suggest import did_you_mean
from ..errors import ContractError, ServiceWarned, ServiceWarning

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._http.calls import Client
    from .._paging.page import Page
    from ._filters import Filters

T = TypeVar("T")
#: A value within quotes, in a sentence of the service.
_QUOTED_VALUE = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_MAX_WARNING_LENGTH = 300
#: So many warnings of one answer are passed on. The service gives one for each attribute and one for all, at most.
_MAX_WARNINGS = 40
#: Frames of this package are skipped: a warning is located where the caller's code is.
_PACKAGE = __name__.partition(".")[0]


@frozen
class ExpectedFilters:
    """What answers to a request with filters have to say of them.

    Attributes:
        name: The request, for messages.
        filters: What was sent.
        strict: Whether a warning of the service is an error.
    """

    name: str
    filters: Filters
    strict: bool

    @classmethod
    def of(cls, client: Client, name: object, filters: Filters) -> ExpectedFilters:
        """Take over from a client whether it is strict; other generated clients are not."""
        return cls(str(name), filters, bool(getattr(client, "strict", False)))

    def checking_parser(self, parse: Callable[[int, Any], T]) -> Callable[[int, Any], T]:
        """Make of what reads a body what holds it against the filters as well."""

        def parse_checked(status: int, body: Any) -> T:
            self.check_filters_applied(body)  # first: that the wrong thing was answered says more than any other misfit
            return parse(status, body)

        return parse_checked

    def checked_page(self, page: Page[T]) -> Page[T]:
        """Hold a page of a manifest against the filters; its counts say what they are of."""
        self.check_filters_applied(page.info["counts"])
        return page

    def check_filters_applied(self, said: object) -> None:
        """Hold an object with `filters_applied` and `warnings` against the filters, and pass the warnings on.

        Raises:
            ContractError: the service applied other filters, or does not say which.
            ServiceWarned: it warns, and the client is strict.
        """
        applied = said.get("filters_applied") if isinstance(said, Mapping) else None
        if not isinstance(said, Mapping) or applied is None:
            raise ContractError(
                f"{self.name} was answered without filters_applied: services before 3.0.0b3 answer so, and for the "
                "whole archive whatever was asked; see idc-ext doctor"
            )
        wrong = _filter_differences(self.filters.applied, applied)
        if wrong:
            raise ContractError(f"{self.name}: the service {wrong[0]}, so the answer is not for what was asked")
        texts = said.get("warnings")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ContractError(f"{self.name} was answered without a list of warnings")
        # That nothing was filtered is what was asked for then. It is known by being alone: its words are the service's.
        if len(texts) > (0 if self.filters else 1):
            empty = said.get("series") == 0
            lines = [
                line
                for text in texts[:_MAX_WARNINGS]
                for line in (empty and self._letter_case_hints(text)) or [_service_warning(text)]
            ]
            more = len(lines[_MAX_WARNINGS:]) + len(texts[_MAX_WARNINGS:])
            self._warn([*lines[:_MAX_WARNINGS], *([f"the service warns of {more} things more"] if more else [])])

    def _warn(self, texts: list[str]) -> None:
        if self.strict:
            raise ServiceWarned(f"{self.name}: {'; '.join(texts)}", warnings=tuple(texts))
        for text in texts:
            warnings.warn(text, ServiceWarning, stacklevel=_frames_to_caller())

    def _letter_case_hints(self, text: str) -> list[str]:
        """Say in our words which values of the filters a text has in another letter case, each; nothing if none."""
        quoted: dict[str, set[str]] = {}  # by what they are without their case: there may be very many of both
        for one, other in _QUOTED_VALUE.findall(text):
            quoted.setdefault((one or other).casefold(), set()).add(one or other)
        return [
            f"nothing was found; {name} {value!r:.80}{did_you_mean(value, close)}"
            for name, values in self.filters.terms.items()
            for asked in [frozenset(values)]
            for value in dict.fromkeys(values)
            if (close := quoted.get(value.casefold(), set()) - asked)
        ]


def _service_warning(text: str) -> str:
    """Give a warning in the service's words."""
    line = f"the service warns: {one_line(text)}"
    return line if len(line) <= _MAX_WARNING_LENGTH else line[: _MAX_WARNING_LENGTH - 1] + "…"


def _filter_differences(sent: Mapping[str, Any], applied: object) -> list[str]:
    """Say how what was applied differs from what was sent; nothing if it selects the same."""
    if not isinstance(applied, Mapping):
        return ["names no filters that can be read"]
    more = [name for name, value in applied.items() if name not in sent and value]
    wrong = [f"applied {name!r:.80}, which was not sent" for name in more]
    for kind, noun in (("terms", "filter"), ("ranges", "range")):
        ours, theirs = sent[kind], applied.get(kind)
        if not isinstance(theirs, Mapping):
            return [f"names no {kind} that can be read"]
        wrong += [f"left out the {noun} on {name}" for name in ours if name not in theirs]
        wrong += [f"applied a {noun} on {name!r:.80} that was not sent" for name in theirs if name not in ours]
        wrong += [
            f"applied another {noun} on {name} than was sent: {theirs[name]!r:.120}"
            for name in ours
            if name in theirs and not _selects_same(ours[name], theirs[name])
        ]
    return wrong


def _selects_same(sent: Any, applied: Any) -> bool:
    if isinstance(sent, list):  # values: their order, and how often one comes, select nothing
        return isinstance(applied, list) and all(isinstance(one, str) for one in applied) and {*sent} == {*applied}
    return isinstance(applied, Mapping) and dict(applied) == sent


def _frames_to_caller() -> int:
    """Count the frames from `_warn` to the code that called this package."""
    frame, count = sys._getframe(1), 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == _PACKAGE:
        frame, count = frame.f_back, count + 1
    return count
