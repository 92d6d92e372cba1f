from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3AnalysisResult")


@_attrs_define
class V3AnalysisResult:
    """
    Attributes:
        analysis_result_id (str):
        analysis_result_title (None | str):
        source_doi (None | str):
        source_url (None | str):
        subjects (int | None):
        collections (None | str): Identifiers, separated by commas.
        modalities (None | str): Modalities, separated by commas.
        license_short_name (None | str):
        description (None | str):
    """

    analysis_result_id: str
    analysis_result_title: None | str
    source_doi: None | str
    source_url: None | str
    subjects: int | None
    collections: None | str
    modalities: None | str
    license_short_name: None | str
    description: None | str

    def to_dict(self) -> dict[str, Any]:
        analysis_result_id = self.analysis_result_id

        analysis_result_title: None | str
        analysis_result_title = self.analysis_result_title

        source_doi: None | str
        source_doi = self.source_doi

        source_url: None | str
        source_url = self.source_url

        subjects: int | None
        subjects = self.subjects

        collections: None | str
        collections = self.collections

        modalities: None | str
        modalities = self.modalities

        license_short_name: None | str
        license_short_name = self.license_short_name

        description: None | str
        description = self.description

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "analysis_result_id": analysis_result_id,
                "analysis_result_title": analysis_result_title,
                "source_DOI": source_doi,
                "source_url": source_url,
                "subjects": subjects,
                "collections": collections,
                "modalities": modalities,
                "license_short_name": license_short_name,
                "description": description,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        analysis_result_id = d.pop("analysis_result_id")

        def _parse_analysis_result_title(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        analysis_result_title = _parse_analysis_result_title(
            d.pop("analysis_result_title")
        )

        def _parse_source_doi(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source_doi = _parse_source_doi(d.pop("source_DOI"))

        def _parse_source_url(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source_url = _parse_source_url(d.pop("source_url"))

        def _parse_subjects(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        subjects = _parse_subjects(d.pop("subjects"))

        def _parse_collections(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        collections = _parse_collections(d.pop("collections"))

        def _parse_modalities(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        modalities = _parse_modalities(d.pop("modalities"))

        def _parse_license_short_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        license_short_name = _parse_license_short_name(d.pop("license_short_name"))

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        v3_analysis_result = cls(
            analysis_result_id=analysis_result_id,
            analysis_result_title=analysis_result_title,
            source_doi=source_doi,
            source_url=source_url,
            subjects=subjects,
            collections=collections,
            modalities=modalities,
            license_short_name=license_short_name,
            description=description,
        )

        return v3_analysis_result
