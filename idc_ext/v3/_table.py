"""The result table of an SQL statement, and its Arrow types: those that DuckDB named, or the common type of all values.

The types never depend on the first rows only. Pure, except for the late import of Arrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from attrs import field, frozen

from .._tables.arrow import Frames
from .._tables.columns import json_text
from .._tables.html import ROWS_SHOWN, rows_caption, table_html
from .._tables.listed import column_of
from .._tables.optional import OptionalPackage, import_optional
from ..errors import ContractError
from ._engine_types import arrow_column, list_column, parse_engine_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow
else:
    pyarrow = OptionalPackage("pyarrow")


@frozen
class Table(Frames):
    """The result table of an SQL statement; iterating it gives the rows as dictionaries.

    The service sends no column types with the rows. With `sql(..., typed=True)` they are requested, and used in Arrow,
    pandas and polars: `DATE` is a date, a 64-bit integer is `int64` even if all values are null, and a decimal keeps
    its digits. In the rows, decimals, days, times and intervals are then text, as DuckDB writes it. A value that Arrow
    does not have, such as an infinite day, is an error.

    Without types, a column has the common type of all its values: booleans are `bool`; integers the first that fits
    of `int64`, `uint64`, `decimal128(38, 0)` and `decimal256(76, 0)`; integers and other numbers `double`; text
    `string`; arrays and objects a list and a struct of the common types of their members; nulls only are `null`;
    anything else is `string` with JSON. So two tables of one statement may have different types.

    Attributes:
        columns: The names of the columns, in the order of the statement.
        rows: The rows, by column name.
        truncated: Whether the statement has more rows than these.
        max_rows: The limit that the server applied.
        types: DuckDB's type of each column, such as `BIGINT`; None if the types were not requested.
    """

    columns: list[str]
    rows: list[dict[str, Any]] = field(repr=False)
    truncated: bool
    max_rows: int
    types: dict[str, str] | None = None

    def to_arrow(self) -> pyarrow.Table:
        """Give an Arrow table. Needs the extra `arrow`.

        Raises:
            ContractError: a value does not have the type of its column.
        """
        return _arrow_table(self.columns, self.rows, self.types or {})

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, key: slice) -> list[dict[str, Any]]: ...
    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    def __getitem__(self, key: int | slice | str) -> Any:
        """Return a row by its number, some rows by a slice, or a column by its name."""
        return column_of(self.rows, self.columns, key) if isinstance(key, str) else self.rows[key]

    def _repr_html_(self) -> str:
        caption = rows_caption(
            min(len(self.rows), ROWS_SHOWN),
            None if self.truncated else len(self.rows),
            len(self.columns),
            f"; the statement has more rows than these {len(self.rows):,}" if self.truncated else "",
        )
        return table_html(self.columns, self.rows, caption)


def _arrow_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> pyarrow.Table:
    """Make an Arrow table of rows.

    Args:
        columns: The names of the columns.
        rows: The rows, by column name.
        types: DuckDB's types, as far as they are known.

    Raises:
        ContractError: a value does not have the type of its column.
    """
    pa = import_optional("pyarrow")
    arrays = []
    for name in columns:
        values = [row[name] for row in rows]
        named = types.get(name)
        try:
            arrays.append(
                _column_of_common_type(pa, values)
                if named is None
                else arrow_column(pa, parse_engine_type(named), values)
            )
        except (ArithmeticError, OverflowError, TypeError, ValueError) as error:  # the bases of Arrow's errors, too
            raise ContractError(
                f"column {name} has a value that is not of type {named or 'of the others'}: {error}"[:300]
                + ("" if named is None else f"; CAST({name} AS VARCHAR) in the statement gives its text")[:100]
            ) from error
    return pa.table(arrays, names=list(columns))


def _column_of_common_type(pa: Any, values: list[Any]) -> Any:
    """Make an Arrow column of the common type of all values."""
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
        return list_column(pa, values, lambda inner: _column_of_common_type(pa, inner))
    if kinds == {dict} and any(values):
        return _struct_column(pa, values)
    return pa.array([None if value is None else json_text(value) for value in values], pa.string())


def _arrow_integer_type(pa: Any, values: list[int]) -> Any:
    low, high = min(values), max(values)
    if low >= -(2**63) and high < 2**63:
        return pa.int64()
    if low >= 0 and high < 2**64:
        return pa.uint64()
    return pa.decimal128(38, 0) if low > -(10**38) and high < 10**38 else pa.decimal256(76, 0)


def _struct_column(pa: Any, values: list[Any]) -> Any:
    names = list(dict.fromkeys(name for value in values if value is not None for name in value))
    parts = [
        _column_of_common_type(pa, [None if value is None else value.get(name) for value in values]) for name in names
    ]
    missing = pa.array([value is None for value in values])
    return pa.StructArray.from_arrays(parts, names, mask=missing)
