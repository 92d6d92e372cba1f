"""A selection of v3 as one statement of BigQuery's SQL (GoogleSQL), which finds the series that v3 finds. Pure.

The statement computes the needed columns of the table `index` from IDC's public tables, in the way IDC does it, and
filters them as v3 filters its own. BigQuery bills by the columns that are read, so only needed columns are read.

The expressions of the columns are data here. Their source is `idc_index.sql` of the package idc-index-data 25.0.5, with
which IDC itself makes the index from `bigquery-public-data.idc_v25`
(https://github.com/ImagingDataCommons/idc-index-data/blob/main/scripts/sql/idc_index.sql; a test compares the
expressions with the copy in the package). BigQuery has no table of series: `dicom_all` has a row for every instance.
Body parts come from a curated table, and release numbers from a table of their own. For a SOP class without a known
name, upstream's statement fails; here the name is null.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from .._suggest import did_you_mean
from ..errors import InvalidFilter

if TYPE_CHECKING:
    from ..v3._filters import Filters


#: The table `dicom_all`, or a table that is joined to it.
Source = Literal["dicom_all", "dicom_curated", "aux"]


@frozen
class IndexColumn:
    """The expression of a column, over the instances of one series, and the table that it needs."""

    expression: str
    source: Source = "dicom_all"


#: The names of the DICOM storage classes in IDC, by UID.
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

#: The names of the DICOM transfer syntaxes in IDC, by UID.
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


def _case_of_uids(column: str, names: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN '{uid}' THEN '{name}'" for uid, name in names.items())
    return f"CASE dicom_all.{column} {cases} END"


def _any_value(expression: str, source: Source = "dicom_all") -> IndexColumn:
    return IndexColumn(f"ANY_VALUE({expression})", source)


def _distinct_values(expression: str) -> IndexColumn:
    return IndexColumn(f"STRING_AGG(DISTINCT {expression}, ',' ORDER BY {expression})")


#: Column of `index` -> its expression.
INDEX_COLUMNS: Mapping[str, IndexColumn] = {
    "collection_id": _any_value("dicom_all.collection_id"),
    "analysis_result_id": _any_value("dicom_all.analysis_result_id"),
    "PatientID": _any_value("dicom_all.PatientID"),
    "SeriesInstanceUID": IndexColumn("dicom_all.SeriesInstanceUID"),
    "StudyInstanceUID": _any_value("dicom_all.StudyInstanceUID"),
    "source_DOI": _any_value("dicom_all.source_DOI"),
    "PatientAge": _any_value("NULLIF(dicom_all.PatientAge, '')"),
    "PatientSex": _any_value("dicom_all.PatientSex"),
    "StudyDate": _any_value("SAFE_CAST(dicom_all.StudyDate AS STRING)"),
    "StudyDescription": _any_value("dicom_all.StudyDescription"),
    "BodyPartExamined": _any_value("dicom_curated.BodyPartExamined", "dicom_curated"),
    "Modality": _any_value("dicom_all.Modality"),
    "SOPClassUID": _any_value("dicom_all.SOPClassUID"),
    "sop_class_name": _any_value(_case_of_uids("SOPClassUID", SOP_CLASSES)),
    "TransferSyntaxUID": _distinct_values("dicom_all.TransferSyntaxUID"),
    "transfer_syntax_name": _distinct_values(_case_of_uids("TransferSyntaxUID", TRANSFER_SYNTAXES)),
    "PhotometricInterpretation": _distinct_values("dicom_all.PhotometricInterpretation"),
    "PixelRepresentation": _distinct_values("CAST(dicom_all.PixelRepresentation AS STRING)"),
    "Manufacturer": _any_value("dicom_all.Manufacturer"),
    "ManufacturerModelName": _any_value("dicom_all.ManufacturerModelName"),
    "SeriesDate": _any_value("SAFE_CAST(dicom_all.SeriesDate AS STRING)"),
    "SeriesDescription": _any_value("NULLIF(dicom_all.SeriesDescription, '')"),
    "SeriesNumber": _any_value("dicom_all.SeriesNumber"),
    "instanceCount": IndexColumn("COUNT(dicom_all.SOPInstanceUID)"),
    "license_short_name": _any_value("dicom_all.license_short_name"),
    "series_init_idc_version": _any_value("aux.series_init_idc_version", "aux"),
    "series_revised_idc_version": _any_value("aux.series_revised_idc_version", "aux"),
    "aws_bucket": _any_value("dicom_all.aws_bucket"),
    "crdc_series_uuid": _any_value("dicom_all.crdc_series_uuid"),
    "series_aws_url": _any_value("CONCAT(dicom_all.series_aws_url, '*')"),
    "series_size_MB": IndexColumn("SUM(SAFE_CAST(dicom_all.instance_size AS FLOAT64)) / 1000000."),
}

#: Table -> its join to `dicom_all`; {} stands for project and dataset.
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


#: The project of Google's public datasets. https://learn.canceridc.dev/data/organization-of-data/bigquery-tables says
#: which of them are IDC's: `idc_v<N>` for each data release, and `idc_current`, views of the newest.
PROJECT = "bigquery-public-data"
CURRENT_RELEASE = "current"
#: The columns of v3's manifests, in their order.
MANIFEST_COLUMNS = (
    "collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "SeriesDescription",
    "instanceCount", "series_size_MB", "aws_bucket", "crdc_series_uuid", "series_aws_url",
)  # fmt: skip
#: The order of v3's manifests.
MANIFEST_ORDER = ("collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID")
_RELEASE = re.compile("v?([1-9][0-9]{0,3})", re.ASCII)
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def statement_of_selection(wanted: Filters, columns: Iterable[str], release: int | str) -> str:
    """Write the statement of a selection.

    Args:
        wanted: The filters.
        columns: Columns of the table `index`, in order.
        release: A data release, or `current`.

    Raises:
        InvalidFilter: there is no such column or release.
    """
    names = _checked_columns(columns)
    used = {*names, *wanted.terms, *wanted.ranges, "SeriesInstanceUID"}
    made = {name: INDEX_COLUMNS[name] for name in INDEX_COLUMNS if name in used}
    sources = {one.source for one in made.values()}
    tables = f"{PROJECT}.{_dataset_of_release(release)}"
    joins = [f"  {text.format(tables)}\n" for source, text in JOINS.items() if source in sources]
    inner = ",\n".join(f"    {one.expression} AS {name}" for name, one in made.items())
    order = [name for name in MANIFEST_ORDER if name in names or name == "SeriesInstanceUID"]
    return (
        f"WITH series AS (\n  SELECT\n{inner}\n  FROM `{tables}.dicom_all` AS dicom_all\n{''.join(joins)}"
        f"  GROUP BY dicom_all.SeriesInstanceUID\n)\n"
        f"SELECT {', '.join(names)}\nFROM series\nWHERE {where_clause(wanted)}\nORDER BY {', '.join(order)}\n"
    )


def where_clause(wanted: Filters) -> str:
    """Write filters as the condition after WHERE."""
    parts = [f"{name} IN ({', '.join(map(sql_literal, values))})" for name, values in wanted.terms.items()]
    for name, bounds in wanted.ranges.items():
        for operator, bound in bounds.items():
            # v3 compares days as text and numbers as floats.
            value = sql_literal(bound) if isinstance(bound, str) else repr(float(bound))
            parts.append(f"{name} {'>=' if operator == 'gte' else '<='} {value}")
    return "\n  AND ".join(parts) or "TRUE"


def sql_literal(text: str) -> str:
    """Write text as a GoogleSQL literal: https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical.

    Invisible characters are escaped, so that terminals and editors cannot change the statement.
    """
    return "'{}'".format("".join(map(_escaped_character, text)))


def _escaped_character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _dataset_of_release(release: int | str) -> str:
    found = _RELEASE.fullmatch(str(release))
    if isinstance(release, bool) or (found is None and release != CURRENT_RELEASE):
        raise InvalidFilter(f"{release!r:.80} is not a data release: write 25, 'v25' or '{CURRENT_RELEASE}'")
    return f"idc_{CURRENT_RELEASE}" if found is None else f"idc_v{found[1]}"


def _checked_columns(columns: Iterable[str]) -> list[str]:
    names = [columns] if isinstance(columns, str) else list(columns)
    for name in names:
        if name not in INDEX_COLUMNS:
            raise InvalidFilter(f"{name!r:.80} is not a column of the table index{did_you_mean(name, INDEX_COLUMNS)}")
    if not names or len(set(names)) < len(names):
        raise InvalidFilter("columns takes one or more columns of the table index, each once")
    return names
