"""The matching of alternatives between two documents.

Law: equal schemas match first, then schemas of the same name, then the most similar; dissimilar schemas never match.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..documents.node import Node, Schema
    from ..schemas.constraints import Constraints, Group
    from ..schemas.reader import Schemas
    from .context import Judge, Mode

_MIN_SCORE = 1.5


def match_branches(
    judge: Judge, old: Group, new: Group, mode: Mode
) -> tuple[list[tuple[Schema, Schema]], list[Schema], list[Schema]]:
    """The matched pairs of branches, the removed branches and the added branches."""
    old_names = [_names(judge.base, branch) for branch in old.branches]
    new_names = [_names(judge.revision, branch) for branch in new.branches]
    scored = [
        (_score(judge, before, after, (old_names[i], new_names[j]), mode), -abs(i - j), i, j)
        for i, before in enumerate(old.branches)
        for j, after in enumerate(new.branches)
    ]
    matched_new: dict[int, int] = {}
    used_new: set[int] = set()
    for score, _, i, j in sorted(scored, key=lambda row: row[:2], reverse=True):
        if score >= _MIN_SCORE and i not in matched_new and j not in used_new:
            matched_new[i] = j
            used_new.add(j)
    matched = [(old.branches[i], new.branches[j]) for i, j in sorted(matched_new.items())]
    removed = [branch for i, branch in enumerate(old.branches) if i not in matched_new]
    added = [branch for j, branch in enumerate(new.branches) if j not in used_new]
    if len(removed) == len(added) == 1 and _same_kind(
        judge.base.constraints(removed[0]), judge.revision.constraints(added[0])
    ):
        return [*matched, (removed[0], added[0])], [], []
    return matched, removed, added


def label(schemas: Schemas, schema: Schema) -> str:
    """The label of a branch: the name of its component, its title, or its type."""
    names = [name(schemas, node) for node in schema]
    constraints = schemas.constraints(schema)
    found = next((n for n in names if n), "") or str(constraints.annotations.get("title", ""))
    return found or " or ".join(sorted(constraints.value_types)) if constraints.types is not None else found


def name(schemas: Schemas, node: Node) -> str:
    """The name of the component that a node refers to."""
    if not isinstance(node.raw, dict) or "$ref" not in node.raw:
        return node.name
    target = schemas.target(node.raw["$ref"], node) if isinstance(node.raw["$ref"], str) else None
    return target.name if target else ""


def is_renamed(judge: Judge, old: str, new: str, mode: Mode) -> bool:
    """Whether two targets of a discriminator's mapping are equal schemas with different names."""
    return judge.same(mapping_target(judge.base, old), mapping_target(judge.revision, new), mode)


def mapping_target(schemas: Schemas, value: str) -> Schema:
    """The target of a mapping, by reference or by name; an empty schema if it cannot be resolved."""
    reference = value if "#" in value or "/" in value else f"#{schemas.components()[0]}/{value}"
    return schemas.schema_at(reference)


def _names(schemas: Schemas, schema: Schema) -> set[str]:
    return {found for found in (name(schemas, node) for node in schema) if found}


def _score(judge: Judge, old: Schema, new: Schema, named: tuple[set[str], set[str]], mode: Mode) -> float:
    score = 5.0 if named[0] & named[1] else 0.0
    if not score and any(map(judge.revision.has, named[0])) and any(map(judge.base.has, named[1])):
        return 0.0  # two components that exist in both documents are different, however similar
    b, r = judge.base.constraints(old), judge.revision.constraints(new)
    if b.types is not None and r.types is not None and not _types_overlap(b, r):
        return 0.0
    if not score and named[0] and named[1]:
        score = -1.0
    title = b.annotations.get("title")
    score += 4.0 if title and title == r.annotations.get("title") else 0.0
    score += _discriminator_score(judge, b, r)
    alike = _jaccard(b.properties.keys() | b.required, r.properties.keys() | r.required)
    values = _jaccard((b.enum or {}).keys(), (r.enum or {}).keys())
    score += 3.0 * (alike or 0.0) + 3.0 * (values or 0.0)
    if named[0] & named[1]:
        return score + 10.0 if score >= _MIN_SCORE else score  # the same component matches first
    if alike in (None, 1.0) and values in (None, 1.0) and judge.same(old, new, mode):
        return score + 10.0
    return score


def _discriminator_score(judge: Judge, b: Constraints, r: Constraints) -> float:
    """The score for a property with one allowed value, such as a discriminator: equal values match."""
    for key in b.properties.keys() & r.properties.keys():
        if not _may_have_one_value(b.properties[key]) or not _may_have_one_value(r.properties[key]):
            continue
        old_values, new_values = (
            judge.base.constraints(b.properties[key]).enum,
            judge.revision.constraints(r.properties[key]).enum,
        )
        if old_values and new_values and len(old_values) == len(new_values) == 1:
            return 4.0 if old_values.keys() == new_values.keys() else -8.0
    return 0.0


def _may_have_one_value(schema: Schema) -> bool:
    """Whether a property may have only one value, seen without reading its constraints."""
    raws = (node.raw for node in schema)
    return any(isinstance(raw, dict) and not {"enum", "const", "$ref", "allOf"}.isdisjoint(raw) for raw in raws)


def _types_overlap(b: Constraints, r: Constraints) -> bool:
    numbers = {"integer", "number"}
    return bool(b.value_types & r.value_types) or bool(b.value_types & numbers and r.value_types & numbers)


def _same_kind(b: Constraints, r: Constraints) -> bool:
    """Whether two unmatched branches can match: both have alternatives, or both have the same type, but not object."""
    if b.groups and r.groups:
        return True
    if b.types is None or r.types is None or b.value_types != r.value_types or "object" in b.value_types:
        return False
    return (b.enum is None) == (r.enum is None) and (b.enum is None or bool(b.enum.keys() & (r.enum or {}).keys()))


def _jaccard(a: Iterable[str], b: Iterable[str]) -> float | None:
    old_values, new_values = set(a), set(b)
    return len(old_values & new_values) / len(old_values | new_values) if old_values or new_values else None
