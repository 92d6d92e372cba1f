from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.v3_collection_change_status import V3CollectionChangeStatus

T = TypeVar("T", bound="V3CollectionChange")


@_attrs_define
class V3CollectionChange:
    """
    Attributes:
        collection_id (str):
        status (V3CollectionChangeStatus): Whether the release before had series of it (else new), and whether this one
            has (else removed).
        series_added (int):
        series_revised (int):
        series_removed (int):
        size_tb_added (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
        size_tb_revised (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
        size_tb_removed (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
        patients_affected (int): Patients with a series that was added, revised or removed.
    """

    collection_id: str
    status: V3CollectionChangeStatus
    series_added: int
    series_revised: int
    series_removed: int
    size_tb_added: float
    size_tb_revised: float
    size_tb_removed: float
    patients_affected: int

    def to_dict(self) -> dict[str, Any]:
        collection_id = self.collection_id

        status = self.status.value

        series_added = self.series_added

        series_revised = self.series_revised

        series_removed = self.series_removed

        size_tb_added = self.size_tb_added

        size_tb_revised = self.size_tb_revised

        size_tb_removed = self.size_tb_removed

        patients_affected = self.patients_affected

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "collection_id": collection_id,
                "status": status,
                "series_added": series_added,
                "series_revised": series_revised,
                "series_removed": series_removed,
                "size_TB_added": size_tb_added,
                "size_TB_revised": size_tb_revised,
                "size_TB_removed": size_tb_removed,
                "patients_affected": patients_affected,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        collection_id = d.pop("collection_id")

        status = V3CollectionChangeStatus(d.pop("status"))

        series_added = d.pop("series_added")

        series_revised = d.pop("series_revised")

        series_removed = d.pop("series_removed")

        size_tb_added = d.pop("size_TB_added")

        size_tb_revised = d.pop("size_TB_revised")

        size_tb_removed = d.pop("size_TB_removed")

        patients_affected = d.pop("patients_affected")

        v3_collection_change = cls(
            collection_id=collection_id,
            status=status,
            series_added=series_added,
            series_revised=series_revised,
            series_removed=series_removed,
            size_tb_added=size_tb_added,
            size_tb_revised=size_tb_revised,
            size_tb_removed=size_tb_removed,
            patients_affected=patients_affected,
        )

        return v3_collection_change
