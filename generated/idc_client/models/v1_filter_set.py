from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_filter_echo import V1FilterEcho


T = TypeVar("T", bound="V1FilterSet")


@_attrs_define
class V1FilterSet:
    """
    Attributes:
        filters (V1FilterEcho): The filters as the service understood them. Previews give `collection_id` in its normal
            form, saved cohorts as it was sent; saved numbers may come back as text.
        idc_data_version (str):
    """

    filters: V1FilterEcho
    idc_data_version: str

    def to_dict(self) -> dict[str, Any]:
        filters = self.filters.to_dict()

        idc_data_version = self.idc_data_version

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "filters": filters,
                "idc_data_version": idc_data_version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_filter_echo import V1FilterEcho  # noqa: PLC0415

        d = dict(src_dict)
        filters = V1FilterEcho.from_dict(d.pop("filters"))

        idc_data_version = d.pop("idc_data_version")

        v1_filter_set = cls(
            filters=filters,
            idc_data_version=idc_data_version,
        )

        return v1_filter_set
