"""Which alternative of one document is which of the other.

Law: the same schema first, then the same name, then the most alike; two that are not alike are not matched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..documents.node import Node, Shape
    from ..schemas.constraints import Flat, Group
    from ..schemas.reader import Schemas
    from .context import Judge, Mode

_ALIKE = 1.5


def branches(
    judge: Judge, old: Group, new: Group, mode: Mode
) -> tuple[list[tuple[Shape, Shape]], list[Shape], list[Shape]]:
    """Pairs of branches, those that are gone, and those that have come."""
    before = [_names(judge.base, branch) for branch in old.branches]
    after = [_names(judge.revision, branch) for branch in new.branches]
    scored = [
        (_score(judge, was, is_, (before[i], after[j]), mode), -abs(i - j), i, j)
        for i, was in enumerate(old.branches)
        for j, is_ in enumerate(new.branches)
    ]
    taken: dict[int, int] = {}
    used: set[int] = set()
    for score, _, i, j in sorted(scored, key=lambda row: row[:2], reverse=True):
        if score >= _ALIKE and i not in taken and j not in used:
            taken[i] = j
            used.add(j)
    matched = [(old.branches[i], new.branches[j]) for i, j in sorted(taken.items())]
    gone = [branch for i, branch in enumerate(old.branches) if i not in taken]
    come = [branch for j, branch in enumerate(new.branches) if j not in used]
    if len(gone) == len(come) == 1 and _kin(judge.base.flat(gone[0]), judge.revision.flat(come[0])):
        return [*matched, (gone[0], come[0])], [], []
    return matched, gone, come


def label(schemas: Schemas, shape: Shape) -> str:
    """What a branch is called: its component, its title, or its type."""
    names = [name(schemas, node) for node in shape]
    flat = schemas.flat(shape)
    found = next((n for n in names if n), "") or str(flat.notes.get("title", ""))
    return found or " or ".join(sorted(flat.kinds)) if flat.types is not None else found


def name(schemas: Schemas, node: Node) -> str:
    """The component a node refers to."""
    if not isinstance(node.raw, dict) or "$ref" not in node.raw:
        return node.name
    target = schemas.resolve(node)
    return target.name if target else ""


def renamed(judge: Judge, old: str, new: str, mode: Mode) -> bool:
    """Whether two targets of a discriminator's mapping are one schema under two names."""
    return judge.same(target(judge.base, old), target(judge.revision, new), mode)


def target(schemas: Schemas, said: str) -> Shape:
    """What a mapping leads to, by reference or by name; anything at all if it leads nowhere."""
    reference = said if "#" in said or "/" in said else f"#{schemas.components()[0]}/{said}"
    return schemas.led(reference)


def _names(schemas: Schemas, shape: Shape) -> set[str]:
    return {found for found in (name(schemas, node) for node in shape) if found}


def _score(judge: Judge, old: Shape, new: Shape, named: tuple[set[str], set[str]], mode: Mode) -> float:
    score = 5.0 if named[0] & named[1] else 0.0
    if not score and any(map(judge.revision.has, named[0])) and any(map(judge.base.has, named[1])):
        return 0.0  # two components that both documents have are two, however alike they are
    b, r = judge.base.flat(old), judge.revision.flat(new)
    if b.types is not None and r.types is not None and not _overlap(b, r):
        return 0.0
    if not score and named[0] and named[1]:
        score = -1.0
    title = b.notes.get("title")
    score += 4.0 if title and title == r.notes.get("title") else 0.0
    score += _tagged(judge, b, r)
    alike = _jaccard(b.properties.keys() | b.required, r.properties.keys() | r.required)
    values = _jaccard((b.enum or {}).keys(), (r.enum or {}).keys())
    score += 3.0 * (alike or 0.0) + 3.0 * (values or 0.0)
    if named[0] & named[1]:
        return score + 10.0 if score >= _ALIKE else score  # no other one has a better claim
    if alike in (None, 1.0) and values in (None, 1.0) and judge.same(old, new, mode):
        return score + 10.0
    return score


def _tagged(judge: Judge, b: Flat, r: Flat) -> float:
    """Whether one of their properties has the one value that tells alternatives apart."""
    for key in b.properties.keys() & r.properties.keys():
        if not _telling(b.properties[key]) or not _telling(r.properties[key]):
            continue
        mine, other = judge.base.flat(b.properties[key]).enum, judge.revision.flat(r.properties[key]).enum
        if mine and other and len(mine) == len(other) == 1:
            return 4.0 if mine.keys() == other.keys() else -8.0
    return 0.0


def _telling(shape: Shape) -> bool:
    """Whether a property may have one value only, without flattening it."""
    raws = (node.raw for node in shape)
    return any(isinstance(raw, dict) and not {"enum", "const", "$ref", "allOf"}.isdisjoint(raw) for raw in raws)


def _overlap(b: Flat, r: Flat) -> bool:
    numbers = {"integer", "number"}
    return bool(b.kinds & r.kinds) or bool(b.kinds & numbers and r.kinds & numbers)


def _kin(b: Flat, r: Flat) -> bool:
    """Whether two branches that are left over may be one: both alternatives, lists, or plain values, of one type."""
    if b.groups and r.groups:
        return True
    if b.types is None or r.types is None or b.kinds != r.kinds or "object" in b.kinds:
        return False
    return (b.enum is None) == (r.enum is None) and (b.enum is None or bool(b.enum.keys() & (r.enum or {}).keys()))


def _jaccard(a: Iterable[str], b: Iterable[str]) -> float | None:
    mine, other = set(a), set(b)
    return len(mine & other) / len(mine | other) if mine or other else None
