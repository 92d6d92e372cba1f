"""How the fields of a form are written on the wire.

Law: what is spelled out and is so anyway is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..schemas.constraints import SCALARS, Shape, canonical

if TYPE_CHECKING:
    from ..schemas.reader import Schemas

_WORDS = ("contentType", "style", "explode", "allowReserved", "joined")
"""What an encoding says; ``joined`` is whether a list is one part of a form, which Swagger 2.0 alone says."""


def encodings(schemas: Schemas, encoding: dict[str, Any], media: str, shape: Shape) -> dict[str, Any]:
    """How the fields of a form are written, defaults left out."""
    found: dict[str, Any] = {}
    if not (media.startswith("multipart/") or media == "application/x-www-form-urlencoded"):
        return found
    fields = schemas.flat(shape).properties
    for name, raw in encoding.items():
        if not isinstance(raw, dict) or name not in fields:
            continue
        says = {key: str(raw[key]).lower() for key in _WORDS if key in raw}
        if not media.startswith("multipart/"):
            says.pop("joined", None)
        kinds = schemas.flat(fields[name]).kinds
        plain = media.startswith("multipart/") or not kinds & {"array", "object"}
        for key, value in (
            ("explode", str(says.get("style", "form") == "form").lower()),
            ("style", "form"),
            ("allowReserved", "false"),
            ("contentType", _content_type(schemas, fields[name]) if media.startswith("multipart/") else ""),
        ):
            if says.get(key) == value or (key == "explode" and plain):
                says.pop(key, None)
        if isinstance(raw.get("headers"), dict) and media.startswith("multipart/"):
            says["headers"] = canonical({str(name).lower(): header for name, header in raw["headers"].items()})
        found[name] = says
    return {name: says for name, says in found.items() if says}


def _content_type(schemas: Schemas, shape: Shape) -> str:
    """What a part of a form is written as unless something else is said."""
    flat = schemas.flat(shape)
    if flat.kinds == {"array"}:
        flat = schemas.flat(flat.items)
    if flat.format == "binary" or "contentEncoding" in flat.content:
        return "application/octet-stream"
    return "text/plain" if flat.kinds <= SCALARS else "application/json"
