from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3AnalysisResultChange")


@_attrs_define
class V3AnalysisResultChange:
    """
    Attributes:
        analysis_result_id (str):
        is_new (bool): Whether this release is the first with series of it.
        series_added (int):
    """

    analysis_result_id: str
    is_new: bool
    series_added: int

    def to_dict(self) -> dict[str, Any]:
        analysis_result_id = self.analysis_result_id

        is_new = self.is_new

        series_added = self.series_added

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "analysis_result_id": analysis_result_id,
                "is_new": is_new,
                "series_added": series_added,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        analysis_result_id = d.pop("analysis_result_id")

        is_new = d.pop("is_new")

        series_added = d.pop("series_added")

        v3_analysis_result_change = cls(
            analysis_result_id=analysis_result_id,
            is_new=is_new,
            series_added=series_added,
        )

        return v3_analysis_result_change
