"""The combination of several schemas into one: their intersection (allOf), or the union of simple alternatives.

Law: nothing here reads a document; a constraint that only one schema has is kept unchanged.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .constraints import ANY, Bound, Constraints
from .normal_form import common_types, possible_values, restricted_to_types

if TYPE_CHECKING:
    from ..documents.node import Schema


def intersect(a: Constraints, b: Constraints) -> Constraints:
    """The values that both schemas allow; where only one value can be kept (a default, a title), the first schema's."""
    if b is ANY:
        return a
    if a is ANY:
        return b
    types = common_types(a.types, b.types)
    if types == frozenset() and ("type" in a.pointers) != ("type" in b.pointers):
        typed, other = (a, b) if "type" in a.pointers else (b, a)
        types = typed.types if other.enum else types  # `enum` has values of another type: {type: string, enum: [1, 2]}
    additional, properties = _intersect_properties(a, b)
    prefix_items, items = _intersect_items(a, b)
    return Constraints(
        types=types,
        enum=_common_values(a.enum, b.enum),
        format=a.format if not b.format or a.format == b.format else f"{a.format}+{b.format}".strip("+"),
        lower=_stricter(a.lower, b.lower, 1),
        upper=_stricter(a.upper, b.upper, -1),
        size_limits=_stricter_limits(a.size_limits, b.size_limits),
        multiple_of=_common_multiple_of(a.multiple_of, b.multiple_of),
        unique_items=a.unique_items or b.unique_items,
        patterns=a.patterns | b.patterns,
        properties=properties,
        required=a.required | b.required,
        additional_properties=additional,
        pattern_properties=_joined_by_key(a.pattern_properties, b.pattern_properties),
        property_names=a.property_names + b.property_names,
        items=items,
        prefix_items=prefix_items,
        contains=a.contains + b.contains,
        excluded=a.excluded + b.excluded,
        conditions=a.conditions + b.conditions,
        dependent_required={
            key: a.dependent_required.get(key, frozenset()) | b.dependent_required.get(key, frozenset())
            for key in {**a.dependent_required, **b.dependent_required}
        },
        dependent_schemas=_joined_by_key(a.dependent_schemas, b.dependent_schemas),
        unevaluated={**b.unevaluated, **a.unevaluated},
        content={**b.content, **a.content},
        groups=a.groups + b.groups,
        merged_group=a.merged_group or b.merged_group,
        extensible_enum=b.extensible_enum if a.extensible_enum is None else a.extensible_enum,
        unresolved=a.unresolved | b.unresolved,
        default=a.default if a.default is not ANY.default else b.default,
        discriminator=a.discriminator or b.discriminator,
        annotations={**b.annotations, **a.annotations},
        pointers={**b.pointers, **a.pointers},
    )


def _common_values(a: dict[str, Any] | None, b: dict[str, Any] | None) -> dict[str, Any] | None:
    if a is None or b is None:
        return b if a is None else a
    return {key: value for key, value in a.items() if key in b}


def _stricter(a: Bound | None, b: Bound | None, sign: int) -> Bound | None:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b, key=lambda bound: (sign * bound[0], bound[1]))


def _stricter_limits(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    found = {**a, **b}
    for name in a.keys() & b.keys():
        found[name] = (max if name.startswith("min") else min)(a[name], b[name])
    return found


def _common_multiple_of(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    if a is None or b is None:
        return b if a is None else a
    denominator = math.lcm(a.denominator, b.denominator)
    return Fraction(math.lcm(int(a * denominator), int(b * denominator)), denominator)


def _joined_by_key(a: dict[str, Schema], b: dict[str, Schema]) -> dict[str, Schema]:
    found = dict(a)
    for key, schema in b.items():
        found[key] = joined(found[key], schema) if key in found else schema
    return found


def joined(a: Schema, b: Schema) -> Schema:
    """The nodes of both schemas, each once."""
    keys = {node.key for node in a}
    return a + tuple(node for node in b if node.key not in keys)


def _intersect_properties(a: Constraints, b: Constraints) -> tuple[bool | Schema, dict[str, Schema]]:
    """The intersected properties; one that a side does not list must be valid for its additionalProperties."""
    properties: dict[str, Schema] = {}
    for own, other in ((a, b), (b, a)):
        for name, schema in own.properties.items():
            if name in other.properties:
                properties[name] = joined(a.properties[name], b.properties[name])
            elif other.additional_properties is True or other.pattern_properties:
                properties[name] = schema
            elif other.additional_properties is not False:
                properties[name] = joined(schema, other.additional_properties)
            # else: the other side forbids it
    if a.additional_properties is False or b.additional_properties is False:
        return False, properties
    if a.additional_properties is True or b.additional_properties is True:
        return (b.additional_properties if a.additional_properties is True else a.additional_properties), properties
    return joined(a.additional_properties, b.additional_properties), properties


def _intersect_items(a: Constraints, b: Constraints) -> tuple[tuple[Schema, ...], Schema]:
    """The schemas of list elements, position by position."""
    prefix_items = []
    for index in range(max(len(a.prefix_items), len(b.prefix_items))):
        own = a.prefix_items[index] if index < len(a.prefix_items) else a.items
        other = b.prefix_items[index] if index < len(b.prefix_items) else b.items
        prefix_items.append(joined(own, other))
    return tuple(prefix_items), joined(a.items, b.items)


def unite(all_constraints: list[Constraints], kind: str) -> Constraints | None:
    """The union of alternatives that have different types, or that are enumerations; None for all others."""
    if any(
        0 < len(possible_values(constraints) or ()) < len(constraints.enum or ()) for constraints in all_constraints
    ):
        return None  # a value that one excludes by its type must not be allowed by another's type
    if all(constraints.enum is not None and not constraints.constrained - {"enum"} for constraints in all_constraints):
        values: dict[str, Any] = {}
        for constraints in all_constraints:
            if kind == "oneOf" and values.keys() & (constraints.enum or {}).keys():
                return None
            values |= constraints.enum or {}
        return replace(all_constraints[0], enum=values, annotations={})
    covered_types: set[str] = set()
    for constraints in all_constraints:
        if (
            constraints.types is None
            or constraints.enum is not None
            or constraints.groups
            or constraints.excluded
            or constraints.conditions
            or constraints.unresolved
        ):
            return None
        branch_types = {"number" if type_name == "integer" else type_name for type_name in constraints.value_types}
        if branch_types & covered_types:
            return None
        covered_types |= branch_types
    if len({constraints.format for constraints in all_constraints if constraints.format}) > 1:
        return None
    found = ANY
    for constraints in all_constraints:
        found = intersect(
            found,
            replace(restricted_to_types(constraints, constraints.value_types, null=constraints.nullable), types=None),
        )
    return found
