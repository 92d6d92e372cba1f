"""The reader of one document's schemas: constraints of a schema object, with references and allOf resolved.

Law: references are followed with a cache and a guard, so no schema is read twice and recursion ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..documents.json_values import ANYTHING, canonical
from ..documents.node import Node, Schema, child
from ..documents.pointer import escaped
from ..documents.references import References
from .combination import intersect, unite
from .constraints import ANY, Constraints, Group
from .keywords import is_double_negation, keywords, unreadable_keywords
from .normal_form import normalized, scalar_key
from .vocabulary import NULL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..documents.document import Document

_KNOWN_ANNOTATIONS = frozenset({"title", "description", "example", "examples", "externalDocs", "xml", "$comment"})
_BESIDE_REFERENCE = frozenset({"nullable", "x-nullable", "default", "deprecated", "readOnly", "writeOnly"})
"""Keywords beside a reference that do not change what kind of object it refers to."""
_NO_NODE, _MAX_UNCACHED_READS = 1_000_000, 20_000
"""A position after all nodes; and the number of recursive schemas that are read again instead of cached."""
_MAX_PARTS = 500
"""The number of parts of an allOf that are distinguished."""
SELF_REFERENCE = Constraints()
"""The constraints of a schema that is an alternative of itself: it adds no values."""
_COMPOSITION_KEYWORDS = frozenset({"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf"})


class Schemas(References):
    """The schemas of a document and of the files that it refers to."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._constraints_of: dict[tuple[int | str, ...], Constraints] = {}
        self._nodes: dict[int | str, Constraints] = {}
        self._in_progress: dict[int | str, tuple[int, int]] = {}
        """The nodes that are being read, each with its position in the stack and the length of the path to it."""
        self._path_steps: list[str] = []
        """The path to the current node: each step is a part of allOf, or an alternative."""
        self._depends_on = _NO_NODE
        """The lowest stack position that the result so far depends on, because a reference led back to it."""
        self._uncached_reads = 0
        self._parts: dict[tuple[int | str, ...], list[tuple[str, Schema]]] = {}
        self._composed: dict[int | str, list[tuple[str, Schema]]] = {}
        self._reported_keywords: set[str] = set()
        self._remainders: dict[tuple[int, bool], Node] = {}
        self.distributed: dict[int, dict[str, Any]] = {}
        """Schemas whose sibling keywords were distributed over their alternatives, by the id of the original."""
        self._children: dict[str, list[str]] | None = None

    def constraints(self, schema: Schema) -> Constraints:
        """The intersection of the constraints of a schema's nodes."""
        if len(schema) < 2:
            return self._node(schema[0]) if schema else ANY
        key = tuple(node.key for node in schema)
        known = self._constraints_of.get(key)
        if known is None:
            before, self._depends_on = self._depends_on, _NO_NODE
            known = self._node(schema[0])
            for node in schema[1:]:
                known = intersect(known, self._node(node))
            known = normalized(known)
            if self._depends_on == _NO_NODE:
                self._constraints_of[key] = known
            self._depends_on = min(before, self._depends_on)
        return known

    def components(self) -> tuple[str, dict[str, Any]]:
        """The pointer of the document's named schemas, and the schemas."""
        content = self.document.views.get(id(self.document.content), self.document.content)
        if self.version == "2.0":
            place, found = "/definitions", content.get("definitions")
        else:
            components = content.get("components")
            place, found = "/components/schemas", components.get("schemas") if isinstance(components, dict) else None
        return place, found if isinstance(found, dict) else {}

    def has(self, name: str) -> bool:
        """Whether the document has a schema component of this name."""
        return name in self.components()[1]

    def subtypes(self, names: set[str]) -> dict[str, Schema]:
        """The components that extend one of these components by allOf."""
        place, found = self.components()
        if self._children is None:
            self._children = {}
            for name, raw in found.items():
                for part in _list(raw.get("allOf")) if isinstance(raw, dict) else ():
                    if isinstance(part, dict) and isinstance(part.get("$ref"), str):
                        self._children.setdefault(part["$ref"].rpartition("/")[2], []).append(name)
        children = sorted({child for name in names for child in self._children.get(name, ())})
        return {name: (Node(found[name], f"{place}/{escaped(name)}", self.document, name),) for name in children}

    def reference(self, schema: Schema) -> Node | None:
        """The node with the ``$ref`` that a schema consists of, also if it is beside null or alone in an allOf."""
        node = schema[0] if len(schema) == 1 else None
        while node is not None and isinstance(node.raw, dict):
            if isinstance(node.raw.get("$ref"), str):
                return node
            kinds = [kind for kind in ("allOf", "anyOf", "oneOf") if kind in node.raw]
            if len(kinds) != 1 or not node.raw.keys() - {kinds[0]} <= _KNOWN_ANNOTATIONS | _BESIDE_REFERENCE:
                return None
            members = [index for index, part in enumerate(_list(node.raw[kinds[0]])) if part not in NULL]
            node = child(node, kinds[0], members[0]) if len(members) == 1 else None
        return None

    def is_marked(self, schema: Schema, word: str) -> bool:
        """Whether a schema is ``readOnly`` or ``writeOnly``, found without reading the constraints where possible."""
        for node in schema:
            if not isinstance(node.raw, dict) or not _COMPOSITION_KEYWORDS.isdisjoint(node.raw):
                return bool(self.constraints(schema).annotations.get(word))
        return any(node.raw.get(word) is True for node in schema)

    # ----------------------------------------------------------------------------------------------- flattening

    def _node(self, node: Node) -> Constraints:
        key = node.key
        known = self._nodes.get(key)
        if known is not None:
            return known
        if key in self._in_progress:
            return self._self_reference(*self._in_progress[key])
        place, before = len(self._in_progress), self._depends_on
        self._in_progress[key], self._depends_on = (place, len(self._path_steps)), _NO_NODE
        try:
            known = normalized(self._read(node))
        finally:
            del self._in_progress[key]
        if self._depends_on >= place:
            self._depends_on = before
            self._nodes[key] = known
            return known
        self._depends_on = min(before, self._depends_on)
        self._uncached_reads += 1
        if self._uncached_reads > _MAX_UNCACHED_READS:  # reading each of them again takes too long
            self.note("Too many schemas refer to each other; some of them are read only partly.")
            self._nodes[key] = known
        return known

    def _self_reference(self, place: int, steps: int) -> Constraints:
        """The constraints of a schema inside itself: none as a part of allOf, no values as an alternative."""
        self._depends_on = min(self._depends_on, place)
        return SELF_REFERENCE if set(self._path_steps[steps:]) == {"alternative"} else ANY

    def _nested(self, schema: Schema, step: str) -> Constraints:
        """The constraints of a schema inside the one that is being read."""
        self._path_steps.append(step)
        try:
            return self.constraints(schema)
        finally:
            self._path_steps.pop()

    def _read(self, node: Node) -> Constraints:
        raw = node.raw
        if raw is False:
            return Constraints(types=frozenset())
        if not isinstance(raw, dict):
            if raw is not True:
                self.note(f"{node.pointer} is not a schema; it is read as allowing any value.")
            return ANY
        for name, meant in unreadable_keywords(raw):
            if name not in self._reported_keywords:  # one note per keyword, there may be hundreds
                self._reported_keywords.add(name)
                self.note(f"`{name}` of {node.pointer} is not {meant}; it is ignored, and so are others of this kind.")
        reference = raw.get("$ref", raw.get("$dynamicRef"))
        if isinstance(reference, str):
            return self._referred(node, reference)
        found = keywords(node, self.version)
        nullable = raw.get("nullable") is True or raw.get("x-nullable") is True
        composed = [child(node, "allOf", index) for index, _ in enumerate(_list(raw.get("allOf")))]
        if is_double_negation(raw):
            found = intersect(found, self._nested((child(node, "not", "not"),), "part"))
        decided = "then" if raw.get("if") in ({}, True) else "else" if raw.get("if") is False else ""
        if decided and isinstance(raw.get(decided), dict):
            found = intersect(found, self._nested((child(node, decided),), "part"))
        for part in composed:
            found = intersect(found, self._nested((part,), "part"))
        for kind in ("anyOf", "oneOf"):
            if branches := [(child(node, kind, index),) for index, _ in enumerate(_list(raw.get(kind)))]:
                alternatives = self._alternatives(kind, branches, found)
                if not alternatives.pointers.get("type", node.pointer).startswith(node.pointer):
                    # the type of one alternative in another component is not where the types of all are stated
                    pointers = {**alternatives.pointers, "type": f"{node.pointer}/{kind}"}
                    alternatives = replace(alternatives, pointers=pointers)
                found = intersect(found, alternatives)
                found.pointers.setdefault(kind, node.pointer)
        if nullable and "type" not in raw and found.types is not None:
            found = replace(found, types=found.types | {"null"})
        if composed:
            found.pointers.setdefault("allOf", node.pointer)
        return found

    def _referred(self, node: Node, reference: str) -> Constraints:
        target = self.target(reference, node)
        if target is None:
            self.note(f"The reference {reference!r} cannot be resolved; it is compared by its name.")
            return Constraints(unresolved=frozenset({reference}))
        found = self._node(target)
        if self.version in ("2.0", "3.0"):
            return found  # the siblings of a reference are ignored there
        rest = {name: value for name, value in node.raw.items() if name not in ("$ref", "$dynamicRef")}
        if not rest or rest.keys() <= _KNOWN_ANNOTATIONS:
            # documentation beside a reference belongs to this place, and takes precedence
            return (
                replace(
                    found,
                    annotations={
                        **found.annotations,
                        **keywords(self._remainder(node, rest), self.version).annotations,
                    },
                )
                if rest
                else found
            )
        return intersect(self._read(self._remainder(node, rest)), found)

    def _remainder(self, node: Node, rest: dict[str, Any]) -> Node:
        """A node with the remaining keywords of another node; the same object for each call."""
        return self._remainders.setdefault((id(node.raw), "$ref" in rest), Node(rest, node.pointer, node.home))

    def _alternatives(self, kind: str, branches: Sequence[Schema], beside: Constraints) -> Constraints:
        """The constraints of a oneOf or anyOf: null becomes a type; one branch, or branches of distinct types, merge.

        Example: ``oneOf: [{type: string}, {type: "null"}]`` becomes ``types: {string, null}``. But
        ``oneOf: [{}, {type: "null"}]`` excludes null, because null is valid for both branches.
        """
        branches_read = [(branch, self._nested(branch, "alternative")) for branch in branches]
        branches_read = [
            (branch, constraints) for branch, constraints in branches_read if constraints is not SELF_REFERENCE
        ]
        if not branches_read:
            return ANY
        all_constraints = [constraints for _, constraints in branches_read]
        nulls = sum(
            constraints.types is not None and constraints.nullable and not constraints.unresolved
            for constraints in all_constraints
        )
        null = nulls == 1 or (nulls > 1 and kind == "anyOf")
        remaining = [(b, f) for b, f in branches_read if f.types is None or f.value_types]
        if any(
            constraints.types is None and constraints.constrained & {"excluded", "conditions", "groups"}
            for _, constraints in remaining
        ):
            remaining = [(b, f) for b, f in branches_read if f.types != frozenset()]  # such a branch may exclude null
        types: frozenset[str] | None = None
        if all(constraints.types is not None for _, constraints in remaining):
            types = frozenset().union(*(constraints.types or () for _, constraints in remaining)) - {"null"}
            types = types | {"null"} if null else types
        elif kind == "oneOf" and nulls and any(constraints.allows_everything for _, constraints in remaining):
            types = ANYTHING - {"null"}  # null is valid for two of them, and oneOf allows one
        if not remaining:
            return Constraints(types=frozenset({"null"} if null else ()))
        if kind == "anyOf" and any(constraints.allows_everything for _, constraints in remaining):
            return ANY
        if kind == "anyOf" and any(
            "number" in constraints.value_types and not constraints.constrained for _, constraints in remaining
        ):
            remaining = [(b, f) for b, f in remaining if f.types != frozenset({"integer"})]  # every integer is a number
        if kind == "anyOf" and len(remaining) > 1:
            remaining = self._distinct_branches(remaining)
        group = Group(kind, tuple(branch for branch, _ in remaining))
        if len(remaining) == 1:
            return replace(remaining[0][1], types=types, merged_group=group)
        if (
            beside.discriminator is None
            and (one := unite([constraints for _, constraints in remaining], kind)) is not None
        ):
            return normalized(replace(one, types=types, merged_group=group))
        return Constraints(types=types, groups=(group,))

    def _distinct_branches(self, branches: list[tuple[Schema, Constraints]]) -> list[tuple[Schema, Constraints]]:
        """The distinct branches of an anyOf, with nested anyOf branches expanded."""
        found: dict[str, tuple[Schema, Constraints]] = {}
        referred = [branch for branch, _ in branches if _is_reference(branch)]
        twins = {_text(self.dereferenced(branch)) for branch in referred if len(referred) < len(branches)}
        for branch, constraints in branches:
            if twins and not _is_reference(branch) and _text(branch) in twins:
                continue  # an inline copy of a component is that component; two equal components stay two
            inner = (
                constraints.groups[0].branches
                if constraints.constrained == {"groups"} and not constraints.discriminator
                else ()
            )
            for each in inner if len(constraints.groups) == 1 and constraints.groups[0].kind == "anyOf" else (branch,):
                flat_ = self._nested(each, "alternative")
                found.setdefault(scalar_key(flat_) or _text(each), (each, flat_))
        return list(found.values())

    # ------------------------------------------------------------------------------------------ parts of an allOf

    def parts(self, schema: Schema) -> list[tuple[str, Schema]]:
        """The schemas that an allOf combines, with their components' names, without those that allow everything."""
        key = tuple(node.key for node in schema)
        if key not in self._parts:
            self._parts[key] = []
            found = [part for node in schema for part in self._expanded(node)]
            self._parts[key] = [(name, part) for name, part in found if not self.constraints(part).allows_everything]
        return self._parts[key]

    def _expanded(self, node: Node) -> list[tuple[str, Schema]]:
        key = node.key
        if key not in self._composed:
            self._composed[key] = []  # empty for a recursive reference
            found = self._expand(node)
            self._composed[key] = found if len(found) <= _MAX_PARTS else [(node.name, (node,))]
        return self._composed[key]

    def _expand(self, node: Node) -> list[tuple[str, Schema]]:
        (target,) = self.dereferenced((node,))
        if isinstance(target.raw, dict) and len(target.raw) > 1 and "$ref" in target.raw:
            rest = {name: value for name, value in target.raw.items() if name != "$ref"}
            parts = self._expanded(self._remainder(target, {"$ref": target.raw["$ref"]}))
            return (
                parts
                if rest.keys() <= _KNOWN_ANNOTATIONS
                else [(target.name, (self._remainder(target, rest),)), *parts]
            )
        if not isinstance(target.raw, dict) or not isinstance(target.raw.get("allOf"), list):
            return [(target.name, (node,))]
        rest = {name: value for name, value in target.raw.items() if name != "allOf"}
        found: list[tuple[str, Schema]] = [(target.name, (self._remainder(target, rest),))]
        for index, _ in enumerate(target.raw["allOf"]):
            found += self._expanded(child(target, "allOf", index))
        return found


def _is_reference(schema: Schema) -> bool:
    return any(isinstance(node.raw, dict) and "$ref" in node.raw for node in schema)


def _text(schema: Schema) -> str:
    return "&".join(canonical(node.raw) for node in schema)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
