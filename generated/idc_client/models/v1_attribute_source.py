from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_attribute import V1Attribute


T = TypeVar("T", bound="V1AttributeSource")


@_attrs_define
class V1AttributeSource:
    """
    Attributes:
        attributes (list[V1Attribute]):
        data_source (str):
    """

    attributes: list[V1Attribute]
    data_source: str

    def to_dict(self) -> dict[str, Any]:
        attributes = []
        for attributes_item_data in self.attributes:
            attributes_item = attributes_item_data.to_dict()
            attributes.append(attributes_item)

        data_source = self.data_source

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "attributes": attributes,
                "data_source": data_source,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_attribute import V1Attribute  # noqa: PLC0415

        d = dict(src_dict)
        attributes = []
        _attributes = d.pop("attributes")
        for attributes_item_data in _attributes:
            attributes_item = V1Attribute.from_dict(attributes_item_data)

            attributes.append(attributes_item)

        data_source = d.pop("data_source")

        v1_attribute_source = cls(
            attributes=attributes,
            data_source=data_source,
        )

        return v1_attribute_source
