"""A schema in one form, whichever way it was written.

Law: a ``Flat`` says which values are allowed, once: null is one of ``types``, ``enum`` holds the other values,
``const`` is an enum of one, exclusive bounds on integers are inclusive.
Sub-schemas stay ``Shape``s (not yet flattened), so recursion costs nothing.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .load import Document

ANYTHING: Final = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
MISSING: Final = object()
SCALARS: Final = frozenset({"boolean", "integer", "number", "string"})


@dataclass(slots=True, eq=False)  # frozen is three times as slow to make, and there are hundreds of thousands
class Node:
    """A schema object as it stands in a document."""

    raw: Any
    pointer: str
    home: Document
    name: str = ""
    """Of the component, if a reference led here."""

    @property
    def key(self) -> int | str:
        """The same for the same object of the same document."""
        return id(self.raw) if isinstance(self.raw, dict) else f"{self.pointer}={self.raw!r}"


Shape = tuple[Node, ...]
"""A schema: what all of these nodes say together. None of them: anything goes."""

Bound = tuple[Fraction, bool]
"""A number, and whether it is excluded."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The alternatives of one ``oneOf`` or ``anyOf``, null aside."""

    kind: str
    branches: tuple[Shape, ...]


@dataclass(slots=True, eq=False)
class Flat:
    """What a schema allows."""

    types: frozenset[str] | None = None
    enum: dict[str, Any] | None = None
    format: str = ""
    lower: Bound | None = None
    upper: Bound | None = None
    limits: dict[str, int] = field(default_factory=dict)
    """minLength maxLength minItems maxItems minProperties maxProperties, where they limit anything."""
    multiple: Fraction | None = None
    unique: bool = False
    patterns: frozenset[str] = frozenset()
    properties: dict[str, Shape] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    extra: bool | Shape = True
    """``additionalProperties``."""
    matching: dict[str, Shape] = field(default_factory=dict)
    """``patternProperties``."""
    names: Shape = ()
    items: Shape = ()
    prefix: tuple[Shape, ...] = ()
    contains: tuple[tuple[Shape, int, int | None], ...] = ()
    never: tuple[Shape, ...] = ()
    """``not``."""
    conditions: tuple[dict[str, Shape], ...] = ()
    """``if``, ``then``, ``else``."""
    needs: dict[str, frozenset[str]] = field(default_factory=dict)
    """``dependentRequired``."""
    implies: dict[str, Shape] = field(default_factory=dict)
    """``dependentSchemas``."""
    unevaluated: dict[str, bool | Shape] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    """contentMediaType and contentEncoding as text, contentSchema as a Shape."""
    groups: tuple[Group, ...] = ()
    folded: Group | None = None
    """Alternatives that are already part of the other fields."""
    extensible: frozenset[str] | None = None
    """``x-extensible-enum``."""
    unknown: frozenset[str] = frozenset()
    """References that lead nowhere."""
    default: Any = MISSING
    discriminator: tuple[str, dict[str, str]] | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    """title, description, examples, deprecated, readOnly, writeOnly ..."""
    at: dict[str, str] = field(default_factory=dict)
    """Where each keyword stands."""

    @property
    def null(self) -> bool:
        """Whether null is allowed."""
        return self.types is None or "null" in self.types

    @property
    def kinds(self) -> frozenset[str]:
        """The types, null aside."""
        return (ANYTHING if self.types is None else self.types) - {"null"}

    @property
    def trivial(self) -> bool:
        """Whether it allows everything."""
        return self.types is None and not self.says

    @property
    def says(self) -> set[str]:
        """The fields, types aside, that constrain anything."""
        return {name for name in _CONSTRAINTS if getattr(self, name) != _PLAIN[name]}


_CONSTRAINTS = [
    "enum",
    "format",
    "lower",
    "upper",
    "limits",
    "multiple",
    "unique",
    "patterns",
    "properties",
    "required",
    "extra",
    "matching",
    "names",
    "items",
    "prefix",
    "contains",
    "never",
    "conditions",
    "needs",
    "implies",
    "unevaluated",
    "content",
    "groups",
    "unknown",
]
ANY: Final = Flat()
_PLAIN: Final = {name: getattr(ANY, name) for name in _CONSTRAINTS}

