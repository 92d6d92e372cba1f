"""The sources of text: a file, a URL or standard input; and the addresses of references from there.

Law: a source that cannot be read raises ``Unreadable`` with one sentence. What a document refers to is requested only
from the host of that document, unless the user allows the network.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import zlib
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

_LIMIT = 64 * 2**20
"""The bytes of one source."""
_TOTAL_LIMIT = 256 * 2**20
"""The bytes of a document and of all files that it refers to."""
_MAX_REDIRECTS = 5
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HEADERS = {
    "Accept": "application/json, application/yaml, text/yaml, text/html;q=0.8, */*;q=0.5",
    "Accept-Encoding": "gzip",
}
_PATIENCE = 4
"""The seconds for one source, redirects included, in multiples of the seconds to wait for bytes."""
_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 2**20
"""The most bytes that are decompressed at once."""


class Unreadable(Exception):
    """A document cannot be compared; the message names the source and the reason."""


@dataclass
class Access:
    """What may be read for one document: hosts, time and bytes; and what was requested."""

    timeout: float = 30
    allow_network: bool = False
    requested: list[str] = field(default_factory=list)
    """Every address that was requested, in order."""
    _hosts: set[tuple[str, int | None]] = field(default_factory=set)
    """The hosts that the user named, and those that they redirected to."""
    _users: dict[str, tuple[str, str]] = field(default_factory=dict)
    """User name and password of an origin, from an address that the user named."""
    _read: int = 0

    def user_of(self, address: str) -> tuple[str, str] | None:
        """The user name and password for an address, if the user named one of the same origin with them."""
        return self._users.get(_origin(address))

    def name(self, address: str) -> None:
        """Allow the host of an address that the user named."""
        self._hosts.add(_host(address))
        parts = urlsplit(address)
        if parts.username or parts.password:
            self._users[_origin(address)] = unquote(parts.username or ""), unquote(parts.password or "")

    def refusal(self, address: str) -> str:
        """Why an address may not be requested, as a clause; empty if it may."""
        if self.allow_network or _host(address) in self._hosts:
            return ""
        return "it is on another host; --allow-network follows it"

    def count(self, size: int, source: str) -> None:
        """Count the bytes of a source; ``Unreadable`` if a document and its files have too many."""
        self._read += size
        if self._read > _TOTAL_LIMIT:
            raise Unreadable(f"{source} is not read: the document has more than {_TOTAL_LIMIT // 2**20} MB of files.")


def _host(address: str) -> tuple[str, int | None]:
    """The host and port; http and https of one host are the same at their default ports."""
    parts = urlsplit(address)
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme.lower())
    return (parts.hostname or "").lower(), None if port in _DEFAULT_PORTS.values() else port


def _origin(address: str) -> str:
    """Scheme, host and port: what is sent over https must not go over http."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _DEFAULT_PORTS.get(parts.scheme.lower())}".lower()


def shown(source: str) -> str:
    """An address as messages and reports show it: without user name, password and the values of its query."""
    if "://" not in source:
        return source
    head, mark, query = source.partition("?")
    return re.sub("(?<=://)[^/]*@", "", head) + mark + re.sub("=[^&#]*", "=…", query)


def is_file(source: str) -> bool:
    """Whether a source is the name of a file, and not an address or standard input."""
    return "://" not in source and source != "-"


@cache
def _repository(folder: str) -> str:
    """The nearest folder with a repository; the current folder if there is none."""
    above = folder
    while not os.path.exists(os.path.join(above, ".git")):
        above, below = os.path.dirname(above), above
        if above == below:
            return os.getcwd()
    return above


def path_in_repository(file: str) -> str:
    """The path of a file relative to its repository, without ``..``; another source as it is."""
    if not is_file(file):
        return file
    absolute = os.path.abspath(file)
    relative = os.path.relpath(absolute, _repository(os.path.dirname(absolute)))
    return os.path.normpath(file) if relative.startswith("..") else relative.replace(os.sep, "/")


def is_url(source: str) -> bool:
    """Whether a source is an http or https address."""
    return source[:8].lower().startswith(("http://", "https://"))


