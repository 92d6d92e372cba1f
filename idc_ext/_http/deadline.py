"""One moment by which everything must be done: attempts, pauses and pages alike.

A deadline belongs to a context (`contextvars`): the code of the block, the tasks it starts and what
`asyncio.to_thread` runs see it; a plain new thread does not, nor does anything outside of the block. Nobody
waits for what the deadline will not see: a pause that would outlive it is not begun.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

from attrs import frozen

from ..errors import DeadlineExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

#: Timers are coarse: with less than this many seconds left, a deadline is over.
TIMER_RESOLUTION = 0.001


@frozen
class Deadline:
    """A moment on the clock, and after how many seconds it was to come."""

    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Start the clock."""
        return cls(clock() + seconds, seconds)

    def left(self) -> float:
        """Say how many seconds are left: at least 0."""
        return max(0.0, self.at - clock())

    def over(self) -> bool:
        """Say whether it is too late."""
        return self.left() <= TIMER_RESOLUTION

    def exceeded(self, what: str) -> DeadlineExceeded:
        """Say what came too late."""
        return DeadlineExceeded(f"{what}: the deadline of {self.seconds:g} s is over; allow more time, or ask for less")


class deadline:  # noqa: N801 - it is used as a function: `with deadline(30):`
    """Give everything within the block that many seconds: each call with all its attempts, and a walk as a whole.

    Use it with `with`, in asynchronous code as well. Of several deadlines the earliest counts, `connect(deadline=)`
    included. What is too late raises DeadlineExceeded. Each `with` starts the clock anew. It is seen by the tasks that
    are started within the block, for as long as they run, and by `asyncio.to_thread`; a thread of another kind starts
    without it unless it runs in `contextvars.copy_context()`. A synchronous call cannot interrupt the system's
    look-up of a host name.

    Args:
        seconds: From when the block is entered; not negative.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = checked_seconds(seconds)
        self._entered: list[Token[Deadline | None]] = []

    def __enter__(self) -> Deadline:
        until = Deadline.after(self._seconds)
        self._entered.append(_CURRENT.set(earliest(_CURRENT.get(), until)))
        return until

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _reset(self._entered.pop())


_CURRENT: ContextVar[Deadline | None] = ContextVar("idc_ext_deadline", default=None)


def clock() -> float:
    """Give the time in seconds, on a clock that nobody sets back. Tests put another one in its place."""
    return time.monotonic()


def checked_seconds(seconds: float) -> float:
    """Take a number of seconds, or refuse it."""
    number: object = seconds  # whatever the types say, it comes from a person
    if isinstance(number, bool) or not isinstance(number, int | float) or not number >= 0:
        raise ValueError(f"a deadline is a number of seconds from 0 on, not {seconds!r:.80}")
    return float(seconds)


def current() -> Deadline | None:
    """Give the deadline of the code that asks."""
    return _CURRENT.get()


def earliest(one: Deadline | None, other: Deadline | None) -> Deadline | None:
    """Choose the deadline that counts."""
    if one is None:
        return other
    if other is None:
        return one
    return min(one, other, key=lambda each: each.at)


@contextmanager
def use_deadline(until: Deadline | None) -> Iterator[None]:
    """Make a deadline, or none, the one of this context for a while."""
    token = _CURRENT.set(until)
    try:
        yield
    finally:
        _reset(token)


def cap_timeout(seconds: float | None, until: Deadline | None) -> float | None:
    """Cut a time-out down to what is left. None waits for ever; 0 would mean not to wait at all, and is not given."""
    if until is None or math.isinf(until.at):
        return seconds
    left = max(until.left(), TIMER_RESOLUTION)
    return left if seconds is None else min(seconds, left)


def sleep(seconds: float, what: str) -> None:
    """Pause, or raise DeadlineExceeded at once where the deadline is nearer than the end of the pause."""
    _check_pause_fits(seconds, what)
    time.sleep(seconds)


async def async_sleep(seconds: float, what: str) -> None:
    """Pause, in asynchronous code."""
    import anyio  # not before it is needed: synchronous programs do without

    _check_pause_fits(seconds, what)
    await anyio.sleep(seconds)


def _check_pause_fits(seconds: float, what: str) -> None:
    until = current()
    if until is not None and until.left() <= seconds:
        raise DeadlineExceeded(f"{what}: a pause of {seconds:.3g} s would outlive the deadline of {until.seconds:g} s")


def _reset(token: Token[Deadline | None]) -> None:
    with suppress(ValueError):  # an abandoned generator is closed in a context that never had the deadline
        _CURRENT.reset(token)
