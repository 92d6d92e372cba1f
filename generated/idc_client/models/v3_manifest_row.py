from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3ManifestRow")


@_attrs_define
class V3ManifestRow:
    """One series.

    Attributes:
        collection_id (None | str):
        patient_id (None | str):
        study_instance_uid (None | str):
        series_instance_uid (None | str):
        modality (None | str):
        series_description (None | str): As in the files; may hold control characters.
        instance_count (int | None):
        series_size_mb (float | None):
        aws_bucket (None | str):
        crdc_series_uuid (None | str):
        series_aws_url (None | str):
    """

    collection_id: None | str
    patient_id: None | str
    study_instance_uid: None | str
    series_instance_uid: None | str
    modality: None | str
    series_description: None | str
    instance_count: int | None
    series_size_mb: float | None
    aws_bucket: None | str
    crdc_series_uuid: None | str
    series_aws_url: None | str

    def to_dict(self) -> dict[str, Any]:
        collection_id: None | str
        collection_id = self.collection_id

        patient_id: None | str
        patient_id = self.patient_id

        study_instance_uid: None | str
        study_instance_uid = self.study_instance_uid

        series_instance_uid: None | str
        series_instance_uid = self.series_instance_uid

        modality: None | str
        modality = self.modality

        series_description: None | str
        series_description = self.series_description

        instance_count: int | None
        instance_count = self.instance_count

        series_size_mb: float | None
        series_size_mb = self.series_size_mb

        aws_bucket: None | str
        aws_bucket = self.aws_bucket

        crdc_series_uuid: None | str
        crdc_series_uuid = self.crdc_series_uuid

        series_aws_url: None | str
        series_aws_url = self.series_aws_url

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "collection_id": collection_id,
                "PatientID": patient_id,
                "StudyInstanceUID": study_instance_uid,
                "SeriesInstanceUID": series_instance_uid,
                "Modality": modality,
                "SeriesDescription": series_description,
                "instanceCount": instance_count,
                "series_size_MB": series_size_mb,
                "aws_bucket": aws_bucket,
                "crdc_series_uuid": crdc_series_uuid,
                "series_aws_url": series_aws_url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_collection_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        collection_id = _parse_collection_id(d.pop("collection_id"))

        def _parse_patient_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        patient_id = _parse_patient_id(d.pop("PatientID"))

        def _parse_study_instance_uid(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        study_instance_uid = _parse_study_instance_uid(d.pop("StudyInstanceUID"))

        def _parse_series_instance_uid(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        series_instance_uid = _parse_series_instance_uid(d.pop("SeriesInstanceUID"))

        def _parse_modality(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        modality = _parse_modality(d.pop("Modality"))

        def _parse_series_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        series_description = _parse_series_description(d.pop("SeriesDescription"))

        def _parse_instance_count(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        instance_count = _parse_instance_count(d.pop("instanceCount"))

        def _parse_series_size_mb(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        series_size_mb = _parse_series_size_mb(d.pop("series_size_MB"))

        def _parse_aws_bucket(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        aws_bucket = _parse_aws_bucket(d.pop("aws_bucket"))

        def _parse_crdc_series_uuid(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        crdc_series_uuid = _parse_crdc_series_uuid(d.pop("crdc_series_uuid"))

        def _parse_series_aws_url(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        series_aws_url = _parse_series_aws_url(d.pop("series_aws_url"))

        v3_manifest_row = cls(
            collection_id=collection_id,
            patient_id=patient_id,
            study_instance_uid=study_instance_uid,
            series_instance_uid=series_instance_uid,
            modality=modality,
            series_description=series_description,
            instance_count=instance_count,
            series_size_mb=series_size_mb,
            aws_bucket=aws_bucket,
            crdc_series_uuid=crdc_series_uuid,
            series_aws_url=series_aws_url,
        )

        return v3_manifest_row
