"""Whether a service can be reached: what its silence means, and a look at the way there for `idc-ext doctor`.

This is what the command line knows of HTTP. It gives values and prints nothing.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
import urllib.request
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
from attrs import field, frozen

from ._http.failures import request_of
from ._http.retry import causes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .connect import IDC

#: Variables that steer the way to a service.
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@frozen
class Tls:
    """How a connection is secured.

    Attributes:
        version: Of the protocol, such as `TLSv1.3`.
        issuer: Who vouches for the server.
        expires: Until when, as the certificate says.
    """

    version: str
    issuer: str
    expires: str


@frozen
class Probe:
    """One answer, looked at from outside.

    Attributes:
        status: The HTTP status.
        seconds: How long it took, the connection included.
        http: The version of HTTP.
        tls: How the connection was secured, if this was the first request over it; None if it was not.
        skew: How many seconds this machine's clock is ahead of the server's; None if the server does not say. It is
            known to about a second.
        content: The body.
    """

    status: int
    seconds: float
    http: str
    tls: Tls | None
    skew: float | None
    content: bytes = field(repr=False)


def probe(idc: IDC, path: str) -> Probe:
    """Ask for a path, whatever the answer is, and look at the way it came.

    Raises:
        IDCError: the service said no. httpx.TransportError: nobody answered.
    """
    begun, sent = time.perf_counter(), time.time()
    tls: Tls | None = None

    def note_tls(event: str, info: Mapping[str, Any]) -> None:
        # Looked at as soon as it is there: a server may close the connection with its answer.
        nonlocal tls
        if event.endswith(".start_tls.complete"):
            found = info["return_value"].get_extra_info("ssl_object")
            tls = tls if found is None else _tls(found)

    with idc.get_httpx_client().stream("GET", path, extensions={"trace": note_tls}) as response:
        response.read()
    return Probe(
        status=response.status_code,
        seconds=time.perf_counter() - begun,
        http=response.http_version,
        tls=tls,
        skew=_clock_skew(response.headers, sent, time.time()),
        content=response.content,
    )


def network_variables() -> dict[str, str]:
    """Give the variables that steer the way to a service, without user names and passwords."""
    found = {}
    for name in (*PROXIES, *CERTIFICATES):
        value = os.environ.get(name) or os.environ.get(name.lower())
        if value:
            found[name] = _without_user(value)
    return found


def missing_certificates() -> tuple[str, str] | None:
    """Give the variable that should name certificates and does not, if there is one, and what it names."""
    for name in CERTIFICATES:
        path = os.environ.get(name)
        if path and not os.path.exists(path):
            return name, f"{path}, which does not exist"
        if path and name == "SSL_CERT_FILE":
            try:
                ssl.create_default_context(cafile=path)
            except OSError:  # an SSLError is one
                return name, f"{path}, which holds no certificates"
    return None


def proxy_for(url: str) -> str | None:
    """Say which proxy the environment names for a URL; None for a direct way."""
    parsed = httpx.URL(url)
    if urllib.request.proxy_bypass(parsed.host):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(parsed.scheme) or proxies.get("all")
    return None if found is None else _without_user(found)


def _clock_skew(headers: httpx.Headers, sent: float, answered: float) -> float | None:
    try:
        server = parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return None
    # The header is cut to whole seconds, and was written somewhere between asking and answering.
    return (sent + answered) / 2 - (server + 0.5)


def _tls(connection: Any) -> Tls:
    certificate: Mapping[str, Any] = connection.getpeercert() or {}
    issuer = {name: value for part in certificate.get("issuer", ()) for name, value in part}
    named = issuer.get("organizationName") or issuer.get("commonName") or "unknown"
    return Tls(str(connection.version()), str(named), str(certificate.get("notAfter", "unknown")))


def _without_user(url: str) -> str:
    before, at, after = url.rpartition("@")
    return f"{before.partition('//')[0]}//…@{after}" if at else url


def explain_no_response(error: BaseException, base_url: str | None = None) -> str | None:
    """Say in a sentence why nobody answered and what to do; None if somebody did."""
    if not isinstance(error, httpx.TransportError):
        return None
    where = _host_of(error) or base_url or "the service"
    causes = list(causes_of(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"could not reach {where}: there is no such host, or no network; check --base-url and the connection"
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"could not reach {where} safely: its certificate is not trusted here ({_certificate_problem(cause)}"
    if any(isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER" for cause in causes):
        return f"could not reach {where}: what answers there speaks no TLS; check --base-url: https, or http?"
    match error:
        case httpx.ProxyError():
            why, what = f"the proxy refused ({_error_text(error)})", "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            why, what = "no connection in time", "check the network and the proxy, or allow more with --timeout"
        case httpx.TimeoutException():
            why, what = "no answer in time", "ask for less, or allow more with --timeout"
        case httpx.ConnectError():
            why, what = f"no connection ({_error_text(error)})", "check --base-url, the network and the proxy"
        case _:
            why, what = f"the connection was lost ({_error_text(error)})", "try again"
    return f"could not reach {where}: {why}; {what}"


#: OpenSSL's numbers of reasons: not valid yet, or no longer; for another name, or another address.
_TIME, _NAME = (9, 10), (62, 64)


def _certificate_problem(error: ssl.SSLCertVerificationError) -> str:
    why = error.verify_message.rstrip(".")
    if error.verify_code in _TIME:
        return f"{why}); check the clock of this machine: if it is right, the service is at fault"
    if error.verify_code in _NAME:
        return f"{why}); check --base-url"
    return f"{why}); behind an inspecting proxy, name that one's CA bundle in SSL_CERT_FILE"


def _host_of(error: httpx.TransportError) -> str | None:
    request = request_of(error)
    return None if request is None else str(request.url.copy_with(userinfo=b"", raw_path=b"/")).removesuffix("/")


def _error_text(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:200]
