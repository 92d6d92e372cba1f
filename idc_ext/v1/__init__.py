"""Law: only this folder knows requests and answers of v1, the API of the 2021 notebook; deleting it retires v1."""

from ._api import Row, cohort, create_cohort, dicom_metadata, manifest, preview_manifest, preview_query, query

__all__ = [
    "Row",
    "cohort",
    "create_cohort",
    "dicom_metadata",
    "manifest",
    "preview_manifest",
    "preview_query",
    "query",
]
