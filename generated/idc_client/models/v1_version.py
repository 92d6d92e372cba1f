from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_data_source import V1DataSource


T = TypeVar("T", bound="V1Version")


@_attrs_define
class V1Version:
    """
    Attributes:
        active (bool):
        data_sources (list[V1DataSource]):
        date_active (datetime.date):
        idc_data_version (str):
    """

    active: bool
    data_sources: list[V1DataSource]
    date_active: datetime.date
    idc_data_version: str

    def to_dict(self) -> dict[str, Any]:
        active = self.active

        data_sources = []
        for data_sources_item_data in self.data_sources:
            data_sources_item = data_sources_item_data.to_dict()
            data_sources.append(data_sources_item)

        date_active = self.date_active.isoformat()

        idc_data_version = self.idc_data_version

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "active": active,
                "data_sources": data_sources,
                "date_active": date_active,
                "idc_data_version": idc_data_version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_data_source import V1DataSource  # noqa: PLC0415

        d = dict(src_dict)
        active = d.pop("active")

        data_sources = []
        _data_sources = d.pop("data_sources")
        for data_sources_item_data in _data_sources:
            data_sources_item = V1DataSource.from_dict(data_sources_item_data)

            data_sources.append(data_sources_item)

        date_active = datetime.date.fromisoformat(d.pop("date_active"))

        idc_data_version = d.pop("idc_data_version")

        v1_version = cls(
            active=active,
            data_sources=data_sources,
            date_active=date_active,
            idc_data_version=idc_data_version,
        )

        return v1_version
