from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_sql_row import V3SqlRow


T = TypeVar("T", bound="V3SqlResult")


@_attrs_define
class V3SqlResult:
    """
    Attributes:
        columns (list[str]):
        rows (list[V3SqlRow]):
        row_count (int):
        truncated (bool): Whether there are more rows than were returned.
        max_rows (int): The limit that was applied.
    """

    columns: list[str]
    rows: list[V3SqlRow]
    row_count: int
    truncated: bool
    max_rows: int

    def to_dict(self) -> dict[str, Any]:
        columns = self.columns

        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)

        row_count = self.row_count

        truncated = self.truncated

        max_rows = self.max_rows

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "columns": columns,
                "rows": rows,
                "row_count": row_count,
                "truncated": truncated,
                "max_rows": max_rows,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_sql_row import V3SqlRow  # noqa: PLC0415

        d = dict(src_dict)
        columns = cast(list[str], d.pop("columns"))

        rows = []
        _rows = d.pop("rows")
        for rows_item_data in _rows:
            rows_item = V3SqlRow.from_dict(rows_item_data)

            rows.append(rows_item)

        row_count = d.pop("row_count")

        truncated = d.pop("truncated")

        max_rows = d.pop("max_rows")

        v3_sql_result = cls(
            columns=columns,
            rows=rows,
            row_count=row_count,
            truncated=truncated,
            max_rows=max_rows,
        )

        return v3_sql_result
