"""Rows and echoes of v1, checked against the filters of the cohort that was sent. Pure.

If the service ignores a filter, the answer is for more than was meant. Its first page echoes the filters of the
cohort; rows are checked where they show an attribute that is filtered.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from ..errors import ContractError
from ._filters import NUMERIC_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .._paging.page import Page

T = TypeVar("T")
#: Column of a manifest or field of a query -> the attribute of filters with the same values. Each instance has one
#: value of it; attributes with several (`AnatomicRegionSequence`) cannot be checked in this way.
_ATTRIBUTES = {
    "BodyPartExamined": "BodyPartExamined",
    "CRDC_Instance_GUID": "crdc_instance_uuid",
    "CRDC_Series_GUID": "crdc_series_uuid",
    "CRDC_Study_GUID": "crdc_study_uuid",
    "Collection_ID": "collection_id",
    "GCS_URL": "gcs_url",
    "Modality": "Modality",
    "PatientID": "PatientID",
    "Patient_ID": "PatientID",
    "SOPClassUID": "SOPClassUID",
    "SOPInstanceUID": "SOPInstanceUID",
    "SeriesDescription": "SeriesDescription",
    "SeriesInstanceUID": "SeriesInstanceUID",
    "Source_DOI": "source_DOI",
    "StudyDescription": "StudyDescription",
    "StudyInstanceUID": "StudyInstanceUID",
    "collection_id": "collection_id",
}
#: The value of a filter that stands for "no value".
_NO_VALUE = "None"
_GUID_PREFIX = "dg.4dfc/"


@frozen
class ExpectedCohort:
    """The filters that pages must be for.

    Attributes:
        name: The request, for messages.
        filters: The filters of the cohort, by attribute.
        columns: The columns of the rows.
    """

    name: str
    filters: Mapping[str, Sequence[str | float]]
    columns: Sequence[str]

    def checked(self, page: Page[T]) -> Page[T]:
        """Check the echo of a page, if it has one, and its rows.

        Raises:
            ContractError: the service ignored a filter, or applied another.
        """
        self._check_echo(page.info)
        for column in self.columns:
            values = self.filters.get(_ATTRIBUTES.get(column, ""))
            if values is None:
                continue
            fits = _value_test(_ATTRIBUTES[column], values)
            for value in page.content.distinct_values(column):
                if not fits(value):
                    raise ContractError(
                        f"{self.name}: a row has the {column} {value!r:.80}, which was not requested: the service "
                        "ignored a filter, so this is not the answer to the request"
                    )
        return page

    def _check_echo(self, info: Mapping[str, Any]) -> None:
        echo = info.get("cohort_def") or info.get("cohort")
        if not echo:  # every page but the first
            return
        match echo:
            case {"filterSet": {"filters": dict(applied)}}:
                pass
            case _:
                raise ContractError(f"{self.name}: the cohort of the answer has no filters that can be read")
        for name in sorted({*self.filters, *applied}):
            if not same_filter(name, self.filters.get(name, ()), applied.get(name, ())):
                raise ContractError(
                    f"{self.name}: the service applied another filter on {name!r:.80} than was sent, so this is not "
                    "the answer to the request"
                )


def same_filter(name: str, sent: object, applied: object) -> bool:
    """Say whether the values that the service gives of a filter are those that were sent, in any spelling."""
    return _comparable(name, sent) == _comparable(name, applied)


def _comparable(name: str, values: object) -> set[object]:
    """Give the values of a filter in a form that does not depend on their spelling."""
    if not isinstance(values, list | tuple):
        return {str(values)}
    return {_number_or_text(name, one) for one in values}


def _number_or_text(name: str, value: object) -> object:
    # Saved numbers may come back as text; the text of other attributes may look like a number, such as "nan".
    if name in NUMERIC_ATTRIBUTES:
        with suppress(TypeError, ValueError):
            return float(value)  # type: ignore[arg-type] # whatever it is, it may be a number
    return _normal_form(name, str(value))


def _normal_form(name: str, text: str) -> str:
    """Give the text as the service compares it: without regard to case, collections and GUIDs in any spelling."""
    lower = text.lower()
    if name == "collection_id":
        return lower.replace("-", "_")
    return lower.removeprefix(_GUID_PREFIX) if name.startswith("crdc_") else lower


def _value_test(name: str, values: Sequence[str | float]) -> Callable[[str | None], bool]:
    """Make a test whether a value of a row passes a filter: one value is a pattern, several are a list."""
    wanted = {_normal_form(name, str(one)) for one in values if one != _NO_VALUE}
    or_null = _NO_VALUE in values
    patterns = [_like_pattern(one) for one in wanted] if len(wanted) == 1 else []

    def fits(value: str | None) -> bool:
        if value is None:
            return or_null
        text = _normal_form(name, value)
        return text in wanted or any(pattern.fullmatch(text) for pattern in patterns)

    return fits


def _like_pattern(text: str) -> re.Pattern[str]:
    """Make the expression of a pattern in which `%` is any text and `_` any one character."""
    parts = {"%": ".*", "_": "."}
    # A backslash may escape what follows it: then anything passes.
    return re.compile(".*" if "\\" in text else "".join(parts.get(one, re.escape(one)) for one in text), re.DOTALL)
