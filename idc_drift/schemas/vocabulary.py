"""The lists of schema keywords.

Law: names only; the modules that import a list define its meaning.
"""

from __future__ import annotations

from .constraints import LIMIT_TYPES

EMPTY_PATTERNS = frozenset({"", ".*", "^.*$", "^.*", ".*$", "^", "$", "(.*)", "^(.*)$", r"^[\s\S]*$", r"[\s\S]*"})
ALIASES = {
    **{name: name for name in ("null", "boolean", "integer", "number", "string", "array", "object")},
    **dict.fromkeys(("bool",), "boolean"),
    **dict.fromkeys(("int", "long", "short"), "integer"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    **dict.fromkeys(("str", "text", "date", "datetime", "uuid"), "string"),
    **dict.fromkeys(("list",), "array"),
    **dict.fromkeys(("dict", "map"), "object"),
}
"""Types in other common spellings (in lower case), with the JSON types that they mean."""
NULL = ({"type": "null"}, {"const": None}, {"enum": [None]})
"""The schemas that allow null only."""
NUMERIC_FORMATS = frozenset(
    [
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("bigint", "float", "double", "decimal"),
    ]
)
"""The formats of numbers, which have no effect on strings."""
STRING_FORMATS = frozenset(
    [
        *("date", "date-time", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6"),
        *("uri", "uri-reference", "uri-template", "url", "iri", "iri-reference", "uuid", "json-pointer"),
        *("relative-json-pointer", "regex", "byte", "binary", "password"),
    ]
)
"""The formats of strings, which have no effect on numbers."""
BOUND_KEYWORDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
CONTENT_KEYWORDS = frozenset({"contentMediaType", "contentEncoding", "contentSchema"})
RARE_KEYWORDS = frozenset(
    [
        "patternProperties",
        "propertyNames",
        "contains",
        "not",
        "if",
        "unevaluatedItems",
        "unevaluatedProperties",
        "x-extensible-enum",
        "discriminator",
        "items",
        "prefixItems",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
    ]
)
LOCATED_KEYWORDS = {
    "type",
    "format",
    "pattern",
    "multipleOf",
    "uniqueItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "enum",
    "const",
    "required",
    "properties",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "items",
    "prefixItems",
    "contains",
    "minContains",
    "maxContains",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentMediaType",
    "contentEncoding",
    "contentSchema",
    "default",
    "discriminator",
    "nullable",
    "x-nullable",
    "title",
    "description",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "xml",
    "x-extensible-enum",
    *LIMIT_TYPES,
}
KEYWORDS = frozenset(
    [
        *LOCATED_KEYWORDS,
        *("allOf", "anyOf", "oneOf", "additionalItems", "$defs", "definitions"),
        *("$ref", "$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$vocabulary", "$comment"),
        *("$recursiveRef", "$recursiveAnchor"),
        *("collectionFormat", "allowEmptyValue"),
    ]
)
"""The keywords of JSON Schema, and members of Swagger 2.0 beside them; a name with ``x-`` is an extension."""
