"""Filters of v1 said in v3, as far as they can be, and where to look for the rest. Pure; nothing is lost silently.

v1 compared without regard to case, took a lone value for a pattern and `None` for "has no value"; v3 compares
exactly. What would select something else is therefore not translated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen
from idc_client.models import V1AttributeName, V3IndexColumn

from .._suggest import did_you_mean
from ..errors import InvalidFilter
from ._filters import TERM_ATTRIBUTES, Filters, parse_day, where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Attributes of v1 -> where v3 has them, unless it filters by them.
_ALTERNATIVES: dict[str, tuple[str, ...]] = {
    "rows of v3 are series; slide microscopy alone has v3.sql on sm_instance_index, all else BigQuery": (
        "SOPInstanceUID", "crdc_instance_uuid",
    ),
    "rows of v3 are series, whose series_aws_url v3.manifest gives; files one by one are in BigQuery": (
        "gcs_bucket", "gcs_generation", "gcs_url",
    ),
    "v3 has it nowhere; use BigQuery, or filter by StudyInstanceUID": ("crdc_study_uuid",),
    "use v3.sql on collections_index and filter by collection_id": ("Program", "tcia_species", "tcia_tumorLocation"),
    "use v3.sql on ct_index, mr_index or pt_index and filter by SeriesInstanceUID": ("SliceThickness",),
    "use v3.sql on seg_index, which has meanings and no codes, or BigQuery": (
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
    "clinical data: GET /v3/clinical/tables names the tables, v3.sql reads them where the build has them "
    "(v1 let patients without a clinical record pass)"
)
_INDEX_COLUMNS = frozenset(map(str, V3IndexColumn))
_V1_ATTRIBUTES = frozenset(map(str, V1AttributeName))
_RANGE_SUFFIX = re.compile("_(lt|lte|btw|gte|gt)$")


def _unchanged(text: str) -> str:
    return text


#: How values are written in the data of v3, where that is certain: v1 took any case.
_V3_SPELLING: dict[str, Callable[[str], str]] = {
    "Modality": str.upper,
    "SeriesInstanceUID": _unchanged,
    "StudyInstanceUID": _unchanged,
    "collection_id": lambda text: text.lower().replace("-", "_"),
    "source_DOI": str.lower,
}

V1Values: TypeAlias = "Iterable[str | float]"


@frozen
class Translation:
    """Filters of v1, said in v3.

    Attributes:
        filters: What could be said. Where `untranslated` is not empty they select more than v1 did.
        untranslated: Attribute of v1 -> why v3 has no such filter, and where the data is.
        notes: Attribute -> what to look at, though it was translated.
    """

    filters: Filters
    untranslated: Mapping[str, str]
    notes: Mapping[str, str]

    def whole(self) -> Filters:
        """Give the filters if all could be said.

        Raises:
            InvalidFilter: something was not translated; the message says what and why.
        """
        if self.untranslated:
            lost = "; ".join(f"{name}: {reason}" for name, reason in self.untranslated.items())
            raise InvalidFilter(f"v3 cannot say all of these filters, so it would select more ({lost})")
        return self.filters


def from_v1(filters: Mapping[str, V1Values]) -> Translation:
    """Translate filters of v1, as `v1.cohort` takes them or an old program has saved them.

    Every attribute is either in `.filters` or, with a reason, in `.untranslated`: pass on `.whole()`, or look at
    both. v1 ignored case; values for which v3's spelling is not certain come with a note, and `check_values`
    tells whether they occur.
    """
    if not isinstance(filters, Mapping):
        raise InvalidFilter(f"filters are a mapping of attribute names to values, not {filters!r:.80}")
    said: dict[str, Any] = {}
    untranslated: dict[str, str] = {}
    notes: dict[str, str] = {}
    for name, values in filters.items():
        reason = _untranslatable_reason(name, values)
        if reason is not None:
            untranslated[name] = reason
            continue
        texts = [str(value) for value in values]
        if name == "StudyDate":
            said[name] = (texts[0], texts[0])
            continue
        said[name] = list(dict.fromkeys(map(_V3_SPELLING.get(name, _unchanged), texts)))
        if name not in _V3_SPELLING and any(text.upper() != text.lower() for text in texts):
            notes[name] = "v1 ignored case; v3 finds this spelling only"
    return Translation(where(said) if said else Filters(), untranslated, notes)


def _untranslatable_reason(name: str, values: V1Values) -> str | None:
    """Say why v3 has no such filter; None if it has."""
    if name not in _V1_ATTRIBUTES:
        return f"{name!r:.80} is no attribute of v1{did_you_mean(name, _V1_ATTRIBUTES)}"
    if name not in TERM_ATTRIBUTES and name != "StudyDate":
        base = _RANGE_SUFFIX.sub("", name)
        on_index = "no filter of v3, but a column: use v3.sql on the table index and filter by SeriesInstanceUID"
        return on_index if base in _INDEX_COLUMNS else _ALTERNATIVE_OF.get(base, _CLINICAL_DATA)
    if not isinstance(values, list | tuple) or not values or not all(isinstance(value, str) for value in values):
        return f"v1 takes a list of text, not {values!r:.80}"
    texts = [str(value) for value in values]
    if "None" in texts:
        return "'None' asks for what has no value, which no filter of v3 finds: use v3.sql with IS NULL"
    # In identifiers of collections `_` was what v1 made of `-`, and no pattern that anybody meant.
    wild = "%" if name == "collection_id" else "%_"
    if len(texts) == 1 and any(sign in texts[0] for sign in wild):
        return f"a lone value with {' or '.join(wild)} is a pattern in v1, and v3 has none: use v3.sql with ILIKE"
    if name == "StudyDate":
        if len(set(texts)) > 1:
            return "v3 takes one range of days and no list: ask for each day, or use v3.sql"
        return None if parse_day(texts[0]) == texts[0] else "v3 compares days, written YYYY-MM-DD"
    try:
        where({name: texts})
    except InvalidFilter as refusal:
        return str(refusal)
    return None
