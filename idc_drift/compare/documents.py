"""The comparison of two documents.

Law: the revision is checked for what clients of the base rely on; a difference with many occurrences is one change;
a difference that a graver change explains is not reported.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..changes.change import LEVELS, Change, Place
from ..changes.counterparts import compact_json
from ..changes.rules import is_documentation_only, level_of
from ..documents.document import Unreadable
from ..documents.json_values import MISSING
from ..documents.scope import Scope
from ..documents.spelling import base_path, renamed, transition, wire_path
from ..judge.judge import SchemaJudge
from ..model.reader import model
from .comparison import Comparison
from .operations import compare_operation, compare_servers, compare_webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..documents.document import Document
    from ..model.api import Operation

__all__ = ["compare"]

Key = tuple[str, str]
_MAX_PARTS = 4
"""The number of parts of one operation that are named for one change."""


def compare(base: Document, revision: Document, *, scope: Sequence[str] = ()) -> list[Change]:
    """The changes between two documents, the gravest first; with a scope, only at and below those paths.

    ``Unreadable`` if neither document has a path in the scope.
    """
    old, new = model(base), model(revision)
    c = Comparison(old, new, SchemaJudge(old.schemas, new.schemas))
    shifted = _paths(c, scope)
    if not scope:
        compare_webhooks(c, old.webhooks, new.webhooks)
        _document(c, shifted)
    return _changes(c)


# ------------------------------------------------------------------------------------------------------- operations


def _paths(c: Comparison, scope: Sequence[str]) -> bool:
    """Compare the operations; True if some moved a part of their address between server and path."""
    for path in scope:
        if not path.startswith("/"):
            raise Unreadable(f"the scope {path!r} is not a path, which begins with /")
        scopes = [(api.operations.values(), Scope([path], api.document)) for api in (c.base, c.revision)]
        if not any(op.path in within for operations, within in scopes for op in operations):
            raise Unreadable(f"nothing to compare: neither document has a path at or below {path}")
    old, new = (
        {key: op for key, op in api.operations.items() if op.path in within}
        for api in (c.base, c.revision)
        for within in [Scope(scope, api.document)]
    )
    for key, counterpart in _same_template(c.base.operations, c.revision.operations).items():
        if key in old or counterpart in new:
            old[key], new[counterpart] = c.base.operations[key], c.revision.operations[counterpart]
    twins = _same_template(old, new)
    moved = _moved_between_server_and_path(c, old, new, twins)
    twins |= moved
    kept, described = {old[key].path for key in twins}, {wire_path(path) for path, _ in new}
    variants = Counter(wire_path(path) for path in {op.path for op in old.values()})
    added = [op for key, op in new.items() if key not in twins.values()]
    for key, op in old.items():
        c.operation = op.name
        if key in twins:
            compare_operation(c, op, new[twins[key]])
        elif op.lifecycle.removable:
            why = "was deprecated" if op.lifecycle.deprecated else f"was {op.lifecycle.stability}"
            c.add("operation-retired", f"{op.name}, which {why}, was removed", op.pointer)
        elif op.path not in kept and (wire_path(op.path) not in described or variants[wire_path(op.path)] > 1):
            twin = renamed(dict.fromkeys(each.path for each in added if _is_twin(c, op, each)))
            c.add("path-removed", f"the path {op.path} was removed{twin}", op.path_pointer)
        else:
            twin = renamed(each.name for each in added if _is_twin(c, op, each))
            c.add("operation-removed", f"{op.name} was removed{twin}", op.pointer)
    for key, op in new.items():
        if key not in twins.values():
            c.operation = op.name
            elsewhere = op.path_pointer if not op.pointer.startswith(op.path_pointer) else ""
            c.add("endpoint-added", f"{op.name} was added", op.pointer, new=True, reference=elsewhere)
    c.operation = ""
    return bool(moved)


def _is_twin(c: Comparison, old: Operation, new: Operation) -> bool:
    """Whether an added operation can be a removed one under another name: by its operationId, or by its content."""
    if old.id or new.id:
        return old.id == new.id
    raw = [api.document.value_at(op.pointer) for api, op in ((c.base, old), (c.revision, new))]
    return old.method == new.method and bool(raw[0]) and raw[0] is not MISSING and raw[0] == raw[1]


def _same_template(old: dict[Key, Operation], new: dict[Key, Operation]) -> dict[Key, Key]:
    """The operations of one path template and method; of several, those whose parameters have the same names first.

    Example: with ``/a/{id}`` and ``/a/{name}`` in the base, ``/a/{name}`` in the revision is the second one.
    """
    groups: dict[Key, tuple[list[Key], list[Key]]] = {}
    for side, operations in enumerate((old, new)):
        for key in operations:
            groups.setdefault((wire_path(key[0]), key[1]), ([], []))[side].append(key)
    found: dict[Key, Key] = {}
    for before, after in groups.values():
        left = list(after)
        if len(before) > 1 or len(after) > 1:
            for key in before:
                if same := next((other for other in left if new[other].path == old[key].path), None):
                    found[key] = same
                    left.remove(same)
        found |= zip([key for key in before if key not in found], left, strict=False)
    return found


def _moved_between_server_and_path(
    c: Comparison, old: dict[Key, Operation], new: dict[Key, Operation], twins: dict[Key, Key]
) -> dict[Key, Key]:
    """The operations with the same full address, but with another division between server and path."""
    old_text, new_text = base_path(c.base.servers[0]), base_path(c.revision.servers[0])
    if old_text == new_text:
        return {}
    taken = set(twins.values())
    left = {(wire_path(new_text) + path, method): (path, method) for path, method in new if (path, method) not in taken}
    found = {key: left.get((wire_path(old_text) + key[0], key[1])) for key in old.keys() - twins.keys()}
    return {key: counterpart for key, counterpart in found.items() if counterpart is not None}


# ------------------------------------------------------------------------------------------------------ the document


def _document(c: Comparison, shifted: bool) -> None:
    """Compare servers, documentation, and components that no operation uses."""
    old, new = c.base, c.revision
    listed = [_addresses(api.servers, shifted) for api in (old, new)]
    if any(address.startswith("//") for addresses in listed for address in addresses):
        listed = [[address.rpartition("//")[2] for address in addresses] for addresses in listed]
    compare_servers(c, listed[0], listed[1], "/servers" if "servers" in old.document.content else "")
    c.compare_documentation("documentation-changed", old.words, new.words, "/info")
    wires = [{scheme["wire"] for scheme in api.schemes.values()} for api in (old, new)]
    for name in sorted(old.schemes.keys() & new.schemes.keys()):
        _compare_scheme(c, name, old.schemes[name], new.schemes[name])
    for rule, owner, counterpart, kinds in (
        ("component-removed", old, new, wires[1]),
        ("component-added", new, old, wires[0]),
    ):
        word, is_new = ("added", True) if owner is new else ("removed", False)
        for name in sorted(owner.schemes.keys() - counterpart.schemes.keys()):
            if owner.schemes[name]["wire"] not in kinds:
                c.add(rule, f"the security scheme {name} was {word}", owner.schemes[name]["pointer"], new=is_new)
        for name in sorted(owner.components.keys() - counterpart.schemas.components()[1].keys()):
            c.add(rule, f"the unused schema {name} was {word}", owner.components[name], new=is_new)


def _compare_scheme(c: Comparison, name: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Compare two security schemes of one name: what a request contains, the addresses, and the scopes."""
    before, after = ({"credentials": scheme["wire"], **scheme["rest"]} for scheme in (old, new))
    parts = [
        transition(part, *(f"`{value}`" if value else "" for value in (before.get(part, ""), after.get(part, ""))))
        for part in dict.fromkeys((*before, *after))
        if before.get(part) != after.get(part)
    ]
    for word, scopes in (
        ("removed", {*old["scopes"]} - {*new["scopes"]}),
        ("added", {*new["scopes"]} - {*old["scopes"]}),
    ):
        parts += [f"scope `{scope}` {word}" for scope in sorted(scopes)]
    if parts:
        message = f"the security scheme {name} changed: {', '.join(parts)}"
        sides = tuple(
            compact_json({**side, "scopes": scheme["scopes"]}) for side, scheme in ((before, old), (after, new))
        )
        where, other = f"scheme {name}", new["pointer"]
        c.add("security-scheme-changed", message, old["pointer"], where, sides=(sides[0], sides[1]), other=other)


