"""What each column of v3's table `index` is made of in IDC's public BigQuery tables: data and no decisions.

The source is `idc_index.sql` of the package idc-index-data 25.0.5, by which IDC itself makes the index out of
`bigquery-public-data.idc_v25` (https://github.com/ImagingDataCommons/idc-index-data/blob/main/scripts/sql/idc_index.sql;
a test holds this module against the copy that the package brings). There is no table of series in BigQuery: `dicom_all`
has a row for every instance. Body parts are read from a curated table, and releases from one of their own. Where
upstream's statement fails for a class that has no name yet, the name is null here: a new class is no reason to get
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

#: `dicom_all`, or what is joined to it.
Source = Literal["dicom_all", "dicom_curated", "aux"]


@frozen
class Made:
    """What a column is made of: an expression over the instances of one series, and the table that it needs."""

    expression: str
    source: Source = "dicom_all"


#: DICOM's storage classes that IDC has, by UID.
SOP_CLASSES: Mapping[str, str] = {
    "1.2.840.10008.5.1.4.1.1.1": "Computed Radiography Image Storage",
    "1.2.840.10008.5.1.4.1.1.1.1": "Digital X-Ray Image Storage - For Presentation",
    "1.2.840.10008.5.1.4.1.1.1.1.1": "Digital X-Ray Image Storage - For Processing",
    "1.2.840.10008.5.1.4.1.1.1.2": "Digital Mammography X-Ray Image Storage - For Presentation",
    "1.2.840.10008.5.1.4.1.1.1.2.1": "Digital Mammography X-Ray Image Storage - For Processing",
    "1.2.840.10008.5.1.4.1.1.104.3": "Encapsulated STL Storage",
    "1.2.840.10008.5.1.4.1.1.11.1": "Grayscale Softcopy Presentation State Storage",
    "1.2.840.10008.5.1.4.1.1.11.8": "Advanced Blending Presentation State Storage",
    "1.2.840.10008.5.1.4.1.1.12.1": "X-Ray Angiographic Image Storage",
    "1.2.840.10008.5.1.4.1.1.12.2": "X-Ray Radiofluoroscopic Image Storage",
    "1.2.840.10008.5.1.4.1.1.128": "Positron Emission Tomography Image Storage",
    "1.2.840.10008.5.1.4.1.1.13.1.3": "Breast Tomosynthesis Image Storage",
    "1.2.840.10008.5.1.4.1.1.13.1.4": "Breast Projection X-Ray Image Storage - For Presentation",
    "1.2.840.10008.5.1.4.1.1.13.1.5": "Breast Projection X-Ray Image Storage - For Processing",
    "1.2.840.10008.5.1.4.1.1.2": "CT Image Storage",
    "1.2.840.10008.5.1.4.1.1.20": "Nuclear Medicine Image Storage",
    "1.2.840.10008.5.1.4.1.1.3.1": "Ultrasound Multi-frame Image Storage",
    "1.2.840.10008.5.1.4.1.1.30": "Parametric Map Storage",
    "1.2.840.10008.5.1.4.1.1.4": "MR Image Storage",
    "1.2.840.10008.5.1.4.1.1.481.2": "RT Dose Storage",
    "1.2.840.10008.5.1.4.1.1.481.3": "RT Structure Set Storage",
    "1.2.840.10008.5.1.4.1.1.481.5": "RT Plan Storage",
    "1.2.840.10008.5.1.4.1.1.6.1": "Ultrasound Image Storage",
    "1.2.840.10008.5.1.4.1.1.66": "Raw Data Storage",
    "1.2.840.10008.5.1.4.1.1.66.1": "Spatial Registration Storage",
    "1.2.840.10008.5.1.4.1.1.66.4": "Segmentation Storage",
    "1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation Storage",
    "1.2.840.10008.5.1.4.1.1.67": "Real World Value Mapping Storage",
    "1.2.840.10008.5.1.4.1.1.7": "Secondary Capture Image Storage",
    "1.2.840.10008.5.1.4.1.1.7.2": "Multi-frame Grayscale Byte Secondary Capture Image Storage",
    "1.2.840.10008.5.1.4.1.1.77.1.6": "VL Whole Slide Microscopy Image Storage",
    "1.2.840.10008.5.1.4.1.1.88.22": "Enhanced SR Storage",
    "1.2.840.10008.5.1.4.1.1.88.33": "Comprehensive SR Storage",
    "1.2.840.10008.5.1.4.1.1.88.34": "Comprehensive 3D SR Storage",
    "1.2.840.10008.5.1.4.1.1.88.59": "Key Object Selection Document Storage",
    "1.2.840.10008.5.1.4.1.1.88.67": "X-Ray Radiation Dose SR Storage",
    "1.2.840.10008.5.1.4.1.1.88.71": "Acquisition Context SR Storage",
    "1.2.840.10008.5.1.4.1.1.91.1": "Microscopy Bulk Simple Annotations Storage",
}

#: DICOM's transfer syntaxes that IDC has, by UID.
TRANSFER_SYNTAXES: Mapping[str, str] = {
    "1.2.840.10008.1.2": "Implicit VR Little Endian",
    "1.2.840.10008.1.2.1": "Explicit VR Little Endian",
    "1.2.840.10008.1.2.1.99": "Deflated Explicit VR Little Endian",
    "1.2.840.10008.1.2.2": "Explicit VR Big Endian",
    "1.2.840.10008.1.2.4.50": "JPEG Baseline",
    "1.2.840.10008.1.2.4.51": "JPEG Extended",
    "1.2.840.10008.1.2.4.70": "JPEG Lossless",
    "1.2.840.10008.1.2.4.80": "JPEG-LS Lossless",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 Lossless",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
}


def _named(column: str, names: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN '{uid}' THEN '{name}'" for uid, name in names.items())
    return f"CASE dicom_all.{column} {cases} END"


def _any(expression: str, source: Source = "dicom_all") -> Made:
    return Made(f"ANY_VALUE({expression})", source)


def _listed(expression: str) -> Made:
    return Made(f"STRING_AGG(DISTINCT {expression}, ',' ORDER BY {expression})")


#: Column of `index` -> what it is made of.
COLUMNS: Mapping[str, Made] = {
    "collection_id": _any("dicom_all.collection_id"),
    "analysis_result_id": _any("dicom_all.analysis_result_id"),
    "PatientID": _any("dicom_all.PatientID"),
    "SeriesInstanceUID": Made("dicom_all.SeriesInstanceUID"),
    "StudyInstanceUID": _any("dicom_all.StudyInstanceUID"),
    "source_DOI": _any("dicom_all.source_DOI"),
    "PatientAge": _any("NULLIF(dicom_all.PatientAge, '')"),
    "PatientSex": _any("dicom_all.PatientSex"),
    "StudyDate": _any("SAFE_CAST(dicom_all.StudyDate AS STRING)"),
    "StudyDescription": _any("dicom_all.StudyDescription"),
    "BodyPartExamined": _any("dicom_curated.BodyPartExamined", "dicom_curated"),
    "Modality": _any("dicom_all.Modality"),
    "SOPClassUID": _any("dicom_all.SOPClassUID"),
    "sop_class_name": _any(_named("SOPClassUID", SOP_CLASSES)),
    "TransferSyntaxUID": _listed("dicom_all.TransferSyntaxUID"),
    "transfer_syntax_name": _listed(_named("TransferSyntaxUID", TRANSFER_SYNTAXES)),
    "PhotometricInterpretation": _listed("dicom_all.PhotometricInterpretation"),
    "PixelRepresentation": _listed("CAST(dicom_all.PixelRepresentation AS STRING)"),
    "Manufacturer": _any("dicom_all.Manufacturer"),
    "ManufacturerModelName": _any("dicom_all.ManufacturerModelName"),
    "SeriesDate": _any("SAFE_CAST(dicom_all.SeriesDate AS STRING)"),
    "SeriesDescription": _any("NULLIF(dicom_all.SeriesDescription, '')"),
    "SeriesNumber": _any("dicom_all.SeriesNumber"),
    "instanceCount": Made("COUNT(dicom_all.SOPInstanceUID)"),
    "license_short_name": _any("dicom_all.license_short_name"),
    "series_init_idc_version": _any("aux.series_init_idc_version", "aux"),
    "series_revised_idc_version": _any("aux.series_revised_idc_version", "aux"),
    "aws_bucket": _any("dicom_all.aws_bucket"),
    "crdc_series_uuid": _any("dicom_all.crdc_series_uuid"),
    "series_aws_url": _any("CONCAT(dicom_all.series_aws_url, '*')"),
    "series_size_MB": Made("SUM(SAFE_CAST(dicom_all.instance_size AS FLOAT64)) / 1000000."),
}

#: What is joined to `dicom_all`; {} stands for project and dataset.
JOINS: Mapping[Source, str] = {
    "dicom_curated": (
        "LEFT JOIN `{}.dicom_metadata_curated` AS dicom_curated\n"
        "    ON dicom_all.SOPInstanceUID = dicom_curated.SOPInstanceUID"
    ),
    "aux": (
        "LEFT JOIN (\n"
        "    SELECT SeriesInstanceUID,\n"
        "      MIN(series_init_idc_version) AS series_init_idc_version,\n"
        "      MAX(series_revised_idc_version) AS series_revised_idc_version\n"
        "    FROM `{}.auxiliary_metadata` GROUP BY SeriesInstanceUID\n"
        "  ) AS aux\n"
        "    ON dicom_all.SeriesInstanceUID = aux.SeriesInstanceUID"
    ),
}
