"""Requests that are under way before their answers are wanted, in either colour.

Nothing is decided here: a driver says which calls may already be made, and takes the answer of each when the walk asks
for it, in the walk's order, errors included. Each request has a thread or a task of its own that ends with it, so
none idles, and what is not wanted any more is forgotten (a task is cancelled; a thread ends with its answer).
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable

    from ._walk import Answer, Call

F = TypeVar("F")


class _Ahead(Generic[F]):
    """The calls under way, at most so many at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: list[tuple[Call, F]] = []

    def start(self, calls: Iterable[Call]) -> None:
        """Make calls that will be wanted next, in this order."""
        for call in calls:
            if len(self._under_way) >= self._most:
                return
            if all(call != other for other, _ in self._under_way):
                self._under_way.append((call, self._begin(call)))

    def _taken(self, call: Call) -> F | None:
        for place, (other, answer) in enumerate(self._under_way):
            if call == other:
                del self._under_way[place]  # whatever comes of it: who asks again has it sent again
                return answer
        return None

    def _begin(self, call: Call) -> F:
        raise NotImplementedError


class Threads(_Ahead["Future[Answer]"]):
    """For the synchronous colour."""

    def __init__(self, most: int, send: Callable[[Call], Answer]) -> None:
        super().__init__(most)
        self._send = send

    def take(self, call: Call) -> Answer:
        """Give the answer of a call, made before or now."""
        answer = self._taken(call)
        return self._send(call) if answer is None else answer.result()

    def close(self) -> None:
        """Forget what is under way."""
        self._under_way.clear()

    def _begin(self, call: Call) -> Future[Answer]:
        answer: Future[Answer] = Future()
        # A deadline belongs to the context. A daemon: who ends the program does not wait for what nobody wants.
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(_send, self._send, call, answer), name="idc_ext ahead", daemon=True).start()
        return answer


class Tasks(_Ahead["asyncio.Task[Answer]"]):
    """For the asynchronous colour."""

    def __init__(self, most: int, send: Callable[[Call], Coroutine[Any, Any, Answer]]) -> None:
        super().__init__(most)
        self._send = send

    def take(self, call: Call) -> Awaitable[Answer]:
        """Give the answer of a call, made before or now."""
        return self._taken(call) or self._send(call)

    def close(self) -> None:
        """Cancel what is under way."""
        for _, task in self._under_way:
            if not task.get_loop().is_closed():
                task.cancel()
        self._under_way.clear()

    def _begin(self, call: Call) -> asyncio.Task[Answer]:
        task = asyncio.get_running_loop().create_task(self._send(call), name=f"idc_ext ahead: {call}")
        task.add_done_callback(_seen)
        return task


def _send(send: Callable[[Call], Answer], call: Call, answer: Future[Answer]) -> None:
    try:
        answer.set_result(send(call))
    except BaseException as error:
        answer.set_exception(error)


def _seen(task: asyncio.Task[Any]) -> None:
    # Nobody may ever ask, and asyncio would then complain about an error that was not looked at.
    if not task.cancelled():
        task.exception()
