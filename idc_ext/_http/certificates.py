"""TLS contexts of clients, as httpx makes them. Law: a certificate file that has changed is read again."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping


def tls_context(settings: Mapping[str, Any]) -> ssl.SSLContext:
    """Make the TLS context of a client from its settings; clients with the default settings share one.

    Reading the certificates of all authorities takes longer than all else until the first row.
    """
    verify, cert = settings.get("verify", True), settings.get("cert")
    file, folder, keys = map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"))
    # A context keeps what it has found in a folder of certificates, also if it is removed there.
    if verify is True and cert is None and not keys and (file or not folder):
        try:
            state = os.stat(file) if file else None
        except (OSError, ValueError):
            pass  # httpx raises the error of the file
        else:
            identity = None if state is None else (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
            # Each connection sets the protocols that it offers, with HTTP/2 or without.
            return _default_context(file, identity, bool(settings.get("http2")))
    return httpx.create_ssl_context(verify=verify, cert=cert, trust_env=True)


@functools.lru_cache(maxsize=4)
def _default_context(file: str | None, identity: tuple[int, ...] | None, http2: bool) -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=True)
