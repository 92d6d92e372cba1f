"""Law: the dialect of v1, the API of the 2021 notebook, is spoken here alone; deleting this folder retires v1."""

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
