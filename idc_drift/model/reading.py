"""The parts of a document that were read, with references in every place where an object may stand.

Law: every reference that a comparison can depend on is followed before anything is compared, so a part that cannot be
read is known, whatever the comparison looks at. The text stays as it is: what a reference leads to is put into views
of the objects around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..documents.coverage import Count, Coverage
from ..documents.node import Node, Placed, PlacedList, placed
from ..documents.pointer import escaped
from ..documents.references import CHAIN, References
from ..documents.spelling import METHODS
from .grammar import FOLLOWED, MEMBERS, SCHEMA_MEMBERS

if TYPE_CHECKING:
    from ..documents.document import Document
    from ..documents.scope import Scope

__all__ = ["coverage", "prepare"]

_PATHS = ("paths", "webhooks", "x-webhooks")


def prepare(references: References) -> None:
    """Follow every reference of a document once, and put views into it and into its files."""
    document = references.document
    if document.coverage is not None:
        return
    walk = _Walk(references)
    document.coverage = walk.coverage()
    for home, views in walk.views.values():
        home.views.update(views)
    references.forget()  # the targets that are known so far have no views


def coverage(document: Document, scope: Scope | None = None) -> Coverage:
    """How much of a document was read; with a scope, of its paths in it and what they refer to."""
    if document.coverage is None:
        prepare(References(document))
    if not scope and document.coverage is not None:
        return document.coverage
    return _Walk(References(document), scope).coverage()


class _Walk:
    """A walk through a document and everything that it refers to."""

    def __init__(self, references: References, scope: Scope | None = None) -> None:
        self.references = references
        self.document: Document = references.document
        self.version = references.version
        self.followed = FOLLOWED["2.0" if self.version == "2.0" else "3"]
        self.scope = scope
        self.views: dict[int, tuple[Document, dict[int, Any]]] = {}
        """The views for each file, by the file's id."""
        self.found = Coverage()
        self._seen: set[tuple[int, str]] = set()
        self._inside: set[tuple[int, str]] = set()
        """The targets of references that are being replaced."""
        self._todo: list[tuple[Node, str]] = []
        """The targets of references that the readers follow, with their kinds."""
        self._schemas: list[tuple[Any, Document, Any]] = []
        """The schemas still to visit: the value, its file, and the keys that lead there."""
        self._seen_schemas: set[int] = set()
        self._named: set[int] = set()
        self._missing_schemas: set[tuple[int, str]] = set()
        self._files: dict[int, Document] = {id(self.document): self.document}
        self._missing_files: set[str] = set()

    def coverage(self) -> Coverage:
        """Walk, and count what was read."""
        document = self.document
        root = self._object(document.content, "document", "", document)
        while self._todo or self._schemas:
            while self._schemas:
                self._schema(*self._schemas.pop())
            if self._todo:
                node, kind = self._todo.pop()
                self._object(node.raw, kind, node.pointer, node.home)
        found = self.found
        found.operations = self._operations(placed(root, "", document))
        found.schemas = Count(len(self._named), len(self._named) + len(self._missing_schemas))
        found.files = Count(len(self._files), len(self._files) + len(self._missing_files))
        for home in self._files.values():
            for sentence in home.unread_text:
                found.add_unread(sentence if home is document else f"{home.origin}: {sentence}")
        return found

    # ------------------------------------------------------------------------------------------------- references

    def _target(self, reference: str, pointer: str, home: Document) -> Node | None:
        """The target of a reference; a part that was not read if there is none."""
        found = self.references.target(reference, Node(None, pointer, home))
        file = reference.partition("#")[0]
        if file:
            other = home.related(file)
            if other is None:
                self._missing_files.add(home.related_failure(file)[0])
            else:
                self._files.setdefault(id(other), other)
        if found is None:
            why = self.references.failure(reference, Node(None, pointer, home))
            self.found.add_unread(f"The reference {reference} at {pointer or 'the root'} is not followed: {why}")
        return found

    def _end(self, value: dict[str, Any], pointer: str, home: Document) -> Node | None:
        """The object at the end of a chain of references."""
        node = Node(value, pointer, home)
        for _ in range(CHAIN):
            reference = node.raw.get("$ref") if isinstance(node.raw, dict) else None
            if not isinstance(reference, str):
                return node
            found = self._target(reference, node.pointer, node.home)
            if found is None:
                return None
            node = found
        self._circular(value, pointer)
        return None

    def _circular(self, value: dict[str, Any], pointer: str) -> None:
        self.found.add_unread(
            f"The reference {value['$ref']} at {pointer or 'the root'} is not followed: it is circular."
        )

    def _not_read(self, pointer: str, what: str) -> None:
        self.found.add_unread(f"{pointer or 'The document'} is not {what}, so it is not read.")

    # ---------------------------------------------------------------------------------------------------- objects

    def _object(self, value: Any, kind: str, pointer: str, home: Document) -> Any:
        """The view of an object; the object itself if no reference in it is replaced."""
        if kind == "schema":
            self._schemas.append((value, home, pointer))
            return value
        if not isinstance(value, dict):
            if (value is not None or kind == "operation") and not (kind == "part schema" and isinstance(value, bool)):
                self._not_read(pointer, "an object")
            return value
        if isinstance(value.get("$ref"), str):
            if kind not in self.followed:
                return self._replaced(value, "one", kind, pointer, home)
            found = self._target(value["$ref"], pointer, home)
            if found is not None and (id(found.raw), kind) not in self._seen:
                self._todo.append((found, kind))
        if (id(value), kind) in self._seen:
            return self._view(value, home)
        self._seen.add((id(value), kind))
        changed: dict[str, Any] = {}
        for key, member in value.items():
            form, inner = self._form(kind, key, value, pointer)
            if form:
                new = self._member(member, form, inner, f"{pointer}/{escaped(key)}", home)
                if new is not member:
                    changed[key] = new
        if changed:
            self._views(home)[id(value)] = {**value, **changed}
        return self._view(value, home)

    def _views(self, home: Document) -> dict[int, Any]:
        return self.views.setdefault(id(home), (home, {}))[1]

    def _view(self, value: Any, home: Document) -> Any:
        return self._views(home).get(id(value), value)

    def _form(self, kind: str, key: str, value: dict[str, Any], pointer: str) -> tuple[str, str]:
        """The form and the kind of a member; empty if the readers expect no objects there."""
        if kind == "callback":
            return ("", "") if key.startswith("x-") or key == "$ref" else ("one", "path item")
        if kind == "document" and self.scope and key not in ("paths", "components"):
            return "", ""
        if kind == "components" and self.scope and key != "securitySchemes":
            return "", ""
        if self.version == "2.0":
            if kind == "response" and key in ("headers", "content"):
                return ("map", "swagger header") if key == "headers" else ("", "")
        elif kind in ("response", "request body") and key == "schema":
            if "content" not in value:
                self.found.add_unread(f"`schema` of {pointer} is outside `content`, so it is not read.")
            return "", ""
        return MEMBERS.get(kind, {}).get(key.lower() if kind == "path item" else key, ("", ""))

    def _member(self, value: Any, form: str, kind: str, pointer: str, home: Document) -> Any:
        """The view of a member of an object."""
        if form == "one":
            return self._object(value, kind, pointer, home)
        if value is None:
            return value
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            return self._replaced(value, form, kind, pointer, home)
        if not isinstance(value, dict if form == "map" else list):
            self._not_read(pointer, "an object" if form == "map" else "a list")
            return value
        return self._items(value, kind, pointer, home)

    def _items(self, value: Any, kind: str, pointer: str, home: Document) -> Any:
        changed: dict[Any, Any] = {}
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if kind in ("path item", "response") and str(key).startswith("x-"):
                continue
            if pointer == "/paths" and self.scope and str(key) not in self.scope:
                continue
            if kind == "schema" and isinstance(item, dict):
                self._named.add(id(item))
            new = self._object(item, kind, f"{pointer}/{escaped(key)}", home)
            if new is not item:
                changed[key] = new
        if not changed:
            return value
        if isinstance(value, list):
            return [changed.get(index, item) for index, item in enumerate(value)]
        return {**value, **changed}

    def _replaced(self, value: dict[str, Any], form: str, kind: str, pointer: str, home: Document) -> Any:
        """What a reference leads to, with the members that stand beside the reference; the value if that is nothing."""
        end = self._end(value, pointer, home)
        if end is None:
            return value
        mark = (id(end.raw), f"{form} {kind}")
        if mark in self._inside:
            self._circular(value, pointer)
            return value
        self._inside.add(mark)
        try:
            found = self._member(end.raw, form, kind, end.pointer, end.home)
        finally:
            self._inside.discard(mark)
        if isinstance(found, list) and form == "list":
            return PlacedList(found, end.pointer, end.home)
        if not isinstance(found, dict):
            return value
        beside = {key: member for key, member in value.items() if key != "$ref"}
        if form == "map" and beside:
            beside = self._items(beside, kind, pointer, home)
        beside = {
            key: Placed(member, f"{pointer}/{escaped(key)}", home) if isinstance(member, dict) else member
            for key, member in beside.items()
        }
        return Placed({**found, **beside}, end.pointer, end.home)

    # ---------------------------------------------------------------------------------------------------- schemas

    def _schema(self, value: Any, home: Document, keys: Any) -> None:
        """Visit a schema: its references, and the schemas in it."""
        if not isinstance(value, dict):
            if value is not None and not isinstance(value, bool):
                self._not_read(_pointer(keys), "a schema")
            return
        if id(value) in self._seen_schemas:
            return
        self._seen_schemas.add(id(value))
        reference = value.get("$ref", value.get("$dynamicRef"))
        if isinstance(reference, str):
            self._reference(reference, home, keys)
            if "$ref" in value and self.version in ("2.0", "3.0"):
                return  # what stands beside a reference has no meaning there
        changed: dict[str, Any] = {}
        for key, member in value.items():
            form = SCHEMA_MEMBERS.get(key)
            if form is None:
                continue
            if isinstance(member, dict):
                if form != "one" and isinstance(member.get("$ref"), str) and form != "one or list":
                    changed[key] = self._replaced_in_schema(member, form, home, (keys, key))
                    continue
                if form == "value":
                    self._mapping(key, member, home, (keys, key))
                elif form == "map":
                    self._schemas += [
                        (inner, home, ((keys, key), name))
                        for name, inner in member.items()
                        if key != "dependencies" or isinstance(inner, dict)
                    ]
                elif form != "list":
                    self._schemas.append((member, home, (keys, key)))
                else:
                    self._not_read(_pointer((keys, key)), "a list")
            elif isinstance(member, list) and form in ("list", "one or list"):
                self._schemas += [(inner, home, ((keys, key), index)) for index, inner in enumerate(member)]
            elif member is not None and (form in ("map", "list") or (form != "value" and not isinstance(member, bool))):
                self._not_read(_pointer((keys, key)), {"map": "an object", "list": "a list"}.get(form, "a schema"))
        if changed:
            self._views(home)[id(value)] = {**value, **changed}

    def _reference(self, reference: str, home: Document, keys: Any) -> None:
        found = self._target(reference, _pointer(keys), home)
        if found is None:
            self._missing_schemas.add((id(home), reference))
            return
        if isinstance(found.raw, dict):
            self._named.add(id(found.raw))
        self._schemas.append((found.raw, found.home, found.pointer))

    def _replaced_in_schema(self, member: dict[str, Any], form: str, home: Document, keys: Any) -> Any:
        """What a reference in place of a keyword's value leads to: schemas by name, a list, or a plain value."""
        end = self._end(member, _pointer(keys), home)
        if end is None:
            return member
        beside = {key: inner for key, inner in member.items() if key != "$ref"}
        if form == "map" and isinstance(end.raw, dict):
            self._schemas += [(inner, end.home, (end.pointer, name)) for name, inner in end.raw.items()]
            self._schemas += [(inner, home, (keys, name)) for name, inner in beside.items()]
            kept = {
                key: Placed(inner, f"{_pointer(keys)}/{escaped(key)}", home) if isinstance(inner, dict) else inner
                for key, inner in beside.items()
            }
            return Placed({**end.raw, **kept}, end.pointer, end.home)
        if form == "list" and isinstance(end.raw, list):
            self._schemas += [(inner, end.home, (end.pointer, index)) for index, inner in enumerate(end.raw)]
            return PlacedList(end.raw, end.pointer, end.home)
        if form != "value":
            self._not_read(end.pointer, "an object" if form == "map" else "a list")
            return member
        return {**end.raw, **beside} if isinstance(end.raw, dict) else end.raw

    def _mapping(self, key: str, member: dict[str, Any], home: Document, keys: Any) -> None:
        """Follow the references in the mapping of a discriminator; a value without a slash is a component's name."""
        mapping = member.get("mapping") if key == "discriminator" else None
        for name, target in mapping.items() if isinstance(mapping, dict) else ():
            if isinstance(target, str) and ("/" in target or "#" in target):
                self._reference(target, home, (((keys, "mapping"), name)))

    # ------------------------------------------------------------------------------------------------- operations

    def _operations(self, root: Node) -> Count:
        """The methods of the paths and webhooks."""
        found = Count()
        for key in _PATHS:
            items = root.raw.get(key) if isinstance(root.raw, dict) else None
            if isinstance(items, dict) and isinstance(items.get("$ref"), str) and not isinstance(items, Placed):
                found.total += 1
                continue
            home = items.home or root.home if isinstance(items, Placed) else root.home
            for path, item in items.items() if isinstance(items, dict) else ():
                if str(path).startswith("x-") or (self.scope and not (key == "paths" and str(path) in self.scope)):
                    continue
                self._count_methods(found, placed(item, f"/{key}/{escaped(path)}", home))
        return found

    def _count_methods(self, found: Count, item: Node) -> None:
        end = self.references.resolve(item)
        if end is None or not isinstance(end.raw, dict):
            found.total += 1
            return
        methods: dict[str, Any] = {}
        for raw in (self._view(end.raw, end.home), item.raw):
            raw = raw if isinstance(raw, dict) else {}
            more = raw.get("additionalOperations")
            methods |= {key.lower(): value for key, value in raw.items() if str(key).lower() in METHODS}
            methods |= {key.lower(): value for key, value in more.items()} if isinstance(more, dict) else {}
        found.total += len(methods)
        found.read += sum(
            isinstance(value, dict) and (isinstance(value, Placed) or not isinstance(value.get("$ref"), str))
            for value in methods.values()
        )


def _pointer(keys: Any) -> str:
    """The pointer of a chain of keys: a pointer, or a pair of a chain and a key."""
    tokens: list[str] = []
    while isinstance(keys, tuple):
        keys, key = keys
        tokens.append(escaped(key))
    return "/".join([str(keys), *reversed(tokens)])
