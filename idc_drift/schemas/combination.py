"""Several schemas as one: two that both hold, or alternatives that are of different types.

Law: nothing here reads a document; what one side says and the other does not is kept as it is.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .constraints import ANY, Bound, Flat
from .normal_form import common_types, possible, within

if TYPE_CHECKING:
    from ..documents.node import Shape


def intersection(a: Flat, b: Flat) -> Flat:
    """What both allow; where only one can be kept (a default, a title), the first's."""
    if b is ANY:
        return a
    if a is ANY:
        return b
    types = common_types(a.types, b.types)
    if types == frozenset() and ("type" in a.at) != ("type" in b.at):
        typed, other = (a, b) if "type" in a.at else (b, a)
        types = typed.types if other.enum else types  # it has values of another type: `enum: [1, 2]` of a text
    extra, properties = _members(a, b)
    prefix, items = _elements(a, b)
    return Flat(
        types=types,
        enum=_both(a.enum, b.enum),
        format=a.format if not b.format or a.format == b.format else f"{a.format}+{b.format}".strip("+"),
        lower=_stricter(a.lower, b.lower, 1),
        upper=_stricter(a.upper, b.upper, -1),
        limits=_limits(a.limits, b.limits),
        multiple=_multiple(a.multiple, b.multiple),
        unique=a.unique or b.unique,
        patterns=a.patterns | b.patterns,
        properties=properties,
        required=a.required | b.required,
        extra=extra,
        matching=_shapes(a.matching, b.matching),
        names=a.names + b.names,
        items=items,
        prefix=prefix,
        contains=a.contains + b.contains,
        never=a.never + b.never,
        conditions=a.conditions + b.conditions,
        needs={key: a.needs.get(key, frozenset()) | b.needs.get(key, frozenset()) for key in {**a.needs, **b.needs}},
        implies=_shapes(a.implies, b.implies),
        unevaluated={**b.unevaluated, **a.unevaluated},
        content={**b.content, **a.content},
        groups=a.groups + b.groups,
        folded=a.folded or b.folded,
        extensible=b.extensible if a.extensible is None else a.extensible,
        unknown=a.unknown | b.unknown,
        default=a.default if a.default is not ANY.default else b.default,
        discriminator=a.discriminator or b.discriminator,
        notes={**b.notes, **a.notes},
        at={**b.at, **a.at},
    )


def _both(a: dict[str, Any] | None, b: dict[str, Any] | None) -> dict[str, Any] | None:
    if a is None or b is None:
        return b if a is None else a
    return {key: value for key, value in a.items() if key in b}


def _stricter(a: Bound | None, b: Bound | None, sign: int) -> Bound | None:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b, key=lambda bound: (sign * bound[0], bound[1]))


def _limits(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    found = {**a, **b}
    for name in a.keys() & b.keys():
        found[name] = (max if name.startswith("min") else min)(a[name], b[name])
    return found


def _multiple(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    if a is None or b is None:
        return b if a is None else a
    denominator = math.lcm(a.denominator, b.denominator)
    return Fraction(math.lcm(int(a * denominator), int(b * denominator)), denominator)


def _shapes(a: dict[str, Shape], b: dict[str, Shape]) -> dict[str, Shape]:
    found = dict(a)
    for key, shape in b.items():
        found[key] = joined(found[key], shape) if key in found else shape
    return found


def joined(a: Shape, b: Shape) -> Shape:
    """Both shapes, a node that is in both once."""
    keys = {node.key for node in a}
    return a + tuple(node for node in b if node.key not in keys)


def _members(a: Flat, b: Flat) -> tuple[bool | Shape, dict[str, Shape]]:
    """The properties and all others: a name that one side lacks must pass the other's additionalProperties."""
    properties: dict[str, Shape] = {}
    for mine, other in ((a, b), (b, a)):
        for name, shape in mine.properties.items():
            if name in other.properties:
                properties[name] = joined(a.properties[name], b.properties[name])
            elif other.extra is True or other.matching:
                properties[name] = shape
            elif other.extra is not False:
                properties[name] = joined(shape, other.extra)
            # else: the other side forbids it
    if a.extra is False or b.extra is False:
        return False, properties
    if a.extra is True or b.extra is True:
        return (b.extra if a.extra is True else a.extra), properties
    return joined(a.extra, b.extra), properties


def _elements(a: Flat, b: Flat) -> tuple[tuple[Shape, ...], Shape]:
    """The elements, position by position."""
    prefix = []
    for index in range(max(len(a.prefix), len(b.prefix))):
        mine = a.prefix[index] if index < len(a.prefix) else a.items
        other = b.prefix[index] if index < len(b.prefix) else b.items
        prefix.append(joined(mine, other))
    return tuple(prefix), joined(a.items, b.items)


def either(flats: list[Flat], kind: str) -> Flat | None:
    """Alternatives that differ in type, or that are lists of values, as one schema; None if they are not so."""
    if any(0 < len(possible(flat) or ()) < len(flat.enum or ()) for flat in flats):
        return None  # what one of them excludes by its type is not to come in by the type of another
    if all(flat.enum is not None and not flat.says - {"enum"} for flat in flats):
        values: dict[str, Any] = {}
        for flat in flats:
            if kind == "oneOf" and values.keys() & (flat.enum or {}).keys():
                return None
            values |= flat.enum or {}
        return replace(flats[0], enum=values, notes={})
    taken: set[str] = set()
    for flat in flats:
        if flat.types is None or flat.enum is not None or flat.groups or flat.never or flat.conditions or flat.unknown:
            return None
        kinds = {"number" if kind_ == "integer" else kind_ for kind_ in flat.kinds}
        if kinds & taken:
            return None
        taken |= kinds
    if len({flat.format for flat in flats if flat.format}) > 1:
        return None
    found = ANY
    for flat in flats:
        found = intersection(found, replace(within(flat, flat.kinds, null=flat.null), types=None))
    return found
