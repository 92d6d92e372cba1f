"""The document that is compared, and the files that it refers to.

Law: a document that cannot be read raises ``Unreadable`` with one sentence, so it is never taken for one without
changes; a document with smaller errors is read as far as possible, with a note.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from . import swagger_ui
from .parsing import Malformed, Parsed, parse
from .pointer import resolve, tokens_of
from .sources import Access, Unreadable, address_of, joined, text_of

if TYPE_CHECKING:
    from .coverage import Coverage

__all__ = ["Document", "Unreadable", "Upstream", "in_memory", "read"]

_HOPS = 4
_LONGEST = 60


@dataclass(frozen=True)
class Upstream:
    """The release of the upstream service that a document describes, from its ``info.x-idc-upstream``."""

    api_version: str
    date: str
    """Empty if the document gives no date."""
    releases: tuple[tuple[str, str], ...] = ()
    """All members but the date, ``api_version`` among them: the releases that the service is to report."""

    def __str__(self) -> str:
        return f"upstream release {self.api_version}{f' of {self.date}' if self.date else ''}"


class Document:
    """A document: its text, its value, and the other files that it refers to."""

    def __init__(self, origin: str, text: str, parsed: Parsed, family: _Family | None = None) -> None:
        self.origin = origin
        """File path or URL; ``-`` for standard input."""
        self.text = text
        self.content: Any = parsed.value
        """A mapping for every document that ``read`` returns."""
        self._parsed = parsed
        self._family = family or _Family(self)
        self.views: dict[int, Any] = {}
        """Objects with members in place of references, by the id of the object in the text; see ``model.reading``."""
        self.coverage: Coverage | None = None
        """How much of the document was read; None before it is."""
        self.unread_text: list[str] = list(parsed.unread)
        """The parts of the text that are not in its value, one sentence each."""
        self.notes: list[str] = self._family.notes
        """Problems in the document, one sentence each."""
        self.notes += [note for note in parsed.notes if note not in self.notes]

    @property
    def is_tree(self) -> bool:
        """Whether no object stands at several places, as aliases of YAML make it."""
        return self._parsed.is_tree

    def share(self, other: Document) -> None:
        """Take the objects of another document for all that is the same, so that it is kept and compared once."""
        if self.is_tree and other.is_tree:
            with suppress(RecursionError):  # what is nested so deeply stays as it is
                _shared(other.content, self.content)

    @property
    def version(self) -> str:
        """``2.0``, or the first two numbers of an OpenAPI version."""
        version = str(self.content.get("openapi") or "")
        return version[:3] if version.startswith("3.") else "2.0"

    @property
    def upstream(self) -> Upstream | None:
        """The release in ``info.x-idc-upstream``; None if there is none."""
        info = self.content.get("info")
        named = info.get("x-idc-upstream") if isinstance(info, dict) else None
        if not isinstance(named, dict):
            return None
        release, date = named.get("api_version"), named.get("date")
        if not isinstance(release, str | int | float) or not str(release):
            return None
        values = {key: value for key, value in named.items() if isinstance(value, str | int | float) and key != "date"}
        releases = tuple((str(key), str(value)[:_LONGEST]) for key, value in values.items())
        return Upstream(str(release)[:_LONGEST], "" if date is None else str(date)[:_LONGEST], releases)

    @property
    def described(self) -> str:
        """The title of the document in reports: its origin, with the upstream release or else ``info.version``."""
        if self.upstream:
            return f"{self.origin} ({self.upstream})"
        info = self.content.get("info")
        version = info.get("version") if isinstance(info, dict) else None
        named = isinstance(version, str | int | float) and str(version).strip()
        return f"{self.origin} (version {str(version).strip()[:_LONGEST]})" if named else self.origin

    def position(self, pointer: str) -> tuple[int, int]:
        """The line and column (from 1) of a JSON pointer's target or its nearest existing parent; 0, 0 if unknown.

        A pointer into another file is that file's name, ``#`` and the pointer.
        """
        home, inner = self.file_of(pointer)
        value, best = home.content, (1, 1)
        key: Any
        for key in tokens_of(inner):
            if isinstance(value, list):
                key = int(key) if key.isdecimal() else -1
            found = home._parsed.place(value, key)
            if found is None:
                break
            best, value = found, value[key]
        return best

    def file_of(self, pointer: str) -> tuple[Document, str]:
        """The file that a pointer leads into, and the pointer in it; this file if it names no other that was read."""
        name, hash_, inner = pointer.partition("#")
        other = self._family.by_origin.get(name) if hash_ and name else None
        return (self, pointer.removeprefix("#")) if other is None else (other, inner)

    def value_at(self, pointer: str) -> Any:
        """The value at a JSON pointer, also one into another file; ``MISSING`` if there is none."""
        home, inner = self.file_of(pointer)
        return resolve(home.content, inner)

    def twin_of(self, file: Document) -> Document | None:
        """The file of this document that has the place which a file has in another document; None if none was read."""
        return self.root if file is file.root else self._family.at_place(file._family.place(file))

    def related(self, reference: str) -> Document | None:
        """The file before ``#`` in a ``$ref``, read once; None if it cannot be read."""
        return self._family.find(self, reference)[0]

    def related_failure(self, reference: str) -> tuple[str, str]:
        """The address of such a file that cannot be read, and the reason as a sentence."""
        return self._family.find(self, reference)[1:]

    def with_text(self, text: str) -> Document:
        """The document with another text, at the same origin; it may read what this one may."""
        found = Document(self.origin, text, parse(text))
        found._family.access = self.root._family.access
        return found

    @property
    def requested(self) -> list[str]:
        """Every address that was requested for the document and for its files."""
        return self._family.access.requested

    @property
    def read_files(self) -> list[Document]:
        """The document and every file that was read for it."""
        return self._family.read_files

    @property
    def root(self) -> Document:
        """The document that the user named; differs from this one if this is a file that it refers to."""
        return self._family.root


