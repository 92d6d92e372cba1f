"""Deadlines: one moment by which everything must be done, attempts, pauses and pages included.

A deadline belongs to a context (`contextvars`): the code of the block, the tasks it starts and what
`asyncio.to_thread` runs see it; a plain new thread does not, nor does code outside of the block. A pause that would
end after the deadline is not begun.
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

#: Timers are coarse: with less than this many seconds left, a deadline counts as over.
TIMER_RESOLUTION = 0.001


@frozen
class Deadline:
    """A moment on the clock of this module, and how many seconds after its start it comes."""

    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Make the deadline that comes so many seconds from now."""
        return cls(clock() + seconds, seconds)

    def left(self) -> float:
        """Return how many seconds are left: at least 0."""
        return max(0.0, self.at - clock())

    def over(self) -> bool:
        """Say whether the deadline is over."""
        return self.left() <= TIMER_RESOLUTION

    def exceeded(self, what: str) -> DeadlineExceeded:
        """Make the error for what came too late."""
        return DeadlineExceeded(f"{what}: the deadline of {self.seconds:g} s is over; allow more time, or ask for less")


class deadline:  # noqa: N801 - it is used as a function: `with deadline(30):`
    """Limit everything within a block to so many seconds: each call with all its attempts, and a walk as a whole.

    Use it with `with`, in asynchronous code as well. Of several deadlines the earliest counts, `connect(deadline=)`
    included. A call that is too late raises DeadlineExceeded. Each `with` starts the clock anew. The deadline holds for
    the tasks that are started within the block, for as long as they run, and for `asyncio.to_thread`; any other thread
    starts without it unless it runs in `contextvars.copy_context()`. A synchronous call cannot interrupt the look-up of
    a host name.

    Args:
        seconds: Counted from when the block is entered; not negative.
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
    """Return the time in seconds, on a monotonic clock. Tests replace it."""
    return time.monotonic()


def checked_seconds(seconds: float) -> float:
    """Check a number of seconds; raises ValueError."""
    number: object = seconds  # whatever the type says, a user wrote it
    if isinstance(number, bool) or not isinstance(number, int | float) or not number >= 0:
        raise ValueError(f"a deadline is a number of seconds from 0 on, not {seconds!r:.80}")
    return float(seconds)


def current() -> Deadline | None:
    """Return the deadline of the calling code, if it has one."""
    return _CURRENT.get()


def seconds_left(what: str) -> float | None:
    """Return how many seconds the calling code has left, None for no limit; raise DeadlineExceeded if none are."""
    until = current()
    if until is None or math.isinf(until.at):
        return None
    if until.over():
        raise until.exceeded(what)
    return until.left()


def earliest(one: Deadline | None, other: Deadline | None) -> Deadline | None:
    """Choose the earlier of two deadlines."""
    if one is None:
        return other
    if other is None:
        return one
    return min(one, other, key=lambda each: each.at)


@contextmanager
def use_deadline(until: Deadline | None) -> Iterator[None]:
    """Set the deadline of this context, or none, for the block."""
    token = _CURRENT.set(until)
    try:
        yield
    finally:
        _reset(token)


def cap_timeout(seconds: float | None, until: Deadline | None) -> float | None:
    """Cut a time-out to the time that is left. None means no limit; 0 would mean not to wait, and is never returned."""
    if until is None or math.isinf(until.at):
        return seconds
    left = max(until.left(), TIMER_RESOLUTION)
    return left if seconds is None else min(seconds, left)


def sleep(seconds: float, what: str) -> None:
    """Pause for so many seconds; raise DeadlineExceeded at once if the deadline comes before the end of the pause."""
    _check_pause_fits(seconds, what)
    time.sleep(seconds)


async def async_sleep(seconds: float, what: str) -> None:
    """Pause for so many seconds, in asynchronous code."""
    import anyio  # imported late: synchronous programs do not need it

    _check_pause_fits(seconds, what)
    await anyio.sleep(seconds)


def _check_pause_fits(seconds: float, what: str) -> None:
    until = current()
    if until is not None and until.left() <= seconds:
        raise DeadlineExceeded(f"{what}: a pause of {seconds:.3g} s would outlive the deadline of {until.seconds:g} s")


def _reset(token: Token[Deadline | None]) -> None:
    with suppress(ValueError):  # an abandoned generator is closed in a context that never had the deadline
        _CURRENT.reset(token)
