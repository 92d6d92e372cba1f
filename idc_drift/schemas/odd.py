"""Keywords of a schema that hold something of another kind than they can.

Law: such a keyword is read as if it were not there, and one note says so; what can be read all the same (a number in
quotes) is not odd.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .seldom import names
from .vocabulary import ALIASES

if TYPE_CHECKING:
    from collections.abc import Iterator

_OBJECT, _LIST, _TEXT, _FLAG, _SCHEMA = "an object", "a list", "a text", "true or false", "a schema"
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    _OBJECT: (dict,),
    _LIST: (list,),
    _TEXT: (str,),
    _FLAG: (bool,),
    _SCHEMA: (dict, bool),
    "the name of a type or a list of them": (str, list),
    "a schema or a list of them": (dict, bool, list),
}
_HOLDS: Final[dict[str, str]] = {
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "dependentRequired"), _OBJECT),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "required", "enum", "prefixItems"), _LIST),
    **dict.fromkeys(("$ref", "format", "pattern", "contentMediaType", "contentEncoding"), _TEXT),
    **dict.fromkeys(("uniqueItems", "nullable", "readOnly", "writeOnly", "deprecated"), _FLAG),
    **dict.fromkeys(("additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"), _SCHEMA),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), _SCHEMA),
    "type": "the name of a type or a list of them",
    "items": "a schema or a list of them",
}
_TYPES = {*ALIASES, "file"}


def odd(raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each keyword that cannot be read, and what it should hold."""
    for name in raw.keys() & _HOLDS.keys():
        value = raw[name]
        if not isinstance(value, _KINDS[_HOLDS[name]]) and value is not None:
            yield name, _HOLDS[name]
        elif name == "required":
            yield from ((f"required/{at}", "a name") for at, each in enumerate(raw[name] or ()) if not names(raw, each))
        elif name == "type" and not all(
            str(kind).lower() in _TYPES for kind in (value if isinstance(value, list) else [value])
        ):
            yield name, "a type that is known"
