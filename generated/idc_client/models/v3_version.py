from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3Version")


@_attrs_define
class V3Version:
    """
    Attributes:
        idc_version (str):
        idc_index_data_version (str): Version of the package that the data comes from.
        api_version (str):
        build (None | str): Stamp of the deployment.
    """

    idc_version: str
    idc_index_data_version: str
    api_version: str
    build: None | str

    def to_dict(self) -> dict[str, Any]:
        idc_version = self.idc_version

        idc_index_data_version = self.idc_index_data_version

        api_version = self.api_version

        build: None | str
        build = self.build

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "idc_version": idc_version,
                "idc_index_data_version": idc_index_data_version,
                "api_version": api_version,
                "build": build,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        idc_version = d.pop("idc_version")

        idc_index_data_version = d.pop("idc_index_data_version")

        api_version = d.pop("api_version")

        def _parse_build(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        build = _parse_build(d.pop("build"))

        v3_version = cls(
            idc_version=idc_version,
            idc_index_data_version=idc_index_data_version,
            api_version=api_version,
            build=build,
        )

        return v3_version
