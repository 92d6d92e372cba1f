"""Faults of v3: the series that a filter selects."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from idc_contract.document import shape
from idc_contract.document.shape import APPLIED, DATES, FILTERED, WARNINGS
from tests.contract.faults.fault import fault, get, operation, with_content
from tests.contract.faults.v3_answers import filters_in, well_formed, with_echo_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

    Change = Callable[[dict[str, Any], dict[str, Any]], None]

WHOLE = ("instanceCount", "series_init_idc_version", "series_revised_idc_version")
LISTED = ("collection_id", "Modality", "BodyPartExamined", "Manufacturer", "ManufacturerModelName", "sop_class_name",
          "license_short_name", "analysis_result_id", "source_DOI")  # fmt: skip


def misfiltered(*operations: str) -> Callable[[Change], Change]:
    """Decorator of a function that changes terms and ranges of well-formed filters in place.

    The answer still reports the filters as sent: the selection is wrong, the report is right.
    """

    def add(change: Change) -> Change:
        async def layer(request: Request, forward: Serve) -> Answer:
            body = request.json()
            filters = filters_in(body, request)
            if operation(request) not in (operations or FILTERED) or not filters or not well_formed(filters):
                return await forward(request)
            terms, ranges = filters.setdefault("terms", {}), filters.setdefault("ranges", {})
            before = json.dumps(body)
            change(terms, ranges)
            answer = await forward(request)
            if json.dumps(body) == before or answer.status != 200:
                return answer
            return with_echo_of(await forward(request.with_json(body)), answer, request)

        layer.__name__, layer.__doc__ = change.__name__, change.__doc__
        fault("v3", "filters", *(operations or FILTERED))(layer)
        return change

    return add


def each(terms: dict[str, Any], change: Callable[[list[str]], list[str]], *only: str) -> None:
    """Change the values of terms."""
    for name, values in terms.items():
        if values and (not only or name in only):
            terms[name] = change(values)


# --- terms ---------------------------------------------------------------------------------------------------------


@misfiltered()
def attribute_ignored(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Manufacturers are ignored."""
    terms.pop("Manufacturer", None)


