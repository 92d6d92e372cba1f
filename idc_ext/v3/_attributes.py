"""The attributes of the document as keyword arguments of `where`. Written by `make generate`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypedDict

#: A value, or several.
Terms: TypeAlias = str | Sequence[str]
#: Inclusive bounds, (low, high) or {"gte": low, "lte": high}; None for an open end.
Days: TypeAlias = (
    tuple[str | datetime.date | None, str | datetime.date | None] | Mapping[str, str | datetime.date | None]
)
Numbers: TypeAlias = tuple[str | float | None, str | float | None] | Mapping[str, str | float | None]


class FilterAttributes(TypedDict, total=False):
    """The filter of each attribute."""

    BodyPartExamined: Terms
    Manufacturer: Terms
    ManufacturerModelName: Terms
    Modality: Terms
    PatientID: Terms
    PatientSex: Terms
    SeriesDate: Days
    SeriesInstanceUID: Terms
    StudyDate: Days
    StudyInstanceUID: Terms
    analysis_result_id: Terms
    collection_id: Terms
    instanceCount: Numbers
    license_short_name: Terms
    series_init_idc_version: Numbers
    series_revised_idc_version: Numbers
    series_size_MB: Numbers
    sop_class_name: Terms
    source_DOI: Terms
