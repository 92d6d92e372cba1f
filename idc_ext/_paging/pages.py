"""The iterator over pages, sync and async: the part of paging that sends requests.

Law: `walk` decides; the steps here send and pause, and `_http.steps` runs them for `for` and `async for`. No endpoint
is named here.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import suppress
from typing import Any, TypeVar

import httpx
from attrs import frozen

from .._http.attempts import SECONDS_TO_HEADERS
from .._http.calls import Answer, Call, asend_call, send_call
from .._http.steps import END, End, Step, StepIterator, Steps, Wait
from ..errors import PagingError
from .bar import ProgressBar, progress_callback
from .checkpoint import CheckpointWriter
from .completeness import Position
from .page import Page
from .prefetch import TaskPrefetcher, ThreadPrefetcher
from .request import Progress, Request
from .walk import Pause, walk

T = TypeVar("T")

#: An answer whose headers take this many seconds or more is slow. Requesting ahead takes a thread, which costs more
#: than it saves where the server is near.
SLOW_ANSWER = 0.04


@frozen
class _Take(Step):
    """The answer of a call, which may have been sent ahead."""

    ahead: Any
    call: Call

    def run(self) -> Any:
        return self.ahead.take(self.call)

    async def arun(self) -> Any:
        return await self.ahead.take(self.call)


@frozen
class _WaitUntilSent(Step):
    """The moment when the request that was started last has been sent."""

    ahead: Any

    def run(self) -> Any:
        self.ahead.wait_until_sent()

    async def arun(self) -> Any:
        await self.ahead.wait_until_sent()


class Pages(StepIterator[Page[T]]):
    """One walk over the pages of a request. After an error, the next call sends the request again or raises the error.

    So a walk can be continued after a lost connection or with renewed credentials, and a broken one never looks
    complete. A page is finished when the next one is requested: then the checkpoint, if there is one, is saved.
    If two threads or tasks request a page at once, the second one gets a RuntimeError, and the walk continues.

    Args:
        request: The paged request.
        start: The first position; by default the beginning, or the position in the checkpoint.
        prefetch_after: After how many pages the next one is requested ahead, where answers are slow and the request
            does not set `ahead`; None for never.
    """

    def __init__(
        self, request: Request[T], *, start: Position | None = None, prefetch_after: int | None = None
    ) -> None:
        self._request = request
        self._start = start
        self._progress = progress_callback(request.progress, str(request.first))
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
        # The walk was left early: forget requests under way, and save the finished rows.
        with suppress(Exception):
            self.close()

    def next_steps(self, *, in_loop: bool) -> Steps[Page[T] | End]:
        """Make the steps to the next page."""
        self._check_single_consumer()
        ahead = self._task_prefetcher if in_loop else self._thread_prefetcher
        with self._in_use, self._checkpoint:
            step = self._next_step(None)
            while not isinstance(step, Page):
                if step is None:
                    return END
                if isinstance(step, Pause):
                    yield Wait(step.seconds, str(self._request.first))
                    step = self._next_step(None)
                else:
                    answer = yield _Take(ahead, step)
                    if self._prefetch_before_parsing(step, answer, ahead):
                        yield _WaitUntilSent(ahead)
                    step = self._next_step(answer)
                    del answer
            return self._prefetch_after_page(step, ahead)

    def mark_rows_used(self, rows: int) -> None:
        """Note how many rows of the current page are finished. All are when the next page is requested."""
        self._rows_used = rows
        if self._current_page is not None:
            self._checkpoint.count(self._current_page.position, rows)

    def close(self) -> None:
        """End the walk here. With a checkpoint, the finished rows are saved, also within a page."""
        self._thread_prefetcher.close()
        self._task_prefetcher.close()
        if isinstance(self._progress, ProgressBar):
            self._progress.close()
        if not self._ended and self._error is None:
            self._error = PagingError(f"{self._request.first}: the walk was ended early; start anew")
        given, self._current_page = self._current_page, None
        try:
            if given is not None:
                self._checkpoint.save(given.position.within(self._rows_used))
        finally:
            self._checkpoint.release()

    def _check_single_consumer(self) -> None:
        """Raise RuntimeError if another thread or task is waiting for a page: their answers would be mixed up."""
        if self._in_use.locked():
            waits = "another thread or task is waiting for a page of this walk; each needs its own"
            raise RuntimeError(f"{self._request.first}: {waits}")

    def _next_step(self, answer: Answer) -> Call | Pause | Page[T] | None:
        """Return what the walk needs next: an answer, a pause, or nothing but to give this page; None at its end."""
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
            return None
        except Exception as error:
            self._error = error
            raise
        except BaseException:
            # An interruption ends the walk, too; the next call must not mistake that for its end.
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
        """Save in the checkpoint that the current page is finished."""
        if self._current_page is not None:
            if self._current_page.next_position is not None:
                self._checkpoint.save(self._current_page.next_position)
            self._current_page = None

    def _report_page(self, page: Page[T]) -> None:
        self._bytes_received += page.size
        self._request.seen.note(page)
        if self._progress is not None:
            self._progress(Progress(page.position.rows_done + len(page.content), page.total, self._bytes_received))
        self._current_page, self._rows_used = page, 0

    def _prefetch_before_parsing(self, call: Call, answer: Answer, ahead: ThreadPrefetcher | TaskPrefetcher) -> bool:
        """Before an answer is parsed, start the requests that follow it, as far as known; say whether any started."""
        if isinstance(answer, httpx.Response):
            self._answers_are_slow = answer.extensions.get(SECONDS_TO_HEADERS, 0.0) >= SLOW_ANSWER
        calls, self._next_calls = self._next_calls, []
        if not self._prefetch_depth() or not calls or calls[0] != call:
            return False
        find_next_token = None if self._request.max_items is not None else self._request.find_next_token
        if find_next_token is not None and isinstance(answer, httpx.Response) and answer.status_code == 200:
            # If parsing finds another token, the request made ahead is never used, and forgotten.
            token = find_next_token(answer.content)
            calls = [call] if token is None else [call, self._request.resume(token)]
        return self._start_requests(calls[1:], ahead)

    def _prefetch_after_page(self, page: Page[T], ahead: ThreadPrefetcher | TaskPrefetcher) -> Page[T]:
        """Start the requests that follow this page, as far as their tokens are known; return the page."""
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
            # The page has not been returned, so it must not count as finished.
            self._current_page, self._error = (
                None,
                PagingError("the walk was interrupted while it looked ahead; start anew"),
            )
            raise

    def _prefetch_depth(self) -> int:
        """Return how many pages to request ahead: by default one, if answers are slow and all pages are wanted."""
        if self._request.ahead is not None:
            return self._request.ahead
        return int(self._answers_are_slow and self._prefetch_after == 0)
