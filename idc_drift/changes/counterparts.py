"""The counterparts: pointers that lead to the same thing in the two documents.

Law: both documents are traversed in parallel from their common operations, through references and files, whatever the
names of components are; a thing that is not found at the same place has no counterpart.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..documents.json_values import MISSING
from ..documents.node import Node
from ..documents.pointer import escaped, resolve
from ..documents.references import CHAIN, References
from ..documents.spelling import METHODS, wire_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..documents.document import Document
    from .change import Change, Place

_CONTAINERS = (dict, list)
_MAX_MEMBERS = 5
"""The number of members up to which an object is shown."""
_MAX_CHARACTERS = 100
"""The number of characters of a value that are shown; a longer one is shortened, with a digest."""


def operations(content: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The operations: ``METHOD /path`` without the names of parameters, the pointer, and the object."""
    paths = content.get("paths") if isinstance(content, dict) else None
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method, operation in item.items() if isinstance(item, dict) else ():
            if method in METHODS and isinstance(operation, dict):
                yield wire_path(f"{method.upper()} {path}"), f"/paths/{escaped(path)}/{method}", operation


_Method = tuple[str, dict[str, Any], str]
"""The pointer of a path item, the path item, and the key of one of its methods."""


class Counterparts:
    """The pairs of pointers that lead to the same thing in two documents."""

    def __init__(self, base: Document, revision: Document, places: Iterable[Place] | None = None) -> None:
        """Traverse both documents; with `places`, only what these places need is kept."""
        self._references = (References(base), References(revision))
        self._needed: tuple[set[str], set[str]] | None = None if places is None else _needed(places)
        self.in_revision: dict[str, str] = {"": "", "/paths": "/paths"}
        """Pointers into the revision, by pointers into the base."""
        self.in_base: dict[str, str] = {"": "", "/paths": "/paths"}
        """Pointers into the base, by pointers into the revision."""
        self._todo: list[tuple[str, Any, str, Any]] = []
        self._visited = set[str | tuple[str, str]]()
        """The pairs of pointers that were compared; one pointer if the two are equal."""
        for key in ("webhooks", "x-webhooks"):
            if key in base.content and key in revision.content:
                self._todo.append((f"/{key}", base.content[key], f"/{key}", revision.content[key]))
        for twins in reversed(self._operations_of_both()):
            self._add_operation(*twins)
        while self._todo:
            self._compare_values(*self._todo.pop())

    def _operations_of_both(self) -> list[tuple[_Method, _Method]]:
        """The pairs of operations: with the same path, or else with one that differs in names of parameters only."""
        by_name, by_template = dict[str, _Method](), dict[str, _Method]()
        for name, method in self._operations(0):
            by_name[name] = method
            by_template.setdefault(wire_path(name), method)
        found = []
        for name, method in self._operations(1):
            twin = by_name.get(name) or by_template.get(wire_path(name))
            if twin is not None:
                found.append((twin, method))
        return found

    def _operations(self, side: int) -> Iterator[tuple[str, _Method]]:
        """The operations by ``METHOD /path``."""
        content = self._references[side].document.content
        pointer, paths = self._followed(side, "/paths", content.get("paths"))
        for path, value in paths.items() if isinstance(paths, dict) else ():
            place, item = self._followed(side, f"{pointer}/{escaped(path)}", value)
            for method, operation in item.items() if isinstance(item, dict) else ():
                if str(method).lower() in METHODS and isinstance(operation, dict):
                    yield f"{str(method).upper()} {path}", (place, item, method)

    def _add_operation(self, base: _Method, revision: _Method) -> None:
        """Add a pair of operations, and the parameters of their path items, to what is compared next."""
        (base_pointer, base_item, base_method), (revision_pointer, revision_item, revision_method) = base, revision
        self._record(base_pointer, revision_pointer)
        if "parameters" in base_item and "parameters" in revision_item:
            self._todo += self._parameters(
                f"{base_pointer}/parameters",
                base_item["parameters"],
                f"{revision_pointer}/parameters",
                revision_item["parameters"],
            )
        old, new = f"{base_pointer}/{base_method}", f"{revision_pointer}/{revision_method}"
        self._todo.append((old, base_item[base_method], new, revision_item[revision_method]))

    @property
    def base_names_of_schemas(self) -> dict[str, str]:
        """The base's name for each schema of the revision that has another name at the same place."""
        prefix = "/components/schemas/"
        found = {
            revision_pointer.removeprefix(prefix): base_pointer.removeprefix(prefix)
            for revision_pointer, base_pointer in self.in_base.items()
            if revision_pointer.startswith(prefix) and base_pointer.startswith(prefix)
        }
        found = {
            revision_name: base_name
            for revision_name, base_name in found.items()
            if "/" not in revision_name and "/" not in base_name
        }
        schemas = resolve(self._references[1].document.content, prefix.rstrip("/"))
        taken = (set(schemas) if isinstance(schemas, dict) else set()) - set(found)
        used: set[str] = set()
        base_names_of_schemas = {}
        for revision_pointer, base_pointer in found.items():
            kept = found.get(base_pointer) == base_pointer  # the revision has that name for the same schema
            if base_pointer != revision_pointer and base_pointer not in taken | used and not kept:
                base_names_of_schemas[revision_pointer] = base_pointer
                used.add(base_pointer)
        return base_names_of_schemas

    def anchor(self, pointer: str) -> str:
        """The pointer of the nearest parent, in the base, of a place in the revision."""
        while pointer not in self.in_base:
            pointer = pointer.rpartition("/")[0]
        return self.in_base[pointer]

    def _record(self, base_pointer: str, revision_pointer: str) -> None:
        if self._needed is None or base_pointer in self._needed[0]:
            self.in_revision.setdefault(base_pointer, revision_pointer)
        if self._needed is None or revision_pointer in self._needed[1]:
            self.in_base.setdefault(revision_pointer, base_pointer)

    def _compare_values(self, base_pointer: str, base_value: Any, revision_pointer: str, revision_value: Any) -> None:
        self._record(base_pointer, revision_pointer)
        if all(isinstance(value, dict) and "$ref" in value for value in (base_value, revision_value)):
            self._record(f"{base_pointer}/$ref", f"{revision_pointer}/$ref")
        base_pointer, base_value = self._followed(0, base_pointer, base_value)
        revision_pointer, revision_value = self._followed(1, revision_pointer, revision_value)
        self._record(base_pointer, revision_pointer)
        pair = base_pointer if base_pointer == revision_pointer else (base_pointer, revision_pointer)
        if pair in self._visited:
            return
        left = len(self._todo)
        self._compare_members(base_pointer, base_value, revision_pointer, revision_value)
        if len(self._todo) > left:  # to visit a value without inner ones again does nothing
            self._visited.add(pair)

    def _compare_members(self, base_pointer: str, base_value: Any, revision_pointer: str, revision_value: Any) -> None:
        if _is_anyof_with_null(base_value) != _is_anyof_with_null(revision_value):
            base_pointer, base_value = _without_null(base_pointer, base_value)
            revision_pointer, revision_value = _without_null(revision_pointer, revision_value)
            self._todo.append((base_pointer, base_value, revision_pointer, revision_value))
        elif isinstance(base_value, dict) and isinstance(revision_value, dict):
            for key in [
                key for key in base_value if key in revision_value
            ]:  # in order: the first place that is found is the counterpart
                token, base_member, revision_member = escaped(key), base_value[key], revision_value[key]
                if key == "parameters":
                    self._todo += self._parameters(
                        f"{base_pointer}/{token}", base_member, f"{revision_pointer}/{token}", revision_member
                    )
                elif isinstance(base_member, _CONTAINERS) or isinstance(revision_member, _CONTAINERS):
                    self._todo.append(
                        (f"{base_pointer}/{token}", base_member, f"{revision_pointer}/{token}", revision_member)
                    )
                else:
                    self._record(f"{base_pointer}/{token}", f"{revision_pointer}/{token}")
        elif isinstance(base_value, list) and isinstance(revision_value, list):
            for own, other in _aligned(base_value, revision_value):
                pair = base_value[own], revision_value[other]
                if isinstance(pair[0], dict) and isinstance(pair[1], dict):
                    self._todo.append((f"{base_pointer}/{own}", pair[0], f"{revision_pointer}/{other}", pair[1]))

    def _parameters(
        self, base_pointer: str, base_value: Any, revision_pointer: str, revision_value: Any
    ) -> Iterator[tuple[str, Any, str, Any]]:
        """The pairs of parameters with the same name and location, whatever their positions."""
        self._record(base_pointer, revision_pointer)
        if not isinstance(base_value, list) or not isinstance(revision_value, list):
            yield base_pointer, base_value, revision_pointer, revision_value
            return
        revision_parameters = {}
        for index, parameter in enumerate(revision_value):
            _, found = self._followed(1, f"{revision_pointer}/{index}", parameter)
            if isinstance(found, dict):
                revision_parameters[str(found.get("name")), str(found.get("in"))] = (
                    f"{revision_pointer}/{index}",
                    parameter,
                )
        for index, parameter in enumerate(base_value):
            _, found = self._followed(0, f"{base_pointer}/{index}", parameter)
            other = (
                revision_parameters.get((str(found.get("name")), str(found.get("in"))))
                if isinstance(found, dict)
                else None
            )
            if other:
                yield f"{base_pointer}/{index}", parameter, *other

    def _followed(self, side: int, pointer: str, value: Any) -> tuple[str, Any]:
        """The pointer and the value at the end of a chain of references, or as far as it can be followed."""
        references = self._references[side]
        for _ in range(CHAIN):
            reference = value.get("$ref") if isinstance(value, dict) else None
            if not isinstance(reference, str):
                break
            home = references.document.file_of(pointer)[0]
            target = references.target(reference, Node(value, pointer, home))
            if target is None:
                break
            inner = references.document.value_at(target.pointer) if target.home.views else target.raw
            if inner is MISSING:
                break
            pointer, value = target.pointer, inner
        return pointer, value


