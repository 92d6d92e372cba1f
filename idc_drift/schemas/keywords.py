"""The keywords of one schema object, references and composition aside.

Law: a keyword that is written but says nothing (``required: []``, ``minLength: 0``, ``additionalProperties: true``,
a pattern that everything matches) is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..documents.spelling import standard
from .constraints import ANYTHING, LIMIT_TYPES, MISSING, Bound, Flat, Node, canonical, numeric, type_of
from .seldom import is_open, members, openness, required, seldom, shape_at
from .vocabulary import ALIASES, BOUNDS, CONTENT, EMPTY_PATTERNS, NULL, PLACED, SELDOM

if TYPE_CHECKING:
    from fractions import Fraction


def own(node: Node, version: str) -> Flat:
    """What the keywords of a schema object allow."""
    raw: dict[str, Any] = node.raw
    types, enum, format_ = _values(raw)
    lower, upper = _bounds(raw) if not BOUNDS.isdisjoint(raw) else (None, None)
    more = {} if SELDOM.isdisjoint(raw) else seldom(node)
    content, format_ = _content(node, format_) if not CONTENT.isdisjoint(raw) else ({}, format_)
    multiple = numeric(raw.get("multipleOf"))
    properties, extra = members(node, "properties"), openness(node, "additionalProperties")
    if more and extra is True:
        more["matching"] = {key: shape for key, shape in more["matching"].items() if not is_open(shape[0].raw)}
        for pattern in EMPTY_PATTERNS & more["matching"].keys() if not properties else ():
            extra = more["matching"].pop(pattern)  # every name matches it
    return Flat(
        types=_but(types, raw["not"]) if "not" in raw else types,
        enum=enum,
        format=format_,
        lower=lower,
        upper=upper,
        limits={name: int(numeric(raw[name]) or 0) for name in raw if name in LIMIT_TYPES and _limits(name, raw[name])},
        multiple=multiple if multiple and multiple > 0 and not _whole(multiple, types) else None,
        unique=raw.get("uniqueItems") is True,
        patterns=frozenset({raw["pattern"]} if isinstance(raw.get("pattern"), str) else ()) - EMPTY_PATTERNS,
        properties=properties,
        required=required(raw),
        extra=extra,
        content=content,
        default=raw.get("default", MISSING),
        notes=_notes(raw),
        at={name: f"{node.pointer}/{name}" for name in raw if name in PLACED},
        **more,
    )


def _but(types: frozenset[str] | None, excluded: Any) -> frozenset[str] | None:
    """The types without what ``not`` excludes, if that is everything or null."""
    if excluded in ({}, True):
        return frozenset()
    return (ANYTHING if types is None else types) - {"null"} if excluded in NULL else types


def _whole(multiple: Fraction, types: frozenset[str] | None) -> bool:
    """Whether every integer is a multiple, and no other number is meant."""
    return (1 / multiple).denominator == 1 and bool(types) and "number" not in (types or ())


def _values(raw: dict[str, Any]) -> tuple[frozenset[str] | None, dict[str, Any] | None, str]:
    """Types and enumerated values: null is a type, whichever way it is written."""
    named = raw.get("type")
    listed = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    format_ = raw.get("format") if isinstance(raw.get("format"), str) else ""
    if "file" in listed:
        listed, format_ = ["string"], "binary"
    names = [name if name in ANYTHING else ALIASES.get(name.lower(), "") for name in listed if isinstance(name, str)]
    types = None if "" in names or not names else frozenset(names)  # a type nobody knows may be any
    nullable = raw.get("nullable") is True or raw.get("x-nullable") is True
    if types is not None and nullable:
        types |= {"null"}
    values = raw["enum"] if isinstance(raw.get("enum"), list) else None
    if "const" in raw:
        values = [raw["const"]] if values is None or raw["const"] in values else values
    if values is None:
        return types, None, str(format_)
    if types is None:
        types = frozenset(type_of(value) for value in values)
        types |= {"null"} if nullable else frozenset()
    elif None not in values and not nullable:
        types -= {"null"}
    if "number" in types:
        types -= {"integer"}
    enum = {canonical(value): value for value in values if value is not None}
    return types, enum if enum or not types - {"null"} or values else None, str(format_)


def _bounds(raw: dict[str, Any]) -> tuple[Bound | None, Bound | None]:
    """Both bounds, with exclusiveness written as a flag or as a number."""
    found: list[Bound | None] = []
    for plain, exclusive, sign in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
        value, other = numeric(raw.get(plain)), numeric(raw.get(exclusive))
        bounds: list[Bound] = []
        if value is not None:
            bounds.append((value, raw.get(exclusive) is True))
        if other is not None:
            bounds.append((other, True))
        found.append(max(bounds, key=lambda bound: (sign * bound[0], bound[1])) if bounds else None)
    return found[0], found[1]


def _limits(name: str, value: Any) -> bool:
    number = numeric(value)
    return number is not None and (number > 0 or name.startswith("max")) and number.denominator == 1


def _content(node: Node, format_: str) -> tuple[dict[str, Any], str]:
    """What a text encodes; the 3.0 formats ``byte`` and ``binary`` are their older names."""
    raw = node.raw
    found: dict[str, Any] = {
        name: raw[name].lower() for name in ("contentMediaType", "contentEncoding") if isinstance(raw.get(name), str)
    }
    if not format_ and found == {"contentEncoding": "base64"}:
        found, format_ = {}, "byte"
    elif not format_ and found == {"contentMediaType": "application/octet-stream"}:
        found, format_ = {}, "binary"
    if schema := shape_at(node, "contentSchema"):
        found["contentSchema"] = schema
    return found, format_


def _notes(raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: said for name in ("title", "description", "externalDocs", "xml") if (said := standard(raw.get(name)))
    }
    found |= {name: True for name in ("deprecated", "readOnly", "writeOnly") if raw.get(name) is True}
    found |= {name: str(raw[name]) for name in ("x-sunset", "x-stability-level") if raw.get(name)}
    examples = [raw["example"]] if "example" in raw else []
    if isinstance(raw.get("examples"), list):
        examples += raw["examples"]
    if examples:
        found["examples"] = sorted({canonical(value) for value in examples})
    return found
