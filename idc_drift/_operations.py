"""Two operations compared: what is sent.

Law: rules about parameters, bodies and media types are looked up here; what is inside a schema is asked of ``schemas``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from ._flat import MISSING, Flat, Shape, canonical
from ._keywords import shown
from ._modes import Mode
from ._promises import promises

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._model import Api, Body, Media, Operation, Value
    from .schemas import Judge

Direction = Literal["request", "response", "both", ""]

_LOOSE = re.compile(r"xml|form-data|x-www-form-urlencoded|^text/(plain|csv|html)")
PARAMETER = Mode(sent=True, prefix="parameter", wire="loose", top=True)


@dataclass(slots=True)
class Met:
    """One difference as it is met in one operation."""

    rule: str
    message: str
    operation: str
    pointer: str
    new: bool
    where: str
    direction: Direction


@dataclass(slots=True)
class Comparison:
    """Two documents, and the differences met so far."""

    base: Api
    revision: Api
    judge: Judge
    met: list[Met] = field(default_factory=list)
    operation: str = ""
    direction: Direction = ""

    def add(self, rule: str, message: str, pointer: str, where: str = "", *, new: bool = False) -> None:
        """Note a difference of the operation at hand."""
        self.met.append(Met(rule, message, self.operation, pointer, new, where, self.direction))

    def words(self, rule: str, old: dict[str, object], new: dict[str, object], pointer: str, where: str = "") -> None:
        """Note which documentation differs."""
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                self.add(rule, f"{name} changed", pointer, where)

    def shapes(self, old: Shape, new: Shape, mode: Mode, where: str) -> None:
        """Note what differs in two schemas and below them."""
        for finding, path in self.judge.findings(old, new, mode):
            place = f"{where} {path}".strip() if path else where
            self.add(finding.rule, finding.message, finding.pointer, place, new=finding.new)


# ------------------------------------------------------------------------------------------------------- parameters


def parameters(c: Comparison, old: Operation, new: Operation) -> None:
    """Compare what is sent beside the body."""
    was, is_ = dict(old.parameters), dict(new.parameters)
    _exploded(c.judge.base.flat, was, is_)
    _exploded(c.judge.revision.flat, is_, was)
    for key, value in was.items():
        where = f"{value.location} {value.name}"
        if key in is_:
            _parameter(c, value, is_[key], where)
        else:
            stem = "parameter-removed-before-sunset" if value.promise.early else "parameter-removed"
            c.add(stem, f"the {where} parameter was removed", value.pointer, where)
    for key, value in is_.items():
        if key not in was:
            where = f"{value.location} {value.name}"
            stem = "required" if value.required else "optional"
            c.add(f"{stem}-parameter-added", f"the {stem} {where} parameter was added", value.pointer, where, new=True)


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
        word = "required" if new.required else "optional"
        c.add(
            f"parameter-became-{word}",
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
    for name, was, is_ in (("empty", old.empty, new.empty), ("reserved", old.reserved, new.reserved)):
        if was != is_ and old.location == "query":
            said = "empty values" if name == "empty" else "unescaped reserved characters"
            word = "allowed" if is_ else "refused"
            c.add(f"parameter-{name}-{word}", f"{said} are {word} in the {where} parameter", old.pointer, where)
    c.words("parameter-annotation-changed", old.words, new.words, old.pointer, where)
    if not written(c, old, new, f"the {where} parameter", where, "parameter"):
        return
    _default(c, old, new, where)
    strict = bool(old.media) and not _LOOSE.search(old.media)
    mode = replace(
        PARAMETER,
        wire="strict" if strict else "loose",
        exploded=new.style == "form" and new.explode,
        joined=old.style == "simple" or (old.style == "form" and not old.explode),
    )
    c.shapes(old.shape, new.shape, mode, where)


def written(c: Comparison, old: Value, new: Value, what: str, where: str, prefix: str) -> bool:
    """Compare how a value is written; whether what is in it can still be compared."""
    if old.media != new.media:
        said = [media or "a plain value" for media in (old.media, new.media)]
        c.add(f"{prefix}-content-changed", f"{what} is written as {said[1]}, not as {said[0]}", old.pointer, where)
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
        c.add(f"{prefix}-style-changed", message, old.pointer, where)
    return True


def _default(c: Comparison, old: Value, new: Value, where: str) -> None:
    was, is_ = c.judge.base.flat(old.shape).default, c.judge.revision.flat(new.shape).default
    if was is is_ or (MISSING not in (was, is_) and canonical(was) == canonical(is_)):
        return
    stem = "added" if was is MISSING else "removed" if is_ is MISSING else "changed"
    before, after = ("none" if value is MISSING else shown(value) for value in (was, is_))
    said = f"the default of the {where} parameter changed from {before} to {after}"
    rule = "parameter-idle-default-changed" if old.required and new.required else f"parameter-default-{stem}"
    c.add(rule, said, old.pointer, where)


# ----------------------------------------------------------------------------------------------------------- bodies


def bodies(c: Comparison, old: Body | None, new: Body | None) -> None:
    """Compare what is sent as a body."""
    if old is None or new is None:
        if new is not None:
            stem = "required" if new.required else "optional"
            c.add(f"{stem}-request-body-added", f"the {stem} request body was added", new.pointer, "request", new=True)
        elif old is not None:
            c.add("request-body-removed", "the request body was removed", old.pointer, "request")
        return
    if old.required != new.required:
        word = "required" if new.required else "optional"
        c.add(f"request-body-became-{word}", f"the request body became {word}", old.pointer, "request")
    c.words("request-body-annotation-changed", old.words, new.words, old.pointer, "request")
    sent(c, old.content, new.content, "request")


def sent(c: Comparison, old: dict[str, Media], new: dict[str, Media], where: str) -> None:
    """Compare the media types of what the client sends."""
    pairs = list(_paired(c, old, new))
    for was, is_ in pairs:
        media(c, was, is_, Mode(sent=True, prefix="request"), where)
    for name in old.keys() - {was.name for was, _ in pairs}:
        c.add(
            "request-media-type-removed", f"bodies of type {name} are not accepted any more", old[name].pointer, where
        )
    for name in sorted(new.keys() - old.keys()):
        if not implied(c, old, new) and not any(covers(kind, name) for kind in old):
            c.add("request-media-type-added", f"bodies of type {name} are accepted", new[name].pointer, where, new=True)


def _paired(c: Comparison, old: dict[str, Media], new: dict[str, Media]) -> Iterator[tuple[Media, Media]]:
    """Media types of the base, each with what admits it in the revision."""
    if implied(c, old, new):
        yield from ((was, is_) for was in old.values() for is_ in new.values())
        return
    for name, was in old.items():
        found = new.get(name) or next((new[kind] for kind in new if covers(kind, name)), None)
        if found is not None:
            yield was, found


def implied(c: Comparison, old: dict[str, Media], new: dict[str, Media]) -> bool:
    """Whether one side is a Swagger 2.0 document that names no media type, and the other one has to."""
    if c.base.schemas.version == c.revision.schemas.version:
        return False
    return (set(old) == {"*/*"} and c.base.schemas.version == "2.0" and bool(new)) or (
        set(new) == {"*/*"} and c.revision.schemas.version == "2.0" and bool(old)
    )


def media(c: Comparison, old: Media, new: Media, mode: Mode, where: str) -> None:
    """Compare two bodies of a media type."""
    place = f"{where} {old.name}"
    if _LOOSE.search(old.name) and _LOOSE.search(new.name):
        mode = replace(mode, wire="loose")
    foreign = {"joined"} if c.base.schemas.version[0] != c.revision.schemas.version[0] else set()
    for name in sorted(old.encoding.keys() | new.encoding.keys()):
        was, is_ = (
            {k: v for k, v in e.get(name, {}).items() if k not in foreign} for e in (old.encoding, new.encoding)
        )
        if was != is_:
            c.add("request-encoding-changed", f"the encoding of `{name}` changed", old.pointer, place)
    c.words(
        f"{'request-body' if mode.sent else 'response'}-annotation-changed", old.words, new.words, old.pointer, place
    )
    c.shapes(old.shape or (), new.shape or (), mode, place)


def covers(kind: str, name: str) -> bool:
    """Whether a range of media types holds another type or range."""
    if kind == name or "*" not in kind:
        return False
    outer, inner = kind.split(";")[0].partition("/"), name.split(";")[0].partition("/")
    return kind.split(";")[0] == "*/*" or (outer[2] == "*" and outer[0] == inner[0])
