"""v3: the warnings of answers, each kind exactly when it applies."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.document.shape import RANGES, SHAPES, TERMS, WARNINGS, echo
from idc_contract.oracle.normal import applied
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v3.applied import answer_to, echoing, spelled, with_empty_ones
from idc_contract.relations.v3.truth import a_row, literal, relation, some_filters, truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from idc_contract.document.shape import Filters
    from idc_contract.oracle.normal import Applied
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

MOST_HINTED = 5
"""The number of values in other letter cases that are checked; of more, the service may choose."""
SPELLED = ("collection_id", "Modality", "BodyPartExamined", "Manufacturer", "PatientSex", "license_short_name")
EVERYTHING: tuple[Filters, ...] = (
    {},
    {"terms": {}, "ranges": {}},
    {"terms": {"Modality": []}},
    {"ranges": {"StudyDate": {}}},
    {"terms": {"PatientSex": [], "Modality": []}, "ranges": {"instanceCount": {"gte": None}, "SeriesDate": {}}},
)


@relation(examples=6)
def warnings_are_those_that_are_due(service: Service, draw: Draw) -> None:
    """There is one warning for each list without values, then for each range without bounds, in the order sent."""
    filters = with_empty_ones(draw, spelled(service, draw, some_filters(service, draw, most=2)))
    for operation in echoing(service):
        due(service, operation, filters)


@relation()
def each_attribute_that_is_left_out_is_named(service: Service, draw: Draw) -> None:
    """The warning for an attribute without values or bounds names it; warnings have the order of the request."""
    names, ranged = draw(st.permutations([*TERMS])), draw(st.permutations([*RANGES]))
    rider = {"collection_id": ["rider_pilot"]}
    for operation in echoing(service):
        without: dict[str, Any] = {name: [] for name in names if name != "collection_id"}
        due(service, operation, {"terms": {**without, **rider}, "ranges": {name: {} for name in ranged}})
        due(service, operation, {"ranges": {name: {"lte": None} for name in ranged}, "terms": rider})


@relation()
def an_answer_for_everything_says_so(service: Service, draw: Draw) -> None:
    """If no predicate remains, the answer is for the complete archive, and the last warning says so, once."""
    for filters in EVERYTHING:
        for operation in echoing(service, filters):
            due(service, operation, filters)


@relation()
def plain_filters_are_warned_of_by_nothing(service: Service, draw: Draw) -> None:
    """There is no warning if all filters apply, also if no series matches them."""
    rider = {"collection_id": ["rider_pilot"]}
    for filters in (
        {"terms": rider},
        {"terms": rider, "ranges": {"StudyDate": {"gte": "19900101"}}},
        {"terms": rider, "ranges": {"instanceCount": {"gte": 5, "lte": 1}}},
        {"terms": {"Modality": ["no such"]}},
        {"terms": {"Modality": [" mr", "mr ", "%"]}},
        {"terms": {"Modality": ["MR", "mr"], "PatientSex": ["F", "f"]}},
        {"ranges": {"SeriesDate": {"gte": "2999-01-01"}}},
    ):
        for operation in echoing(service):
            found = answer_to(service, operation, filters)
            same(echo(operation, found)[WARNINGS], [], f"warnings of {operation} for {filters}")


@relation(examples=4)
def another_letter_case_is_pointed_out_where_nothing_is_found(service: Service, draw: Draw) -> None:
    """Only counts of 0 have a warning for values that occur in another letter case, once for each attribute."""
    names = draw(st.lists(st.sampled_from(SPELLED), min_size=1, max_size=3, unique=True))
    row = a_row(service, draw, " AND ".join(f'lower("{name}") <> upper("{name}")' for name in names))
    change = draw(st.sampled_from([str.lower, str.upper, str.swapcase, str.title]))
    terms: dict[str, list[str]] = {name: [change(str(row[name]))] for name in names}
    right: dict[str, list[str]] = {name: [str(row[name])] for name in names}
    mixed = {**right, names[-1]: ["no such value", str(row[names[-1]]).swapcase()]}
    tried: list[Filters] = [{"terms": terms}, {"terms": mixed, "ranges": {"StudyDate": {}}}, {"terms": right}]
    for filters in tried:
        for operation in echoing(service):
            due(service, operation, filters)
    due(service, "countCohort", {"terms": right, "ranges": {"instanceCount": {"lte": -1}}})


@relation()
def several_spellings_of_one_value_are_pointed_out(service: Service, draw: Draw) -> None:
    """If a value occurs in several letter cases, another case selects nothing, and a warning names them."""
    several = (
        'SELECT lower("Manufacturer") AS low FROM index GROUP BY 1 HAVING count(DISTINCT "Manufacturer") > 1 '
        "ORDER BY count(*) DESC LIMIT 3"
    )
    for value in [row["low"] for row in truth(service, several)]:
        wanted = value.swapcase().title().swapcase()
        for operation in ("countCohort", "getManifest"):
            due(service, operation, {"terms": {"Manufacturer": [wanted, "x"], "Modality": ["ct", "sr"]}})


def due(service: Service, operation: str, filters: Filters) -> None:
    """Raise Broken unless an operation has exactly the expected warnings for these filters."""
    found = echo(operation, answer_to(service, operation, filters))
    left, warned = applied(filters), found[WARNINGS]
    what = f"warnings of {operation} for {filters}"
    holds(len(set(warned)) == len(warned), what, f"{what}: one occurs twice in {warned}")
    sure = len(left.left_out) + (not left)
    holds(
        len(warned) >= sure,
        what,
        f"{what}: there are {len(warned)}, expected {sure}: {warned}",
    )
    for name, text in zip(left.left_out, warned, strict=False):
        holds(mentions(text, name), what, f"{what}: {text!r} does not name {name}")
    more = warned[sure:]
    if SHAPES[operation].hints and left and found["series"] == 0:
        _hints(service, left, more, what)
    else:
        same(more, [], f"{what}, beyond the expected ones")


def _hints(service: Service, left: Applied, warned: Sequence[str], what: str) -> None:
    """Raise Broken unless the warnings on letter case are those that are needed, correct, and in order.

    A service may add a warning: for a value in another case beside one that occurs as requested.
    """
    possible, needed = dict[str, list[str]](), set[str]()
    for name, values in left.terms.items():
        low = ", ".join(literal(value) for value in dict.fromkeys(value.lower() for value in values))
        sql = f'SELECT DISTINCT "{name}" AS v FROM index WHERE lower("{name}") IN ({low}) ORDER BY 1'
        occurring = [row["v"] for row in truth(service, sql)]
        if others := [value for value in occurring if value not in values]:
            possible[name] = others
        missing = [value.lower() for value in values if value not in occurring and value.isascii()]
        if len(occurring) <= MOST_HINTED and any(value.lower() in missing for value in others):
            needed.add(name)
    rest = list(possible)
    for text in warned:
        fits = [name for name in rest if mentions(text, name) and any(shows(text, one) for one in possible[name])]
        holds(fits, what, f"{what}: {text!r} names no value of {rest} that occurs in another letter case")
        skipped = needed.intersection(rest[: rest.index(fits[0])])
        holds(not skipped, what, f"{what}: {text!r} comes before the warning for {sorted(skipped)}")
        rest = rest[rest.index(fits[0]) + 1 :]
    missing_hints = needed.intersection(rest)
    holds(
        not missing_hints,
        what,
        f"{what}: no warning on the letter case of {sorted(missing_hints)}: {warned}",
    )


def mentions(text: str, word: str) -> bool:
    """Whether a text holds a word or value, and not as part of a longer one."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def shows(text: str, value: str) -> bool:
    """Whether a text contains a value, unchanged or as Python or JSON write it."""
    return any(mentions(text, form) for form in (value, repr(value)[1:-1], json.dumps(value)[1:-1]))
