"""Filters of v1 translated to v3, as far as v3 has them, and alternatives for the rest. Pure; nothing is lost silently.

v1 ignored letter case, took a single value as a pattern, and `None` as "has no value"; v3 compares exactly. A filter
that would select something else in v3 is not translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from attrs import frozen
from idc_client.models import V1AttributeName, V3IndexColumn

from .._suggest import did_you_mean
from ..errors import InvalidFilter
from ._filters import TERM_ATTRIBUTES, Filters, parse_day, where

#: What to do instead -> the attributes of v1 that v3 has no filter for.
_ALTERNATIVES: dict[str, tuple[str, ...]] = {
    "rows of v3 are series; for slide microscopy use v3.sql on sm_instance_index, for the rest BigQuery": (
        "SOPInstanceUID", "crdc_instance_uuid",
    ),
    "rows of v3 are series: v3.manifest gives series_aws_url; for single files use BigQuery": (
        "gcs_bucket", "gcs_generation", "gcs_url",
    ),
    "v3 does not have it; use BigQuery, or filter by StudyInstanceUID": ("crdc_study_uuid",),
    "use v3.sql on collections_index and filter by collection_id": ("Program", "tcia_species", "tcia_tumorLocation"),
    "use v3.sql on ct_index, mr_index or pt_index and filter by SeriesInstanceUID": ("SliceThickness",),
    "use v3.sql on seg_index, which has code meanings instead of codes, or BigQuery": (
        "AnatomicRegionSequence", "SegmentAlgorithmType", "SegmentNumber", "SegmentedPropertyCategoryCodeSequence",
        "SegmentedPropertyTypeCodeSequence",
    ),
    "v3 has no such derived data; use BigQuery": (
        "Apparent_Diffusion_Coefficient", "Calcification", "Diameter", "FrameOfReferenceUID",
        "Glycolysis_Within_First_Quarter_of_Intensity_Range", "Glycolysis_Within_Fourth_Quarter_of_Intensity_Range",
        "Glycolysis_Within_Second_Quarter_of_Intensity_Range", "Glycolysis_Within_Third_Quarter_of_Intensity_Range",
        "Internal_structure", "Lobular_Pattern", "Malignancy", "Margin",
        "Percent_Within_First_Quarter_of_Intensity_Range", "Percent_Within_Fourth_Quarter_of_Intensity_Range",
        "Percent_Within_Second_Quarter_of_Intensity_Range", "Percent_Within_Third_Quarter_of_Intensity_Range",
        "SUVbw", "Sphericity", "Spiculation", "Standardized_Added_Metabolic_Activity",
        "Standardized_Added_Metabolic_Activity_Background", "Subtlety_score", "Surface_area_of_mesh", "Texture",
        "Total_Lesion_Glycolysis", "Volume",
    ),
}  # fmt: skip
_ALTERNATIVE_OF = {name: place for place, names in _ALTERNATIVES.items() for name in names}
_CLINICAL_DATA = (
    "clinical data: GET /v3/clinical/tables lists the tables, and v3.sql reads them if the service has them "
    "(v1 also selected patients without a clinical record)"
)
_INDEX_COLUMNS = frozenset(map(str, V3IndexColumn))
_V1_ATTRIBUTES = frozenset(map(str, V1AttributeName))
_RANGE_SUFFIX = re.compile("_(lt|lte|btw|gte|gt)$")


def _unchanged(text: str) -> str:
    return text


#: Attribute -> how v3 spells its values, where that is certain; v1 took any letter case.
_V3_SPELLING: dict[str, Callable[[str], str]] = {
    "Modality": str.upper,
    "SeriesInstanceUID": _unchanged,
    "StudyInstanceUID": _unchanged,
    "collection_id": lambda text: text.lower().replace("-", "_"),
    "source_DOI": str.lower,
}

V1Values: TypeAlias = Iterable[str | float]


@frozen
class Translation:
    """Filters of v1, translated to v3.

    Attributes:
        filters: The translated filters. If `untranslated` is not empty, they select more than v1 did.
        untranslated: Attribute of v1 -> why v3 has no such filter, and what to use instead.
        notes: Translated attribute -> what to check.
    """

    filters: Filters
    untranslated: Mapping[str, str]
    notes: Mapping[str, str]

    def whole(self) -> Filters:
        """Give the filters if all of them were translated.

        Raises:
            InvalidFilter: a filter was not translated; the message names it with the reason.
        """
        if self.untranslated:
            lost = "; ".join(f"{name}: {reason}" for name, reason in self.untranslated.items())
            raise InvalidFilter(f"v3 does not have all of these filters, so it would select more ({lost})")
        return self.filters


def from_v1(filters: Mapping[str, V1Values]) -> Translation:
    """Translate filters of v1, as `v1.cohort` takes them or an old program saved them.

    Every attribute is either in `.filters` or, with a reason, in `.untranslated`. `.whole()` gives the filters if all
    were translated. v1 ignored letter case; values whose spelling in v3 is not certain get a note in `.notes`, and
    `check_values` checks whether they occur.
    """
    if not isinstance(filters, Mapping):
        raise InvalidFilter(f"filters must be a mapping of attribute names to values, not {filters!r:.80}")
    translated: dict[str, Any] = {}
    untranslated: dict[str, str] = {}
    notes: dict[str, str] = {}
    for name, values in filters.items():
        reason = _untranslatable_reason(name, values)
        if reason is not None:
            untranslated[name] = reason
            continue
        texts = [str(value) for value in values]
        if name == "StudyDate":
            translated[name] = (texts[0], texts[0])
            continue
        translated[name] = list(dict.fromkeys(map(_V3_SPELLING.get(name, _unchanged), texts)))
        if name not in _V3_SPELLING and any(text.upper() != text.lower() for text in texts):
            notes[name] = "v1 ignored letter case; v3 finds this spelling only"
    return Translation(where(translated) if translated else Filters(), untranslated, notes)


def _untranslatable_reason(name: str, values: V1Values) -> str | None:
    """Give the reason why a filter cannot be translated; None if it can."""
    if name not in _V1_ATTRIBUTES:
        return f"{name!r:.80} is not an attribute of v1{did_you_mean(name, _V1_ATTRIBUTES)}"
    if name not in TERM_ATTRIBUTES and name != "StudyDate":
        base = _RANGE_SUFFIX.sub("", name)
        on_index = "v3 has a column, but no filter: use v3.sql on the table index and filter by SeriesInstanceUID"
        return on_index if base in _INDEX_COLUMNS else _ALTERNATIVE_OF.get(base, _CLINICAL_DATA)
    if not isinstance(values, list | tuple) or not values or not all(isinstance(value, str) for value in values):
        return f"v1 takes a list of texts, not {values!r:.80}"
    texts = [str(value) for value in values]
    if "None" in texts:
        return "'None' means \"has no value\", for which v3 has no filter: use v3.sql with IS NULL"
    # In collection identifiers v1 wrote `_` for `-`, so it is not a pattern there.
    wild = "%" if name == "collection_id" else "%_"
    if len(texts) == 1 and any(sign in texts[0] for sign in wild):
        return f"a single value with {' or '.join(wild)} is a pattern in v1; v3 has no patterns: use v3.sql with ILIKE"
    if name == "StudyDate":
        if len(set(texts)) > 1:
            return "v3 takes one range of days, not a list: send one request per day, or use v3.sql"
        return None if parse_day(texts[0]) == texts[0] else "v3 takes days as YYYY-MM-DD only"
    try:
        where({name: texts})
    except InvalidFilter as refusal:
        return str(refusal)
    return None
