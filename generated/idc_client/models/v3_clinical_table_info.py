from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3ClinicalTableInfo")


@_attrs_define
class V3ClinicalTableInfo:
    """
    Attributes:
        table_name (str):
        sql_path (str):
        collection_id (str):
        column_count (int):
        description (str):
    """

    table_name: str
    sql_path: str
    collection_id: str
    column_count: int
    description: str

    def to_dict(self) -> dict[str, Any]:
        table_name = self.table_name

        sql_path = self.sql_path

        collection_id = self.collection_id

        column_count = self.column_count

        description = self.description

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "table_name": table_name,
                "sql_path": sql_path,
                "collection_id": collection_id,
                "column_count": column_count,
                "description": description,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        table_name = d.pop("table_name")

        sql_path = d.pop("sql_path")

        collection_id = d.pop("collection_id")

        column_count = d.pop("column_count")

        description = d.pop("description")

        v3_clinical_table_info = cls(
            table_name=table_name,
            sql_path=sql_path,
            collection_id=collection_id,
            column_count=column_count,
            description=description,
        )

        return v3_clinical_table_info
