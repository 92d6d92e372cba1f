"""Every error this package decides on, and how an answer of the server becomes one of them.

    IDCError
    ├── InvalidBaseURL (ValueError)     the base URL cannot be used
    ├── InvalidFilter (ValueError)      refused here, before anything is sent
    ├── InvalidGUID (ValueError)        no GUID of the CRDC's
    ├── CredentialsError
    │   ├── CredentialsNotFound         no credentials file
    │   ├── CredentialsInvalid          unreadable, not JSON, or without an ID token
    │   ├── CredentialsInsecure         others may read it, or it would travel unencrypted
    │   └── CredentialsExpired          the ID token has run out and cannot be renewed
    ├── APIError                        the server said no: .status .code .message .request
    │   ├── InvalidRequest              400, and every 4xx that is not listed
    │   ├── Unauthorized                401
    │   ├── Forbidden                   403
    │   ├── NotFound                    404
    │   ├── Retired                     410
    │   ├── RateLimited                 429
    │   ├── QueryTimeout                504
    │   └── ServerError                 every other 5xx
    ├── PagingError                     a token repeats, a total moves, an answer never comes
    │   └── DataReleaseChanged          the data moved under a walk of v3
    ├── DeadlineExceeded (TimeoutError) a deadline came before the whole of an answer
    ├── CheckpointError                 the checkpoint is another walk's, or damaged
    ├── TruncatedResult                 a partial result that must not look whole
    ├── LicenseRefused                  data that may not be used as required: .offenders
    ├── ServiceWarned                   the service warns of an answer, and the client is strict: .warnings
    ├── CostRefused                     it would cost more than was allowed: .bytes
    ├── BigQueryError                   BigQuery said no: .status .reason
    ├── ManifestError                   a manifest file that is not the one its sidecar describes
    ├── MissingExtra (ImportError)      an optional dependency is not installed
    └── ContractError                   the body does not fit the document

`ServiceWarning` is the one warning (a UserWarning): the service answered and warns of its answer.

An IDCError means that somebody decided; that nobody answered stays `httpx.TransportError`. All of them can be
pickled, and none holds a header of the request, a token or a cookie.
"""

from __future__ import annotations

import functools
import http
import json
import re
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


class IDCError(Exception):
    """The root of all errors that this package decides on."""


class InvalidBaseURL(IDCError, ValueError):
    """The base URL is not one that paths such as `/v1/about` can be appended to."""


class InvalidFilter(IDCError, ValueError):
    """A filter, column or field that the API does not know or would misread. Nothing has been sent."""


class InvalidGUID(IDCError, ValueError):
    """What was to be resolved is no GUID of the CRDC's, or one of another resolver. Nothing has been sent."""


class CredentialsError(IDCError):
    """The ID token cannot be had, renewed or used. The message says what to do."""


class CredentialsNotFound(CredentialsError):
    """There is no credentials file at the path."""


class CredentialsInvalid(CredentialsError):
    """The credentials file cannot be read, is not JSON or holds no ID token."""


class CredentialsInsecure(CredentialsError):
    """Somebody else may read the credentials file, or the token would travel unencrypted."""


class CredentialsExpired(CredentialsError):
    """The ID token has run out or is about to, and nothing but a new login gives another one."""


class PagingError(IDCError):
    """A walk over pages that cannot be trusted or does not end."""


class DataReleaseChanged(PagingError):
    """The server changed to other data during a walk: rows of two releases must not look like one list."""


class DeadlineExceeded(IDCError, TimeoutError):
    """A deadline came first, of `deadline` or of `connect(deadline=)`. Whether the server has done it is not known."""


class CheckpointError(IDCError):
    """A checkpoint cannot be used: it is damaged or belongs to another request or output. It is left as it is."""


class TruncatedResult(IDCError):
    """A partial result that must not look whole."""


class LicenseRefused(IDCError):
    """Data under licences that do not allow what is required. Nothing has been written.

    Attributes:
        offenders: Collection, licence and number of series, each.
    """

    def __init__(self, message: str, *, offenders: tuple[tuple[str | None, str | None, int], ...] = ()) -> None:
        super().__init__(message)
        self.offenders = offenders

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(type(self), offenders=self.offenders), self.args


