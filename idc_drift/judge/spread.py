"""What stands beside alternatives, said in each of them.

Law: only where the two sides divide it otherwise, and only if less is left to say then; what stands beside the
alternatives on both sides is compared once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ..changes.change import LEVELS
from ..documents.node import Node, Placed, Shape

if TYPE_CHECKING:
    from ..schemas.reader import Schemas
    from .judge import Context

_WORDS: Final = frozenset({"title", "description", "example", "examples", "externalDocs", "xml", "$comment", "default"})
_SCOPED: Final = frozenset({"unevaluatedProperties", "unevaluatedItems", "discriminator", "nullable", "$ref"})
_MOST: Final = 30


def spread(context: Context) -> bool:
    """Whether the pair is judged with what stands beside the alternatives in each of them."""
    b, r, pair, judge = context.b, context.r, context.pair, context.judge
    if context.mode.spread or len({group.kind for group in (*b.groups, *r.groups)}) != 1:
        return False
    if len(b.groups) > 1 or len(r.groups) > 1:
        return False
    old = _beside(pair.base) if b.groups else {}
    new = _beside(pair.revision) if r.groups else {}
    if old is None or new is None or old == new:
        return False
    mode = replace(context.mode, spread=True)
    plain = judge.worst(pair.base, pair.revision, mode)
    if plain is None:
        return False
    was = _inside(judge.base, pair.base, old) if b.groups else pair.base
    is_ = _inside(judge.revision, pair.revision, new) if r.groups else pair.revision
    within = judge.worst(was, is_, mode)
    if within is not None and LEVELS.index(within) < LEVELS.index(plain) + (not _moved(context)):
        return False
    context.edge("", was, is_, mode)
    return True


def _moved(context: Context) -> bool:
    """Whether a property that stands beside the alternatives of one side stands in those of the other."""
    b, r, judge = context.b, context.r, context.judge
    return any(
        name in schemas.flat(branch).properties
        for mine, other, schemas in ((b, r, judge.revision), (r, b, judge.base))
        for name in mine.properties.keys() - other.properties.keys()
        for group in other.groups
        for branch in group.branches
    )


def _beside(shape: Shape) -> dict[str, Any] | None:
    """What stands beside the one list of alternatives that a schema has; None if it is not so plain."""
    raw = shape[0].raw if len(shape) == 1 else None
    if not isinstance(raw, dict) or ("oneOf" in raw) == ("anyOf" in raw) or not _SCOPED.isdisjoint(raw):
        return None
    branches = raw.get("oneOf", raw.get("anyOf"))
    if not isinstance(branches, list) or len(branches) > _MOST:
        return None
    return {key: value for key, value in raw.items() if key not in _WORDS and key not in ("oneOf", "anyOf")}


def _inside(schemas: Schemas, shape: Shape, rest: dict[str, Any]) -> Shape:
    """The alternatives, each with all that stands beside them; the same object each time."""
    node = shape[0]
    kind = "oneOf" if "oneOf" in node.raw else "anyOf"
    if id(node.raw) not in schemas.spread:
        branches: list[Any] = [
            Placed(
                {"allOf": [Placed(rest, node.pointer), _placed(branch, f"{node.pointer}/{kind}/{index}")]}, node.pointer
            )
            for index, branch in enumerate(node.raw[kind])
        ]
        schemas.spread[id(node.raw)] = Placed({kind: branches}, node.pointer)
    return (Node(schemas.spread[id(node.raw)], node.pointer, node.home),)


def _placed(branch: Any, pointer: str) -> Any:
    return Placed(branch, pointer) if isinstance(branch, dict) else branch
