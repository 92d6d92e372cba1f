"""Small complete documents around the schemas and path items of the pairs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from idc_drift.changes import examples
from idc_drift.documents.document import Document
from idc_drift.documents.parsing import parse

PAIRS = Path(__file__).parent / "pairs"
SCHEMA_FILES = ("types", "bounds", "objects", "composition")
SCHEMAS, SCHEMES = (examples.components()[kind] for kind in ("schemas", "securitySchemes"))


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file of pairs; the two sides of a row that names an example are the example's."""
    return [_row(name, row) for row in parse((PAIRS / f"{name}.yaml").read_text()).value]


def _row(file: str, row: dict[str, Any]) -> dict[str, Any]:
    if "example" not in row:
        return row
    found = examples.example(("request-" if file in SCHEMA_FILES else "") + row["example"])
    schemas = {"base_schemas": found.before_schemas, "revision_schemas": found.after_schemas}
    return {**row, "base": found.before, "revision": found.after, **schemas}


def documents_of_example(example: examples.Example) -> tuple[Document, Document]:
    """The two documents of an example."""
    if example.kind == "schemas":
        return (
            document_with_schema(example.direction, example.before, example.before_schemas),
            document_with_schema(example.direction, example.after, example.after_schemas),
        )
    make = document_with_path if example.kind == "paths" else complete_document
    return make(example.before), make(example.after)


def complete_document(content: dict[str, Any]) -> Document:
    """A document as if it had been read."""
    if "swagger" not in content:
        content = {"openapi": "3.1.0", **content}
    content = {"info": {"title": "t", "version": "1"}, "paths": {}, **content}
    text = json.dumps(content, indent=1)
    return Document("memory", text, parse(text))


def document_with_schema(
    direction: str, schema: Any, schemas: dict[str, Any] | None = None, version: str = "3.1.0"
) -> Document:
    """A document with a schema as its request body, its response, a parameter or a header."""
    operation: dict[str, Any] = {"responses": {"200": {"description": ""}}}
    if direction == "request":
        operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    elif direction == "response":
        operation["responses"]["200"]["content"] = {"application/json": {"schema": schema}}
    elif direction == "parameter":
        operation["parameters"] = [{"name": "q", "in": "query", "schema": schema}]
    else:
        operation["responses"]["200"]["headers"] = {"X-H": {"schema": schema}}
    components = {"schemas": {**SCHEMAS, **(schemas or {})}}
    return complete_document({"openapi": version, "paths": {"/things": {"post": operation}}, "components": components})


def document_with_path(item: dict[str, Any]) -> Document:
    """A document with a path item at /things/{id}."""
    components = {"schemas": SCHEMAS, "securitySchemes": SCHEMES}
    return complete_document({"paths": {"/things/{id}": item}, "components": components})


__all__ = [
    "PAIRS",
    "SCHEMAS",
    "SCHEMA_FILES",
    "complete_document",
    "document_with_path",
    "document_with_schema",
    "documents_of_example",
    "rows",
]