_STRING, _ARRAY, _OBJECT, _NUMBER = ({t} for t in ("string", "array", "object", "number"))
_FIELDS_OF: Final[dict[str, set[str]]] = {
    "patterns": _STRING,
    "content": _STRING,
    "lower": {"number", "integer"},
    "upper": {"number", "integer"},
    "multiple": {"number", "integer"},
    "unique": _ARRAY,
    "items": _ARRAY,
    "prefix": _ARRAY,
    "contains": _ARRAY,
    "properties": _OBJECT,
    "required": _OBJECT,
    "extra": _OBJECT,
    "matching": _OBJECT,
    "names": _OBJECT,
    "needs": _OBJECT,
    "implies": _OBJECT,
}
LIMIT_TYPES: Final = {
    "minLength": "string",
    "maxLength": "string",
    "minItems": "array",
    "maxItems": "array",
    "minProperties": "object",
    "maxProperties": "object",
}
UNEVALUATED_TYPES: Final = {"unevaluatedItems": "array", "unevaluatedProperties": "object"}


def canonical(value: Any) -> str:
    """The same text for the same JSON value: key order and ``1`` or ``1.0`` do not matter."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return int(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def type_of(value: Any) -> str:
    """The JSON type of a value; an integral number is an integer."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "array" if isinstance(value, list) else "object" if isinstance(value, dict) else "string"


def numeric(value: Any) -> Fraction | None:
    """A number, or None if it is none (or not a finite one)."""
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        return None
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def within(flat: Flat, kinds: frozenset[str]) -> Flat:
    """Of some types only, without what cannot act on them."""
    types = kinds | ((flat.types or frozenset()) & {"null"})
    changes: dict[str, Any] = {
        name: _PLAIN[name]
        for name, acted in _FIELDS_OF.items()
        if getattr(flat, name) != _PLAIN[name] and not acted & types
    }
    changes["limits"] = {key: value for key, value in flat.limits.items() if LIMIT_TYPES[key] in types}
    changes["unevaluated"] = {key: value for key, value in flat.unevaluated.items() if UNEVALUATED_TYPES[key] in types}
    return settled(replace(flat, types=types, **changes))


def settled(flat: Flat) -> Flat:
    """With bounds on integers made inclusive, and what no other keyword evaluates said once.

    A keyword that cannot act on the types (``maximum`` of a list) is kept: who changes it means something by it.
    """
    changes: dict[str, Any] = {}
    types = flat.types
    if types is not None:
        if "number" in types and "integer" in types:
            changes["types"] = types = types - {"integer"}
        if "integer" in types and "number" not in types:
            for name, step in (("lower", 1), ("upper", -1)):
                bound = changes.get(name, getattr(flat, name))
                if bound is not None and (whole := _whole(bound, step)) != bound:
                    changes[name] = whole
    if flat.unevaluated.get("unevaluatedProperties") is not None and not (
        flat.groups or flat.conditions or flat.implies
    ):
        changes["extra"] = flat.unevaluated["unevaluatedProperties"] if flat.extra is True else flat.extra
        changes["unevaluated"] = {key: value for key, value in flat.unevaluated.items() if key == "unevaluatedItems"}
    if types is not None and types - {"null"} == {"boolean"} and flat.enum is not None and len(flat.enum) == 2:
        changes["enum"] = None
    return replace(flat, **changes) if changes else flat


def _whole(bound: Bound, step: int) -> Bound:
    """An integer's bound as the least (or greatest) integer allowed."""
    value, excluded = bound
    whole = Fraction(math.ceil(value) if step > 0 else math.floor(value))
    return (whole + step if excluded and whole == value else whole, False)


def common_types(a: frozenset[str] | None, b: frozenset[str] | None) -> frozenset[str] | None:
    """The types that both allow; an integer is a number."""
    if a is None or b is None:
        return b if a is None else a
    found = set(a & b)
    if ("integer" in a and "number" in b) or ("integer" in b and "number" in a):
        found.add("integer")
    return frozenset(found - {"integer"} if "number" in found else found)
