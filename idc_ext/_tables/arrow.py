"""Rows as Arrow tables, pandas and polars DataFrames. The only module that imports any of the three libraries.

Columns are filled from the rows as received, without making objects first. The libraries are imported when they are
needed.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from ..errors import ContractError
from .optional import OptionalPackage, import_optional

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas
    import polars
    import pyarrow

    from .columns import Columns, Kind
    from .records import PageRows
else:
    pandas, polars, pyarrow = map(OptionalPackage, ("pandas", "polars", "pyarrow"))


#: Rows that are converted at once: few, so that their values are still in the processor's cache when Arrow reads them.
PIECE = 1_000


def schema(columns: Columns) -> pyarrow.Schema:
    """Return the Arrow schema of declared columns. To Arrow, every column is nullable."""
    pa = import_optional("pyarrow")
    types: dict[Kind, Any] = {
        "string": pa.string(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "strings": pa.list_(pa.string()),
        "text": pa.string(),
    }
    return pa.schema([pa.field(column.name, types[column.kind]) for column in columns])


def batch(columns: Columns, content: PageRows[Any], *, piece: int = PIECE) -> pyarrow.RecordBatch:
    """Convert rows to a record batch.

    Arrow splits the rows into columns: it visits every row once, and not once for each column.

    Raises:
        ContractError: a value does not fit its column.
    """
    pa = import_optional("pyarrow")
    kind = pa.struct(list(schema(columns)))
    try:
        rows = iter(columns.value_tuples(content))
        pieces = [pa.array(some, kind) for some in iter(lambda: list(itertools.islice(rows, piece)), [])]
    except (LookupError, OverflowError, TypeError, ValueError) as error:  # those of Arrow are among them
        raise ContractError(f"a value does not fit its column: {error}"[:300]) from error
    # Columns grow while they are filled, and Arrow's own pool keeps the memory that they do not need: for many pages,
    # two fifths of all. Small pieces use the same memory again; the whole is made with exactly what it needs.
    whole = pa.concat_arrays(pieces or [pa.array([], kind)], memory_pool=pa.system_memory_pool())
    return pa.RecordBatch.from_struct_array(whole)


def table(columns: Columns, batches: Iterable[pyarrow.RecordBatch]) -> pyarrow.Table:
    """Combine record batches into a table."""
    return import_optional("pyarrow").Table.from_batches(batches, schema(columns))


def stream(columns: Columns, batches: Iterator[pyarrow.RecordBatch]) -> pyarrow.RecordBatchReader:
    """Return a reader over record batches that are still to come."""
    return import_optional("pyarrow").RecordBatchReader.from_batches(schema(columns), batches)


def to_pandas(content: pyarrow.Table) -> pandas.DataFrame:
    """Convert a table to a pandas DataFrame. Integer and boolean columns get pandas' nullable types, nulls or not."""
    pa, pd = import_optional("pyarrow"), import_optional("pandas")
    kinds = {
        pa.int64(): pd.Int64Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int8(): pd.Int8Dtype(),
        pa.uint64(): pd.UInt64Dtype(),
        pa.uint32(): pd.UInt32Dtype(),
        pa.uint16(): pd.UInt16Dtype(),
        pa.uint8(): pd.UInt8Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    frame: pandas.DataFrame = content.to_pandas(types_mapper=kinds.get)
    return frame


def to_polars(content: pyarrow.Table) -> polars.DataFrame:
    """Convert a table to a polars DataFrame. Decimals of more than 38 digits, which it does not have, become text."""
    pl, pa = import_optional("polars"), import_optional("pyarrow")
    for at, column in enumerate(content.schema):
        if str(column.type).find("decimal256") >= 0:
            content = content.set_column(at, column.name, _without_long_decimals(pa, content.column(at)))
    frame: polars.DataFrame = pl.from_arrow(content)
    return frame


def _without_long_decimals(pa: Any, column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    """Convert decimals of 256 bits, also within lists and structs: to such of 128 bits if all fit, else to text."""

    def converted(kind: Any, to: Callable[[Any], Any]) -> Any:
        if pa.types.is_decimal256(kind):
            return to(kind)
        if pa.types.is_list(kind):
            return pa.list_(converted(kind.value_type, to))
        if pa.types.is_struct(kind):
            return pa.struct([pa.field(one.name, converted(one.type, to)) for one in kind])
        return kind

    try:
        return column.cast(converted(column.type, lambda kind: pa.decimal128(38, kind.scale)))
    except pa.ArrowInvalid:
        return column.cast(converted(column.type, lambda _: pa.string()))


def subschema(whole: pyarrow.Schema, names: Sequence[str]) -> pyarrow.Schema:
    """Return the schema of some of the columns."""
    return import_optional("pyarrow").schema([whole.field(name) for name in names])


class Frames:
    """A table that Arrow, pandas, polars, DuckDB and other libraries accept."""

    __slots__ = ()

    def to_arrow(self) -> pyarrow.Table:
        """Return an Arrow table. Needs the extra `arrow`."""
        raise NotImplementedError

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas DataFrame; integers have pandas' nullable types. Needs the extra `pandas`."""
        import_optional("pandas")  # before anything is sent; the extra has Arrow, too
        return to_pandas(self.to_arrow())

    def to_polars(self) -> polars.DataFrame:
        """Return a polars DataFrame. Needs the extra `polars`."""
        import_optional("polars")
        return to_polars(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Export the table by Arrow's PyCapsule interface: `polars.DataFrame(rows)`, `pyarrow.table(rows)`."""
        capsule: object = self.to_arrow().__arrow_c_stream__(requested_schema)
        return capsule


class BatchBuilder:
    """A converter of pages to record batches, all with the same columns."""

    def __init__(self, declared: Columns) -> None:
        self._declared = declared
        self._columns: Columns | None = None if declared.open_ended else declared
        import_optional("pyarrow")  # or raise MissingExtra before anything is sent

    def fix_columns(self, first: Sequence[PageRows[Any]]) -> Columns:
        """Fix the columns by the first rows, and return them."""
        for content in first:
            self._fixed_columns(content)
        return self._columns or self._declared

    def add(self, content: PageRows[Any]) -> list[pyarrow.RecordBatch]:
        """Convert the rows of a page to a batch; an empty list if there are no rows."""
        return [batch(self._fixed_columns(content), content)] if len(content) else []

    def table(self, batches: list[pyarrow.RecordBatch]) -> pyarrow.Table:
        """Combine the batches into a table."""
        return table(self._columns or self._declared, batches)

    def _fixed_columns(self, content: PageRows[Any]) -> Columns:
        if self._columns is None and len(content):
            self._columns = self._declared.with_columns_of_first_row(content.records)
        return self._columns or self._declared
