"""The rules about oneOf and anyOf.

Law: a branch is compared with its matching branch, so a change inside it is not reported as one branch removed and
another added; where branches cannot be matched, only the keyword is judged.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from ..changes.counterparts import compact_json
from ..documents.json_values import SCALARS
from ..schemas import value_sets
from ..schemas.normal_form import possible_values
from . import matching
from .context import NOT_WORSE_THAN_INFO, received, sent
from .discriminators import judge_discriminator, judge_subtypes

if TYPE_CHECKING:
    from ..changes.change import Level
    from ..documents.node import Schema
    from ..schemas.constraints import Constraints, Group
    from ..schemas.reader import Schemas
    from .context import Context, Judge, Mode

_REMOVED = {"oneOf": "one-of-removed", "anyOf": "any-of-removed"}
_ADDED = {"oneOf": "one-of-added", "anyOf": "any-of-added"}


def judge_alternatives(context: Context) -> None:
    """Judge the alternatives of both sides."""
    b, r = context.b, context.r
    old, new = list(b.groups), list(r.groups)
    if not old and not new:
        if b.discriminator is not None and r.discriminator is not None:
            judge_subtypes(context)
        return judge_discriminator(context, b, r)
    if old and not new and r.merged_group:
        new = [r.merged_group]
    elif new and not old and b.merged_group:
        old = [b.merged_group]
    if len(old) == len(new):
        for before, after in zip(old, new, strict=True):
            _judge_group(context, before, after)
    elif not old or not new:
        _judge_one_sided_group(context, (old or new)[0], added=bool(new))
    else:
        _judge_group_counts(context, old, new)
    if old and new and bool(b.groups) != bool(r.groups):
        _subtract_merged_alternative(
            context, (b.merged_group or r.merged_group) if not (b.groups and r.groups) else None
        )
    return judge_discriminator(context, b, r)


def _subtract_merged_alternative(context: Context, merged: Group | None) -> None:
    """Remove from one side the constraints of its merged alternative, which was already compared."""
    b, r, judge = context.b, context.r, context.judge
    one, other, schemas = (r, b, judge.revision) if b.groups else (b, r, judge.base)
    for constraints in (schemas.constraints(branch) for branch in (merged.branches if merged else ())):
        names = constraints.properties.keys() - other.properties.keys()
        shared = {name: getattr(other, name) for name in constraints.constrained - {"properties", "required", "groups"}}
        properties = {name: schema for name, schema in one.properties.items() if name not in names}
        required = one.required - (constraints.required - other.required)
        one = replace(one, **shared, properties=properties, required=required)
    context.b, context.r = (other, one) if b.groups else (one, other)


def _judge_group_counts(context: Context, old: list[Group], new: list[Group]) -> None:
    """Judge different numbers of groups: all groups must hold, so an added group narrows."""
    while old and new:
        _judge_group(context, old.pop(0), new.pop(0))
    for group in old or new:
        stem = "alternatives-added" if new else "alternatives-removed"
        context.add(stem, f"{group.kind} was {'added' if new else 'removed'}", group.kind, new=bool(new))


def _judge_one_sided_group(context: Context, group: Group, *, added: bool) -> None:
    """Judge alternatives that only one side has."""
    constraints, single = (context.r, context.b) if added else (context.b, context.r)
    if constraints.constrained - {"groups"}:
        stem = "alternatives-added" if added else "alternatives-removed"
        context.add(stem, f"{group.kind} was {'added' if added else 'removed'}", group.kind, new=added)
        return
    pair, judge = context.pair, context.judge
    mode = replace(context.mode, lifted=True, merged=True)  # changes of allOf are reported elsewhere
    single_schema = pair.base if added else pair.revision
    if group.kind != "anyOf" or not _equals_widest_alternative(judge, single_schema, group, mode, added=added):
        _report_wrapping(context, group, single_schema, mode, added=added)
    rest = replace(single, groups=())  # the branches were compared with the rest, except null
    context.b, context.r = replace(rest, types=context.b.types), replace(rest, types=context.r.types)


def _report_wrapping(context: Context, group: Group, single_schema: Schema, mode: Mode, *, added: bool) -> None:
    """Report that a schema became alternatives, or the reverse, and whether every value is still valid.

    Example: ``{type: string}`` became ``anyOf: [{type: string}, {type: object}]``.
    """
    judge = context.judge
    levels = [
        judge.worst(single_schema, branch, mode) if added else judge.worst(branch, single_schema, mode)
        for branch in group.branches
    ]
    fitting = [branch for branch, level in zip(group.branches, levels, strict=True) if level in NOT_WORSE_THAN_INFO]
    fits_one = bool(fitting) if group.kind == "anyOf" else _fits_exactly_one(context, group, single_schema, fitting)
    word = (
        f"became {group.kind} of {len(group.branches)}"
        if added
        else f"is no longer {group.kind} of {len(group.branches)}"
    )
    fits = fits_one if added == context.mode.sent else len(fitting) == len(group.branches)
    safe, unsafe = ("wrapped-safely", "wrapped") if added else ("unwrapped-safely", "unwrapped")
    context.add(safe if fits else unsafe, f"the schema {word}", "", new=added)


def _fits_exactly_one(context: Context, group: Group, single_schema: Schema, fitting: list[Schema]) -> bool:
    """Whether all values of a schema are valid for one of the alternatives that allow them, and for no other one."""
    judge = context.judge
    added = single_schema is context.pair.base
    single, schemas = (judge.base, judge.revision) if added else (judge.revision, judge.base)
    values = single.constraints(single_schema)
    read = {id(branch): schemas.constraints(branch) for branch in group.branches}
    return any(
        all(
            _exclude_each_other(schemas, read[id(branch)], read[id(other)])
            or not _may_share_types(values, read[id(other)])
            for other in group.branches
            if other is not branch
        )
        for branch in fitting
    )


def _equals_widest_alternative(judge: Judge, single_schema: Schema, group: Group, mode: Mode, *, added: bool) -> bool:
    """Whether one alternative equals the single schema, and the others allow only values of it."""

    def level(mode: Mode, branch: Schema) -> Level | None:
        return judge.worst(single_schema, branch, mode) if added else judge.worst(branch, single_schema, mode)

    narrower = received(mode) if added else replace(sent(mode), proof=True)
    return any(level(mode, branch) is None for branch in group.branches) and all(
        level(narrower, branch) in NOT_WORSE_THAN_INFO for branch in group.branches
    )


def _judge_group(context: Context, old: Group, new: Group) -> None:
    judge, mode = context.judge, replace(context.mode, lifted=True, exploded=False)
    matched, removed, added = matching.match_branches(judge, old, new, mode)
    for before, after in matched:
        if _is_contained(judge.base, before, old) and _is_contained(judge.revision, after, new):
            _judge_contained_alternative(context, before, after, (old.kind, new.kind), mode)
            continue
        name = matching.label(judge.revision, after) or str(new.branches.index(after))
        context.edge(f"({new.kind} {name})", before, after, mode)
    for branch in removed:
        safe = _is_scalar(judge.base, branch) and any(
            judge.worst(branch, other, sent(mode)) in NOT_WORSE_THAN_INFO for other in new.branches
        )
        message = f"{_quoted_label('', judge.base, branch)} was removed from {old.kind}"
        sides = _as_json(branch), ""
        if safe and old.kind == new.kind == "anyOf":
            context.add("alternative-implied", message, old.kind, at=branch, new=False, sides=sides)
        elif safe and context.mode.sent:
            context.add("overlap-changed", message, old.kind, at=branch, new=False, sides=sides)
        else:
            context.add(_REMOVED[old.kind], message, old.kind, at=branch, new=False, sides=sides)
    for branch in added:
        safe = _is_scalar(judge.revision, branch) and any(
            judge.worst(other, branch, received(mode)) in NOT_WORSE_THAN_INFO for other in old.branches
        )
        message = f"{_quoted_label('', judge.revision, branch)} was added to {new.kind}"
        sides = "", _as_json(branch)
        if safe and old.kind == new.kind == "anyOf":
            context.add("alternative-implied", message, new.kind, at=branch, new=True, sides=sides)
        elif safe and not context.mode.sent:
            context.add("overlap-changed", message, new.kind, at=branch, new=True, sides=sides)
        else:
            context.add(_ADDED[new.kind], message, new.kind, at=branch, new=True, sides=sides)
    if old.kind != new.kind and not (
        _mutually_exclusive(judge.base, [judge.base.constraints(x) for x in old.branches])
        and _mutually_exclusive(judge.revision, [judge.revision.constraints(x) for x in new.branches])
    ):
        stem = "any-of-became-one-of" if new.kind == "oneOf" else "one-of-became-any-of"
        context.add(stem, f"{old.kind} became {new.kind}", new.kind, new=True)


def _as_json(branch: Schema) -> str:
    """An alternative as compact JSON; its place in the list may be that of another one in the other document."""
    return compact_json(branch[0].raw) or '"an alternative"'


def _is_contained(schemas: Schemas, branch: Schema, group: Group) -> bool:
    """Whether another alternative allows all values of this one: ``anyOf: [{type: string}, {enum: [a, b]}]``."""
    constraints = schemas.constraints(branch)
    if not value_sets.is_scalar(constraints):
        return False
    before = True  # of two alternatives that allow the same values, the first one counts
    for other in group.branches:
        if other is branch:
            before = False
            continue
        wide = schemas.constraints(other)
        if value_sets.contains(wide, constraints) and (before or not value_sets.contains(constraints, wide)):
            return True
    return False


def _judge_contained_alternative(
    context: Context, before: Schema, after: Schema, kinds: tuple[str, str], mode: Mode
) -> None:
    """Judge an alternative that another one contains in both documents: the allowed values are the same."""
    judge = context.judge
    if judge.same(before, after, mode):
        return
    message = f"{_quoted_label('', judge.revision, after)} changed, which another alternative contains"
    if kinds == ("anyOf", "anyOf"):
        context.add("alternative-implied", message, kinds[0], at=before, other=after)
    else:
        context.add("overlap-changed", message, kinds[0], at=before, other=after)


def _is_scalar(schemas: Schemas, branch: Schema) -> bool:
    constraints = schemas.constraints(branch)
    return constraints.types is not None and constraints.value_types <= SCALARS


def _mutually_exclusive(schemas: Schemas, all_constraints: list[Constraints]) -> bool:
    """Whether no value is valid for two of the alternatives, judged by types and enumerated values."""
    return all(_exclude_each_other(schemas, a, b) for a, b in combinations(all_constraints, 2))


def _exclude_each_other(schemas: Schemas, a: Constraints, b: Constraints) -> bool:
    if not _may_share_types(a, b):
        return True
    if (
        a.enum is not None
        and b.enum is not None
        and not (possible_values(a) or a.enum).keys() & (possible_values(b) or b.enum).keys()
    ):
        return True
    for name in a.required & b.required & a.properties.keys() & b.properties.keys():
        own, other = schemas.constraints(a.properties[name]).enum, schemas.constraints(b.properties[name]).enum
        if own is not None and other is not None and not own.keys() & other.keys():
            return True
    if a.value_types == b.value_types == {"object"}:
        return any(x.additional_properties is False and y.required - x.properties.keys() for x, y in ((a, b), (b, a)))
    return False


def _may_share_types(a: Constraints, b: Constraints) -> bool:
    """Whether a value can have a type of both; every integer is a number, and null is judged elsewhere."""
    numbers = {"integer", "number"}
    return bool(a.value_types & b.value_types or (a.value_types & numbers and b.value_types & numbers))


def _quoted_label(name: str, schemas: Schemas, schema: Schema) -> str:
    return f"`{name or matching.label(schemas, schema) or 'a schema'}`"