def _shared(old: Any, new: Any) -> Any:
    """The old value if the new one is the same, in the same order; else the new one, with what is the same in it."""
    if type(old) is not type(new):
        return new
    if isinstance(new, dict):
        same, members = list(old) == list(new), [(key, inner) for key, inner in new.items() if key in old]
    elif isinstance(new, list):
        same, members = len(old) == len(new), list(enumerate(new[: len(old)]))
    else:
        return old if old == new and not isinstance(old, float) else new  # 0.0 is -0.0
    for key, inner in members:
        known = old[key]
        kept = new[key] = _shared(known, inner)
        same = same and kept is known
    return old if same else new


class _Family:
    """A document and the files it refers to."""

    def __init__(self, root: Document) -> None:
        self.root = root
        self.notes: list[str] = []
        self.access = Access()
        self._members: dict[str, Document] = {address_of(root.origin): root}
        self.by_origin: dict[str, Document] = {root.origin: root}
        """The files by the names that pointers have for them."""
        self._failures: dict[str, str] = {}
        self._found: dict[tuple[str, str], tuple[Document | None, str, str]] = {}

    @property
    def read_files(self) -> list[Document]:
        return list(self._members.values())

    def place(self, file: Document) -> str:
        """The path of a file, or the end of its address, relative to the document."""
        return os.path.relpath(address_of(file.origin), os.path.dirname(address_of(self.root.origin)))

    def at_place(self, place: str) -> Document | None:
        address = os.path.normpath(os.path.join(os.path.dirname(address_of(self.root.origin)), place))
        return self._members.get(address)

    def find(self, asking: Document, reference: str) -> tuple[Document | None, str, str]:
        """The file, or None with its address and the reason."""
        key = (asking.origin.rpartition("/")[0], reference)  # in one folder, a reference leads to one file
        if key not in self._found:
            self._found[key] = self._find(asking, reference)
        return self._found[key]

    def _find(self, asking: Document, reference: str) -> tuple[Document | None, str, str]:
        try:
            origin = joined(asking.origin, reference)
            address = address_of(origin or "")
        except ValueError:
            origin = None
        if origin is None:
            why = "standard input has no folder" if asking.origin == "-" else f"{reference} is not a usable address"
            return None, reference, f"{why}."
        if address not in self._members and address not in self._failures:
            if "://" not in origin and address_of(os.path.normpath(origin)) == address:
                origin = os.path.normpath(origin)  # unless a link on the way makes `a/..` another folder
            try:
                text, origin = text_of(origin, self.access)
                self._members[address] = self.by_origin[origin] = Document(origin, text, parse(text), self)
            except Unreadable as error:
                self._failures[address] = str(error)
            except Malformed as error:
                self._failures[address] = f"{origin} is neither JSON nor YAML: {error}."
        return self._members.get(address), address, self._failures.get(address, "")


def in_memory(content: Any) -> Document:
    """A document with this value that has no text, so no positions."""
    return Document("memory", "", Parsed(content, [], lambda container, key: None))


def read(source: str, *, timeout: float = 30, stdin: IO[str] | None = None, allow_network: bool = False) -> Document:
    """The OpenAPI or Swagger document at a path, an http(s) URL or ``-`` (standard input).

    References to other hosts are followed only with ``allow_network``.
    """
    access = Access(timeout, allow_network)
    text, origin = text_of(source, access, named=True, stdin=stdin)
    document = _document(text, origin, access, _HOPS)
    document._family.access = access
    return document


