"""API calls as values: sent by a sync or an async client, and their answers parsed. No endpoint is named here.

Any generated client will do.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar, runtime_checkable

import httpx
from attrs import Factory, frozen

from .._answers import bounds_problem, decode_json, status_problem, value_problem
from ..errors import ContractError, InvalidRequest
from .attempts import CHECKED_BY_CALLER
from .failures import error_of_response, needs_body

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping

T = TypeVar("T")
#: The trace callback of httpcore: called with the name of each step of a request, and details of the step.
Trace: TypeAlias = "Callable[[str, Any], Any]"


@frozen
class Call:
    """One API request, as a value.

    Attributes:
        method: The HTTP method in capitals.
        path: The path relative to the base URL.
        params: The query parameters.
        json: The body.
        timeout: The time-out in seconds; None for the client's own.
    """

    method: str
    path: str
    params: Mapping[str, Any] = Factory(dict)
    json: Any = None
    timeout: float | None = None

    @classmethod
    def of(cls, kwargs: Mapping[str, Any]) -> Call:
        """Make a call from the result of a generated `_get_kwargs`."""
        return cls(kwargs["method"].upper(), kwargs["url"], kwargs.get("params", {}), kwargs.get("json"))

    def httpx_arguments(self, trace: Trace | None = None) -> dict[str, Any]:
        """Return the keyword arguments for `request` and `stream` of an httpx client."""
        extensions = {CHECKED_BY_CALLER: True, **({} if trace is None else {"trace": trace})}
        arguments = {"method": self.method, "url": self.path, "params": self.params, "json": self.json}
        return {**arguments, "extensions": extensions, **({} if self.timeout is None else {"timeout": self.timeout})}

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


#: None: no response came, and the caller resumes the walk after the error.
Answer: TypeAlias = httpx.Response | InvalidRequest | None


@frozen
class TypedCall(Generic[T]):
    """A call and the parser of its answer, such as the ones for the data release and the number of rows."""

    call: Call
    parse: Callable[[int, Any], T]


@runtime_checkable
class Client(Protocol):
    """The interface of a client: both generated clients and `IDC` have it."""

    def get_httpx_client(self) -> httpx.Client:
        """Return the synchronous httpx client."""

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the asynchronous httpx client."""


def send_call(client: Client, call: Call, trace: Trace | None = None) -> httpx.Response | InvalidRequest:
    """Send one call; return its response, or the InvalidRequest that refused it."""
    with decompression_errors(call):
        try:
            return _without_stream(client.get_httpx_client().request(**call.httpx_arguments(trace)))
        except InvalidRequest as refusal:
            return refusal


async def asend_call(client: Client, call: Call, trace: Trace | None = None) -> httpx.Response | InvalidRequest:
    """Send one call, in asynchronous code."""
    with decompression_errors(call):
        try:
            return _without_stream(await client.get_async_httpx_client().request(**call.httpx_arguments(trace)))
        except InvalidRequest as refusal:
            return refusal


class TextStream:
    """The bytes of one call whose answer is text, in pieces; sent when the first piece is requested."""

    def __init__(self, client: Client, call: Call) -> None:
        self._client, self._call = client, call
        self._pieces: Generator[bytes, None, None] | None = None
        self._apieces: AsyncGenerator[bytes, None] | None = None

    def __iter__(self) -> TextStream:
        return self

    def __aiter__(self) -> TextStream:
        return self

    def __next__(self) -> bytes:
        if self._pieces is None:
            self._pieces = self._receive()
        return next(self._pieces)

    async def __anext__(self) -> bytes:
        if self._apieces is None:
            self._apieces = self._areceive()
        return await anext(self._apieces)

    def _receive(self) -> Generator[bytes, None, None]:
        # A generator, so that a text that is left early closes its connection.
        with (
            decompression_errors(self._call),
            self._client.get_httpx_client().stream(**self._call.httpx_arguments()) as response,
        ):
            if needs_body(response):
                response.read()
            self._check(response)
            yield from response.iter_bytes()

    async def _areceive(self) -> AsyncGenerator[bytes, None]:
        with decompression_errors(self._call):
            async with self._client.get_async_httpx_client().stream(**self._call.httpx_arguments()) as response:
                if needs_body(response):
                    await response.aread()
                self._check(response)
                async for piece in response.aiter_bytes():
                    yield piece

    def _check(self, response: httpx.Response) -> None:
        # A client from `connect` has raised the errors already; any other generated client returns every response.
        error = error_of_response(response)
        if error is not None:
            raise error
        if response.status_code != 200:
            raise ContractError(f"{self._call} was answered with {response.status_code} and not with text")


def result_of(typed_call: TypedCall[T]) -> Generator[Call, Answer, T]:
    """Yield one call, and return its parsed answer: a step of a larger generator of calls."""
    answer: Answer = None
    while answer is None:  # None: no response came, and the caller resumes the walk
        answer = yield typed_call.call
    return parse_answer(typed_call.call, answer, typed_call.parse)


def parse_answer(
    call: Call,
    answer: httpx.Response | InvalidRequest,
    parse: Callable[[int, Any], T],
    decode_bytes: Callable[[bytes], T | None] | None = None,
) -> T:
    """Parse the answer to a call.

    Args:
        call: The call, for messages.
        answer: What `send_call` returned.
        parse: Makes the result of status and JSON body.
        decode_bytes: Decodes a body faster; returns None for a body that it leaves to `parse`.

    Raises:
        APIError: the service refused.
        ContractError: the body does not fit the document.
    """
    # A client from `connect` has raised the errors already; any other generated client returns every response.
    if isinstance(answer, InvalidRequest):
        raise answer
    error = error_of_response(answer)
    if error is not None:
        raise error
    found = decode_bytes(answer.content) if decode_bytes is not None and answer.status_code == 200 else None
    if found is not None:
        return found
    outcome = f"{call} was answered with {answer.status_code}"
    problem = status_problem(call.method, call.path, answer.status_code)
    if problem is not None:
        raise ContractError(f"{outcome} and {problem}")
    try:
        body = decode_json(answer.content)
        is_json = True
    except (ValueError, RecursionError):
        is_json = False
    if not is_json:  # not chained: the decoder's error would hold the whole body
        raise ContractError(f"{outcome} and {len(answer.content)} bytes that are not JSON")
    problem = bounds_problem(call.method, call.path, answer.status_code, body)
    if problem is not None:
        raise ContractError(f"{outcome} and {problem}")
    try:
        return parse(answer.status_code, body)
    except (AttributeError, LookupError, TypeError, ValueError) as cause:
        # These do not say what is missing where, nor does a TypeError about a body that is no object.
        if isinstance(cause, AttributeError | LookupError) or not isinstance(body, dict):
            problem = value_problem(call.method, call.path, answer.status_code, body)
        said = problem or f"a body that does not fit the document: {cause}"
        raise ContractError(f"{outcome} and {said}"[:400]) from cause


def _without_stream(response: httpx.Response) -> httpx.Response:
    # A response and its stream refer to each other, so bodies stay in memory until the next garbage collection: for
    # pages, hundreds of megabytes. The body has been read, so the stream is not needed any more.
    response.stream = httpx.ByteStream(b"")
    return response


@contextmanager
def decompression_errors(call: Call) -> Iterator[None]:
    """Raise ContractError for a body that cannot be decompressed: the server did answer."""
    try:
        yield
    except httpx.DecodingError as cause:
        raise ContractError(f"{call} was answered with a body that cannot be decompressed: {cause}") from cause
