"""A patch that lays what is new in the revision over the base's text, for a person to read.

Law: nothing is written but the patch; every other character of the base stays as it is; what cannot be laid over is
named, and a patch that would not say what was meant is not given.
"""

from __future__ import annotations

import difflib
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ..changes.counterparts import Alongside
from ..changes.outcome import on_base
from ..compare import compare
from ..documents.document import Document
from ..documents.json_values import MISSING
from ..documents.parsing import Malformed, parse
from ..documents.pointer import resolve, unescaped
from .editor import Editor

if TYPE_CHECKING:
    from ..changes.change import Change, Place
    from ..changes.outcome import Outcome

_SCHEMAS = "#/components/schemas/"
_DEPTH = 12
"""How deep schemas that the base does not have are written out."""


def propose(outcome: Outcome) -> tuple[str, list[str]]:
    """The patch, empty if there is nothing to lay over, and a sentence for each change that is not in it."""
    base, revision = outcome.base, outcome.revision
    changes = [f.change for f in outcome.shown if f.change.rule != "accepted-entry-stale"]
    if not changes:
        return "", []
    editor = Editor(base.text)
    alongside = Alongside(base.content, revision.content)
    left: list[str] = []
    laid: list[Change] = []
    done = set[tuple[str, str]]()
    required: dict[str, list[Any]] = {}
    for change in sorted(changes, key=lambda c: on_base(base, c.places[0])):  # what is new first
        for place in change.places:
            if (change.rule, place.pointer) in done:
                continue
            done.add((change.rule, place.pointer))
            if not _lay(editor, outcome, change, place, alongside, required):
                left.append(_told(change))
                break
        else:
            laid.append(change)
    for pointer, names in required.items():
        known = resolve(base.content, pointer) is not MISSING
        done_ = editor.set(pointer, names) if known else editor.insert(pointer, names)
        left += [] if done_ else [f"{pointer}: {', '.join(map(str, names))}"]
    new = editor.text()
    try:
        patched = Document(base.origin, new, parse(new))
    except Malformed:
        return "", [_told(change) for change in changes]
    still = {_told(change) for change in compare(patched, revision)}
    left += [f"{_told(change)} (still so with the patch)" for change in laid if _told(change) in still]
    name = PurePath(base.origin).name if "://" in base.origin or base.origin == "-" else base.origin.lstrip("/")
    lines = difflib.unified_diff(
        base.text.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(_terminated(line) for line in lines), left


def _told(change: Change) -> str:
    return f"{change.operation} {change.where}: {change.message}"


def _terminated(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lay(
    editor: Editor, outcome: Outcome, change: Change, place: Place, alongside: Alongside, required: dict[str, list[Any]]
) -> bool:
    if change.rule.startswith("path-parameter-"):
        return False  # the base's own description is to stay
    base, revision = outcome.base.content, outcome.revision.content
    if change.rule.endswith("-parameter-added") and place.pointer.rpartition("/")[2].isdecimal():
        # another one may stand at that position of the base's list
        return _insert(editor, base, revision, place.pointer, _appended(base, place.pointer, alongside), alongside)
    mine = place.pointer if on_base(outcome.base, place) else _in_our_document(place.pointer, alongside)
    name = change.where.rpartition("/")[2]
    if "-property-became-" in change.rule:
        return _require(base, mine, name, change.rule.endswith("required"), required)
    if mine != place.pointer or not on_base(outcome.base, place):
        if "-required-property-added" in change.rule:
            _require(base, f"{mine.rpartition('/properties/')[0]}/required", name, True, required)
        return _insert(editor, base, revision, place.pointer, mine, alongside)
    old = resolve(base, mine)
    new = resolve(revision, place.counterpart) if place.counterpart else MISSING
    if new is MISSING:
        if "property-removed" in change.rule:
            _require(base, f"{mine.rpartition('/properties/')[0]}/required", name, False, required)
        return bool(mine) and editor.delete(mine)
    if old == new or (isinstance(old, dict) and isinstance(new, dict)):
        return False
    return editor.set(mine, _localised(new, base, revision, alongside.names))


def _insert(editor: Editor, base: Any, revision: Any, pointer: str, mine: str, alongside: Alongside) -> bool:
    value = resolve(revision, pointer)
    if value is MISSING or resolve(base, mine) is not MISSING:
        return False
    missing = mine
    while resolve(base, missing.rpartition("/")[0]) is MISSING:
        missing = missing.rpartition("/")[0]
    value = _localised(value, base, revision, alongside.names)
    above = pointer
    for part in reversed(mine.removeprefix(missing).split("/")[1:]):
        above = above.rpartition("/")[0]
        listed = isinstance(resolve(revision, above), list)
        value = [value] if listed else {unescaped(part): value}
    return editor.insert(missing, value)


def _require(base: Any, pointer: str, name: str, needed: bool, required: dict[str, list[Any]]) -> bool:
    """Only the name that the change is about comes or goes: the rest of the list may be accepted as it is."""
    if pointer not in required:
        old = resolve(base, pointer)
        required[pointer] = list(old) if isinstance(old, list) else []
    names = required[pointer]
    if (name in map(str, names)) == needed:
        return False
    required[pointer] = [*names, name] if needed else [n for n in names if str(n) != name]
    return True


def _in_our_document(pointer: str, alongside: Alongside) -> str:
    """Where the base would have it: below what corresponds to the nearest thing above it."""
    above, rest = pointer, ""
    while above not in alongside.back:
        above, _, last = above.rpartition("/")
        rest = f"/{last}{rest}"
    return alongside.back[above] + rest


def _appended(base: Any, pointer: str, alongside: Alongside) -> str:
    """The place after the last item of the base's list."""
    parent = _in_our_document(pointer.rpartition("/")[0], alongside)
    listed = resolve(base, parent)
    return f"{parent}/{len(listed) if isinstance(listed, list) else 0}"


def _localised(
    value: Any, base: Any, revision: Any, theirs: dict[str, str], inside: frozenset[str] = frozenset()
) -> Any:
    """The value with references that lead somewhere in the base; others are written out, but not within themselves."""
    if isinstance(value, list):
        return [_localised(item, base, revision, theirs, inside) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        name = reference.removeprefix(_SCHEMAS)
        ours = _SCHEMAS + theirs.get(name, name) if reference.startswith(_SCHEMAS) else reference
        if resolve(base, ours[1:]) is not MISSING:
            return {"$ref": ours}
        target = resolve(revision, reference[1:])
        if reference in inside or len(inside) >= _DEPTH or target is MISSING:
            return {}
        return _localised(target, base, revision, theirs, inside | {reference})
    return {str(key): _localised(item, base, revision, theirs, inside) for key, item in value.items()}
