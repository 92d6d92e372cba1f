from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..models.v3_index_column import V3IndexColumn

if TYPE_CHECKING:
    from ..models.v3_attribute_value import V3AttributeValue


T = TypeVar("T", bound="V3AttributeValues")


@_attrs_define
class V3AttributeValues:
    """
    Attributes:
        attribute (V3IndexColumn): The columns of the main table.
        values (list[V3AttributeValue]):
        truncated (bool):
        note (str):
    """

    attribute: V3IndexColumn
    values: list[V3AttributeValue]
    truncated: bool
    note: str

    def to_dict(self) -> dict[str, Any]:
        attribute = self.attribute.value

        values = []
        for values_item_data in self.values:
            values_item = values_item_data.to_dict()
            values.append(values_item)

        truncated = self.truncated

        note = self.note

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "attribute": attribute,
                "values": values,
                "truncated": truncated,
                "note": note,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_attribute_value import V3AttributeValue  # noqa: PLC0415

        d = dict(src_dict)
        attribute = V3IndexColumn(d.pop("attribute"))

        values = []
        _values = d.pop("values")
        for values_item_data in _values:
            values_item = V3AttributeValue.from_dict(values_item_data)

            values.append(values_item)

        truncated = d.pop("truncated")

        note = d.pop("note")

        v3_attribute_values = cls(
            attribute=attribute,
            values=values,
            truncated=truncated,
            note=note,
        )

        return v3_attribute_values
