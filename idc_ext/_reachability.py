"""Reachability of a service: a probe of the connection for `idc-ext doctor`.

Law: the only module with HTTP for the command line; returns values and prints nothing.
"""

from __future__ import annotations

import os
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
from attrs import field, frozen

from ._http.addresses import proxy_variables, variable_of
from ._http.attempts import CHECKED_BY_CALLER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .connect import IDC

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


@frozen
class Tls:
    """The TLS of a connection.

    Attributes:
        version: The version of the protocol, such as `TLSv1.3`.
        issuer: The issuer of the server's certificate.
        expires: The end of the certificate's validity, as it is written there.
    """

    version: str
    issuer: str
    expires: str


@frozen
class Probe:
    """The result of a probe: one response, and how the connection was made.

    Attributes:
        status: The HTTP status.
        seconds: The duration, the connection included.
        http: The version of HTTP.
        tls: The TLS of the connection, if this was its first request; None without TLS or for a later one.
        skew: How many seconds this machine's clock is ahead of the server's, to about a second; None if the server
            does not send its time.
        content: The body.
    """

    status: int
    seconds: float
    http: str
    tls: Tls | None
    skew: float | None
    content: bytes = field(repr=False)


def probe(idc: IDC, path: str) -> Probe:
    """Request a path, and note how the connection was made.

    Raises:
        IDCError: the service refused.
        httpx.TransportError: no response.
    """
    begun, sent = time.perf_counter(), time.time()
    tls: Tls | None = None

    def note_tls(event: str, info: Mapping[str, Any]) -> None:
        # Read as soon as it is known: a server may close the connection with its response.
        nonlocal tls
        if event.endswith(".start_tls.complete"):
            found = info["return_value"].get_extra_info("ssl_object")
            tls = tls if found is None else _tls(found)

    extensions = {"trace": note_tls, CHECKED_BY_CALLER: True}
    with idc.get_httpx_client().stream("GET", path, extensions=extensions) as response:
        response.read()
    return Probe(
        status=response.status_code,
        seconds=time.perf_counter() - begun,
        http=response.http_version,
        tls=tls,
        skew=_clock_skew(response.headers, sent, time.time()),
        content=response.content,
    )


def network_variables() -> list[str]:
    """Return the variables for proxies and certificates that are set; of a proxy, the name only."""
    certificates = [f"{name}={os.environ[name]}" for name in CERTIFICATES if os.environ.get(name)]
    return [*proxy_variables(), *certificates]


def proxy_variable_for(idc: IDC) -> str | None:
    """Return the variable that names the proxy for the service; None for a direct connection."""
    scheme = idc._proxies.scheme_for(httpx.URL(idc._base_url))
    return None if scheme is None else variable_of(scheme)


def _clock_skew(headers: httpx.Headers, sent: float, answered: float) -> float | None:
    try:
        server = parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return None
    # The header is cut to whole seconds, and was written between request and response.
    return (sent + answered) / 2 - (server + 0.5)


def _tls(connection: Any) -> Tls:
    certificate: Mapping[str, Any] = connection.getpeercert() or {}
    issuer = {name: value for part in certificate.get("issuer", ()) for name, value in part}
    named = issuer.get("organizationName") or issuer.get("commonName") or "unknown"
    return Tls(str(connection.version()), str(named), str(certificate.get("notAfter", "unknown")))
