"""What may be shown of a request and of what a server quotes of it, and a curl line that sends the same again.

Secret are the headers and query parameters named here, the bodies of anything but JSON, and user and password in
a URL. This module reads requests; it changes none.
"""

from __future__ import annotations

import shlex
from urllib.parse import quote, quote_plus, urlencode

import httpx

from ..errors import RequestSummary

#: Query parameters whose values are cut short wherever they are shown -> the variable that stands for one in curl.
SECRET_PARAMETERS = {
    "access_token": "IDC_ACCESS_TOKEN",
    "api_key": "API_KEY",
    "code": "CODE",
    "id_token": "IDC_TOKEN",
    "key": "API_KEY",
    "next_page": "NEXT_PAGE",
    "refresh_token": "REFRESH_TOKEN",
}
#: Request headers that are never shown.
SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization", "x-api-key")
#: Headers of a request that make another answer of it and hold no secret.
_RELEVANT_HEADERS = ("content-type", "accept")
#: This many characters tell one token from another and give none away.
SHOWN_CHARACTERS = 8


def request_summary(request: httpx.Request) -> RequestSummary:
    """Keep of a request what may be shown."""
    path = request.url.raw_path.partition(b"?")[0].decode("ascii")
    return RequestSummary(request.method, url_without_secrets(request.url), path, curl_line(request))


def url_without_secrets(url: httpx.URL) -> str:
    """Write a URL without its secrets."""
    pairs = [
        (name, shortened(value) if name in SECRET_PARAMETERS else value) for name, value in url.params.multi_items()
    ]
    return f"{url_without_query(url)}?{urlencode(pairs)}" if pairs else url_without_query(url)


def url_without_query(url: httpx.URL) -> str:
    """Write a URL up to its query, without user and password."""
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def curl_line(request: httpx.Request) -> str:
    """Write the request as a line for a POSIX shell."""
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
    """Cut a secret down to what tells it from another one."""
    return f"{secret[:SHOWN_CHARACTERS]}…" if len(secret) > 4 * SHOWN_CHARACTERS else "…"


def without_secrets(text: str, request: httpx.Request) -> str:
    """Take out of a text what is secret of the request: servers like to quote what they refuse."""
    for secret in _secrets_of_request(request):
        for spelling in {secret, quote(secret, safe=""), quote_plus(secret), secret.replace("/", "\\/")}:
            text = text.replace(spelling, shortened(secret))
    return text


def one_line(text: str) -> str:
    """Put a text on one line, without control characters, terminal escapes and marks that turn its direction."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _secrets_of_request(request: httpx.Request) -> list[str]:
    found = [value for name, value in request.url.params.multi_items() if name in SECRET_PARAMETERS]
    for name in SECRET_HEADERS:
        words = request.headers.get(name, "").replace(";", " ").split()
        found += [part for word in words for part in (word, word.partition("=")[2])]
    return sorted(
        {one for one in found if len(one) > SHOWN_CHARACTERS}, key=len, reverse=True
    )  # a shorter one is a word


def _shell_quoted_url(url: httpx.URL) -> str:
    """Quote a URL; the variables stand outside of the single quotes."""
    written, text = "", url_without_query(url)
    for position, (name, value) in enumerate(url.params.multi_items()):
        text += "&" if position else "?"
        if name in SECRET_PARAMETERS:
            written += shlex.quote(f"{text}{quote_plus(name)}=") + f'"${SECRET_PARAMETERS[name]}"'
            text = ""
        else:
            text += urlencode([(name, value)])
    return written + (shlex.quote(text) if text else "")


def _shell_quoted_body(request: httpx.Request) -> str | None:
    if not isinstance(request.stream, httpx.ByteStream):
        return "@-"  # it has gone
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
    """Write what a terminal might act upon as JSON does: in JSON, such characters stand in strings only."""
    if " " <= char <= "~" or char in "\n\r\t":
        return char
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2))
