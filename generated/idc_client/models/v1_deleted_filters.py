from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_deleted_filter_set import V1DeletedFilterSet


T = TypeVar("T", bound="V1DeletedFilters")


@_attrs_define
class V1DeletedFilters:
    """
    Attributes:
        filters (list[V1DeletedFilterSet]):
    """

    filters: list[V1DeletedFilterSet]

    def to_dict(self) -> dict[str, Any]:
        filters = []
        for filters_item_data in self.filters:
            filters_item = filters_item_data.to_dict()
            filters.append(filters_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "filters": filters,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_deleted_filter_set import V1DeletedFilterSet  # noqa: PLC0415

        d = dict(src_dict)
        filters = []
        _filters = d.pop("filters")
        for filters_item_data in _filters:
            filters_item = V1DeletedFilterSet.from_dict(filters_item_data)

            filters.append(filters_item)

        v1_deleted_filters = cls(
            filters=filters,
        )

        return v1_deleted_filters
