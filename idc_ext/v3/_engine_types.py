"""DuckDB's column types: parsed from their names, and converted to Arrow; and statements whose values stay exact.

In JSON the service writes a decimal as a double, an infinite day as the last one of the calendar, a month as 30 days,
and cuts nanoseconds. So such values travel as text, cast in the statement. The type of a column depends on its name
alone, and never on its values. Pure, except for Arrow, which the caller passes.
"""

from __future__ import annotations

import datetime
import functools
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .._tables.columns import json_text
from ..errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_TOKEN = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|\w+|[()\[\],]|\S')
#: Types that JSON does not hold exactly. Their values travel as text.
_TRAVEL_AS_TEXT = frozenset(
    {
        "BIGNUM", "DATE", "DECIMAL", "INTERVAL", "TIME", "TIME WITH TIME ZONE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE",
        "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP_S", "TIME_NS", "VARINT",
    }
)  # fmt: skip
#: Integers of 128 bits: nearly all have 38 digits, which a decimal of 128 bits holds.
_HUGE = frozenset({"HUGEINT", "UHUGEINT"})
_HUGE_DIGITS = 38
#: How deep types may be nested.
_DEEPEST = 100
#: Marks that the service takes for comments, even within a quoted name.
_COMMENT_MARKS = ("--", "/*")


@frozen
class EngineType:
    """A type of DuckDB.

    Attributes:
        name: Its name in capitals, such as `DECIMAL`, `LIST`, `STRUCT` or `MAP`.
        text: The type as DuckDB writes it.
        arguments: Numbers within parentheses, such as the digits of a decimal; the length of an array.
        members: The members of a struct by name; the key and the value of a map; the item of a list.
    """

    name: str
    text: str
    arguments: tuple[int, ...] = ()
    members: tuple[tuple[str, EngineType], ...] = field(default=())


@functools.lru_cache(1024)
def parse_engine_type(text: str) -> EngineType:
    """Parse the name of a type; one of an unknown form has its text as its name.

    Raises:
        ContractError: types are nested in it more than a hundred deep: what reads or writes its values is recursive.
    """
    try:
        return _TypeReader(text).whole()
    except (IndexError, ValueError):
        return EngineType(text, text)


