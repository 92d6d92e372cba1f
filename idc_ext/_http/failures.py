"""Responses that report a failure, as errors: both envelopes of v1, that of v3, that of FastAPI, and none.

A refusal may have a cause that `ServiceRelease` names: the service is of another release than the client was made for.

Law: reads responses and sends nothing. What an error keeps of a response has gone through `redaction`.
"""

from __future__ import annotations

import http
import json
import re
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, field, frozen

from .._answers import checked_json, is_json_answer, status_problem, text_problem
from .._operations import RELEASES
from ..errors import (
    APIError,
    ContractError,
    Forbidden,
    InvalidRequest,
    NotFound,
    QueryTimeout,
    RateLimited,
    ResponseSummary,
    Retired,
    ServerError,
    Unauthorized,
    status_phrase,
)
from .addresses import redirect_target
from .redaction import one_line, request_summary, url_without_query, without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable

#: A refusal inside a 200 is a sentence; a body above this many bytes is data and is not searched for one.
LARGEST_REFUSAL = 65_536
LONGEST_MESSAGE = 300
#: How many bytes of a web page are searched for its title or text.
LONGEST_WEB_PAGE = 16_384
#: Headers by which servers and proxies identify a request, the most specific one first.
REQUEST_IDS = ("x-request-id", "x-correlation-id", "x-cloud-trace-context", "x-amzn-trace-id", "cf-ray")
#: Seconds that the request for the release may take: the caller waits for the refusal meanwhile.
RELEASE_SECONDS = 5.0
#: Statuses of a request that the service did not understand.
_NOT_UNDERSTOOD = frozenset({400, 422})
#: Headers of a response that its error does not keep.
_DROPPED_HEADERS = frozenset({"set-cookie"})

#: Headers of a request for a part of an answer, or for none if it is the one that the caller has: 206 and 304.
_PARTIAL = ("range", "if-match", "if-modified-since", "if-none-match", "if-unmodified-since")

_KNOWN_STATUSES = frozenset(http.HTTPStatus)
_BY_STATUS: dict[int, type[APIError]] = {
    401: Unauthorized, 403: Forbidden, 404: NotFound, 410: Retired, 429: RateLimited, 504: QueryTimeout,
}  # fmt: skip


def request_of(error: BaseException) -> httpx.Request | None:
    """Return the request of an httpx error; None if it has none, or the error is not one of httpx."""
    try:
        return error.request if isinstance(error, httpx.RequestError) else None
    except RuntimeError:  # it was never set
        return None


def needs_body(response: httpx.Response) -> bool:
    """Say whether `error_of_response` needs the body, so that it must have been read."""
    if response.status_code >= 400:
        return True
    size = response.headers.get("content-length")
    # A body without type and size may be a stream, which only its consumer may read.
    kind = response.headers.get("content-type", "" if size is None else "json")
    size = size or "0"
    return response.status_code == 200 and "json" in kind and size.isdecimal() and int(size) <= LARGEST_REFUSAL


def error_of_response(response: httpx.Response) -> APIError | ContractError | None:
    """Return the error that a response reports; None if it reports none.

    Three rules beyond the status, all from v1: a refusal may hide inside a 200 (its own `code` counts), a 5xx
    whose body says 4xx is a 4xx, and a `code` outside 400 to 599 is the gateway's and not a status.
    A redirect that was not followed is an error, since its body is not the data that was requested.
    """
    if response.status_code >= 400:
        code, text = _code_and_message(response)
        status = response.status_code
        if status >= 500 and isinstance(code, int) and 400 <= code < 500:
            status, text = code, f"{text} (sent as HTTP {response.status_code})"
        return _api_error(response, status, code, text)
    if response.has_redirect_location:
        return _api_error(response, response.status_code, None, f"moved to {_redirect_target(response)}")
    if "html" in response.headers.get("content-type", ""):
        return _contract_error(response, "a web page in place of data: a proxy or a login page may have come between")
    if 300 <= response.status_code < 400 and response.status_code != 304:
        return _contract_error(response, "a redirect to nowhere")
    if response.status_code not in _KNOWN_STATUSES:
        return _contract_error(response, "which is not an HTTP status")
    if needs_body(response) and b'"message"' in response.content and len(response.content) <= LARGEST_REFUSAL:
        body = _json_or_none(response.content)
        for part in _objects_within(body):
            code, refusal = part.get("code"), part.get("message")
            if isinstance(code, int) and 400 <= code <= 599 and isinstance(refusal, str):
                return _api_error(response, code, code, f"{refusal} (sent as HTTP {response.status_code})")
        match body:
            case {"error": {"code": str(word), "message": str(refusal)}}:
                return _api_error(response, response.status_code, word, refusal)
    return None