class ServiceWarning(UserWarning):
    """The service warns of an answer that it gave, such as that a value occurs in another letter case only."""


class ServiceWarned(IDCError):
    """The service warns of an answer that it gave, which is an error for a client made with `connect(strict=True)`.

    Attributes:
        warnings: What it says, each.
    """

    def __init__(self, message: str, *, warnings: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.warnings = warnings

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(type(self), warnings=self.warnings), self.args


class CostRefused(IDCError):
    """A statement that would read more in BigQuery than was allowed. Nothing has been run.

    Attributes:
        bytes: How much it would read.
    """

    def __init__(self, message: str, *, bytes: int = 0) -> None:
        super().__init__(message)
        self.bytes = bytes

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(type(self), bytes=self.bytes), self.args


class BigQueryError(IDCError):
    """BigQuery refused a statement or a project, or failed.

    Attributes:
        message: What it said, on one line of at most 300 characters.
        status: The HTTP status.
        reason: BigQuery's own word for it, such as `accessDenied`, if there is one.
    """

    def __init__(self, message: str, *, status: int = 0, reason: str | None = None) -> None:
        self.message, self.status, self.reason = message, status, reason
        super().__init__(f"BigQuery answered with {status_phrase(status)}{f', {reason}' if reason else ''}: {message}")

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(type(self), status=self.status, reason=self.reason), (self.message,)


class ManifestError(IDCError):
    """A manifest or its sidecar is missing, damaged, or not the one that belongs to the other."""


class MissingExtra(IDCError, ImportError):
    """An optional dependency is not installed; the message says how to install it."""


class ContractError(IDCError):
    """The server's answer does not fit the API's document."""


@frozen
class RequestSummary:
    """What may be shown of a request: no headers, page tokens cut short.

    Attributes:
        method: In capitals.
        url: The whole of it, without user and password.
        path: That of the URL.
        curl: A line for a shell that sends the same again. In place of what is secret it has variables, such as
            `$IDC_TOKEN`, to be set before.
    """

    method: str
    url: str
    path: str
    curl: str = field(default="", repr=False)


@frozen
class ResponseSummary:
    """What may be shown of an answer: no cookies, and no secret of the request where the server quotes one.

    Attributes:
        status_code: As sent, whatever the body says.
        headers: By name in small letters.
        content: The body.
    """

    status_code: int
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Decode the body; ValueError where it is no JSON."""
        return json.loads(self.content)


class APIError(IDCError):
    """The server refused or failed.

    Attributes:
        status: The HTTP status, or the one in the body where that is the truer one (see `_http.failures`).
        code: The server's own code, if any: v1 repeats the status, its gateway gives a gRPC code, v3 a word.
        message: What the server said, on one line of at most 300 characters.
        request: Which request it was.
        response: The answer as it came, without secrets.
        request_id: What the server or a proxy before it calls this request, if a header says so: quote it when asking.
        retry_after: How many seconds the server asked to wait before trying again, if it did.
        notice: What may be the true reason, put before everything else: the service is of another release than the
            client was made for. Empty where there is none.
    """

    status: int
    code: int | str | None
    message: str
    request: RequestSummary
    response: ResponseSummary
    request_id: str | None
    retry_after: float | None
    notice: str
    hint = ""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: int | str | None,
        request: RequestSummary,
        response: ResponseSummary | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        notice: str = "",
    ) -> None:
        self.status, self.code, self.message, self.request = status, code, message, request
        self.response = ResponseSummary(status) if response is None else response
        self.request_id, self.retry_after = request_id, retry_after
        sentence = f"{request.method} {request.path} was answered with {status_phrase(status)}: {message}"
        advice = "; ".join(filter(None, [self.hint, self._instead()]))
        super().__init__(f"{sentence.rstrip('.')} ({advice})" if advice else sentence)
        self.notice = ""
        self.note(notice)

    def note(self, notice: str) -> None:
        """Put a notice before the sentence; the first one stays."""
        if notice and not self.notice:
            self.notice, self.args = notice, (f"{notice}. {self}",)

    def __reduce__(self) -> tuple[Any, ...]:
        rest = {name: value for name, value in vars(self).items() if name in _REBUILT}
        return functools.partial(type(self), **rest), (self.message,)

    @property
    def curl(self) -> str:
        """A line for a shell that sends the same request again, with `$IDC_TOKEN` in place of the token."""
        return self.request.curl

    def _instead(self) -> str:
        """Say what else to ask for, where that is known."""
        return ""


_REBUILT = frozenset({"status", "code", "request", "response", "request_id", "retry_after", "notice"})


class InvalidRequest(APIError):
    """400, or another 4xx without a class of its own: the request cannot be answered as it is."""

    def _instead(self) -> str:
        return _if_retired(self.request.path) if self.status == 405 else ""


class Unauthorized(APIError):
    """401: no ID token, or one that the server does not accept."""

    hint = "renew the credentials file and try again"


class Forbidden(APIError):
    """403: the token is good, but this is not its user's to have."""

    hint = "use the credentials of the user who owns it"


class NotFound(APIError):
    """404: the server knows no such path or thing."""

    hint = "check the identifier and the base URL"

    def _instead(self) -> str:
        return _if_retired(self.request.path)


class Retired(APIError):
    """410: the server no longer speaks this generation of the API. The message names what v3 offers in place."""

    hint = "this generation of the API has been retired"

    def _instead(self) -> str:
        return f"{successor(self.request.path) or 'use v3'}; or connect to a local stand-in"


class RateLimited(APIError):
    """429: too many requests."""

    def _instead(self) -> str:
        return "wait before trying again" if self.retry_after is None else f"wait {self.retry_after:g} s"


class QueryTimeout(APIError):
    """504: the server gave up on the query."""

    hint = "ask for less at once"


class ServerError(APIError):
    """5xx: the server failed."""


#: v1 answers 410 since February 2026 and v2 since July 2026, both on the host that serves v3.
_NO_COHORTS = "v3 saves no cohorts: keep the filters where you run, translated by v3.from_v1"
_NO_USERS = "v3 knows no users and needs no credentials"
_MANIFEST = "use v3.manifest with the filters of the cohort, translated by v3.from_v1"

#: What follows the version in a path -> what to do in its place. The first row that fits counts.
SUCCESSORS = (
    ("about", "use v3: idc_client.api.v3.get_service"),
    ("versions", "use v3: idc_client.api.v3.get_version, and v3.sql on version_metadata_index for earlier releases"),
    ("collections", "use v3: idc_client.api.v3.get_collections"),
    ("analysis_results", "use v3: idc_client.api.v3.get_analysis_results"),
    ("attributes|filters|fields(/.*)?", "use v3: idc_client.api.v3.get_attributes"),
    ("filters/values/.*", "use v3.attribute_values"),
    ("cohorts/query(/.*)?|cohorts/[^/]+/query", f"{_MANIFEST}, or v3.sql for other columns"),
    ("cohorts/manifest(/.*)?|cohorts/[^/]+/manifest", _MANIFEST),
    ("cohorts(/[0-9]+)?", _NO_COHORTS),
    ("dicomMetadata", "use v3.sql on the table index"),
    ("users/account_details", _NO_USERS),
    (".*", "use v3"),
)

_SUCCESSOR_PATTERNS = [(re.compile(shape), advice) for shape, advice in SUCCESSORS]


def successor(path: str) -> str:
    """Say what to do in place of asking for the path; nothing for one that is neither v1's nor v2's."""
    found = re.search(r"/v[12]/(?P<rest>.*?)/?$", path)
    if found is None:
        return ""
    return next(advice for pattern, advice in _SUCCESSOR_PATTERNS if pattern.fullmatch(found["rest"]))


def _if_retired(path: str) -> str:
    # The live host answers 404 and 405 for most of v1, and 410 only for some of the paths it once had.
    instead = successor(path)
    return f"a host that has retired this generation answers the same: there, {instead}" if instead else ""


def status_phrase(status: int) -> str:
    """Write a status with its phrase, as far as it has one."""
    try:
        return f"{status} {http.HTTPStatus(status).phrase}"
    except ValueError:  # 499, 520 and others that servers and proxies invent
        return str(status)
