"""Faults of v1: the rows that a filter selects, the columns, and the echo."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import altered, altered_request, fault, operation, with_content
from tests.contract.faults.v1_answers import MANIFESTS, PREVIEWS, QUERIES, echo_of, recount, results, rows, spec_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

    Change = Callable[[dict[str, list[Any]]], None]


async def other_filters(request: Request, forward: Serve, change: Change) -> Answer:
    """The rows of other filters, under an echo of the right ones."""
    answer = await forward(request)
    if operation(request) not in PREVIEWS or answer.status != 200 or "next_page" in request.query:
        return answer
    body = request.json()
    spec = spec_of(body)
    change(spec["filters"])
    if body == request.json():
        return answer
    wrong = await forward(request.with_json(body))
    if wrong.status != 200:
        return answer
    content = wrong.json()
    echo_of(content).update(echo_of(answer.json()))
    return with_content(wrong, content)


def misfiltered(change: Change) -> Change:
    """Decorator of what makes other filters of those of a preview, in place."""

    async def layer(request: Request, forward: Serve) -> Answer:
        return await other_filters(request, forward, change)

    layer.__name__, layer.__doc__ = change.__name__, change.__doc__
    fault("v1", "filters", *PREVIEWS)(layer)
    return change


def each(filters: dict[str, list[Any]], change: Callable[[list[str]], list[str]], *only: str) -> None:
    """Change the values of attributes that are text."""
    for name, values in filters.items():
        if values and isinstance(values[0], str) and (not only or name in only):
            filters[name] = change(values)


# --- which rows ------------------------------------------------------------------------------------------------------


@misfiltered
def attribute_ignored(filters: dict[str, list[Any]]) -> None:
    """BodyPartExamined is ignored."""
    filters.pop("BodyPartExamined", None)


@misfiltered
def clinical_ignored(filters: dict[str, list[Any]]) -> None:
    """Patients without clinical data pass every clinical filter."""
    filters.pop("race", None)


@misfiltered
def only_first_value(filters: dict[str, list[Any]]) -> None:
    """Only the first of several values is applied."""
    each(filters, lambda values: values[:1])


@misfiltered
def only_last_value(filters: dict[str, list[Any]]) -> None:
    """Only the last of several modalities is applied."""
    each(filters, lambda values: values[-1:], "Modality")


@misfiltered
def only_three_attributes(filters: dict[str, list[Any]]) -> None:
    """Only three attributes are applied."""
    for name in list(filters)[3:]:
        del filters[name]


@misfiltered
def only_ten_values(filters: dict[str, list[Any]]) -> None:
    """Only ten values are applied."""
    each(filters, lambda values: values[:10])


@misfiltered
def case_matters(filters: dict[str, list[Any]]) -> None:
    """Modalities and races in lower case match nothing."""
    each(filters, lambda values: [v if v == v.upper() else f"{v} not" for v in values], "Modality", "race")


@misfiltered
def prefix_match(filters: dict[str, list[Any]]) -> None:
    """A single value matches every value that begins with it."""
    each(filters, lambda values: [v if v == "None" else f"{v}%" for v in values] if len(values) == 1 else values)


@misfiltered
def wildcards_off(filters: dict[str, list[Any]]) -> None:
    """A percent sign is an ordinary character."""
    each(filters, lambda values: values * 2 if "%" in values[0] and len(values) == 1 else values)


@misfiltered
def underscore_literal(filters: dict[str, list[Any]]) -> None:
    """An underscore is an ordinary character."""
    each(filters, lambda v: v * 2 if "_" in v[0] and "%" not in v[0] and len(v) == 1 else v)


@misfiltered
def wildcards_in_lists(filters: dict[str, list[Any]]) -> None:
    """A percent sign among several values matches any text, too."""
    each(filters, lambda values: next(([v] for v in values if "%" in v), values))


@misfiltered
def trimmed(filters: dict[str, list[Any]]) -> None:
    """Spaces around values are ignored."""
    each(filters, lambda values: [v.strip() for v in values])


@misfiltered
def none_ignored(filters: dict[str, list[Any]]) -> None:
    """None is removed from the values."""
    each(filters, lambda values: [v for v in values if v != "None"])
    for name in [name for name, values in filters.items() if not values]:
        del filters[name]


@misfiltered
def hyphen_matters(filters: dict[str, list[Any]]) -> None:
    """A collection's name with hyphens matches nothing."""
    each(filters, lambda values: [v.replace("-", "+") for v in values], "collection_id")


@misfiltered
def collection_case_matters(filters: dict[str, list[Any]]) -> None:
    """A collection's name in capitals matches nothing."""
    each(filters, lambda values: [v if v == v.lower() else f"{v} not" for v in values], "collection_id")


@fault("v1", "filters")
async def unknown_value_matches_all(request: Request, forward: Serve) -> Answer:
    """An attribute whose values match nothing is ignored."""
    answer = await forward(request)
    if operation(request) not in PREVIEWS or answer.status != 200 or results(answer.content)["totalFound"]:
        return answer
    return await other_filters(request, forward, lambda filters: filters.clear())


@fault("v1", "filters")
async def or_among_attributes(request: Request, forward: Serve) -> Answer:
    """Attributes are ORed instead of ANDed."""
    filters = spec_of(request).get("filters")
    two = isinstance(filters, dict) and len(filters) == 2
    return await (either(request, forward, list(filters)) if two else forward(request))


