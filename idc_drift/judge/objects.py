"""The rules about objects and arrays.

Law: a property on one side only is one finding, whatever it contains; a property on both sides is an edge to a pair.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ..changes.counterparts import compact_json
from ..documents.json_values import MISSING
from ..documents.spelling import renamed, transition
from ..schemas.combination import joined
from ..schemas.value_sets import has_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..documents.node import Schema
    from ..schemas.constraints import Constraints
    from ..schemas.reader import Schemas
    from .context import Context

_SHORT = 16
"""The length of names that are matched against any pattern."""


def judge_objects(context: Context) -> None:
    """Judge properties and the keywords about properties."""
    _judge_properties(context)
    _judge_additional_properties(context)
    b, r = context.b, context.r
    _judge_pattern_properties(context)
    _judge_dependent_schemas(context)
    _judge_property_names(context)
    for name in sorted(b.dependent_required.keys() | r.dependent_required.keys()):
        old, new = b.dependent_required.get(name, frozenset()), r.dependent_required.get(name, frozenset())
        for other in sorted(new - old):
            context.add("dependent-required-added", f"`{name}` now needs `{other}`", "dependentRequired")
        for other in sorted(old - new):
            context.add("dependent-required-removed", f"`{name}` no longer needs `{other}`", "dependentRequired")
    for name in sorted(b.unevaluated.keys() | r.unevaluated.keys()):
        before, after = b.unevaluated.get(name, True), r.unevaluated.get(name, True)
        if isinstance(before, tuple) and isinstance(after, tuple):
            context.edge("(unevaluated)", before, after)
        elif before != after:
            narrower = after is False or before is True
            stem, word = ("unevaluated-added", "restricted") if narrower else ("unevaluated-removed", "freed")
            context.add(stem, f"{name} {word}", name)


def _judge_properties(context: Context) -> None:
    b, r = context.b, context.r
    for name, schema in b.properties.items():
        if name in r.properties:
            _judge_kept_property(context, name, schema, r.properties[name])
        elif not _not_in_this_direction(context, schema, old=True):
            _judge_removed_property(context, name, schema)
    for name, schema in r.properties.items():
        if name not in b.properties and not _not_in_this_direction(context, schema, old=False):
            _judge_added_property(context, name, schema)
    for name in sorted((b.required ^ r.required) - b.properties.keys() - r.properties.keys()):
        _judge_requiredness(context, name)


def _not_in_this_direction(context: Context, schema: Schema, *, old: bool) -> bool:
    """Whether a property does not exist in this direction: readOnly if sent, writeOnly if received."""
    judge = context.judge
    return (judge.base if old else judge.revision).is_marked(schema, "readOnly" if context.mode.sent else "writeOnly")


def _judge_kept_property(context: Context, name: str, old: Schema, new: Schema) -> None:
    if (name in context.b.required) == (name in context.r.required) and context.judge.unchanged(old, new):
        return
    before, after = _not_in_this_direction(context, old, old=True), _not_in_this_direction(context, new, old=False)
    if before and after:
        return
    if before != after:
        required = name in context.b.required and name in context.r.required
        stem, word = (
            _read_only_rule(required=required, became=after)
            if context.mode.sent
            else _write_only_rule(required=required, became=after)
        )
        context.add(stem, f"property `{name}` became {word}", "properties", part=name, at=old, other=new)
        return
    _judge_requiredness(context, name)
    omittable = context.mode.prefix == "request" and not (name in context.b.required and name in context.r.required)
    if omittable and _has_default(context, old, new):
        context.edge(name, old, new, replace(context.mode.inside(), omittable=True))
    else:
        context.edge(name, old, new)


def _has_default(context: Context, old: Schema, new: Schema) -> bool:
    sides = context.judge.base.constraints(old), context.judge.revision.constraints(new)
    return any(side.default is not MISSING for side in sides)


def _read_only_rule(*, required: bool, became: bool) -> tuple[str, str]:
    """The rule, and the words, for a sent property that became ``readOnly`` or is not any more."""
    if became:
        return "became-read-only", "read-only"
    return "required-property-became-not-read-only" if required else "became-not-read-only", "not read-only"


def _write_only_rule(*, required: bool, became: bool) -> tuple[str, str]:
    """The rule, and the words, for a received property that became ``writeOnly`` or is not any more."""
    if became:
        return "required-property-became-write-only" if required else "became-write-only", "write-only"
    return "required-property-became-not-write-only" if required else "became-not-write-only", "not write-only"


def _judge_requiredness(context: Context, name: str) -> None:
    before, after = name in context.b.required, name in context.r.required
    if before and not after:
        context.add("property-became-optional", f"property `{name}` became optional", "required", part=name, new=False)
    elif after and not before:
        context.add("property-became-required", f"property `{name}` became required", "required", part=name, new=True)


def _judge_removed_property(context: Context, name: str, schema: Schema) -> None:
    if name in context.r.required and context.r.additional_properties is not False:
        _judge_requiredness(context, name)
        context.edge(name, schema, _schema_of_unlisted(context.judge.revision, context.r, name))
        return
    if others := _schema_of_unlisted(context.judge.revision, context.r, name):
        context.edge(name, schema, others)  # as an unlisted property it must be valid for additionalProperties
        if name not in context.b.required and _like_unlisted_properties(context, schema, others):
            context.add(
                "property-unlisted",
                f"property `{name}` has the schema of unlisted properties",
                "properties",
                part=name,
                at=schema,
                new=False,
            )
            return
    required = "required " if name in context.b.required else ""
    stem = "required-property-removed" if required else "property-removed"
    if context.mode.sent and context.r.additional_properties is False:
        stem = "property-forbidden"
    message = f"{required}property `{name}` was removed{renamed(_twins(context, schema))}"
    context.add(stem, message, "properties", part=name, at=schema, new=False)


def _twins(context: Context, schema: Schema) -> Iterator[str]:
    """The name of the only added property, if only one was removed and both have the same shape."""
    b, r = context.b.properties, context.r.properties
    added = [name for name in r if name not in b]
    alone = len(added) == 1 and sum(name not in r for name in b) == 1
    if alone and context.judge.same(schema, r[added[0]], context.mode.inside()):
        yield f"`{added[0]}`"


def _judge_added_property(context: Context, name: str, schema: Schema) -> None:
    if name in context.b.required:
        _judge_requiredness(context, name)
        context.edge(name, _schema_of_unlisted(context.judge.base, context.b, name), schema)
        return
    if others := _schema_of_unlisted(context.judge.base, context.b, name):
        context.edge(name, others, schema)  # it was valid for additionalProperties before
        if name not in context.r.required and _like_unlisted_properties(context, others, schema):
            context.add(
                "property-listed",
                f"property `{name}` has the schema of unlisted properties",
                "properties",
                part=name,
                at=schema,
                new=True,
            )
            return
    required = name in context.r.required
    stem = "required-property-added" if required else "property-added"
    words = f"{'required' if required else 'optional'} property `{name}` was added"
    context.add(stem, words, "properties", part=name, at=schema, new=True)


def _like_unlisted_properties(context: Context, old: Schema, new: Schema) -> bool:
    """Whether a listed property has the same schema as unlisted ones, and the same readOnly and writeOnly."""
    judge, mode = context.judge, context.mode.inside()
    marked = any(
        schemas.is_marked(schema, word)
        for schemas, schema in ((judge.base, old), (judge.revision, new))
        for word in ("readOnly", "writeOnly")
    )
    return not marked and judge.same(old, new, mode)


def _schema_of_unlisted(schemas: Schemas, constraints: Constraints, name: str) -> Schema:
    """The schema for an unlisted property of this name."""
    found: Schema = ()
    named = False
    for pattern, schema in constraints.pattern_properties.items():
        with suppress(re.error):
            # A group that is repeated can take for ever in a long name; there it counts as not found.
            if has_pattern(pattern, name) or (len(name) <= _SHORT and re.search(pattern, name)):
                found, named = joined(found, schema), True
    if not named:
        found = _as_schema(constraints.additional_properties)
    return () if schemas.constraints(found).allows_everything else found


def _as_schema(additional: bool | Schema) -> Schema:
    return additional if isinstance(additional, tuple) else ()


def _judge_additional_properties(context: Context) -> None:
    old, new = context.b.additional_properties, context.r.additional_properties
    if isinstance(old, tuple) and isinstance(new, tuple):
        context.edge("*", old, new)
        return
    judge = context.judge
    if old == new:
        return
    if new is False:
        stem, message = "additional-properties-closed", "properties that are not listed are not allowed any more"
    elif old is False:
        stem, message = "additional-properties-opened", "properties that are not listed are allowed now"
    elif new is True:
        if judge.base.constraints(_as_schema(old)).allows_everything:
            return
        stem = "additional-properties-widened"
        message = "properties that are not listed need not be valid for a schema any more"
    else:
        if judge.revision.constraints(_as_schema(new)).allows_everything:
            return
        stem = "additional-properties-narrowed"
        message = "properties that are not listed must now be valid for a schema"
    sides = (_additional_properties_as_json(old, judge.base), _additional_properties_as_json(new, judge.revision))
    context.add(stem, message, "additionalProperties", sides=sides)


def _additional_properties_as_json(additional: bool | Schema, schemas: Schemas) -> str:
    """The schema of unlisted properties as compact JSON, however it was written."""
    if isinstance(additional, tuple) and not schemas.constraints(additional).allows_everything:
        return compact_json([node.raw for node in additional] if len(additional) > 1 else additional[0].raw)
    return compact_json(additional is not False)


def _judge_dependent_schemas(context: Context) -> None:
    old, new, keyword = context.b.dependent_schemas, context.r.dependent_schemas, "dependentSchemas"
    for key in sorted(old.keys() | new.keys()):
        if key in old and key in new:
            context.edge(f"({key})", old[key], new[key])
        elif key in new:
            context.add("dependent-schema-added", f"{keyword} `{key}` was added", keyword, at=new[key], new=True)
        else:
            context.add("dependent-schema-removed", f"{keyword} `{key}` was removed", keyword, at=old[key], new=False)


def _judge_pattern_properties(context: Context) -> None:
    """Judge patternProperties; where one side lacks a pattern, its additionalProperties apply."""
    b, r = context.b, context.r
    for key in sorted(b.pattern_properties.keys() | r.pattern_properties.keys()):
        old, new = (
            b.pattern_properties.get(key) or _as_schema(b.additional_properties),
            r.pattern_properties.get(key) or _as_schema(r.additional_properties),
        )
        if old and new:
            context.edge(f"({key})", old, new)
            continue
        added = key not in b.pattern_properties
        if added:
            stem = "additional-properties-opened" if b.additional_properties is False else "pattern-property-added"
        else:
            stem = "additional-properties-closed" if r.additional_properties is False else "pattern-property-removed"
        message = f"patternProperties `{key}` was {'added' if added else 'removed'}"
        context.add(stem, message, "patternProperties", at=old or new, new=added)


def _judge_property_names(context: Context) -> None:
    old, new, keyword = context.b.property_names, context.r.property_names, "propertyNames"
    if old and new:
        context.edge(f"({keyword})", old, new)
    elif new and not context.judge.revision.constraints(new).allows_everything:
        context.add("property-names-added", f"{keyword} was added", keyword, new=True)
    elif old and not context.judge.base.constraints(old).allows_everything:
        context.add("property-names-removed", f"{keyword} was removed", keyword, new=False)


def judge_arrays(context: Context) -> None:
    """Judge the elements of arrays: prefixItems, items and contains."""
    b, r = context.b, context.r
    if b.items or r.items:
        mode = context.mode.inside()  # elements of a parameter are serialized like the parameter
        context.edge("*", b.items, r.items, replace(mode, wire=context.mode.wire) if context.mode.top else mode)
    for index in range(max(len(b.prefix_items), len(r.prefix_items))):
        if (index < len(b.prefix_items) or b.items) and (index < len(r.prefix_items) or r.items):
            before = b.prefix_items[index] if index < len(b.prefix_items) else b.items
            context.edge(str(index), before, r.prefix_items[index] if index < len(r.prefix_items) else r.items)
        elif index < len(r.prefix_items):
            context.add(
                "prefix-items-added",
                f"element {index} has a schema of its own now",
                "prefixItems",
                at=r.prefix_items[index],
                new=True,
            )
        else:
            context.add(
                "prefix-items-removed",
                f"element {index} has no schema of its own any more",
                "prefixItems",
                at=b.prefix_items[index],
                new=False,
            )
    _judge_contains(context)


def _judge_contains(context: Context) -> None:
    old, new = context.b.contains, context.r.contains
    for index in range(max(len(old), len(new))):
        if index >= len(old):
            context.add("contains-added", "contains was added", "contains", new=True)
        elif index >= len(new):
            context.add("contains-removed", "contains was removed", "contains", new=False)
        else:
            (before, old_min, old_max), (after, new_min, new_max) = old[index], new[index]
            context.edge("(contains)", before, after)
            for keyword, a, z, sign in (("minContains", old_min, new_min, 1), ("maxContains", old_max, new_max, -1)):
                if a != z:
                    tighter = a is None or (z is not None and sign * z > sign * a)
                    stem = "contains-tightened" if tighter else "contains-relaxed"
                    context.add(
                        stem, transition(keyword, *("" if limit is None else str(limit) for limit in (a, z))), keyword
                    )
