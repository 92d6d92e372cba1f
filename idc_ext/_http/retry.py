"""When a call that failed is sent again, and after which pause: decided here, done by `transport`.

What may be repeated is data: `_operations` for the calls, `Retries` for the rest. A failure is repeated only where
doing so can help and cannot harm: nothing had been sent yet, or the operation only reads and the failure is one
that passes.
"""

from __future__ import annotations

import random
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import httpx
from attrs import define, field, frozen, validators

from ..errors import APIError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Nothing has been sent when these are raised.
NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout)
#: The connection was lost, before the answer or in the middle of it.
CONNECTION_LOST = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)


def _frozenset(statuses: Iterable[int]) -> frozenset[int]:
    return frozenset(statuses)


@frozen(kw_only=True)
class Retries:
    """How often and when a call is repeated that may be. See `_operations` for those that may not.

    Connections that cannot be made are tried again for all calls, since nothing has been sent; lost connections,
    bodies that break off and `statuses` for those that only read. Time-outs are not: they are the caller's own limits,
    which repeats would multiply.

    Attributes:
        most: How many times one call is repeated at most; 0 for never.
        first: The longest first pause, in seconds. Pauses are drawn from their upper half, so that workers who failed
            together do not come back together.
        growth: What the longest pause is multiplied with from one repeat to the next.
        longest: The longest pause, in seconds.
        patience: The longest wait that a server may ask for with `Retry-After`, in seconds. What would take longer
            is not repeated: the error says how long.
        budget: How many repeats all calls of one client may take together; each success gives back `refund` of one.
            So a service that is down is not asked several times as much as one that is up.
        refund: See there.
        statuses: Answers that pass. 504 is none: v3 sends it when it has given up on a query, and would again. Nor is
            500: both generations send it for requests that they cannot read.
    """

    most: int = field(default=3, validator=[validators.instance_of(int), validators.ge(0)])
    first: float = field(default=0.5, validator=validators.ge(0))
    growth: float = field(default=2.0, validator=validators.ge(1))
    longest: float = field(default=8.0, validator=validators.ge(0))
    patience: float = field(default=60.0, validator=validators.ge(0))
    budget: float = field(default=20.0, validator=validators.ge(0))
    refund: float = field(default=0.5, validator=validators.ge(0))
    statuses: frozenset[int] = field(default=frozenset({408, 429, 502, 503}), converter=_frozenset)

    def pause(self, repeat: int, draw: float) -> float:
        """Choose the pause before a repeat, counted from 0. `draw` is from 0 to 1."""
        try:
            longest = min(self.first * self.growth**repeat, self.longest)
        except OverflowError:
            longest = self.longest
        return longest * (1 + draw) / 2


@define
class RetryBudget:
    """How many repeats are left to all calls of a client. Its threads and tasks share it."""

    retries: Retries
    left: float = field(init=False)
    _lock: threading.Lock = field(init=False, factory=threading.Lock, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        self.left = self.retries.budget

    def take_retry(self) -> bool:
        """Take a repeat, if there is one."""
        with self._lock:
            if self.left < 1:
                return False
            self.left -= 1
            return True

    def note_success(self) -> None:
        """Note a success."""
        with self._lock:
            self.left = min(self.retries.budget, self.left + self.retries.refund)


@frozen
class Retry:
    """Send it again after so many seconds, and why."""

    pause: float
    reason: str


@frozen
class GiveUp:
    """Do not send it again, and why."""

    reason: str


def decide_retry(
    error: Exception, *, retry_count: int, retryable: bool, same_request: bool, retries: Retries, draw: float
) -> Retry | GiveUp:
    """Judge a failure. What it costs and whether there is time for it is not known here.

    Args:
        error: What the attempt ended with.
        retry_count: How many times the call has been retried.
        retryable: Whether the operation only reads.
        same_request: Whether the call itself failed, and not a request that a redirect made of it.
        retries: The policy.
        draw: A random number from 0 to 1.
    """
    if isinstance(error, NOTHING_SENT):
        if is_permanent_failure(error):
            return GiveUp("another attempt would end the same")
        verdict = Retry(retries.pause(retry_count, draw), "nothing had been sent")
        retryable = retryable or same_request
    elif isinstance(error, CONNECTION_LOST):
        # Mostly a connection from the pool that the server had closed long before, as v3 does after a 500 without
        # saying so. The pool has dropped it, so that another one serves at once.
        verdict = Retry(retries.pause(retry_count - 1, draw) if retry_count else 0.0, "the connection was lost")
    elif isinstance(error, APIError) and error.status in retries.statuses:
        wait = error.retry_after
        if wait is not None and wait > retries.patience:
            return GiveUp(f"the server asks to wait {wait:g} s")
        # A moment later than asked: all that were refused have been told the same time.
        pause = retries.pause(retry_count, draw) if wait is None else wait + retries.first * draw
        verdict = Retry(pause, f"the server said {error.status}")
    else:
        return GiveUp("it is no failure that passes")
    if not retryable:
        return GiveUp("it may not be done twice")
    if retry_count >= retries.most:
        return GiveUp("it has been repeated often enough" if retries.most else "repeats are off")
    return verdict


def is_permanent_failure(error: BaseException) -> bool:
    """Say whether a connection fails for what does not pass: no such name, or a certificate that is not trusted."""
    causes = list(causes_of(error))
    names = [cause for cause in causes if isinstance(cause, socket.gaierror)]
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes) or any(
        cause.errno != socket.EAI_AGAIN for cause in names
    )


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error, what it came of, what that came of, and so on; each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):  # several addresses were tried
            for one in error.exceptions:
                yield from causes_of(one)
        # What an OSError came upon while it was raised is somebody else's, such as the caller's last attempt elsewhere.
        error = error.__cause__ or (None if isinstance(error, OSError) else error.__context__)


def random_fraction() -> float:
    """Draw a random number from 0 to 1. Tests put another one in its place."""
    return random.random()  # noqa: S311 - it spreads load and keeps no secret
