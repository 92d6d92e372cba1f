"""A request to an OAuth token endpoint: a form in, a JSON object out, or an error in one clause.

Secrets go to the endpoint alone: over https, or over plain http within this machine; no redirect is followed, and no
message quotes a secret. The request goes through `_http` as all others do: with its bounds on time and memory, and with
SSL_CERT_FILE and the proxy variables of the environment. Law: nothing here raises, since the traceback would show the
secrets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
from attrs import frozen

from .._http import deadline
from .._http.addresses import NO_SETTINGS, Proxies, check_proxy_argument, is_loopback, problem_with_url
from .._http.attempts import CallPolicy
from .._http.bodies import ACCEPT_ENCODING
from .._http.deadline import Deadline
from .._http.failures import ServiceRelease
from .._http.redaction import one_line
from .._http.retry import Retries, RetryBudget
from .._http.transport import SyncClient
from ..errors import APIError, ContractError, DeadlineExceeded, InvalidProxy, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: In seconds: without progress, and in total. A deadline of the caller counts, too.
TIMEOUT, DEADLINE = 10.0, 20.0
LARGEST_ANSWER = 1_048_576
LONGEST_REASON = 200


@frozen
class TokenRequestError:
    """The reason why a request for tokens failed. A value, never raised.

    Attributes:
        clause: A clause such as `accounts.example.org refused it (invalid_grant)`.
        code: The OAuth error code, if the endpoint gave one.
        late: Whether there was no answer in time.
    """

    clause: str
    code: str | None = None
    late: bool = False


def problem_with(uri: object) -> str | None:
    """Return why the URI of an endpoint must not get secrets; None if it may."""
    try:
        url = httpx.URL(uri if isinstance(uri, str) else "")
    except httpx.InvalidURL:
        return "is not a URL"
    if problem_with_url(url) or url.userinfo or url.fragment:
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
    own = Deadline.after(DEADLINE)
    until = deadline.earliest(deadline.current(), own) or own
    policy = CallPolicy(
        Retries(most=0), None, url.path, LARGEST_ANSWER, RetryBudget(Retries(most=0)), ServiceRelease(lambda _: None)
    )
    try:
        check_proxy_argument(settings.get("proxy"))
        proxies = Proxies.of_environment() if settings.get("trust_env", True) else Proxies()
        if settings.get("proxy") is None:
            proxies.check(url)
        with (
            deadline.use_deadline(until),
            SyncClient(policy, url, proxies, timeout=TIMEOUT, follow_redirects=False, **settings) as client,
        ):
            headers = {"Accept": "application/json", "Accept-Encoding": ACCEPT_ENCODING}
            response = client.post(url, data=dict(form), headers=headers)
    except APIError as error:
        return _read_answer(url.host, error.response.status_code, error.response.content, form)
    except ContractError:
        return TokenRequestError(f"{url.host} answered with something that is no JSON object")
    except (InvalidProxy, MissingExtra) as error:
        return TokenRequestError(f"{url.host} cannot be reached ({error})")
    except (DeadlineExceeded, httpx.TimeoutException) as error:
        seconds = until.seconds if isinstance(error, DeadlineExceeded) else TIMEOUT
        return TokenRequestError(f"{url.host} did not answer within {seconds:.3g} s", late=True)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return TokenRequestError(
            f"{url.host} cannot be reached ({printable_reason(str(error), form.values()) or type(error).__name__})"
        )
    return _read_answer(url.host, response.status_code, response.content, form)


def printable_reason(text: str, secrets: Iterable[str]) -> str:
    """Make a text of the server fit for a message: one line, short, printable, and without the secrets."""
    for secret in secrets:
        if len(secret) >= 8:  # a shorter one is a word
            text = text.replace(secret, "…")
    text = one_line(text)
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
