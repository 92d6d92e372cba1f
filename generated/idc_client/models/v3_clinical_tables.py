from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_clinical_table_info import V3ClinicalTableInfo


T = TypeVar("T", bound="V3ClinicalTables")


@_attrs_define
class V3ClinicalTables:
    """
    Attributes:
        tables (list[V3ClinicalTableInfo]):
    """

    tables: list[V3ClinicalTableInfo]

    def to_dict(self) -> dict[str, Any]:
        tables = []
        for tables_item_data in self.tables:
            tables_item = tables_item_data.to_dict()
            tables.append(tables_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "tables": tables,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_clinical_table_info import V3ClinicalTableInfo  # noqa: PLC0415

        d = dict(src_dict)
        tables = []
        _tables = d.pop("tables")
        for tables_item_data in _tables:
            tables_item = V3ClinicalTableInfo.from_dict(tables_item_data)

            tables.append(tables_item)

        v3_clinical_tables = cls(
            tables=tables,
        )

        return v3_clinical_tables
