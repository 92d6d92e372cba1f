"""A request to an OAuth token endpoint: a form in, a JSON object out, or an error in one clause.

Secrets go to the endpoint alone: over https, or over plain http within this machine; no redirect is followed, and no
message quotes a secret. As for every httpx client, SSL_CERT_FILE and the proxy variables of the environment count, and
so does a deadline. Law: nothing here raises, since the traceback would show the secrets.
"""

from __future__ import annotations

import ipaddress
import json
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import httpx
from attrs import frozen

from .._http import deadline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: In seconds: without progress, and in total.
TIMEOUT, DEADLINE = 10.0, 20.0
LARGEST_ANSWER = 1_048_576
#: The settings of a client for httpx that concern connections to any server, and so are used here, too.
CONNECTION_SETTINGS = ("cert", "proxy", "trust_env", "verify")
NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})
LONGEST_REASON = 200


@frozen
class TokenRequestError:
    """The reason why a request for tokens failed. A value, never raised.

    Attributes:
        clause: A clause such as `accounts.example.org refused it (invalid_grant)`.
        code: The OAuth error code, if the endpoint gave one.
    """

    clause: str
    code: str | None = None


def is_loopback(url: httpx.URL) -> bool:
    """Say whether the host of a URL is this machine: 127.0.0.0/8, ::1 or localhost."""
    try:
        return ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return url.host == "localhost"


def problem_with(uri: object) -> str | None:
    """Return why the URI of an endpoint must not get secrets; None if it may."""
    try:
        url = httpx.URL(uri if isinstance(uri, str) else "")
    except httpx.InvalidURL:
        return "is not a URL"
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.fragment:
        return "is not an https URL"
    if url.scheme == "http" and not is_loopback(url):
        return "is plain http, which others on the network can read"
    return None


def request_tokens(
    uri: str, form: Mapping[str, str], settings: Mapping[str, Any] = NO_SETTINGS
) -> dict[str, Any] | TokenRequestError:
    """Post a form to a token endpoint and return its answer.

    Args:
        uri: The endpoint; `problem_with` has accepted it.
        form: The fields, secrets among them.
        settings: The settings of httpx, of those in CONNECTION_SETTINGS.
    """
    url = httpx.URL(uri)
    until = deadline.current()
    seconds = deadline.cap_timeout(TIMEOUT, until) or TIMEOUT
    end = time.monotonic() + (deadline.cap_timeout(DEADLINE, until) or DEADLINE)
    # A proxy of the environment could not reach an endpoint on this machine, and would see the secrets.
    host = f"[{url.host}]" if ":" in url.host else url.host
    mounts = {f"all://{host}": None} if is_loopback(url) and "proxy" not in settings else None
    content = bytearray()
    try:
        with (
            httpx.Client(timeout=seconds, follow_redirects=False, mounts=mounts, **settings) as client,
            client.stream("POST", url, data=dict(form), headers={"Accept": "application/json"}) as response,
        ):
            for part in response.iter_bytes():
                content += part
                if len(content) > LARGEST_ANSWER or time.monotonic() > end:
                    return TokenRequestError(f"{url.host} did not finish its answer")
    except httpx.TimeoutException:
        return TokenRequestError(f"{url.host} did not answer within {seconds:.3g} s")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return TokenRequestError(
            f"{url.host} cannot be reached ({printable_reason(str(error), form.values()) or type(error).__name__})"
        )
    return _read_answer(url.host, response.status_code, bytes(content), form)


def printable_reason(text: str, secrets: Iterable[str]) -> str:
    """Make a text of the server fit for a message: one line, short, printable, and without the secrets."""
    for secret in secrets:
        if len(secret) >= 8:  # a shorter one is a word
            text = text.replace(secret, "…")
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"


def _read_answer(host: str, status: int, content: bytes, form: Mapping[str, str]) -> dict[str, Any] | TokenRequestError:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if status == 200 and isinstance(answer, dict):
        return answer
    if not isinstance(answer, dict) or not isinstance(answer.get("error"), str):
        what = "a redirect" if 300 <= status < 400 else "no JSON object" if status == 200 else "no reason"
        return TokenRequestError(f"{host} answered with HTTP {status} and {what}")
    code = printable_reason(answer["error"], form.values())
    reason = printable_reason(str(answer.get("error_description") or ""), form.values()).rstrip(".")
    return TokenRequestError(f"{host} refused ({code}{': ' if reason else ''}{reason})", code)
