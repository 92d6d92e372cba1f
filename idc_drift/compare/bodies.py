"""The comparison of request bodies, and of media types in both directions.

Law: rules about bodies and media types are judged here; ``judge`` compares the schemas.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ..changes.counterparts import compact_json
from ..judge.context import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model.api import Body, Media
    from .comparison import Comparison

TEXTUAL_MEDIA_TYPES = re.compile(r"xml|form-data|x-www-form-urlencoded|^text/(plain|csv|html)")
"""Media types in which numbers are strings."""


def compare_request_bodies(c: Comparison, old: Body | None, new: Body | None) -> None:
    """Compare two request bodies."""
    if old is None or new is None:
        if new is not None:
            rule, word = (
                ("required-request-body-added", "required")
                if new.required
                else ("optional-request-body-added", "optional")
            )
            message, reference = f"the {word} request body was added", new.reference.place
            c.add(rule, message, new.pointer, "request", new=True, reference=reference)
        elif old is not None:
            message, reference = "the request body was removed", old.reference.place
            c.add("request-body-removed", message, old.pointer, "request", reference=reference)
        return
    if old.required != new.required:
        rule, word = (
            ("request-body-became-required", "required")
            if new.required
            else ("request-body-became-optional", "optional")
        )
        c.add(rule, f"the request body became {word}", old.pointer, "request")
    c.compare_documentation("request-body-annotation-changed", old.words, new.words, old.pointer, "request")
    compare_sent_media_types(c, old.content, new.content, "request")


def compare_sent_media_types(c: Comparison, old: dict[str, Media], new: dict[str, Media], where: str) -> None:
    """Compare the media types of a body that the client sends."""
    pairs = list(_matched_media_types(c, old, new))
    for before, after in pairs:
        compare_media_type(c, before, after, Mode(sent=True, prefix="request"), where)
    for name in old.keys() - {before.name for before, _ in pairs}:
        c.add(
            "request-media-type-removed", f"bodies of type {name} are not accepted any more", old[name].pointer, where
        )
    for name in sorted(new.keys() - old.keys()):
        if not media_type_left_open(c, old, new) and not any(range_contains(kind, name) for kind in old):
            c.add("request-media-type-added", f"bodies of type {name} are accepted", new[name].pointer, where, new=True)


def _matched_media_types(c: Comparison, old: dict[str, Media], new: dict[str, Media]) -> Iterator[tuple[Media, Media]]:
    """The media types of the base, each with the one of the revision that includes it."""
    if media_type_left_open(c, old, new):
        yield from ((before, after) for before in old.values() for after in new.values())
        return
    for name, before in old.items():
        found = new.get(name) or next((new[kind] for kind in new if range_contains(kind, name)), None)
        if found is not None:
            yield before, found


def media_type_left_open(c: Comparison, old: dict[str, Media], new: dict[str, Media]) -> bool:
    """Whether one side is a Swagger 2.0 document without media types, which OpenAPI 3 requires."""
    if c.base.schemas.version == c.revision.schemas.version:
        return False
    return (set(old) == {"*/*"} and c.base.schemas.version == "2.0" and bool(new)) or (
        set(new) == {"*/*"} and c.revision.schemas.version == "2.0" and bool(old)
    )


def compare_media_type(c: Comparison, old: Media, new: Media, mode: Mode, where: str) -> None:
    """Compare the content of a media type, each spelling with the same spelling."""
    place = f"{where} {old.name}"
    if TEXTUAL_MEDIA_TYPES.search(old.name) and TEXTUAL_MEDIA_TYPES.search(new.name):
        mode = replace(mode, wire="loose")
    for before, after in _matched_spellings(old, new):
        _compare_spelling(c, before, after, mode, place)


def _matched_spellings(old: Media, new: Media) -> Iterator[tuple[Media, Media]]:
    if not old.other_spellings and not new.other_spellings:
        yield old, new
        return
    old_spellings, new_spellings = (
        {each.spelling: each for each in (media, *media.other_spellings)} for media in (old, new)
    )
    yield from ((before, new_spellings.get(spelled, new)) for spelled, before in old_spellings.items())
    yield from ((old, after) for spelled, after in new_spellings.items() if spelled not in old_spellings)


def _compare_spelling(c: Comparison, old: Media, new: Media, mode: Mode, place: str) -> None:
    _compare_encodings(c, old, new, place)
    rule = "request-body-annotation-changed" if mode.sent else "response-annotation-changed"
    c.compare_documentation(rule, old.words, new.words, old.pointer, place)
    c.compare_schemas(old.schema or (), new.schema or (), mode, place)


def _compare_encodings(c: Comparison, old: Media, new: Media, place: str) -> None:
    """Compare the encodings of fields that both forms have; a field that comes or goes is judged as a property."""
    if not old.encoding and not new.encoding:
        return
    ignored = {"joined"} if c.base.schemas.version[0] != c.revision.schemas.version[0] else set()
    kept = (
        c.judge.base.constraints(old.schema or ()).properties.keys()
        & c.judge.revision.constraints(new.schema or ()).properties.keys()
    )
    for name in sorted(kept & (old.encoding.keys() | new.encoding.keys())):
        before, after = (
            {k: v for k, v in e.get(name, {}).items() if k not in ignored} for e in (old.encoding, new.encoding)
        )
        changed = [key for key in ENCODING_DEFAULTS if before.get(key) != after.get(key)]
        if changed:
            parts = (f"{key} from {_encoded(key, before)} to {_encoded(key, after)}" for key in changed)
            message = f"the encoding of `{name}` changed: {', '.join(parts)}"
            sides = compact_json(before), compact_json(after)
            c.add("request-encoding-changed", message, old.pointer, place, sides=sides)


ENCODING_DEFAULTS = {
    "style": "`form`",
    "explode": "its default",
    "contentType": "its default",
    "allowReserved": "`false`",
    "headers": "no headers",
    "joined": "its default",
}
"""The members of a field's encoding, with the words for a value that is not stated."""


def _encoded(key: str, encoding: dict[str, str]) -> str:
    return f"`{encoding[key]}`" if key in encoding else ENCODING_DEFAULTS[key]


def range_contains(kind: str, name: str) -> bool:
    """Whether a range such as ``text/*`` contains another media type or range."""
    if kind == name or "*" not in kind:
        return False
    outer, inner = kind.split(";")[0].partition("/"), name.split(";")[0].partition("/")
    return kind.split(";")[0] == "*/*" or (outer[2] == "*" and outer[0] == inner[0])
