"""The errors of this package, and what they keep of a request and its response.

    IDCError
    ├── InvalidBaseURL (ValueError)     the base URL cannot be used
    ├── InvalidProxy (ValueError)       a proxy of the environment, or `proxy=`, cannot be used
    ├── InvalidTLSSettings (ValueError) a variable such as SSL_CERT_FILE, or `verify=`, cannot be used
    ├── InvalidFilter (ValueError)      refused here, before anything is sent
    ├── InvalidGUID (ValueError)        not a GUID of the CRDC
    ├── CredentialsError
    │   ├── CredentialsNotFound         no credentials file
    │   ├── CredentialsInvalid          unreadable, not JSON, or without an ID token
    │   ├── CredentialsInsecure         others may read it, or it would be sent unencrypted
    │   └── CredentialsExpired          the ID token has expired and cannot be renewed
    ├── APIError                        the server refused or failed: .status .code .message .request
    │   ├── InvalidRequest              400, and every 4xx that is not listed
    │   ├── Unauthorized                401
    │   ├── Forbidden                   403
    │   ├── NotFound                    404
    │   ├── Retired                     410
    │   ├── RateLimited                 429
    │   ├── QueryTimeout                504
    │   └── ServerError                 every other 5xx
    ├── PagingError                     a token comes twice, a total changes, a page never comes
    │   └── DataReleaseChanged          the data changed during a walk of v3
    ├── DeadlineExceeded (TimeoutError) a deadline came before the whole response
    ├── CheckpointError                 the checkpoint is another walk's, or damaged
    ├── TruncatedResult                 a partial result that must not look complete
    ├── LicenseRefused                  licences that do not allow the required use: .offenders
    ├── ServiceWarned                   the service warns of an answer, and the client is strict: .warnings
    ├── CostRefused                     a statement would cost more than allowed: .bytes
    ├── BigQueryError                   BigQuery refused or failed: .status .reason
    ├── ManifestError                   a manifest file that is not the one its sidecar describes
    ├── MissingExtra (ImportError)      an optional dependency is not installed
    ├── ClientClosed (RuntimeError)     the client has been closed
    └── ContractError                   the body does not fit the document

Warnings: `ServiceWarning` (a UserWarning), where the service answered and warns of its answer; `BlockingCallWarning`
(a RuntimeWarning), where a synchronous call blocks an event loop.

An IDCError is a decision of the client or the server; no response at all is `httpx.TransportError`. All errors can be
pickled, and none holds a header of the request, a token or a cookie.
"""

from __future__ import annotations

import functools
import http
import json
import re
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

__all__ = [
    "APIError",
    "BigQueryError",
    "BlockingCallWarning",
    "CheckpointError",
    "ClientClosed",
    "ContractError",
    "CostRefused",
    "CredentialsError",
    "CredentialsExpired",
    "CredentialsInsecure",
    "CredentialsInvalid",
    "CredentialsNotFound",
    "DataReleaseChanged",
    "DeadlineExceeded",
    "Forbidden",
    "IDCError",
    "InvalidBaseURL",
    "InvalidFilter",
    "InvalidGUID",
    "InvalidProxy",
    "InvalidRequest",
    "InvalidTLSSettings",
    "LicenseRefused",
    "ManifestError",
    "MissingExtra",
    "NotFound",
    "PagingError",
    "QueryTimeout",
    "RateLimited",
    "RequestSummary",
    "ResponseSummary",
    "Retired",
    "ServerError",
    "ServiceWarned",
    "ServiceWarning",
    "TruncatedResult",
    "Unauthorized",
]


class IDCError(Exception):
    """The base class of all errors of this package."""


class InvalidBaseURL(IDCError, ValueError):
    """The base URL is not one that paths such as `/v1/about` can be appended to."""


class InvalidProxy(IDCError, ValueError):
    """A variable such as HTTPS_PROXY, or the argument `proxy`, that cannot be used. The message shows no value."""


class InvalidTLSSettings(IDCError, ValueError):
    """SSL_CERT_FILE, SSL_CERT_DIR, SSLKEYLOGFILE or an argument such as `verify`, with which TLS cannot be set up."""


class InvalidFilter(IDCError, ValueError):
    """A filter, column, field or name that the API does not know or would misread, or that fits in no request.

    Nothing has been sent.
    """


class InvalidGUID(IDCError, ValueError):
    """A text that is not a GUID of the CRDC, or one of another resolver. Nothing has been sent."""


class CredentialsError(IDCError):
    """The ID token cannot be read, renewed or used. The message says what to do."""


class CredentialsNotFound(CredentialsError):
    """There is no credentials file at the path."""


class CredentialsInvalid(CredentialsError):
    """The credentials file cannot be read, is not JSON or holds no ID token."""


