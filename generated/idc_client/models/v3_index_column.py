from enum import StrEnum


class V3IndexColumn(StrEnum):
    ANALYSIS_RESULT_ID = "analysis_result_id"
    AWS_BUCKET = "aws_bucket"
    BODYPARTEXAMINED = "BodyPartExamined"
    COLLECTION_ID = "collection_id"
    CRDC_SERIES_UUID = "crdc_series_uuid"
    INSTANCECOUNT = "instanceCount"
    LICENSE_SHORT_NAME = "license_short_name"
    MANUFACTURER = "Manufacturer"
    MANUFACTURERMODELNAME = "ManufacturerModelName"
    MODALITY = "Modality"
    PATIENTAGE = "PatientAge"
    PATIENTID = "PatientID"
    PATIENTSEX = "PatientSex"
    PHOTOMETRICINTERPRETATION = "PhotometricInterpretation"
    PIXELREPRESENTATION = "PixelRepresentation"
    SERIESDATE = "SeriesDate"
    SERIESDESCRIPTION = "SeriesDescription"
    SERIESINSTANCEUID = "SeriesInstanceUID"
    SERIESNUMBER = "SeriesNumber"
    SERIES_AWS_URL = "series_aws_url"
    SERIES_INIT_IDC_VERSION = "series_init_idc_version"
    SERIES_REVISED_IDC_VERSION = "series_revised_idc_version"
    SERIES_SIZE_MB = "series_size_MB"
    SOPCLASSUID = "SOPClassUID"
    SOP_CLASS_NAME = "sop_class_name"
    SOURCE_DOI = "source_DOI"
    STUDYDATE = "StudyDate"
    STUDYDESCRIPTION = "StudyDescription"
    STUDYINSTANCEUID = "StudyInstanceUID"
    TRANSFERSYNTAXUID = "TransferSyntaxUID"
    TRANSFER_SYNTAX_NAME = "transfer_syntax_name"

    def __str__(self) -> str:
        return str(self.value)
