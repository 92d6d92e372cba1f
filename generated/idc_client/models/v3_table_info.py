from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3TableInfo")


@_attrs_define
class V3TableInfo:
    """
    Attributes:
        name (str):
        description (str):
        column_count (int):
    """

    name: str
    description: str
    column_count: int

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        description = self.description

        column_count = self.column_count

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "description": description,
                "column_count": column_count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        description = d.pop("description")

        column_count = d.pop("column_count")

        v3_table_info = cls(
            name=name,
            description=description,
            column_count=column_count,
        )

        return v3_table_info
