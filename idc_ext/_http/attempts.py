"""The attempts of one call: the time that is left, whether to retry, and what is logged.

Law: decides and logs. The sync and the async client of `transport` carry it out; nothing is sent and no pause is made
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import httpx
from attrs import define, field, frozen

from .._operations import is_retryable
from ..errors import APIError
from . import deadline, retry
from .deadline import Deadline
from .failures import ServiceRelease, error_of_answer, error_of_response, request_of
from .httpcore_hooks import DeadlineOver
from .no_response import with_explanation
from .redaction import SECRET_HEADERS, log_attempt
from .retry import Retries, Retry, RetryBudget, causes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..errors import InvalidRequest

#: The extension of a response that holds the seconds from sending the request to receiving the response's headers.
SECONDS_TO_HEADERS = "idc_ext.seconds_to_headers"
#: The extension of a request that holds the URL of its call, also after redirects.
FIRST_URL = "idc_ext.first_url"
#: Headers that a redirect may take to another host: those that httpx sets, and those that describe the body.
_HEADERS_FOR_ALL = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
    }
)
#: The extension of a request whose answer is checked by the code that sent it, and not here.
CHECKED_BY_CALLER = "idc_ext.checked_by_caller"


@frozen
class CallPolicy:
    """The retry policy and the limits of all calls of a client, sync and async, and of the clients derived from it.

    Attributes:
        retries: When a call is retried.
        deadline_seconds: The deadline of each call; None for none.
        base_path: The path of the base URL.
        max_body: The most bytes of an answer that is not streamed, after decompression.
        budget: How many retries are left to the client.
        release: What is known of the service's release, which may explain a refusal.
    """

    retries: Retries
    deadline_seconds: float | None
    base_path: str
    max_body: int
    budget: RetryBudget = field(repr=False)
    release: ServiceRelease = field(repr=False)

    def may_retry(self, request: httpx.Request) -> bool:
        """Say whether a request may be retried: its operation only reads, and its body can be sent again."""
        path = request.url.path.removeprefix(self.base_path)
        return is_retryable(request.method, path) and self.body_is_replayable(request)

    def release_path_to_ask(self, error: InvalidRequest, request: httpx.Request) -> str | None:
        """Return the path that names the service's release, if that may explain a refusal and is not known yet."""
        return self.release.path_to_ask(error, request.url.path.removeprefix(self.base_path))

    @staticmethod
    def body_is_replayable(request: httpx.Request) -> bool:
        """Say whether the body of a request can be sent a second time."""
        return isinstance(request.stream, httpx.ByteStream)


