"""The alignment of two schemas that state the same constraint with different keywords, before they are compared.

Law: a keyword is translated only if the other side states the same constraint with another keyword; nothing is
invented. A keyword that has no effect on the types of either side is dropped if only one side has it. If both sides
have it, it is compared all the same, as are ``unevaluatedItems`` of an object and enums without a value of the type:
authors do change ``maximum`` of a string, or ``enum: [1, 2]`` of one, and mean it (oasdiff calls it breaking, too).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ..changes.change import LEVELS
from ..documents.json_values import numeric
from ..documents.node import Node, Placed
from ..schemas.constraints import ANY, LIMIT_TYPES, UNCONSTRAINED
from ..schemas.keywords import required
from ..schemas.normal_form import FIELDS_OF, common_types, normalized, possible_values
from ..schemas.value_sets import FORMAT_RANGES, allows, is_scalar

if TYPE_CHECKING:
    from ..documents.node import Schema
    from ..schemas.constraints import Bound, Constraints
    from ..schemas.reader import Schemas
    from .context import Context

_FAMILIES = {
    family: (
        ["size_limits", *(name for name, acted in FIELDS_OF.items() if acted <= family)],
        [name for name, acted in LIMIT_TYPES.items() if acted in family],
    )
    for family in map(frozenset, ({"string"}, {"number", "integer"}, {"array"}, {"object"}))
}
"""Types, with the fields and limits that have an effect on no other type."""
_MAX_LISTED = 5
"""The number of values that a note lists."""
_ANNOTATIONS: Final = frozenset(
    {"title", "description", "example", "examples", "externalDocs", "xml", "$comment", "default"}
)
_SCOPE_KEYWORDS: Final = frozenset({"unevaluatedProperties", "unevaluatedItems", "discriminator", "nullable", "$ref"})
_MOST_BRANCHES: Final = 30


# ------------------------------------------------------------------------------------------------- other keywords


def implied_bound(constraints: Constraints, name: str) -> Bound | None:
    """A limit that follows from other keywords: three required names imply ``minProperties: 3``."""
    found: int | None = None
    if name == "minProperties" and constraints.required:
        found = len(constraints.required)
    elif name == "maxProperties" and constraints.additional_properties is False and not constraints.pattern_properties:
        found = len(constraints.properties)
    elif name == "maxItems" and constraints.items and constraints.items[0].raw is False:
        found = len(constraints.prefix_items)
    elif name in ("minLength", "maxLength") and constraints.value_types == {"string"} and constraints.enum:
        found = (min if name == "minLength" else max)(len(str(value)) for value in constraints.enum.values())
    elif name in ("inimum", "aximum"):
        return _implied_number_bound(constraints, name)
    return None if found is None else (Fraction(found), False)


def _implied_number_bound(constraints: Constraints, name: str) -> Bound | None:
    if constraints.value_types and constraints.value_types <= {"integer", "number"} and constraints.enum:
        values = [value for value in map(numeric, constraints.enum.values()) if value is not None]
        return ((min if name == "inimum" else max)(values), False) if values else None
    if constraints.value_types == {"integer"} and constraints.format in FORMAT_RANGES:
        return (Fraction(FORMAT_RANGES[constraints.format][name == "aximum"]), False)
    return None


def align_enumerated_values(context: Context) -> None:
    """Apply the keywords beside an ``enum`` of scalars to its values, and drop keywords that its values satisfy.

    Example: ``{enum: [1, 2, 30], maximum: 10}`` is ``{enum: [1, 2]}``; and ``{enum: [1, 2]}`` compared with
    ``{maximum: 10}`` is a difference in ``enum`` only.
    """
    b, r = context.b, context.r
    if (b.enum or r.enum) and is_scalar(b) and is_scalar(r):
        old, new = _enumerated(b), _enumerated(r)
        if old is None or new is None:
            return  # with the values of one side only, the other side's would all seem to be removed
        b, r = old, new
        if b.enum and r.enum:
            b, r = (replace(x, format="") for x in (b, r))
        elif b.enum:
            b, r = _beside_values(b, r)
        else:
            r, b = _beside_values(r, b)
        context.b, context.r = b, r


def _beside_values(enumerated: Constraints, other: Constraints) -> tuple[Constraints, Constraints]:
    """Constraints with enumerated values, and others without: a format adds nothing to values that are listed."""
    if other.format == enumerated.format:
        other = replace(other, format="")
    return replace(enumerated, format=""), _without_satisfied_keywords(other, enumerated.enum or {})


_VALUE_KEYWORDS: Final = ("lower", "upper", "size_limits", "patterns", "multiple_of")


def _enumerated(constraints: Constraints) -> Constraints | None:
    """The constraints with the values of ``enum`` that the other keywords allow, without those keywords.

    None if no value is allowed, or if that cannot be decided.
    """
    others = constraints.constrained & {*_VALUE_KEYWORDS}
    if not constraints.enum or not others:
        return constraints
    plain = replace(constraints, format="")
    allowed = {key: allows(plain, value) for key, value in constraints.enum.items()}
    if None in allowed.values() or not any(allowed.values()):
        return None
    values = {key: value for key, value in constraints.enum.items() if allowed[key]}
    return replace(constraints, enum=values, **{name: UNCONSTRAINED[name] for name in others})


def _without_satisfied_keywords(constraints: Constraints, values: dict[str, Any]) -> Constraints:
    """The constraints without keywords that all of these values satisfy."""
    for name in (*_VALUE_KEYWORDS, "format"):
        if name in constraints.constrained:
            alone = replace(ANY, **{name: getattr(constraints, name)})
            if all(allows(alone, value) for value in values.values()):
                constraints = replace(constraints, **{name: UNCONSTRAINED[name]})
    return constraints


def align_integers(context: Context) -> None:
    """Read ``{type: number, multipleOf: 1}`` as ``{type: integer}`` if the other side has integer, and the reverse."""
    b, r = context.b, context.r
    if b.types is None or r.types is None or b.groups or r.groups:
        return  # numbers in alternatives are judged with the alternatives
    if "integer" in r.types and "number" in b.types:
        context.b, context.r = _multiple_as_integer(b, r)
    elif "integer" in b.types and "number" in r.types:
        context.r, context.b = _multiple_as_integer(r, b)


def _multiple_as_integer(number: Constraints, integer: Constraints) -> tuple[Constraints, Constraints]:
    if number.types is None or number.multiple_of is None:
        return number, integer
    if number.multiple_of.denominator != 1:
        return number, replace(integer, multiple_of=integer.multiple_of or Fraction(1))
    types = number.types - {"number"} | {"integer"}
    multiple = None if number.multiple_of == 1 else number.multiple_of
    return normalized(replace(number, types=types, multiple_of=multiple)), integer


def align_dependencies(context: Context) -> None:
    """Read ``dependentSchemas`` and ``if`` that only require names as ``dependentRequired``, like the other side."""
    context.b, context.r = (
        _conditions_as_dependencies(context.b, context.r),
        _conditions_as_dependencies(context.r, context.b),
    )
    for name in (
        context.b.dependent_schemas.keys() & context.r.dependent_required.keys() - context.r.dependent_schemas.keys()
    ):
        context.b = _schema_as_dependency(context.b, name)
    for name in (
        context.r.dependent_schemas.keys() & context.b.dependent_required.keys() - context.b.dependent_schemas.keys()
    ):
        context.r = _schema_as_dependency(context.r, name)


def _conditions_as_dependencies(constraints: Constraints, twin: Constraints) -> Constraints:
    """The constraints with ``if: {required: [a]}, then: {required: [b]}`` as ``dependentRequired``."""
    if len(constraints.conditions) <= len(twin.conditions) or not twin.dependent_required:
        return constraints
    needs, rest = dict(constraints.dependent_required), []
    for condition in constraints.conditions:
        condition_schema, then = (condition.get(name, ()) for name in ("if", "then"))
        trigger, others = _only_required(condition_schema), _only_required(then)
        typed = constraints.types == frozenset({"object"}) or (condition_schema and "type" in condition_schema[0].raw)
        if "else" in condition or len(trigger) != 1 or not others or ("type" in then[0].raw and not typed):
            rest.append(condition)
            continue
        (name,) = trigger
        if name in twin.dependent_required:
            needs[name] = needs.get(name, frozenset()) | others
        else:
            rest.append(condition)
    return normalized(replace(constraints, dependent_required=needs, conditions=tuple(rest)))


def _only_required(schema: Schema) -> frozenset[str]:
    """The names that a schema requires, if it has no other constraint."""
    raw = schema[0].raw if len(schema) == 1 else None
    if not isinstance(raw, dict) or raw.keys() - {"type"} != {"required"} or raw.get("type", "object") != "object":
        return frozenset()
    return required(raw)


def _schema_as_dependency(constraints: Constraints, name: str) -> Constraints:
    others = _only_required(constraints.dependent_schemas[name])
    if not others:
        return constraints
    needed = constraints.dependent_required.get(name, frozenset()) | others
    rest = {key: each for key, each in constraints.dependent_schemas.items() if key != name}
    return replace(
        constraints, dependent_required={**constraints.dependent_required, name: needed}, dependent_schemas=rest
    )


def align_unevaluated_items(context: Context) -> None:
    """Read ``unevaluatedItems`` as ``items`` if only prefixItems evaluates items and the other side has ``items``."""
    b, r = context.b, context.r
    own, other = b.unevaluated.get("unevaluatedItems"), r.unevaluated.get("unevaluatedItems")
    if own is not None and other is None and not b.items and r.items:
        context.b, context.r = _unevaluated_as_items(b, r)
    elif other is not None and own is None and not r.items and b.items:
        context.r, context.b = _unevaluated_as_items(r, b)


def _unevaluated_as_items(constraints: Constraints, twin: Constraints) -> tuple[Constraints, Constraints]:
    if constraints.groups or constraints.conditions or constraints.contains or constraints.dependent_schemas:
        return constraints, twin
    value = constraints.unevaluated["unevaluatedItems"]
    rest = {key: value for key, value in constraints.unevaluated.items() if key != "unevaluatedItems"}
    if isinstance(value, tuple):
        return replace(constraints, items=value, unevaluated=rest), twin
    if value is False and twin.items[0].raw is False:
        return replace(constraints, unevaluated=rest), replace(twin, items=())
    return constraints, twin


# --------------------------------------------------------------------------------------------------- without effect


def drop_values_of_other_types(context: Context) -> None:
    """Drop enumerated values without an allowed type, if others have one; not where values are strings on the wire."""
    old, new = possible_values(context.b), possible_values(context.r)
    if context.mode.wire != "strict" or old == {} or new == {}:
        return
    if old is not None and old != context.b.enum:
        _note_dropped_values(context.judge.base, context.b, old, context.pair.base)
        context.b = replace(context.b, enum=old)
    if new is not None and new != context.r.enum:
        _note_dropped_values(context.judge.revision, context.r, new, context.pair.revision)
        context.r = replace(context.r, enum=new)


def _note_dropped_values(schemas: Schemas, constraints: Constraints, kept: dict[str, Any], schema: Schema) -> None:
    dropped = [key for key in constraints.enum or {} if key not in kept]
    place = (
        constraints.pointers.get("enum") or constraints.pointers.get("const") or (schema[0].pointer if schema else "")
    )
    listed = ", ".join(dropped[:_MAX_LISTED]) + (
        f" and {len(dropped) - _MAX_LISTED} more" if len(dropped) > _MAX_LISTED else ""
    )
    schemas.note(f"Ignored values of {place}, because they do not have an allowed type: {listed}.")


def drop_inert_keywords(context: Context) -> None:
    """Drop keywords that only one side has and that have no effect on the types of either side."""
    b, r = context.b, context.r
    if not b.types or not r.types:
        return
    types = (
        b.types | r.types | ({"string"} if context.mode.wire != "strict" else set())
    )  # values are strings on the wire
    if b.size_limits.get("maxItems") == r.size_limits.get("maxItems") == 0:
        context.b = b = replace(b, items=(), prefix_items=())
        context.r = r = replace(r, items=(), prefix_items=())
    value = b.constrained | r.constrained
    for family, (fields, limits) in _FAMILIES.items():
        if family.isdisjoint(types) and not value.isdisjoint(fields):
            own, other = _resets(b, fields, limits), _resets(r, fields, limits)
            if own and not other:
                context.b = b = replace(b, **own)
            elif other and not own:
                context.r = r = replace(r, **other)


def _resets(constraints: Constraints, fields: list[str], limits: list[str]) -> dict[str, Any]:
    """The replacements that remove these fields and limits from constraints; empty if there are none."""
    found = {
        name: UNCONSTRAINED[name]
        for name in fields
        if name != "size_limits" and getattr(constraints, name) != UNCONSTRAINED[name]
    }
    if not constraints.size_limits.keys().isdisjoint(limits):
        found["size_limits"] = {name: limit for name, limit in constraints.size_limits.items() if name not in limits}
    return found


def can_exclude(schemas: Schemas, constraints: Constraints, never: Schema) -> bool:
    """Whether a ``not`` can exclude a value: its types overlap with those of its schema."""
    return common_types(constraints.types, schemas.constraints(never).types) != frozenset()


# ----------------------------------------------------------------------------------------------- distribution


def distribute_over_alternatives(context: Context) -> bool:
    """Judge the pair with the keywords beside oneOf or anyOf moved into each alternative, if that finds less.

    Example: ``{required: [a], oneOf: [X, Y]}`` is compared like ``oneOf: [X + required a, Y + required a]``.
    """
    b, r, pair, judge = context.b, context.r, context.pair, context.judge
    if context.mode.distributed or len({group.kind for group in (*b.groups, *r.groups)}) != 1:
        return False
    if len(b.groups) > 1 or len(r.groups) > 1:
        return False
    old = _siblings_of_alternatives(pair.base) if b.groups else {}
    new = _siblings_of_alternatives(pair.revision) if r.groups else {}
    if old is None or new is None or old == new:
        return False
    mode = replace(context.mode, distributed=True)
    level_as_written = judge.worst(pair.base, pair.revision, mode)
    if level_as_written is None:
        return False
    before = _distributed_schema(judge.base, pair.base, old) if b.groups else pair.base
    after = _distributed_schema(judge.revision, pair.revision, new) if r.groups else pair.revision
    distributed_level = judge.worst(before, after, mode)
    if distributed_level is not None and LEVELS.index(distributed_level) < LEVELS.index(level_as_written) + (
        not _property_moved_into_alternatives(context)
    ):
        return False
    context.edge("", before, after, mode)
    return True


def _property_moved_into_alternatives(context: Context) -> bool:
    """Whether a property beside the alternatives of one side is inside the alternatives of the other."""
    b, r, judge = context.b, context.r, context.judge
    return any(
        name in schemas.constraints(branch).properties
        for own, other, schemas in ((b, r, judge.revision), (r, b, judge.base))
        for name in own.properties.keys() - other.properties.keys()
        for group in other.groups
        for branch in group.branches
    )


def _siblings_of_alternatives(schema: Schema) -> dict[str, Any] | None:
    """The keywords beside the single oneOf or anyOf of a schema; None if they cannot be distributed."""
    raw = schema[0].raw if len(schema) == 1 else None
    if not isinstance(raw, dict) or ("oneOf" in raw) == ("anyOf" in raw) or not _SCOPE_KEYWORDS.isdisjoint(raw):
        return None
    branches = raw.get("oneOf", raw.get("anyOf"))
    if not isinstance(branches, list) or len(branches) > _MOST_BRANCHES:
        return None
    return {key: value for key, value in raw.items() if key not in _ANNOTATIONS and key not in ("oneOf", "anyOf")}


def _distributed_schema(schemas: Schemas, schema: Schema, rest: dict[str, Any]) -> Schema:
    """The schema with its sibling keywords distributed over the alternatives; the same object for each call."""
    node = schema[0]
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