def _addresses(servers: Sequence[str], shifted: bool) -> list[str]:
    """The addresses of the servers, without the part that moved to the paths."""
    return [(s[: len(s) - len(base_path(s))] if shifted else s).rstrip("/") for s in servers]


# ----------------------------------------------------------------------------------------------------------- changes


def _changes(c: Comparison) -> list[Change]:
    """The occurrences, merged into one change for each difference."""
    found: dict[tuple[object, ...], Change] = {}
    places: dict[tuple[object, ...], dict[str, dict[str, Place]]] = {}
    positions: dict[tuple[bool, str], tuple[int, int]] = {}
    for occurrence in c.occurrences:
        key = (occurrence.rule, occurrence.message, occurrence.pointer, occurrence.new, occurrence.sides)
        if (occurrence.new, occurrence.pointer) not in positions:
            document = (c.revision if occurrence.new else c.base).document
            positions[occurrence.new, occurrence.pointer] = document.position(occurrence.pointer)
        line, column = positions[occurrence.new, occurrence.pointer]
        parts = places.setdefault(key, {}).setdefault(occurrence.operation, {})
        if occurrence.where not in parts and len(parts) < _MAX_PARTS:
            parts[occurrence.where] = Place(
                occurrence.operation,
                occurrence.pointer,
                line,
                column,
                occurrence.counterpart,
                where=occurrence.where,
                new=occurrence.new,
                missing_at=occurrence.missing_at,
                reference=occurrence.reference,
            )
        if key not in found:
            level = level_of(occurrence.rule)
            change = Change(
                occurrence.rule,
                level,
                occurrence.message,
                (),
                occurrence.where,
                occurrence.direction,
                is_documentation_only(occurrence.rule),
            )
            found[key] = (
                replace(change, before=occurrence.sides[0], after=occurrence.sides[1]) if occurrence.sides else change
            )
    changes = [
        replace(x, places=tuple(place for parts in places[key].values() for place in parts.values()))
        for key, x in found.items()
    ]
    return sorted(
        changes, key=lambda x: (LEVELS.index(x.level), x.documentation_only, x.operation, x.pointer, x.rule, x.message)
    )
