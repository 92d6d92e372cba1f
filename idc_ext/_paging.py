"""The doing half of paging: rows and pages of any dialect, in either colour, complete or not at all.

`_walk` decides; the two drivers here send and wait for it, which is all that differs between `for` and
`async for`. No endpoint is named here.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import httpx
from attrs import Factory, frozen

from ._walk import Answer, Call, Page, Patience, Pending, Pin, Wait, read, walk
from .errors import ContractError, InvalidRequest, PagingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

T = TypeVar("T")


class Client(Protocol):
    """What is asked of a client: both generated ones and `IDC` fit."""

    def get_httpx_client(self) -> httpx.Client:
        """Get the client of the synchronous colour."""

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Get the client of the asynchronous colour."""


@frozen(repr=False, eq=False)
class Rows(Generic[T]):
    """All rows of a paged request, as a value: nothing is sent until it is iterated, each time anew.

    Iterate it with `for` or `async for`; `pages()` gives the pages.

    Raises (when iterated):
        PagingError: a page token repeats, the total or the data release moves, rows are missing, repeated or too
            many, no answer comes, or something interrupted the walk before.
        ContractError: an answer does not fit the document.
        APIError, CredentialsError: the server refused, or there is no token to ask with.
        httpx.TransportError: nobody answered. Asking the same iterator again repeats the request that failed.
    """

    client: Client
    first: Call
    resume: Callable[[str], Call]
    parse: Callable[[int, Any], Page[T] | Pending]
    patience: Patience = Factory(Patience)
    pin: Pin | None = None

    def __repr__(self) -> str:
        return f"<Rows of {self.first}>"

    def pages(self) -> Pages[T]:
        """Start a walk. What it returns serves `next()` and `for`, `anext()` and `async for`."""
        return Pages(self)

    def __iter__(self) -> Iterator[T]:
        return _RowIterator(self.pages())

    def __aiter__(self) -> AsyncIterator[T]:
        return _RowIterator(self.pages())


class Pages(Generic[T]):
    """One walk over the pages. Asked again after an error, it repeats the request or the error.

    So a walk can go on after a lost connection or with renewed credentials, and no broken one looks complete.
    """

    def __init__(self, rows: Rows[T]) -> None:
        self._client = rows.client
        self._steps = walk(rows.first, rows.resume, rows.parse, rows.patience, rows.pin)
        self._error: Exception | None = None

    def __iter__(self) -> Pages[T]:
        return self

    def __aiter__(self) -> Pages[T]:
        return self

    def __next__(self) -> Page[T]:
        step = self._next(None)
        while not isinstance(step, Page):
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                step = self._next(None)
            else:
                step = self._next(send(self._client, step))
        return step

    async def __anext__(self) -> Page[T]:
        try:
            step = self._next(None)
            while not isinstance(step, Page):
                if isinstance(step, Wait):
                    await asyncio.sleep(step.seconds)
                    step = self._next(None)
                else:
                    step = self._next(await asend(self._client, step))
        except StopIteration:
            raise StopAsyncIteration from None
        return step

    def _next(self, answer: Answer) -> Call | Wait | Page[T]:
        if self._error is not None:
            raise self._error
        try:
            return self._steps.send(answer)
        except StopIteration:
            raise
        except Exception as error:
            self._error = error
            raise
        except BaseException:
            # An interruption ends the walk, too, and the next call must not take that for its end.
            self._error = PagingError("the walk was interrupted while a page was read; start anew")
            raise


class _RowIterator(Generic[T]):
    """Rows one by one.

    Not a generator: that would be at its end after an error, and an asynchronous one that is left early has
    to be closed by somebody.
    """

    def __init__(self, pages: Pages[T]) -> None:
        self._pages = pages
        self._rows: Iterator[T] = iter(())

    def __iter__(self) -> _RowIterator[T]:
        return self

    def __aiter__(self) -> _RowIterator[T]:
        return self

    def __next__(self) -> T:
        while True:
            for row in self._rows:
                return row
            self._rows = iter(next(self._pages).rows)

    async def __anext__(self) -> T:
        while True:
            for row in self._rows:
                return row
            self._rows = iter((await anext(self._pages)).rows)


def fetch(client: Client, call: Call, parse: Callable[[int, Any], T]) -> T:
    """Send one call and parse its answer."""
    return read(call, send(client, call), parse)


def send(client: Client, call: Call) -> httpx.Response | InvalidRequest:
    """Send one call."""
    with legible(call):
        try:
            return client.get_httpx_client().request(**call.keywords())
        except InvalidRequest as refusal:
            return refusal


async def asend(client: Client, call: Call) -> httpx.Response | InvalidRequest:
    """Send one call."""
    with legible(call):
        try:
            return await client.get_async_httpx_client().request(**call.keywords())
        except InvalidRequest as refusal:
            return refusal


@contextmanager
def legible(call: Call) -> Iterator[None]:
    """Take a body that cannot be decompressed for what it is: an answer, though a broken one."""
    try:
        yield
    except httpx.DecodingError as cause:
        raise ContractError(f"{call} was answered with a body that cannot be decompressed: {cause}") from cause