def text_of(source: str, access: Access, *, named: bool = False, stdin: IO[str] | None = None) -> tuple[str, str]:
    """The text of a source, and its origin after redirects; ``named`` is whether the user named it."""
    if source == "-" and named:
        try:
            return _piped(stdin or sys.stdin), "-"
        except OSError as error:
            raise Unreadable(f"standard input cannot be read: {error.strerror or error}.") from error
    if not source:
        raise Unreadable("the name of a document is empty.")
    try:
        host = urlsplit(source).hostname
    except ValueError as error:
        raise Unreadable(f"{shown(source)} is not a valid address: {error}.") from error
    if is_url(source):
        if not host:
            raise Unreadable(f"{shown(source)} is not a valid address: it names no host.")
        return _fetched(source, access, named)
    if "://" in source:
        raise Unreadable(f"{shown(source)} has an unsupported scheme; use a file, http or https.")
    path = Path(source)
    try:
        with path.open("rb") as file:
            body = file.read(_LIMIT + 1)  # a device has no size, and no end
        if len(body) > _LIMIT:
            raise Unreadable(f"{source} is larger than {_LIMIT // 2**20} MB.")
        access.count(len(body), source)
        return _decoded(body, source), source
    except OSError as error:
        raise Unreadable(f"{source} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise Unreadable(f"{source} cannot be read: it is not a valid file name.") from error


def _piped(stream: IO[str] | None) -> str:
    """The text of standard input, decoded like a file."""
    if stream is None:  # closed when the process started
        raise Unreadable("standard input is closed.")
    binary = getattr(stream, "buffer", None)
    whole = stream.read(_LIMIT + 1) if binary is None else binary.read(_LIMIT + 1)
    if len(whole) > _LIMIT:
        raise Unreadable(f"standard input is larger than {_LIMIT // 2**20} MB.")
    return _decoded(whole, "standard input") if isinstance(whole, bytes) else str(whole)


def _fetched(url: str, access: Access, named: bool) -> tuple[str, str]:
    """The text of an address. A thread reads, and this one looks at the clock: httpx limits each single wait alone."""
    seconds = _PATIENCE * access.timeout
    outcome: Future[tuple[str, str]] = Future()

    def run() -> None:
        try:
            outcome.set_result(_requested(url, access, named))
        except BaseException as error:
            outcome.set_exception(error)

    # Nothing ends a thread that waits: the process must not wait for it.
    threading.Thread(target=run, daemon=True, name="source").start()
    try:
        return outcome.result(seconds)
    except TimeoutError:
        raise Unreadable(f"{shown(url)} cannot be reached: its answer did not end within {seconds:g} s.") from None


def _requested(url: str, access: Access, named: bool) -> tuple[str, str]:
    import httpx  # importing it takes as long as comparing two files

    source = _spelled(url, named)
    try:
        if named:
            access.name(url)
        with httpx.Client(timeout=access.timeout, headers=_HEADERS) as client:
            address = url
            for _ in range(_MAX_REDIRECTS + 1):
                if refusal := access.refusal(address):
                    raise Unreadable(f"{_spelled(address, named)} is not requested: {refusal}.")
                access.requested.append(_spelled(address, named))
                with client.stream("GET", address, auth=access.user_of(address)) as answer:
                    if answer.has_redirect_location:
                        address = str(answer.url.join(answer.headers["Location"]))
                        if named:
                            access.name(address)
                        continue
                    if answer.status_code != 200:
                        reason = f"{answer.status_code} {answer.reason_phrase}"
                        raise Unreadable(f"{_spelled(address, named)} responded {reason}.")
                    return _decoded(_body(answer, source, access), source), _spelled(str(answer.url), named)
        raise Unreadable(f"{source} cannot be reached: it redirects more than {_MAX_REDIRECTS} times.")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError, OverflowError) as error:
        why = str(error)[:300].rstrip(".") or type(error).__name__
        raise Unreadable(f"{source} cannot be reached: {why}.") from error


def _spelled(address: str, named: bool) -> str:
    """The address for messages: what a document refers to is no secret of the user's, and stays as it is."""
    return shown(address) if named else address


def _body(answer: httpx.Response, url: str, access: Access) -> bytes:
    """The body, decompressed piece by piece: a few bytes can become gigabytes."""
    body = bytearray()
    for piece in _inflated(answer, url):
        body += piece
        access.count(len(piece), url)
        if len(body) > _LIMIT:
            raise Unreadable(f"{url} is larger than {_LIMIT // 2**20} MB.")
    return bytes(body)


def _inflated(answer: httpx.Response, url: str) -> Iterator[bytes]:
    coding = answer.headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        yield from answer.iter_raw()
        return
    if coding not in ("gzip", "x-gzip"):
        raise Unreadable(f"{url} is sent in the content coding {coding[:60]!r}, which was not requested.")
    inflator = zlib.decompressobj(_GZIP)
    try:
        for data in answer.iter_raw():
            while data:
                yield inflator.decompress(data, _PIECE)
                data = inflator.unconsumed_tail
    except zlib.error as error:
        raise Unreadable(f"{url} cannot be decompressed: {error}.") from error
    yield inflator.flush()
    if not inflator.eof or inflator.unused_data:
        raise Unreadable(f"{url} cannot be decompressed: it is cut off, or goes on after its end.")


def _decoded(body: bytes, source: str) -> str:
    marked = body.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
    zeros = b"\x00" in body[:4] and body[:4].replace(b"\x00", b"").isascii()
    encoding = json.detect_encoding(body) if marked or zeros else "utf-8"
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
