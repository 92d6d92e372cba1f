"""The proposal of a patch that applies the changes of the revision to the base's text, for a person to review.

Law: only the patch is written; every other character of the base stays unchanged; a change that cannot be applied is
listed, and a patch that would give an unreadable document is not returned.
"""

from __future__ import annotations

import difflib
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ..changes.counterparts import Counterparts
from ..changes.outcome import is_in_base
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
_OURS = frozenset({"accepted-entry-stale", "service-of-another-release"})
"""Rules about what no patch of the base can mend."""
_DEPTH = 12
"""The depth to which schemas that the base lacks are inlined."""


def propose(outcome: Outcome) -> tuple[str, list[str]]:
    """The patch (empty if there are no changes), and a sentence for each change that is not in it."""
    base, revision = outcome.base, outcome.revision
    changes = [f.change for f in outcome.shown if f.change.rule not in _OURS]
    if not changes:
        return "", []
    editor = Editor(base.text)
    counterparts = Counterparts(base.content, revision.content)
    not_applied: list[str] = []
    applied: list[Change] = []
    seen = set[tuple[str, str]]()
    required: dict[str, list[Any]] = {}
    for change in sorted(changes, key=lambda c: is_in_base(base, c.places[0])):  # additions first
        for place in change.places:
            if (change.rule, place.pointer) in seen:
                continue
            seen.add((change.rule, place.pointer))
            if not _apply(editor, outcome, change, place, counterparts, required):
                not_applied.append(_summary_of(change))
                break
        else:
            applied.append(change)
    for pointer, names in required.items():
        known = resolve(base.content, pointer) is not MISSING
        edited = editor.set(pointer, names) if known else editor.insert(pointer, names)
        not_applied += [] if edited else [f"{pointer}: {', '.join(map(str, names))}"]
    new = editor.text()
    try:
        patched = Document(base.origin, new, parse(new))
    except Malformed:
        return "", [_summary_of(change) for change in changes]
    still = {_summary_of(change) for change in compare(patched, revision)}
    not_applied += [
        f"{_summary_of(change)} (the patch does not resolve it)" for change in applied if _summary_of(change) in still
    ]
    name = PurePath(base.origin).name if "://" in base.origin or base.origin == "-" else base.origin.lstrip("/")
    lines = difflib.unified_diff(
        base.text.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(_terminated(line) for line in lines), not_applied


def _summary_of(change: Change) -> str:
    return f"{change.operation} {change.where}: {change.message}"


def _terminated(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _apply(
    editor: Editor,
    outcome: Outcome,
    change: Change,
    place: Place,
    counterparts: Counterparts,
    required: dict[str, list[Any]],
) -> bool:
    if change.rule.startswith("path-parameter-"):
        return False  # the base keeps its own description
    base, revision = outcome.base.content, outcome.revision.content
    if change.rule.endswith("-parameter-added") and place.pointer.rpartition("/")[2].isdecimal():
        # the base may have another parameter at that position
        return _insert(
            editor, base, revision, place.pointer, _appended(base, place.pointer, counterparts), counterparts
        )
    base_pointer = place.pointer if is_in_base(outcome.base, place) else _in_our_document(place.pointer, counterparts)
    name = change.where.rpartition("/")[2]
    if "-property-became-" in change.rule:
        return _require(base, base_pointer, name, change.rule.endswith("required"), required)
    if base_pointer != place.pointer or not is_in_base(outcome.base, place):
        if "-required-property-added" in change.rule:
            _require(base, f"{base_pointer.rpartition('/properties/')[0]}/required", name, True, required)
        return _insert(editor, base, revision, place.pointer, base_pointer, counterparts)
    old = resolve(base, base_pointer)
    new = resolve(revision, place.counterpart) if place.counterpart else MISSING
    if new is MISSING:
        if "property-removed" in change.rule:
            _require(base, f"{base_pointer.rpartition('/properties/')[0]}/required", name, False, required)
        return bool(base_pointer) and editor.delete(base_pointer)
    if old == new or (isinstance(old, dict) and isinstance(new, dict)):
        return False
    return editor.set(base_pointer, _with_base_references(new, base, revision, counterparts.base_names_of_schemas))


def _insert(
    editor: Editor, base: Any, revision: Any, pointer: str, base_pointer: str, counterparts: Counterparts
) -> bool:
    value = resolve(revision, pointer)
    if value is MISSING or resolve(base, base_pointer) is not MISSING:
        return False
    missing = base_pointer
    while resolve(base, missing.rpartition("/")[0]) is MISSING:
        missing = missing.rpartition("/")[0]
    value = _with_base_references(value, base, revision, counterparts.base_names_of_schemas)
    above = pointer
    for part in reversed(base_pointer.removeprefix(missing).split("/")[1:]):
        above = above.rpartition("/")[0]
        listed = isinstance(resolve(revision, above), list)
        value = [value] if listed else {unescaped(part): value}
    return editor.insert(missing, value)


def _require(base: Any, pointer: str, name: str, needed: bool, required: dict[str, list[Any]]) -> bool:
    """Add or remove one name in a list ``required``; the other differences of the list may be accepted."""
    if pointer not in required:
        old = resolve(base, pointer)
        required[pointer] = list(old) if isinstance(old, list) else []
    names = required[pointer]
    if (name in map(str, names)) == needed:
        return False
    required[pointer] = [*names, name] if needed else [n for n in names if str(n) != name]
    return True


def _in_our_document(pointer: str, counterparts: Counterparts) -> str:
    """The pointer in the base for a new value: below the counterpart of its nearest parent."""
    above, rest = pointer, ""
    while above not in counterparts.in_base:
        above, _, last = above.rpartition("/")
        rest = f"/{last}{rest}"
    return counterparts.in_base[above] + rest


def _appended(base: Any, pointer: str, counterparts: Counterparts) -> str:
    """The pointer after the last item of the base's list."""
    parent = _in_our_document(pointer.rpartition("/")[0], counterparts)
    listed = resolve(base, parent)
    return f"{parent}/{len(listed) if isinstance(listed, list) else 0}"


def _with_base_references(
    value: Any, base: Any, revision: Any, base_names: dict[str, str], inside: frozenset[str] = frozenset()
) -> Any:
    """The value with references that exist in the base; others are inlined, but recursive ones are not."""
    if isinstance(value, list):
        return [_with_base_references(item, base, revision, base_names, inside) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        name = reference.removeprefix(_SCHEMAS)
        local_reference = _SCHEMAS + base_names.get(name, name) if reference.startswith(_SCHEMAS) else reference
        if resolve(base, local_reference[1:]) is not MISSING:
            return {"$ref": local_reference}
        target = resolve(revision, reference[1:])
        if reference in inside or len(inside) >= _DEPTH or target is MISSING:
            return {}
        return _with_base_references(target, base, revision, base_names, inside | {reference})
    return {str(key): _with_base_references(item, base, revision, base_names, inside) for key, item in value.items()}
