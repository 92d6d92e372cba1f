"""The keywords of one schema object, except references and composition.

Law: a keyword without effect (``required: []``, ``minLength: 0``, ``additionalProperties: true``,
a pattern that matches everything) is ignored; a keyword whose value has the wrong kind is ignored and reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..documents.json_values import ANYTHING, MISSING, canonical, numeric, type_of
from ..documents.node import child, placed
from ..documents.spelling import standard
from .constraints import LIMIT_TYPES, NO_NAMES, NOTHING, UNEVALUATED_TYPES, Bound, Constraints, shared
from .vocabulary import (
    ALIASES,
    BOUND_KEYWORDS,
    CONTENT_KEYWORDS,
    EMPTY_PATTERNS,
    KEYWORDS,
    LOCATED_KEYWORDS,
    NULL,
    RARE_KEYWORDS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from ..documents.node import Node, Schema

_OBJECT, _LIST, _STRING, _FLAG, _SCHEMA = "an object", "a list", "a string", "true or false", "a schema"
_PYTHON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    _OBJECT: (dict,),
    _LIST: (list,),
    _STRING: (str,),
    _FLAG: (bool,),
    _SCHEMA: (dict, bool),
    "the name of a type or a list of them": (str, list),
    "a schema or a list of them": (dict, bool, list),
}
_EXPECTED: Final[dict[str, str]] = {
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "dependentRequired"), _OBJECT),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "required", "enum", "prefixItems"), _LIST),
    **dict.fromkeys(("$ref", "format", "pattern", "contentMediaType", "contentEncoding"), _STRING),
    **dict.fromkeys(("uniqueItems", "nullable", "readOnly", "writeOnly", "deprecated"), _FLAG),
    **dict.fromkeys(("additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"), _SCHEMA),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), _SCHEMA),
    "type": "the name of a type or a list of them",
    "items": "a schema or a list of them",
}
_KNOWN_TYPES = {*ALIASES, "file"}
_NEVER_EMPTY: Final = frozenset({"enum", "allOf", "anyOf", "oneOf", "prefixItems"})
"""Keywords for which JSON Schema leaves no meaning to an empty list: validators refuse all values, or ignore it."""


def keywords(node: Node, version: str) -> Constraints:
    """The constraints that the keywords of a schema object state."""
    raw: dict[str, Any] = node.raw
    types, enum, format_ = _values(raw)
    lower, upper = _bounds(raw) if not BOUND_KEYWORDS.isdisjoint(raw) else (None, None)
    more = {} if RARE_KEYWORDS.isdisjoint(raw) else _rare_keywords(node)
    content, format_ = _content(node, format_) if not CONTENT_KEYWORDS.isdisjoint(raw) else (NOTHING, format_)
    multiple = numeric(raw.get("multipleOf"))
    properties, additional = _schemas_by_name(node, "properties"), _additional(node, "additionalProperties")
    if more and additional is True:
        more["pattern_properties"] = {
            key: schema for key, schema in more["pattern_properties"].items() if not _is_open(schema[0].raw)
        }
        for pattern in EMPTY_PATTERNS & more["pattern_properties"].keys() if not properties else ():
            additional = more["pattern_properties"].pop(pattern)  # the pattern matches every name
    return Constraints(
        types=_excluding(types, raw["not"]) if "not" in raw else None if types is None else shared(types),
        enum=enum,
        format=format_,
        lower=lower,
        upper=upper,
        size_limits={
            name: int(numeric(raw[name]) or 0) for name in raw if name in LIMIT_TYPES and _is_limit(name, raw[name])
        }
        or NOTHING,
        multiple_of=multiple if multiple and multiple > 0 and not _is_divided_by(multiple, types) else None,
        unique_items=raw.get("uniqueItems") is True,
        patterns=frozenset({raw["pattern"]}) - EMPTY_PATTERNS if isinstance(raw.get("pattern"), str) else NO_NAMES,
        properties=properties,
        required=required(raw),
        additional_properties=additional,
        content=content,
        default=raw.get("default", MISSING),
        annotations=_annotations(raw),
        pointers={name: f"{node.pointer}/{name}" for name in raw if name in LOCATED_KEYWORDS},
        **more,
    )


def _excluding(types: frozenset[str] | None, excluded: Any) -> frozenset[str] | None:
    """The types without those that ``not`` excludes, if ``not`` excludes everything or null."""
    if excluded in ({}, True):
        return frozenset()
    return (ANYTHING if types is None else types) - {"null"} if excluded in NULL else types


def _is_divided_by(multiple: Fraction, types: frozenset[str] | None) -> bool:
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
    types = None if "" in names or not names else frozenset(names)  # an unknown type may be any type
    nullable = raw.get("nullable") is True or raw.get("x-nullable") is True
    if types is not None and nullable:
        types |= {"null"}
    values = (raw["enum"] or None) if isinstance(raw.get("enum"), list) else None
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
    return types, enum, str(format_)


def _bounds(raw: dict[str, Any]) -> tuple[Bound | None, Bound | None]:
    """Both bounds, with an exclusive bound given as true (OpenAPI 3.0) or as a number (3.1)."""
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


def _is_limit(name: str, value: Any) -> bool:
    number = numeric(value)
    return number is not None and (number > 0 or name.startswith("max")) and number.denominator == 1


def _content(node: Node, format_: str) -> tuple[dict[str, Any], str]:
    """The content keywords of strings; the formats ``byte`` and ``binary`` of OpenAPI 3.0 mean the same."""
    raw = node.raw
    found: dict[str, Any] = {
        name: raw[name].lower() for name in ("contentMediaType", "contentEncoding") if isinstance(raw.get(name), str)
    }
    if not format_ and found == {"contentEncoding": "base64"}:
        found, format_ = {}, "byte"
    elif not format_ and found == {"contentMediaType": "application/octet-stream"}:
        found, format_ = {}, "binary"
    if schema := _schema_at(node, "contentSchema"):
        found["contentSchema"] = schema
    return found, format_


def _annotations(raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: text for name in ("title", "description", "externalDocs", "xml") if (text := standard(raw.get(name)))
    }
    found |= {name: True for name in ("deprecated", "readOnly", "writeOnly") if raw.get(name) is True}
    found |= {name: str(raw[name]) for name in ("x-sunset", "x-stability-level") if raw.get(name)}
    examples = [raw["example"]] if "example" in raw else []
    if isinstance(raw.get("examples"), list):
        examples += raw["examples"]
    if examples:
        found["examples"] = sorted({canonical(value) for value in examples})
    return found or NOTHING


# -------------------------------------------------------------------------------------------- rare keywords


def _rare_keywords(node: Node) -> dict[str, Any]:
    """The fields for keywords that few schemas have."""
    raw = node.raw
    return {
        "pattern_properties": _schemas_by_name(node, "patternProperties"),
        "property_names": () if raw.get("propertyNames") == {"type": "string"} else _schema_at(node, "propertyNames"),
        "contains": _contains(node),
        "excluded": _excluded_schemas(node),
        "conditions": _conditions(node),
        "unevaluated": {n: _additional(node, n) for n in UNEVALUATED_TYPES if _additional(node, n) is not True},
        "extensible_enum": _extensible(raw),
        "discriminator": _discriminator(raw),
        **_arrays(node),
        **_dependencies(node),
    }


def _excluded_schemas(node: Node) -> tuple[Schema, ...]:
    """The schemas that ``not`` excludes; ``not`` of everything or of null is expressed by ``types`` instead."""
    excluded = node.raw.get("not")
    plain = not isinstance(excluded, dict) or not excluded or excluded in NULL
    return () if plain or is_double_negation(node.raw) else (_schema_at(node, "not"),)


def is_double_negation(raw: dict[str, Any]) -> bool:
    """Whether a schema is ``not`` of ``not``, which is the inner schema itself."""
    return isinstance(raw.get("not"), dict) and raw["not"].keys() == {"not"}


def _arrays(node: Node) -> dict[str, Any]:
    """The schemas of list elements; ``items`` with a list is the older spelling of ``prefixItems``."""
    raw = node.raw
    listed, rest = raw.get("prefixItems"), _schema_at(node, "items")
    name = "prefixItems"
    if isinstance(raw.get("items"), list):
        listed, rest, name = raw["items"], _schema_at(node, "additionalItems"), "items"
    prefix = [(child(node, name, index),) for index in range(len(listed) if isinstance(listed, list) else 0)]
    return {"items": rest if rest and rest[0].raw != {} else (), "prefix_items": tuple(prefix)}


def _contains(node: Node) -> tuple[tuple[Schema, int, int | None], ...]:
    raw = node.raw
    if not isinstance(raw.get("contains"), dict):
        return ()
    least, most = numeric(raw.get("minContains", 1)), numeric(raw.get("maxContains"))
    if least == 0 and most is None:
        return ()
    return (
        (_schema_at(node, "contains"), int(least if least is not None else 1), None if most is None else int(most)),
    )


def _conditions(node: Node) -> tuple[dict[str, Schema], ...]:
    raw = node.raw
    if (
        not isinstance(raw.get("if"), dict)
        or not raw["if"]
        or all(_is_open(raw.get(n, True)) for n in ("then", "else"))
    ):
        return ()
    parts = ("if", *(name for name in ("then", "else") if not _is_open(raw.get(name, True))))
    return ({name: _schema_at(node, name) for name in parts},)


def _dependencies(node: Node) -> dict[str, Any]:
    """The dependencies between properties; ``dependencies`` is the older keyword for both kinds."""
    raw = node.raw
    needs: dict[str, frozenset[str]] = {}
    for keyword in ("dependencies", "dependentRequired"):
        needing = raw.get(keyword)
        for key, listed in needing.items() if isinstance(needing, dict) else ():
            if isinstance(listed, list) and listed:
                needs[str(key)] = frozenset(map(str, listed))
    older = {
        key: schema for key, schema in _schemas_by_name(node, "dependencies").items() if isinstance(schema[0].raw, dict)
    }
    implies = {**older, **_schemas_by_name(node, "dependentSchemas")}
    return {
        "dependent_required": needs,
        "dependent_schemas": {key: schema for key, schema in implies.items() if not _is_open(schema[0].raw)},
    }


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


def _schema_at(node: Node, name: str) -> Schema:
    """The schema under a keyword; empty if there is none, or if it allows everything."""
    value = node.raw.get(name)
    if isinstance(value, dict) or value is False:
        return (_child(node, name, value),)
    return ()


def _child(node: Node, path: str, value: Any) -> Node:
    return placed(value, f"{node.pointer}/{path}", node.home)


def _schemas_by_name(node: Node, name: str) -> dict[str, Schema]:
    """The schemas under a keyword, by name."""
    found = node.raw.get(name)
    if not isinstance(found, dict):
        return NOTHING
    return {str(key): (child(node, name, key),) for key in found}


def _additional(node: Node, name: str) -> bool | Schema:
    """The value of ``additionalProperties`` or a similar keyword; an empty schema is the same as true."""
    value = node.raw.get(name, True)
    if value in ({"not": {}}, {"not": True}):
        return False
    if isinstance(value, dict) and value:
        return (_child(node, name, value),)
    return value is not False


def required(raw: dict[str, Any]) -> frozenset[str]:
    """The names in ``required``, without entries that cannot be the name of a property."""
    listed = raw.get("required")
    if not listed:
        return NO_NAMES
    found = (each for each in listed if _names(raw, each)) if isinstance(listed, list) else ()
    return frozenset(str(each).lower() if isinstance(each, bool) else str(each) for each in found)


def _names(raw: dict[str, Any], value: Any) -> bool:
    """Whether a value can be a property's name (numbers and booleans can, in YAML; "" if a property has that name)."""
    properties = raw.get("properties")
    return isinstance(value, (str, int, float)) and (value != "" or (isinstance(properties, dict) and "" in properties))


def _is_open(raw: Any) -> bool:
    """Whether a schema is ``true`` or ``{}``."""
    return raw is True or raw == {}


# ------------------------------------------------------------------------------------ unreadable keywords


def unreadable_keywords(raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each unknown keyword, and each keyword whose value has the wrong kind, with what is needed."""
    yield from ((str(name), "a known keyword") for name in raw.keys() - KEYWORDS if not str(name).startswith("x-"))
    for name in raw.keys() & _EXPECTED.keys():
        value = raw[name]
        if not isinstance(value, _PYTHON_TYPES[_EXPECTED[name]]) and value is not None:
            yield name, _EXPECTED[name]
        elif name == "required":
            yield from (
                (f"required/{at}", "a name") for at, each in enumerate(raw[name] or ()) if not _names(raw, each)
            )
        elif value == [] and name in _NEVER_EMPTY:
            yield name, "a list of one or more"
        elif name == "type" and not all(
            str(kind).lower() in _KNOWN_TYPES for kind in (value if isinstance(value, list) else [value])
        ):
            yield name, "a known type"
