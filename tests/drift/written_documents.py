"""Documents written in four ways: drawn at random, and pairs whose patches were wrong once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import strategies as st

from idc_drift.documents.parsing import plain_scalar

if TYPE_CHECKING:
    from collections.abc import Callable


class _Dumper(yaml.SafeDumper):
    """A dumper whose strings are strings in YAML 1.2, too, and which writes no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if isinstance(plain_scalar(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)

WRITERS: dict[str, Callable[[Any], str]] = {
    "block": lambda value: yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True),
    "mixed": lambda value: yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=10**6
    ),
    "json": lambda value: json.dumps(value, indent=2),
    "minified": lambda value: json.dumps(value, separators=(",", ":")),
}

_KEYS = st.sampled_from(["a", "b", "c", "200", "on", "1e3", "0o10", "x: y", "# z", "", "é", "- d", "null", "p/q~r"])
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), _KEYS, st.sampled_from(["two\nlines", "w " * 70]))
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=12
)
DOCUMENTS = st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=5)


def parameter(name: str, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": kind}}


def operation(**more: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "d"}}, **more}


def answer(schema: Any) -> dict[str, Any]:
    return operation(responses={"200": {"description": "d", "content": {"application/json": {"schema": schema}}}})


_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
_NEW_ITEM = {"parameters": [_ID], "get": operation(), "delete": operation()}
_TREE = {
    "type": "object",
    "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
}
_SHARED = {"$ref": "#/components/parameters/Q"}
_REFERENCES = {name: {"$ref": f"#/components/schemas/{name}"} for name in "BCDE"}
_MAPPING = {"b": "#/components/schemas/B", "e": "#/components/schemas/E"}


def _object(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": {"x/y": {}, "z/y": {}, **properties}}
    return found | ({"required": required} if required else {})


def _one_of(*names: str) -> dict[str, Any]:
    return {"oneOf": [_REFERENCES[name] for name in names]}


def _oauth(address: str) -> dict[str, Any]:
    flow = {"authorizationUrl": f"https://{address}.test", "scopes": {"write": "w"}}
    return {"type": "oauth2", "flows": {"implicit": flow}}


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "two parameters where there was no list": (
        {"paths": {"/a": {"get": operation()}}},
        {"paths": {"/a": {"get": operation(parameters=[parameter("p"), parameter("q")])}}},
    ),
    "a new path with two methods and a parameter of both": (
        {"paths": {"/a": {"get": operation()}}},
        {"paths": {"/a": {"get": operation()}, "/a/{id}": _NEW_ITEM}},
    ),
    "two properties of an object without properties": (
        {"paths": {"/a": {"get": answer({"type": "object"})}}},
        {"paths": {"/a": {"get": answer({"type": "object", "properties": {"x": {}, "y": {"type": "string"}}})}}},
    ),
    "both members removed": (
        {"paths": {"/a": {"get": operation(parameters=[parameter("p"), parameter("q")])}}},
        {"paths": {"/a": {"get": operation()}}},
    ),
    "one parameter removed, one changed, one added": (
        {"paths": {"/a": {"get": operation(parameters=[parameter("p"), parameter("q")])}}},
        {"paths": {"/a": {"get": operation(parameters=[parameter("q", "integer"), parameter("r")])}}},
    ),
    "a new operation that refers to a component that refers to itself": (
        {"paths": {"/a": {"get": operation()}}},
        {
            "paths": {"/a": {"get": operation()}, "/t": {"get": answer({"$ref": "#/components/schemas/Tree"})}},
            "components": {"schemas": {"Tree": _TREE}},
        },
    ),
    "what operations have in common, and what one of them does not": (
        {
            "security": [{"k": []}],
            "paths": {
                "/a": {"get": operation(parameters=[_SHARED], security=[{"k": []}]), "put": operation()},
                "/b": {"get": operation(parameters=[_SHARED, parameter("p")])},
            },
            "components": {"parameters": {"Q": parameter("q")}, "securitySchemes": {"k": _oauth("one")}},
        },
        {
            "security": [{"k": []}],
            "paths": {
                "/a": {"get": operation(security=[{"k": []}]), "put": operation(security=[{"k": ["write"]}])},
                "/b": {
                    "get": operation(
                        parameters=[_SHARED, {**parameter("p"), "required": True, "deprecated": True}],
                        responses={"200": {"description": "d"}, "404": {"$ref": "#/components/responses/Gone"}},
                    )
                },
            },
            "components": {
                "parameters": {"Q": parameter("q")},
                "responses": {"Gone": {"description": "gone"}},
                "securitySchemes": {"k": _oauth("two")},
            },
        },
    ),
    "references, null, alternatives, and a name with a slash": (
        {
            "openapi": "3.0.3",
            "paths": {"/a": {"get": answer({"$ref": "#/components/schemas/A"})}},
            "components": {
                "schemas": {
                    "A": _object(
                        required=["x/y"], old=_REFERENCES["B"], inline={"type": "string"}, one=_one_of("B", "D")
                    ),
                    "B": _object(kind={"type": "string", "enum": ["b"]}),
                    "D": _object(kind={"type": "string", "enum": ["d"]}),
                }
            },
        },
        {
            "openapi": "3.0.3",
            "paths": {"/a": {"get": answer({"$ref": "#/components/schemas/A"})}},
            "components": {
                "schemas": {
                    "A": _object(
                        required=["z/y"],
                        old=_REFERENCES["C"],
                        inline=_REFERENCES["B"],
                        one=_one_of("B", "C", "D"),
                        picked={**_one_of("B", "E"), "discriminator": {"propertyName": "kind", "mapping": _MAPPING}},
                        **{"x/y": {"type": "integer"}},
                    ),
                    "B": _object(kind={"type": "string", "enum": ["b"], "nullable": True}),
                    "C": _object(kind={"type": "string", "enum": ["c"]}),
                    "D": _object(kind={"type": "string", "enum": ["d"]}),
                    "E": _object(kind={"type": "string", "enum": ["e"]}),
                }
            },
        },
    ),
    "a value where there was null": (
        {"paths": {"/a": {"get": operation(parameters=None)}}},
        {"paths": {"/a": {"get": operation(parameters=[parameter("p")])}}},
    ),
}
