"""Where a thing of the one document stands in the other.

Law: both documents are walked at once from the operations they share, through references, whatever components are
called; what was not met at the same place has no counterpart.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..documents.json_values import MISSING
from ..documents.pointer import escaped, resolve
from ..documents.spelling import METHODS, wire_path
from .change import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..documents.document import Document
    from .change import Change

_CONTAINERS = (dict, list)
_MANY = 5
"""Members of an object that is shown."""
_LONG = 100
"""Characters of a value that are shown; of a longer one, the beginning and a digest."""


def operations(content: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation's ``METHOD /path`` with parameters unnamed, its pointer, and itself."""
    paths = content.get("paths") if isinstance(content, dict) else None
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method, operation in item.items() if isinstance(item, dict) else ():
            if method in METHODS and isinstance(operation, dict):
                yield wire_path(f"{method.upper()} {path}"), f"/paths/{escaped(path)}/{method}", operation


class Alongside:
    """Two documents, and the pointers that name the same thing in both."""

    def __init__(self, base: Any, revision: Any) -> None:
        self._contents = (base, revision)
        self.onward: dict[str, str] = {"": "", "/paths": "/paths"}
        """Pointers into the revision by pointers into the base."""
        self.back: dict[str, str] = {"": "", "/paths": "/paths"}
        """The other way round."""
        ours = {key: (pointer, operation) for key, pointer, operation in operations(base)}
        self._todo = [
            (*ours[key], pointer, operation) for key, pointer, operation in operations(revision) if key in ours
        ][::-1]
        for mine, _, theirs, _ in self._todo:
            self._note(mine.rpartition("/")[0], theirs.rpartition("/")[0])
        self._met = set[tuple[str, str]]()
        while self._todo:
            self._meet(*self._todo.pop())

    @property
    def names(self) -> dict[str, str]:
        """Our name for each of their schemas that stands where one of ours does, if the two names differ."""
        prefix = "/components/schemas/"
        found = {
            theirs.removeprefix(prefix): mine.removeprefix(prefix)
            for theirs, mine in self.back.items()
            if theirs.startswith(prefix) and mine.startswith(prefix)
        }
        found = {t: m for t, m in found.items() if "/" not in t and "/" not in m}
        schemas = resolve(self._contents[1], prefix.rstrip("/"))
        taken = (set(schemas) if isinstance(schemas, dict) else set()) - set(found)
        used: set[str] = set()
        names = {}
        for theirs, mine in found.items():
            if mine != theirs and mine not in taken and mine not in used:
                names[theirs] = mine
                used.add(mine)
        return names

    def anchor(self, pointer: str) -> str:
        """The nearest thing in the base around a place in the revision."""
        while pointer not in self.back:
            pointer = pointer.rpartition("/")[0]
        return self.back[pointer]

    def _note(self, mine: str, theirs: str) -> None:
        self.onward.setdefault(mine, theirs)
        self.back.setdefault(theirs, mine)

    def _meet(self, mine: str, left: Any, theirs: str, right: Any) -> None:
        self._note(mine, theirs)
        mine, left = self._followed(0, mine, left)
        theirs, right = self._followed(1, theirs, right)
        self._note(mine, theirs)
        if (mine, theirs) in self._met:
            return
        self._met.add((mine, theirs))
        if _nullable(left) != _nullable(right):
            mine, left = _without_null(mine, left)
            theirs, right = _without_null(theirs, right)
            self._todo.append((mine, left, theirs, right))
        elif isinstance(left, dict) and isinstance(right, dict):
            for key in [key for key in left if key in right]:  # in order: the first place found is the counterpart
                token, a, z = escaped(key), left[key], right[key]
                if key == "parameters":
                    self._todo += self._parameters(f"{mine}/{token}", a, f"{theirs}/{token}", z)
                elif isinstance(a, _CONTAINERS) or isinstance(z, _CONTAINERS):
                    self._todo.append((f"{mine}/{token}", a, f"{theirs}/{token}", z))
                else:
                    self._note(f"{mine}/{token}", f"{theirs}/{token}")
        elif isinstance(left, list) and isinstance(right, list):
            for index, (a, z) in enumerate(zip(left, right, strict=False)):
                if isinstance(a, dict) and isinstance(z, dict):
                    self._todo.append((f"{mine}/{index}", a, f"{theirs}/{index}", z))

    def _parameters(self, mine: str, left: Any, theirs: str, right: Any) -> Iterator[tuple[str, Any, str, Any]]:
        """Parameters are the same by name and place, not by position."""
        self._note(mine, theirs)
        if not isinstance(left, list) or not isinstance(right, list):
            yield mine, left, theirs, right
            return
        known = {}
        for index, parameter in enumerate(right):
            _, found = self._followed(1, "", parameter)
            if isinstance(found, dict):
                known[str(found.get("name")), str(found.get("in"))] = (f"{theirs}/{index}", parameter)
        for index, parameter in enumerate(left):
            _, found = self._followed(0, "", parameter)
            other = known.get((str(found.get("name")), str(found.get("in")))) if isinstance(found, dict) else None
            if other:
                yield f"{mine}/{index}", parameter, *other

    def _followed(self, side: int, pointer: str, node: Any) -> tuple[str, Any]:
        for _ in range(20):
            reference = node.get("$ref") if isinstance(node, dict) else None
            if not isinstance(reference, str) or not reference.startswith("#/"):
                break
            target = resolve(self._contents[side], reference[1:])
            if target is MISSING:
                break
            pointer, node = reference[1:], target
        return pointer, node


def _nullable(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("anyOf"), list) and {"type": "null"} in node["anyOf"]


def _without_null(pointer: str, node: Any) -> tuple[str, Any]:
    """The one alternative beside null, if a schema is written that way."""
    if _nullable(node):
        rest = [(f"{pointer}/anyOf/{i}", n) for i, n in enumerate(node["anyOf"]) if n != {"type": "null"}]
        if len(rest) == 1:
            return rest[0]
    return pointer, node


def detailed(base: Document, revision: Document, changes: Sequence[Change]) -> list[Change]:
    """The changes, with what each document says there and where the other one says it."""
    if not changes:
        return []
    alongside = Alongside(base.content, revision.content)
    return [_detailed(base.content, revision.content, alongside, change) for change in changes]


def _detailed(base: Any, revision: Any, alongside: Alongside, change: Change) -> Change:
    pointer = change.pointer
    if resolve(base, pointer) is not MISSING:
        mine, theirs, anchor = pointer, alongside.onward.get(pointer, ""), ""
    else:
        mine, theirs, anchor = alongside.back.get(pointer, ""), pointer, alongside.anchor(pointer)

    def full(place: Place) -> Place:
        counterpart = theirs if place.pointer == mine else mine
        return Place(place.operation, place.pointer, place.line, place.column, counterpart, anchor)

    before = resolve(base, mine) if mine else MISSING
    after = resolve(revision, theirs) if theirs else MISSING
    places = tuple(map(full, change.places))
    if change.before or change.after:  # of types: where they come from alternatives, no keyword says them
        return replace(change, places=places)
    return replace(change, places=places, before=said(before), after=said(after))


def said(value: object) -> str:
    """A value as compact JSON; nothing for what is missing, and for large objects, whose parts are what changes."""
    if value is MISSING or (isinstance(value, dict) and len(value) > _MANY):
        return ""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True, default=str)
    if len(text) <= _LONG:
        return text
    if isinstance(value, dict):
        return ""
    return f"{text[:_LONG]}… sha256:{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:16]}"
