"""v3's filters, and the SQL condition that they mean.

Law: pure; asks nothing. The condition is over the columns of the index, with every value bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TERMS = {  # attribute -> whether its values are worth listing
    "collection_id": True, "analysis_result_id": True, "PatientID": False, "StudyInstanceUID": False,
    "SeriesInstanceUID": False, "Modality": True, "BodyPartExamined": True, "Manufacturer": True,
    "ManufacturerModelName": True, "PatientSex": True, "sop_class_name": True, "license_short_name": True,
    "source_DOI": True,
}  # fmt: skip
RANGES = {
    "instanceCount": "BIGINT", "series_size_MB": "DOUBLE", "series_init_idc_version": "BIGINT",
    "series_revised_idc_version": "BIGINT", "StudyDate": "VARCHAR", "SeriesDate": "VARCHAR",
}  # fmt: skip


class BadFilter(ValueError):
    """A filter names what it may not, or holds what is not text."""


class BadBound(BadFilter):
    """A bound that its attribute cannot be compared with."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Values wanted of attributes, and bounds; empty lists and absent bounds constrain nothing."""

    terms: Mapping[str, Sequence[str]]
    ranges: Mapping[str, tuple[float | str | None, float | str | None]]

    def key(self) -> str:
        """Equal for filters that select the same by the look of them."""
        terms = {name: sorted(set(values)) for name, values in self.terms.items() if values}
        return repr((sorted(terms.items()), sorted(self.ranges.items(), key=lambda item: item[0])))


def condition(filters: Filters) -> tuple[str, dict[str, Any]]:
    """A condition for the filters, and its parameters; raises BadFilter for what they may not name."""
    parts, parameters = ["true"], dict[str, Any]()
    for name, values in filters.terms.items():
        if name not in TERMS:
            raise BadFilter(_unknown(name, "term", RANGES))
        if values:
            if not all(map(_is_text, values)):
                raise BadFilter(f"A value of {name} has half of a surrogate pair, which is not text.")
            parameters[f"v{len(parameters)}"] = list(values)
            parts.append(f'"{name}" IN (SELECT unnest(${next(reversed(parameters))}::VARCHAR[]))')
    for name, bounds in filters.ranges.items():
        if name not in RANGES:
            raise BadFilter(_unknown(name, "range", TERMS))
        for operator, bound in zip((">=", "<="), bounds, strict=True):
            if bound is not None:
                if isinstance(bound, str) and not _is_text(bound):
                    raise BadFilter(f"A bound of {name} has half of a surrogate pair, which is not text.")
                if RANGES[name] == "VARCHAR" and not isinstance(bound, str):
                    raise BadBound(f"{name} is text such as '2001-12-31', so its bounds are text and not {bound!r}.")
                parameters[f"v{len(parameters)}"] = bound
                kind = RANGES[name] if isinstance(bound, str) else "DOUBLE"
                parts.append(f'"{name}" {operator} CAST(${next(reversed(parameters))} AS {kind})')
    return " AND ".join(parts), parameters


def incomparable(error: Exception) -> str:
    """What to say of a bound that the engine could not compare."""
    return f"A bound cannot be compared with its attribute: {str(error).splitlines()[0]}."


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unknown(name: str, kind: str, other: Mapping[str, Any]) -> str:
    if name in other:
        return f"{name!r} is not a {kind} attribute but belongs into '{'ranges' if kind == 'term' else 'terms'}'."
    return f"Unknown {kind} attribute: {name!r}; /v3/attributes lists those there are."
