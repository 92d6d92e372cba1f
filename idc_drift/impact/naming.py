"""The names of a document: restricted to a scope, or replaced by the names of another document.

Law: only names change; requests and responses stay the same.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from ..changes.counterparts import Counterparts, operations
from ..documents.document import in_memory
from ..documents.pointer import resolve, unescaped
from ..documents.references import reached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..documents.scope import Scope

_SCHEMAS = "#/components/schemas/"


def restricted_to_scope(content: Any, scope: Scope) -> Any:
    """The document with only the paths of a scope, and the schemas that they use."""
    if not scope:
        return content
    paths = {path: item for path, item in (content.get("paths") or {}).items() if path in scope}
    cut = {**content, "paths": paths}
    components = content.get("components")
    if isinstance(components, dict) and isinstance(components.get("schemas"), dict):
        kept = reached(cut, "/paths")
        schemas = {name: s for name, s in components["schemas"].items() if name in kept}
        cut["components"] = {**components, "schemas": schemas}
    return cut


def without(content: Any, pointers: Sequence[str]) -> Any:
    """The document without the values at some pointers, and without the schemas that only they use."""
    if not pointers:
        return content
    cut = copy.deepcopy(content)
    for pointer in sorted(pointers, key=_position, reverse=True):  # the last item of a list first
        parent_pointer, _, last = pointer.rpartition("/")
        parent = resolve(cut, parent_pointer)
        if isinstance(parent, list):
            del parent[int(last)]
        elif isinstance(parent, dict):
            parent.pop(unescaped(last), None)
        owner = resolve(cut, parent_pointer.removesuffix("/properties"))
        if parent_pointer.endswith("/properties") and isinstance(owner, dict) and "required" in owner:
            owner["required"] = [name for name in owner["required"] if name != unescaped(last)]
    schemas = resolve(cut, "/components/schemas")
    if isinstance(schemas, dict):
        for name in reached(content, "/paths") - reached(cut, "/paths"):
            schemas.pop(name, None)
    return cut


def _position(pointer: str) -> tuple[str, int]:
    parent, _, last = pointer.rpartition("/")
    return parent, int(last) if last.isdecimal() else 0


def share_no_operation_ids(base: Any, revision: Any) -> bool:
    """Whether two documents have operations in common, but no operationId."""
    names = {key: operation.get("operationId") for key, _, operation in operations(base)}
    shared = [(names[key], operation.get("operationId")) for key, _, operation in operations(revision) if key in names]
    return len(shared) > 1 and all(base_id != revision_id for base_id, revision_id in shared)


def renamed(base: Any, revision: Any) -> Any:
    """The revision with the base's operationIds, tags and schema names, where they are counterparts."""
    revision = copy.deepcopy(revision)
    base_operations = {key: operation for key, _, operation in operations(base)}
    counterparts = Counterparts(in_memory(base), in_memory(revision))
    base_names = counterparts.base_names_of_schemas
    _name_inline_schemas(base, revision, counterparts)
    for key, _, operation in operations(revision):
        if key in base_operations:
            for name in ("operationId", "tags"):
                if name in base_operations[key]:
                    operation[name] = base_operations[key][name]
    schemas = (revision.get("components") or {}).get("schemas")
    if isinstance(schemas, dict):
        revision["components"]["schemas"] = {base_names.get(name, name): schema for name, schema in schemas.items()}
    _rewrite(revision, base_names)
    return revision


def _name_inline_schemas(base: Any, revision: Any, counterparts: Counterparts) -> None:
    """Turn each inline schema of the revision into the component that the base refers to at the same place."""
    schemas = resolve(revision, "/components/schemas")
    if not isinstance(schemas, dict):
        return
    taken = {*schemas, *counterparts.base_names_of_schemas.values()}
    for base_pointer, revision_pointer in counterparts.in_revision.items():
        in_base, in_revision = resolve(base, base_pointer), resolve(revision, revision_pointer)
        reference = in_base.get("$ref") if isinstance(in_base, dict) else None
        name = reference.removeprefix(_SCHEMAS) if isinstance(reference, str) else ""
        if (
            not isinstance(in_revision, dict)
            or "$ref" in in_revision
            or not reference
            or reference == name
            or name in taken
        ):
            continue
        schemas[name] = dict(in_revision)
        taken.add(name)
        in_revision.clear()
        in_revision["$ref"] = reference


def _rewrite(node: Any, names: dict[str, str]) -> None:
    """Replace the names in references; remove titles, because the generator derives class names from them."""
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