@misfiltered("getLicenses")
def licences_of_everything(terms: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Licences are those of the complete archive."""
    terms.clear()
    ranges.clear()


@misfiltered("getManifestText")
def text_of_first_attribute(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Text manifests use only one term."""
    for name in list(terms)[1:]:
        del terms[name]


@misfiltered()
def only_first_value(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Of several values only the first counts."""
    each(terms, lambda values: values[:1])


@misfiltered()
def only_last_value(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Of several collections only the last counts."""
    each(terms, lambda values: values[-1:], "collection_id")


@misfiltered()
def only_ten_values(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Of more than ten values the last ones are ignored."""
    each(terms, lambda values: values[:10])


@misfiltered()
def case_folded(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Modalities and collections are compared without regard to case."""
    each(terms, lambda values: [v.upper() for v in values], "Modality", "PatientSex")
    each(terms, lambda values: [v.lower() for v in values], "collection_id")


@misfiltered()
def trimmed(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Blanks around values are ignored."""
    each(terms, lambda values: [v.strip() for v in values])


@misfiltered()
def hyphen_for_underscore(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Collections may be written with hyphens."""
    each(terms, lambda values: [v.replace("-", "_") for v in values], "collection_id")


@misfiltered()
def no_values_match_nothing(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """A list without values matches nothing."""
    for name in [name for name, values in terms.items() if not values]:
        terms[name] = ["\u0001"]


@misfiltered()
def empty_text_ignored(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Empty text is left out of the values."""
    for name in terms:
        terms[name] = [v for v in terms[name] if v]


async def _expanded(request: Request, forward: Serve, fits: Callable[[str, str], bool]) -> Request:
    """The request with those values that occur and fit those wanted."""
    body = request.json()
    terms = filters_in(body, request).get("terms")
    if operation(request) not in FILTERED or not terms or not well_formed({"terms": terms}):
        return request
    for name in [name for name in LISTED if terms.get(name)]:
        found = await forward(get(f"/v3/attributes/{quote(name)}/values?limit=10000", request))
        there = [one["value"] for one in found.json()["values"]]
        wanted = [value for value in there if any(fits(value, one) for one in terms[name])]
        terms[name] = wanted or terms[name]
    return request.with_json(body)


@fault("v3", "filters")
async def prefix_match(request: Request, forward: Serve) -> Answer:
    """A value matches every value that begins with it."""
    answer = await forward(await _expanded(request, forward, str.startswith))
    return with_echo_of(answer, await forward(request), request)


@fault("v3", "filters")
async def wildcards(request: Request, forward: Serve) -> Answer:
    """A percent sign at the end matches any text."""

    def fits(value: str, wanted: str) -> bool:
        return value.startswith(wanted[:-1]) if wanted.endswith("%") else value == wanted

    return with_echo_of(await forward(await _expanded(request, forward, fits)), await forward(request), request)


@fault("v3", "filters")
async def unknown_value_matches_all(request: Request, forward: Serve) -> Answer:
    """Counts for an attribute whose values match nothing are those of the archive."""
    answer = await forward(request)
    nothing = operation(request) == "countCohort" and answer.status == 200 and not answer.content["series"]
    return with_echo_of(await forward(request.with_json({})), answer, request) if nothing else answer


@fault("v3", "filters")
async def or_among_attributes(request: Request, forward: Serve) -> Answer:
    """Counts of two terms are those of what either selects."""
    answer, filters = await forward(request), filters_in(request)
    if operation(request) != "countCohort" or answer.status != 200 or len(filters.get("terms", {})) != 2:
        return answer
    alone = [filters | {"terms": {name: values}} for name, values in filters["terms"].items()]
    requested = [request.with_json(shape.request_body("countCohort", one)) for one in alone]
    one, other = [(await forward(each_alone)).json() for each_alone in requested]
    sums = {name: one[name] + other[name] - both for name, both in answer.content.items()
            if name not in (APPLIED, WARNINGS)}  # fmt: skip
    return with_content(answer, answer.json() | sums)


@fault("v3", "filters")
async def repeated_values_count_twice(request: Request, forward: Serve) -> Answer:
    """A value that is given twice counts twice."""
    answer = await forward(request)
    if operation(request) != "countCohort" or answer.status != 200:
        return answer
    content = answer.json()
    if any(len(set(values)) < len(values) for values in filters_in(request).get("terms", {}).values()):
        content.update(series=content["series"] * 2, instances=content["instances"] * 2)
    return with_content(answer, content)


# --- ranges ----------------------------------------------------------------------------------------------------------


def bounds(ranges: dict[str, Any], side: str, number: Callable[[Any], Any], text: Callable[[str], str]) -> None:
    """Change the bounds on one side."""
    for name, one in ranges.items():
        bound = one.get(side)
        if isinstance(bound, int | float) and not isinstance(bound, bool):
            one[side] = number(bound) if name in WHOLE else math.nextafter(bound, number(bound))
        elif isinstance(bound, str) and len(bound) == 10:
            one[side] = text(bound)


def _day_before(text: str, days: int = -1) -> str:
    try:
        return str(date.fromisoformat(text) + timedelta(days=days))
    except (ValueError, OverflowError):
        return text


def _day_after(text: str) -> str:
    return _day_before(text, 1)


@misfiltered()
def gte_as_gt(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Lower bounds are not included."""
    bounds(ranges, "gte", lambda number: math.floor(number) + 1, _day_after)


@misfiltered()
def lte_as_lt(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Upper bounds are not included."""
    bounds(ranges, "lte", lambda number: math.ceil(number) - 1, _day_before)


@misfiltered()
def dates_exclusive(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """The last day of a range is not included."""
    bounds({n: one for n, one in ranges.items() if n.endswith("Date")}, "lte", lambda number: number, _day_before)


@misfiltered()
def upper_ignored(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Beside a lower bound the upper one is ignored."""
    for one in ranges.values():
        if one.get("gte") is not None:
            one.pop("lte", None)


@misfiltered()
def only_first_range(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Of several ranges only the first counts."""
    for name in list(ranges)[1:]:
        del ranges[name]


@misfiltered()
def range_lost_beside_terms(terms: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Beside terms, ranges are ignored."""
    if any(terms.values()):
        ranges.clear()


@misfiltered()
def bounds_truncated(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Bounds on sizes lose their fraction."""
    for bound in ranges.get("series_size_MB", {}):
        if isinstance(ranges["series_size_MB"][bound], float):
            ranges["series_size_MB"][bound] = int(ranges["series_size_MB"][bound])


@misfiltered()
def bounds_swapped(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Bounds in the wrong order are put right."""
    for one in ranges.values():
        low, high = one.get("gte"), one.get("lte")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            one.update(gte=high, lte=low)


@misfiltered()
def zero_is_no_bound(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """A bound of 0 is ignored."""
    for one in ranges.values():
        for side in ("gte", "lte"):
            if one.get(side) == 0:
                one.pop(side)


@misfiltered()
def null_matches_nothing(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """A bound that is null matches nothing."""
    for name, one in ranges.items():
        if None in one.values():
            one.update({"gte": "9999-12-31", "lte": "0001-01-01"} if name in DATES else {"gte": 2, "lte": 1})
