"""The translation of Swagger 2.0 to OpenAPI 3.

Law: schemas stay the same objects; the objects that are created around them keep the pointer of their origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..documents.node import Node, Placed, child, placed
from ..documents.pointer import escaped
from ..documents.spelling import METHODS

if TYPE_CHECKING:
    from ..documents.document import Document
    from ..schemas.reader import Schemas

_PARAMETER_KEYWORDS = frozenset(
    {"name", "in", "required", "description", "deprecated", "allowEmptyValue", "allowReserved"}
    | {"collectionFormat", "style", "explode", "x-sunset", "x-stability-level"}
)
"""The members of a parameter that do not describe its values."""
_STYLES = {"ssv": "spaceDelimited", "pipes": "pipeDelimited", "tsv": "tabDelimited"}
_FLOWS = {"application": "clientCredentials", "accessCode": "authorizationCode"}
_FORM, _PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


def as_openapi3(schemas: Schemas) -> Node:
    """The root of the document, translated to OpenAPI 3."""
    document = schemas.document
    root = placed(document.content, "", document)
    content = root.raw
    found: dict[str, Any] = {
        "openapi": "2.0",
        "info": content.get("info", {}),
        "servers": _servers(content),
        "security": schemas.list_at(root, "security"),
        "tags": content.get("tags", []),
        "components": {"securitySchemes": _schemes(schemas, root), "schemas": schemas.object_at(root, "definitions")},
        "paths": Placed(
            {path: _item(schemas, child(root, "paths", path), content) for path in schemas.object_at(root, "paths")},
            "/paths",
        ),
    }
    if hooks := schemas.object_at(root, "x-webhooks"):
        found["x-webhooks"] = {name: _item(schemas, child(root, "x-webhooks", name), content) for name in hooks}
    if isinstance(content.get("externalDocs"), dict):
        found["externalDocs"] = content["externalDocs"]
    return Node(found, "", document)


def _servers(content: dict[str, Any]) -> list[dict[str, str]]:
    host, base = content.get("host"), str(content.get("basePath") or "")
    if not host:
        return [{"url": base or "/"}]
    schemes = _kinds(content.get("schemes")) or [""]
    return [{"url": f"{scheme}{':' if scheme else ''}//{host}{base}"} for scheme in schemes]


def _schemes(schemas: Schemas, root: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, scheme in schemas.object_at(root, "securityDefinitions").items():
        if not isinstance(scheme, dict):
            continue
        if scheme.get("type") == "basic":
            scheme = {"type": "http", "scheme": "basic"}
        elif scheme.get("type") == "oauth2":
            flow = {key: scheme[key] for key in ("authorizationUrl", "tokenUrl", "scopes") if key in scheme}
            scheme = {"type": "oauth2", "flows": {_FLOWS.get(str(scheme.get("flow")), str(scheme.get("flow"))): flow}}
        found[name] = Placed(scheme, f"/securityDefinitions/{escaped(name)}")
    return found


def _item(schemas: Schemas, node: Node, content: dict[str, Any]) -> Placed:
    target = schemas.resolve(node)
    if target is None or not isinstance(target.raw, dict):
        return Placed({}, node.pointer, node.home)
    raw = target.raw
    shared = _parameters(schemas, target) | (_parameters(schemas, node) if node.raw is not target.raw else {})
    found: dict[str, Any] = {key: value for key, value in raw.items() if key.startswith("x-")}
    for method, written in methods_of(schemas, target):
        found[method] = _operation(schemas, child(target, written), shared, content)
    return Placed(found, target.pointer, target.home)


def methods_of(schemas: Schemas, item: Node) -> list[tuple[str, str]]:
    """The methods of a path item, each with its spelling there."""
    found = [(key.lower(), key) for key, value in item.raw.items() if isinstance(key, str) and isinstance(value, dict)]
    for method, written in (pair for pair in found if pair[0] in METHODS and pair[0] != pair[1]):
        schemas.note(f"{item.pointer} has {written}; it is read as {method}.")
    return [(method, written) for method, written in found if method in METHODS]


def _parameters(schemas: Schemas, owner: Node) -> dict[tuple[str, str], Node]:
    found: dict[tuple[str, str], Node] = {}
    for index, _ in enumerate(schemas.list_at(owner, "parameters")):
        node = schemas.resolve(child(owner, "parameters", index))
        if node is not None and isinstance(node.raw, dict):
            where = str(node.raw.get("in"))
            found[where, "" if where == "body" else str(node.raw.get("name"))] = node
    return found


def _operation(schemas: Schemas, node: Node, shared: dict[tuple[str, str], Node], content: dict[str, Any]) -> Placed:
    raw = node.raw
    own = {**shared, **_parameters(schemas, node)}
    kept = {key: raw[key] for key in raw if key not in ("parameters", "responses", "consumes", "produces", "schemes")}
    consumes, produces = (
        _kinds(schemas.list_at(node, word) if word in raw else content.get(word)) for word in ("consumes", "produces")
    )
    produces = produces or ["*/*"]
    kept["parameters"] = [_parameter(found) for (where, _), found in own.items() if where not in ("body", "formData")]
    body = _body(own, consumes, node)
    if body is not None:
        kept["requestBody"] = body
    kept["responses"] = {}
    for status in schemas.object_at(node, "responses"):
        if not str(status).startswith("x-"):
            answer = schemas.resolve(child(node, "responses", status))
            if answer is not None and isinstance(answer.raw, dict):
                kept["responses"][status] = _response(schemas, answer, produces)
    return Placed(kept, node.pointer, node.home)


def _kinds(listed: Any) -> list[str]:
    return [kind for kind in listed if isinstance(kind, str)] if isinstance(listed, list) else []


def _parameter(node: Node) -> Placed:
    raw = node.raw
    keys = ("name", "in", "required", "description", "deprecated", "allowEmptyValue")
    found: dict[str, Any] = {key: raw[key] for key in keys if key in raw}
    found |= {
        key: value
        for key, value in raw.items()
        if key.startswith("x-") and key not in ("x-nullable", "x-extensible-enum")
    }
    own = raw.get("schema") if "type" not in raw else None  # a schema as in OpenAPI 3
    found["schema"] = (
        Placed(own, f"{node.pointer}/schema", node.home)
        if isinstance(own, dict)
        else schema_of(raw, node.pointer, node.home)
    )
    return Placed(found | _collected(raw, "form" if raw.get("in") == "query" else "simple"), node.pointer, node.home)


def _collected(raw: dict[str, Any], usual: str) -> dict[str, Any]:
    """The serialization of a list; lists in lists, which OpenAPI 3 cannot express, get a style of their own."""
    if raw.get("type") != "array":
        return {}
    collection = str(raw.get("collectionFormat", "csv"))
    style, inner = _STYLES.get(collection, ""), raw.get("items")
    while isinstance(inner, dict) and inner.get("type") == "array":
        nested = _STYLES.get(str(inner.get("collectionFormat", "csv")))
        style, inner = f"{style or usual} of {nested}" if nested else style, inner.get("items")
    return {"explode": collection == "multi"} | ({"style": style} if style else {})


def schema_of(raw: dict[str, Any], pointer: str, home: Document) -> Placed:
    """The keywords of a parameter or header that describe its value."""
    return Placed({key: value for key, value in raw.items() if key not in _PARAMETER_KEYWORDS}, pointer, home)


def _body(own: dict[tuple[str, str], Node], consumes: list[str], owner: Node) -> Placed | None:
    whole = next((node for (where, _), node in own.items() if where == "body"), None)
    if whole is not None:
        schema = whole.raw.get("schema")
        kinds = consumes or ["*/*"]
        inner = Placed(schema, f"{whole.pointer}/schema", whole.home) if isinstance(schema, dict) else {}
        found = {
            "required": whole.raw.get("required") is True,
            "content": {kind: Placed({"schema": inner}, whole.pointer, whole.home) for kind in kinds},
        }
        if whole.raw.get("description"):
            found["description"] = whole.raw["description"]
        return Placed(found, whole.pointer, whole.home)
    fields = {name: node for (where, name), node in own.items() if where == "formData"}
    if not fields:
        return None
    files = any(node.raw.get("type") == "file" for node in fields.values())
    kinds = [kind for kind in consumes if kind in (_FORM, _PARTS)] or [_PARTS if files else _FORM]
    schema = Placed(
        {
            "type": "object",
            "properties": {name: _field(node) for name, node in fields.items()},
            "required": [name for name, node in fields.items() if node.raw.get("required") is True],
        },
        f"{owner.pointer}/parameters",
        owner.home,
    )
    encoding = {name: _collected(node.raw, "form") for name, node in fields.items() if node.raw.get("type") == "array"}
    for says in encoding.values():
        says["joined"] = "no" if says["explode"] else says.get("style", "yes")
    place = f"{owner.pointer}/parameters"
    content = {kind: Placed({"schema": schema, "encoding": encoding}, place, owner.home) for kind in kinds}
    return Placed({"required": bool(schema["required"]), "content": content}, place, owner.home)


def _field(node: Node) -> Placed:
    found = schema_of(node.raw, node.pointer, node.home)
    if node.raw.get("description"):
        found["description"] = node.raw["description"]
    return found


def _response(schemas: Schemas, node: Node, produces: list[str]) -> Placed:
    raw = node.raw
    found: dict[str, Any] = {"description": raw.get("description", "")}
    if isinstance(raw.get("schema"), dict):
        schema = Placed(raw["schema"], f"{node.pointer}/schema", node.home)
        found["content"] = {
            kind: Placed({"schema": schema} | _example(raw, kind), node.pointer, node.home) for kind in produces
        }
    if headers := schemas.object_at(node, "headers"):
        found["headers"] = {
            name: Placed(
                {
                    "schema": schema_of(header, f"{node.pointer}/headers/{escaped(name)}", node.home),
                    **_collected(header, "simple"),
                    **({"description": header["description"]} if "description" in header else {}),
                },
                f"{node.pointer}/headers/{escaped(name)}",
                node.home,
            )
            for name, header in headers.items()
            if isinstance(header, dict)
        }
    return Placed(found, node.pointer, node.home)


def _example(raw: dict[str, Any], kind: str) -> dict[str, Any]:
    examples = raw.get("examples")
    return {"example": examples[kind]} if isinstance(examples, dict) and kind in examples else {}
