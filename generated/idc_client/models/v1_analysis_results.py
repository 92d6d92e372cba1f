from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_analysis_result import V1AnalysisResult


T = TypeVar("T", bound="V1AnalysisResults")


@_attrs_define
class V1AnalysisResults:
    """
    Attributes:
        analysis_results (list[V1AnalysisResult]):
        code (Literal[200]): The status, repeated in the body.
    """

    analysis_results: list[V1AnalysisResult]
    code: Literal[200]

    def to_dict(self) -> dict[str, Any]:
        analysis_results = []
        for analysis_results_item_data in self.analysis_results:
            analysis_results_item = analysis_results_item_data.to_dict()
            analysis_results.append(analysis_results_item)

        code = self.code

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "analysisResults": analysis_results,
                "code": code,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_analysis_result import V1AnalysisResult  # noqa: PLC0415

        d = dict(src_dict)
        analysis_results = []
        _analysis_results = d.pop("analysisResults")
        for analysis_results_item_data in _analysis_results:
            analysis_results_item = V1AnalysisResult.from_dict(
                analysis_results_item_data
            )

            analysis_results.append(analysis_results_item)

        code = cast(Literal[200], d.pop("code"))
        if code != 200:
            raise ValueError(f"code must match const 200, got '{code}'")

        v1_analysis_results = cls(
            analysis_results=analysis_results,
            code=code,
        )

        return v1_analysis_results
