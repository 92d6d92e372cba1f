"""Requests that are sent before their answers are needed, by threads or by tasks.

Law: nothing is decided here. A driver says which calls to start, and takes the answer of each when the walk needs it,
in the order of the walk, errors included. Each request has its own thread or task, which ends with it; a request that
is not needed any more is forgotten (a task is cancelled; a thread ends with its answer).

Decoding a page blocks all other threads and tasks, so a request that has not been sent by then is sent late:
`wait_until_sent` prevents that.
"""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Coroutine, Iterable

    from .._http.calls import Answer, Call, Trace

F = TypeVar("F")
#: The longest wait, in seconds, until a request has been sent: a new connection may take longer.
_LONGEST_SENDING = 0.01
#: The name that httpcore gives the step, after the version of HTTP.
_BODY_SENT = "send_request_body.complete"


class _Prefetcher(Generic[F]):
    """The calls under way, at most `most` at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: list[tuple[Call, F]] = []

    def start(self, calls: Iterable[Call]) -> bool:
        """Start the calls that will be needed next, in this order; say whether any of them is new."""
        before = len(self._under_way)
        for call in calls:
            if len(self._under_way) >= self._most:
                break
            if all(call != other for other, _ in self._under_way):
                self._under_way.append((call, self._start_call(call)))
        return len(self._under_way) > before

    def _pop(self, call: Call) -> F | None:
        for place, (other, answer) in enumerate(self._under_way):
            if call == other:
                del self._under_way[place]  # also if it failed: the next take sends it again
                return answer
        return None

    def _start_call(self, call: Call) -> F:
        raise NotImplementedError


class ThreadPrefetcher(_Prefetcher["Future[Answer]"]):
    """Requests ahead in threads, for synchronous code."""

    def __init__(self, most: int, send: Callable[[Call, Trace | None], Answer]) -> None:
        super().__init__(most)
        self._send_call = send
        self._sent = threading.Event()

    def take(self, call: Call) -> Answer:
        """Return the answer of a call, which is sent now if it was not started before."""
        answer = self._pop(call)
        return self._send_call(call, None) if answer is None else answer.result()

    def wait_until_sent(self) -> None:
        """Wait until the request that was started last has been sent."""
        self._sent.wait(_LONGEST_SENDING if self._under_way else 0)

    def close(self) -> None:
        """Forget the calls under way."""
        self._under_way.clear()

    def _start_call(self, call: Call) -> Future[Answer]:
        answer: Future[Answer] = Future()
        # The context holds the deadline. A daemon thread: the end of the program does not wait for it.
        run, sent = contextvars.copy_context().run, threading.Event()
        arguments = (_send_call, self._send_call, call, answer, sent)
        threading.Thread(target=run, args=arguments, name="idc_ext ahead", daemon=True).start()
        self._sent = sent
        return answer


class TaskPrefetcher(_Prefetcher["asyncio.Task[Answer]"]):
    """Requests ahead in asyncio tasks, for asynchronous code."""

    def __init__(self, most: int, send: Callable[[Call, Trace | None], Coroutine[Any, Any, Answer]]) -> None:
        super().__init__(most)
        self._send_call = send
        self._sent: asyncio.Event | None = None

    def start(self, calls: Iterable[Call]) -> bool:
        """Start the calls that will be needed next; in an event loop other than asyncio's, start none."""
        import asyncio  # imported late, here and below: synchronous programs do not need it

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return super().start(calls)

    def take(self, call: Call) -> Awaitable[Answer]:
        """Return the answer of a call, which is sent now if it was not started before."""
        return self._pop(call) or self._send_call(call, None)

    async def wait_until_sent(self) -> None:
        """Wait until the request that was started last has been sent."""
        if self._under_way and self._sent is not None:
            import asyncio

            with suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_SENDING):
                    await self._sent.wait()

    def close(self) -> None:
        """Cancel the calls under way."""
        for _, task in self._under_way:
            if not task.get_loop().is_closed():
                task.cancel()
        self._under_way.clear()

    def _start_call(self, call: Call) -> asyncio.Task[Answer]:
        import asyncio

        self._sent = sent = asyncio.Event()

        async def trace(step: str, _: Any) -> None:
            if step.endswith(_BODY_SENT):
                sent.set()

        task = asyncio.get_running_loop().create_task(self._send_call(call, trace), name=f"idc_ext ahead: {call}")
        task.add_done_callback(_retrieve_exception)
        task.add_done_callback(lambda _: sent.set())
        return task


def _send_call(
    send: Callable[[Call, Trace | None], Answer], call: Call, answer: Future[Answer], sent: threading.Event
) -> None:
    def trace(step: str, _: Any) -> None:
        if step.endswith(_BODY_SENT):
            sent.set()

    try:
        answer.set_result(send(call, trace))
    except BaseException as error:
        answer.set_exception(error)
    finally:
        sent.set()


def _retrieve_exception(task: asyncio.Task[Any]) -> None:
    # The answer may never be needed, and asyncio would then log an exception that was never retrieved.
    if not task.cancelled():
        task.exception()
