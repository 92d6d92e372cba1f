"""The sources of text: a file, a URL or standard input; and the addresses of references from there.

Law: a source that cannot be read raises ``Unreadable`` with one sentence.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

_LIMIT = 64 * 2**20
_HEADERS = {"Accept": "application/json, application/yaml, text/yaml, text/html;q=0.8, */*;q=0.5"}


class Unreadable(Exception):
    """A document cannot be compared; the message names the source and the reason."""


def text_of(source: str, timeout: float, stdin: IO[str] | None) -> tuple[str, str]:
    """The text of a source, and its origin after redirects."""
    if source == "-":
        return _piped(stdin or sys.stdin), "-"
    try:
        scheme = urlsplit(source).scheme.lower()
    except ValueError as error:
        raise Unreadable(f"{source} is not a valid address: {error}.") from error
    if scheme in ("http", "https"):
        return _fetched(source, timeout)
    if "://" in source:
        raise Unreadable(f"{source} has an unsupported scheme; use a file, http or https.")
    path = Path(source)
    try:
        if path.stat().st_size > _LIMIT:
            raise Unreadable(f"{source} is larger than {_LIMIT // 2**20} MB.")
        return _decoded(path.read_bytes(), source), source
    except OSError as error:
        raise Unreadable(f"{source} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise Unreadable(f"{source} cannot be read: it is not a valid file name.") from error


def _piped(stream: IO[str]) -> str:
    """The text of standard input, decoded like a file."""
    binary = getattr(stream, "buffer", None)
    whole = stream.read(_LIMIT + 1) if binary is None else binary.read(_LIMIT + 1)
    if len(whole) > _LIMIT:
        raise Unreadable(f"standard input is larger than {_LIMIT // 2**20} MB.")
    return _decoded(whole, "standard input") if isinstance(whole, bytes) else str(whole)


def _fetched(url: str, timeout: float) -> tuple[str, str]:
    import httpx  # importing it takes as long as comparing two files

    body = bytearray()
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=True, max_redirects=5, headers=_HEADERS) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != 200:
                raise Unreadable(f"{url} responded {answer.status_code} {answer.reason_phrase}.")
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
    """The address of a reference in a source; None if it may not be followed."""
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
    """The canonical spelling of an origin."""
    if origin == "-" or "://" in origin:
        return origin
    return str(Path(origin).resolve())
