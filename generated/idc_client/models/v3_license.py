from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3License")


@_attrs_define
class V3License:
    """
    Attributes:
        license_short_name (None | str):
        series (int):
        size_tb (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
    """

    license_short_name: None | str
    series: int
    size_tb: float

    def to_dict(self) -> dict[str, Any]:
        license_short_name: None | str
        license_short_name = self.license_short_name

        series = self.series

        size_tb = self.size_tb

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "license_short_name": license_short_name,
                "series": series,
                "size_TB": size_tb,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_license_short_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        license_short_name = _parse_license_short_name(d.pop("license_short_name"))

        series = d.pop("series")

        size_tb = d.pop("size_TB")

        v3_license = cls(
            license_short_name=license_short_name,
            series=series,
            size_tb=size_tb,
        )

        return v3_license
