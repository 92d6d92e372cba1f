"""JSON values: their types, their numbers, and a canonical text for equal values.

Law: an integral number is an integer however it is written; nothing here knows a document or a schema.
"""

from __future__ import annotations

import json
import math
import re
from fractions import Fraction
from typing import Any, Final

ANYTHING: Final = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
"""Every type that a JSON schema can name."""
SCALARS: Final = frozenset({"boolean", "integer", "number", "string"})
MISSING: Final = object()
"""The marker for a missing value; None is a value."""
_NUMBER: Final = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)


def canonical(value: Any) -> str:
    """The canonical text of a JSON value; key order and ``1`` or ``1.0`` do not matter."""
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
    """The exact number for a value; None if the value is not a finite number."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Fraction(value)  # a number in quotes is read as a number
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        return None
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)
