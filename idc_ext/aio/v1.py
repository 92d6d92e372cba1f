"""The functions of v1, awaitable."""

from .. import v1 as _v1
from .._http.steps import awaitable as _awaitable
from ..v1 import Row, cohort
from ._rows import rows_of as _rows_of

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

create_cohort = _awaitable(_v1.create_cohort)
dicom_metadata = _rows_of(_v1.dicom_metadata)
manifest = _rows_of(_v1.manifest)
preview_manifest = _rows_of(_v1.preview_manifest)
preview_query = _rows_of(_v1.preview_query)
query = _rows_of(_v1.query)
