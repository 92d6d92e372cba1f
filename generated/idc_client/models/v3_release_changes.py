from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_analysis_result_change import V3AnalysisResultChange
    from ..models.v3_collection_change import V3CollectionChange


T = TypeVar("T", bound="V3ReleaseChanges")


@_attrs_define
class V3ReleaseChanges:
    """
    Attributes:
        idc_version (str):
        release_date (None | str): A day, `YYYY-MM-DD`; null if it is not known, or if there is no such release.
        previous_version (None | str): The release compared with; null for the first one.
        previous_release_date (None | str): A day, `YYYY-MM-DD`; null if it is not known, or if there is no such
            release.
        current_version (str):
        series_added (int):
        series_revised (int):
        series_removed (int):
        size_tb_added (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
        size_tb_revised (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
        size_tb_removed (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
        patients_affected (int):
        new_collections (list[str]): Collections of which the release before had no series, ascending.
        removed_collections (list[str]): Collections of which this release has no series, ascending.
        collections (list[V3CollectionChange]): Those with a change, the one with the largest additions first.
        analysis_results (list[V3AnalysisResultChange]): Analysis results that gained series, the one of most series
            first. Only series that the newest release still has are counted.
        note (str | Unset): The server's words on how it counts.
    """

    idc_version: str
    release_date: None | str
    previous_version: None | str
    previous_release_date: None | str
    current_version: str
    series_added: int
    series_revised: int
    series_removed: int
    size_tb_added: float
    size_tb_revised: float
    size_tb_removed: float
    patients_affected: int
    new_collections: list[str]
    removed_collections: list[str]
    collections: list[V3CollectionChange]
    analysis_results: list[V3AnalysisResultChange]
    note: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        idc_version = self.idc_version

        release_date: None | str
        release_date = self.release_date

        previous_version: None | str
        previous_version = self.previous_version

        previous_release_date: None | str
        previous_release_date = self.previous_release_date

        current_version = self.current_version

        series_added = self.series_added

        series_revised = self.series_revised

        series_removed = self.series_removed

        size_tb_added = self.size_tb_added

        size_tb_revised = self.size_tb_revised

        size_tb_removed = self.size_tb_removed

        patients_affected = self.patients_affected

        new_collections = self.new_collections

        removed_collections = self.removed_collections

        collections = []
        for collections_item_data in self.collections:
            collections_item = collections_item_data.to_dict()
            collections.append(collections_item)

        analysis_results = []
        for analysis_results_item_data in self.analysis_results:
            analysis_results_item = analysis_results_item_data.to_dict()
            analysis_results.append(analysis_results_item)

        note = self.note

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "idc_version": idc_version,
                "release_date": release_date,
                "previous_version": previous_version,
                "previous_release_date": previous_release_date,
                "current_version": current_version,
                "series_added": series_added,
                "series_revised": series_revised,
                "series_removed": series_removed,
                "size_TB_added": size_tb_added,
                "size_TB_revised": size_tb_revised,
                "size_TB_removed": size_tb_removed,
                "patients_affected": patients_affected,
                "new_collections": new_collections,
                "removed_collections": removed_collections,
                "collections": collections,
                "analysis_results": analysis_results,
            }
        )
        if note is not UNSET:
            field_dict["note"] = note

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_analysis_result_change import V3AnalysisResultChange  # noqa: PLC0415
        from ..models.v3_collection_change import V3CollectionChange  # noqa: PLC0415

        d = dict(src_dict)
        idc_version = d.pop("idc_version")

        def _parse_release_date(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        release_date = _parse_release_date(d.pop("release_date"))

        def _parse_previous_version(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        previous_version = _parse_previous_version(d.pop("previous_version"))

        def _parse_previous_release_date(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        previous_release_date = _parse_previous_release_date(
            d.pop("previous_release_date")
        )

        current_version = d.pop("current_version")

        series_added = d.pop("series_added")

        series_revised = d.pop("series_revised")

        series_removed = d.pop("series_removed")

        size_tb_added = d.pop("size_TB_added")

        size_tb_revised = d.pop("size_TB_revised")

        size_tb_removed = d.pop("size_TB_removed")

        patients_affected = d.pop("patients_affected")

        new_collections = cast(list[str], d.pop("new_collections"))

        removed_collections = cast(list[str], d.pop("removed_collections"))

        collections = []
        _collections = d.pop("collections")
        for collections_item_data in _collections:
            collections_item = V3CollectionChange.from_dict(collections_item_data)

            collections.append(collections_item)

        analysis_results = []
        _analysis_results = d.pop("analysis_results")
        for analysis_results_item_data in _analysis_results:
            analysis_results_item = V3AnalysisResultChange.from_dict(
                analysis_results_item_data
            )

            analysis_results.append(analysis_results_item)

        note = d.pop("note", UNSET)

        v3_release_changes = cls(
            idc_version=idc_version,
            release_date=release_date,
            previous_version=previous_version,
            previous_release_date=previous_release_date,
            current_version=current_version,
            series_added=series_added,
            series_revised=series_revised,
            series_removed=series_removed,
            size_tb_added=size_tb_added,
            size_tb_revised=size_tb_revised,
            size_tb_removed=size_tb_removed,
            patients_affected=patients_affected,
            new_collections=new_collections,
            removed_collections=removed_collections,
            collections=collections,
            analysis_results=analysis_results,
            note=note,
        )

        return v3_release_changes
