"""How an answer of the server becomes one of `errors`: both envelopes of v1, that of v3, FastAPI's, and none.

This module reads answers; it sends nothing. What it keeps of them holds no header and no page token.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import httpx

from .errors import (
    APIError,
    ContractError,
    Forbidden,
    InvalidRequest,
    NotFound,
    QueryTimeout,
    RateLimited,
    RequestSummary,
    Retired,
    ServerError,
    Unauthorized,
    named,
)

#: Query parameters whose values are cut short wherever they are shown.
SECRET_PARAMETERS = frozenset({"next_page"})
#: A refusal inside a 200 is a sentence; a body above this many bytes is data and is not searched for one.
LARGEST_REFUSAL = 65_536
LONGEST_MESSAGE = 300
#: This many characters tell one token from another and give none away.
SHOWN = 8

_BY_STATUS: dict[int, type[APIError]] = {
    401: Unauthorized, 403: Forbidden, 404: NotFound, 410: Retired, 429: RateLimited, 504: QueryTimeout,
}  # fmt: skip


def needs_body(response: httpx.Response) -> bool:
    """Say whether `failure` has to see the body, so that it must have been read before."""
    if response.status_code >= 400:
        return True
    size = response.headers.get("content-length")
    # What says neither its type nor its size may be a stream, which nobody but its consumer is to read.
    kind = response.headers.get("content-type", "" if size is None else "json")
    size = size or "0"
    return response.status_code == 200 and "json" in kind and size.isdecimal() and int(size) <= LARGEST_REFUSAL


def failure(response: httpx.Response, *, redirects: bool = False) -> APIError | ContractError | None:
    """Turn an answer into the error that it is, or None if it is none.

    Three rules beyond the status, all from v1: a refusal may hide inside a 200 (its own `code` counts), a 5xx
    whose body says 4xx is a 4xx, and a `code` outside 400 to 599 is the gateway's and no status.
    A redirect is an error unless `redirects` are followed, since nobody would read what it says.
    """
    request = summary(response.request)
    if response.status_code >= 400:
        code, said = _said(response)
        status = response.status_code
        if status >= 500 and isinstance(code, int) and 400 <= code < 500:
            status, said = code, f"{said} (sent as HTTP {response.status_code})"
        return _error(response, status, code, said)
    if response.has_redirect_location and not redirects:
        return _error(response, response.status_code, None, f"moved to {_target(response)}")
    if "html" in response.headers.get("content-type", ""):
        return ContractError(
            f"{request.method} {request.path} was answered with {named(response.status_code)} and a web page "
            "in place of data: a proxy or a login page may have come between"
        )
    if needs_body(response) and b'"message"' in response.content and len(response.content) <= LARGEST_REFUSAL:
        body = _decoded(response.content)
        for part in _parts(body):
            code, refusal = part.get("code"), part.get("message")
            if isinstance(code, int) and 400 <= code <= 599 and isinstance(refusal, str):
                return _error(response, code, code, f"{refusal} (sent as HTTP {response.status_code})")
        match body:
            case {"error": {"code": str(word), "message": str(refusal)}}:
                return _error(response, response.status_code, word, refusal)
    return None


def summary(request: httpx.Request) -> RequestSummary:
    """Keep of a request what may be shown."""
    url = request.url
    shown = [(name, _short(value) if name in SECRET_PARAMETERS else value) for name, value in url.params.multi_items()]
    where = url.copy_with(userinfo=b"", query=None, fragment=None)
    path = url.raw_path.partition(b"?")[0].decode("ascii")
    return RequestSummary(request.method, f"{where}?{urlencode(shown)}" if shown else str(where), path)


def _error(response: httpx.Response, status: int, code: object, said: str) -> APIError:
    kind = _BY_STATUS.get(status)
    if kind is None:
        kind = ServerError if status >= 500 else InvalidRequest if status >= 400 else APIError
    # Servers like to quote what they refuse: neither the ID token nor a page token may come back that way.
    items = response.request.url.params.multi_items()
    quoted = [value for name, value in items if name in SECRET_PARAMETERS]
    quoted.append(response.request.headers.get("authorization", "").rpartition(" ")[2])
    for secret in quoted:
        if len(secret) > SHOWN:  # a shorter one is a word, and no token of anybody
            said = said.replace(secret, _short(secret))
    said = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    said = said if len(said) <= LONGEST_MESSAGE else said[: LONGEST_MESSAGE - 1] + "…"
    told = code if isinstance(code, int) or (isinstance(code, str) and code.isidentifier()) else None
    return kind(said, status=status, code=told, request=summary(response.request))


def _said(response: httpx.Response) -> tuple[object, str]:
    """Find code and message in any of the envelopes, or say what came in place of one."""
    body = _decoded(response.content)
    match body:
        case {"error": {"message": str(message), **rest}} | {"message": str(message), **rest}:
            return rest.get("code"), message
        case {"error": str(message)} | {"detail": str(message)}:
            return None, message
        case {"detail": [*problems]}:
            return None, "; ".join(_problem(problem) for problem in problems[:3]) or "no reason given"
    if not response.content.strip():
        return None, "an empty body"
    kind = response.headers.get("content-type", "of no declared type").partition(";")[0]
    return None, f"a body in no known form ({'JSON' if body is not None else kind})"


def _problem(problem: object) -> str:
    match problem:
        case {"loc": [*place], "msg": str(message)}:
            return f"{'.'.join(map(str, place))}: {message}"
    return "a problem in no known form"


def _parts(body: object) -> list[dict[str, Any]]:
    """Give the body and its members, as far as they are objects."""
    parts = [body, *body.values()] if isinstance(body, dict) else []
    return [part for part in parts if isinstance(part, dict)]


def _decoded(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _target(response: httpx.Response) -> str:
    try:
        url = response.request.url.join(response.headers["location"])
    except httpx.InvalidURL:
        return "what is no URL"
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def _short(secret: str) -> str:
    return f"{secret[:SHOWN]}…" if len(secret) > 4 * SHOWN else "…"
