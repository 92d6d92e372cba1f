"""The constraints of a schema in one form, however the schema is written.

Law: every constraint has one place in ``Constraints``: null is one of ``types``, ``enum`` holds the other values,
``const`` is an enum of one, exclusive bounds on integers are inclusive.
Sub-schemas stay unread (``Schema``), so recursion costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ..documents.json_values import ANYTHING, MISSING

if TYPE_CHECKING:
    from ..documents.node import Schema

Bound = tuple[Fraction, bool]
"""A limit, and whether the limit itself is excluded."""


NOTHING: Final[dict[str, Any]] = {}
"""The value of each field without members, shared by tens of thousands of schemas; it stays empty."""
NO_NAMES: Final[frozenset[str]] = frozenset()
"""The same for sets: Python makes a new object of 216 bytes for each empty one."""
_SETS: dict[frozenset[str], frozenset[str]] = {}


def shared(names: frozenset[str]) -> frozenset[str]:
    """One object for all sets of types, or of fields, that are equal: there are few, and each schema has some."""
    return _SETS.setdefault(names, names)


def _nothing() -> dict[str, Any]:
    return NOTHING


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The alternatives of one ``oneOf`` or ``anyOf``, without null."""

    kind: str
    branches: tuple[Schema, ...]


@dataclass(slots=True, eq=False)
class Constraints:
    """The values that a schema allows; the fields are named like the keywords that they come from."""

    types: frozenset[str] | None = None
    enum: dict[str, Any] | None = None
    format: str = ""
    lower: Bound | None = None
    upper: Bound | None = None
    size_limits: dict[str, int] = field(default_factory=_nothing)
    """minLength, maxLength, minItems, maxItems, minProperties and maxProperties that limit anything."""
    multiple_of: Fraction | None = None
    unique_items: bool = False
    patterns: frozenset[str] = NO_NAMES
    properties: dict[str, Schema] = field(default_factory=_nothing)
    required: frozenset[str] = NO_NAMES
    additional_properties: bool | Schema = True
    """``additionalProperties``."""
    pattern_properties: dict[str, Schema] = field(default_factory=_nothing)
    """``patternProperties``."""
    property_names: Schema = ()
    items: Schema = ()
    prefix_items: tuple[Schema, ...] = ()
    contains: tuple[tuple[Schema, int, int | None], ...] = ()
    excluded: tuple[Schema, ...] = ()
    """``not``."""
    conditions: tuple[dict[str, Schema], ...] = ()
    """``if``, ``then``, ``else``."""
    dependent_required: dict[str, frozenset[str]] = field(default_factory=_nothing)
    """``dependentRequired``."""
    dependent_schemas: dict[str, Schema] = field(default_factory=_nothing)
    """``dependentSchemas``."""
    unevaluated: dict[str, bool | Schema] = field(default_factory=_nothing)
    content: dict[str, Any] = field(default_factory=_nothing)
    """contentMediaType and contentEncoding as strings, contentSchema as a ``Schema``."""
    groups: tuple[Group, ...] = ()
    merged_group: Group | None = None
    """Alternatives that were merged into the other fields."""
    extensible_enum: frozenset[str] | None = None
    """``x-extensible-enum``."""
    unresolved: frozenset[str] = NO_NAMES
    """References that cannot be resolved."""
    default: Any = MISSING
    discriminator: tuple[str, dict[str, str]] | None = None
    annotations: dict[str, Any] = field(default_factory=_nothing)
    """title, description, examples, deprecated, readOnly, writeOnly ..."""
    pointers: dict[str, str] = field(default_factory=dict)
    """JSON pointers by keyword."""
    _constrained: frozenset[str] | None = field(default=None, init=False)

    @property
    def nullable(self) -> bool:
        """Whether null is allowed."""
        return self.types is None or "null" in self.types

    @property
    def value_types(self) -> frozenset[str]:
        """The types other than null."""
        return (ANYTHING if self.types is None else self.types) - {"null"}

    @property
    def allows_everything(self) -> bool:
        """Whether every value is allowed."""
        return self.types is None and not self.constrained

    @property
    def constrained(self) -> frozenset[str]:
        """The names of the fields, other than ``types``, that constrain values."""
        if self._constrained is None:
            fields = zip(_CONSTRAINTS, _ALL(self), strict=True)
            self._constrained = shared(frozenset(name for name, value in fields if value != UNCONSTRAINED[name]))
        return self._constrained


_CONSTRAINTS = [
    "enum",
    "format",
    "lower",
    "upper",
    "size_limits",
    "multiple_of",
    "unique_items",
    "patterns",
    "properties",
    "required",
    "additional_properties",
    "pattern_properties",
    "property_names",
    "items",
    "prefix_items",
    "contains",
    "excluded",
    "conditions",
    "dependent_required",
    "dependent_schemas",
    "unevaluated",
    "content",
    "groups",
    "unresolved",
]
_ALL: Final = attrgetter(*_CONSTRAINTS)
ANY: Final = Constraints()
UNCONSTRAINED: Final = {name: getattr(ANY, name) for name in _CONSTRAINTS}

LIMIT_TYPES: Final = {
    "minLength": "string",
    "maxLength": "string",
    "minItems": "array",
    "maxItems": "array",
    "minProperties": "object",
    "maxProperties": "object",
}
UNEVALUATED_TYPES: Final = {"unevaluatedItems": "array", "unevaluatedProperties": "object"}