class CredentialsInsecure(CredentialsError):
    """Other users may read the credentials file, or the token would be sent unencrypted."""


class CredentialsExpired(CredentialsError):
    """The ID token has expired or is about to, and only a new login gives another one."""


class PagingError(IDCError):
    """A walk over pages whose result cannot be trusted, or that does not end."""


class DataReleaseChanged(PagingError):
    """The data release changed during a walk: rows of two releases must not look like one list."""


class DeadlineExceeded(IDCError, TimeoutError):
    """A deadline is over: of `deadline` or `connect(deadline=)`. The server may have carried out the request."""


class CheckpointError(IDCError):
    """A checkpoint cannot be used: it is damaged or belongs to another request or output. It is left as it is."""


class TruncatedResult(IDCError):
    """A partial result that must not look complete."""


class LicenseRefused(IDCError):
    """Data whose licences do not allow the required use. Nothing has been written.

    Attributes:
        offenders: Tuples of collection, licence and number of series.
    """

    def __init__(self, message: str, *, offenders: tuple[tuple[str | None, str | None, int], ...] = ()) -> None:
        super().__init__(message)
        self.offenders = offenders

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(type(self), offenders=self.offenders), self.args


class BlockingCallWarning(RuntimeWarning):
    """A synchronous call blocks a running event loop: use the function of the same name in `idc_ext.aio`."""


class ServiceWarning(UserWarning):
    """A warning of the service about an answer, such as that a value occurs only in another letter case."""


