from enum import StrEnum


class V3TermAttribute(StrEnum):
    ANALYSIS_RESULT_ID = "analysis_result_id"
    BODYPARTEXAMINED = "BodyPartExamined"
    COLLECTION_ID = "collection_id"
    LICENSE_SHORT_NAME = "license_short_name"
    MANUFACTURER = "Manufacturer"
    MANUFACTURERMODELNAME = "ManufacturerModelName"
    MODALITY = "Modality"
    PATIENTID = "PatientID"
    PATIENTSEX = "PatientSex"
    SERIESINSTANCEUID = "SeriesInstanceUID"
    SOP_CLASS_NAME = "sop_class_name"
    SOURCE_DOI = "source_DOI"
    STUDYINSTANCEUID = "StudyInstanceUID"

    def __str__(self) -> str:
        return str(self.value)
