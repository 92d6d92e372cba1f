"""A schema in one form, whichever way it was written.

Law: a ``Flat`` says which values are allowed, once: null is one of ``types``, ``enum`` holds the other values,
``const`` is an enum of one, exclusive bounds on integers are inclusive.
Sub-schemas stay ``Shape``s (not yet flattened), so recursion costs nothing.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ..documents.document import Document

ANYTHING: Final = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
MISSING: Final = object()
SCALARS: Final = frozenset({"boolean", "integer", "number", "string"})


class Placed(dict[str, Any]):
    """A mapping that is not in the document, and the pointer of what it stands for.

    In another file than what it is put into, it has a home of its own, where its references begin.
    """

    def __init__(self, content: dict[str, Any], pointer: str, home: Document | None = None) -> None:
        super().__init__(content)
        self.pointer = pointer
        self.home = home


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


def placed(value: Any, pointer: str, home: Document) -> Node:
    """A value as a node, where it is or what it stands for."""
    if isinstance(value, Placed):
        return Node(value, value.pointer, value.home or home)
    return Node(value, pointer, home)


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
    _says: frozenset[str] | None = field(default=None, init=False)

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
    def says(self) -> frozenset[str]:
        """The fields, types aside, that constrain anything."""
        if self._says is None:
            fields = zip(_CONSTRAINTS, _ALL(self), strict=True)
            self._says = frozenset(name for name, value in fields if value != PLAIN[name])
        return self._says


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
_ALL: Final = attrgetter(*_CONSTRAINTS)
ANY: Final = Flat()
PLAIN: Final = {name: getattr(ANY, name) for name in _CONSTRAINTS}

LIMIT_TYPES: Final = {
    "minLength": "string",
    "maxLength": "string",
    "minItems": "array",
    "maxItems": "array",
    "minProperties": "object",
    "maxProperties": "object",
}
_NUMBER: Final = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)
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
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Fraction(value)  # in quotes by mistake, and meant
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        return None
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)
