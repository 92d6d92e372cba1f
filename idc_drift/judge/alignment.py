"""Two ways of saying one thing made alike before they are compared.

Law: only what one side says and the other does not is looked for in other words; nothing is made up. What cannot act on
the types of either side is left out where one side alone says it. One that both sides have is compared even so, and so
are ``unevaluatedItems`` of an object and values none of which is of the types: authors do write ``maximum`` for a text
and move it, or ``enum: [1, 2]`` for one, and mean something by that (the field's own cases call it breaking).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ..changes.change import LEVELS
from ..documents.json_values import numeric
from ..documents.node import Node, Placed
from ..schemas.constraints import LIMIT_TYPES, PLAIN
from ..schemas.keywords import required
from ..schemas.normal_form import FIELDS_OF, common_types, normalized, possible

if TYPE_CHECKING:
    from ..documents.node import Shape
    from ..schemas.constraints import Bound, Flat
    from ..schemas.reader import Schemas
    from .context import Context

_FORMATS: Final = {"int32": 31, "int64": 63}
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
_WORDS: Final = frozenset({"title", "description", "example", "examples", "externalDocs", "xml", "$comment", "default"})
_SCOPED: Final = frozenset({"unevaluatedProperties", "unevaluatedItems", "discriminator", "nullable", "$ref"})
_MOST_BRANCHES: Final = 30


# ---------------------------------------------------------------------------------------------- said in other words


def bound(flat: Flat, name: str) -> Bound | None:
    """A limit that follows from what a schema says otherwise."""
    found: int | None = None
    if name == "minProperties" and flat.required:
        found = len(flat.required)
    elif name == "maxProperties" and flat.extra is False and not flat.matching:
        found = len(flat.properties)
    elif name == "maxItems" and flat.items and flat.items[0].raw is False:
        found = len(flat.prefix)
    elif name in ("minLength", "maxLength") and flat.kinds == {"string"} and flat.enum:
        found = (min if name == "minLength" else max)(len(str(value)) for value in flat.enum.values())
    elif name in ("inimum", "aximum"):
        return _number(flat, name)
    return None if found is None else (Fraction(found), False)


def _number(flat: Flat, name: str) -> Bound | None:
    if flat.kinds and flat.kinds <= {"integer", "number"} and flat.enum:
        values = [value for value in map(numeric, flat.enum.values()) if value is not None]
        return ((min if name == "inimum" else max)(values), False) if values else None
    if flat.kinds == {"integer"} and flat.format in _FORMATS:
        size = 2 ** _FORMATS[flat.format]
        return (Fraction(-size if name == "inimum" else size - 1), False)
    return None


def whole_numbers(context: Context) -> None:
    """A number that is a multiple of an integer is an integer, if the other side says integer, and the reverse."""
    b, r = context.b, context.r
    if b.types is None or r.types is None or b.groups or r.groups:
        return  # what alternatives say of numbers is judged with them
    if "integer" in r.types and "number" in b.types:
        context.b, context.r = _whole(b, r)
    elif "integer" in b.types and "number" in r.types:
        context.r, context.b = _whole(r, b)


def _whole(number: Flat, integer: Flat) -> tuple[Flat, Flat]:
    if number.types is None or number.multiple is None:
        return number, integer
    if number.multiple.denominator != 1:
        return number, replace(integer, multiple=integer.multiple or Fraction(1))
    types = number.types - {"number"} | {"integer"}
    multiple = None if number.multiple == 1 else number.multiple
    return normalized(replace(number, types=types, multiple=multiple)), integer


def dependencies(context: Context) -> None:
    """``dependentSchemas`` and ``if`` that only require, if the other side says ``dependentRequired``."""
    context.b, context.r = _asking(context.b, context.r), _asking(context.r, context.b)
    for name in context.b.implies.keys() & context.r.needs.keys() - context.r.implies.keys():
        context.b = _needing(context.b, name)
    for name in context.r.implies.keys() & context.b.needs.keys() - context.b.implies.keys():
        context.r = _needing(context.r, name)


def _asking(flat: Flat, twin: Flat) -> Flat:
    """With ``if`` a property is there ``then`` others are required said as the twin says it."""
    if len(flat.conditions) <= len(twin.conditions) or not twin.needs:
        return flat
    needs, rest = dict(flat.needs), []
    for condition in flat.conditions:
        asked, then = (condition.get(name, ()) for name in ("if", "then"))
        asking, others = _required(asked), _required(then)
        typed = flat.types == frozenset({"object"}) or (asked and "type" in asked[0].raw)
        if "else" in condition or len(asking) != 1 or not others or ("type" in then[0].raw and not typed):
            rest.append(condition)
            continue
        (name,) = asking
        if name in twin.needs:
            needs[name] = needs.get(name, frozenset()) | others
        else:
            rest.append(condition)
    return normalized(replace(flat, needs=needs, conditions=tuple(rest)))


def _required(shape: Shape) -> frozenset[str]:
    """The names that a schema requires, if that is all it says."""
    raw = shape[0].raw if len(shape) == 1 else None
    if not isinstance(raw, dict) or raw.keys() - {"type"} != {"required"} or raw.get("type", "object") != "object":
        return frozenset()
    return required(raw)


def _needing(flat: Flat, name: str) -> Flat:
    others = _required(flat.implies[name])
    if not others:
        return flat
    needed = flat.needs.get(name, frozenset()) | others
    rest = {key: each for key, each in flat.implies.items() if key != name}
    return replace(flat, needs={**flat.needs, name: needed}, implies=rest)


def unevaluated_items(context: Context) -> None:
    """``unevaluatedItems`` where nothing but prefixItems evaluates any, if the other side says ``items``."""
    b, r = context.b, context.r
    mine, other = b.unevaluated.get("unevaluatedItems"), r.unevaluated.get("unevaluatedItems")
    if mine is not None and other is None and not b.items and r.items:
        context.b, context.r = _evaluated(b, r)
    elif other is not None and mine is None and not r.items and b.items:
        context.r, context.b = _evaluated(r, b)


def _evaluated(flat: Flat, twin: Flat) -> tuple[Flat, Flat]:
    if flat.groups or flat.conditions or flat.contains or flat.implies:
        return flat, twin
    said = flat.unevaluated["unevaluatedItems"]
    rest = {key: value for key, value in flat.unevaluated.items() if key != "unevaluatedItems"}
    if isinstance(said, tuple):
        return replace(flat, items=said, unevaluated=rest), twin
    if said is False and twin.items[0].raw is False:
        return replace(flat, unevaluated=rest), replace(twin, items=())
    return flat, twin


# --------------------------------------------------------------------------------------------------- without effect


def values_of_other_types(context: Context) -> None:
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


def keywords_of_other_types(context: Context) -> None:
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


# ---------------------------------------------------------------------------------------------- beside alternatives


def distributed(context: Context) -> bool:
    """Whether the pair is judged with what stands beside the alternatives in each of them."""
    b, r, pair, judge = context.b, context.r, context.pair, context.judge
    if context.mode.distributed or len({group.kind for group in (*b.groups, *r.groups)}) != 1:
        return False
    if len(b.groups) > 1 or len(r.groups) > 1:
        return False
    old = _beside(pair.base) if b.groups else {}
    new = _beside(pair.revision) if r.groups else {}
    if old is None or new is None or old == new:
        return False
    mode = replace(context.mode, distributed=True)
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
    if not isinstance(branches, list) or len(branches) > _MOST_BRANCHES:
        return None
    return {key: value for key, value in raw.items() if key not in _WORDS and key not in ("oneOf", "anyOf")}


def _inside(schemas: Schemas, shape: Shape, rest: dict[str, Any]) -> Shape:
    """The alternatives, each with all that stands beside them; the same object each time."""
    node = shape[0]
    kind = "oneOf" if "oneOf" in node.raw else "anyOf"
    if id(node.raw) not in schemas.distributed:
        branches: list[Any] = [
            Placed(
                {"allOf": [Placed(rest, node.pointer), _placed(branch, f"{node.pointer}/{kind}/{index}")]}, node.pointer
            )
            for index, branch in enumerate(node.raw[kind])
        ]
        schemas.distributed[id(node.raw)] = Placed({kind: branches}, node.pointer)
    return (Node(schemas.distributed[id(node.raw)], node.pointer, node.home),)


def _placed(branch: Any, pointer: str) -> Any:
    return Placed(branch, pointer) if isinstance(branch, dict) else branch
