from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V1AnalysisResult")


@_attrs_define
class V1AnalysisResult:
    """
    Attributes:
        active (bool):
        analysis_artifacts (None | str):
        cancer_type (None | str):
        collections (None | str): Free text that names the collections the analysis was done on.
        date_updated (datetime.date | None):
        description (None | str): The title of the analysis result.
        doi (None | str):
        idc_data_versions (list[str]): The data versions that hold it, up to the one that was asked for.
        location (None | str):
        subject_count (int | None):
    """

    active: bool
    analysis_artifacts: None | str
    cancer_type: None | str
    collections: None | str
    date_updated: datetime.date | None
    description: None | str
    doi: None | str
    idc_data_versions: list[str]
    location: None | str
    subject_count: int | None

    def to_dict(self) -> dict[str, Any]:
        active = self.active

        analysis_artifacts: None | str
        analysis_artifacts = self.analysis_artifacts

        cancer_type: None | str
        cancer_type = self.cancer_type

        collections: None | str
        collections = self.collections

        date_updated: None | str
        if isinstance(self.date_updated, datetime.date):
            date_updated = self.date_updated.isoformat()
        else:
            date_updated = self.date_updated

        description: None | str
        description = self.description

        doi: None | str
        doi = self.doi

        idc_data_versions = self.idc_data_versions

        location: None | str
        location = self.location

        subject_count: int | None
        subject_count = self.subject_count

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "active": active,
                "analysisArtifacts": analysis_artifacts,
                "cancer_type": cancer_type,
                "collections": collections,
                "date_updated": date_updated,
                "description": description,
                "doi": doi,
                "idc_data_versions": idc_data_versions,
                "location": location,
                "subject_count": subject_count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        active = d.pop("active")

        def _parse_analysis_artifacts(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        analysis_artifacts = _parse_analysis_artifacts(d.pop("analysisArtifacts"))

        def _parse_cancer_type(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        cancer_type = _parse_cancer_type(d.pop("cancer_type"))

        def _parse_collections(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        collections = _parse_collections(d.pop("collections"))

        def _parse_date_updated(data: object) -> datetime.date | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                date_updated_type_0 = datetime.date.fromisoformat(data)

                return date_updated_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None, data)

        date_updated = _parse_date_updated(d.pop("date_updated"))

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        def _parse_doi(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        doi = _parse_doi(d.pop("doi"))

        idc_data_versions = cast(list[str], d.pop("idc_data_versions"))

        def _parse_location(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        location = _parse_location(d.pop("location"))

        def _parse_subject_count(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        subject_count = _parse_subject_count(d.pop("subject_count"))

        v1_analysis_result = cls(
            active=active,
            analysis_artifacts=analysis_artifacts,
            cancer_type=cancer_type,
            collections=collections,
            date_updated=date_updated,
            description=description,
            doi=doi,
            idc_data_versions=idc_data_versions,
            location=location,
            subject_count=subject_count,
        )

        return v1_analysis_result
