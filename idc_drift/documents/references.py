"""The references (``$ref``) of one document and of the files that it refers to.

Law: a reference that cannot be resolved, or that is circular, is not an error here; ``model.reading`` reports it as
a part that was not read.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .json_values import MISSING
from .node import Node, Placed, PlacedList, Schema, placed
from .pointer import escaped, resolve, tokens_of

if TYPE_CHECKING:
    from .document import Document

CHAIN = 50
"""The maximal length of a chain of references."""
_SCHEMAS = "#/components/schemas/"


class References:
    """The resolver of a document's references."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.version = document.version
        self._targets: dict[int | str, Schema] = {}
        self._followed: dict[tuple[int, str], Node | None] = {}
        self._anchors: dict[int, dict[str, tuple[Any, str]]] = {}

    def resolve(self, node: Node) -> Node | None:
        """The target of a chain of references, of any kind of object; None if it cannot be resolved."""
        for _ in range(CHAIN):
            reference = node.raw.get("$ref") if isinstance(node.raw, dict) else None
            if not isinstance(reference, str):
                return node
            found = self.target(reference, node)
            if found is None:
                return None
            node = found
        return None

    def forget(self) -> None:
        """Forget the targets of all references."""
        self._followed.clear()
        self._targets.clear()

    def failure(self, reference: str, node: Node) -> str:
        """Why a reference in the file of a node cannot be resolved, as a sentence."""
        file, _, fragment = reference.partition("#")
        home = node.home.related(file) if file else node.home
        if home is None:
            return node.home.related_failure(file)[1]
        return f"{home.origin} has nothing at #{fragment}."

    def schema_at(self, reference: str) -> Schema:
        """The schema at a reference of the document; empty if it cannot be resolved."""
        found = self.target(reference, Node(None, "", self.document))
        return () if found is None else (found,)

    def dereferenced(self, schema: Schema) -> Schema:
        """The schema with references replaced by their targets, so that equal targets give equal keys."""
        if len(schema) == 1:
            node = schema[0]
            if node.home.is_tree and isinstance(node.raw, dict) and "$ref" not in node.raw:
                return schema
            return self._target_of(node)
        found: dict[int | str, Node] = {}
        for node in schema:
            (target,) = self._target_of(node)
            found.setdefault(target.key, target)
        return tuple(found.values())

    def _target_of(self, node: Node) -> Schema:
        key = node.key
        known = self._targets.get(key)
        if known is None:
            known = self._targets[key] = (self._end_of_chain(node),)
        return known

    def _end_of_chain(self, node: Node) -> Node:
        """The target of a chain of references that have no effective keywords beside them."""
        target: Node | None = node
        for _ in range(CHAIN):
            if target is None or not isinstance(target.raw, dict) or not isinstance(target.raw.get("$ref"), str):
                break
            if len(target.raw) > 1 and self.version not in ("2.0", "3.0"):
                break
            target = self.target(target.raw["$ref"], target)
        else:
            self.note(f"The reference {node.raw.get('$ref')!r} is circular.")
            return node
        return target or node

    def has_at_place_of(self, target: Node) -> bool:
        """Whether this document has something where another document has the target of a reference."""
        file = self.document.twin_of(target.home)
        return file is not None and resolve(file.content, target.home.file_of(target.pointer)[1]) is not MISSING

    def object_at(self, node: Node, name: str) -> dict[str, Any]:
        """The object under a name; empty, with a note, if the value is not an object."""
        value = node.raw.get(name) if isinstance(node.raw, dict) else None
        if value is not None and not isinstance(value, dict):
            self.note(f"`{name}` of {node.pointer or 'the document'} is not an object; it is ignored.")
        return value if isinstance(value, dict) else {}

    def list_at(self, node: Node, name: str) -> list[Any]:
        """The list under a name; empty, with a note, if the value is not a list."""
        value = node.raw.get(name) if isinstance(node.raw, dict) else None
        if value is not None and not isinstance(value, list):
            self.note(f"`{name}` of {node.pointer or 'the document'} is not a list; it is ignored.")
        return value if isinstance(value, list) else []

    def note(self, sentence: str) -> None:
        """Add a note about the document, once."""
        if sentence not in self.document.notes:
            self.document.notes.append(sentence)

    def target(self, reference: str, node: Node) -> Node | None:
        """The target of a reference in the file of a node, which may be a reference itself; None if there is none."""
        key = (id(node.home), reference)
        if key not in self._followed:
            self._followed[key] = None  # a reference that leads through itself has no target
            self._followed[key] = self._follow(reference, node)
        return self._followed[key]

    def _follow(self, reference: str, node: Node) -> Node | None:
        file, _, fragment = reference.partition("#")
        home = node.home.related(file) if file else node.home
        if home is None:
            return None
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            found = self._anchor(home, fragment)
            return found and Node(found[0], _placed(home, found[1]), home, fragment)
        value, pointer = home.content, _placed(home, "")
        tokens = tokens_of(fragment)
        for token in tokens:
            for _ in range(CHAIN):  # a pointer may lead through references
                if not isinstance(value, dict) or token in value or not isinstance(value.get("$ref"), str):
                    break
                inner = self.target(value["$ref"], Node(value, pointer, home))
                if inner is None:
                    return None
                value, pointer, home = inner.raw, inner.pointer, inner.home
            if isinstance(value, dict) and token in value:
                value = value[token]
            elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
                value = value[int(token)]
            else:
                return None
            pointer = f"{pointer}/{escaped(token)}"
            if isinstance(value, Placed | PlacedList):
                pointer, home = value.pointer, value.home or home
        return placed(value, pointer, home, tokens[-1] if tokens else PurePosixPath(file).stem)

    def _anchor(self, home: Document, name: str) -> tuple[Any, str] | None:
        """The schema with this ``$anchor`` or ``$dynamicAnchor``, and its pointer."""
        if id(home) not in self._anchors:
            found: dict[str, tuple[Any, str]] = {}
            stack: list[tuple[Any, str]] = [(home.content, "")]
            seen: set[int] = set()
            while stack:
                value, pointer = stack.pop()
                if id(value) in seen or not isinstance(value, (dict, list)):
                    continue
                seen.add(id(value))
                for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                    if key in ("$anchor", "$dynamicAnchor") and isinstance(inner, str):
                        found.setdefault(inner, (value, pointer))
                    stack.append((inner, f"{pointer}/{escaped(key)}"))
            self._anchors[id(home)] = found
        return self._anchors[id(home)].get(name)


def _placed(home: Document, fragment: str) -> str:
    return fragment if home is home.root else f"{home.origin}#{fragment}"


def names_another(old: References, before: Node, new: References, after: Node) -> bool:
    """Whether two references lead to different components, and not to one that was renamed or moved."""
    targets = [side.target(node.raw["$ref"], node) for side, node in ((old, before), (new, after))]
    if targets[0] is None or targets[1] is None or targets[0].name == targets[1].name:
        return False
    return new.has_at_place_of(targets[0]) or old.has_at_place_of(targets[1])


def reached(content: object, *pointers: str) -> set[str]:
    """The names of the component schemas that the values at these pointers refer to, directly or indirectly."""
    seen = set[str]()
    todo = [resolve(content, pointer) for pointer in pointers]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.startswith("#/") and reference not in seen:
                seen.add(reference)
                todo.append(resolve(content, reference[1:]))
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
    return {reference.removeprefix(_SCHEMAS) for reference in seen if reference.startswith(_SCHEMAS)}
