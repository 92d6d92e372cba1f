from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="V3TableInfo")


@_attrs_define
class V3TableInfo:
    """
    Attributes:
        name (str):
        description (str):
        column_count (int):
        notable_columns (list[str] | Unset): A few columns to begin with. No release of the server is known to send this
            member yet.
    """

    name: str
    description: str
    column_count: int
    notable_columns: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        description = self.description

        column_count = self.column_count

        notable_columns: list[str] | Unset = UNSET
        if not isinstance(self.notable_columns, Unset):
            notable_columns = self.notable_columns

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "description": description,
                "column_count": column_count,
            }
        )
        if notable_columns is not UNSET:
            field_dict["notable_columns"] = notable_columns

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        description = d.pop("description")

        column_count = d.pop("column_count")

        notable_columns = cast(list[str], d.pop("notable_columns", UNSET))

        v3_table_info = cls(
            name=name,
            description=description,
            column_count=column_count,
            notable_columns=notable_columns,
        )

        return v3_table_info
