"""Values of the engine as JSON, in upstream's spelling."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from pydantic_core import to_json, to_jsonable_python

# Engine types whose Python values need no conversion; NaN and infinities are written as null.
NATIVE_TYPES = frozenset({
    "VARCHAR", "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE",
})  # fmt: skip


def dumps(content: Any) -> bytes:
    """JSON text; integers may have any size, and lone surrogates are escaped.

    Numbers have the bytes that pydantic gives them, because upstream writes its answers with it; orjson's are the same.
    """
    try:
        return orjson.dumps(content)
    except TypeError:  # an integer beyond 64 bits, a lone surrogate, or deeper nesting than orjson takes
        content = encodable(content)
    try:
        return to_json(content, inf_nan_mode="null")
    except ValueError:  # deeper nesting than pydantic takes
        return json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def records(columns: list[str], types: list[str], rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Rows as objects. Values are converted one by one only in columns of types that JSON does not have."""
    converted = [position for position, kind in enumerate(types) if kind not in NATIVE_TYPES]
    if converted:
        changed = [list(row) for row in rows]
        for row in changed:
            for position in converted:
                row[position] = to_json_value(row[position])
        return [dict(zip(columns, row, strict=True)) for row in changed]
    return [dict(zip(columns, row, strict=True)) for row in rows]


def to_json_value(value: Any) -> Any:
    """A value of an SQL result as a JSON value."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return to_json_value(float(value))
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return to_jsonable_python(value)
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case UUID():
            return str(value)
        case dict():
            return {_object_key(key): to_json_value(inner) for key, inner in value.items()}
        case list() | tuple() | set():
            return [to_json_value(inner) for inner in value]
    return str(value)


def _object_key(value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case Decimal():
            return str(value)
        case bytes():
            return value.decode("utf-8", "backslashreplace")
    return str(to_json_value(value))


def encodable(value: Any) -> Any:
    """The same value with NaN and infinities as null and lone surrogates as escapes, which JSON needs."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {encodable(key): encodable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [encodable(inner) for inner in value]
    return value
