"""One call, sent by either colour of a client; any generated client serves. No endpoint is named here."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import httpx

from ._walk import Answer, Call, read
from .errors import ContractError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

T = TypeVar("T")
#: What httpx calls while a request is under way, with the name of each step and what it is about.
Trace: TypeAlias = "Callable[[str, Any], Any]"


class Client(Protocol):
    """What is asked of a client: both generated ones and `IDC` fit."""

    def get_httpx_client(self) -> httpx.Client:
        """Get the client of the synchronous colour."""

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Get the client of the asynchronous colour."""


def fetch(client: Client, call: Call, parse: Callable[[int, Any], T]) -> T:
    """Send one call and parse its answer."""
    return read(call, send(client, call), parse)


def send(client: Client, call: Call, trace: Trace | None = None) -> httpx.Response | InvalidRequest:
    """Send one call."""
    with legible(call):
        try:
            return _freed(client.get_httpx_client().request(**call.keywords(), extensions=_traced(trace)))
        except InvalidRequest as refusal:
            return refusal


async def asend(client: Client, call: Call, trace: Trace | None = None) -> httpx.Response | InvalidRequest:
    """Send one call."""
    with legible(call):
        try:
            return _freed(await client.get_async_httpx_client().request(**call.keywords(), extensions=_traced(trace)))
        except InvalidRequest as refusal:
            return refusal


def drive(client: Client, steps: Generator[Call, Answer, T]) -> T:
    """Send the calls that a generator yields, one after another, and give what it returns."""
    answer: Answer = None
    while True:
        try:
            call = steps.send(answer)
        except StopIteration as end:
            found: T = end.value
            return found
        answer = send(client, call)


async def adrive(client: Client, steps: Generator[Call, Answer, T]) -> T:
    """Send the calls that a generator yields, in asynchronous code."""
    answer: Answer = None
    while True:
        try:
            call = steps.send(answer)
        except StopIteration as end:
            found: T = end.value
            return found
        answer = await asend(client, call)


def _traced(trace: Trace | None) -> dict[str, Any] | None:
    return None if trace is None else {"trace": trace}


def _freed(response: httpx.Response) -> httpx.Response:
    # A response and its stream refer to each other: bodies would pile up until the garbage is next collected, which
    # for pages is hundreds of megabytes. The body has been read, so the stream is of no use any more.
    response.stream = httpx.ByteStream(b"")
    return response


@contextmanager
def legible(call: Call) -> Iterator[None]:
    """Take a body that cannot be decompressed for what it is: an answer, though a broken one."""
    try:
        yield
    except httpx.DecodingError as cause:
        raise ContractError(f"{call} was answered with a body that cannot be decompressed: {cause}") from cause
