"""The bundle of a document: one value without references to other files, for programs that read one file.

Law: a schema of another file becomes a component, everything else stands where it is used; a document that refers to
no other file keeps its value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ..documents.node import Node, child, placed
from ..documents.pointer import escaped
from ..documents.references import References
from .grammar import MEMBERS, SCHEMA_MEMBERS
from .reading import prepare

if TYPE_CHECKING:
    from ..documents.document import Document

_SCHEMAS: Final = "/components/schemas/"
_COMPONENT: Final = re.compile(r"/components/[^/]+/[^/]+")
_COMPONENT_KINDS: Final = frozenset({"parameter", "request body", "response"})
"""The kinds beside schemas that stay components, because a client generator reads references to them."""


@dataclass
class Bundle:
    """The value of a bundled document, and where its parts come from."""

    content: dict[str, Any]
    moved: dict[str, str] = field(default_factory=dict)
    """Pointers into the bundle, by pointers into the document and its files, of what stands elsewhere there."""

    def in_bundle(self, pointer: str) -> str:
        """The pointer into the bundle for a pointer into the document."""
        return _translated(pointer, self.moved)

    def in_document(self, pointer: str) -> str:
        """The pointer into the document for a pointer into the bundle."""
        return _translated(pointer, {new: old for old, new in self.moved.items()})


def _translated(pointer: str, moved: dict[str, str]) -> str:
    head = pointer
    while head and head not in moved:
        head = head.rpartition("/")[0]
    return moved[head] + pointer[len(head) :] if head else pointer


def bundle(document: Document) -> Bundle:
    """The bundle of a document of OpenAPI 3; one of Swagger 2.0 stays as it is."""
    return Bundle(document.content) if document.version == "2.0" else _Bundler(document).bundle()


class _Bundler:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.references = References(document)
        prepare(self.references)
        self.moved: dict[str, str] = {}
        self._names: dict[int, str] = {}
        """The names of schemas that are no components of the document, by their ids."""
        self._taken = set[str]()
        self._added: dict[str, Node] = {}
        self._inside: set[int] = set()
        """The targets of the references around the current object."""

    def bundle(self) -> Bundle:
        """Bundle everything, and at last the schemas that references lead to."""
        root = placed(self.document.content, "", self.document)
        self._name_aliases(root)
        content = self._object(root, "document", "")
        schemas: dict[str, Any] = {}
        while self._added:
            name, node = self._added.popitem()
            schemas[name] = self._schema(node, f"{_SCHEMAS}{escaped(name)}")
        if schemas:
            components = content.get("components") or {}
            own = components.get("schemas") or {}
            content = {**content, "components": {**components, "schemas": {**own, **dict(sorted(schemas.items()))}}}
        return Bundle(content, self.moved)

    def _name_aliases(self, root: Node) -> None:
        """Give a schema of another file the name of the component that only refers to it."""
        for name in self.references.object_at(child(root, "components"), "schemas") if "components" in root.raw else ():
            self._taken.add(name)
            node = child(root, "components", "schemas", name)
            if isinstance(node.raw, dict) and node.raw.keys() == {"$ref"}:
                end = self.references.resolve(node)
                if end is not None and isinstance(end.raw, dict) and not self._is_component(end):
                    self._names.setdefault(id(end.raw), str(name))

    # ---------------------------------------------------------------------------------------------------- objects

    def _object(self, node: Node, kind: str, at: str) -> Any:
        """The value of an object with everything that it refers to; `at` is its pointer in the bundle."""
        raw = node.raw
        if kind == "schema":
            return self._schema(node, at)
        if not isinstance(raw, dict):
            return raw
        if isinstance(raw.get("$ref"), str):
            return self._target(node, kind, at)
        if node.pointer != at:
            self.moved.setdefault(node.pointer, at)
        return {key: self._member(node, kind, key, f"{at}/{escaped(key)}") for key in raw}

    def _target(self, node: Node, kind: str, at: str) -> Any:
        """What a reference leads to; the reference itself if that is a component, or cannot be written out."""
        end = self.references.resolve(node)
        if end is None or id(end.raw) in self._inside:
            return node.raw
        if kind in _COMPONENT_KINDS and self._is_component(end):
            return {**node.raw, "$ref": f"#{end.pointer}"}
        self._inside.add(id(end.raw))
        found = self._object(end, kind, at)
        self._inside.discard(id(end.raw))
        if kind == "path item" and isinstance(found, dict):
            beside = {key: self._member(node, kind, key, f"{at}/{escaped(key)}") for key in node.raw if key != "$ref"}
            return {**found, **beside}
        return found

    def _is_component(self, node: Node) -> bool:
        return node.home is self.document and _COMPONENT.fullmatch(node.pointer) is not None

    def _member(self, owner: Node, kind: str, key: Any, at: str) -> Any:
        if kind == "callback":
            form, inner = ("", "") if str(key).startswith("x-") else ("one", "path item")
        else:
            form, inner = MEMBERS.get(kind, {}).get(key.lower() if kind == "path item" else key, ("", ""))
        node = child(owner, key)
        if form == "one" or not form:
            return self._object(node, inner, at) if form else node.raw
        return self._items(node, inner, at)

    def _items(self, node: Node, kind: str, at: str) -> Any:
        """The members of a map or of a list."""
        if isinstance(node.raw, dict):
            return {key: self._object(child(node, key), kind, f"{at}/{escaped(key)}") for key in node.raw}
        if isinstance(node.raw, list):
            return [self._object(child(node, index), kind, f"{at}/{index}") for index, _ in enumerate(node.raw)]
        return node.raw

    # ---------------------------------------------------------------------------------------------------- schemas

    def _schema(self, node: Node, at: str) -> Any:
        raw = node.raw
        if not isinstance(raw, dict):
            return raw
        if node.pointer != at and self.document.file_of(node.pointer)[0] is not self.document:
            self.moved.setdefault(node.pointer, at)
        found = {key: self._keyword(node, key, f"{at}/{escaped(key)}") for key in raw if key != "$ref"}
        reference = raw.get("$ref")
        if not isinstance(reference, str):
            return found
        named = self._named(reference, node)
        if named != at:
            return {**found, "$ref": f"#{named}"} if named else dict(raw)
        end = self.references.resolve(node)  # a component that only refers to a schema of another file
        return raw if end is None else self._schema(end, at)

    def _keyword(self, owner: Node, key: str, at: str) -> Any:
        form, node = SCHEMA_MEMBERS.get(key), child(owner, key)
        if key == "discriminator" and isinstance(node.raw, dict) and isinstance(node.raw.get("mapping"), dict):
            mapping = {value: self._mapped(target, owner) for value, target in node.raw["mapping"].items()}
            return {**node.raw, "mapping": mapping}
        if form in (None, "value"):
            return node.raw
        if form == "one" or (form == "one or list" and isinstance(node.raw, dict)):
            return self._schema(node, at)
        return self._items(node, "schema", at)

    def _mapped(self, target: Any, owner: Node) -> Any:
        """The target of a discriminator's value: the name of a component, or a reference."""
        named = self._named(target, owner) if isinstance(target, str) and "/" in target else ""
        return f"#{named}" if named else target

    def _named(self, reference: str, node: Node) -> str:
        """The pointer of the component for a reference to a schema; empty if that leads nowhere."""
        target = self.references.target(reference, node)
        if target is None or not isinstance(target.raw, dict):
            return ""
        if self._is_component(target):
            return target.pointer
        if target.raw.keys() == {"$ref"} and isinstance(target.raw["$ref"], str) and id(target.raw) not in self._inside:
            self._inside.add(id(target.raw))
            named = self._named(target.raw["$ref"], target)
            self._inside.discard(id(target.raw))
            return named
        if id(target.raw) not in self._names:
            name = self._names[id(target.raw)] = self._free_name(target)
            self._added[name] = target
        return f"{_SCHEMAS}{escaped(self._names[id(target.raw)])}"

    def _free_name(self, target: Node) -> str:
        """A name that no other schema has, from the end of the pointer or else from the name of the file."""
        stem = re.sub(r"[^A-Za-z0-9._-]", "_", target.name) or "Schema"
        name, number = stem, 1
        while name in self._taken:
            number += 1
            name = f"{stem}{number}"
        self._taken.add(name)
        return name
