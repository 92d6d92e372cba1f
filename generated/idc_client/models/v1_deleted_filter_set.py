from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_deleted_filter import V1DeletedFilter


T = TypeVar("T", bound="V1DeletedFilterSet")


@_attrs_define
class V1DeletedFilterSet:
    """
    Attributes:
        id (int):
        data_version (str):
        filters (list[V1DeletedFilter]):
    """

    id: int
    data_version: str
    filters: list[V1DeletedFilter]

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        data_version = self.data_version

        filters = []
        for filters_item_data in self.filters:
            filters_item = filters_item_data.to_dict()
            filters.append(filters_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "data_version": data_version,
                "filters": filters,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_deleted_filter import V1DeletedFilter  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        data_version = d.pop("data_version")

        filters = []
        _filters = d.pop("filters")
        for filters_item_data in _filters:
            filters_item = V1DeletedFilter.from_dict(filters_item_data)

            filters.append(filters_item)

        v1_deleted_filter_set = cls(
            id=id,
            data_version=data_version,
            filters=filters,
        )

        return v1_deleted_filter_set
