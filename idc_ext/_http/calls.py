"""Calls and questions as values, sent by a sync or an async client, and their answers read. No endpoint is named here.

Any generated client serves.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

import httpx
from attrs import Factory, frozen

from ..errors import ContractError, InvalidRequest
from .failures import error_of_response

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

T = TypeVar("T")
#: What httpx calls while a request is under way, with the name of each step and what it is about.
Trace: TypeAlias = "Callable[[str, Any], Any]"


@frozen
class Call:
    """What one request is, as a value.

    Attributes:
        method: In capitals.
        path: Relative to the base URL.
        params: The query.
        json: The body.
        timeout: How many seconds to wait for its answer; None if the client is to decide.
    """

    method: str
    path: str
    params: Mapping[str, Any] = Factory(dict)
    json: Any = None
    timeout: float | None = None

    @classmethod
    def of(cls, kwargs: Mapping[str, Any]) -> Call:
        """Take over what a generated `_get_kwargs` computed."""
        return cls(kwargs["method"].upper(), kwargs["url"], kwargs.get("params", {}), kwargs.get("json"))

    def httpx_arguments(self) -> dict[str, Any]:
        """Give what `request` and `stream` of an httpx client take."""
        arguments = {"method": self.method, "url": self.path, "params": self.params, "json": self.json}
        return arguments if self.timeout is None else {**arguments, "timeout": self.timeout}

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


#: None says that the request failed to get through and that the walk is asked to go on nevertheless.
Answer: TypeAlias = httpx.Response | InvalidRequest | None


@frozen
class TypedCall(Generic[T]):
    """A request whose answer is needed to judge another: which data release there is, how many rows are due."""

    call: Call
    parse: Callable[[int, Any], T]


class Client(Protocol):
    """What is asked of a client: both generated ones and `IDC` fit."""

    def get_httpx_client(self) -> httpx.Client:
        """Get the synchronous client."""

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Get the asynchronous client."""


def fetch(client: Client, call: Call, parse: Callable[[int, Any], T]) -> T:
    """Send one call and parse its answer."""
    return parse_answer(call, send_call(client, call), parse)


def send_call(client: Client, call: Call, trace: Trace | None = None) -> httpx.Response | InvalidRequest:
    """Send one call."""
    with decompression_errors(call):
        try:
            return _without_stream(
                client.get_httpx_client().request(**call.httpx_arguments(), extensions=_trace_extension(trace))
            )
        except InvalidRequest as refusal:
            return refusal


async def asend_call(client: Client, call: Call, trace: Trace | None = None) -> httpx.Response | InvalidRequest:
    """Send one call."""
    with decompression_errors(call):
        try:
            return _without_stream(
                await client.get_async_httpx_client().request(
                    **call.httpx_arguments(), extensions=_trace_extension(trace)
                )
            )
        except InvalidRequest as refusal:
            return refusal


def result_of(question: TypedCall[T]) -> Generator[Call, Answer, T]:
    """Ask a question, and give what it is answered with."""
    answer: Answer = None
    while answer is None:  # None: the request failed, and the walk is asked to go on
        answer = yield question.call
    return parse_answer(question.call, answer, question.parse)


def run_steps(client: Client, steps: Generator[Call, Answer, T]) -> T:
    """Send the calls that a generator yields, one after another, and give what it returns."""
    answer: Answer = None
    while True:
        try:
            call = steps.send(answer)
        except StopIteration as end:
            found: T = end.value
            return found
        answer = send_call(client, call)


async def arun_steps(client: Client, steps: Generator[Call, Answer, T]) -> T:
    """Send the calls that a generator yields, in asynchronous code."""
    answer: Answer = None
    while True:
        try:
            call = steps.send(answer)
        except StopIteration as end:
            found: T = end.value
            return found
        answer = await asend_call(client, call)


def parse_answer(
    call: Call,
    answer: httpx.Response | InvalidRequest,
    parse: Callable[[int, Any], T],
    decode_bytes: Callable[[bytes], T | None] | None = None,
) -> T:
    """Parse an answer, or raise what it is in place of one: an APIError or a ContractError."""
    # A client from `connect` raises by itself; any other generated client hands over whatever came.
    if isinstance(answer, InvalidRequest):
        raise answer
    error = error_of_response(answer)
    if error is not None:
        raise error
    found = decode_bytes(answer.content) if decode_bytes is not None and answer.status_code == 200 else None
    if found is not None:
        return found
    outcome = f"{call} was answered with {answer.status_code}"
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        # Not chained: the decoder's error would carry the whole body along.
        body = None
    if body is None:
        raise ContractError(f"{outcome} and {len(answer.content)} bytes that are not JSON")
    try:
        return parse(answer.status_code, body)
    except (AttributeError, LookupError, TypeError, ValueError) as cause:
        raise ContractError(f"{outcome} and a body that does not fit the document: {cause!r}"[:400]) from cause


def _trace_extension(trace: Trace | None) -> dict[str, Any] | None:
    return None if trace is None else {"trace": trace}


def _without_stream(response: httpx.Response) -> httpx.Response:
    # A response and its stream refer to each other: bodies would pile up until the garbage is next collected, which
    # for pages is hundreds of megabytes. The body has been read, so the stream is of no use any more.
    response.stream = httpx.ByteStream(b"")
    return response


@contextmanager
def decompression_errors(call: Call) -> Iterator[None]:
    """Take a body that cannot be decompressed for what it is: an answer, though a broken one."""
    try:
        yield
    except httpx.DecodingError as cause:
        raise ContractError(f"{call} was answered with a body that cannot be decompressed: {cause}") from cause
