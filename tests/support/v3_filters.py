"""Filters of v3, drawn by Hypothesis."""

import datetime
from typing import Any

from hypothesis import strategies as st
from idc_client.models import V3RangeAttribute, V3TermAttribute

from idc_ext.v3._filters import DATE_ATTRIBUTES, TERM_ATTRIBUTES

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.sampled_from(["gte", "lte"]) | st.text(), inner)
    ),
    max_leaves=6,
)
NAMES = st.sampled_from([*map(str, V3TermAttribute), *map(str, V3RangeAttribute)])
DAYS = st.dates(min_value=datetime.date(1000, 1, 1))
NUMBERS = st.integers(-(10**300), 10**300) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def filter_values(name: str) -> Any:
    if name in TERM_ATTRIBUTES:
        return st.lists(TEXTS, min_size=1, max_size=3)
    bounds = DAYS.map(str) if name in DATE_ATTRIBUTES else NUMBERS
    pairs = st.tuples(bounds, bounds).map(sorted).map(tuple)
    return pairs | bounds.map(lambda low: (low, None)) | bounds.map(lambda high: (None, high))
