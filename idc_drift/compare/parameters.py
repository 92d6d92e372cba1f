"""Parameters compared.

Law: what a parameter is called and how it is written on the wire is looked up here; its values are a schema's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..documents.json_values import MISSING, canonical
from ..judge.context import Mode
from ..judge.values import shown
from ..model.lifecycle import promises
from .bodies import LOOSE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..documents.node import Shape
    from ..model.api import Operation, Value
    from ..schemas.constraints import Flat
    from .comparison import Comparison

PARAMETER = Mode(sent=True, prefix="parameter", wire="loose", top=True)
_WRITTEN = ("parameter-content-changed", "parameter-style-changed")


def parameters(c: Comparison, old: Operation, new: Operation) -> None:
    """Compare what is sent beside the body."""
    was, is_ = dict(old.parameters), dict(new.parameters)
    _exploded(c.judge.base.flat, was, is_)
    _exploded(c.judge.revision.flat, is_, was)
    for key, value in was.items():
        where = value.where
        if key in is_:
            _parameter(c, value, is_[key], where)
        else:
            stem = "parameter-removed-before-sunset" if value.promise.early else "parameter-removed"
            c.add(stem, f"the {where} parameter was removed", value.pointer, where)
    for key, value in is_.items():
        if key not in was:
            where = value.where
            rule, word = (
                ("required-parameter-added", "required") if value.required else ("optional-parameter-added", "optional")
            )
            c.add(rule, f"the {word} {where} parameter was added", value.pointer, where, new=True)


def _exploded(
    flat: Callable[[Shape], Flat], mine: dict[tuple[str, str], Value], other: dict[tuple[str, str], Value]
) -> None:
    """Replace an object that is written as one query parameter a property by those, if the other side has them."""
    for key, value in list(mine.items()):
        if key in other or value.location not in ("query", "cookie") or value.style != "form" or not value.explode:
            continue
        found = flat(value.shape)
        names = [(value.location, name) for name in found.properties]
        if (
            found.kinds == {"object"}
            and names
            and all(name not in mine for name in names)
            and any(name in other for name in names)
        ):
            del mine[key]
            for name, shape in found.properties.items():
                must = value.required and name in found.required
                inner = flat(shape)
                listed = bool(inner.kinds & {"array", "object"})
                mine[value.location, name] = replace(
                    value,
                    name=name,
                    required=must,
                    shape=shape,
                    pointer=shape[0].pointer,
                    style="form" if listed else "",
                    explode=listed,
                )


def _parameter(c: Comparison, old: Value, new: Value, where: str) -> None:
    if old.required != new.required:
        rule, word = (
            ("parameter-became-required", "required") if new.required else ("parameter-became-optional", "optional")
        )
        c.add(
            rule,
            f"the {where} parameter became {word}",
            (new if new.required else old).pointer,
            where,
            new=new.required,
        )
    deprecated = new.promise.deprecated
    if old.promise.deprecated != deprecated:
        stem = "parameter-became-deprecated" if deprecated else "parameter-no-longer-deprecated"
        c.add(stem, f"the {where} parameter is {'' if deprecated else 'no longer '}deprecated", old.pointer, where)
    for rule, said in promises(old.promise, new.promise, f"the {where} parameter"):
        c.add(rule, said, old.pointer, where)
    _characters(c, old, new, where)
    for rule, said in _described(old, new):
        c.add(rule, f"the {where} parameter {said}", new.pointer, where, new=True)
    c.words("parameter-annotation-changed", old.words, new.words, old.pointer, where)
    if not written(c, old, new, f"the {where} parameter", where, _WRITTEN):
        return
    _default(c, old, new, where)
    strict = bool(old.media) and not LOOSE.search(old.media)
    mode = replace(
        PARAMETER,
        wire="strict" if strict else "loose",
        exploded=new.style == "form" and new.explode,
        joined=old.style == "simple" or (old.style == "form" and not old.explode),
    )
    c.shapes(old.shape, new.shape, mode, where)


def _characters(c: Comparison, old: Value, new: Value, where: str) -> None:
    """Compare what a query parameter may hold beside its values: nothing at all, and reserved characters."""
    if old.location != "query":
        return
    if old.empty != new.empty:
        rule, word = ("parameter-empty-allowed", "allowed") if new.empty else ("parameter-empty-refused", "refused")
        c.add(rule, f"empty values are {word} in the {where} parameter", old.pointer, where)
    if old.reserved != new.reserved:
        rule, word = (
            ("parameter-reserved-allowed", "allowed") if new.reserved else ("parameter-reserved-refused", "refused")
        )
        c.add(rule, f"unescaped reserved characters are {word} in the {where} parameter", old.pointer, where)


def _described(old: Value, new: Value) -> Iterator[tuple[str, str]]:
    """What is said of a path parameter that can be said of none, and what no longer is."""
    if new.misnamed and not old.misnamed:
        yield (
            "path-parameter-misdescribed",
            f"is called `{new.name}`, which the path does not name" if new.name else "has no name",
        )
    elif old.misnamed and not new.misnamed:
        yield "path-parameter-described", "is called as the path calls it now"
    if old.said != new.said:
        yield (
            ("path-parameter-described", "is said to be required now")
            if new.said
            else ("path-parameter-misdescribed", "is not said to be required")
        )


def written(c: Comparison, old: Value, new: Value, what: str, where: str, rules: tuple[str, str]) -> bool:
    """Compare how a value is written (`rules`: of its media type, of its style); whether the rest can be compared."""
    if old.media != new.media:
        said = [media or "a plain value" for media in (old.media, new.media)]
        c.add(rules[0], f"{what} is written as {said[1]}, not as {said[0]}", old.pointer, where)
        return False
    listed = {"array", "object"}
    plain = not (c.judge.base.flat(old.shape).kinds & listed and c.judge.revision.flat(new.shape).kinds & listed)
    styles = [
        ("" if plain and v.style in ("form", "simple", "deepObject") else v.style, v.explode and not plain)
        for v in (old, new)
    ]
    if styles[0] != styles[1]:
        words = [f"{v.style or 'plain'}{', exploded' if v.explode else ''}" for v in (old, new)]
        message = f"the style of {what} changed from {words[0]} to {words[1]}"
        c.add(rules[1], message, old.pointer, where)
    return True


def _default(c: Comparison, old: Value, new: Value, where: str) -> None:
    was, is_ = c.judge.base.flat(old.shape).default, c.judge.revision.flat(new.shape).default
    if was is is_ or (MISSING not in (was, is_) and canonical(was) == canonical(is_)):
        return
    before, after = ("none" if value is MISSING else shown(value) for value in (was, is_))
    said = f"the default of the {where} parameter changed from {before} to {after}"
    if old.required and new.required and old.said and new.said:
        rule = "parameter-idle-default-changed"
    elif was is MISSING:
        rule = "parameter-default-added"
    else:
        rule = "parameter-default-removed" if is_ is MISSING else "parameter-default-changed"
    c.add(rule, said, old.pointer, where)
