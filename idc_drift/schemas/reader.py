"""Schema objects of one document, flattened on demand.

Law: references are followed with a memo and a guard, so nothing is read twice and no recursion is unrolled.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..documents.json_values import ANYTHING, canonical
from ..documents.node import Node, Shape, child
from ..documents.pointer import escaped
from ..documents.references import References
from .combination import either, intersection
from .constraints import ANY, Flat, Group
from .keywords import keywords, misfits, twice
from .normal_form import normalized, plainly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..documents.document import Document

_KNOWN_ANNOTATIONS = frozenset({"title", "description", "example", "examples", "externalDocs", "xml", "$comment"})
_NONE, _MOST = 1_000_000, 20_000
"""No node at all; and how many readings of schemas that lead back to others may be forgotten again."""
_PARTS = 500
"""How many parts of an allOf are told apart."""
ITSELF = Flat()
"""A schema as an alternative of itself."""
_COMPOSING = frozenset({"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf"})


class Schemas(References):
    """Reads the schemas of a document and of the files it refers to."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._flats: dict[tuple[int | str, ...], Flat] = {}
        self._nodes: dict[int | str, Flat] = {}
        self._busy: dict[int | str, tuple[int, int]] = {}
        """Nodes that are being read: how many were before them, and how many steps led there."""
        self._steps: list[str] = []
        """What the nodes that are being read are to each other: part of allOf, or an alternative."""
        self._rests_on = _NONE
        """The first of them on which what has been read since rests, because it led back there."""
        self._unsure = 0
        self._parts: dict[tuple[int | str, ...], list[tuple[str, Shape]]] = {}
        self._composed: dict[int | str, list[tuple[str, Shape]]] = {}
        self._odd: set[str] = set()
        self._rests: dict[tuple[int, bool], Node] = {}
        self.distributed: dict[int, dict[str, Any]] = {}
        """Schemas with what stands beside their alternatives in each of them."""
        self._children: dict[str, list[str]] | None = None

    def flat(self, shape: Shape) -> Flat:
        """What the nodes of a shape allow together."""
        if len(shape) < 2:
            return self._node(shape[0]) if shape else ANY
        key = tuple(node.key for node in shape)
        known = self._flats.get(key)
        if known is None:
            before, self._rests_on = self._rests_on, _NONE
            known = self._node(shape[0])
            for node in shape[1:]:
                known = intersection(known, self._node(node))
            known = normalized(known)
            if self._rests_on == _NONE:
                self._flats[key] = known
            self._rests_on = min(before, self._rests_on)
        return known

    def components(self) -> tuple[str, dict[str, Any]]:
        """Where the document's named schemas stand, and what they are."""
        content = self.document.content
        if self.version == "2.0":
            place, found = "/definitions", content.get("definitions")
        else:
            components = content.get("components")
            place, found = "/components/schemas", components.get("schemas") if isinstance(components, dict) else None
        return place, found if isinstance(found, dict) else {}

    def has(self, name: str) -> bool:
        """Whether a component of this name is there."""
        return name in self.components()[1]

    def subtypes(self, names: set[str]) -> dict[str, Shape]:
        """The components that extend one of these by allOf."""
        place, found = self.components()
        if self._children is None:
            self._children = {}
            for name, raw in found.items():
                for part in _list(raw.get("allOf")) if isinstance(raw, dict) else ():
                    if isinstance(part, dict) and isinstance(part.get("$ref"), str):
                        self._children.setdefault(part["$ref"].rpartition("/")[2], []).append(name)
        children = sorted({child for name in names for child in self._children.get(name, ())})
        return {name: (Node(found[name], f"{place}/{escaped(name)}", self.document, name),) for name in children}

    def marked(self, shape: Shape, word: str) -> bool:
        """Whether a schema is ``readOnly`` or ``writeOnly``; a plain one is not flattened to see that."""
        for node in shape:
            if not isinstance(node.raw, dict) or not _COMPOSING.isdisjoint(node.raw):
                return bool(self.flat(shape).notes.get(word))
        return any(node.raw.get(word) is True for node in shape)

    # ----------------------------------------------------------------------------------------------- flattening

    def _node(self, node: Node) -> Flat:
        key = node.key
        known = self._nodes.get(key)
        if known is not None:
            return known
        if key in self._busy:
            return self._itself(*self._busy[key])
        place, before = len(self._busy), self._rests_on
        self._busy[key], self._rests_on = (place, len(self._steps)), _NONE
        try:
            known = normalized(self._read(node))
        finally:
            del self._busy[key]
        if self._rests_on >= place:
            self._rests_on = before
            self._nodes[key] = known
            return known
        self._rests_on = min(before, self._rests_on)
        self._unsure += 1
        if self._unsure > _MOST:  # it takes too long to read each of them from where it is met
            self.note("So many schemas are part of each other that some of them are read in part only.")
            self._nodes[key] = known
        return known

    def _itself(self, place: int, steps: int) -> Flat:
        """What a schema adds to itself: nothing to what it is composed of, and no alternative."""
        self._rests_on = min(self._rests_on, place)
        return ITSELF if set(self._steps[steps:]) == {"alternative"} else ANY

    def _inner(self, shape: Shape, step: str) -> Flat:
        """What a schema inside the one that is being read allows."""
        self._steps.append(step)
        try:
            return self.flat(shape)
        finally:
            self._steps.pop()

    def _read(self, node: Node) -> Flat:
        raw = node.raw
        if raw is False:
            return Flat(types=frozenset())
        if not isinstance(raw, dict):
            if raw is not True:
                self.note(f"{node.pointer} is not a schema; anything is taken to be allowed there.")
            return ANY
        for name, meant in misfits(raw):
            if name not in self._odd:  # there may be hundreds
                self._odd.add(name)
                self.note(f"`{name}` of {node.pointer} is not {meant}; it is read as if not there, as all such ones.")
        reference = raw.get("$ref", raw.get("$dynamicRef"))
        if isinstance(reference, str):
            return self._referred(node, reference)
        found = keywords(node, self.version)
        nullable = raw.get("nullable") is True or raw.get("x-nullable") is True
        composed = [child(node, "allOf", index) for index, _ in enumerate(_list(raw.get("allOf")))]
        if twice(raw):
            found = intersection(found, self._inner((child(node, "not", "not"),), "part"))
        decided = "then" if raw.get("if") in ({}, True) else "else" if raw.get("if") is False else ""
        if decided and isinstance(raw.get(decided), dict):
            found = intersection(found, self._inner((child(node, decided),), "part"))
        for part in composed:
            found = intersection(found, self._inner((part,), "part"))
        for kind in ("anyOf", "oneOf"):
            if branches := [(child(node, kind, index),) for index, _ in enumerate(_list(raw.get(kind)))]:
                found = intersection(found, self._alternatives(kind, branches, found))
                found.at.setdefault(kind, node.pointer)
        if nullable and "type" not in raw and found.types is not None:
            found = replace(found, types=found.types | {"null"})
        if composed:
            found.at.setdefault("allOf", node.pointer)
        return found

    def _referred(self, node: Node, reference: str) -> Flat:
        target = self._target(reference, node)
        if target is None:
            self.note(f"The reference {reference!r} leads nowhere; what it stands for is compared by its name.")
            return Flat(unknown=frozenset({reference}))
        found = self._node(target)
        if self.version in ("2.0", "3.0"):
            return found  # the siblings of a reference are ignored there
        rest = {name: value for name, value in node.raw.items() if name not in ("$ref", "$dynamicRef")}
        if not rest or rest.keys() <= _KNOWN_ANNOTATIONS:
            # own words about a shared schema are documentation of this place, and come first
            return (
                replace(found, notes={**found.notes, **keywords(self._rest(node, rest), self.version).notes})
                if rest
                else found
            )
        return intersection(self._read(self._rest(node, rest)), found)

    def _rest(self, node: Node, rest: dict[str, Any]) -> Node:
        """A node of what is left of a node; the same one each time."""
        return self._rests.setdefault((id(node.raw), "$ref" in rest), Node(rest, node.pointer, node.home))

    def _alternatives(self, kind: str, branches: Sequence[Shape], beside: Flat) -> Flat:
        """A oneOf or anyOf as one flat: null lifted out, one branch merged, branches of different types joined."""
        read = [(branch, self._inner(branch, "alternative")) for branch in branches]
        read = [(branch, flat) for branch, flat in read if flat is not ITSELF]
        if not read:
            return ANY
        flats = [flat for _, flat in read]
        nulls = sum(flat.types is not None and flat.null and not flat.unknown for flat in flats)
        null = nulls == 1 or (nulls > 1 and kind == "anyOf")
        kept = [(b, f) for b, f in read if f.types is None or f.kinds]
        if any(flat.types is None and flat.says & {"never", "conditions", "groups"} for _, flat in kept):
            kept = [(b, f) for b, f in read if f.types != frozenset()]  # may exclude null
        types: frozenset[str] | None = None
        if all(flat.types is not None for _, flat in kept):
            types = frozenset().union(*(flat.types or () for _, flat in kept)) - {"null"}
            types = types | {"null"} if null else types
        elif kind == "oneOf" and nulls and any(flat.trivial for _, flat in kept):
            types = ANYTHING - {"null"}  # null fits two of them
        if not kept:
            return Flat(types=frozenset({"null"} if null else ()))
        if kind == "anyOf" and any(flat.trivial for _, flat in kept):
            return ANY
        if kind == "anyOf" and any("number" in flat.kinds and not flat.says for _, flat in kept):
            kept = [(b, f) for b, f in kept if f.types != frozenset({"integer"})]  # each of them is a number
        if kind == "anyOf" and len(kept) > 1:
            kept = self._once(kept)
        group = Group(kind, tuple(branch for branch, _ in kept))
        if len(kept) == 1:
            return replace(kept[0][1], types=types, folded=group)
        if beside.discriminator is None and (one := either([flat for _, flat in kept], kind)) is not None:
            return normalized(replace(one, types=types, folded=group))
        return Flat(types=types, groups=(group,))

    def _once(self, branches: list[tuple[Shape, Flat]]) -> list[tuple[Shape, Flat]]:
        """The branches of an anyOf, with those of an anyOf among them, and each once."""
        found: dict[str, tuple[Shape, Flat]] = {}
        referred = [branch for branch, _ in branches if _is_reference(branch)]
        twins = {_text(self.seen_through(branch)) for branch in referred if len(referred) < len(branches)}
        for branch, flat in branches:
            if twins and not _is_reference(branch) and _text(branch) in twins:
                continue  # said here, it is the component; two components that are alike are two
            inner = flat.groups[0].branches if flat.says == {"groups"} and not flat.discriminator else ()
            for each in inner if len(flat.groups) == 1 and flat.groups[0].kind == "anyOf" else (branch,):
                flat_ = self._inner(each, "alternative")
                found.setdefault(plainly(flat_) or _text(each), (each, flat_))
        return list(found.values())

    # ------------------------------------------------------------------------------------------ parts of an allOf

    def parts(self, shape: Shape) -> list[tuple[str, Shape]]:
        """The schemas that allOf composes a shape of, with their components' names; those that say nothing left out."""
        key = tuple(node.key for node in shape)
        if key not in self._parts:
            self._parts[key] = []
            found = [part for node in shape for part in self._expanded(node)]
            self._parts[key] = [(name, part) for name, part in found if not self.flat(part).trivial]
        return self._parts[key]

    def _expanded(self, node: Node) -> list[tuple[str, Shape]]:
        key = node.key
        if key not in self._composed:
            self._composed[key] = []  # nothing, where it is met again inside
            found = self._expand(node)
            self._composed[key] = found if len(found) <= _PARTS else [(node.name, (node,))]
        return self._composed[key]

    def _expand(self, node: Node) -> list[tuple[str, Shape]]:
        (target,) = self.seen_through((node,))
        if isinstance(target.raw, dict) and len(target.raw) > 1 and "$ref" in target.raw:
            rest = {name: value for name, value in target.raw.items() if name != "$ref"}
            parts = self._expanded(self._rest(target, {"$ref": target.raw["$ref"]}))
            return parts if rest.keys() <= _KNOWN_ANNOTATIONS else [(target.name, (self._rest(target, rest),)), *parts]
        if not isinstance(target.raw, dict) or not isinstance(target.raw.get("allOf"), list):
            return [(target.name, (node,))]
        rest = {name: value for name, value in target.raw.items() if name != "allOf"}
        found: list[tuple[str, Shape]] = [(target.name, (self._rest(target, rest),))]
        for index, _ in enumerate(target.raw["allOf"]):
            found += self._expanded(child(target, "allOf", index))
        return found


def _is_reference(shape: Shape) -> bool:
    return any(isinstance(node.raw, dict) and "$ref" in node.raw for node in shape)


def _text(shape: Shape) -> str:
    return "&".join(canonical(node.raw) for node in shape)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