def _needed(places: Iterable[Place]) -> tuple[set[str], set[str]]:
    """The pointers of these places into the base and into the revision; of the latter, those above them as well."""
    found: tuple[set[str], set[str]] = set(), set()
    for place in places:
        if not place.new:
            found[0].add(place.pointer)
            continue
        for pointer in (place.pointer, place.reference):
            while pointer not in found[1]:
                found[1].add(pointer)
                pointer = pointer.rpartition("/")[0]
    return found


def _aligned(base: list[Any], revision: list[Any]) -> list[tuple[int, int]]:
    """The positions of items that are the same: those with the same reference, and the others in their order.

    Other references are the same item only if there are as many of them in both lists.
    """
    names, other_names = (
        [item.get("$ref") if isinstance(item, dict) else None for item in items] for items in (base, revision)
    )
    places = {name: place for place, name in enumerate(other_names) if isinstance(name, str)}
    found = {own: places[name] for own, name in enumerate(names) if isinstance(name, str) and name in places}
    left, other_left = [n for n in range(len(base)) if n not in found], set(range(len(revision))) - {*found.values()}
    if len(left) == len(other_left) or not any(isinstance(name, str) for name in names + other_names):
        found |= zip(left, sorted(other_left), strict=False)
    return list(found.items())


def _is_anyof_with_null(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("anyOf"), list) and {"type": "null"} in node["anyOf"]


