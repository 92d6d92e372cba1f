from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3Download")


@_attrs_define
class V3Download:
    """
    Attributes:
        total_series (int):
        size_tb (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
        idc_commands (list[str]): For people to read. They hold values as they were sent, unchecked; do not run them
            unread.
        manifest_preview (list[str]):
        manifest_truncated (bool): Whether a manifest without `limit` would end before its last line.
        note (str):
    """

    total_series: int
    size_tb: float
    idc_commands: list[str]
    manifest_preview: list[str]
    manifest_truncated: bool
    note: str

    def to_dict(self) -> dict[str, Any]:
        total_series = self.total_series

        size_tb = self.size_tb

        idc_commands = self.idc_commands

        manifest_preview = self.manifest_preview

        manifest_truncated = self.manifest_truncated

        note = self.note

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "total_series": total_series,
                "size_TB": size_tb,
                "idc_commands": idc_commands,
                "manifest_preview": manifest_preview,
                "manifest_truncated": manifest_truncated,
                "note": note,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        total_series = d.pop("total_series")

        size_tb = d.pop("size_TB")

        idc_commands = cast(list[str], d.pop("idc_commands"))

        manifest_preview = cast(list[str], d.pop("manifest_preview"))

        manifest_truncated = d.pop("manifest_truncated")

        note = d.pop("note")

        v3_download = cls(
            total_series=total_series,
            size_tb=size_tb,
            idc_commands=idc_commands,
            manifest_preview=manifest_preview,
            manifest_truncated=manifest_truncated,
            note=note,
        )

        return v3_download