def error_of_answer(response: httpx.Response, method: str, path: str) -> ContractError | None:
    """Return the error of a successful answer that is not what the document says of its operation; None if it is.

    JSON is checked when it is decoded: `response.json()` raises the error, and returns what was checked. So generated
    functions get checked values, and the bytes of an answer can be read whatever they are.

    Args:
        response: The response, whose body has been read.
        method: The method of the operation.
        path: Its path, relative to the base URL, with escapes.
    """
    if any(name in response.request.headers for name in _PARTIAL):
        return None
    status = response.status_code
    problem = status_problem(method, path, status) or text_problem(method, path, status, response.content)
    if problem is not None:
        return _contract_error(response, problem)
    if is_json_answer(method, path, status):
        outcome = _outcome(response)
        response.json = _CheckedJson(method, path, status, response.content, outcome)  # type: ignore[method-assign] # for this answer alone
    return None


@frozen
class _CheckedJson:
    """The method `json` of a response to an operation of the document."""

    _method: str
    _path: str
    _status: int
    _content: bytes = field(repr=False)
    _outcome: str

    def __call__(self, **options: Any) -> Any:
        if options:
            return json.loads(self._content, **options)
        try:
            return checked_json(self._method, self._path, self._status, self._content)
        except ValueError as error:
            raise ContractError(f"{self._outcome} and {error}") from None


def body_error(response: httpx.Response, what: str) -> APIError | ContractError:
    """Make the error of a response with a body that cannot be read: the one of its status, if that is an error."""
    if response.status_code >= 400:
        return _api_error(response, response.status_code, None, what)
    return _contract_error(response, what)