def _without_null(pointer: str, node: Any) -> tuple[str, Any]:
    """The single alternative beside null, if the schema is ``anyOf`` of the two; else the schema itself."""
    if _is_anyof_with_null(node):
        rest = [(f"{pointer}/anyOf/{i}", n) for i, n in enumerate(node["anyOf"]) if n != {"type": "null"}]
        if len(rest) == 1:
            return rest[0]
    return pointer, node


def with_both_sides(base: Document, revision: Document, changes: Sequence[Change]) -> list[Change]:
    """The changes, with the value in each document and the pointer in the other one."""
    if not changes:
        return []
    counterparts = Counterparts(base, revision, [place for change in changes for place in change.places])
    return [_with_both_sides(base, revision, counterparts, change) for change in changes]


def _with_both_sides(base: Document, revision: Document, counterparts: Counterparts, change: Change) -> Change:
    def with_counterpart(place: Place) -> Place:
        known = counterparts.in_base if place.new else counterparts.in_revision
        counterpart = known.get(place.pointer) if place.counterpart is None else place.counterpart
        anchor = counterparts.anchor(place.reference or place.pointer) if place.new else ""
        return replace(place, counterpart=counterpart, anchor=anchor)

    places = tuple(map(with_counterpart, change.places))
    if change.before or change.after:  # types can come from alternatives, so no keyword contains them
        return replace(change, places=places)
    first = places[0]
    pointers = (first.counterpart, first.pointer) if first.new else (first.pointer, first.counterpart)
    before, after = (
        compact_json(document.value_at(pointer) if pointer else MISSING)
        for document, pointer in zip((base, revision), pointers, strict=True)
    )
    return replace(change, places=places, before=before, after=after)


def compact_json(value: object) -> str:
    """A value as compact JSON; empty for a missing value, and for a large object, whose parts are compared instead."""
    if value is MISSING or (isinstance(value, dict) and len(value) > _MAX_MEMBERS):
        return ""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True, default=str)
    if len(text) <= _MAX_CHARACTERS:
        return text
    if isinstance(value, dict):
        return ""
    return f"{text[:_MAX_CHARACTERS]}… sha256:{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:16]}"
