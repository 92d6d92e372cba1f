"""openapi.yaml as the contract tests read it.

Law: validates with the `jsonschema` package, because the stand-in validates with jsonschema-rs.
Every schema is named by its JSON pointer into the document, so nothing is copied out of it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import idc_client.models
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

import idc_openapi

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT: dict[str, Any] = yaml.safe_load(idc_openapi.content())
METHODS = ("get", "put", "post", "delete", "patch")
FORMATS = FormatChecker()

SUBSCHEMA = frozenset({"items", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else"})
SUBSCHEMAS_BY_NAME = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
SUBSCHEMA_LISTS = frozenset({"oneOf", "anyOf", "allOf", "prefixItems"})
DATA = frozenset({"example", "examples", "default"})

Pointer = tuple[str, ...]
REGISTRY = Registry().with_resource("urn:openapi", DRAFT202012.create_resource(DOCUMENT))


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    node: dict[str, Any]
    pointer: Pointer

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """Its parameters, references followed."""
        return [resolved(parameter) for parameter in self.node.get("parameters", ())]

    @property
    def body(self) -> dict[str, Any] | None:
        """The media type object of its request body, if it takes one."""
        body = resolved(self.node.get("requestBody", {}))
        found: dict[str, Any] | None = body.get("content", {}).get("application/json")
        return found

    @property
    def security(self) -> list[dict[str, Any]]:
        """What a caller has to show."""
        return list(self.node.get("security", DOCUMENT["security"]))

    def answer(self, status: int) -> dict[str, Any]:
        """The media type object of an answer."""
        content = resolved(self.node["responses"][str(status)])["content"]
        return dict(next(iter(content.values())))

    def schema(self, status: int) -> str:
        """The name of the schema of an answer; empty if it has none of its own."""
        return str(self.answer(status).get("schema", {}).get("$ref", "").rpartition("/")[2])


@FORMATS.checks("uri", raises=ValueError)
def _is_uri(value: object) -> bool:
    """The package checks URIs only with another one installed; absolute ones are all that is meant here."""
    return not isinstance(value, str) or all(urlsplit(value)[:2])


def target(reference: str) -> Any:
    """What a reference points to; raises KeyError if there is no such thing."""
    node: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """The node that a reference means, or the node itself."""
    while "$ref" in node:
        node = target(node["$ref"])
    return node


def alternatives(node: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The schemas of `oneOf` and `anyOf`, each by its place below the node."""
    return {f"{name}/{at}": one for name in ("oneOf", "anyOf") for at, one in enumerate(node.get(name, ()))}


def examples(node: dict[str, Any]) -> list[Any]:
    """The values of a parameter's or media type's `example` or `examples`."""
    named = [example["value"] for example in node.get("examples", {}).values()]
    return named + ([node["example"]] if "example" in node else [])


def schema(name: str) -> Pointer:
    """Pointer to a schema by its name."""
    return ("components", "schemas", name)


@cache
def validator(pointer: Pointer) -> Draft202012Validator:
    """Validator of the schema at a pointer, with format checking."""
    fragment = "/".join(quote(part.replace("~", "~0").replace("/", "~1"), safe="~") for part in pointer)
    return Draft202012Validator({"$ref": f"urn:openapi#/{fragment}"}, registry=REGISTRY, format_checker=FORMATS)


def misfit(pointer: Pointer, value: Any) -> str:
    """Why a value does not fit the schema at a pointer; empty if it does."""
    error = best_match(validator(pointer).iter_errors(value))
    return f"{'/'.join(pointer)}: {error.json_path}: {error.message[:300]}" if error else ""


def lost(name: str, content: Any) -> str:
    """The difference between a body and what its generated model returns; empty if there is none.

    Arrays and alternatives have no model of their own: the models of their items and branches are used.
    """
    node = DOCUMENT["components"]["schemas"][name]
    if node.get("type") == "array":
        item = node["items"]["$ref"].rpartition("/")[2]
        return next((loss for one in content if (loss := lost(item, one))), "")
    if branches := [branch["$ref"].rpartition("/")[2] for branch in alternatives(node).values()]:
        return next((lost(one, content) for one in branches if validator(schema(one)).is_valid(content)), "")
    given = json.dumps(content, sort_keys=True)  # as text: for ==, 1, 1.0 and True are one
    kept = json.dumps(getattr(idc_client.models, name).from_dict(content).to_dict(), sort_keys=True)
    return "" if kept == given else f"{name}:\n  given {given[:2000]}\n  kept  {kept[:2000]}"


def nodes(
    node: Any = None, pointer: Pointer = (), *, is_schema: bool = False
) -> Iterator[tuple[Pointer, dict[str, Any], bool]]:
    """Every object of the document with its place, and whether it is a schema; examples are left out."""
    node = DOCUMENT if node is None else node
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from nodes(item, (*pointer, str(index)), is_schema=is_schema)
    if not isinstance(node, dict):
        return
    yield pointer, node, is_schema
    for key, value in node.items():
        here = (*pointer, key)
        if is_schema:
            if key in SUBSCHEMA or key in SUBSCHEMA_LISTS:
                yield from nodes(value, here, is_schema=True)
            elif key in SUBSCHEMAS_BY_NAME:
                for name, child in value.items():
                    yield from nodes(child, (*here, name), is_schema=True)
        elif here == ("components", "schemas"):
            for name, child in value.items():
                yield from nodes(child, (*here, name), is_schema=True)
        elif key not in DATA:
            yield from nodes(value, here, is_schema=key == "schema")


def _operations() -> Iterator[Operation]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                node = item[method]
                yield Operation(node["operationId"], method.upper(), path, node, ("paths", path, method))


def operation_of(method: str, path: str) -> str:
    """The operation that a request means; empty if it means none."""
    for operation in sorted(OPERATIONS.values(), key=lambda operation: operation.path.count("{")):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation.path))
        if operation.method == method and re.fullmatch(pattern, path):
            return operation.id
    return ""


OPERATIONS = {operation.id: operation for operation in _operations()}
V1 = {name: operation for name, operation in OPERATIONS.items() if operation.path.startswith("/v1/")}
V3 = {name: operation for name, operation in OPERATIONS.items() if operation.path.startswith("/v3")}
NODES = tuple(nodes())
SCHEMAS = tuple((pointer, node) for pointer, node, is_schema in NODES if is_schema)
