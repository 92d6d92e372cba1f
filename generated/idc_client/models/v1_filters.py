from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="V1Filters")


@_attrs_define
class V1Filters:
    """Attribute names with the values wanted: AND across attributes, OR among the values of one. `{}` selects the
    whole archive.

    Text is compared without regard to case. A single value is a pattern (`%` any text, `_` any one character);
    several are taken as they are. `None` means that the attribute has no value. `collection_id` may be written
    `TCGA-LUAD` or `tcga_luad`. Numbers are compared as numbers; `_btw` takes the low bound first and includes
    both.

    """

    additional_properties: dict[str, list[float | str]] = _attrs_field(
        init=False, factory=dict
    )

    def to_dict(self) -> dict[str, Any]:

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = []
            for additional_property_item_data in prop:
                additional_property_item: float | str
                additional_property_item = additional_property_item_data
                field_dict[prop_name].append(additional_property_item)

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        v1_filters = cls()

        additional_properties = {}
        for prop_name, prop_dict in d.items():
            additional_property = []
            _additional_property = prop_dict
            for additional_property_item_data in _additional_property:

                def _parse_additional_property_item(data: object) -> float | str:
                    return cast(float | str, data)

                additional_property_item = _parse_additional_property_item(
                    additional_property_item_data
                )

                additional_property.append(additional_property_item)

            additional_properties[prop_name] = additional_property

        v1_filters.additional_properties = additional_properties
        return v1_filters

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> list[float | str]:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: list[float | str]) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
