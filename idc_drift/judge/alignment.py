"""What a schema says in the words that the other one uses for it.

Law: only a word that one side lacks is looked for in what that side says otherwise; nothing is made up.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ..documents.json_values import numeric
from ..schemas.keywords import required
from ..schemas.normal_form import settled

if TYPE_CHECKING:
    from ..documents.node import Shape
    from ..schemas.constraints import Bound, Flat
    from .judge import Context

_FORMATS: Final = {"int32": 31, "int64": 63}


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
    return settled(replace(number, types=types, multiple=multiple)), integer


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
    return settled(replace(flat, needs=needs, conditions=tuple(rest)))


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