def _document(text: str, origin: str, access: Access, hops: int) -> Document:
    if not text.strip():
        raise Unreadable(f"{origin} is empty.")
    if swagger_ui.looks_like_page(text):
        return _from_page(text, origin, access, hops)
    try:
        parsed = parse(text)
    except Malformed as error:
        found = swagger_ui.embedded(text)
        if found is None:
            raise Unreadable(f"{origin} is not a document: {error}.") from error
        parsed, text = parse(found), found
    value = parsed.value
    if isinstance(value, dict) and isinstance(value.get("swaggerDoc"), dict):
        value = parsed.value = value["swaggerDoc"]
    if not isinstance(value, dict):
        raise Unreadable(f"{origin} is not an OpenAPI document: it holds {_kind(value)}, not a mapping.")
    if "openapi" not in value and "swagger" not in value:
        message = value.get("message") or value.get("detail") or value.get("error")
        why = f"; it says {str(message)[:80]!r}" if message else ""
        raise Unreadable(f"{origin} is not an OpenAPI document: it has neither `openapi` nor `swagger`{why}.")
    versions = {name: str(value[name]) for name in ("openapi", "swagger") if name in value}
    if not (versions.get("openapi", "").startswith("3.") or versions.get("swagger", "").startswith("2")):
        raise Unreadable(
            f"{origin} has an unsupported version ({' and '.join(f'{n} {v}' for n, v in versions.items())}); "
            "supported are swagger 2.0 and openapi 3."
        )
    if value.get("paths") is not None and not isinstance(value["paths"], dict):
        raise Unreadable(f"{origin} is not an OpenAPI document: its paths are {_kind(value['paths'])}, not a mapping.")
    document = Document(origin, text, parsed)
    if len(versions) > 1:
        document.notes.append(f"{origin} has both `openapi` and `swagger`; it is read as version {document.version}.")
    return document


def _from_page(text: str, origin: str, access: Access, hops: int) -> Document:
    """The document that a page embeds, or else the one that it points to."""
    found = swagger_ui.embedded(text)
    if found is not None:
        document = _document(found, origin, access, 0)
        document.notes.append(
            f"{origin} is a page; the embedded document is read, and lines are counted from its start."
        )
        return document
    why = (
        "a login page"
        if swagger_ui.looks_like_login(text)
        else "a page that neither embeds a document nor points to one"
    )
    if not hops or why == "a login page":
        raise Unreadable(f"{origin} is {why}.")
    tried: list[str] = []
    for script in swagger_ui.scripts(text):
        body = _try(origin, script, access)
        inner = swagger_ui.embedded(body) if body else None
        if inner is not None:
            document = _document(inner, origin, access, 0)
            document.notes.append(f"{origin} is a page; the document in its script {script} is read.")
            return document
        tried += swagger_ui.pointers(body) if body else []
    tried = list(dict.fromkeys(swagger_ui.pointers(text) + tried))
    return _pointed(origin, tried, why, access, hops)


def _pointed(origin: str, addresses: list[str], why: str, access: Access, hops: int) -> Document:
    last: Unreadable | None = None
    for address in addresses[:8]:
        target = joined(origin, address)
        if target is None:
            continue
        try:
            text, target = text_of(target, access)
            document = _document(text, target, access, hops - 1)
        except Unreadable as error:
            inner = _configured(error, origin, address, access, hops)
            if inner is None:
                last = last or error
                continue
            document = inner
        document.notes.append(f"{origin} is a page; the document that it points to, {document.origin}, is read.")
        return document
    if last is not None:
        raise Unreadable(f"{origin} is a page, and the document that it points to cannot be read: {last}") from last
    raise Unreadable(f"{origin} is {why}.")


def _configured(error: Unreadable, origin: str, address: str, access: Access, hops: int) -> Document | None:
    """The document that a Swagger UI configuration (``configUrl``) points to, if the address is one."""
    if hops <= 1 or "not an OpenAPI document" not in str(error):
        return None
    body = _try(origin, address, access)
    target = joined(origin, address)
    further = swagger_ui.pointers(body) if body else []
    if not further or target is None:
        return None
    try:
        return _pointed(target, further, "a configuration without a document", access, hops - 2)
    except Unreadable:
        return None


def _try(origin: str, reference: str, access: Access) -> str | None:
    target = joined(origin, reference)
    try:
        return text_of(target, access)[0] if target else None
    except Unreadable:
        return None


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "a string", type(None): "null", bool: "a boolean"}
    return names.get(type(value), "a number")
