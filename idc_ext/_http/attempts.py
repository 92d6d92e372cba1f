"""One call and its attempts: what is left of its time, whether it goes again, and what is told of it.

The sync and the async client of `transport` do as is decided here. Nothing is sent and nobody is waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import httpx
from attrs import define, field, frozen

from .._operations import is_retryable
from ..errors import APIError
from . import deadline, log, retry
from .deadline import Deadline
from .failures import error_of_response, request_of
from .httpcore_hooks import DeadlineOver
from .redaction import SECRET_HEADERS
from .retry import Retries, Retry, RetryBudget

if TYPE_CHECKING:
    from ..errors import InvalidRequest
    from .refusals import ServiceRelease

#: The extension of a response that says how many seconds its beginning took to come.
SECONDS_TO_HEADERS = "idc_ext.waited"


@frozen
class CallPolicy:
    """What all calls of a client go by. Its sync and its async form share it, and whatever is derived from it.

    Attributes:
        retries: When a call is repeated.
        seconds: The deadline of each call; None for none.
        root: The path of the base URL.
        budget: How many repeats are left.
        release: What is known of the service's release, to explain its refusals by.
    """

    retries: Retries
    deadline_seconds: float | None
    base_path: str
    budget: RetryBudget = field(repr=False)
    release: ServiceRelease = field(repr=False)

    def may_retry(self, request: httpx.Request) -> bool:
        """Say whether a request may be sent a second time: its operation only reads, and its body is still there."""
        path = request.url.path.removeprefix(self.base_path)
        return is_retryable(request.method, path) and self.body_is_replayable(request)

    def release_path_to_ask(self, error: InvalidRequest, request: httpx.Request) -> str | None:
        """Give the path to ask for the service's release, if that may explain a refusal and is not known yet."""
        return self.release.path_to_ask(error, request.url.path.removeprefix(self.base_path))

    @staticmethod
    def body_is_replayable(request: httpx.Request) -> bool:
        """Say whether the body of a request can be sent a second time."""
        return isinstance(request.stream, httpx.ByteStream)


