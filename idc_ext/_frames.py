"""What a table offers the libraries that people work with, all of it by way of Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _arrow

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas
    import polars
    import pyarrow

    from ._columns import Columns
    from ._content import Content


class Frames:
    """A table that Arrow, pandas, polars, DuckDB and others take."""

    __slots__ = ()

    def to_arrow(self) -> pyarrow.Table:
        """Give an Arrow table. Needs the extra `arrow`."""
        raise NotImplementedError

    def to_pandas(self) -> pandas.DataFrame:
        """Give a pandas frame; whole numbers are of pandas' nullable types. Needs the extra `pandas`."""
        return _arrow.to_pandas(self.to_arrow())

    def to_polars(self) -> polars.DataFrame:
        """Give a polars frame. Needs the extra `polars`."""
        return _arrow.to_polars(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the table over by Arrow's PyCapsule interface: `polars.DataFrame(rows)`, `pyarrow.table(rows)`."""
        capsule: object = self.to_arrow().__arrow_c_stream__(requested_schema)
        return capsule


class Batches:
    """Record batches, each of the rows of one page, all of the same columns."""

    def __init__(self, declared: Columns) -> None:
        self._declared = declared
        self._columns: Columns | None = None if declared.others else declared
        _arrow.imported("pyarrow")  # or say so before anything is sent

    def begin(self, first: Sequence[Content[Any]]) -> Columns:
        """Settle the columns by the first rows."""
        for content in first:
            self._settle(content)
        return self._columns or self._declared

    def add(self, content: Content[Any]) -> list[pyarrow.RecordBatch]:
        """Make a batch of rows, if there are any."""
        return [_arrow.batch(self._settle(content), content)] if len(content) else []

    def table(self, batches: list[pyarrow.RecordBatch]) -> pyarrow.Table:
        """Put them together."""
        return _arrow.table(self._columns or self._declared, batches)

    def _settle(self, content: Content[Any]) -> Columns:
        if self._columns is None and len(content):
            self._columns = self._declared.settle(content.records)
        return self._columns or self._declared
