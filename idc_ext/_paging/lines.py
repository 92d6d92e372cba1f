"""Lines of a streamed text, sync and async, checked for completeness: by a count before, and by the data release.

Law: as with pages, checking is apart from fetching: `_LineChecker` checks, the steps of `LineChunks` fetch. No endpoint
is named here.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from attrs import Factory, define, fields_dict, frozen

from .._http.calls import Call, Client, TextStream, TypedCall
from .._http.steps import END, End, Next, StepIterator, Steps, fetch_steps
from .._lazy import public_names
from ..errors import ContractError, DataReleaseChanged, TruncatedResult

#: In bytes. A line is an address, and none is nearly as long; a text without line ends must not fill the memory.
_LONGEST_LINE = 65_536


@frozen(repr=False, eq=False)
class Lines:
    """All lines of a streamed text, as a value: requests are sent when it is iterated, each time anew.

    Iterate it with `for` or `async for`. Lines come as they arrive, the last one only when their number is right.

    Raises (when iterated):
        TruncatedResult: there are fewer or more lines than were counted, or an earlier iteration was interrupted.
        DataReleaseChanged: the service has other data after the last line than before the count.
        ContractError: a line does not fit the document, comes twice or out of order.
        APIError: the server refused.
        httpx.TransportError: no response, or an incomplete one.
    """

    client: Client
    count: TypedCall[int]
    call_with_limit: Callable[[int], Call]
    pattern: re.Pattern[str]
    pin: TypedCall[str]

    def __repr__(self) -> str:
        return f"<Lines of {self.call_with_limit(0)}>"

    def __dir__(self) -> list[str]:
        return public_names(self, fields_dict(type(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "lines cannot be pickled: they hold a client, which is of one process. Pass the filters to the other "
            "process, call connect() there, and make the request anew"
        )

    def __iter__(self) -> Iterator[str]:
        return _LineIterator(self)

    def __aiter__(self) -> AsyncIterator[str]:
        return _LineIterator(self)

    def chunks(self) -> LineChunks:
        """Start to read the lines: an iterator for `for` and `async for` over lists of lines, as they arrive."""
        return LineChunks(self)


class LineChunks(StepIterator[list[str]]):
    """The iterator over lists of lines. After an error, it raises that again: a broken text never looks complete."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._name = str(lines.call_with_limit(0))
        self._release = ""
        self._text: TextStream | None = None
        self._checker: _LineChecker | None = None
        self._held: list[str] = []  # the latest line, which may be the last one
        self._ended, self._complete = False, False
        self._error: Exception | None = None

    def __iter__(self) -> LineChunks:
        return self

    def __aiter__(self) -> LineChunks:
        return self

    def next_steps(self, *, in_loop: bool) -> Steps[list[str] | End]:
        """Make the steps to the next lines."""
        if self._error is not None:
            raise self._error
        try:
            return (yield from self._read())
        except Exception as error:
            self._error = error
            raise
        except BaseException:
            # An interruption or a time limit ends the text, too; the next call must not mistake that for its end.
            self._error = TruncatedResult(f"{self._name} was interrupted before all lines had come; start anew")
            raise

    def _read(self) -> Steps[list[str] | End]:
        lines = self._lines
        if self._text is None or self._checker is None:
            self._release = yield from fetch_steps(lines.client, lines.pin.call, lines.pin.parse)
            expected = yield from fetch_steps(lines.client, lines.count.call, lines.count.parse)
            call = lines.call_with_limit(expected + 1)  # one more than counted, to notice too many
            self._checker = _LineChecker(str(call), expected, lines.pattern)
            self._text = TextStream(lines.client, call)
        while not self._ended:
            piece: bytes | End = yield Next(self._text)
            self._ended = isinstance(piece, End)
            found = self._checker.last_line() if isinstance(piece, End) else self._checker.split(piece)
            there = [*self._held, *found]
            ready, self._held = there[:-1], there[-1:]
            if ready:
                return ready
        if self._complete:
            return END
        self._checker.check_count()
        now = yield from fetch_steps(lines.client, lines.pin.call, lines.pin.parse)
        if now != self._release:
            raise DataReleaseChanged(
                f"{self._name}: the data release changed from {self._release} to {now} meanwhile; start anew"
            )
        self._complete = True
        return self._held or END


class _LineIterator(StepIterator[str]):
    """The iterator over lines, one by one."""

    def __init__(self, lines: Lines) -> None:
        self._chunks = LineChunks(lines)

    def __iter__(self) -> _LineIterator:
        return self

    def __aiter__(self) -> _LineIterator:
        return self

    def next_steps(self, *, in_loop: bool) -> Steps[str | End]:
        """Make the steps to the next line."""
        chunk: list[str] | End = yield Next(self._chunks)
        if isinstance(chunk, End):
            return END
        first, *rest = chunk
        self.ready = iter(rest)
        return first


@define
class _LineChecker:
    """The check of lines: format, order and number.

    Lines are sorted by the groups of the pattern: within the same first group, the second one ascends.
    """

    name: str
    expected: int
    pattern: re.Pattern[str]
    rest: bytes = b""
    count: int = 0
    last: dict[str, str] = Factory(dict)

    def split(self, piece: bytes) -> list[str]:
        """Return the lines that a piece of the text ends; what is left of it begins the next one."""
        *ended, self.rest = (self.rest + piece).split(b"\n")
        found = [line.removesuffix(b"\r").decode("utf-8", "replace") for line in ended]
        for line in found:
            self.add(line)
        if len(self.rest) > _LONGEST_LINE:
            raise ContractError(f"{self.name}: line {self.count + 1} has more than {_LONGEST_LINE:,} bytes")
        return found

    def last_line(self) -> list[str]:
        """Return the last line, if no line feed ends it."""
        return self.split(b"\n") if self.rest else []

    def add(self, line: str) -> None:
        self.count += 1
        found = self.pattern.fullmatch(line)
        if found is None:
            raise ContractError(f"{self.name}: line {self.count} does not fit the document: {line!r:.120}")
        if self.count > self.expected:
            raise self._truncated("more than")
        group, key = found.groups()
        if key <= self.last.get(group, ""):
            raise ContractError(f"{self.name}: line {self.count} comes a second time or out of order: {line!r:.120}")
        self.last[group] = key

    def check_count(self) -> None:
        if self.count < self.expected:
            raise self._truncated(f"{self.count} of")

    def _truncated(self, came: str) -> TruncatedResult:
        return TruncatedResult(f"{self.name}: {came} the {self.expected} lines that were counted came; start anew")
