"""Values of the engine as JSON, the way upstream writes them."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from pydantic_core import to_json, to_jsonable_python

# Engine types whose Python values are JSON's own; NaN and infinities are written as null.
SAME = frozenset({"VARCHAR", "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
                  "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE"})  # fmt: skip


def dumps(content: Any) -> bytes:
    """JSON, with integers of any size and with the escapes that hostile text needs.

    Numbers have the bytes that pydantic gives them, with which upstream writes its answers: orjson's are the same.
    """
    try:
        return orjson.dumps(content)
    except TypeError:  # an integer beyond 64 bits, a lone surrogate, or more depth than orjson has a form for
        content = finite(content)
    try:
        return to_json(content, inf_nan_mode="null")
    except ValueError:  # more depth than pydantic takes
        return json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def records(columns: list[str], types: list[str], rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Rows as objects. Only columns whose values JSON does not know as they are get looked at one by one."""
    odd = [position for position, kind in enumerate(types) if kind not in SAME]
    if odd:
        changed = [list(row) for row in rows]
        for row in changed:
            for position in odd:
                row[position] = plain(row[position])
        return [dict(zip(columns, row, strict=True)) for row in changed]
    return [dict(zip(columns, row, strict=True)) for row in rows]


def plain(value: Any) -> Any:
    """A value of a SQL result as JSON has it."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return plain(float(value))
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return to_jsonable_python(value)
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case UUID():
            return str(value)
        case dict():
            return {_key(key): plain(inner) for key, inner in value.items()}
        case list() | tuple() | set():
            return [plain(inner) for inner in value]
    return str(value)


def _key(value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case Decimal():
            return str(value)
        case bytes():
            return value.decode("utf-8", "backslashreplace")
    return str(plain(value))


def finite(value: Any) -> Any:
    """The same value without what JSON cannot say: NaN and infinities as null, lone surrogates as their escapes."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {finite(key): finite(inner) for key, inner in value.items()}
        case list() | tuple():
            return [finite(inner) for inner in value]
    return value
