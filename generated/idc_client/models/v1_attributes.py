from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_attribute_source import V1AttributeSource


T = TypeVar("T", bound="V1Attributes")


@_attrs_define
class V1Attributes:
    """
    Attributes:
        code (Literal[200]): The status, repeated in the body.
        data_sources (list[V1AttributeSource]):
        idc_data_version (str):
    """

    code: Literal[200]
    data_sources: list[V1AttributeSource]
    idc_data_version: str

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        data_sources = []
        for data_sources_item_data in self.data_sources:
            data_sources_item = data_sources_item_data.to_dict()
            data_sources.append(data_sources_item)

        idc_data_version = self.idc_data_version

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "data_sources": data_sources,
                "idc_data_version": idc_data_version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_attribute_source import V1AttributeSource  # noqa: PLC0415

        d = dict(src_dict)
        code = cast(Literal[200], d.pop("code"))
        if code != 200:
            raise ValueError(f"code must match const 200, got '{code}'")

        data_sources = []
        _data_sources = d.pop("data_sources")
        for data_sources_item_data in _data_sources:
            data_sources_item = V1AttributeSource.from_dict(data_sources_item_data)

            data_sources.append(data_sources_item)

        idc_data_version = d.pop("idc_data_version")

        v1_attributes = cls(
            code=code,
            data_sources=data_sources,
            idc_data_version=idc_data_version,
        )

        return v1_attributes
