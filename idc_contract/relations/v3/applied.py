"""v3: the applied filters in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.document.shape import (
    APPLIED,
    DATES,
    ECHOING,
    NUMBERS,
    RANGES,
    SHAPES,
    TERMS,
    WARNINGS,
    echo,
    request_body,
)
from idc_contract.oracle.normal import applied
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v3.truth import (
    ROW,
    a_row,
    counted,
    listed,
    literal,
    paged,
    relation,
    some_filters,
    truth,
    where,
)  # fmt: skip

if TYPE_CHECKING:
    from idc_contract.document.shape import Filters
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

NOTHING: tuple[dict[str, Any], ...] = ({}, {"gte": None}, {"lte": None}, {"gte": None, "lte": None})
"""Ranges without a bound."""
SMALL = 2000
"""Lines of a text manifest that are counted."""


@relation(examples=8)
def what_was_applied_is_what_was_sent_in_normal_form(service: Service, draw: Draw) -> None:
    """Applied filters are in normal form: values as sent, numbers as doubles, dates with dashes, no empty ones."""
    filters = with_empty_ones(draw, spelled(service, draw, some_filters(service, draw, most=3)))
    for operation in echoing(service, filters):
        repeated(operation, answer_to(service, operation, filters), filters)


@relation(examples=3)
def values_are_repeated_as_they_were_sent(service: Service, draw: Draw) -> None:
    """Applied values keep their order, duplicates, case and spaces."""
    name = draw(st.sampled_from(TERMS))
    value = str(a_row(service, draw, f'"{name}" IS NOT NULL')[name])
    values = [value, "zz", value, "Aa", f" {value} ", "", value.swapcase(), "b", "é\u0000"]
    for operation in echoing(service):
        for sent in (values, values[::-1], [value]):
            filters: Filters = {"terms": {name: sent}}
            repeated(operation, answer_to(service, operation, filters), filters)


@relation()
def both_bounds_are_always_repeated(service: Service, draw: Draw) -> None:
    """An applied range has both bounds, each on its side, and null for a bound that was not sent."""
    operations = echoing(service)
    for turn, name in enumerate(RANGES):
        value = a_row(service, draw, f'"{name}" IS NOT NULL')[name]
        low, high = (value, "2031-05-06") if name in DATES else (value, value + 7.25)
        forms = ({"gte": low}, {"lte": high}, {"lte": high, "gte": low}, {"gte": high, "lte": low})
        for number, bounds in enumerate(forms, start=turn):
            filters: Filters = {"terms": {"collection_id": ["rider_pilot"]}, "ranges": {name: bounds}}
            operation = operations[number % len(operations)]
            repeated(operation, answer_to(service, operation, filters), filters)


@relation()
def citations_say_what_they_are_for(service: Service, draw: Draw) -> None:
    """Citations report the filters that were applied, as every other answer does."""
    filters: Filters = {
        "terms": {"PatientSex": [], "collection_id": ["rider_pilot", "rider_pilot"]},
        "ranges": {"StudyDate": {"gte": "19900101"}, "instanceCount": {"lte": "1e6"}, "SeriesDate": {"gte": None}},
    }
    repeated("getCitations", answer_to(service, "getCitations", filters), filters)


@relation(examples=6)
def what_was_applied_holds_for_the_rows(service: Service, draw: Draw) -> None:
    """Every row of a page matches every filter that the page reports as applied."""
    filters = with_empty_ones(draw, spelled(service, draw, some_filters(service, draw, most=3)))
    found = paged(service, filters, page_size=40)
    applied_filters = echo("getManifest", found)[APPLIED]
    for row in found["series"]:
        for name, values in applied_filters["terms"].items():
            holds(
                name not in ROW or row[name] in values, "rows fulfil what was applied", f"{name} is {row.get(name)!r}"
            )
        for name, bounds in applied_filters["ranges"].items():
            low, high, value = bounds["gte"], bounds["lte"], row.get(name)
            fits = name not in ROW or ((low is None or value >= low) and (high is None or value <= high))
            holds(fits, "rows fulfil what was applied", f"{name} is {value!r}, where {bounds} were applied")
    if uids := [row["SeriesInstanceUID"] for row in found["series"]]:
        sql = f"SELECT count(*) AS n FROM index WHERE SeriesInstanceUID IN ({', '.join(map(literal, uids))})"
        same(
            truth(service, f"{sql} AND {where(applied_filters)}")[0]["n"],
            len(uids),
            f"rows that fulfil {applied_filters}",
        )


@relation(examples=5)
def what_was_applied_sent_as_a_request_has_the_same_answer(service: Service, draw: Draw) -> None:
    """The applied filters of an answer, sent as a request, are applied unchanged and select the same."""
    filters = with_empty_ones(draw, spelled(service, draw, some_filters(service, draw, most=3)))
    for operation in echoing(service, filters):
        first = answer_to(service, operation, filters)
        applied_filters = echo(operation, first)[APPLIED]
        again = answer_to(service, operation, applied_filters)
        same(echo(operation, again)[APPLIED], applied_filters, "what was applied, applied again")
        same(_without_words(operation, again), _without_words(operation, first), f"the answer to {applied_filters}")


@relation(examples=4)
def one_selection_is_the_same_in_every_operation(service: Service, draw: Draw) -> None:
    """Counts, page, licences and addresses for the same filters have the same series and applied filters."""
    filters = with_empty_ones(draw, spelled(service, draw, some_filters(service, draw, most=2)))
    found = counted(service, filters)
    page = paged(service, filters, page_size=1)
    names = [name for name in found if name != WARNINGS]
    same({name: page["counts"][name] for name in names}, {name: found[name] for name in names}, "counts of a page")
    licences = answer_to(service, "getLicenses", filters)
    same(sum(item["series"] for item in licences["licenses"]), found["series"], "series of all licences")
    same(licences[APPLIED], found[APPLIED], "filters of licences and of counts")
    lines = listed(service, filters, limit=SMALL).count("\n")
    same(lines, min(found["series"], SMALL), "number of addresses")


def answer_to(service: Service, operation: str, filters: Any) -> dict[str, Any]:
    """The answer of an operation to filters, a small one."""
    return dict(service.call(operation, request_body(operation, filters, **SHAPES[operation].few)))


def repeated(operation: str, found: dict[str, Any], filters: Filters) -> None:
    """Raise Broken unless an answer has the applied filters in normal form."""
    applied_filters, expected = echo(operation, found)[APPLIED], applied(filters).echo
    same(applied_filters, expected, f"filters of {operation}, applied")
    for name, bounds in applied_filters["ranges"].items():
        for side, bound in bounds.items():
            good = bound is None or name not in NUMBERS or repr(bound) == repr(expected["ranges"][name][side])
            holds(good, f"filters of {operation}, applied", f"{side} of {name} is {bound!r}, which is no double")


def spelled(service: Service, draw: Draw, filters: Filters) -> Filters:
    """The same filters with some bounds in another form that means the same, and some values twice."""
    terms, ranges = dict(filters.get("terms", {})), dict(filters.get("ranges", {}))
    for name, values in terms.items():
        if draw(st.integers(0, 3)) == 0:
            terms[name] = [*values, values[0]]
    for name, bounds in ranges.items():
        ranges[name] = {side: draw(st.sampled_from(_forms(service, name, bound))) for side, bound in bounds.items()}
    return {"terms": terms, "ranges": ranges}


def _forms(service: Service, name: str, bound: Any) -> list[Any]:
    """Forms that mean the same; those that are understood and not described only with leave to send them."""
    if name in DATES:
        compact = bound.replace("-", "")
        return [bound, compact, *([f" {compact}\n", f"\u00a0{bound}\t"] if service.mistakes else [])]
    return [
        bound,
        str(bound),
        float(bound),
        *([f" {bound}\n", f"+{with_power(bound)}"] if service.mistakes and bound > 0 else []),
    ]


def with_power(bound: float) -> str:
    """A number as text with a power of ten."""
    return str(bound) if "e" in str(bound) else f"{bound}e0"


def with_empty_ones(draw: Draw, filters: Filters) -> Filters:
    """The same filters among lists without values and ranges without bounds, in any order."""
    terms, ranges = dict(filters.get("terms", {})), dict(filters.get("ranges", {}))
    for name in draw(st.lists(st.sampled_from(TERMS), max_size=2, unique=True)):
        terms.setdefault(name, [])
    for name in draw(st.lists(st.sampled_from(RANGES), max_size=2, unique=True)):
        ranges.setdefault(name, draw(st.sampled_from(NOTHING)))
    return {
        "terms": {name: terms[name] for name in draw(st.permutations(sorted(terms)))},
        "ranges": {name: ranges[name] for name in draw(st.permutations(sorted(ranges)))},
    }


def echoing(service: Service, filters: Filters | None = None) -> list[str]:
    """The operations that report applied filters and accept these filters.

    Without permission for mistakes, citations are left out: such a service is in use, and looks up each DOI elsewhere.
    """
    some = filters is None or bool(applied(filters))
    names = ECHOING if service.mistakes else [name for name in ECHOING if name != "getCitations"]
    return [name for name in names if some or SHAPES[name].unfiltered]


def _without_words(operation: str, found: dict[str, Any]) -> dict[str, Any]:
    """An answer without its warnings, and without what has no order or depends on the form of the request."""
    kept = {name: value for name, value in found.items() if name not in ("citations", "idc_acknowledgment", "download")}
    held = {name: value for name, value in echo(operation, found).items() if name != WARNINGS}
    if "licenses" in held:
        held["licenses"] = sorted(held["licenses"], key=lambda item: str(item["license_short_name"]))
    if SHAPES[operation].echo:
        return {**kept, SHAPES[operation].echo[0]: held}  # type: ignore[index]
    return {name: value for name, value in held.items() if name in kept}
