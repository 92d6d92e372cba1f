"""Reading a document, from wherever it is.

Law: what cannot be read raises ``Unreadable`` with one sentence, so that nobody takes it for a document without
changes; what is merely odd is read as far as it goes, with a note.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import httpx

from . import _page
from ._text import Malformed, Parsed, parse

__all__ = ["Document", "Unreadable", "read"]

_LIMIT = 64 * 2**20
_FILES = 200
_HOPS = 4
_HEADERS = {"Accept": "application/json, application/yaml, text/yaml, text/html;q=0.8, */*;q=0.5"}


class Unreadable(Exception):
    """There is nothing to compare; the message says what happened and to which source."""


class Document:
    """One text that was read, its value, and the other files it refers to."""

    def __init__(self, origin: str, text: str, parsed: Parsed, family: _Family | None = None) -> None:
        self.origin = origin
        """File path or URL; ``-`` for standard input."""
        self.text = text
        self.content: Any = parsed.value
        """A mapping for every document that ``read`` returns."""
        self._parsed = parsed
        self._family = family or _Family(self)
        self.notes: list[str] = self._family.notes
        """What is odd: one sentence each."""
        self.notes += [note for note in parsed.notes if note not in self.notes]

    def position(self, pointer: str) -> tuple[int, int]:
        """Line and column, from 1, of what a JSON pointer names, or of the nearest thing around it; 0, 0 if unknown.

        A pointer into another file is that file's name, ``#`` and the pointer.
        """
        name, hash_, inner = pointer.partition("#")
        if hash_ and name:
            other = self._family.known(name)
            return other.position(inner) if other else (0, 0)
        value, best = self.content, (1, 1)
        for token in (inner if hash_ else pointer).split("/")[1:]:
            key: Any = token.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list):
                key = int(key) if key.isdecimal() else -1
            found = self._parsed.place(value, key)
            if found is None:
                break
            best, value = found, value[key]
        return best

    def related(self, reference: str) -> Document | None:
        """The file that the part of a ``$ref`` before ``#`` names, read once; None, and a note, if that fails."""
        return self._family.find(self, reference)

    @property
    def root(self) -> Document:
        """The document that was asked for, if this is a file it refers to."""
        return self._family.root


class _Family:
    """A document and the files it refers to."""

    def __init__(self, root: Document) -> None:
        self.root = root
        self.notes: list[str] = []
        self.timeout: float = 30
        self._members: dict[str, Document | None] = {_address(root.origin): root}

    def known(self, origin: str) -> Document | None:
        return self._members.get(_address(origin))

    def find(self, asking: Document, reference: str) -> Document | None:
        try:
            origin = _join(asking.origin, reference)
            address = _address(origin or "")
        except ValueError:
            origin = None
        if origin is None:
            self._note(f"The reference to {reference} is not followed: seen from {asking.origin}, it names no place.")
            return None
        if address not in self._members:
            self._members[address] = None
            if len(self._members) > _FILES:
                self._note(f"More than {_FILES} files are referred to; the rest is not read.")
                return None
            try:
                text, origin = _text(origin, self.timeout, None)
                self._members[address] = Document(origin, text, parse(text), self)
            except (Unreadable, Malformed) as error:
                self._note(f"The reference to {reference} cannot be followed: {error}")
        return self._members[address]

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def read(source: str, *, timeout: float = 30, stdin: IO[str] | None = None) -> Document:
    """The OpenAPI or Swagger document at a path, an http(s) URL or ``-`` (standard input)."""
    text, origin = _text(source, timeout, stdin)
    document = _document(text, origin, timeout, _HOPS)
    document._family.timeout = timeout
    return document


def _document(text: str, origin: str, timeout: float, hops: int) -> Document:
    if not text.strip():
        raise Unreadable(f"{origin} is empty.")
    if _page.looks_like_page(text):
        return _from_page(text, origin, timeout, hops)
    try:
        parsed = parse(text)
    except Malformed as error:
        found = _page.embedded(text)
        if found is None:
            raise Unreadable(f"{origin} is not a document: {error}.") from error
        parsed, text = parse(found), found
    value = parsed.value
    if isinstance(value, dict) and isinstance(value.get("swaggerDoc"), dict):
        value = parsed.value = value["swaggerDoc"]
    if not isinstance(value, dict):
        raise Unreadable(f"{origin} is not an OpenAPI document: it holds {_kind(value)}, not a mapping.")
    if "openapi" not in value and "swagger" not in value:
        said = value.get("message") or value.get("detail") or value.get("error")
        why = f"; it says {str(said)[:80]!r}" if said else ""
        raise Unreadable(f"{origin} is not an OpenAPI document: it has neither `openapi` nor `swagger`{why}.")
    return Document(origin, text, parsed)


