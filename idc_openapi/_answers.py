"""The successful answers that the document describes, as data: what must be in them, by operation and status.

Law: pure, on the parsed document that the caller has. `answers.json` holds what `answers_text` makes of openapi.yaml
(`make generate` writes it), so that a client can check an answer without a YAML parser.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: The keywords of a schema that are kept: what a reader of the answer relies on. Patterns and lengths say more.
_KEPT = frozenset(
    {
        "type", "enum", "const", "maxProperties", "required",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    }
)  # fmt: skip
#: The only format that generated code parses.
_DATE = "date"


def answers() -> dict[str, Any]:
    """Read the answers: `operations`, by method and path, then by status; and the `schemas` that they refer to.

    An answer in JSON is a schema, an answer in text is `{"text": pattern}`.

    Raises:
        OSError: the file is not there (an installation without the package's data).
    """
    found: dict[str, Any] = json.loads(Path(__file__).with_name("answers.json").read_bytes())
    return found


def answers_text(document: dict[str, Any]) -> str:
    """Make the text of `answers.json` of the parsed document, one operation or schema a line."""
    operations = {
        f"{method.upper()} {path}": {
            status: _answer(document, response) for status, response in operation["responses"].items() if status < "3"
        }
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    used = dict.fromkeys(_references(operations))
    schemas: dict[str, Any] = {}
    while used.keys() - schemas.keys():
        for name in [name for name in used if name not in schemas]:
            schemas[name] = _reduced(document["components"]["schemas"][name])
            used.update(dict.fromkeys(_references(schemas[name])))
    parts = {"operations": operations, "schemas": dict(sorted(schemas.items()))}
    lines = (
        f'"{part}": {{\n' + ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in rows.items()) + "\n}"
        for part, rows in parts.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _answer(document: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    ((media_type, content),) = response["content"].items()
    if media_type == "application/json":
        return _reduced(content["schema"])
    return {"text": content["schema"]["pattern"]}


def _reduced(schema: dict[str, Any]) -> dict[str, Any]:
    """Give a schema with the kept keywords alone."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"].rpartition("/")[2]}
    found = {name: value for name, value in schema.items() if name in _KEPT}
    if schema.get("format") == _DATE:
        found["format"] = _DATE
    if "properties" in schema:
        found["properties"] = {name: _reduced(one) for name, one in schema["properties"].items()}
    if "items" in schema:
        found["items"] = _reduced(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        found["additionalProperties"] = _reduced(schema["additionalProperties"])
    for name in {"oneOf", "anyOf"} & schema.keys():
        found[name] = [_reduced(one) for one in schema[name]]
    unknown = {"allOf", "not", "prefixItems", "if"} & schema.keys()
    if unknown:
        raise ValueError(f"an answer has a schema with {', '.join(sorted(unknown))}, which its check does not know")
    return found


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        named = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return [*named, *(name for value in node.values() for name in _references(value))]
    return [name for value in node for name in _references(value)] if isinstance(node, list) else []
