from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_column import V3Column


T = TypeVar("T", bound="V3TableSchema")


@_attrs_define
class V3TableSchema:
    """
    Attributes:
        name (str):
        description (str):
        columns (list[V3Column]):
    """

    name: str
    description: str
    columns: list[V3Column]

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        description = self.description

        columns = []
        for columns_item_data in self.columns:
            columns_item = columns_item_data.to_dict()
            columns.append(columns_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "description": description,
                "columns": columns,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_column import V3Column  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        description = d.pop("description")

        columns = []
        _columns = d.pop("columns")
        for columns_item_data in _columns:
            columns_item = V3Column.from_dict(columns_item_data)

            columns.append(columns_item)

        v3_table_schema = cls(
            name=name,
            description=description,
            columns=columns,
        )

        return v3_table_schema