def _from_page(text: str, origin: str, timeout: float, hops: int) -> Document:
    """What a page embeds, or else what it points to."""
    found = _page.embedded(text)
    if found is not None:
        document = _document(found, origin, timeout, 0)
        document.notes.append(f"{origin} is a page; the document it embeds is read, and lines count from its start.")
        return document
    why = "a login page" if _page.looks_like_login(text) else "a page that neither embeds a document nor points to one"
    if not hops or why == "a login page":
        raise Unreadable(f"{origin} is {why}.")
    tried: list[str] = []
    for script in _page.scripts(text):
        body = _try(origin, script, timeout)
        inner = _page.embedded(body) if body else None
        if inner is not None:
            document = _document(inner, origin, timeout, 0)
            document.notes.append(f"{origin} is a page; the document that its script {script} embeds is read.")
            return document
        tried += _page.pointers(body) if body else []
    tried = list(dict.fromkeys(_page.pointers(text) + tried))
    return _pointed(origin, tried, why, timeout, hops)


def _pointed(origin: str, addresses: list[str], why: str, timeout: float, hops: int) -> Document:
    last: Unreadable | None = None
    for address in addresses[:8]:
        target = _join(origin, address)
        if target is None:
            continue
        try:
            text, target = _text(target, timeout, None)
            document = _document(text, target, timeout, hops - 1)
        except Unreadable as error:
            inner = _configured(error, origin, address, timeout, hops)
            if inner is None:
                last = last or error
                continue
            document = inner
        document.notes.append(f"{origin} is a page; the document it points to, {document.origin}, is read.")
        return document
    if last is not None:
        raise Unreadable(f"{origin} is a page, and the document it points to cannot be read: {last}") from last
    raise Unreadable(f"{origin} is {why}.")


def _configured(error: Unreadable, origin: str, address: str, timeout: float, hops: int) -> Document | None:
    """What a configuration (``configUrl``) points to, if the address is one."""
    if hops <= 1 or "not an OpenAPI document" not in str(error):
        return None
    body = _try(origin, address, timeout)
    target = _join(origin, address)
    further = _page.pointers(body) if body else []
    if not further or target is None:
        return None
    try:
        return _pointed(target, further, "a configuration without a document", timeout, hops - 2)
    except Unreadable:
        return None


def _try(origin: str, reference: str, timeout: float) -> str | None:
    target = _join(origin, reference)
    try:
        return _text(target, timeout, None)[0] if target else None
    except Unreadable:
        return None


# ------------------------------------------------------------------------------------------------ bytes and places


def _text(source: str, timeout: float, stdin: IO[str] | None) -> tuple[str, str]:
    """Text and final origin."""
    if source == "-":
        return (stdin or sys.stdin).read(_LIMIT), "-"
    scheme = urlsplit(source).scheme.lower()
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


def _fetched(url: str, timeout: float) -> tuple[str, str]:
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


def _join(origin: str, reference: str) -> str | None:
    """Where a reference leads, seen from an origin; None if it may not be followed."""
    reference = urldefrag(reference)[0]
    scheme = urlsplit(reference).scheme.lower()
    if scheme in ("http", "https"):
        return reference
    if urlsplit(origin).scheme.lower() in ("http", "https"):
        joined = urljoin(origin, reference)
        return joined if urlsplit(joined).scheme.lower() in ("http", "https") else None
    if scheme and len(scheme) > 1:
        return None
    if origin == "-":
        return None
    return str(Path(origin).parent / unquote(reference).partition("?")[0])


def _address(origin: str) -> str:
    if origin == "-" or "://" in origin:
        return origin
    return str(Path(origin).resolve())


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", type(None): "nothing", bool: "a truth value"}
    return names.get(type(value), "a number")