@define
class Attempts:
    """The attempts of one call so far.

    Attributes:
        policy: The policy of its client.
        request: The request of the call.
        timeout: The time-outs of its client, for a request that has none of its own.
        proxy_for: Names the argument or variable of the proxy for a URL; None for a direct connection.
        until: Its deadline or that of the calling code, the earlier one; None for none.
        retry_count: How many times it has been retried.
    """

    policy: CallPolicy
    request: httpx.Request
    timeout: httpx.Timeout
    proxy_for: Callable[[httpx.URL], str | None]
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
        """Method and path of the call."""
        return f"{self.request.method} {self.request.url.raw_path.partition(b'?')[0].decode('ascii')}"

    def begin_attempt(self) -> None:
        """Begin an attempt: cut its time-outs to the time that is left."""
        if self.until is not None and self.until.over():
            raise self._deadline_exceeded()
        # A new dictionary: the caller may send the request again, and a body is read with the time-outs it began with.
        limits = {name: deadline.cap_timeout(limit, self.until) for name, limit in self._extensions["timeout"].items()}
        self.request.extensions = {**self._extensions, "timeout": limits, FIRST_URL: self.request.url}
        self._began = deadline.clock()

    def seconds_left(self) -> float | None:
        """Return how many seconds are left to the attempt; None for no limit."""
        return deadline.cap_timeout(None, self.until)

    def end_attempt(self) -> None:
        """End an attempt, successful or not: restore the request's own time-outs."""
        self.request.extensions = self._extensions

    def note_seconds_to_headers(self, response: httpx.Response) -> httpx.Response:
        """Note on a response how many seconds its headers took."""
        response.extensions[SECONDS_TO_HEADERS] = deadline.clock() - self._began
        return response

    def finish_call(self, response: httpx.Response) -> httpx.Response:
        """Return the response of the last attempt; its request no longer holds the token.

        Raises:
            ContractError: its body has been read, and is not what the document says of the operation. JSON is checked
                when it is decoded.
        """
        self._log_attempt(str(response.status_code))
        self.policy.budget.note_success()
        if response.is_stream_consumed and CHECKED_BY_CALLER not in self.request.extensions:
            path = self.request.url.raw_path.partition(b"?")[0].decode("ascii")
            error = error_of_answer(response, self.request.method, path.removeprefix(self.policy.base_path))
            if error is not None:
                raise error
        for each in (response, *response.history):
            each.request = _request_without_credentials(each.request)
        return response

    def body_deadline(self) -> Deadline | None:
        """Return the deadline of the next piece of a streamed body; raise DeadlineExceeded if it is over."""
        until = deadline.earliest(self.until, deadline.current())
        if until is not None and until.over():
            raise until.exceeded(f"{self.call_name}, while its body was read")
        return until

    def raise_for_broken_body(self, error: Exception) -> NoReturn:
        """Raise the error of a streamed body that breaks off. It is not retried: its reader has a part of it."""
        self.body_deadline()
        raise self._as_reported(_as_lost_connection(error))

    def pause_or_raise(self, error: Exception) -> float:
        """Return the pause before a retry, in seconds, or raise the error of the failed attempt."""
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
            self._log_attempt(_error_summary(error), f"retried after {verdict.pause:.2f} s: {verdict.reason}")
            self.retry_count += 1
            return verdict.pause
        self._log_attempt(_error_summary(error), f"not retried: {reason}")
        raise self._as_reported(error)

    def _as_reported(self, error: Exception) -> Exception:
        return without_credentials(with_explanation(error, self.proxy_for))

    def _reason_against_retry(self, verdict: Retry) -> str:
        """Say why there is no retry: no time, or no budget; an empty text if there is one. Takes it from the budget."""
        if self.until is not None and self.until.left() <= verdict.pause:
            return f"a pause of {verdict.pause:.3g} s would outlive the deadline of {self.until.seconds:g} s"
        return "" if self.policy.budget.take_retry() else "the client's retry budget is used up"

    def _deadline_exceeded(self) -> Exception:
        assert self.until is not None  # noqa: S101 - for the type checker
        attempts = "once" if self.retry_count == 0 else f"{self.retry_count + 1} times"
        return self.until.exceeded(f"{self.call_name}{f', sent {attempts}' if self._began else ''}")

    def _log_attempt(self, outcome: str, then: str = "") -> None:
        log_attempt(
            self.request,
            outcome,
            seconds=deadline.clock() - self._began,
            number=self.retry_count + 1,
            most=self.policy.retries.most + 1,
            then=then,
        )


def raise_for_failure(response: httpx.Response) -> None:
    """Raise the error of a response that reports a failure."""
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
    """Turn the deadline of another call into a lost connection: with HTTP/2, calls share connections."""
    if isinstance(error, DeadlineOver):
        return httpx.ReadError("another call over the same connection ran out of time")
    return error


def keep_body_headers(request: httpx.Request) -> None:
    """Remove all headers from a request that a redirect sends to another host, but those that describe its body.

    Any other may be a secret of the caller, such as `X-Api-Key`.
    """
    for name in set(request.headers) - _HEADERS_FOR_ALL:
        del request.headers[name]


def without_credentials(error: Exception) -> Exception:
    """Remove the token from what an httpx error holds, or it would be pickled with the error, or shown with its frames.

    The frames of httpcore and h11 have the headers of the request, and those for the proxy, in their local variables.
    """
    for cause in causes_of(error):
        if isinstance(cause, httpx.TransportError | OSError) or type(cause).__module__.startswith(("httpcore", "h11")):
            cause.__traceback__ = None
    request = request_of(error)
    if isinstance(error, httpx.RequestError) and request is not None:
        error.request = _request_without_credentials(request)
    return error


def _request_without_credentials(request: httpx.Request) -> httpx.Request:
    """Copy a request without its credentials; return the request itself if it has none."""
    if not any(name in request.headers for name in SECRET_HEADERS):
        return request
    headers = [
        (name, value) for name, value in request.headers.raw if name.decode("ascii").lower() not in SECRET_HEADERS
    ]
    body = request.read() if isinstance(request.stream, httpx.ByteStream) else None
    return httpx.Request(request.method, request.url, headers=headers, content=body, extensions=request.extensions)