def retry_after(headers: httpx.Headers, now: float | None = None) -> float | None:
    """Read from `Retry-After` how many seconds to wait: a number, or a date, compared with the server's own clock."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text, re.ASCII):
        return float(text)
    until = _http_date_seconds(text)
    if until is None:
        return None
    sent = _http_date_seconds(headers.get("date", ""))
    local = time.time() if now is None else now
    return max(0.0, until - (local if sent is None else sent))


@define
class ServiceRelease:
    """The release of a service, as far as a client knows it: requested when the service first refuses a request.

    Attributes:
        explain: Makes a sentence of the service's `api_version`; None if it is the expected release.
    """

    explain: Callable[[str], str | None]
    _notices: dict[str, str] = field(factory=dict, init=False)

    def path_to_ask(self, error: InvalidRequest, path: str) -> str | None:
        """Return the path that names the release, if the release may explain a refusal and is not known yet.

        If it is known, the error gets the notice.

        Args:
            error: The refusal.
            path: The path of the refused request, relative to the base URL.
        """
        for prefix, (release_path, _) in RELEASES.items():
            if error.status in _NOT_UNDERSTOOD and path.startswith(prefix) and path != release_path:
                if release_path not in self._notices:
                    return release_path
                error.note(self._notices[release_path])
        return None

    def note_answer(self, path: str, response: httpx.Response | None, error: InvalidRequest) -> None:
        """Add to a refusal the notice of the release that the response names.

        Without a usable response, the release is requested again at the next refusal.
        """
        if response is None or response.status_code != 200:
            return
        member = next(member for release_path, member in RELEASES.values() if release_path == path)
        try:
            release = json.loads(response.content)[member]
        except (ValueError, LookupError, TypeError, RecursionError):
            return
        if isinstance(release, str):
            self._notices[path] = self.explain(release) or ""
            error.note(self._notices[path])


def _http_date_seconds(text: str) -> float | None:
    try:
        when = parsedate_to_datetime(text)
        return when.replace(tzinfo=when.tzinfo or UTC).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _contract_error(response: httpx.Response, what: str) -> ContractError:
    return ContractError(f"{_outcome(response)} and {what}")


def _outcome(response: httpx.Response) -> str:
    request = response.request
    path = request.url.raw_path.partition(b"?")[0].decode("ascii")
    return f"{request.method} {path} was answered with {status_phrase(response.status_code)}"


def _api_error(response: httpx.Response, status: int, code: object, text: str) -> APIError:
    kind = _BY_STATUS.get(status)
    if kind is None:
        kind = ServerError if status >= 500 else InvalidRequest if status >= 400 else APIError
    text = one_line(without_secrets(text, response.request))
    text = text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"
    shown = code if isinstance(code, int) or (isinstance(code, str) and code.isidentifier()) else None
    kept = _response_summary(response)
    named_as = next((kept.headers[name] for name in REQUEST_IDS if name in kept.headers), None)
    return kind(
        text,
        status=status,
        code=shown,
        request=request_summary(response.request),
        response=kept,
        request_id=None if named_as is None else one_line(named_as)[:LONGEST_MESSAGE],
        retry_after=retry_after(response.headers),
    )


def _response_summary(response: httpx.Response) -> ResponseSummary:
    request = response.request
    headers = {
        name: without_secrets(value, request)
        for name, value in response.headers.items()
        if name not in _DROPPED_HEADERS
    }
    try:
        content = response.content
    except httpx.ResponseNotRead:  # what could not be decompressed
        content = b""
    clean = without_secrets(content.decode("utf-8", "surrogateescape"), request).encode("utf-8", "surrogateescape")
    return ResponseSummary(response.status_code, headers, clean)


def _code_and_message(response: httpx.Response) -> tuple[object, str]:
    """Find code and message in any of the envelopes, or describe the body that came instead."""
    body = _json_or_none(response.content)
    match body:
        case {"error": {"message": str(message), **rest}} | {"message": str(message), **rest}:
            return rest.get("code"), message
        case {"error": str(message)} | {"detail": str(message)} | {"msg": str(message)}:
            return None, message
        case {"detail": [*problems]}:
            return None, "; ".join(_validation_problem(problem) for problem in problems[:3]) or "no reason given"
    if not response.content.strip():
        return None, "an empty body"
    kind = response.headers.get("content-type", "of no declared type").partition(";")[0].strip().lower()
    text = response.content[:LONGEST_WEB_PAGE].decode("utf-8", "replace") if body is None else ""
    if "html" in kind and (shown := _web_page_text(text)):
        return None, f"a web page: {shown}"
    if kind == "text/plain" and one_line(text):
        return None, text
    return None, f"a body in no known form ({'JSON' if body is not None else kind})"


def _web_page_text(text: str) -> str:
    """Return the title of a web page, or else its text, as plain text."""
    import html  # imported late: its table of entities is large, and few answers are web pages

    title = re.search(r"<title[^<>]*>([^<]*)", text, re.IGNORECASE)
    if title is not None and one_line(html.unescape(title[1])):
        return one_line(html.unescape(title[1]))
    visible = re.sub(r"<(script|style)\b.*?(</\1[^<>]*>|$)", " ", text, flags=re.IGNORECASE | re.DOTALL)
    return one_line(html.unescape(re.sub(r"<[^<>]*>?", " ", visible)))


def _validation_problem(problem: object) -> str:
    match problem:
        case {"loc": [*place], "msg": str(message)}:
            return f"{'.'.join(map(str, place))}: {message}"
    return "a problem in no known form"


def _objects_within(body: object) -> list[dict[str, Any]]:
    """Return the body and its members, as far as they are JSON objects."""
    parts = [body, *body.values()] if isinstance(body, dict) else []
    return [part for part in parts if isinstance(part, dict)]


def _json_or_none(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _redirect_target(response: httpx.Response) -> str:
    url = redirect_target(response)
    return "an address that cannot be requested" if url is None else url_without_query(url)
