from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="V1ManifestRow")


@_attrs_define
class V1ManifestRow:
    """One member for each column that was asked for.

    Attributes:
        crdc_instance_guid (None | str | Unset):
        crdc_series_guid (None | str | Unset):
        crdc_study_guid (None | str | Unset):
        collection_id (None | str | Unset):
        gcs_url (None | str | Unset):
        patient_id (None | str | Unset):
        sop_instance_uid (None | str | Unset):
        series_instance_uid (None | str | Unset):
        source_doi (None | str | Unset):
        study_instance_uid (None | str | Unset):
    """

    crdc_instance_guid: None | str | Unset = UNSET
    crdc_series_guid: None | str | Unset = UNSET
    crdc_study_guid: None | str | Unset = UNSET
    collection_id: None | str | Unset = UNSET
    gcs_url: None | str | Unset = UNSET
    patient_id: None | str | Unset = UNSET
    sop_instance_uid: None | str | Unset = UNSET
    series_instance_uid: None | str | Unset = UNSET
    source_doi: None | str | Unset = UNSET
    study_instance_uid: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        crdc_instance_guid: None | str | Unset
        if isinstance(self.crdc_instance_guid, Unset):
            crdc_instance_guid = UNSET
        else:
            crdc_instance_guid = self.crdc_instance_guid

        crdc_series_guid: None | str | Unset
        if isinstance(self.crdc_series_guid, Unset):
            crdc_series_guid = UNSET
        else:
            crdc_series_guid = self.crdc_series_guid

        crdc_study_guid: None | str | Unset
        if isinstance(self.crdc_study_guid, Unset):
            crdc_study_guid = UNSET
        else:
            crdc_study_guid = self.crdc_study_guid

        collection_id: None | str | Unset
        if isinstance(self.collection_id, Unset):
            collection_id = UNSET
        else:
            collection_id = self.collection_id

        gcs_url: None | str | Unset
        if isinstance(self.gcs_url, Unset):
            gcs_url = UNSET
        else:
            gcs_url = self.gcs_url

        patient_id: None | str | Unset
        if isinstance(self.patient_id, Unset):
            patient_id = UNSET
        else:
            patient_id = self.patient_id

        sop_instance_uid: None | str | Unset
        if isinstance(self.sop_instance_uid, Unset):
            sop_instance_uid = UNSET
        else:
            sop_instance_uid = self.sop_instance_uid

        series_instance_uid: None | str | Unset
        if isinstance(self.series_instance_uid, Unset):
            series_instance_uid = UNSET
        else:
            series_instance_uid = self.series_instance_uid

        source_doi: None | str | Unset
        if isinstance(self.source_doi, Unset):
            source_doi = UNSET
        else:
            source_doi = self.source_doi

        study_instance_uid: None | str | Unset
        if isinstance(self.study_instance_uid, Unset):
            study_instance_uid = UNSET
        else:
            study_instance_uid = self.study_instance_uid

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if crdc_instance_guid is not UNSET:
            field_dict["CRDC_Instance_GUID"] = crdc_instance_guid
        if crdc_series_guid is not UNSET:
            field_dict["CRDC_Series_GUID"] = crdc_series_guid
        if crdc_study_guid is not UNSET:
            field_dict["CRDC_Study_GUID"] = crdc_study_guid
        if collection_id is not UNSET:
            field_dict["Collection_ID"] = collection_id
        if gcs_url is not UNSET:
            field_dict["GCS_URL"] = gcs_url
        if patient_id is not UNSET:
            field_dict["Patient_ID"] = patient_id
        if sop_instance_uid is not UNSET:
            field_dict["SOPInstanceUID"] = sop_instance_uid
        if series_instance_uid is not UNSET:
            field_dict["SeriesInstanceUID"] = series_instance_uid
        if source_doi is not UNSET:
            field_dict["Source_DOI"] = source_doi
        if study_instance_uid is not UNSET:
            field_dict["StudyInstanceUID"] = study_instance_uid

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_crdc_instance_guid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        crdc_instance_guid = _parse_crdc_instance_guid(
            d.pop("CRDC_Instance_GUID", UNSET)
        )

        def _parse_crdc_series_guid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        crdc_series_guid = _parse_crdc_series_guid(d.pop("CRDC_Series_GUID", UNSET))

        def _parse_crdc_study_guid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        crdc_study_guid = _parse_crdc_study_guid(d.pop("CRDC_Study_GUID", UNSET))

        def _parse_collection_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        collection_id = _parse_collection_id(d.pop("Collection_ID", UNSET))

        def _parse_gcs_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        gcs_url = _parse_gcs_url(d.pop("GCS_URL", UNSET))

        def _parse_patient_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        patient_id = _parse_patient_id(d.pop("Patient_ID", UNSET))

        def _parse_sop_instance_uid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        sop_instance_uid = _parse_sop_instance_uid(d.pop("SOPInstanceUID", UNSET))

        def _parse_series_instance_uid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        series_instance_uid = _parse_series_instance_uid(
            d.pop("SeriesInstanceUID", UNSET)
        )

        def _parse_source_doi(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        source_doi = _parse_source_doi(d.pop("Source_DOI", UNSET))

        def _parse_study_instance_uid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        study_instance_uid = _parse_study_instance_uid(d.pop("StudyInstanceUID", UNSET))

        v1_manifest_row = cls(
            crdc_instance_guid=crdc_instance_guid,
            crdc_series_guid=crdc_series_guid,
            crdc_study_guid=crdc_study_guid,
            collection_id=collection_id,
            gcs_url=gcs_url,
            patient_id=patient_id,
            sop_instance_uid=sop_instance_uid,
            series_instance_uid=series_instance_uid,
            source_doi=source_doi,
            study_instance_uid=study_instance_uid,
        )

        return v1_manifest_row
