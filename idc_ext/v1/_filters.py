"""Names and values in requests of v1: filters, manifest columns, query fields. Others are refused before sending.

The names come from the generated enumerations; which attributes are numeric follows from them. Pure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import attrs
from idc_client.models import V1AttributeName, V1Filters, V1ManifestRow, V1QueryField

from .._suggest import did_you_mean
from ..errors import InvalidFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_RANGE_SUFFIXES = ("_lt", "_lte", "_btw", "_gte", "_gt")
_ATTRIBUTES = frozenset(map(str, V1AttributeName))
#: An attribute is numeric if it has ranged forms.
NUMERIC_ATTRIBUTES = {
    f"{name}{form}" for name in _ATTRIBUTES for form in ("", *_RANGE_SUFFIXES) if f"{name}_btw" in _ATTRIBUTES
}
#: Wire name of each manifest column -> its Python name, as the generator chose it.
_MANIFEST_COLUMNS = {
    wire: column.name
    for column in attrs.fields(V1ManifestRow)
    for wire in V1ManifestRow(**{column.name: None}).to_dict()
}


def check_cohort_labels(name: object, description: object) -> None:
    """Check the name and the description of a cohort."""
    if not isinstance(name, str) or not 1 <= len(name) <= 255:
        raise InvalidFilter("the name of a cohort must have 1 to 255 characters")
    if not isinstance(description, str):
        raise InvalidFilter("the description of a cohort must be text; it may be empty")


def checked_filters(wanted: Mapping[str, object]) -> V1Filters:
    """Check filters: the name of each, and the type and number of its values."""
    checked = V1Filters()
    for attribute, values in wanted.items():
        _check_name(attribute, _ATTRIBUTES, "filter attribute")
        checked[str(attribute)] = _checked_values(attribute, values)
    return checked


def checked_manifest_columns(names: Iterable[str]) -> dict[str, str]:
    """Check manifest columns; return wire name -> Python name."""
    return {name: _MANIFEST_COLUMNS[name] for name in _checked_names(names, _MANIFEST_COLUMNS, "manifest column")}


def checked_query_fields(names: Iterable[str]) -> list[V1QueryField]:
    """Check the fields of a metadata query."""
    return [V1QueryField(name) for name in _checked_names(names, frozenset(map(str, V1QueryField)), "query field")]


def _checked_values(attribute: str, values: object) -> list[str | float]:
    if not isinstance(values, list | tuple) or not values:
        raise InvalidFilter(f"the filter on {attribute} takes a list of at least one value, not {values!r:.80}")
    if attribute not in NUMERIC_ATTRIBUTES:
        wrong = [value for value in values if not isinstance(value, str)]
        if wrong:
            raise InvalidFilter(f"the filter on {attribute} takes text, not {wrong[0]!r:.80}")
        return list(values)
    wrong = [v for v in values if isinstance(v, bool) or not isinstance(v, int | float) or not math.isfinite(v)]
    if wrong:
        raise InvalidFilter(f"the filter on {attribute} takes numbers, not {wrong[0]!r:.80}")
    ranged = attribute.endswith("_btw")
    if len(values) != (2 if ranged else 1):
        wants = "two numbers, low bound first" if ranged else "a single number"
        raise InvalidFilter(f"the filter on {attribute} takes {wants}, not {len(values)}")
    if ranged and values[0] > values[1]:
        raise InvalidFilter(f"the filter on {attribute} takes the low bound first: {values[0]} > {values[1]}")
    return list(values)


def _check_name(name: object, names: Iterable[str], kind: str) -> None:
    if not isinstance(name, str) or name not in names:
        raise InvalidFilter(f"{name!r:.80} is not a {kind} of v1{did_you_mean(name, names)}")


def _checked_names(fields: Iterable[str], names: Iterable[str], kind: str) -> list[str]:
    if isinstance(fields, str):
        raise InvalidFilter(f"fields takes a list of names: write [{fields!r}]")
    chosen = list(fields)
    for name in chosen:
        _check_name(name, names, kind)
    if not chosen or len(set(chosen)) < len(chosen):
        raise InvalidFilter(f"fields takes at least one {kind}, each once")
    return chosen
