"""Bodies compared: what is sent, and what media types have in common either way.

Law: rules about bodies and media types are looked up here; what is inside a schema is asked of ``judge``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ..judge.context import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model.api import Body, Media
    from .comparison import Comparison

LOOSE = re.compile(r"xml|form-data|x-www-form-urlencoded|^text/(plain|csv|html)")
"""Media types in which a number is written as a text is."""


def bodies(c: Comparison, old: Body | None, new: Body | None) -> None:
    """Compare what is sent as a body."""
    if old is None or new is None:
        if new is not None:
            rule, word = (
                ("required-request-body-added", "required")
                if new.required
                else ("optional-request-body-added", "optional")
            )
            c.add(rule, f"the {word} request body was added", new.pointer, "request", new=True)
        elif old is not None:
            c.add("request-body-removed", "the request body was removed", old.pointer, "request")
        return
    if old.required != new.required:
        rule, word = (
            ("request-body-became-required", "required")
            if new.required
            else ("request-body-became-optional", "optional")
        )
        c.add(rule, f"the request body became {word}", old.pointer, "request")
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
    """Compare two bodies of a media type, each spelling with the same one."""
    place = f"{where} {old.name}"
    if LOOSE.search(old.name) and LOOSE.search(new.name):
        mode = replace(mode, wire="loose")
    for was, is_ in _spellings(old, new):
        _media(c, was, is_, mode, place)


def _spellings(old: Media, new: Media) -> Iterator[tuple[Media, Media]]:
    if not old.also and not new.also:
        yield old, new
        return
    mine, theirs = ({each.spelled: each for each in (media, *media.also)} for media in (old, new))
    yield from ((was, theirs.get(spelled, new)) for spelled, was in mine.items())
    yield from ((old, is_) for spelled, is_ in theirs.items() if spelled not in mine)


def _media(c: Comparison, old: Media, new: Media, mode: Mode, place: str) -> None:
    foreign = {"joined"} if c.base.schemas.version[0] != c.revision.schemas.version[0] else set()
    for name in sorted(old.encoding.keys() | new.encoding.keys()):
        was, is_ = (
            {k: v for k, v in e.get(name, {}).items() if k not in foreign} for e in (old.encoding, new.encoding)
        )
        if was != is_:
            c.add("request-encoding-changed", f"the encoding of `{name}` changed", old.pointer, place)
    rule = "request-body-annotation-changed" if mode.sent else "response-annotation-changed"
    c.words(rule, old.words, new.words, old.pointer, place)
    c.shapes(old.shape or (), new.shape or (), mode, place)


def covers(kind: str, name: str) -> bool:
    """Whether a range of media types holds another type or range."""
    if kind == name or "*" not in kind:
        return False
    outer, inner = kind.split(";")[0].partition("/"), name.split(";")[0].partition("/")
    return kind.split(";")[0] == "*/*" or (outer[2] == "*" and outer[0] == inner[0])
