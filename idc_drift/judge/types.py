"""The rules about types.

Law: the types of a schema with alternatives are judged by its alternatives; where numbers and strings are serialized
alike, the serialized form counts.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ..documents.json_values import ANYTHING, SCALARS
from ..schemas.constraints import LIMIT_TYPES, Constraints
from ..schemas.vocabulary import NUMERIC_FORMATS

if TYPE_CHECKING:
    from ..schemas.reader import Schemas
    from .context import Context, Mode


def judge_types(context: Context) -> bool:
    """Judge the types; False if the other keywords need no comparison."""
    b, r = context.b, context.r
    if b.types == r.types:
        return True
    if not b.value_types or not r.value_types:
        return _judge_null_only(context)
    old, new = b.value_types, r.value_types
    common = _types_in_common(old, new)
    if (
        (b.groups or r.groups)
        and not (b.allows_everything or r.allows_everything)
        and common
        and _types_come_from_alternatives(context.judge.base, b)
        and _types_come_from_alternatives(context.judge.revision, r)
    ):
        return True  # the comparison of the alternatives reports it
    if b.types is None or r.types is None:
        stem = "type-narrowed" if b.types is None else "type-widened"
    else:
        widened, narrowed = _all_included(old, new), _all_included(new, old)
        if widened and narrowed:
            return True
        stem = _rule_on_the_wire(
            context, "type-widened" if widened else "type-narrowed" if narrowed else "type-changed"
        )
    message = f"the type changed from {_described_types(b)} to {_described_types(r)}"
    if not context.pair.revision:
        message = f"the schema was removed: the type was {_described_types(b)}, now anything is allowed"
    elif not context.pair.base:
        message = f"a schema was added: anything was allowed, now the type is {_described_types(r)}"
    context.add(stem, message, "type", sides=(types_as_json(b), types_as_json(r)))
    if b.allows_everything or r.allows_everything or not common or stem == "type-changed":
        return False
    context.restrict_to_types(frozenset(common))
    return True


def _types_come_from_alternatives(schemas: Schemas, constraints: Constraints) -> bool:
    """Whether a schema's types are those of its alternatives, and nothing else restricts them."""
    if not constraints.groups:
        return True
    return any(
        constraints.value_types == frozenset().union(*(schemas.constraints(x).value_types for x in group.branches))
        for group in constraints.groups
    )


def _judge_null_only(context: Context) -> bool:
    """Judge types where one side allows only null, or no value; True if ``not`` or ``if`` may matter, too."""
    b, r = context.b, context.r
    old, new = (ANYTHING if constraints.types is None else constraints.types for constraints in (b, r))
    widened, narrowed = _all_included(old, new), _all_included(new, old)
    stem = "type-widened" if widened else "type-narrowed" if narrowed else "type-changed"
    message = f"the type changed from {_described_types(b, null=True)} to {_described_types(r, null=True)}"
    context.add(stem, message, "type", sides=(types_as_json(b), types_as_json(r)))
    return bool((b.constrained | r.constrained) & {"excluded", "conditions"})


def _all_included(inner: frozenset[str], outer: frozenset[str]) -> bool:
    return all(kind in outer or (kind == "integer" and "number" in outer) for kind in inner)


def _types_in_common(a: frozenset[str], b: frozenset[str]) -> set[str]:
    found = set(a & b)
    if ("integer" in a and "number" in b) or ("number" in a and "integer" in b):
        # bounds have an effect on both: compare them as numbers
        found |= {"number"}
    return found


def _described_types(constraints: Constraints, *, null: bool = False) -> str:
    if constraints.types is None:
        return "anything"
    names = constraints.types if null else constraints.types - {"null"} or constraints.types
    return " or ".join(f"`{name}`" for name in sorted(names)) or "nothing"


def types_as_json(constraints: Constraints) -> str:
    """The types as compact JSON; empty if every type is allowed."""
    names = sorted(constraints.types or ())
    return (
        json.dumps(names[0] if len(names) == 1 else names, separators=(",", ":"))
        if constraints.types is not None
        else ""
    )


def _rule_on_the_wire(context: Context, stem: str) -> str:
    """The rule's stem where numbers and strings may be serialized alike."""
    b, r, mode = context.b, context.r, context.mode
    safe = "type-widened" if mode.sent else "type-narrowed"
    if stem == safe:
        return stem
    if mode.exploded and b.value_types <= SCALARS and r.value_types == {"array"}:
        inner = replace(mode, exploded=False, lifted=True)
        if context.judge.worst(context.pair.base, r.items, inner) != "breaking":
            return "type-widened"
    if mode.wire == "strict" or not (
        _readable_as(b.value_types, r.value_types, mode)
        if mode.sent
        else _readable_as(r.value_types, b.value_types, mode)
    ):
        return stem
    if mode.wire == "unsure":
        return "type-unsure"
    narrow, wide = (b, r) if mode.sent else (r, b)
    more_strings = not _all_included(narrow.value_types, wide.value_types)  # numbers are now serialized as strings
    return stem if more_strings and _constrains_strings(wide) else safe


def _constrains_strings(constraints: Constraints) -> bool:
    """Whether a schema constrains strings, so that some numbers written as strings are not valid."""
    limited = any(LIMIT_TYPES[name] == "string" for name in constraints.size_limits)
    formatted = bool(constraints.format) and constraints.format not in NUMERIC_FORMATS
    return (
        limited
        or formatted
        or bool(constraints.constrained & {"patterns", "enum", "content", "excluded", "conditions", "groups"})
    )


def _readable_as(inner: frozenset[str], outer: frozenset[str], mode: Mode) -> bool:
    """Whether values of the inner types, written as strings, can be read as values of the outer types."""
    written_as_string = SCALARS if mode.prefix == "parameter" and not mode.joined else SCALARS | {"array", "object"}
    return all(
        kind in outer or (kind == "integer" and "number" in outer) or (kind in written_as_string and "string" in outer)
        for kind in inner
    )
