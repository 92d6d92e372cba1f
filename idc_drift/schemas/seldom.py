"""The keywords of a schema object that most have not, and how any keyword leads to the schemas inside.

Law: as for the others, a keyword that says nothing is not there.
"""

from __future__ import annotations

from typing import Any

from .constraints import UNEVALUATED_TYPES, Node, Shape, canonical, numeric, placed
from .vocabulary import NULL


def seldom(node: Node) -> dict[str, Any]:
    """What most schemas say nothing of."""
    raw = node.raw
    return {
        "matching": members(node, "patternProperties"),
        "names": () if raw.get("propertyNames") == {"type": "string"} else shape_at(node, "propertyNames"),
        "contains": _contains(node),
        "never": _never(node),
        "conditions": _conditions(node),
        "unevaluated": {n: openness(node, n) for n in UNEVALUATED_TYPES if openness(node, n) is not True},
        "extensible": _extensible(raw),
        "discriminator": _discriminator(raw),
        **_arrays(node),
        **_dependencies(node),
    }


def _never(node: Node) -> tuple[Shape, ...]:
    """What ``not`` excludes; what is seen without looking further (all, null) is among the types."""
    excluded = node.raw.get("not")
    plain = not isinstance(excluded, dict) or not excluded or excluded in NULL
    return () if plain or twice(node.raw) else (shape_at(node, "not"),)


def twice(raw: dict[str, Any]) -> bool:
    """Whether it is not what is not a schema."""
    return isinstance(raw.get("not"), dict) and raw["not"].keys() == {"not"}


def _arrays(node: Node) -> dict[str, Any]:
    """The elements; a list of items is the older way to write prefixItems."""
    raw = node.raw
    listed, rest = raw.get("prefixItems"), shape_at(node, "items")
    name = "prefixItems"
    if isinstance(raw.get("items"), list):
        listed, rest, name = raw["items"], shape_at(node, "additionalItems"), "items"
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
    return ((shape_at(node, "contains"), int(least if least is not None else 1), None if most is None else int(most)),)


def _conditions(node: Node) -> tuple[dict[str, Shape], ...]:
    raw = node.raw
    if not isinstance(raw.get("if"), dict) or not raw["if"] or all(is_open(raw.get(n, True)) for n in ("then", "else")):
        return ()
    parts = ("if", *(name for name in ("then", "else") if not is_open(raw.get(name, True))))
    return ({name: shape_at(node, name) for name in parts},)


def _dependencies(node: Node) -> dict[str, Any]:
    """What a property needs; ``dependencies`` is the older word for both kinds."""
    raw = node.raw
    needs: dict[str, frozenset[str]] = {}
    for keyword in ("dependencies", "dependentRequired"):
        needing = raw.get(keyword)
        for key, listed in needing.items() if isinstance(needing, dict) else ():
            if isinstance(listed, list) and listed:
                needs[str(key)] = frozenset(map(str, listed))
    older = {key: shape for key, shape in members(node, "dependencies").items() if isinstance(shape[0].raw, dict)}
    implies = {**older, **members(node, "dependentSchemas")}
    return {"needs": needs, "implies": {key: shape for key, shape in implies.items() if not is_open(shape[0].raw)}}


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


def shape_at(node: Node, name: str) -> Shape:
    """The schema that a keyword holds; none if it holds no schema, or one that allows everything."""
    value = node.raw.get(name)
    if isinstance(value, dict) or value is False:
        return (_child(node, name, value),)
    return ()


def _child(node: Node, path: str, value: Any) -> Node:
    return placed(value, f"{node.pointer}/{path}", node.home)


def members(node: Node, name: str) -> dict[str, Shape]:
    """The schemas that a keyword holds by name."""
    found = node.raw.get(name)
    if not isinstance(found, dict):
        return {}
    escape = {key: str(key).replace("~", "~0").replace("/", "~1") for key in found}
    return {str(key): (_child(node, f"{name}/{escape[key]}", value),) for key, value in found.items()}


def openness(node: Node, name: str) -> bool | Shape:
    """Whether more is allowed: an empty schema is as open as none."""
    value = node.raw.get(name, True)
    if value in ({"not": {}}, {"not": True}):
        return False
    if isinstance(value, dict) and value:
        return (_child(node, name, value),)
    return value is not False


def required(raw: dict[str, Any]) -> frozenset[str]:
    """The names that ``required`` lists; what is no name, or empty where no property is called so, names nothing."""
    listed = raw.get("required")
    found = (each for each in listed if names(raw, each)) if isinstance(listed, list) else ()
    return frozenset(str(each).lower() if isinstance(each, bool) else str(each) for each in found)


def names(raw: dict[str, Any], value: Any) -> bool:
    """Whether a value can name a property of a schema (a number and a truth value can in YAML)."""
    properties = raw.get("properties")
    return isinstance(value, (str, int, float)) and (value != "" or (isinstance(properties, dict) and "" in properties))


def is_open(raw: Any) -> bool:
    """Whether a schema allows everything, as one sees without looking further."""
    return raw is True or raw == {}
