"""A flat schema in its one form.

Law: what is left out here cannot be told from what is kept by any value.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ..documents.json_values import ANYTHING, SCALARS, type_of
from .constraints import LIMIT_TYPES, PLAIN, UNEVALUATED_TYPES, Bound, Flat

if TYPE_CHECKING:
    from ..documents.node import Shape

_OF_SCALARS: Final = {"enum", "format", "lower", "upper", "limits", "multiple", "patterns"}
_STRING, _ARRAY, _OBJECT, _NUMBER = ({t} for t in ("string", "array", "object", "number"))
FIELDS_OF: Final[dict[str, set[str]]] = {
    "patterns": _STRING,
    "content": _STRING,
    "lower": {"number", "integer"},
    "upper": {"number", "integer"},
    "multiple": {"number", "integer"},
    "unique": _ARRAY,
    "items": _ARRAY,
    "prefix": _ARRAY,
    "contains": _ARRAY,
    "properties": _OBJECT,
    "required": _OBJECT,
    "extra": _OBJECT,
    "matching": _OBJECT,
    "names": _OBJECT,
    "needs": _OBJECT,
    "implies": _OBJECT,
}


def plainly(flat: Flat) -> str:
    """All that a plain value's schema says; nothing if it is not one."""
    said = flat.says
    if flat.types is None or not flat.kinds <= SCALARS or not said <= _OF_SCALARS:
        return ""
    enum = None if flat.enum is None else sorted(flat.enum)
    words = [(name, getattr(flat, name)) for name in sorted(said - {"enum", "limits", "patterns"})]
    return repr((sorted(flat.types), enum, sorted(flat.limits.items()), sorted(flat.patterns), words))


def within(flat: Flat, kinds: frozenset[str], *, null: bool = False) -> Flat:
    """Of some types only, without what cannot act on them."""
    types = kinds | {"null"} if null else kinds
    changes: dict[str, Any] = {
        name: PLAIN[name]
        for name, acted in FIELDS_OF.items()
        if getattr(flat, name) != PLAIN[name] and not acted & types
    }
    changes["limits"] = {key: value for key, value in flat.limits.items() if LIMIT_TYPES[key] in types}
    changes["unevaluated"] = {key: value for key, value in flat.unevaluated.items() if UNEVALUATED_TYPES[key] in types}
    return normalized(replace(flat, types=types, **changes))


def normalized(flat: Flat) -> Flat:
    """With bounds on integers made inclusive, and what no other keyword evaluates said once.

    A keyword that cannot act on the types (``maximum`` of a list) is kept: whether it counts depends on the other side.
    """
    changes: dict[str, Any] = {}
    types = flat.types
    if types is not None:
        if "number" in types and "integer" in types:
            changes["types"] = types = types - {"integer"}
        if "null" in types and flat.enum == {}:
            changes["types"], changes["enum"] = (types := frozenset({"null"})), None
        elif len(types) == len(ANYTHING) - 1 and "integer" not in types:
            changes["types"] = types = None
    if types is not None and "integer" in types and "number" not in types:
        for name, step in (("lower", 1), ("upper", -1)):
            bound = changes.get(name, getattr(flat, name))
            if bound is not None and (whole := _whole(bound, step)) != bound:
                changes[name] = whole
    if flat.unevaluated.get("unevaluatedProperties") is not None and not (
        flat.groups or flat.conditions or flat.implies
    ):
        changes["extra"] = flat.unevaluated["unevaluatedProperties"] if flat.extra is True else flat.extra
        changes["unevaluated"] = {key: value for key, value in flat.unevaluated.items() if key == "unevaluatedItems"}
    if flat.items and flat.prefix and _written(flat.prefix[-1]) == _written(flat.items):
        changes["prefix"] = flat.prefix[: _distinct(flat)]
    if any(names & flat.required for names in flat.needs.values()):
        changes["needs"] = {key: names - flat.required for key, names in flat.needs.items() if names - flat.required}
    if flat.extra is False and not flat.matching:
        listed = {name: shape for name, shape in flat.properties.items() if not any(n.raw is False for n in shape)}
        if len(listed) < len(flat.properties):
            changes["properties"] = listed
    if types is not None and types - {"null"} == {"boolean"} and flat.enum and flat.enum.keys() >= {"true", "false"}:
        changes["enum"] = None
    return replace(flat, **changes) if changes else flat


def possible(flat: Flat) -> dict[str, Any] | None:
    """The enumerated values that are of the types; None if no values are enumerated."""
    if flat.enum is None or flat.types is None:
        return flat.enum
    types = flat.types | {"integer"} if "number" in flat.types else flat.types
    return {key: value for key, value in flat.enum.items() if type_of(value) in types}


def _written(shape: Shape) -> list[Any]:
    return [node.raw for node in shape]


def _distinct(flat: Flat) -> int:
    """How many elements have a schema of their own, up to the last that is not what all further ones are."""
    last = _written(flat.items)
    return max((place + 1 for place, shape in enumerate(flat.prefix) if _written(shape) != last), default=0)


def _whole(bound: Bound, step: int) -> Bound:
    """An integer's bound as the least (or greatest) integer allowed."""
    value, excluded = bound
    whole = Fraction(math.ceil(value) if step > 0 else math.floor(value))
    return (whole + step if excluded and whole == value else whole, False)


def common_types(a: frozenset[str] | None, b: frozenset[str] | None) -> frozenset[str] | None:
    """The types that both allow; an integer is a number."""
    if a is None or b is None:
        return b if a is None else a
    found = set(a & b)
    if ("integer" in a and "number" in b) or ("integer" in b and "number" in a):
        found.add("integer")
    return frozenset(found - {"integer"} if "number" in found else found)