@define
class Attempts:
    """The attempts of one call so far.

    Attributes:
        rules: What the calls of its client go by.
        request: The call.
        timeout: The time-outs of its client, for a request that has none of its own.
        until: Its deadline, or that of the code that makes it: the earlier one. None for none.
        repeats: How many times it has been repeated.
    """

    policy: CallPolicy
    request: httpx.Request
    timeout: httpx.Timeout
    until: Deadline | None = field(init=False)
    retry_count: int = field(default=0, init=False)
    _extensions: dict[str, Any] = field(init=False)
    _began: float = field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        own = None if self.policy.deadline_seconds is None else Deadline.after(self.policy.deadline_seconds)
        self.until = deadline.earliest(deadline.current(), own)
        if "timeout" not in self.request.extensions:
            self.request.extensions = {**self.request.extensions, "timeout": self.timeout.as_dict()}
        self._extensions = self.request.extensions

    @property
    def call_name(self) -> str:
        """Method and path."""
        return f"{self.request.method} {self.request.url.raw_path.partition(b'?')[0].decode('ascii')}"

    def begin_attempt(self) -> None:
        """Begin an attempt: its time-outs are no longer than what is left."""
        if self.until is not None and self.until.over():
            raise self._deadline_exceeded()
        # Of its own: the caller may send the request again, and a body is still read by what it began with.
        limits = {name: deadline.cap_timeout(limit, self.until) for name, limit in self._extensions["timeout"].items()}
        self.request.extensions = {**self._extensions, "timeout": limits}
        self._began = deadline.clock()

    def seconds_left(self) -> float | None:
        """Say how many seconds are left to the attempt; None for as many as it wants."""
        return deadline.cap_timeout(None, self.until)

    def end_attempt(self) -> None:
        """End an attempt, well or not."""
        self.request.extensions = self._extensions

    def note_seconds_to_headers(self, response: httpx.Response) -> httpx.Response:
        """Note how long the beginning of an answer was waited for."""
        response.extensions[SECONDS_TO_HEADERS] = deadline.clock() - self._began
        return response

    def finish_call(self, response: httpx.Response) -> httpx.Response:
        """Give away the answer of the last attempt, without the token that was sent for it."""
        self._log_attempt(str(response.status_code))
        self.policy.budget.note_success()
        for each in (response, *response.history):
            each.request = _request_without_credentials(each.request)
        return response

    def body_deadline(self) -> Deadline | None:
        """Say until when the next piece of a streamed body has to be there."""
        until = deadline.earliest(self.until, deadline.current())
        if until is not None and until.over():
            raise until.exceeded(f"{self.call_name}, while its body was read")
        return until

    def raise_for_broken_body(self, error: Exception) -> NoReturn:
        """Raise what there is to raise when a streamed body breaks off: its reader has had a part of it."""
        self.body_deadline()
        raise _as_lost_connection(error)

    def pause_or_raise(self, error: Exception) -> float:
        """Choose the pause before the next attempt, or raise what there is to raise."""
        if self.until is not None and self.until.over() and isinstance(error, httpx.TransportError | TimeoutError):
            self._log_attempt(_error_summary(error), "the deadline is over")
            raise self._deadline_exceeded() from without_credentials(error)
        error = _as_lost_connection(error)
        verdict = retry.decide_retry(
            error,
            retry_count=self.retry_count,
            retryable=self.policy.may_retry(self.request),
            same_request=self.policy.body_is_replayable(self.request) and request_of(error) in (None, self.request),
            retries=self.policy.retries,
            draw=retry.random_fraction(),
        )
        reason = self._reason_against_retry(verdict) if isinstance(verdict, Retry) else verdict.reason
        if isinstance(verdict, Retry) and not reason:
            self._log_attempt(_error_summary(error), f"repeated after {verdict.pause:.2f} s, as {verdict.reason}")
            self.retry_count += 1
            return verdict.pause
        self._log_attempt(_error_summary(error), f"not repeated: {reason}")
        raise without_credentials(error)

    def _reason_against_retry(self, verdict: Retry) -> str:
        """Say what a repeat cannot be paid with: time, or the client's budget; nothing if it can."""
        if self.until is not None and self.until.left() <= verdict.pause:
            return f"a pause of {verdict.pause:.3g} s would outlive the deadline of {self.until.seconds:g} s"
        return "" if self.policy.budget.take_retry() else "the client's budget of repeats is used up"

    def _deadline_exceeded(self) -> Exception:
        assert self.until is not None  # noqa: S101 - for the type checker
        attempts = "once" if self.retry_count == 0 else f"{self.retry_count + 1} times"
        return self.until.exceeded(f"{self.call_name}{f', asked {attempts}' if self._began else ''}")

    def _log_attempt(self, outcome: str, then: str = "") -> None:
        log.log_attempt(
            self.request,
            outcome,
            seconds=deadline.clock() - self._began,
            number=self.retry_count + 1,
            most=self.policy.retries.most + 1,
            then=then,
        )


def raise_for_failure(response: httpx.Response) -> None:
    """Raise the error that an answer is, if it is one."""
    error = error_of_response(response)
    if error is not None:
        raise error


def _error_summary(error: Exception) -> str:
    if isinstance(error, APIError):
        return f"{error.status} ({error.message})"
    # h11 quotes header values that it refuses.
    text = "" if isinstance(error, httpx.LocalProtocolError) else str(error)
    return f"{type(error).__name__}{f' ({text})' if text else ''}"


def _as_lost_connection(error: Exception) -> Exception:
    """Where the deadline of another call has ended this one, the connection was lost: HTTP/2 shares connections."""
    if isinstance(error, DeadlineOver):
        return httpx.ReadError("another call over the same connection ran out of time")
    return error


def without_credentials(error: Exception) -> Exception:
    """Take the token out of the request that an error of httpx holds: it would be pickled with it."""
    request = request_of(error)
    if isinstance(error, httpx.RequestError) and request is not None:
        error.request = _request_without_credentials(request)
    return error


def _request_without_credentials(request: httpx.Request) -> httpx.Request:
    """Copy a request without its token; one that has none is given back."""
    if not any(name in request.headers for name in SECRET_HEADERS):
        return request
    headers = [
        (name, value) for name, value in request.headers.raw if name.decode("ascii").lower() not in SECRET_HEADERS
    ]
    body = request.read() if isinstance(request.stream, httpx.ByteStream) else None
    return httpx.Request(request.method, request.url, headers=headers, content=body, extensions=request.extensions)
