"""The doing half of paging: pages of any dialect, in either colour, complete or not at all.

`_walk` decides; the two drivers here send and wait for it, which is all that differs between `for` and
`async for`. No endpoint is named here.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import httpx
from attrs import Factory, field, frozen

from ._ahead import Tasks, Threads
from ._checkpoint import Checkpoint, Notes
from ._columns import Columns
from ._deadline import asleep, sleep
from ._walk import Answer, Call, Page, Patience, Pending, Pin, Wait, read, walk
from ._whole import Position
from .errors import ContractError, InvalidRequest, PagingError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Iterator

T = TypeVar("T")


class Client(Protocol):
    """What is asked of a client: both generated ones and `IDC` fit."""

    def get_httpx_client(self) -> httpx.Client:
        """Get the client of the synchronous colour."""

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Get the client of the asynchronous colour."""


@frozen
class Progress:
    """How far a walk came.

    Attributes:
        rows: How many rows have come, those before a checkpoint included.
        total: How many there are; None if the server does not say.
        bytes: The bodies of this walk's pages, as they came over the wire.
    """

    rows: int
    total: int | None
    bytes: int


@frozen(repr=False, eq=False)
class Request(Generic[T]):
    """A paged request, and how its pages are to be walked."""

    client: Client
    first: Call
    resume: Callable[[str], Call]
    parse: Callable[[int, Any], Page[T] | Pending]
    patience: Patience = Factory(Patience)
    pin: Pin | None = None
    #: What is declared of the columns; by default nothing, and any may come.
    columns: Columns = field(default=Columns((), others=True), kw_only=True)
    most: int | None = field(default=None, kw_only=True)
    ahead: int = field(default=0, kw_only=True)
    progress: Callable[[Progress], object] | None = field(default=None, kw_only=True)
    checkpoint: str | os.PathLike[str] | None = field(default=None, kw_only=True)

    def saving(self, output: str | None = None) -> Checkpoint | None:
        """Make what writes down how far a walk came, if that is asked for."""
        if self.checkpoint is None:
            return None
        # Both generated clients know it; other servers number their pages otherwise.
        base_url = getattr(self.client, "_base_url", "")
        return Checkpoint.of(self.checkpoint, base_url, self.first, output)


class Pages(Generic[T]):
    """One walk over the pages. Asked again after an error, it repeats the request or the error.

    So a walk can go on after a lost connection or with renewed credentials, and no broken one looks complete.
    A page is done when the next one is asked for: then the checkpoint, if there is one, says so.
    """

    def __init__(self, request: Request[T], *, start: Position | None = None) -> None:
        self._request = request
        self._start = start
        self._notes = Notes(request.saving() if start is None else None)
        self._steps: Generator[Call | Wait | Page[T], Answer, None] | None = None
        self._threads = Threads(request.ahead, lambda call: send(request.client, call))
        self._tasks = Tasks(request.ahead, lambda call: asend(request.client, call))
        self._error: Exception | None = None
        self._ended = False
        self._bytes = 0
        self._given: Page[T] | None = None
        self._used = 0

    def __iter__(self) -> Pages[T]:
        return self

    def __aiter__(self) -> Pages[T]:
        return self

    def __enter__(self) -> Pages[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # Left early: requests under way are of no use, and the rows that are done are written down.
        with suppress(Exception):
            self.close()

    def __next__(self) -> Page[T]:
        step = self._next(None)
        while not isinstance(step, Page):
            if isinstance(step, Wait):
                sleep(step.seconds, str(self._request.first))
                step = self._next(None)
            else:
                step = self._next(self._threads.take(step))
        return self._following(step, self._threads)

    async def __anext__(self) -> Page[T]:
        try:
            step = self._next(None)
            while not isinstance(step, Page):
                if isinstance(step, Wait):
                    await asleep(step.seconds, str(self._request.first))
                    step = self._next(None)
                else:
                    step = self._next(await self._tasks.take(step))
        except StopIteration:
            raise StopAsyncIteration from None
        return self._following(step, self._tasks)

    def use(self, rows: int) -> None:
        """Note how many rows of the page given last are done; all of them are when the next is asked for."""
        self._used = rows
        if self._given is not None:
            self._notes.count(self._given.at, rows)

    def close(self) -> None:
        """End the walk here. With a checkpoint, the rows that are done are written down, also within a page."""
        self._threads.close()
        self._tasks.close()
        if not self._ended and self._error is None:
            self._error = PagingError(f"{self._request.first}: the walk was ended early; start anew")
        given, self._given = self._given, None
        if given is not None:
            self._notes.save(given.at.within(self._used))

    def _next(self, answer: Answer) -> Call | Wait | Page[T]:
        if self._error is not None:
            raise self._error
        self._settle()
        try:
            if self._steps is None:
                self._steps = self._begun()
            step = self._steps.send(answer)
            if isinstance(step, Page):
                self._take(step)
        except StopIteration:
            self._ended = True
            self._threads.close()
            self._tasks.close()
            self._notes.remove()
            raise
        except Exception as error:
            self._error = error
            raise
        except BaseException:
            # An interruption ends the walk, too, and the next call must not take that for its end.
            self._error = PagingError("the walk was interrupted while a page was read; start anew")
            raise
        return step

    def _begun(self) -> Generator[Call | Wait | Page[T], Answer, None]:
        asked, start = self._request, self._start
        saved = self._notes.load()
        start = saved.position if saved is not None else start or Position()
        return walk(asked.first, asked.resume, asked.parse, asked.patience, asked.pin, start=start, most=asked.most)

    def _settle(self) -> None:
        """Write down that the page given last is done."""
        if self._given is not None:
            if self._given.then is not None:
                self._notes.save(self._given.then)
            self._given = None

    def _take(self, page: Page[T]) -> None:
        self._bytes += page.size
        if self._request.progress is not None:
            self._request.progress(Progress(page.at.done + len(page.records), page.total, self._bytes))
        self._given, self._used = page, 0

    def _following(self, page: Page[T], ahead: Threads | Tasks) -> Page[T]:
        """Begin what will be wanted after this page, as far as it is known."""
        if page.then is None or page.next_token is None or not self._request.ahead:
            return page
        tokens = list(page.upcoming or (page.next_token,))
        if self._request.most is not None and page.records:
            tokens = tokens[: -(-(self._request.most - page.then.rows) // len(page.records))]
        try:
            ahead.start([self._request.resume(token) for token in tokens[: self._request.ahead]])
        except BaseException:
            # The page has not been given away, and must not count as done.
            self._given, self._error = None, PagingError("the walk was interrupted while it looked ahead; start anew")
            raise
        return page


def fetch(client: Client, call: Call, parse: Callable[[int, Any], T]) -> T:
    """Send one call and parse its answer."""
    return read(call, send(client, call), parse)


def send(client: Client, call: Call) -> httpx.Response | InvalidRequest:
    """Send one call."""
    with legible(call):
        try:
            return _freed(client.get_httpx_client().request(**call.keywords()))
        except InvalidRequest as refusal:
            return refusal


async def asend(client: Client, call: Call) -> httpx.Response | InvalidRequest:
    """Send one call."""
    with legible(call):
        try:
            return _freed(await client.get_async_httpx_client().request(**call.keywords()))
        except InvalidRequest as refusal:
            return refusal


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
