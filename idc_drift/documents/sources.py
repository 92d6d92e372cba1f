"""The text at a path, at an address or on standard input, and where a reference leads from there.

Law: what cannot be had raises ``Unreadable`` with one sentence.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

_LIMIT = 64 * 2**20
_HEADERS = {"Accept": "application/json, application/yaml, text/yaml, text/html;q=0.8, */*;q=0.5"}


class Unreadable(Exception):
    """There is nothing to compare; the message says what happened and to which source."""


def text_of(source: str, timeout: float, stdin: IO[str] | None) -> tuple[str, str]:
    """Text and final origin."""
    if source == "-":
        return _piped(stdin or sys.stdin), "-"
    try:
        scheme = urlsplit(source).scheme.lower()
    except ValueError as error:
        raise Unreadable(f"{source} is no address: {error}.") from error
    if scheme in ("http", "https"):
        return _fetched(source, timeout)
    if "://" in source:
        raise Unreadable(f"{source} is not read: only files, http and https are.")
    path = Path(source)
    try:
        if path.stat().st_size > _LIMIT:
            raise Unreadable(f"{source} is larger than {_LIMIT // 2**20} MB.")
        return _decoded(path.read_bytes(), source), source
    except OSError as error:
        raise Unreadable(f"{source} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise Unreadable(f"{source} cannot be read: that is no name of a file.") from error


def _piped(stream: IO[str]) -> str:
    """All of standard input, in whatever encoding the file would have been read."""
    binary = getattr(stream, "buffer", None)
    whole = stream.read(_LIMIT + 1) if binary is None else binary.read(_LIMIT + 1)
    if len(whole) > _LIMIT:
        raise Unreadable(f"standard input is larger than {_LIMIT // 2**20} MB.")
    return _decoded(whole, "standard input") if isinstance(whole, bytes) else str(whole)


def _fetched(url: str, timeout: float) -> tuple[str, str]:
    import httpx  # it takes as long to load as two files of our size to compare

    body = bytearray()
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=True, max_redirects=5, headers=_HEADERS) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != 200:
                raise Unreadable(f"{url} answers {answer.status_code} {answer.reason_phrase}.")
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > _LIMIT:
                    raise Unreadable(f"{url} is larger than {_LIMIT // 2**20} MB.")
            return _decoded(bytes(body), url), str(answer.url)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise Unreadable(f"{url} cannot be reached: {str(error) or type(error).__name__}.") from error


def _decoded(body: bytes, source: str) -> str:
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"{source} is not text: byte {error.start} is not {encoding.upper()}.") from error


def joined(origin: str, reference: str) -> str | None:
    """Where a reference leads, seen from an origin; None if it may not be followed."""
    reference = urldefrag(reference)[0]
    scheme = urlsplit(reference).scheme.lower()
    if scheme in ("http", "https"):
        return reference
    if urlsplit(origin).scheme.lower() in ("http", "https"):
        address = urljoin(origin, reference)
        return address if urlsplit(address).scheme.lower() in ("http", "https") else None
    if scheme and len(scheme) > 1:
        return None
    if origin == "-":
        return None
    return str(Path(origin).parent / unquote(reference).partition("?")[0])


def address_of(origin: str) -> str:
    """One spelling of where a text stands."""
    if origin == "-" or "://" in origin:
        return origin
    return str(Path(origin).resolve())
