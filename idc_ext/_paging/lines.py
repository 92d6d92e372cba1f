"""Lines of a streamed text, sync and async, checked for completeness: by a count before, and by the data release.

Law: as with pages, checking is apart from fetching: `_LineChecker` checks, the two drivers here fetch. No endpoint is
named here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import Factory, define, frozen

from .._http.calls import Answer, Call, Client, TypedCall, arun_steps, decompression_errors, result_of, run_steps
from .._http.failures import error_of_response, needs_body
from ..errors import ContractError, DataReleaseChanged, TruncatedResult

if TYPE_CHECKING:
    import re
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator

    import httpx


#: In bytes. A line is an address.
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

    def __iter__(self) -> Iterator[str]:
        return _LineIterator(self)

    def __aiter__(self) -> AsyncIterator[str]:
        return _LineIterator(self)

    def _release_and_count(self) -> Generator[Call, Answer, tuple[str, int]]:
        release = yield from result_of(self.pin)
        return release, (yield from result_of(self.count))

    def _check_release(self, release: str) -> Generator[Call, Answer, None]:
        now = yield from result_of(self.pin)
        if now != release:
            raise DataReleaseChanged(
                f"{self.call_with_limit(0)}: the data release changed from {release} to {now} meanwhile; start anew"
            )

    def _iterate(self) -> Generator[str, None, None]:
        release, expected = run_steps(self.client, self._release_and_count())
        call = self.call_with_limit(expected + 1)  # one more than counted, to notice too many
        checker = _LineChecker(str(call), expected, self.pattern)
        held = None  # the latest line, which may be the last one
        with decompression_errors(call), self.client.get_httpx_client().stream(**call.httpx_arguments()) as response:
            if needs_body(response):
                response.read()
            checker.check_response(response)
            for piece in response.iter_bytes():
                for line in checker.split(piece):
                    checker.add(line)
                    if held is not None:
                        yield held
                    held = line
        for line in checker.last_line():
            checker.add(line)
            if held is not None:
                yield held
            held = line
        checker.check_count()
        run_steps(self.client, self._check_release(release))
        if held is not None:
            yield held

    async def _aiterate(self) -> AsyncGenerator[str, None]:
        release, expected = await arun_steps(self.client, self._release_and_count())
        call = self.call_with_limit(expected + 1)
        checker = _LineChecker(str(call), expected, self.pattern)
        held = None
        with decompression_errors(call):
            async with self.client.get_async_httpx_client().stream(**call.httpx_arguments()) as response:
                if needs_body(response):
                    await response.aread()
                checker.check_response(response)
                async for piece in response.aiter_bytes():
                    for line in checker.split(piece):
                        checker.add(line)
                        if held is not None:
                            yield held
                        held = line
        for line in checker.last_line():
            checker.add(line)
            if held is not None:
                yield held
            held = line
        checker.check_count()
        await arun_steps(self.client, self._check_release(release))
        if held is not None:
            yield held


class _LineIterator:
    """The iterator over lines. After an error, it raises that again: a broken text never looks complete."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._call = lines.call_with_limit(0)
        self._iterate: Generator[str, None, None] | None = None
        self._aiterator: AsyncGenerator[str, None] | None = None
        self._error: Exception | None = None

    def __iter__(self) -> _LineIterator:
        return self

    def __aiter__(self) -> _LineIterator:
        return self

    def __next__(self) -> str:
        if self._error is not None:
            raise self._error
        if self._iterate is None:
            self._iterate = self._lines._iterate()
        try:
            return next(self._iterate)
        except StopIteration:
            raise
        except BaseException as error:
            self._error = self._error_to_repeat(error)
            raise

    async def __anext__(self) -> str:
        if self._error is not None:
            raise self._error
        if self._aiterator is None:
            self._aiterator = self._lines._aiterate()
        try:
            return await anext(self._aiterator)
        except StopAsyncIteration:
            raise
        except BaseException as error:
            self._error = self._error_to_repeat(error)
            raise

    def _error_to_repeat(self, error: BaseException) -> Exception:
        if isinstance(error, Exception):
            return error
        # An interruption or a time limit ends the text, too; the next call must not mistake that for its end.
        return TruncatedResult(f"{self._call} was interrupted before all lines had come; start anew")


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

    def check_response(self, response: httpx.Response) -> None:
        # A client from `connect` has raised the errors already; any other generated client returns every response.
        error = error_of_response(response)
        if error is not None:
            raise error
        if response.status_code != 200:
            raise ContractError(f"{self.name} was answered with {response.status_code} and not with text")

    def split(self, piece: bytes) -> Iterator[str]:
        """Yield the lines that a piece of the text ends; what is left of it begins the next one."""
        text, start = self.rest + piece, 0
        while (end := text.find(b"\n", start)) >= 0:
            yield text[start:end].removesuffix(b"\r").decode("utf-8", "replace")
            start = end + 1
        self.rest = text[start:]
        if len(self.rest) > _LONGEST_LINE:
            raise ContractError(f"{self.name}: line {self.count + 1} has more than {_LONGEST_LINE:,} bytes")

    def last_line(self) -> Iterator[str]:
        """Yield the last line, if no line feed ends it."""
        if self.rest:
            yield from self.split(b"\n")

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
