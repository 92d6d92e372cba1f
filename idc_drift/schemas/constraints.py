"""A schema in one form, whichever way it was written.

Law: a ``Flat`` says which values are allowed, once: null is one of ``types``, ``enum`` holds the other values,
``const`` is an enum of one, exclusive bounds on integers are inclusive.
Sub-schemas stay ``Shape``s (not yet flattened), so recursion costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ..documents.json_values import ANYTHING, MISSING

if TYPE_CHECKING:
    from ..documents.node import Shape

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
UNEVALUATED_TYPES: Final = {"unevaluatedItems": "array", "unevaluatedProperties": "object"}
