from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3AttributeValue")


@_attrs_define
class V3AttributeValue:
    """
    Attributes:
        value (float | str): Of the column's own type.
        count (int):
    """

    value: float | str
    count: int

    def to_dict(self) -> dict[str, Any]:
        value: float | str
        value = self.value

        count = self.count

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "value": value,
                "count": count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_value(data: object) -> float | str:
            return cast(float | str, data)

        value = _parse_value(d.pop("value"))

        count = d.pop("count")

        v3_attribute_value = cls(
            value=value,
            count=count,
        )

        return v3_attribute_value
