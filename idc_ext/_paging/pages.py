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
from .._http.deadline import async_sleep, sleep
from ..errors import PagingError
from .checkpoint import CheckpointWriter
from .completeness import Position
from .page import Page
from .prefetch import TaskPrefetcher, ThreadPrefetcher
from .request import Progress
from .walk import Pause, walk

if TYPE_CHECKING:
    from collections.abc import Generator

    from .request import Request

T = TypeVar("T")

#: Seconds to the beginning of an answer from which on it is slow. To ask ahead takes a thread, which costs more than
#: it saves where the server is near.
SLOW_ANSWER = 0.04


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

    def __init__(
        self, request: Request[T], *, start: Position | None = None, prefetch_after: int | None = None
    ) -> None:
        self._request = request
        self._start = start
        self._checkpoint = CheckpointWriter(request.make_checkpoint() if start is None else None)
        self._steps: Generator[Call | Pause | Page[T], Answer, None] | None = None
        self._thread_prefetcher = ThreadPrefetcher(
            request.ahead or 1, lambda call, trace: send_call(request.client, call, trace)
        )
        self._task_prefetcher = TaskPrefetcher(
            request.ahead or 1, lambda call, trace: asend_call(request.client, call, trace)
        )
        self._in_use = threading.Lock()
        self._prefetch_after = prefetch_after
        self._answers_are_slow = False
        self._next_calls: list[Call] = []
        self._error: Exception | None = None
        self._ended = False
        self._bytes_received = 0
        self._current_page: Page[T] | None = None
        self._rows_used = 0

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
        self._check_single_consumer()
        with self._in_use:
            step = self._next_step(None)
            while not isinstance(step, Page):
                if isinstance(step, Pause):
                    sleep(step.seconds, str(self._request.first))
                    step = self._next_step(None)
                else:
                    answer = self._thread_prefetcher.take(step)
                    if self._prefetch_before_parsing(step, answer, self._thread_prefetcher):
                        self._thread_prefetcher.wait_until_sent()
                    step = self._next_step(answer)
            return self._prefetch_after_page(step, self._thread_prefetcher)

    async def __anext__(self) -> Page[T]:
        self._check_single_consumer()
        with self._in_use:
            try:
                step = self._next_step(None)
                while not isinstance(step, Page):
                    if isinstance(step, Pause):
                        await async_sleep(step.seconds, str(self._request.first))
                        step = self._next_step(None)
                    else:
                        answer = await self._task_prefetcher.take(step)
                        if self._prefetch_before_parsing(step, answer, self._task_prefetcher):
                            await self._task_prefetcher.wait_until_sent()
                        step = self._next_step(answer)
            except StopIteration:
                raise StopAsyncIteration from None
            return self._prefetch_after_page(step, self._task_prefetcher)

    def mark_rows_used(self, rows: int) -> None:
        """Note how many rows of the page given last are done; all of them are when the next is asked for."""
        self._rows_used = rows
        if self._current_page is not None:
            self._checkpoint.count(self._current_page.position, rows)

    def close(self) -> None:
        """End the walk here. With a checkpoint, the rows that are done are written down, also within a page."""
        self._thread_prefetcher.close()
        self._task_prefetcher.close()
        if not self._ended and self._error is None:
            self._error = PagingError(f"{self._request.first}: the walk was ended early; start anew")
        given, self._current_page = self._current_page, None
        if given is not None:
            self._checkpoint.save(given.position.within(self._rows_used))

    def _check_single_consumer(self) -> None:
        """See to it that one thread or task at a time asks: the answers of two would be taken for each other's."""
        if self._in_use.locked():
            waits = "another thread or task is waiting for a page of this walk; each needs its own"
            raise RuntimeError(f"{self._request.first}: {waits}")

    def _next_step(self, answer: Answer) -> Call | Pause | Page[T]:
        if self._error is not None:
            raise self._error
        self._save_finished_page()
        try:
            if self._steps is None:
                self._steps = self._start_walk()
            step = self._steps.send(answer)
            if isinstance(step, Page):
                self._report_page(step)
        except StopIteration:
            self._ended = True
            self._thread_prefetcher.close()
            self._task_prefetcher.close()
            self._checkpoint.remove()
            raise
        except Exception as error:
            self._error = error
            raise
        except BaseException:
            # An interruption ends the walk, too, and the next call must not take that for its end.
            self._error = PagingError("the walk was interrupted while a page was read; start anew")
            raise
        return step

    def _start_walk(self) -> Generator[Call | Pause | Page[T], Answer, None]:
        request, start = self._request, self._start
        saved = self._checkpoint.load()
        start = saved.position if saved is not None else start or Position()
        return walk(
            request.first,
            request.resume,
            request.parse,
            request.polling,
            request.pin,
            expected_total=request.expected_total,
            start=start,
            max_items=request.max_items,
            decode_bytes=request.decode_bytes,
        )

    def _save_finished_page(self) -> None:
        """Write down that the page given last is done."""
        if self._current_page is not None:
            if self._current_page.next_position is not None:
                self._checkpoint.save(self._current_page.next_position)
            self._current_page = None

    def _report_page(self, page: Page[T]) -> None:
        self._bytes_received += page.size
        if self._request.progress is not None:
            self._request.progress(
                Progress(page.position.rows_done + len(page.content), page.total, self._bytes_received)
            )
        self._current_page, self._rows_used = page, 0

    def _prefetch_before_parsing(self, call: Call, answer: Answer, ahead: ThreadPrefetcher | TaskPrefetcher) -> bool:
        """Before an answer is read, begin what will be wanted after it, if that is known; say whether it is."""
        if isinstance(answer, httpx.Response):
            self._answers_are_slow = answer.extensions.get("idc_ext.waited", 0.0) >= SLOW_ANSWER
        calls, self._next_calls = self._next_calls, []
        if not self._prefetch_depth() or not calls or calls[0] != call:
            return False
        find_next_token = None if self._request.max_items is not None else self._request.find_next_token
        if find_next_token is not None and isinstance(answer, httpx.Response) and answer.status_code == 200:
            # Found to be another when the page is read, it is never asked for again, and forgotten.
            token = find_next_token(answer.content)
            calls = [call] if token is None else [call, self._request.resume(token)]
        return self._start_requests(calls[1:], ahead)

    def _prefetch_after_page(self, page: Page[T], ahead: ThreadPrefetcher | TaskPrefetcher) -> Page[T]:
        """Begin what will be wanted after this page, as far as it is known."""
        self._prefetch_after = self._prefetch_after and self._prefetch_after - 1
        if page.next_position is None or page.next_token is None or not self._prefetch_depth():
            return page
        tokens = list(page.upcoming or (page.next_token,))
        if self._request.max_items is not None and len(page.content):
            tokens = tokens[: -(-(self._request.max_items - page.next_position.rows) // len(page.content))]
        self._next_calls = [self._request.resume(token) for token in tokens[: self._prefetch_depth() + 1]]
        self._start_requests(self._next_calls, ahead)
        return page

    def _start_requests(self, calls: list[Call], ahead: ThreadPrefetcher | TaskPrefetcher) -> bool:
        try:
            return ahead.start(calls[: self._prefetch_depth()])
        except BaseException:
            # The page has not been given away, and must not count as done.
            self._current_page, self._error = (
                None,
                PagingError("the walk was interrupted while it looked ahead; start anew"),
            )
            raise

    def _prefetch_depth(self) -> int:
        """Say how many pages are to be asked for ahead: by itself one, where that pays and all are wanted."""
        if self._request.ahead is not None:
            return self._request.ahead
        return int(self._answers_are_slow and self._prefetch_after == 0)