class ServiceWarned(IDCError):
    """A warning of the service about an answer, as an error: for a client made with `connect(strict=True)`.

    Attributes:
        warnings: The texts of the warnings.
    """

    def __init__(self, message: str, *, warnings: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.warnings = warnings

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(type(self), warnings=self.warnings), self.args


class CostRefused(IDCError):
    """A statement that would read more bytes in BigQuery than allowed. Nothing has been run.

    Attributes:
        bytes: How many bytes it would read.
    """

    def __init__(self, message: str, *, bytes: int = 0) -> None:
        super().__init__(message)
        self.bytes = bytes

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(type(self), bytes=self.bytes), self.args


class BigQueryError(IDCError):
    """BigQuery refused a statement or a project, or failed.

    Attributes:
        message: The message of BigQuery, on one line of at most 300 characters.
        status: The HTTP status.
        reason: The error reason of BigQuery, such as `accessDenied`; None if there is none.
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


class ClientClosed(IDCError, RuntimeError):
    """The client has been closed, before the call or during it: `connect` makes another one."""


class ContractError(IDCError):
    """The response of the server does not fit the API's document."""


@frozen
class RequestSummary:
    """A request without its secrets: no headers, page tokens cut short.

    Attributes:
        method: The HTTP method in capitals.
        url: The URL without user and password.
        path: The path of the URL.
        curl: A shell command that sends the request again, with shell variables such as `$IDC_TOKEN` for the
            secrets.
    """

    method: str
    url: str
    path: str
    curl: str = field(default="", repr=False)


@frozen
class ResponseSummary:
    """A response without secrets: no cookies, and no secret of the request that the server quotes.

    Attributes:
        status_code: The HTTP status as sent, even if the body has another one.
        headers: The headers, by name in lower case.
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
        """Decode the body as JSON; raises ValueError."""
        return json.loads(self.content)


class APIError(IDCError):
    """The server refused a request or failed.

    Attributes:
        status: The HTTP status, or the one in the body where that is the correct one (see `_http.failures`).
        code: The server's own code; None if it has none. v1 gives the status again, its gateway a gRPC code, v3 a word.
        message: The message of the server, on one line of at most 300 characters.
        request: The request, without secrets.
        response: The response, without secrets.
        request_id: The identifier of the request at the server or a proxy, if a header has it: for bug reports.
        retry_after: How many seconds the server asks to wait before a retry; None if it does not.
        notice: The possible cause, at the beginning of the message: the service is of another release than the client
            was made for. Empty if it is not.
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
    _resolver_hint = ""

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
        # The resolver of GUIDs is another service: it has no v3, and is sent no credentials.
        own = _RESOLVER_PATH not in request.path
        is_for_user = isinstance(self, Unauthorized | Forbidden) and "/v3/" in request.path
        hint = _NO_USER if is_for_user else self.hint
        advice = "; ".join(filter(None, [hint, self._alternative()])) if own else self._resolver_hint
        super().__init__(f"{sentence.rstrip('.')} ({advice})" if advice else sentence)
        self.notice = ""
        self.note(notice)

    def note(self, notice: str) -> None:
        """Put a notice at the beginning of the message; a second one is ignored."""
        if notice and not self.notice:
            self.notice, self.args = notice, (f"{notice}. {self}",)

    def reword(self, message: str) -> None:
        """Replace the message of the server within the message of the error."""
        self.args, self.message = (str(self).replace(self.message, message, 1),), message

    def __reduce__(self) -> tuple[Any, ...]:
        rest = {name: value for name, value in vars(self).items() if name in _PICKLED}
        return functools.partial(type(self), **rest), (self.message,)

    @property
    def curl(self) -> str:
        """A shell command that sends the request again, with `$IDC_TOKEN` for the token."""
        return self.request.curl

    def _alternative(self) -> str:
        """Return what to do instead, where that is known."""
        return ""


#: What to do where a service of v3 asks for a user: no credentials file would help.
_NO_USER = "v3 needs no user, so this is not IDC's answer: check the base URL, and the proxy or gateway before it"
_PICKLED = frozenset({"status", "code", "request", "response", "request_id", "retry_after", "notice"})


class InvalidRequest(APIError):
    """400, or another 4xx without a class of its own: the request cannot be answered as it is."""

    def _alternative(self) -> str:
        return _if_retired(self.request.path) if self.status == 405 else ""


class Unauthorized(APIError):
    """401: no ID token, or one that the server does not accept."""

    hint = "renew the credentials file and try again"


class Forbidden(APIError):
    """403: the token is valid, but its user may not do this."""

    hint = "use the credentials of the user who owns it"


class NotFound(APIError):
    """404: there is no such path or object on the server."""

    _resolver_hint = "check the GUID and the address of the resolver"

    def _alternative(self) -> str:
        if isinstance(self.code, str):  # a word of v3's own, so that the base URL is right
            return "" if "/clinical/" in self.request.path else "check the identifier"
        return "; ".join(filter(None, ["check the identifier and the base URL", _if_retired(self.request.path)]))


class Retired(APIError):
    """410: the server no longer speaks this generation of the API. The message names the replacement in v3."""

    hint = "this generation of the API has been retired"

    def _alternative(self) -> str:
        return f"{successor(self.request.path) or 'use v3'}; or connect to a local stand-in"


class RateLimited(APIError):
    """429: too many requests."""

    def _alternative(self) -> str:
        return "wait before trying again" if self.retry_after is None else f"wait {self.retry_after:g} s"


class QueryTimeout(APIError):
    """504: the server gave up on the query."""

    hint = "request less at once"


class ServerError(APIError):
    """5xx: the server failed."""


#: The paths of GA4GH's Data Repository Service.
_RESOLVER_PATH = "/ga4gh/drs/"

#: v1 answers 410 since February 2026 and v2 since July 2026, both on the host that serves v3.
_NO_COHORTS = "v3 saves no cohorts: keep the filters where you run, translated by v3.from_v1"
_NO_USERS = "v3 knows no users and needs no credentials"
_MANIFEST = "use v3.manifest with the filters of the cohort, translated by v3.from_v1"

#: The rest of a path after the version -> what to do instead. The first matching row counts.
SUCCESSORS = (
    ("about", "use v3: idc_client.api.v3.get_service"),
    ("versions", "use v3.version, and v3.sql on version_metadata_index for earlier releases"),
    ("collections", "use v3.collections"),
    ("analysis_results", "use v3.analysis_results"),
    ("attributes|filters|fields(/.*)?", "use v3.attributes"),
    ("filters/values/.*", "use v3.attribute_values"),
    ("cohorts/query(/.*)?|cohorts/[^/]+/query", f"{_MANIFEST}, or v3.sql for other columns"),
    ("cohorts/manifest(/.*)?|cohorts/[^/]+/manifest", _MANIFEST),
    ("cohorts(/[0-9]+)?", _NO_COHORTS),
    ("dicomMetadata", "use v3.sql on the table index"),
    ("users/account_details", _NO_USERS),
    (".*", "use v3"),
)


def successor(path: str) -> str:
    """Return what to do instead of requesting a path of v1 or v2; an empty text for any other path."""
    found = re.search(r"/v[12]/(?P<rest>.*?)/?$", path)
    if found is None:
        return ""
    return next(advice for shape, advice in SUCCESSORS if re.fullmatch(shape, found["rest"]))


def _if_retired(path: str) -> str:
    # The live host answers 404 and 405 for most of v1, and 410 only for some of the paths it once had.
    instead = successor(path)
    return (
        f"a host that has retired this generation of the API answers in this way, too: there, {instead}"
        if instead
        else ""
    )


def status_phrase(status: int) -> str:
    """Return a status with its phrase, if it has one."""
    try:
        return f"{status} {http.HTTPStatus(status).phrase}"
    except ValueError:  # 499, 520 and others that servers and proxies invent
        return str(status)