async def either(request: Request, forward: Serve, names: Sequence[str]) -> Answer:
    """The rows that either of two filters selects, if just two of the names are filtered by; else the right ones."""
    answer, filters = await forward(request), spec_of(request).get("filters")
    first_page = operation(request) in PREVIEWS and answer.status == 200 and "next_page" not in request.query
    two = [name for name in filters if name in names] if isinstance(filters, dict) else []
    if not first_page or len(two) != 2:
        return answer
    one, other = two
    with_one = (await other_filters(request, forward, lambda found: found.pop(other) and None)).json()
    with_other = (await other_filters(request, forward, lambda found: found.pop(one) and None)).json()
    added = [row for row in rows(with_other) if row not in rows(with_one)]
    rows(with_one).extend(added)
    del rows(with_one)[int(request.query.get("page_size", "1000")) :]
    recount(with_one)
    both = results(answer.content)["totalFound"]
    results(with_one)["totalFound"] += results(with_other)["totalFound"] - both
    return with_content(answer, with_one)


# --- which columns ---------------------------------------------------------------------------------------------------


@altered_request("v1", "columns", *MANIFESTS)
def column_added(request: Request) -> Request | None:
    """The collection is always a column, requested or not."""
    return None if "next_page" in request.query else request.with_query(Collection_ID="True")


@altered("v1", "columns", *MANIFESTS, *QUERIES, "getDicomMetadata")
def columns_swapped(content: Any, _: Request) -> None:
    """Studies have the UIDs of series and series those of studies."""
    for row in rows(content):
        if {"StudyInstanceUID", "SeriesInstanceUID"} <= row.keys():
            row.update(StudyInstanceUID=row["SeriesInstanceUID"], SeriesInstanceUID=row["StudyInstanceUID"])


@altered("v1", "columns", *MANIFESTS)
def guid_of_neighbour(content: Any, _: Request) -> None:
    """Rows have the series GUIDs of the rows that follow."""
    found = rows(content)
    guids = [row.get("CRDC_Series_GUID") for row in found]
    for row, guid in zip(found, guids[1:] + guids[:1], strict=True):
        if "CRDC_Series_GUID" in row:
            row["CRDC_Series_GUID"] = guid


@altered("v1", "columns", *MANIFESTS, "getDicomMetadata")
def url_of_another(content: Any, _: Request) -> None:
    """The last digit of the UUID in a URL is always 0."""
    for row in rows(content):
        for name in {"GCS_URL", "gcs_url"} & row.keys():
            row[name] = re.sub(r"[0-9a-f](?=\.dcm$|$)", "0", row[name])


@altered("v1", "columns", *QUERIES)
def dates_shifted(content: Any, _: Request) -> None:
    """Studies are a day too late."""
    for row in rows(content):
        if row.get("StudyDate"):
            row["StudyDate"] = str(date.fromisoformat(row["StudyDate"]) + timedelta(days=1))


@altered("v1", "columns", *QUERIES)
def null_as_text(content: Any, _: Request) -> None:
    """A missing value is an empty text."""
    for row in rows(content):
        row.update({name: "" for name, value in row.items() if value is None})


@altered("v1", "columns", *QUERIES, "getDicomMetadata")
def text_shortened(content: Any, _: Request) -> None:
    """Text of more than 40 characters is cut off."""
    for row in rows(content):
        for name in {"StudyDescription", "SeriesDescription"} & row.keys():
            row[name] = row[name] and row[name][:40]


# --- the echo --------------------------------------------------------------------------------------------------------


@altered("v1", "echoes", *MANIFESTS, *QUERIES)
def sql_missing(content: Any, _: Request) -> None:
    """SQL is never in the answer."""
    if "sql" in echo_of(content):
        echo_of(content)["sql"] = ""


@altered_request("v1", "echoes", *MANIFESTS, *QUERIES)
def sql_always(request: Request) -> Request | None:
    """SQL is always in the answer, requested or not."""
    return None if "next_page" in request.query else request.with_query(sql="True")


@altered("v1", "echoes", *MANIFESTS, *QUERIES)
def sql_without_conditions(content: Any, _: Request) -> None:
    """The SQL selects everything."""
    if echo_of(content).get("sql"):
        echo_of(content)["sql"] = re.sub(r"(?s)WHERE.*(?=ORDER BY)", "", echo_of(content)["sql"])


@altered("v1", "echoes", *PREVIEWS)
def echo_of_one_value(content: Any, _: Request) -> None:
    """Filters are echoed with their first values only."""
    if echo_of(content):
        found = echo_of(content)["filterSet"]["filters"]
        found.update({name: values[:1] for name, values in found.items()})


@altered("v1", "echoes", *PREVIEWS)
def echo_of_version_1(content: Any, _: Request) -> None:
    """Previews report version 1.0."""
    if echo_of(content):
        echo_of(content)["filterSet"]["idc_data_version"] = "1.0"


@altered("v1", "echoes", *PREVIEWS)
def echo_not_normal(content: Any, request: Request) -> None:
    """Previews echo collections as they were sent."""
    sent = (spec_of(request).get("filters") or {}).get("collection_id")
    if echo_of(content) and sent:
        echo_of(content)["filterSet"]["filters"]["collection_id"] = sent


@altered("v1", "echoes", *PREVIEWS)
def name_from_description(content: Any, _: Request) -> None:
    """Previews are echoed with the description for a name."""
    if echo_of(content):
        echo_of(content)["name"] = echo_of(content)["description"]
