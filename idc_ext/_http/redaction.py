"""Requests without their secrets: as text, as a curl line, in messages of servers that quote them, and in the log.

Secrets are page tokens, query parameters that the document does not describe, headers that are not listed here, every
body that is not JSON, and user and password in a URL.
Law: reads requests and changes none.
"""

from __future__ import annotations

import logging
import os
import re
import shlex
import threading
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

import httpx

from .._operations import QUERY_PARAMETERS
from ..errors import RequestSummary

#: Query parameters whose values are shown; a page token has the filters of a user in it.
_SHOWN_PARAMETERS = QUERY_PARAMETERS - {"next_page"}
#: Request headers that stay behind where a redirect leads to another host.
SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization", "x-api-key")
#: Request headers whose values are no secrets; those that a program adds may be.
_PLAIN_HEADERS = frozenset(
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
#: Headers of a request that affect the answer and hold no secret.
_RELEVANT_HEADERS = ("content-type", "accept")
#: This many characters distinguish tokens without disclosing them.
SHOWN_CHARACTERS = 8


def request_summary(request: httpx.Request) -> RequestSummary:
    """Summarize a request without its secrets."""
    path = request.url.raw_path.partition(b"?")[0].decode("ascii")
    return RequestSummary(request.method, url_without_secrets(request.url), path, curl_line(request))


def url_without_secrets(url: httpx.URL) -> str:
    """Return a URL with the secrets in its query cut short, without user and password."""
    pairs = [
        (name, value if name in _SHOWN_PARAMETERS else shortened(value)) for name, value in url.params.multi_items()
    ]
    return f"{url_without_query(url)}?{urlencode(pairs)}" if pairs else url_without_query(url)


def url_without_query(url: httpx.URL) -> str:
    """Return a URL without query, user and password."""
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def curl_line(request: httpx.Request) -> str:
    """Return a curl command, for a POSIX shell, that sends the request again."""
    words = ["curl"]
    if request.method != "GET":
        words += ["-X", shlex.quote(request.method)]
    scheme = request.headers.get("authorization", "").partition(" ")[0]
    if scheme:
        words += [
            "-H",
            '"Authorization: Bearer $IDC_TOKEN"' if scheme == "Bearer" else '"Authorization: $AUTHORIZATION"',
        ]
    words += [
        f"-H {shlex.quote(f'{name}: {request.headers[name]}')}"
        for name in _RELEVANT_HEADERS
        if request.headers.get(name, "*/*") != "*/*"
    ]
    body = _shell_quoted_body(request)
    if body is not None:
        words += ["--data-binary", body]
    return " ".join([*words, _shell_quoted_url(request.url)])


def shortened(secret: str) -> str:
    """Cut a secret to its first characters, which distinguish it from others."""
    return f"{secret[:SHOWN_CHARACTERS]}…" if len(secret) > 4 * SHOWN_CHARACTERS else "…"


def without_secrets(text: str, request: httpx.Request) -> str:
    """Remove the secrets of a request from a text: servers often quote what they refuse."""
    for secret in _secrets_of_request(request):
        for spelling in {secret, quote(secret, safe=""), quote_plus(secret), secret.replace("/", "\\/")}:
            text = text.replace(spelling, shortened(secret))
    return text


def one_line(text: str) -> str:
    """Put a text on one line, without control characters, terminal escapes and bidirectional marks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _secrets_of_request(request: httpx.Request) -> list[str]:
    found = [value for name, value in request.url.params.multi_items() if name not in _SHOWN_PARAMETERS]
    if "x-www-form-urlencoded" in request.headers.get("content-type", "") and isinstance(
        request.stream, httpx.ByteStream
    ):  # what a token endpoint is sent
        found += [value for _, value in parse_qsl(request.read().decode("utf-8", "replace"))]
    for name, value in request.headers.items():
        if name.lower() not in _PLAIN_HEADERS:
            words = value.replace(";", " ").split()
            found += [part for word in words for part in (word, word.partition("=")[2])]
    return sorted(
        {one for one in found if len(one) > SHOWN_CHARACTERS}, key=len, reverse=True
    )  # a shorter one is a word


def _shell_quoted_url(url: httpx.URL) -> str:
    """Quote a URL for a shell; the variables stand outside of the single quotes."""
    written, text = "", url_without_query(url)
    for position, (name, value) in enumerate(url.params.multi_items()):
        text += "&" if position else "?"
        if name in _SHOWN_PARAMETERS:
            text += urlencode([(name, value)])
        else:
            variable = re.sub(r"^(?=\d|$)|\W", "_", name.upper(), flags=re.ASCII)
            written += shlex.quote(f"{text}{quote_plus(name)}=") + f'"${variable}"'
            text = ""
    return written + (shlex.quote(text) if text else "")


def _shell_quoted_body(request: httpx.Request) -> str | None:
    if not isinstance(request.stream, httpx.ByteStream):
        return "@-"  # the stream has been sent
    content = request.read()
    if not content:
        return None
    if "json" not in request.headers.get("content-type", ""):
        return "@-"
    try:
        return shlex.quote("".join(map(_json_escaped, content.decode("utf-8"))))
    except UnicodeDecodeError:
        return "@-"


def _json_escaped(char: str) -> str:
    """Write a character that a terminal might act on as a JSON escape: in JSON it can stand in strings only."""
    if " " <= char <= "~" or char in "\n\r\t":
        return char
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2))


# --- the logger `idc_ext`: one record for each attempt, nothing unless the program or IDC_LOG asks for it ---------

VARIABLE = "IDC_LOG"
#: The values of the variable. `info` logs failures and retries, `debug` every attempt.
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

logger = logging.getLogger("idc_ext")
logger.addHandler(logging.NullHandler())
_configure_lock = threading.Lock()


def configure_log() -> None:
    """Add a handler that writes to stderr, if IDC_LOG asks for it. Called when a client is made, never on import."""
    level_name = os.environ.get(VARIABLE, "").strip().lower()
    with _configure_lock:
        if not level_name or any(isinstance(handler, _StderrHandler) for handler in logger.handlers):
            return
        handler = _StderrHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(LEVELS.get(level_name, logging.INFO))
    if level_name not in LEVELS:
        logger.warning("%s is not one of %s; using info", VARIABLE, ", ".join(LEVELS))


class _StderrHandler(logging.StreamHandler):  # type: ignore[type-arg] # generic for type checkers only, in Python 3.11
    """The handler of this module, recognizable so that it is not added twice."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless the program's own logging writes it to the same stream."""
        others = logging.getLogger().handlers if logger.propagate else ()
        if not any(getattr(other, "stream", None) is self.stream for other in others):
            super().emit(record)


def log_attempt(
    request: httpx.Request, outcome: str, *, seconds: float, number: int, most: int, then: str = ""
) -> None:
    """Log one attempt: its outcome, its duration in seconds, and what follows from it (`then`)."""
    level = logging.INFO if then else logging.DEBUG
    if logger.isEnabledFor(level):
        tail = f"; {one_line(then)}" if then else ""
        logger.log(
            level,
            "%s %s: %s in %.2f s, attempt %d of %d%s",
            request.method,
            url_without_secrets(request.url),
            one_line(without_secrets(outcome, request)),
            seconds,
            number,
            most,
            tail,
        )
