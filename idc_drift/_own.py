"""The keywords of one schema object, references and composition aside.

Law: a keyword that is written but says nothing (``required: []``, ``minLength: 0``, ``additionalProperties: true``,
a pattern that everything matches) is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._flat import (
    ANYTHING,
    LIMIT_TYPES,
    MISSING,
    UNEVALUATED_TYPES,
    Bound,
    Flat,
    Node,
    Shape,
    canonical,
    numeric,
    placed,
    type_of,
)
from ._vocabulary import ALIASES, BOUNDS, CONTENT, EMPTY_PATTERNS, PLACED, SELDOM

if TYPE_CHECKING:
    from fractions import Fraction


def own(node: Node, version: str) -> Flat:
    """What the keywords of a schema object allow."""
    raw: dict[str, Any] = node.raw
    types, enum, format_ = _values(raw)
    lower, upper = _bounds(raw) if not BOUNDS.isdisjoint(raw) else (None, None)
    required = raw.get("required")
    seldom = {} if SELDOM.isdisjoint(raw) else _seldom(node)
    content, format_ = _content(node, format_) if not CONTENT.isdisjoint(raw) else ({}, format_)
    multiple = numeric(raw.get("multipleOf"))
    properties, extra = _members(node, "properties"), _openness(node, "additionalProperties")
    if seldom and extra is True:
        seldom["matching"] = {key: shape for key, shape in seldom["matching"].items() if not _open(shape[0].raw)}
        for pattern in EMPTY_PATTERNS & seldom["matching"].keys() if not properties else ():
            extra = seldom["matching"].pop(pattern)  # every name matches it
    return Flat(
        types=frozenset() if "not" in raw and raw["not"] in ({}, True) else types,
        enum=enum,
        format=format_,
        lower=lower,
        upper=upper,
        limits={name: int(numeric(raw[name]) or 0) for name in raw if name in LIMIT_TYPES and _limits(name, raw[name])},
        multiple=multiple if multiple and multiple > 0 and not _whole(multiple, types) else None,
        unique=raw.get("uniqueItems") is True,
        patterns=frozenset({raw["pattern"]} if isinstance(raw.get("pattern"), str) else ()) - EMPTY_PATTERNS,
        properties=properties,
        required=frozenset(str(name) for name in required) if isinstance(required, list) else frozenset(),
        extra=extra,
        content=content,
        default=raw.get("default", MISSING),
        notes=_notes(raw),
        at={name: f"{node.pointer}/{name}" for name in raw if name in PLACED},
        **seldom,
    )


def _whole(multiple: Fraction, types: frozenset[str] | None) -> bool:
    """Whether every integer is a multiple, and no other number is meant."""
    return (1 / multiple).denominator == 1 and bool(types) and "number" not in (types or ())


def _seldom(node: Node) -> dict[str, Any]:
    """What most schemas say nothing of."""
    raw = node.raw
    return {
        "matching": _members(node, "patternProperties"),
        "names": () if raw.get("propertyNames") == {"type": "string"} else _shape(node, "propertyNames"),
        "contains": _contains(node),
        "never": (_shape(node, "not"),) if isinstance(raw.get("not"), dict) and raw["not"] and not twice(raw) else (),
        "conditions": _conditions(node),
        "unevaluated": {n: _openness(node, n) for n in UNEVALUATED_TYPES if _openness(node, n) is not True},
        "extensible": _extensible(raw),
        "discriminator": _discriminator(raw),
        **_arrays(node),
        **_dependencies(node),
    }


def twice(raw: dict[str, Any]) -> bool:
    """Whether it is not what is not a schema."""
    return isinstance(raw.get("not"), dict) and raw["not"].keys() == {"not"}


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


def _shape(node: Node, name: str) -> Shape:
    value = node.raw.get(name)
    if isinstance(value, dict) or value is False:
        return (_child(node, name, value),)
    return ()


def _child(node: Node, path: str, value: Any) -> Node:
    return placed(value, f"{node.pointer}/{path}", node.home)


def _openness(node: Node, name: str) -> bool | Shape:
    """Whether more is allowed: an empty schema is as open as none."""
    value = node.raw.get(name, True)
    if value in ({"not": {}}, {"not": True}):
        return False
    if isinstance(value, dict) and value:
        return (_child(node, name, value),)
    return value is not False


def _members(node: Node, name: str) -> dict[str, Shape]:
    found = node.raw.get(name)
    if not isinstance(found, dict):
        return {}
    escape = {key: str(key).replace("~", "~0").replace("/", "~1") for key in found}
    return {str(key): (_child(node, f"{name}/{escape[key]}", value),) for key, value in found.items()}


def _arrays(node: Node) -> dict[str, Any]:
    """The elements; a list of items is the older way to write prefixItems."""
    raw = node.raw
    listed, rest = raw.get("prefixItems"), _shape(node, "items")
    name = "prefixItems"
    if isinstance(raw.get("items"), list):
        listed, rest, name = raw["items"], _shape(node, "additionalItems"), "items"
    prefix = [
        (_child(node, f"{name}/{index}", value),)
        for index, value in enumerate(listed if isinstance(listed, list) else ())
    ]
    return {"items": rest if rest and rest[0].raw != {} else (), "prefix": tuple(prefix)}


def _contains(node: Node) -> tuple[tuple[Shape, int, int | None], ...]:
    raw = node.raw
    if not isinstance(raw.get("contains"), dict):
        return ()
    least, most = numeric(raw.get("minContains", 1)), numeric(raw.get("maxContains"))
    if least == 0 and most is None:
        return ()
    return ((_shape(node, "contains"), int(least if least is not None else 1), None if most is None else int(most)),)


def _conditions(node: Node) -> tuple[dict[str, Shape], ...]:
    raw = node.raw
    if not isinstance(raw.get("if"), dict) or not raw["if"] or all(_open(raw.get(n, True)) for n in ("then", "else")):
        return ()
    return ({name: _shape(node, name) for name in ("if", "then", "else") if name in node.raw},)


def _dependencies(node: Node) -> dict[str, Any]:
    """What a property needs; ``dependencies`` is the older word for both kinds."""
    raw = node.raw
    needs: dict[str, frozenset[str]] = {}
    for keyword in ("dependencies", "dependentRequired"):
        listed = raw.get(keyword)
        for key, names in listed.items() if isinstance(listed, dict) else ():
            if isinstance(names, list) and names:
                needs[str(key)] = frozenset(map(str, names))
    older = {key: shape for key, shape in _members(node, "dependencies").items() if isinstance(shape[0].raw, dict)}
    implies = {**older, **_members(node, "dependentSchemas")}
    return {"needs": needs, "implies": {key: shape for key, shape in implies.items() if not _open(shape[0].raw)}}


def _open(raw: Any) -> bool:
    """Whether a schema allows everything, as one sees without looking further."""
    return raw is True or raw == {}


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
    if schema := _shape(node, "contentSchema"):
        found["contentSchema"] = schema
    return found, format_


def _extensible(raw: dict[str, Any]) -> frozenset[str] | None:
    values = raw.get("x-extensible-enum")
    return frozenset(canonical(value) for value in values) if isinstance(values, list) else None


def _discriminator(raw: dict[str, Any]) -> tuple[str, dict[str, str]] | None:
    found = raw.get("discriminator")
    if isinstance(found, str):
        return found, {}
    if not isinstance(found, dict) or not isinstance(found.get("propertyName"), str):
        return None
    mapping = found.get("mapping")
    return found["propertyName"], {str(k): str(v) for k, v in mapping.items()} if isinstance(mapping, dict) else {}


def _notes(raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: raw[name] for name in ("title", "description", "externalDocs", "xml") if raw.get(name)
    }
    found |= {name: True for name in ("deprecated", "readOnly", "writeOnly") if raw.get(name) is True}
    found |= {name: str(raw[name]) for name in ("x-sunset", "x-stability-level") if raw.get(name)}
    examples = [raw["example"]] if "example" in raw else []
    if isinstance(raw.get("examples"), list):
        examples += raw["examples"]
    if examples:
        found["examples"] = sorted({canonical(value) for value in examples})
    return found
