"""What the base describes before its service has it: an extension marks it, and the revision may lack it or have it.

Law: a marked part that the revision lacks is *not released yet*, which is no drift; one that the revision has is
*released now*, and its mark is to be removed. What differs inside it is judged as everything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..documents.json_values import MISSING
from ..documents.pointer import escaped, resolve, unescaped
from ..documents.spelling import METHODS
from .change import Change, Place
from .counterparts import Counterparts
from .rules import level_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from ..documents.document import Document
    from ..documents.scope import Scope

    Mark: TypeAlias = Callable[[Any], str]

VALUE = "unreleased"
_SINCE = re.compile(r"x-(?:.+-)?since", re.IGNORECASE)
_HOPS = 20


class InvalidName(ValueError):
    """The extension that marks what is not released cannot be called so."""


@dataclass(frozen=True)
class Part:
    """A part of the base that is marked."""

    operation: str
    """The operation that it is, or the first one that uses it."""
    pointer: str
    mark: str
    """The extension that marks it."""
    whole: bool
    """Whether it is the operation itself."""

    @property
    def name(self) -> str:
        """What people call it, if it is not the operation: ``Row/notable``, ``parameters/0``."""
        tokens = self.pointer.split("/")[1:]
        if tokens[0] == "components":
            return "/".join(unescaped(token) for token in tokens[2:] if token != "properties")  # noqa: S105 - a keyword
        return "/".join(unescaped(token) for token in tokens[3:])


def marks(name: str | None) -> Mark:
    """Give what finds the extension that marks an object: empty if it has none.

    Args:
        name: The extension's; by default any that is called ``x-since`` or ends with ``-since``.

    Raises:
        InvalidName: it is no extension.
    """
    if name is not None and not re.fullmatch(r"x-[^\s/~]+", name):
        raise InvalidName(f"--unreleased-extension {name!r:.60} is no extension: its name begins with x-")

    def mark(node: Any) -> str:
        for key, value in node.items() if isinstance(node, dict) else ():
            named = key == name if name is not None else isinstance(key, str) and _SINCE.fullmatch(key)
            if named and (value == VALUE or (value is True and name is not None)):
                return str(key)
        return ""

    return mark


def parts(content: Any, mark: Mark, scope: Scope) -> list[Part]:
    """List the marked parts of a document that its operations use; nothing within another one.

    Args:
        content: The document.
        mark: What `marks` gave.
        scope: The paths that count.
    """
    found: dict[str, Part] = {}
    paths = content.get("paths") if isinstance(content, dict) else None
    seen = set[str]()
    for path, item in paths.items() if isinstance(paths, dict) else ():
        if not isinstance(item, dict) or str(path) not in scope:
            continue
        shared = [(key, value) for key, value in item.items() if key == "parameters"]
        for method, operation in item.items():
            if method not in METHODS or not isinstance(operation, dict):
                continue
            name, pointer = f"{method.upper()} {path}", f"/paths/{escaped(path)}/{method}"
            if key := mark(operation):
                found.setdefault(pointer, Part(name, pointer, key, whole=True))
                continue
            todo = [(pointer, operation)]
            todo += [(f"/paths/{escaped(path)}/{key}", value) for key, value in shared]
            while todo:
                _walk(content, todo, seen, mark, name, found)
    return list(found.values())


def _walk(
    content: Any,
    todo: list[tuple[str, Any]],
    seen: set[str],
    mark: Mark,
    operation: str,
    found: dict[str, Part],
) -> None:
    pointer, node = todo.pop()
    for _ in range(_HOPS):
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/") or mark(node):
            break
        pointer, node = reference[1:], resolve(content, reference[1:])
    if pointer in seen or node is MISSING:
        return
    seen.add(pointer)
    if key := mark(node):
        found.setdefault(pointer, Part(operation, pointer, key, whole=False))
        return
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    todo += [(f"{pointer}/{escaped(key)}", value) for key, value in members if isinstance(value, dict | list)]


def apply(
    base: Document, revision: Document, changes: Sequence[Change], found: Sequence[Part], mark: Mark
) -> list[Change]:
    """The changes, with those that a mark explains in the words of it, and one for each mark that is out of date.

    What the revision marks as well is released nowhere.
    """
    if not found:
        return list(changes)
    left: list[Change] = []
    absent: dict[str, Part] = {}
    for change in changes:
        kept = []
        for place in change.places:
            part = next((part for part in found if _lacks(part, place)), None)
            if part is None:
                kept.append(place)
            else:
                absent[part.pointer] = part
        if kept:
            whole = len(kept) == len(change.places)
            left.append(change if whole else replace(change, places=tuple(kept), where=kept[0].where))
    in_revision = Counterparts(base, revision).in_revision
    released = [part for part in found if part.pointer in in_revision and part.pointer not in absent]
    return [
        *left,
        *(_not_yet(base, part) for part in absent.values()),
        *(_now(base, part) for part in released if not mark(revision.value_at(in_revision[part.pointer]))),
    ]


def _lacks(part: Part, place: Place) -> bool:
    """Whether a change at this place is that the revision does not have the part."""
    if place.new or place.counterpart:
        return False
    if part.whole:
        return place.operation == part.operation and place.pointer in (part.pointer, part.pointer.rpartition("/")[0])
    return place.pointer == part.pointer


def _not_yet(base: Document, part: Part) -> Change:
    rule, message = "not-released-yet", f"{_this(part)} is not released yet"
    return Change(rule, level_of(rule), message, (_place(base, part),), where=_where(part))


def _now(base: Document, part: Part) -> Change:
    rule, message = "released-now", f"{_this(part)} is released now: remove the mark {part.mark}"
    return Change(rule, level_of(rule), message, (_place(base, part),), where=_where(part))


def _this(part: Part) -> str:
    return "the operation" if part.whole else f"`{part.name.rpartition('/')[2]}`"


def _where(part: Part) -> str:
    return "" if part.whole else part.name


def _place(base: Document, part: Part) -> Place:
    pointer = f"{part.pointer}/{escaped(part.mark)}"
    return Place(part.operation, pointer, *base.position(pointer), "", where=_where(part))
