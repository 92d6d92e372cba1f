from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.v1_attribute_name import V1AttributeName

T = TypeVar("T", bound="V1DeletedFilter")


@_attrs_define
class V1DeletedFilter:
    """
    Attributes:
        id (int):
        name (V1AttributeName): What a filter may name: 93 attributes with text values, and 67 with numbers, each of
            these in six forms (as
            it is, `_lt`, `_lte`, `_btw`, `_gte`, `_gt`). Case matters.
        display_name (str):
        values (list[str]):
    """

    id: int
    name: V1AttributeName
    display_name: str
    values: list[str]

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name.value

        display_name = self.display_name

        values = self.values

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "name": name,
                "display_name": display_name,
                "values": values,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = V1AttributeName(d.pop("name"))

        display_name = d.pop("display_name")

        values = cast(list[str], d.pop("values"))

        v1_deleted_filter = cls(
            id=id,
            name=name,
            display_name=display_name,
            values=values,
        )

        return v1_deleted_filter
