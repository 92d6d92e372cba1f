from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.v1_data_source_data_type import V1DataSourceDataType

T = TypeVar("T", bound="V1DataSource")


@_attrs_define
class V1DataSource:
    """
    Attributes:
        data_type (V1DataSourceDataType):
        name (str): BigQuery table, `project.dataset.table`.
    """

    data_type: V1DataSourceDataType
    name: str

    def to_dict(self) -> dict[str, Any]:
        data_type = self.data_type.value

        name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "data_type": data_type,
                "name": name,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        data_type = V1DataSourceDataType(d.pop("data_type"))

        name = d.pop("name")

        v1_data_source = cls(
            data_type=data_type,
            name=name,
        )

        return v1_data_source
