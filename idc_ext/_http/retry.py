"""The retry policy: whether a failed call is retried, and after which pause. `attempts` asks, `transport` acts.

The policy is data: `_operations` for the calls, `Retries` for the rest. A failure is retried only where that can help
and cannot harm: nothing had been sent yet, or the operation only reads and the failure is temporary.
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
#: The connection was lost before the response or within it.
CONNECTION_LOST = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)


def _frozenset(statuses: Iterable[int]) -> frozenset[int]:
    return frozenset(statuses)


def _check_number_of_retries(_: object, __: object, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"the number of retries is a whole number, 0 for none, not {value!r:.40}")
    if value < 0:
        raise ValueError(f"the number of retries is 0 or more, not {value!r:.40}")


@frozen(kw_only=True)
class Retries:
    """The retry policy of a client: how often and when a call is retried. `_operations` lists the calls that may be.

    A connection that cannot be made is retried for all calls, since nothing has been sent; a lost connection, a body
    that breaks off and the `statuses` only for calls that read. Time-outs are not retried: they are the caller's own
    limits, which retries would multiply.

    Attributes:
        most: How many times one call is retried at most; 0 for never.
        first: The longest first pause, in seconds. Each pause is random, between half of its longest value and all of
            it, so that workers that failed together do not retry together.
        growth: The factor by which the longest pause grows from one retry to the next.
        longest: The longest pause, in seconds.
        patience: The longest `Retry-After` that is waited for, in seconds. A call that would have to wait longer is
            not retried; the error says how long.
        budget: How many retries all calls of one client share. So a service that is down does not get several times
            the load of one that is up.
        refund: What each successful call gives back to the budget, in retries.
        statuses: Statuses of temporary failures. 504 is not one: v3 sends it when it has given up on a query, and
            would again. Nor is 500: both generations send it for requests that they cannot read.
    """

    most: int = field(default=3, validator=_check_number_of_retries)
    first: float = field(default=0.5, validator=validators.ge(0))
    growth: float = field(default=2.0, validator=validators.ge(1))
    longest: float = field(default=8.0, validator=validators.ge(0))
    patience: float = field(default=60.0, validator=validators.ge(0))
    budget: float = field(default=20.0, validator=validators.ge(0))
    refund: float = field(default=0.5, validator=validators.ge(0))
    statuses: frozenset[int] = field(default=frozenset({408, 429, 502, 503}), converter=_frozenset)

    def pause(self, repeat: int, draw: float) -> float:
        """Return the pause before a retry, in seconds. Retries count from 0; `draw` is a random number from 0 to 1."""
        try:
            longest = min(self.first * self.growth**repeat, self.longest)
        except OverflowError:
            longest = self.longest
        return longest * (1 + draw) / 2


@define
class RetryBudget:
    """The retries that are left to all calls of a client. Its threads and tasks share them."""

    retries: Retries
    left: float = field(init=False)
    _lock: threading.Lock = field(init=False, factory=threading.Lock, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        self.left = self.retries.budget

    def take_retry(self) -> bool:
        """Take a retry from the budget; False if there is none left."""
        with self._lock:
            if self.left < 1:
                return False
            self.left -= 1
            return True

    def note_success(self) -> None:
        """Give back to the budget the refund of a successful call."""
        with self._lock:
            self.left = min(self.retries.budget, self.left + self.retries.refund)


@frozen
class Retry:
    """The verdict to retry: after so many seconds, for this reason."""

    pause: float
    reason: str


@frozen
class GiveUp:
    """The verdict not to retry, for this reason."""

    reason: str


def decide_retry(
    error: Exception, *, retry_count: int, retryable: bool, same_request: bool, retries: Retries, draw: float
) -> Retry | GiveUp:
    """Decide whether to retry a failed attempt. Budget and deadline are checked elsewhere (`attempts`).

    Args:
        error: The error of the attempt.
        retry_count: How many times the call has been retried.
        retryable: Whether the operation only reads.
        same_request: Whether the call itself failed, and not a request that a redirect made of it.
        retries: The policy.
        draw: A random number from 0 to 1.
    """
    if isinstance(error, NOTHING_SENT):
        if is_permanent_failure(error):
            return GiveUp("another attempt would fail in the same way")
        verdict = Retry(retries.pause(retry_count, draw), "nothing had been sent")
        retryable = retryable or same_request
    elif isinstance(error, CONNECTION_LOST):
        # Mostly a connection from the pool that the server had closed long before, as v3 does after a 500 without
        # announcing it. The pool has dropped it, so the first retry needs no pause.
        verdict = Retry(retries.pause(retry_count - 1, draw) if retry_count else 0.0, "the connection was lost")
    elif isinstance(error, APIError) and error.status in retries.statuses:
        wait = error.retry_after
        if wait is not None and wait > retries.patience:
            return GiveUp(f"the server asks for a wait of {wait:g} s")
        # A moment later than requested: the server gave all refused callers the same time.
        pause = retries.pause(retry_count, draw) if wait is None else wait + retries.first * draw
        verdict = Retry(pause, f"the server answered with {error.status}")
    else:
        return GiveUp("this failure is not temporary")
    if not retryable:
        return GiveUp("the request may not be sent twice")
    if retry_count >= retries.most:
        return GiveUp("no retries are left for this call" if retries.most else "retries are off")
    return verdict


def is_permanent_failure(error: BaseException) -> bool:
    """Say whether a connection fails permanently: no such host name, or a certificate that is not trusted."""
    causes = list(causes_of(error))
    names = [cause for cause in causes if isinstance(cause, socket.gaierror)]
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes) or any(
        cause.errno != socket.EAI_AGAIN for cause in names
    )


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, its cause, the cause of that, and so on; each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):  # several addresses were tried
            for one in error.exceptions:
                yield from causes_of(one)
        # The context of an OSError is unrelated: an error that the caller was handling, such as of an earlier attempt.
        error = error.__cause__ or (None if isinstance(error, OSError) else error.__context__)


def random_fraction() -> float:
    """Return a random number from 0 to 1. Tests replace it."""
    return random.random()  # noqa: S311 - it distributes load and protects no secret
