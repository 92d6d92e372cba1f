"""A table that SQL gave, and its Arrow types: those that the engine named, or what all values have in common.

Never what the first rows happen to be. Pure but for the late import of Arrow.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .._tables.arrow import Frames, imported
from .._tables.columns import as_text
from ..errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow

_DECIMAL_TYPE = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_TEMPORAL_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "DATE": datetime.date.fromisoformat,
    "TIME": datetime.time.fromisoformat,
    "TIMESTAMP": datetime.datetime.fromisoformat,
    "TIMESTAMP WITH TIME ZONE": datetime.datetime.fromisoformat,
}
_LIST_TYPE = re.compile(r"(.+)\[\d*\]", re.DOTALL)


@frozen
class Table(Frames):
    """A table that SQL gave; iterating it gives the rows.

    The service sends no column types. In Arrow, pandas and polars they are those that the service said when it was
    asked (`sql(..., typed=True)`): `DATE` is a date, an integer of 64 bits is `int64` also where all are null. Without,
    the one rule is what all values of a column have in common: truth values are `bool`; whole numbers `int64`, else
    `uint64`, else `decimal128(38, 0)`, else `decimal256(76, 0)`, as they fit; whole and other numbers `double`; text
    `string`; arrays and objects a list and a struct of what their members have in common; nothing but null is `null`;
    anything else is `string` and holds JSON.

    Attributes:
        columns: Their names, in the order of the statement.
        rows: Each by column name.
        truncated: Whether the statement has more rows than these.
        max_rows: The limit that the server applied.
        types: The engine's type of each column, such as `BIGINT`; None if it was not asked.
    """

    columns: list[str]
    rows: list[dict[str, Any]] = field(repr=False)
    truncated: bool
    max_rows: int
    types: dict[str, str] | None = None

    def to_arrow(self) -> pyarrow.Table:
        """Give an Arrow table. Needs the extra `arrow`.

        Raises:
            ContractError: a value is none of its column's type.
        """
        return _arrow_table(self.columns, self.rows, self.types or {})

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def _arrow_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> pyarrow.Table:
    """Make a table of rows.

    Args:
        columns: The names.
        rows: Each by name.
        types: The engine's types, as far as they are known.

    Raises:
        ContractError: a value is none of its column's type.
    """
    pa = imported("pyarrow")
    arrays = []
    for name in columns:
        values = [row[name] for row in rows]
        named = types.get(name)
        try:
            arrays.append(
                _column_of_common_type(pa, values) if named is None else _column_of_engine_type(pa, named, values)
            )
        except (ArithmeticError, OverflowError, TypeError, ValueError) as error:  # those of Arrow are among them
            raise ContractError(f"{name} holds what is no {named or 'value'}: {error}"[:300]) from error
    return pa.table(arrays, names=list(columns))


def _column_of_engine_type(pa: Any, named: str, values: list[Any]) -> Any:
    """Make a column of the engine's type."""
    repeated = _LIST_TYPE.fullmatch(named)
    if repeated:
        return _list_column(pa, values, lambda inner: _column_of_engine_type(pa, repeated[1], inner))
    fixed = _DECIMAL_TYPE.fullmatch(named)
    if fixed:
        # A decimal travels as a JSON number: what its digits say is what was meant.
        kind = pa.decimal128(int(fixed[1]), int(fixed[2]))
        return pa.array([None if one is None else Decimal(repr(one)) for one in values], kind)
    if named in _TEMPORAL_PARSERS:
        read, kind = _TEMPORAL_PARSERS[named], _arrow_temporal_types(pa)[named]
        return pa.array([None if one is None else read(one) for one in values], kind)
    simple = _arrow_scalar_types(pa).get(named)
    if simple is not None:
        return pa.array(values, simple)
    return _column_of_common_type(pa, values)


def _arrow_scalar_types(pa: Any) -> dict[str, Any]:
    return {
        "BIGINT": pa.int64(),
        "BLOB": pa.string(),
        "BOOLEAN": pa.bool_(),
        "DOUBLE": pa.float64(),
        "FLOAT": pa.float32(),
        "HUGEINT": pa.decimal128(38, 0),
        "INTEGER": pa.int32(),
        "SMALLINT": pa.int16(),
        "TINYINT": pa.int8(),
        "UBIGINT": pa.uint64(),
        "UINTEGER": pa.uint32(),
        "USMALLINT": pa.uint16(),
        "UTINYINT": pa.uint8(),
        "UUID": pa.string(),
        "VARCHAR": pa.string(),
    }


def _arrow_temporal_types(pa: Any) -> dict[str, Any]:
    return {
        "DATE": pa.date32(),
        "TIME": pa.time64("us"),
        "TIMESTAMP": pa.timestamp("us"),
        "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
    }


def _column_of_common_type(pa: Any, values: list[Any]) -> Any:
    """Make a column of what all values have in common."""
    kinds = {type(value) for value in values} - {type(None)}
    if not kinds:
        return pa.nulls(len(values))
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds == {int}:
        return pa.array(values, _arrow_integer_type(pa, [value for value in values if value is not None]))
    if kinds <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    if kinds == {str}:
        return pa.array(values, pa.string())
    if kinds == {list}:
        return _list_column(pa, values, lambda inner: _column_of_common_type(pa, inner))
    if kinds == {dict} and any(values):
        return _struct_column(pa, values)
    return pa.array([None if value is None else as_text(value) for value in values], pa.string())


def _arrow_integer_type(pa: Any, values: list[int]) -> Any:
    low, high = min(values), max(values)
    if low >= -(2**63) and high < 2**63:
        return pa.int64()
    if low >= 0 and high < 2**64:
        return pa.uint64()
    return pa.decimal128(38, 0) if low > -(10**38) and high < 10**38 else pa.decimal256(76, 0)


def _list_column(pa: Any, values: list[Any], make: Callable[[list[Any]], Any]) -> Any:
    inner = make([one for value in values if value is not None for one in value])
    ends, offsets = 0, []
    for value in values:
        # To Arrow, an offset that is null says that the list is.
        offsets.append(None if value is None else ends)
        ends += len(value or ())
    return pa.ListArray.from_arrays(pa.array([*offsets, ends], pa.int32()), inner)


def _struct_column(pa: Any, values: list[Any]) -> Any:
    names = list(dict.fromkeys(name for value in values if value is not None for name in value))
    parts = [
        _column_of_common_type(pa, [None if value is None else value.get(name) for value in values]) for name in names
    ]
    missing = pa.array([value is None for value in values])
    return pa.StructArray.from_arrays(parts, names, mask=missing)
