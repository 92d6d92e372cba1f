"""The objects of OpenAPI and Swagger: which member of which object holds which kind of object.

Law: names only. A member that is not listed is data, documentation or an extension, and a ``$ref`` in it refers to
nothing.
"""

from __future__ import annotations

from typing import Final

from ..documents.spelling import METHODS

_Members = dict[str, tuple[str, str]]
"""By name of a member: its form (``one`` object, a ``map`` of objects by name, or a ``list``), and their kind."""

_CONTENT: Final[_Members] = {"content": ("map", "media type")}
_EXAMPLES: Final[_Members] = {"examples": ("map", "example")}
_SERVERS: Final[_Members] = {"servers": ("list", "server")}
_PARAMETERS: Final[_Members] = {"parameters": ("list", "parameter")}
_VALUE: Final[_Members] = {"schema": ("one", "schema"), **_CONTENT, **_EXAMPLES, "items": ("one", "schema")}

MEMBERS: Final[dict[str, _Members]] = {
    "document": {
        **_SERVERS,
        "paths": ("map", "path item"),
        "webhooks": ("map", "path item"),
        "x-webhooks": ("map", "path item"),
        "components": ("one", "components"),
        "definitions": ("map", "schema"),
        "parameters": ("map", "parameter"),
        "responses": ("map", "response"),
        "securityDefinitions": ("map", "security scheme"),
    },
    "components": {
        "schemas": ("map", "schema"),
        "responses": ("map", "response"),
        "parameters": ("map", "parameter"),
        **_EXAMPLES,
        "requestBodies": ("map", "request body"),
        "headers": ("map", "header"),
        "securitySchemes": ("map", "security scheme"),
        "links": ("map", "link"),
        "callbacks": ("map", "callback"),
        "pathItems": ("map", "path item"),
        "mediaTypes": ("map", "media type"),
    },
    "path item": {
        **dict.fromkeys(sorted(METHODS), ("one", "operation")),
        "additionalOperations": ("map", "operation"),
        **_PARAMETERS,
        **_SERVERS,
    },
    "operation": {
        **_PARAMETERS,
        "requestBody": ("one", "request body"),
        "responses": ("map", "response"),
        "callbacks": ("map", "callback"),
        **_SERVERS,
    },
    "parameter": _VALUE,
    "header": _VALUE,
    "swagger header": _VALUE,
    "part header": {**_VALUE, "schema": ("one", "part schema")},
    "part schema": {
        **dict.fromkeys(("properties", "patternProperties"), ("map", "part schema")),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), ("list", "part schema")),
        **dict.fromkeys(("items", "additionalProperties", "not"), ("one", "part schema")),
    },
    "request body": _CONTENT,
    "response": {"headers": ("map", "header"), "links": ("map", "link"), **_CONTENT, "schema": ("one", "schema")},
    "media type": {
        "schema": ("one", "schema"),
        "itemSchema": ("one", "schema"),
        **_EXAMPLES,
        "encoding": ("map", "encoding"),
        "prefixEncoding": ("list", "encoding"),
        "itemEncoding": ("one", "encoding"),
    },
    "encoding": {"headers": ("map", "part header")},
    "security scheme": {"flows": ("map", "flow")},
    "server": {"variables": ("map", "server variable")},
}
"""The members of each kind of object; the members of a callback are path items, whatever their names are.

The headers of a part of a form are compared as text, so the references in their schemas are replaced, too.
"""

FOLLOWED: Final = {
    "2.0": frozenset({"path item", "parameter", "response", "schema"}),
    "3": frozenset(
        {
            "path item",
            "parameter",
            "header",
            "request body",
            "response",
            "security scheme",
            "callback",
            "link",
            "schema",
        }
    ),
}
"""The kinds whose references the readers follow; the others are replaced before they are read."""

SCHEMA_MEMBERS: Final[dict[str, str]] = {
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), "map"),
    "dependencies": "map",
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "list"),
    "items": "one or list",
    **dict.fromkeys(("additionalProperties", "additionalItems", "not", "if", "then", "else", "contains"), "one"),
    **dict.fromkeys(("propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"), "one"),
    **dict.fromkeys(("type", "enum", "required", "format", "pattern", "multipleOf", "uniqueItems"), "value"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "value"),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), "value"),
    **dict.fromkeys(("minContains", "maxContains", "nullable", "readOnly", "writeOnly", "discriminator"), "value"),
    **dict.fromkeys(("contentMediaType", "contentEncoding", "dependentRequired", "deprecated"), "value"),
}
"""The keywords of a schema by what they hold; the others hold data, or nothing that is compared."""
