"""What a schema says that cannot act on its types, where the other one says nothing of the kind.

Law: such a keyword is no change when it comes or goes. One that both sides have is compared even so, and so are
``unevaluatedItems`` of an object and values none of which is of the types: authors do write ``maximum`` for a text and
move it, or ``enum: [1, 2]`` for one, and mean something by that (the field's own cases call it breaking).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..schemas.constraints import LIMIT_TYPES, PLAIN, Flat
from ..schemas.normal_form import FIELDS_OF, common_types, possible

if TYPE_CHECKING:
    from ..documents.node import Shape
    from ..schemas.reader import Schemas
    from .judge import Context

_FAMILIES = {
    family: (
        ["limits", *(name for name, acted in FIELDS_OF.items() if acted <= family)],
        [name for name, acted in LIMIT_TYPES.items() if acted in family],
    )
    for family in map(frozenset, ({"string"}, {"number", "integer"}, {"array"}, {"object"}))
}
"""Types, with the fields and limits that act on nothing else."""
_TOLD = 5
"""Values that a note names."""


def idle_values(context: Context) -> None:
    """Leave out enumerated values that are not of the types, where others are; on the wire all may be texts."""
    old, new = possible(context.b), possible(context.r)
    if context.mode.wire != "strict" or old == {} or new == {}:
        return
    if old is not None and old != context.b.enum:
        _left_out(context.judge.base, context.b, old, context.pair.base)
        context.b = replace(context.b, enum=old)
    if new is not None and new != context.r.enum:
        _left_out(context.judge.revision, context.r, new, context.pair.revision)
        context.r = replace(context.r, enum=new)


def _left_out(schemas: Schemas, flat: Flat, kept: dict[str, Any], shape: Shape) -> None:
    left = [key for key in flat.enum or {} if key not in kept]
    place = flat.at.get("enum") or flat.at.get("const") or (shape[0].pointer if shape else "")
    listed = ", ".join(left[:_TOLD]) + (f" and {len(left) - _TOLD} more" if len(left) > _TOLD else "")
    schemas.note(f"Not of the types there, and read as if not there: {listed} of {place}.")


def idle(context: Context) -> None:
    """Leave out what only one side says of types that neither has."""
    b, r = context.b, context.r
    if not b.types or not r.types:
        return
    types = b.types | r.types | ({"string"} if context.mode.wire != "strict" else set())  # it is a text on the wire
    if b.limits.get("maxItems") == r.limits.get("maxItems") == 0:
        context.b = b = replace(b, items=(), prefix=())
        context.r = r = replace(r, items=(), prefix=())
    said = b.says | r.says
    for family, (fields, limits) in _FAMILIES.items():
        if family.isdisjoint(types) and not said.isdisjoint(fields):
            mine, other = _said(b, fields, limits), _said(r, fields, limits)
            if mine and not other:
                context.b = b = replace(b, **mine)
            elif other and not mine:
                context.r = r = replace(r, **other)


def _said(flat: Flat, fields: list[str], limits: list[str]) -> dict[str, Any]:
    """The changes that take these fields and limits from a schema; none if it has none of them."""
    found = {name: PLAIN[name] for name in fields if name != "limits" and getattr(flat, name) != PLAIN[name]}
    if not flat.limits.keys().isdisjoint(limits):
        found["limits"] = {name: limit for name, limit in flat.limits.items() if name not in limits}
    return found


def excluding(schemas: Schemas, flat: Flat, never: Shape) -> bool:
    """Whether a ``not`` can exclude anything: something of its types is among those of its schema."""
    return common_types(flat.types, schemas.flat(never).types) != frozenset()