def exact_statement(statement: str, types: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Make a statement whose values travel exactly.

    Args:
        statement: A SELECT without a semicolon at its end.
        types: The DuckDB type of each of its columns.

    Returns:
        The statement, and the types of its columns. A decimal that cannot travel as text has the type `DOUBLE`.
    """
    kept, casts = dict(types), []
    for name, text in types.items():
        kind = parse_engine_type(text)
        travels = _rewritten(kind, lambda leaf: "VARCHAR" if leaf.name in _TRAVEL_AS_TEXT else leaf.text)
        if travels == kind.text:
            continue
        if any(mark in name + travels for mark in _COMMENT_MARKS):
            kept[name] = type_of_numbers(text)
            continue
        quoted = _quoted(name)
        casts.append(f"CAST({quoted} AS {travels}) AS {quoted}")
    if not casts:
        return statement, kept
    return f"SELECT * REPLACE ({', '.join(casts)}) FROM (\n{statement}\n)", kept  # noqa: S608 - the caller's own SQL


def type_of_numbers(text: str) -> str:
    """Give the type of values that travelled as numbers: a decimal is then a double, also within another type."""
    return _rewritten(parse_engine_type(text), lambda leaf: "DOUBLE" if leaf.name == "DECIMAL" else leaf.text)


def arrow_column(pa: Any, kind: EngineType, values: Sequence[Any]) -> Any:
    """Make an Arrow array of values of a type.

    Raises:
        ArithmeticError, OverflowError, TypeError, ValueError: a value is not of the type.
    """
    match kind.name:
        case "LIST" if kind.members:
            return list_column(pa, values, lambda inner: arrow_column(pa, kind.members[0][1], inner))
        case "STRUCT" if kind.members:
            return _struct_column(pa, kind, values)
        case "MAP" if kind.members:
            return _map_column(pa, kind, values)
        case "DECIMAL":
            numbers = [None if one is None else Decimal(one if isinstance(one, str) else repr(one)) for one in values]
            return pa.array(numbers, pa.decimal128(*kind.arguments))
        case name if name in _HUGE:
            large = any(abs(one) >= 10**_HUGE_DIGITS for one in values if one is not None)
            return pa.array(values, pa.decimal256(_HUGE_DIGITS + 1, 0) if large else pa.decimal128(_HUGE_DIGITS, 0))
        case "TIME" | "TIME_NS":
            digits, unit = (6, "us") if kind.name == "TIME" else (9, "ns")
            times = [None if one is None else _since_midnight(one, digits) for one in values]
            return pa.array(times, pa.int64()).cast(pa.time64(unit))
    temporal = _temporal_types(pa).get(kind.name)
    if temporal is not None:
        return pa.array(values, pa.string()).cast(temporal)
    scalar = _scalar_types(pa).get(kind.name)
    if scalar is not None:
        return pa.array(values, scalar)
    return pa.array([one if isinstance(one, str | None) else json_text(one) for one in values], pa.string())


def list_column(pa: Any, values: Sequence[Any], make: Callable[[list[Any]], Any]) -> Any:
    """Make an Arrow array of lists; `make` makes that of all their items."""
    inner = make([one for value in values if value is not None for one in value])
    ends, offsets = 0, []
    for value in values:
        # In Arrow, a null offset means that the list is null.
        offsets.append(None if value is None else ends)
        ends += len(value or ())
    return pa.ListArray.from_arrays(pa.array([*offsets, ends], pa.int32()), inner)


def _since_midnight(text: str, digits: int) -> int:
    """Parse a time of day, in seconds times 10 to the power of `digits`."""
    whole, _, fraction = text.partition(".")
    time = datetime.time.fromisoformat(whole)
    seconds = (time.hour * 60 + time.minute) * 60 + time.second
    return int(seconds * 10**digits) + int(fraction.ljust(digits, "0"))


def _struct_column(pa: Any, kind: EngineType, values: Sequence[Any]) -> Any:
    names = [name for name, _ in kind.members]
    for value in values:
        if value is not None and (not isinstance(value, dict) or value.keys() != set(names)):
            raise ValueError(f"a struct has other members than {', '.join(names)}")
    parts = [
        arrow_column(pa, member, [None if value is None else value[name] for value in values])
        for name, member in kind.members
    ]
    missing = pa.array([value is None for value in values], pa.bool_())
    return pa.StructArray.from_arrays(parts, names, mask=missing)


def _map_column(pa: Any, kind: EngineType, values: Sequence[Any]) -> Any:
    """Make an Arrow array of maps. JSON has text for keys, whatever their type."""
    (_, key), (_, member) = kind.members
    offsets, keys, inner = [0], [], []
    for value in values:
        keys += list(value or ())
        inner += list((value or {}).values())
        offsets.append(len(keys))
    texts = pa.array(keys, pa.string())
    wanted = arrow_column(pa, key, []).type
    missing = pa.array([value is None for value in values], pa.bool_())
    made = pa.MapArray.from_arrays(
        pa.array(offsets, pa.int32()),
        texts if pa.types.is_nested(wanted) else texts.cast(wanted),
        arrow_column(pa, member, inner),
    )
    # Null maps: those at whose places there is none.
    return pa.compute.if_else(missing, pa.scalar(None, made.type), made) if None in values else made


def _temporal_types(pa: Any) -> dict[str, Any]:
    return {
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
        "TIMESTAMP_MS": pa.timestamp("ms"),
        "TIMESTAMP_NS": pa.timestamp("ns"),
        "TIMESTAMP_S": pa.timestamp("s"),
    }


def _scalar_types(pa: Any) -> dict[str, Any]:
    return {
        "BIGINT": pa.int64(),
        "BOOLEAN": pa.bool_(),
        "DOUBLE": pa.float64(),
        "FLOAT": pa.float32(),
        "INTEGER": pa.int32(),
        "SMALLINT": pa.int16(),
        "TINYINT": pa.int8(),
        "UBIGINT": pa.uint64(),
        "UINTEGER": pa.uint32(),
        "USMALLINT": pa.uint16(),
        "UTINYINT": pa.uint8(),
        # What the service writes as text: numbers in hexadecimal, durations, bits.
        **dict.fromkeys(
            ("BIGNUM", "BIT", "BLOB", "INTERVAL", "TIME WITH TIME ZONE", "UUID", "VARCHAR", "VARINT"), pa.string()
        ),
    }


def _rewritten(kind: EngineType, leaf: Callable[[EngineType], str]) -> str:
    """Write a type with others in the places of those that have no members."""
    match kind.name:
        case "LIST" if kind.members:
            length = "".join(map(str, kind.arguments))
            return f"{_rewritten(kind.members[0][1], leaf)}[{length}]"
        case "STRUCT" if kind.members:
            return f"STRUCT({', '.join(f'{_quoted(name)} {_rewritten(one, leaf)}' for name, one in kind.members)})"
        case "MAP" if kind.members:
            return f"MAP({', '.join(_rewritten(one, leaf) for _, one in kind.members)})"
    return leaf(kind)


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


class _TypeReader:
    """A reader of the tokens of a type."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> EngineType:
        """Read the whole text as one type."""
        found = self._type()
        if self._at < len(self._tokens):
            raise ValueError(self._tokens[self._at])
        return found

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self, expected: str = "") -> str:
        token = self._tokens[self._at]
        if expected and token != expected:
            raise ValueError(token)
        self._at += 1
        return str(token)

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ContractError(f"the service names a type with more than {_DEEPEST} types within each other")

    def _type(self) -> EngineType:
        self._enter()
        depth = self._depth
        words = [self._next()]
        while self._peek() not in ("", "(", ")", "[", "]", ","):
            words.append(self._next())
        name = " ".join(words).upper()
        if not re.fullmatch(r"[\w ]+", name):
            raise ValueError(name)
        found = EngineType(name, name)
        if self._peek() == "(":
            found = self._with_arguments(name)
        while self._peek() == "[":
            self._enter()
            self._next()
            length = () if self._peek() == "]" else (int(self._next()),)
            self._next("]")
            text = f"{found.text}[{''.join(map(str, length))}]"
            found = EngineType("LIST", text, length, (("item", found),))
        self._depth = depth - 1
        return found

    def _with_arguments(self, name: str) -> EngineType:
        self._next("(")
        members: list[tuple[str, EngineType]] = []
        arguments: list[str] = []
        while True:
            if name == "STRUCT":
                member = self._next()
                plain = member[1:-1].replace('""', '"') if member.startswith('"') else member
                members.append((plain, self._type()))
            elif name == "MAP":
                members.append(("", self._type()))
            else:
                arguments.append(self._next())
            if self._peek() == ")":
                break
            self._next(",")
        self._next(")")
        if name == "STRUCT":
            inner = ", ".join(f"{_quoted(member)} {kind.text}" for member, kind in members)
        elif name == "MAP":
            _key, _value = members
            inner = ", ".join(kind.text for _, kind in members)
        else:
            inner = ",".join(arguments)
        numbers = tuple(map(int, arguments)) if name == "DECIMAL" else ()
        return EngineType(name, f"{name}({inner})", numbers, tuple(members))
