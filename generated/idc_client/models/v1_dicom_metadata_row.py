from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="V1DicomMetadataRow")


@_attrs_define
class V1DicomMetadataRow:
    """The 32 columns of the notebook, and whatever others a deployment adds. Numbers come as text, repeated values as
    lists.

        Attributes:
            additional_patient_history (None | str):
            allergies (list[str]):
            body_part_examined (None | str):
            ethnic_group (None | str):
            image_type (list[str]):
            last_menstrual_date (None | str):
            medical_alerts (list[str]):
            modality (None | str):
            occupation (None | str):
            patient_age (None | str): DICOM age string, such as `039Y`.
            patient_comments (None | str):
            patient_id (None | str):
            patient_size (None | str):
            patient_weight (None | str):
            pregnancy_status (None | str):
            reason_for_study (None | str):
            requested_procedure_comments (None | str):
            sop_class_uid (None | str):
            sop_instance_uid (str): DICOM unique identifier (PS3.5, section 9.1).
            series_instance_uid (str): DICOM unique identifier (PS3.5, section 9.1).
            smoking_status (None | str):
            source_doi (None | str):
            study_id (None | str):
            study_instance_uid (str): DICOM unique identifier (PS3.5, section 9.1).
            collection_id (None | str):
            crdc_instance_uuid (str): Data GUID of the NCI Cancer Research Data Commons, resolvable as a GA4GH DRS object.
            crdc_series_uuid (str): A GUID; was empty in the first releases.
            crdc_study_uuid (str): A GUID; was empty in the first releases.
            gcs_bucket (None | str):
            gcs_generation (None | str):
            gcs_url (None | str):
            tcia_tumor_location (None | str):
    """

    additional_patient_history: None | str
    allergies: list[str]
    body_part_examined: None | str
    ethnic_group: None | str
    image_type: list[str]
    last_menstrual_date: None | str
    medical_alerts: list[str]
    modality: None | str
    occupation: None | str
    patient_age: None | str
    patient_comments: None | str
    patient_id: None | str
    patient_size: None | str
    patient_weight: None | str
    pregnancy_status: None | str
    reason_for_study: None | str
    requested_procedure_comments: None | str
    sop_class_uid: None | str
    sop_instance_uid: str
    series_instance_uid: str
    smoking_status: None | str
    source_doi: None | str
    study_id: None | str
    study_instance_uid: str
    collection_id: None | str
    crdc_instance_uuid: str
    crdc_series_uuid: str
    crdc_study_uuid: str
    gcs_bucket: None | str
    gcs_generation: None | str
    gcs_url: None | str
    tcia_tumor_location: None | str
    additional_properties: dict[str, list[str] | None | str] = _attrs_field(
        init=False, factory=dict
    )

    def to_dict(self) -> dict[str, Any]:
        additional_patient_history: None | str
        additional_patient_history = self.additional_patient_history

        allergies = self.allergies

        body_part_examined: None | str
        body_part_examined = self.body_part_examined

        ethnic_group: None | str
        ethnic_group = self.ethnic_group

        image_type = self.image_type

        last_menstrual_date: None | str
        last_menstrual_date = self.last_menstrual_date

        medical_alerts = self.medical_alerts

        modality: None | str
        modality = self.modality

        occupation: None | str
        occupation = self.occupation

        patient_age: None | str
        patient_age = self.patient_age

        patient_comments: None | str
        patient_comments = self.patient_comments

        patient_id: None | str
        patient_id = self.patient_id

        patient_size: None | str
        patient_size = self.patient_size

        patient_weight: None | str
        patient_weight = self.patient_weight

        pregnancy_status: None | str
        pregnancy_status = self.pregnancy_status

        reason_for_study: None | str
        reason_for_study = self.reason_for_study

        requested_procedure_comments: None | str
        requested_procedure_comments = self.requested_procedure_comments

        sop_class_uid: None | str
        sop_class_uid = self.sop_class_uid

        sop_instance_uid = self.sop_instance_uid

        series_instance_uid = self.series_instance_uid

        smoking_status: None | str
        smoking_status = self.smoking_status

        source_doi: None | str
        source_doi = self.source_doi

        study_id: None | str
        study_id = self.study_id

        study_instance_uid = self.study_instance_uid

        collection_id: None | str
        collection_id = self.collection_id

        crdc_instance_uuid = self.crdc_instance_uuid

        crdc_series_uuid = self.crdc_series_uuid

        crdc_study_uuid = self.crdc_study_uuid

        gcs_bucket: None | str
        gcs_bucket = self.gcs_bucket

        gcs_generation: None | str
        gcs_generation = self.gcs_generation

        gcs_url: None | str
        gcs_url = self.gcs_url

        tcia_tumor_location: None | str
        tcia_tumor_location = self.tcia_tumor_location

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            if isinstance(prop, list):
                field_dict[prop_name] = prop

            else:
                field_dict[prop_name] = prop

        field_dict.update(
            {
                "AdditionalPatientHistory": additional_patient_history,
                "Allergies": allergies,
                "BodyPartExamined": body_part_examined,
                "EthnicGroup": ethnic_group,
                "ImageType": image_type,
                "LastMenstrualDate": last_menstrual_date,
                "MedicalAlerts": medical_alerts,
                "Modality": modality,
                "Occupation": occupation,
                "PatientAge": patient_age,
                "PatientComments": patient_comments,
                "PatientID": patient_id,
                "PatientSize": patient_size,
                "PatientWeight": patient_weight,
                "PregnancyStatus": pregnancy_status,
                "ReasonForStudy": reason_for_study,
                "RequestedProcedureComments": requested_procedure_comments,
                "SOPClassUID": sop_class_uid,
                "SOPInstanceUID": sop_instance_uid,
                "SeriesInstanceUID": series_instance_uid,
                "SmokingStatus": smoking_status,
                "Source_DOI": source_doi,
                "StudyID": study_id,
                "StudyInstanceUID": study_instance_uid,
                "collection_id": collection_id,
                "crdc_instance_uuid": crdc_instance_uuid,
                "crdc_series_uuid": crdc_series_uuid,
                "crdc_study_uuid": crdc_study_uuid,
                "gcs_bucket": gcs_bucket,
                "gcs_generation": gcs_generation,
                "gcs_url": gcs_url,
                "tcia_tumorLocation": tcia_tumor_location,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_additional_patient_history(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        additional_patient_history = _parse_additional_patient_history(
            d.pop("AdditionalPatientHistory")
        )

        allergies = cast(list[str], d.pop("Allergies"))

        def _parse_body_part_examined(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        body_part_examined = _parse_body_part_examined(d.pop("BodyPartExamined"))

        def _parse_ethnic_group(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        ethnic_group = _parse_ethnic_group(d.pop("EthnicGroup"))

        image_type = cast(list[str], d.pop("ImageType"))

        def _parse_last_menstrual_date(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        last_menstrual_date = _parse_last_menstrual_date(d.pop("LastMenstrualDate"))

        medical_alerts = cast(list[str], d.pop("MedicalAlerts"))

        def _parse_modality(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        modality = _parse_modality(d.pop("Modality"))

        def _parse_occupation(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        occupation = _parse_occupation(d.pop("Occupation"))

        def _parse_patient_age(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        patient_age = _parse_patient_age(d.pop("PatientAge"))

        def _parse_patient_comments(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        patient_comments = _parse_patient_comments(d.pop("PatientComments"))

        def _parse_patient_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        patient_id = _parse_patient_id(d.pop("PatientID"))

        def _parse_patient_size(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        patient_size = _parse_patient_size(d.pop("PatientSize"))

        def _parse_patient_weight(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        patient_weight = _parse_patient_weight(d.pop("PatientWeight"))

        def _parse_pregnancy_status(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pregnancy_status = _parse_pregnancy_status(d.pop("PregnancyStatus"))

        def _parse_reason_for_study(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason_for_study = _parse_reason_for_study(d.pop("ReasonForStudy"))

        def _parse_requested_procedure_comments(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        requested_procedure_comments = _parse_requested_procedure_comments(
            d.pop("RequestedProcedureComments")
        )

        def _parse_sop_class_uid(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        sop_class_uid = _parse_sop_class_uid(d.pop("SOPClassUID"))

        sop_instance_uid = d.pop("SOPInstanceUID")

        series_instance_uid = d.pop("SeriesInstanceUID")

        def _parse_smoking_status(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        smoking_status = _parse_smoking_status(d.pop("SmokingStatus"))

        def _parse_source_doi(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source_doi = _parse_source_doi(d.pop("Source_DOI"))

        def _parse_study_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        study_id = _parse_study_id(d.pop("StudyID"))

        study_instance_uid = d.pop("StudyInstanceUID")

        def _parse_collection_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        collection_id = _parse_collection_id(d.pop("collection_id"))

        crdc_instance_uuid = d.pop("crdc_instance_uuid")

        crdc_series_uuid = d.pop("crdc_series_uuid")

        crdc_study_uuid = d.pop("crdc_study_uuid")

        def _parse_gcs_bucket(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        gcs_bucket = _parse_gcs_bucket(d.pop("gcs_bucket"))

        def _parse_gcs_generation(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        gcs_generation = _parse_gcs_generation(d.pop("gcs_generation"))

        def _parse_gcs_url(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        gcs_url = _parse_gcs_url(d.pop("gcs_url"))

        def _parse_tcia_tumor_location(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        tcia_tumor_location = _parse_tcia_tumor_location(d.pop("tcia_tumorLocation"))

        v1_dicom_metadata_row = cls(
            additional_patient_history=additional_patient_history,
            allergies=allergies,
            body_part_examined=body_part_examined,
            ethnic_group=ethnic_group,
            image_type=image_type,
            last_menstrual_date=last_menstrual_date,
            medical_alerts=medical_alerts,
            modality=modality,
            occupation=occupation,
            patient_age=patient_age,
            patient_comments=patient_comments,
            patient_id=patient_id,
            patient_size=patient_size,
            patient_weight=patient_weight,
            pregnancy_status=pregnancy_status,
            reason_for_study=reason_for_study,
            requested_procedure_comments=requested_procedure_comments,
            sop_class_uid=sop_class_uid,
            sop_instance_uid=sop_instance_uid,
            series_instance_uid=series_instance_uid,
            smoking_status=smoking_status,
            source_doi=source_doi,
            study_id=study_id,
            study_instance_uid=study_instance_uid,
            collection_id=collection_id,
            crdc_instance_uuid=crdc_instance_uuid,
            crdc_series_uuid=crdc_series_uuid,
            crdc_study_uuid=crdc_study_uuid,
            gcs_bucket=gcs_bucket,
            gcs_generation=gcs_generation,
            gcs_url=gcs_url,
            tcia_tumor_location=tcia_tumor_location,
        )

        additional_properties = {}
        for prop_name, prop_dict in d.items():

            def _parse_additional_property(data: object) -> list[str] | None | str:
                if data is None:
                    return data
                try:
                    if not isinstance(data, list):
                        raise TypeError()
                    componentsschemas_v1_value_type_1 = cast(list[str], data)

                    return componentsschemas_v1_value_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                return cast(list[str] | None | str, data)

            additional_property = _parse_additional_property(prop_dict)

            additional_properties[prop_name] = additional_property

        v1_dicom_metadata_row.additional_properties = additional_properties
        return v1_dicom_metadata_row

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> list[str] | None | str:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: list[str] | None | str) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
