"""What objects and arrays hold.

Law: a property that only one side has is one finding, whatever is inside it; one that both have is compared by an edge.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ..changes.counterparts import said
from ..schemas.combination import joined

if TYPE_CHECKING:
    from ..documents.node import Shape
    from ..schemas.constraints import Flat
    from ..schemas.reader import Schemas
    from .context import Context


def objects(context: Context) -> None:
    """Properties and the keywords around them."""
    _properties(context)
    _openness(context)
    b, r = context.b, context.r
    _patterns(context)
    _shapes(context, b.implies, r.implies, "dependent-schema", "dependentSchemas")
    _optional(context, b.names, r.names, "property-names", "propertyNames")
    for name in sorted(b.needs.keys() | r.needs.keys()):
        old, new = b.needs.get(name, frozenset()), r.needs.get(name, frozenset())
        for stem, names in (("added", new - old), ("removed", old - new)):
            for other in sorted(names):
                message = f"`{name}` {'now needs' if stem == 'added' else 'no longer needs'} `{other}`"
                context.add(f"dependent-required-{stem}", message, "dependentRequired")
    for name in sorted(b.unevaluated.keys() | r.unevaluated.keys()):
        was, is_ = b.unevaluated.get(name, True), r.unevaluated.get(name, True)
        if isinstance(was, tuple) and isinstance(is_, tuple):
            context.edge("(unevaluated)", was, is_)
        elif was != is_:
            narrower = is_ is False or was is True
            context.add(
                f"unevaluated-{'added' if narrower else 'removed'}",
                f"{name} {'restricted' if narrower else 'freed'}",
                name,
            )


def _properties(context: Context) -> None:
    b, r = context.b, context.r
    for name, shape in b.properties.items():
        if name in r.properties:
            _kept(context, name, shape, r.properties[name])
        elif not _flag(context, shape, old=True):
            _removed(context, name, shape)
    for name, shape in r.properties.items():
        if name not in b.properties and not _flag(context, shape, old=False):
            _added(context, name, shape)
    for name in sorted((b.required ^ r.required) - b.properties.keys() - r.properties.keys()):
        _requiredness(context, name)


def _flag(context: Context, shape: Shape, *, old: bool) -> bool:
    """Whether a property does not count in this direction: readOnly if sent, writeOnly if received."""
    judge = context.judge
    return (judge.base if old else judge.revision).marked(shape, "readOnly" if context.mode.sent else "writeOnly")


def _kept(context: Context, name: str, old: Shape, new: Shape) -> None:
    if (name in context.b.required) == (name in context.r.required) and context.judge.untouched(old, new):
        return
    was, is_ = _flag(context, old, old=True), _flag(context, new, old=False)
    if was and is_:
        return
    if was != is_:
        word = "read-only" if context.mode.sent else "write-only"
        must = name in context.b.required and name in context.r.required
        stem = f"became-{word}" if is_ else f"became-not-{word}"
        if must and (was or not context.mode.sent):
            stem = f"required-property-{stem}"
        context.add(
            stem, f"property `{name}` became {'' if is_ else 'not '}{word}", "properties", part=name, at=old, new=False
        )
        return
    _requiredness(context, name)
    context.edge(name, old, new)


def _requiredness(context: Context, name: str) -> None:
    was, is_ = name in context.b.required, name in context.r.required
    if was and not is_:
        context.add("property-became-optional", f"property `{name}` became optional", "required", part=name, new=False)
    elif is_ and not was:
        context.add("property-became-required", f"property `{name}` became required", "required", part=name, new=True)


def _removed(context: Context, name: str, shape: Shape) -> None:
    if name in context.r.required and context.r.extra is not False:
        _requiredness(context, name)
        context.edge(name, shape, _others(context.judge.revision, context.r, name))
        return
    if others := _others(context.judge.revision, context.r, name):
        context.edge(name, shape, others)  # it is one of the others now, and has to be like them
        if name not in context.b.required and _alike(context, shape, others):
            context.add(
                "property-unlisted",
                f"property `{name}` is like all others",
                "properties",
                part=name,
                at=shape,
                new=False,
            )
            return
    must = "required " if name in context.b.required else ""
    stem = "required-property-removed" if must else "property-removed"
    if context.mode.sent and context.r.extra is False:
        stem = "property-forbidden"
    context.add(stem, f"{must}property `{name}` was removed", "properties", part=name, at=shape, new=False)


def _added(context: Context, name: str, shape: Shape) -> None:
    if name in context.b.required:
        _requiredness(context, name)
        context.edge(name, _others(context.judge.base, context.b, name), shape)
        return
    if others := _others(context.judge.base, context.b, name):
        context.edge(name, others, shape)  # it was one of the others
        if name not in context.r.required and _alike(context, others, shape):
            context.add(
                "property-listed", f"property `{name}` is like all others", "properties", part=name, at=shape, new=True
            )
            return
    must = name in context.r.required
    stem = "required-property-added" if must else "property-added"
    words = f"{'required' if must else 'optional'} property `{name}` was added"
    context.add(stem, words, "properties", part=name, at=shape, new=True)


def _alike(context: Context, old: Shape, new: Shape) -> bool:
    """Whether a property is to be what all others are to be, and to be read and written as they are."""
    judge, mode = context.judge, context.mode.below()
    marked = any(
        schemas.marked(shape, word)
        for schemas, shape in ((judge.base, old), (judge.revision, new))
        for word in ("readOnly", "writeOnly")
    )
    return not marked and judge.same(old, new, mode)


def _others(schemas: Schemas, flat: Flat, name: str) -> Shape:
    """What is asked of a property that is not listed."""
    found: Shape = ()
    named = False
    for pattern, shape in flat.matching.items():
        with suppress(re.error):
            if re.search(pattern, name):
                found, named = joined(found, shape), True
    if not named:
        found = _beyond(flat.extra)
    return () if schemas.flat(found).trivial else found


def _beyond(extra: bool | Shape) -> Shape:
    return extra if isinstance(extra, tuple) else ()


def _openness(context: Context) -> None:
    old, new = context.b.extra, context.r.extra
    if isinstance(old, tuple) and isinstance(new, tuple):
        context.edge("*", old, new)
        return
    judge = context.judge
    if old == new:
        return
    if new is False:
        stem, message = "closed", "properties beyond the listed ones are not allowed any more"
    elif old is False:
        stem, message = "opened", "properties beyond the listed ones are allowed now"
    elif new is True:
        if judge.base.flat(_beyond(old)).trivial:
            return
        stem, message = "widened", "properties beyond the listed ones need not fit a schema any more"
    else:
        if judge.revision.flat(_beyond(new)).trivial:
            return
        stem, message = "narrowed", "properties beyond the listed ones must now fit a schema"
    sides = (_others_said(old, judge.base), _others_said(new, judge.revision))
    context.add(f"additional-properties-{stem}", message, "additionalProperties", sides=sides)


def _others_said(extra: bool | Shape, schemas: Schemas) -> str:
    """What further properties have to be, as compact JSON, whichever way it was written."""
    if isinstance(extra, tuple) and not schemas.flat(extra).trivial:
        return said([node.raw for node in extra] if len(extra) > 1 else extra[0].raw)
    return said(extra is not False)


def _shapes(context: Context, old: dict[str, Shape], new: dict[str, Shape], stem: str, keyword: str) -> None:
    for key in sorted(old.keys() | new.keys()):
        if key in old and key in new:
            context.edge(f"({key})", old[key], new[key])
        elif key in new:
            context.add(f"{stem}-added", f"{keyword} `{key}` was added", keyword, at=new[key], new=True)
        else:
            context.add(f"{stem}-removed", f"{keyword} `{key}` was removed", keyword, at=old[key], new=False)


def _patterns(context: Context) -> None:
    """Properties by pattern; where one side has no such pattern, they are among the properties beyond the listed."""
    b, r = context.b, context.r
    for key in sorted(b.matching.keys() | r.matching.keys()):
        old, new = b.matching.get(key) or _beyond(b.extra), r.matching.get(key) or _beyond(r.extra)
        if old and new:
            context.edge(f"({key})", old, new)
            continue
        side, word = (b, "removed") if key in b.matching else (r, "added")
        other = r if side is b else b
        stem = f"pattern-property-{word}"
        if other.extra is False:
            stem = "additional-properties-closed" if side is b else "additional-properties-opened"
        context.add(stem, f"patternProperties `{key}` was {word}", "patternProperties", at=old or new, new=side is r)


def _optional(context: Context, old: Shape, new: Shape, stem: str, keyword: str) -> None:
    if old and new:
        context.edge(f"({keyword})", old, new)
    elif new and not context.judge.revision.flat(new).trivial:
        context.add(f"{stem}-added", f"{keyword} was added", keyword, new=True)
    elif old and not context.judge.base.flat(old).trivial:
        context.add(f"{stem}-removed", f"{keyword} was removed", keyword, new=False)


def arrays(context: Context) -> None:
    """Elements: by position, all, and some."""
    b, r = context.b, context.r
    if b.items or r.items:
        mode = context.mode.below()  # the elements of a list that is a parameter are texts as the parameter is
        context.edge("*", b.items, r.items, replace(mode, wire=context.mode.wire) if context.mode.top else mode)
    for index in range(max(len(b.prefix), len(r.prefix))):
        if (index < len(b.prefix) or b.items) and (index < len(r.prefix) or r.items):
            was = b.prefix[index] if index < len(b.prefix) else b.items
            context.edge(str(index), was, r.prefix[index] if index < len(r.prefix) else r.items)
        elif index < len(r.prefix):
            context.add(
                "prefix-items-added",
                f"element {index} has a schema of its own now",
                "prefixItems",
                at=r.prefix[index],
                new=True,
            )
        else:
            context.add(
                "prefix-items-removed",
                f"element {index} has no schema of its own any more",
                "prefixItems",
                at=b.prefix[index],
                new=False,
            )
    _contains(context)


def _contains(context: Context) -> None:
    old, new = context.b.contains, context.r.contains
    for index in range(max(len(old), len(new))):
        if index >= len(old):
            context.add("contains-added", "contains was added", "contains", new=True)
        elif index >= len(new):
            context.add("contains-removed", "contains was removed", "contains", new=False)
        else:
            (was, least, most), (is_, fewest, greatest) = old[index], new[index]
            context.edge("(contains)", was, is_)
            for keyword, a, z, sign in (("minContains", least, fewest, 1), ("maxContains", most, greatest, -1)):
                if a != z:
                    tighter = a is None or (z is not None and sign * z > sign * a)
                    stem = "contains-tightened" if tighter else "contains-relaxed"
                    context.add(stem, f"{keyword} changed from {a} to {z}", keyword)
