"""Why there is no response: one sentence that names the host or the proxy, and what to do.

Law: reads errors of httpx and sends nothing; shows the name of a proxy's variable, and never its value.
"""

from __future__ import annotations

import os
import socket
import ssl
from typing import TYPE_CHECKING

import httpx

from .addresses import is_loopback
from .failures import request_of
from .retry import causes_of

if TYPE_CHECKING:
    from collections.abc import Callable

_BEGIN = "could not reach "
#: Error numbers of OpenSSL: not valid yet, or no longer; for another host name, or another address.
_TIME, _NAME = (9, 10), (62, 64)


def explain_no_response(
    error: BaseException, base_url: str | None = None, proxy_for: Callable[[httpx.URL], str | None] | None = None
) -> str | None:
    """Explain in a sentence why there is no response and what to do; None if there was one.

    Args:
        error: What was raised.
        base_url: The address of the service, for an error without a request.
        proxy_for: Names the argument or variable of the proxy for a URL; None for a direct connection.
    """
    if not isinstance(error, httpx.TransportError):
        return None
    if str(error).startswith(_BEGIN):
        return str(error)
    request = request_of(error)
    url = None if request is None else request.url
    where = _address(url) or base_url or "the service"
    proxy = None if url is None or proxy_for is None else proxy_for(url)
    why, what = _cause_and_advice(error, proxy, url)
    return f"{_BEGIN}{where}{why}; {what}"


def with_explanation(error: Exception, proxy_for: Callable[[httpx.URL], str | None]) -> Exception:
    """Give an error of httpx the sentence that explains it as its message, if there was no response.

    The errors below it are not shown with it, because they say less; they remain its context.
    """
    if isinstance(error, httpx.NetworkError | httpx.TimeoutException | httpx.ProxyError | httpx.RemoteProtocolError):
        sentence = explain_no_response(error, proxy_for=proxy_for)
        error.args = (sentence,)
        error.__context__ = error.__context__ or error.__cause__
        error.__cause__ = None
    return error


def _cause_and_advice(error: httpx.TransportError, proxy: str | None, url: httpx.URL | None) -> tuple[str, str]:
    causes = list(causes_of(error))
    check = "check base_url" if proxy is None else f"correct or unset {proxy}"
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        if proxy is not None:
            return f": there is no such host as the proxy that {proxy} names, or no network", check
        return ": there is no such host, or no network", f"{check} and the connection"
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f" safely: its certificate is not trusted here ({cause.verify_message.rstrip('.')})", _trust(cause)
    if any(isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER" for cause in causes):
        return ": the server there does not use TLS", "check base_url: https, or http?"
    match error:
        case httpx.ProxyError():
            named = "the proxy" if proxy is None else f"the proxy that {proxy} names"
            return (
                f": {named} refused ({_error_text(error)})",
                f"check {proxy or 'HTTPS_PROXY, HTTP_PROXY'} and NO_PROXY",
            )
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            network = "the network" if proxy is None else f"the network and the proxy that {proxy} names"
            return ": no connection in time", f"check {network}, or allow more with timeout="
        case httpx.TimeoutException():
            return ": no answer in time", "ask for less, or allow more with timeout="
        case httpx.ConnectError() if proxy is not None:
            return f": no connection to the proxy that {proxy} names ({_error_text(error)})", check
        case httpx.ConnectError() if url is not None and is_loopback(url):
            why = f": no connection ({_error_text(error)})"
            return why, "is the server started, as with `idc-standin serve`? Else check base_url"
        case httpx.ConnectError():
            return f": no connection ({_error_text(error)})", "check base_url, the network and the proxy"
        case _:
            return f": the connection was lost ({_error_text(error)})", "try again"


def _trust(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _TIME:
        return "check the clock of this machine: if it is right, the service is at fault"
    if error.verify_code in _NAME:
        return "check base_url"
    return "behind a proxy that inspects TLS, set SSL_CERT_FILE to its CA bundle"


def _address(url: httpx.URL | None) -> str | None:
    return None if url is None else str(url.copy_with(userinfo=b"", raw_path=b"/")).removesuffix("/")


def _error_text(error: BaseException) -> str:
    # Of several addresses that were tried, anyio's own error says nothing.
    for cause in causes_of(error):
        if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError) and (cause.errno or 0) > 0:
            return os.strerror(cause.errno or 0)
    return (str(error) or type(error).__name__)[:200]
