from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.v1_attribute_data_type import V1AttributeDataType
from ..models.v1_attribute_name import V1AttributeName

T = TypeVar("T", bound="V1Attribute")


@_attrs_define
class V1Attribute:
    """
    Attributes:
        active (bool): Whether data backs the attribute. A local stand-in says false for those of which it has no facts;
            a filter on such an attribute matches nothing there. True does not mean that every patient has a value: the
            stand-in knows the `race` of five, and its greeting (`getAbout`) says so.
        data_type (V1AttributeDataType):
        name (V1AttributeName): What a filter may name: 93 attributes with text values, and 67 with numbers, each of
            these in six forms (as
            it is, `_lt`, `_lte`, `_btw`, `_gte`, `_gt`). Case matters.
        units (None | str):
    """

    active: bool
    data_type: V1AttributeDataType
    name: V1AttributeName
    units: None | str

    def to_dict(self) -> dict[str, Any]:
        active = self.active

        data_type = self.data_type.value

        name = self.name.value

        units: None | str
        units = self.units

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "active": active,
                "data_type": data_type,
                "name": name,
                "units": units,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        active = d.pop("active")

        data_type = V1AttributeDataType(d.pop("data_type"))

        name = V1AttributeName(d.pop("name"))

        def _parse_units(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        units = _parse_units(d.pop("units"))

        v1_attribute = cls(
            active=active,
            data_type=data_type,
            name=name,
            units=units,
        )

        return v1_attribute
