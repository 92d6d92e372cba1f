"""The doing half of paging: pages of any dialect, sync or async, complete or not at all.

`walk` decides; the two drivers here send (by `_http.calls`) and wait for it, which is all that differs between `for`
and `async for`. No endpoint is named here.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

import httpx

from .._http.calls import Answer, Call, asend_call, send_call
from .._http.deadline import asleep, sleep
from ..errors import PagingError
from .checkpoint import Notes
from .completeness import Position
from .page import Page
from .prefetch import Tasks, Threads
from .request import Progress
from .walk import Wait, walk

if TYPE_CHECKING:
    from collections.abc import Generator

    from .request import Request

T = TypeVar("T")

#: Seconds to the beginning of an answer from which on it is slow. To ask ahead takes a thread, which costs more than
#: it saves where the server is near.
SLOW = 0.04


class Pages(Generic[T]):
    """One walk over the pages. Asked again after an error, it repeats the request or the error.

    So a walk can go on after a lost connection or with renewed credentials, and no broken one looks complete.
    A page is done when the next one is asked for: then the checkpoint, if there is one, says so.
    Where two threads or tasks ask at once, the second one gets a RuntimeError, and the walk goes on.

    Args:
        request: What is walked.
        start: Where from; by default from the beginning, or where the checkpoint says.
        bound: After how many pages it may be taken that the next one is wanted, too, so that it is asked for ahead
            where answers are slow and nothing else was said; None for never.
    """

    def __init__(self, request: Request[T], *, start: Position | None = None, bound: int | None = None) -> None:
        self._request = request
        self._start = start
        self._notes = Notes(request.saving() if start is None else None)
        self._steps: Generator[Call | Wait | Page[T], Answer, None] | None = None
        self._threads = Threads(request.ahead or 1, lambda call, trace: send_call(request.client, call, trace))
        self._tasks = Tasks(request.ahead or 1, lambda call, trace: asend_call(request.client, call, trace))
        self._one = threading.Lock()
        self._bound = bound
        self._slow = False
        self._next_calls: list[Call] = []
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
        self._alone()
        with self._one:
            step = self._next(None)
            while not isinstance(step, Page):
                if isinstance(step, Wait):
                    sleep(step.seconds, str(self._request.first))
                    step = self._next(None)
                else:
                    answer = self._threads.take(step)
                    if self._early(step, answer, self._threads):
                        self._threads.sent()
                    step = self._next(answer)
            return self._following(step, self._threads)

    async def __anext__(self) -> Page[T]:
        self._alone()
        with self._one:
            try:
                step = self._next(None)
                while not isinstance(step, Page):
                    if isinstance(step, Wait):
                        await asleep(step.seconds, str(self._request.first))
                        step = self._next(None)
                    else:
                        answer = await self._tasks.take(step)
                        if self._early(step, answer, self._tasks):
                            await self._tasks.sent()
                        step = self._next(answer)
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

    def _alone(self) -> None:
        """See to it that one thread or task at a time asks: the answers of two would be taken for each other's."""
        if self._one.locked():
            waits = "another thread or task is waiting for a page of this walk; each needs its own"
            raise RuntimeError(f"{self._request.first}: {waits}")

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
        return walk(
            asked.first,
            asked.resume,
            asked.parse,
            asked.polling,
            asked.pin,
            expected_total=asked.expected_total,
            start=start,
            most=asked.most,
            decode_bytes=asked.decode_bytes,
        )

    def _settle(self) -> None:
        """Write down that the page given last is done."""
        if self._given is not None:
            if self._given.then is not None:
                self._notes.save(self._given.then)
            self._given = None

    def _take(self, page: Page[T]) -> None:
        self._bytes += page.size
        if self._request.progress is not None:
            self._request.progress(Progress(page.at.done + len(page.content), page.total, self._bytes))
        self._given, self._used = page, 0

    def _early(self, call: Call, answer: Answer, ahead: Threads | Tasks) -> bool:
        """Before an answer is read, begin what will be wanted after it, if that is known; say whether it is."""
        if isinstance(answer, httpx.Response):
            self._slow = answer.extensions.get("idc_ext.waited", 0.0) >= SLOW
        calls, self._next_calls = self._next_calls, []
        if not self._depth() or not calls or calls[0] != call:
            return False
        find_next_token = None if self._request.most is not None else self._request.find_next_token
        if find_next_token is not None and isinstance(answer, httpx.Response) and answer.status_code == 200:
            # Found to be another when the page is read, it is never asked for again, and forgotten.
            token = find_next_token(answer.content)
            calls = [call] if token is None else [call, self._request.resume(token)]
        return self._begin(calls[1:], ahead)

    def _following(self, page: Page[T], ahead: Threads | Tasks) -> Page[T]:
        """Begin what will be wanted after this page, as far as it is known."""
        self._bound = self._bound and self._bound - 1
        if page.then is None or page.next_token is None or not self._depth():
            return page
        tokens = list(page.upcoming or (page.next_token,))
        if self._request.most is not None and len(page.content):
            tokens = tokens[: -(-(self._request.most - page.then.rows) // len(page.content))]
        self._next_calls = [self._request.resume(token) for token in tokens[: self._depth() + 1]]
        self._begin(self._next_calls, ahead)
        return page

    def _begin(self, calls: list[Call], ahead: Threads | Tasks) -> bool:
        try:
            return ahead.start(calls[: self._depth()])
        except BaseException:
            # The page has not been given away, and must not count as done.
            self._given, self._error = None, PagingError("the walk was interrupted while it looked ahead; start anew")
            raise

    def _depth(self) -> int:
        """Say how many pages are to be asked for ahead: by itself one, where that pays and all are wanted."""
        if self._request.ahead is not None:
            return self._request.ahead
        return int(self._slow and self._bound == 0)
