"""Lists of generated models that are also tables: column access, Arrow, pandas, polars, HTML in notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, SupportsIndex, TypeVar, overload

from .arrow import Frames
from .html import ROWS_SHOWN, rows_caption, table_html
from .optional import OptionalPackage, import_optional

if TYPE_CHECKING:
    import pyarrow
else:
    pyarrow = OptionalPackage("pyarrow")

M = TypeVar("M")


class ModelList(list[M], Frames):
    """A list of models. `found["species"]` gives a column; `to_pandas()` and others make tables."""

    @property
    def records(self) -> list[dict[str, Any]]:
        """The models as dictionaries by wire name."""
        made: list[Any] = [*self]
        return [one.to_dict() for one in made]

    @property
    def columns(self) -> list[str]:
        """The wire names of the members."""
        return list(dict.fromkeys(name for record in self.records for name in record))

    @overload
    def __getitem__(self, key: SupportsIndex, /) -> M: ...
    @overload
    def __getitem__(self, key: slice, /) -> Self: ...
    @overload
    def __getitem__(self, key: str, /) -> list[Any]: ...
    def __getitem__(self, key: SupportsIndex | slice | str, /) -> Any:
        if isinstance(key, str):
            return column_of(self.records, self.columns, key)
        return type(self)(super().__getitem__(key)) if isinstance(key, slice) else super().__getitem__(key)

    def to_arrow(self) -> pyarrow.Table:
        """Return an Arrow table. Needs the extra `arrow`."""
        return import_optional("pyarrow").Table.from_pylist(self.records)

    def _repr_html_(self) -> str:
        caption = rows_caption(min(len(self), ROWS_SHOWN), len(self), len(self.columns))
        return table_html(self.columns, self.records, caption)


def column_of(records: list[Any], columns: list[str], name: str) -> list[Any]:
    """Return the values of one column; raises KeyError with the names that there are."""
    if name not in columns:
        raise KeyError(f"there is no column {name!r:.80}: choose from {', '.join(columns)}")
    return [record.get(name) for record in records]
