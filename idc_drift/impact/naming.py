"""A document cut to a scope, and one that names things differently brought to the other's names.

Law: only names move; what a program sends and gets stays as it was.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from ..changes.counterparts import Alongside, operations
from ..documents.pointer import resolve
from ..documents.references import reached

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCHEMAS = "#/components/schemas/"


def within(content: Any, scope: Sequence[str]) -> Any:
    """The document with those paths only, and without the schemas that they do not reach."""
    if not scope:
        return content
    paths = {p: item for p, item in content.get("paths", {}).items() if in_scope(p, scope)}
    cut = {**content, "paths": paths}
    components = content.get("components")
    if isinstance(components, dict) and isinstance(components.get("schemas"), dict):
        kept = reached(cut, "/paths")
        schemas = {name: s for name, s in components["schemas"].items() if name in kept}
        cut["components"] = {**components, "schemas": schemas}
    return cut


def in_scope(path: str, scope: Sequence[str]) -> bool:
    """Whether a path is one of those or below one."""
    return any(path == s.rstrip("/") or path.startswith(s.rstrip("/") + "/") for s in scope)


def strangers(base: Any, revision: Any) -> bool:
    """Whether the two share operations, and no name of any."""
    names = {key: operation.get("operationId") for key, _, operation in operations(base)}
    shared = [(names[key], operation.get("operationId")) for key, _, operation in operations(revision) if key in names]
    return len(shared) > 1 and all(ours != theirs for ours, theirs in shared)


def renamed(base: Any, revision: Any) -> Any:
    """The revision with the base's operationIds, tags and schema names, where the two meet at the same place."""
    revision = copy.deepcopy(revision)
    ours = {key: operation for key, _, operation in operations(base)}
    alongside = Alongside(base, revision)
    theirs = alongside.names
    _hoist(base, revision, alongside)
    for key, _, operation in operations(revision):
        if key in ours:
            for name in ("operationId", "tags"):
                if name in ours[key]:
                    operation[name] = ours[key][name]
    schemas = (revision.get("components") or {}).get("schemas")
    if isinstance(schemas, dict):
        revision["components"]["schemas"] = {theirs.get(name, name): schema for name, schema in schemas.items()}
    _rewrite(revision, theirs)
    return revision


def _hoist(base: Any, revision: Any, alongside: Alongside) -> None:
    """Give a schema that the revision writes down in place the name of the component that the base refers to there."""
    schemas = resolve(revision, "/components/schemas")
    if not isinstance(schemas, dict):
        return
    taken = {*schemas, *alongside.names.values()}
    for mine, theirs in alongside.onward.items():
        ours, other = resolve(base, mine), resolve(revision, theirs)
        reference = ours.get("$ref") if isinstance(ours, dict) else None
        name = reference.removeprefix(_SCHEMAS) if isinstance(reference, str) else ""
        if not isinstance(other, dict) or "$ref" in other or not reference or reference == name or name in taken:
            continue
        schemas[name] = dict(other)
        taken.add(name)
        other.clear()
        other["$ref"] = reference


def _rewrite(node: Any, names: dict[str, str]) -> None:
    """References by the new names; titles go, for the generator would name classes by them."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith(_SCHEMAS):
            name = reference.removeprefix(_SCHEMAS)
            node["$ref"] = _SCHEMAS + names.get(name, name)
        if isinstance(node.get("title"), str) and "version" not in node:
            del node["title"]
        for value in node.values():
            _rewrite(value, names)
    elif isinstance(node, list):
        for value in node:
            _rewrite(value, names)
