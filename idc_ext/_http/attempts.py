"""One call and its attempts: what is left of its time, whether it goes again, and what is told of it.

The sync and the async client of `transport` do as is decided here. Nothing is sent and nobody is waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import httpx
from attrs import define, field, frozen

from .._operations import repeatable
from ..errors import APIError
from . import deadline, log, retry
from .deadline import Deadline
from .failures import failure, request_of
from .httpcore_hooks import Late
from .redaction import SECRET_HEADERS
from .retry import Budget, Repeat, Retries

if TYPE_CHECKING:
    from ..errors import InvalidRequest
    from .refusals import Release

#: The extension of a response that says how many seconds its beginning took to come.
WAITED = "idc_ext.waited"


@frozen
class Rules:
    """What all calls of a client go by. Its sync and its async form share it, and whatever is derived from it.

    Attributes:
        retries: When a call is repeated.
        seconds: The deadline of each call; None for none.
        root: The path of the base URL.
        budget: How many repeats are left.
        release: What is known of the service's release, to explain its refusals by.
    """

    retries: Retries
    seconds: float | None
    root: str
    budget: Budget = field(repr=False)
    release: Release = field(repr=False)

    def repeatable(self, request: httpx.Request) -> bool:
        """Say whether a request may be sent a second time: its operation only reads, and its body is still there."""
        path = request.url.path.removeprefix(self.root)
        return repeatable(request.method, path) and self.replayable(request)

    def question(self, error: InvalidRequest, request: httpx.Request) -> str | None:
        """Give the path to ask for the service's release, if that may explain a refusal and is not known yet."""
        return self.release.question(error, request.url.path.removeprefix(self.root))

    @staticmethod
    def replayable(request: httpx.Request) -> bool:
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

    rules: Rules
    request: httpx.Request
    timeout: httpx.Timeout
    until: Deadline | None = field(init=False)
    repeats: int = field(default=0, init=False)
    _extensions: dict[str, Any] = field(init=False)
    _began: float = field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        own = None if self.rules.seconds is None else Deadline.after(self.rules.seconds)
        self.until = deadline.earliest(deadline.current(), own)
        if "timeout" not in self.request.extensions:
            self.request.extensions = {**self.request.extensions, "timeout": self.timeout.as_dict()}
        self._extensions = self.request.extensions

    @property
    def name(self) -> str:
        """Method and path."""
        return f"{self.request.method} {self.request.url.raw_path.partition(b'?')[0].decode('ascii')}"

    def begin(self) -> None:
        """Begin an attempt: its time-outs are no longer than what is left."""
        if self.until is not None and self.until.over():
            raise self._late()
        # Of its own: the caller may send the request again, and a body is still read by what it began with.
        limits = {name: deadline.shrunk(limit, self.until) for name, limit in self._extensions["timeout"].items()}
        self.request.extensions = {**self._extensions, "timeout": limits}
        self._began = deadline.clock()

    def limit(self) -> float | None:
        """Say how many seconds are left to the attempt; None for as many as it wants."""
        return deadline.shrunk(None, self.until)

    def ended(self) -> None:
        """End an attempt, well or not."""
        self.request.extensions = self._extensions

    def answered(self, response: httpx.Response) -> httpx.Response:
        """Note how long the beginning of an answer was waited for."""
        response.extensions[WAITED] = deadline.clock() - self._began
        return response

    def succeeded(self, response: httpx.Response) -> httpx.Response:
        """Give away the answer of the last attempt, without the token that was sent for it."""
        self._tell(str(response.status_code))
        self.rules.budget.give()
        for each in (response, *response.history):
            each.request = _without_token(each.request)
        return response

    def reading(self) -> Deadline | None:
        """Say until when the next piece of a streamed body has to be there."""
        until = deadline.earliest(self.until, deadline.current())
        if until is not None and until.over():
            raise until.exceeded(f"{self.name}, while its body was read")
        return until

    def broken(self, error: Exception) -> NoReturn:
        """Raise what there is to raise when a streamed body breaks off: its reader has had a part of it."""
        self.reading()
        raise _others(error)

    def failed(self, error: Exception) -> float:
        """Choose the pause before the next attempt, or raise what there is to raise."""
        if self.until is not None and self.until.over() and isinstance(error, httpx.TransportError | TimeoutError):
            self._tell(_named(error), "the deadline is over")
            raise self._late() from cleaned(error)
        error = _others(error)
        verdict = retry.decide(
            error,
            repeats=self.repeats,
            repeatable=self.rules.repeatable(self.request),
            untouched=self.rules.replayable(self.request) and request_of(error) in (None, self.request),
            retries=self.rules.retries,
            draw=retry.draw(),
        )
        why = self._affordable(verdict) if isinstance(verdict, Repeat) else verdict.why
        if isinstance(verdict, Repeat) and not why:
            self._tell(_named(error), f"repeated after {verdict.pause:.2f} s, as {verdict.why}")
            self.repeats += 1
            return verdict.pause
        self._tell(_named(error), f"not repeated: {why}")
        raise cleaned(error)

    def _affordable(self, verdict: Repeat) -> str:
        """Say what a repeat cannot be paid with: time, or the client's budget; nothing if it can."""
        if self.until is not None and self.until.left() <= verdict.pause:
            return f"a pause of {verdict.pause:.3g} s would outlive the deadline of {self.until.seconds:g} s"
        return "" if self.rules.budget.take() else "the client's budget of repeats is used up"

    def _late(self) -> Exception:
        assert self.until is not None  # noqa: S101 - for the type checker
        times = "once" if self.repeats == 0 else f"{self.repeats + 1} times"
        return self.until.exceeded(f"{self.name}{f', asked {times}' if self._began else ''}")

    def _tell(self, outcome: str, then: str = "") -> None:
        log.attempt(
            self.request,
            outcome,
            seconds=deadline.clock() - self._began,
            number=self.repeats + 1,
            most=self.rules.retries.most + 1,
            then=then,
        )


def judged(response: httpx.Response) -> None:
    """Raise the error that an answer is, if it is one."""
    error = failure(response)
    if error is not None:
        raise error


def _named(error: Exception) -> str:
    if isinstance(error, APIError):
        return f"{error.status} ({error.message})"
    # h11 quotes header values that it refuses.
    said = "" if isinstance(error, httpx.LocalProtocolError) else str(error)
    return f"{type(error).__name__}{f' ({said})' if said else ''}"


def _others(error: Exception) -> Exception:
    """Where the deadline of another call has ended this one, the connection was lost: HTTP/2 shares connections."""
    if isinstance(error, Late):
        return httpx.ReadError("another call over the same connection ran out of time")
    return error


def cleaned(error: Exception) -> Exception:
    """Take the token out of the request that an error of httpx holds: it would be pickled with it."""
    request = request_of(error)
    if isinstance(error, httpx.RequestError) and request is not None:
        error.request = _without_token(request)
    return error


def _without_token(request: httpx.Request) -> httpx.Request:
    """Copy a request without its token; one that has none is given back."""
    if not any(name in request.headers for name in SECRET_HEADERS):
        return request
    headers = [
        (name, value) for name, value in request.headers.raw if name.decode("ascii").lower() not in SECRET_HEADERS
    ]
    body = request.read() if isinstance(request.stream, httpx.ByteStream) else None
    return httpx.Request(request.method, request.url, headers=headers, content=body, extensions=request.extensions)
