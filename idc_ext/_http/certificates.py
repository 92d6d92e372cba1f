"""TLS contexts of clients, as httpx makes them, and the variable because of which none can be made.

Law: a certificate file that has changed is read again. The variables here hold paths, so their values are shown.
"""

from __future__ import annotations

import functools
import os
import ssl
from typing import TYPE_CHECKING, Any

import httpx

from ..errors import InvalidTLSSettings

if TYPE_CHECKING:
    from collections.abc import Mapping


def tls_context(settings: Mapping[str, Any]) -> ssl.SSLContext:
    """Make the TLS context of a client from its settings; clients with the default settings share one.

    Reading the certificates of all authorities takes longer than all else until the first row.

    Raises:
        InvalidTLSSettings: a file that a variable or the settings name cannot be used.
    """
    try:
        return _make_context(settings)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        # A folder that does not exist is not read before there is a certificate to check.
        found = unusable_variable(folder=False)
        reason = getattr(error, "strerror", None) or error
    if found is not None:
        raise InvalidTLSSettings(f"{found[0]} names {found[1]}: correct or unset it")
    raise InvalidTLSSettings(f"the argument verify or cert names a file that cannot be used ({reason})")


def unusable_variable(*, folder: bool = True) -> tuple[str, str] | None:
    """Return a variable with which TLS cannot be used, and what it names; None if all is well.

    Args:
        folder: Whether SSL_CERT_DIR counts, too.
    """
    keys, file, directory = map(os.environ.get, ("SSLKEYLOGFILE", "SSL_CERT_FILE", "SSL_CERT_DIR"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if keys:
        try:
            context.keylog_filename = keys
        except (OSError, ValueError) as error:
            return "SSLKEYLOGFILE", f"{keys}, which cannot be written ({getattr(error, 'strerror', None) or error})"
    if file and not os.path.exists(file):
        return "SSL_CERT_FILE", f"{file}, which does not exist"
    if file:
        try:
            context.load_verify_locations(cafile=file)
        except (OSError, ValueError):
            return "SSL_CERT_FILE", f"{file}, which holds no certificates"
    if folder and directory and not os.path.exists(directory):
        return "SSL_CERT_DIR", f"{directory}, which does not exist"
    return None


def _make_context(settings: Mapping[str, Any]) -> ssl.SSLContext:
    verify, cert, trust_env = settings.get("verify", True), settings.get("cert"), settings.get("trust_env", True)
    file, folder, keys = map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"))
    # A context keeps what it has found in a folder of certificates, also if it is removed there.
    if verify is True and cert is None and trust_env and not keys and (file or not folder):
        state = os.stat(file) if file else None
        identity = None if state is None else (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
        # Each connection sets the protocols that it offers, with HTTP/2 or without.
        return _default_context(file, identity, bool(settings.get("http2")))
    return httpx.create_ssl_context(verify=verify, cert=cert, trust_env=trust_env)


@functools.lru_cache(maxsize=4)
def _default_context(file: str | None, identity: tuple[int, ...] | None, http2: bool) -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=True)
