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
    _dependent_schemas(context)
    _names(context)
    for name in sorted(b.needs.keys() | r.needs.keys()):
        old, new = b.needs.get(name, frozenset()), r.needs.get(name, frozenset())
        for other in sorted(new - old):
            context.add("dependent-required-added", f"`{name}` now needs `{other}`", "dependentRequired")
        for other in sorted(old - new):
            context.add("dependent-required-removed", f"`{name}` no longer needs `{other}`", "dependentRequired")
    for name in sorted(b.unevaluated.keys() | r.unevaluated.keys()):
        was, is_ = b.unevaluated.get(name, True), r.unevaluated.get(name, True)
        if isinstance(was, tuple) and isinstance(is_, tuple):
            context.edge("(unevaluated)", was, is_)
        elif was != is_:
            narrower = is_ is False or was is True
            stem, word = ("unevaluated-added", "restricted") if narrower else ("unevaluated-removed", "freed")
            context.add(stem, f"{name} {word}", name)


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
        must = name in context.b.required and name in context.r.required
        stem, word = _reading(must=must, became=is_) if context.mode.sent else _writing(must=must, became=is_)
        context.add(stem, f"property `{name}` became {word}", "properties", part=name, at=old, new=False)
        return
    _requiredness(context, name)
    context.edge(name, old, new)


def _reading(*, must: bool, became: bool) -> tuple[str, str]:
    """What it is in what is sent if a property became ``readOnly`` or no longer is: the rule, and words."""
    if became:
        return "became-read-only", "read-only"
    return "required-property-became-not-read-only" if must else "became-not-read-only", "not read-only"


def _writing(*, must: bool, became: bool) -> tuple[str, str]:
    """The same for ``writeOnly`` in what is received."""
    if became:
        return "required-property-became-write-only" if must else "became-write-only", "write-only"
    return "required-property-became-not-write-only" if must else "became-not-write-only", "not write-only"


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
        stem, message = "additional-properties-closed", "properties beyond the listed ones are not allowed any more"
    elif old is False:
        stem, message = "additional-properties-opened", "properties beyond the listed ones are allowed now"
    elif new is True:
        if judge.base.flat(_beyond(old)).trivial:
            return
        stem = "additional-properties-widened"
        message = "properties beyond the listed ones need not fit a schema any more"
    else:
        if judge.revision.flat(_beyond(new)).trivial:
            return
        stem = "additional-properties-narrowed"
        message = "properties beyond the listed ones must now fit a schema"
    sides = (_others_said(old, judge.base), _others_said(new, judge.revision))
    context.add(stem, message, "additionalProperties", sides=sides)


def _others_said(extra: bool | Shape, schemas: Schemas) -> str:
    """What further properties have to be, as compact JSON, whichever way it was written."""
    if isinstance(extra, tuple) and not schemas.flat(extra).trivial:
        return said([node.raw for node in extra] if len(extra) > 1 else extra[0].raw)
    return said(extra is not False)


def _dependent_schemas(context: Context) -> None:
    old, new, keyword = context.b.implies, context.r.implies, "dependentSchemas"
    for key in sorted(old.keys() | new.keys()):
        if key in old and key in new:
            context.edge(f"({key})", old[key], new[key])
        elif key in new:
            context.add("dependent-schema-added", f"{keyword} `{key}` was added", keyword, at=new[key], new=True)
        else:
            context.add("dependent-schema-removed", f"{keyword} `{key}` was removed", keyword, at=old[key], new=False)


def _patterns(context: Context) -> None:
    """Properties by pattern; where one side has no such pattern, they are among the properties beyond the listed."""
    b, r = context.b, context.r
    for key in sorted(b.matching.keys() | r.matching.keys()):
        old, new = b.matching.get(key) or _beyond(b.extra), r.matching.get(key) or _beyond(r.extra)
        if old and new:
            context.edge(f"({key})", old, new)
            continue
        come = key not in b.matching
        if come:
            stem = "additional-properties-opened" if b.extra is False else "pattern-property-added"
        else:
            stem = "additional-properties-closed" if r.extra is False else "pattern-property-removed"
        message = f"patternProperties `{key}` was {'added' if come else 'removed'}"
        context.add(stem, message, "patternProperties", at=old or new, new=come)


def _names(context: Context) -> None:
    old, new, keyword = context.b.names, context.r.names, "propertyNames"
    if old and new:
        context.edge(f"({keyword})", old, new)
    elif new and not context.judge.revision.flat(new).trivial:
        context.add("property-names-added", f"{keyword} was added", keyword, new=True)
    elif old and not context.judge.base.flat(old).trivial:
        context.add("property-names-removed", f"{keyword} was removed", keyword, new=False)


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
