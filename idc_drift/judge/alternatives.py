"""Which alternatives a schema has.

Law: a branch is compared with the branch it became, so that a change inside one is not a branch removed and another
added; what cannot be decided is judged by the keyword alone.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from ..documents.json_values import SCALARS
from ..schemas.normal_form import possible
from . import matching
from .context import CONTAINED, received, sent

if TYPE_CHECKING:
    from ..changes.change import Level
    from ..documents.node import Shape
    from ..schemas.constraints import Flat, Group
    from ..schemas.reader import Schemas
    from .context import Context, Judge, Mode

_REMOVED = {"oneOf": "one-of-removed", "anyOf": "any-of-removed"}
_ADDED = {"oneOf": "one-of-added", "anyOf": "any-of-added"}


def groups(context: Context) -> None:
    """Compare the alternatives."""
    b, r = context.b, context.r
    old, new = list(b.groups), list(r.groups)
    if not old and not new:
        if b.discriminator is not None and r.discriminator is not None:
            _subtypes(context)
        return _discriminator(context)
    if old and not new and r.folded:
        new = [r.folded]
    elif new and not old and b.folded:
        old = [b.folded]
    if len(old) == len(new):
        for was, is_ in zip(old, new, strict=True):
            _compared(context, was, is_)
    elif not old or not new:
        _wrapped(context, (old or new)[0], added=bool(new))
    else:
        _several(context, old, new)
    if old and new and bool(b.groups) != bool(r.groups):
        _without(context, (b.folded or r.folded) if not (b.groups and r.groups) else None)
    return _discriminator(context)


def _without(context: Context, folded: Group | None) -> None:
    """Leave out of one side what it has of its only alternative, which has been compared."""
    b, r, judge = context.b, context.r, context.judge
    one, other, schemas = (r, b, judge.revision) if b.groups else (b, r, judge.base)
    for flat in (schemas.flat(branch) for branch in (folded.branches if folded else ())):
        names = flat.properties.keys() - other.properties.keys()
        said = {name: getattr(other, name) for name in flat.says - {"properties", "required", "groups"}}
        properties = {name: shape for name, shape in one.properties.items() if name not in names}
        required = one.required - (flat.required - other.required)
        one = replace(one, **said, properties=properties, required=required)
    context.b, context.r = (other, one) if b.groups else (one, other)


def _several(context: Context, old: list[Group], new: list[Group]) -> None:
    """More groups on one side than on the other: they all have to hold, so one more narrows."""
    while old and new:
        _compared(context, old.pop(0), new.pop(0))
    for group in old or new:
        stem = "alternatives-added" if new else "alternatives-removed"
        context.add(stem, f"{group.kind} was {'added' if new else 'removed'}", group.kind, new=bool(new))


def _wrapped(context: Context, group: Group, *, added: bool) -> None:
    """Alternatives on one side only."""
    flat, plain = (context.r, context.b) if added else (context.b, context.r)
    if flat.says - {"groups"}:
        stem = "alternatives-added" if added else "alternatives-removed"
        context.add(stem, f"{group.kind} was {'added' if added else 'removed'}", group.kind, new=added)
        return
    pair, judge = context.pair, context.judge
    mode = replace(context.mode, lifted=True, merged=True)  # allOf is told where it stands
    whole = pair.base if added else pair.revision
    if group.kind != "anyOf" or not _as_much(judge, whole, group, mode, added=added):
        _rewrapped(context, group, whole, mode, added=added)
    rest = replace(plain, groups=())  # the rest has been judged with the branches, but for null
    context.b, context.r = replace(rest, types=context.b.types), replace(rest, types=context.r.types)


def _rewrapped(context: Context, group: Group, whole: Shape, mode: Mode, *, added: bool) -> None:
    """Say that a schema became alternatives, or the reverse, and whether that is safe."""
    judge = context.judge
    levels = [
        judge.worst(whole, branch, mode) if added else judge.worst(branch, whole, mode) for branch in group.branches
    ]
    fitting = [branch for branch, level in zip(group.branches, levels, strict=True) if level in CONTAINED]
    schemas = judge.revision if added else judge.base
    apart = group.kind == "anyOf" or _apart(schemas, [schemas.flat(branch) for branch in group.branches])
    word = (
        f"became {group.kind} of {len(group.branches)}"
        if added
        else f"is no longer {group.kind} of {len(group.branches)}"
    )
    fits = bool(fitting) and apart if added == context.mode.sent else len(fitting) == len(group.branches)
    safe, unsafe = ("wrapped-safely", "wrapped") if added else ("unwrapped-safely", "unwrapped")
    context.add(safe if fits else unsafe, f"the schema {word}", group.kind, new=added)


def _as_much(judge: Judge, whole: Shape, group: Group, mode: Mode, *, added: bool) -> bool:
    """Whether one of some alternatives is a schema, and the others are kinds of it."""

    def level(mode: Mode, branch: Shape) -> Level | None:
        return judge.worst(whole, branch, mode) if added else judge.worst(branch, whole, mode)

    narrower = received(mode) if added else replace(sent(mode), proof=True)
    return any(level(mode, branch) is None for branch in group.branches) and all(
        level(narrower, branch) in CONTAINED for branch in group.branches
    )


def _compared(context: Context, old: Group, new: Group) -> None:
    judge, mode = context.judge, replace(context.mode, lifted=True, exploded=False)
    matched, gone, come = matching.branches(judge, old, new, mode)
    for was, is_ in matched:
        name = matching.label(judge.revision, is_) or str(new.branches.index(is_))
        context.edge(f"({new.kind} {name})", was, is_, mode)
    for branch in gone:
        safe = _scalar(judge.base, branch) and any(
            judge.worst(branch, other, sent(mode)) in CONTAINED for other in new.branches
        )
        said = f"{_label('', judge.base, branch)} was removed from {old.kind}"
        if safe and old.kind == new.kind == "anyOf":
            context.add("alternative-implied", said, old.kind, at=branch, new=False)
        elif safe and context.mode.sent:
            context.add("overlap-changed", said, old.kind, at=branch, new=False)
        else:
            context.add(_REMOVED[old.kind], said, old.kind, at=branch, new=False)
    for branch in come:
        safe = _scalar(judge.revision, branch) and any(
            judge.worst(other, branch, received(mode)) in CONTAINED for other in old.branches
        )
        said = f"{_label('', judge.revision, branch)} was added to {new.kind}"
        if safe and old.kind == new.kind == "anyOf":
            context.add("alternative-implied", said, new.kind, at=branch, new=True)
        elif safe and not context.mode.sent:
            context.add("overlap-changed", said, new.kind, at=branch, new=True)
        else:
            context.add(_ADDED[new.kind], said, new.kind, at=branch, new=True)
    if old.kind != new.kind and not (
        _apart(judge.base, [judge.base.flat(x) for x in old.branches])
        and _apart(judge.revision, [judge.revision.flat(x) for x in new.branches])
    ):
        stem = "any-of-became-one-of" if new.kind == "oneOf" else "one-of-became-any-of"
        context.add(stem, f"{old.kind} became {new.kind}", new.kind, new=True)


def _scalar(schemas: Schemas, branch: Shape) -> bool:
    flat = schemas.flat(branch)
    return flat.types is not None and flat.kinds <= SCALARS


def _apart(schemas: Schemas, flats: list[Flat]) -> bool:
    """Whether no value fits two of the alternatives, as far as types and named values tell."""
    return all(_disjoint(schemas, a, b) for a, b in combinations(flats, 2))


def _disjoint(schemas: Schemas, a: Flat, b: Flat) -> bool:
    numbers = {"integer", "number"}
    if not a.kinds & b.kinds and not (a.kinds & numbers and b.kinds & numbers):
        return True
    if (
        a.enum is not None
        and b.enum is not None
        and not (possible(a) or a.enum).keys() & (possible(b) or b.enum).keys()
    ):
        return True
    for name in a.required & b.required & a.properties.keys() & b.properties.keys():
        mine, other = schemas.flat(a.properties[name]).enum, schemas.flat(b.properties[name]).enum
        if mine is not None and other is not None and not mine.keys() & other.keys():
            return True
    if a.kinds == b.kinds == {"object"}:
        return any(x.extra is False and y.required - x.properties.keys() for x, y in ((a, b), (b, a)))
    return False


def _discriminator(context: Context) -> None:
    old, new = context.b.discriminator, context.r.discriminator
    if old is None or new is None:
        if old is not new:
            stem, word = ("discriminator-added", "added") if new else ("discriminator-removed", "removed")
            context.add(stem, f"the discriminator was {word}", "discriminator")
        return
    if old[0] != new[0]:
        context.add(
            "discriminator-changed", f"the discriminator changed from `{old[0]}` to `{new[0]}`", "discriminator"
        )
    for key in sorted(old[1].keys() | new[1].keys()):
        mine = old[1].get(key, key if context.judge.base.has(key) else "")  # a component's name maps to it anyway
        other = new[1].get(key, key if context.judge.revision.has(key) else "")
        was, is_ = (f.rpartition("/")[2] for f in (mine, other))
        if not was or not is_:
            word = "joined" if is_ else "left"
            context.add("discriminator-changed", f"`{key}` {word} the discriminator's mapping", "discriminator")
        elif was == is_:
            before = matching.target(context.judge.base, mine)
            after = matching.target(context.judge.revision, other)
            context.edge(f"({key})", before, after, replace(context.mode, lifted=True, exploded=False))
        elif not matching.renamed(context.judge, mine, other, context.mode):
            context.add(
                "discriminator-changed",
                f"`{key}` of the discriminator's mapping changed from `{was}` to `{is_}`",
                "discriminator",
            )


def _subtypes(context: Context) -> None:
    """Schemas that extend one with a discriminator are its alternatives, although it does not name them."""
    old, new = (
        schemas.subtypes({name for node in shape if (name := matching.name(schemas, node))})
        for schemas, shape in ((context.judge.base, context.pair.base), (context.judge.revision, context.pair.revision))
    )
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            context.add("one-of-removed", f"the subtype `{name}` was removed", "discriminator", at=old[name], new=False)
        elif name not in old:
            context.add("one-of-added", f"the subtype `{name}` was added", "discriminator", at=new[name], new=True)
        else:
            context.edge(f"(subtype {name})", old[name], new[name], replace(context.mode, lifted=True, exploded=False))


def _label(name: str, schemas: Schemas, shape: Shape) -> str:
    return f"`{name or matching.label(schemas, shape) or 'a schema'}`"
