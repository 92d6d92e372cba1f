"""The normal form of constraints.

Law: normalizing never changes which values are allowed.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ..documents.json_values import ANYTHING, SCALARS, type_of
from .constraints import LIMIT_TYPES, UNCONSTRAINED, UNEVALUATED_TYPES, Bound, Constraints
from .vocabulary import NUMERIC_FORMATS, STRING_FORMATS

if TYPE_CHECKING:
    from ..documents.node import Schema

_SCALAR_FIELDS: Final = {"enum", "format", "lower", "upper", "size_limits", "multiple_of", "patterns"}
_STRING, _ARRAY, _OBJECT, _NUMBER = ({t} for t in ("string", "array", "object", "number"))
FIELDS_OF: Final[dict[str, set[str]]] = {
    "patterns": _STRING,
    "content": _STRING,
    "lower": {"number", "integer"},
    "upper": {"number", "integer"},
    "multiple_of": {"number", "integer"},
    "unique_items": _ARRAY,
    "items": _ARRAY,
    "prefix_items": _ARRAY,
    "contains": _ARRAY,
    "properties": _OBJECT,
    "required": _OBJECT,
    "additional_properties": _OBJECT,
    "pattern_properties": _OBJECT,
    "property_names": _OBJECT,
    "dependent_required": _OBJECT,
    "dependent_schemas": _OBJECT,
}


def scalar_key(constraints: Constraints) -> str:
    """A key that is equal for equal schemas of scalars; empty for all other schemas."""
    constrained = constraints.constrained
    if constraints.types is None or not constraints.value_types <= SCALARS or not constrained <= _SCALAR_FIELDS:
        return ""
    enum = None if constraints.enum is None else sorted(constraints.enum)
    members = [(name, getattr(constraints, name)) for name in sorted(constrained - {"enum", "size_limits", "patterns"})]
    return repr(
        (
            sorted(constraints.types),
            enum,
            sorted(constraints.size_limits.items()),
            sorted(constraints.patterns),
            members,
        )
    )


def restricted_to_types(constraints: Constraints, kinds: frozenset[str], *, null: bool = False) -> Constraints:
    """The constraints restricted to some types, without the keywords that have no effect on them."""
    types = kinds | {"null"} if null else kinds
    changes: dict[str, Any] = {
        name: UNCONSTRAINED[name]
        for name, acted in FIELDS_OF.items()
        if getattr(constraints, name) != UNCONSTRAINED[name] and not acted & types
    }
    changes["size_limits"] = {key: value for key, value in constraints.size_limits.items() if LIMIT_TYPES[key] in types}
    changes["unevaluated"] = {
        key: value for key, value in constraints.unevaluated.items() if UNEVALUATED_TYPES[key] in types
    }
    if (constraints.format in NUMERIC_FORMATS and not types & {"number", "integer"}) or (
        constraints.format in STRING_FORMATS and "string" not in types
    ):
        changes["format"] = ""
    return normalized(replace(constraints, types=types, **changes))


def normalized(constraints: Constraints) -> Constraints:
    """The normal form: bounds of integers inclusive, unevaluatedProperties as additionalProperties where possible.

    A keyword without effect on the types (``maximum`` of a list) stays: the other document decides whether it counts.
    """
    changes: dict[str, Any] = {}
    types = constraints.types
    if types is not None:
        if "number" in types and "integer" in types:
            changes["types"] = types = types - {"integer"}
        if "null" in types and constraints.enum == {}:
            changes["types"], changes["enum"] = (types := frozenset({"null"})), None
        elif len(types) == len(ANYTHING) - 1 and "integer" not in types:
            changes["types"] = types = None
    if types is not None and "integer" in types and "number" not in types:
        for name, step in (("lower", 1), ("upper", -1)):
            bound = changes.get(name, getattr(constraints, name))
            if bound is not None and (integral := _as_integer_bound(bound, step)) != bound:
                changes[name] = integral
    if constraints.unevaluated.get("unevaluatedProperties") is not None and not (
        constraints.groups or constraints.conditions or constraints.dependent_schemas
    ):
        changes["additional_properties"] = (
            constraints.unevaluated["unevaluatedProperties"]
            if constraints.additional_properties is True
            else constraints.additional_properties
        )
        changes["unevaluated"] = {
            key: value for key, value in constraints.unevaluated.items() if key == "unevaluatedItems"
        }
    if (
        constraints.items
        and constraints.prefix_items
        and _raw_values(constraints.prefix_items[-1]) == _raw_values(constraints.items)
    ):
        changes["prefix_items"] = constraints.prefix_items[: _significant_prefix_length(constraints)]
    if any(names & constraints.required for names in constraints.dependent_required.values()):
        changes["dependent_required"] = {
            key: names - constraints.required
            for key, names in constraints.dependent_required.items()
            if names - constraints.required
        }
    if constraints.additional_properties is False and not constraints.pattern_properties:
        listed = {
            name: schema for name, schema in constraints.properties.items() if not any(n.raw is False for n in schema)
        }
        if len(listed) < len(constraints.properties):
            changes["properties"] = listed
    if (
        types is not None
        and types - {"null"} == {"boolean"}
        and constraints.enum
        and constraints.enum.keys() >= {"true", "false"}
    ):
        changes["enum"] = None
    return replace(constraints, **changes) if changes else constraints


def possible_values(constraints: Constraints) -> dict[str, Any] | None:
    """The enumerated values that have an allowed type; None if there is no ``enum``."""
    if constraints.enum is None or constraints.types is None:
        return constraints.enum
    types = constraints.types | {"integer"} if "number" in constraints.types else constraints.types
    return {key: value for key, value in constraints.enum.items() if type_of(value) in types}


def _raw_values(schema: Schema) -> list[Any]:
    return [node.raw for node in schema]


def _significant_prefix_length(constraints: Constraints) -> int:
    """The number of leading ``prefix_items``, without trailing ones that are equal to ``items``."""
    last = _raw_values(constraints.items)
    return max(
        (place + 1 for place, schema in enumerate(constraints.prefix_items) if _raw_values(schema) != last), default=0
    )


def _as_integer_bound(bound: Bound, step: int) -> Bound:
    """A bound as the least (or greatest) integer that it allows."""
    value, excluded = bound
    integral = Fraction(math.ceil(value) if step > 0 else math.floor(value))
    return (integral + step if excluded and integral == value else integral, False)


def common_types(a: frozenset[str] | None, b: frozenset[str] | None) -> frozenset[str] | None:
    """The types that both sets allow; an integer is a number."""
    if a is None or b is None:
        return b if a is None else a
    found = set(a & b)
    if ("integer" in a and "number" in b) or ("integer" in b and "number" in a):
        found.add("integer")
    return frozenset(found - {"integer"} if "number" in found else found)
