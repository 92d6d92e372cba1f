"""v3: what an answer warns of, each kind exactly when it is due."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.contract.normal import applied
from tests.contract.relation import holds, same
from tests.contract.relations.v3_applied import answer_to, echoing, spelled, with_empty_ones
from tests.contract.relations.v3_truth import a_row, literal, relation, some_filters, truth
from tests.contract.shape import RANGES, SHAPES, TERMS, WARNINGS, echo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.contract.normal import Applied
    from tests.contract.relation import Draw
    from tests.contract.service import Service
    from tests.contract.shape import Filters

MOST_HINTED = 5
"""So many values in other letter cases are looked at; which ones, of more, is the service's own affair."""
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
    """Each list without values is warned of, then each range without bounds, in the order sent; otherwise nothing."""
    filters = with_empty_ones(draw, spelled(service, draw, some_filters(service, draw, most=2)))
    for operation in echoing(service):
        due(service, operation, filters)


@relation()
def each_attribute_that_is_left_out_is_named(service: Service, draw: Draw) -> None:
    """Whichever attribute has no values or no bounds, its warning names it, in the order in which they were sent."""
    names, ranged = draw(st.permutations([*TERMS])), draw(st.permutations([*RANGES]))
    rider = {"collection_id": ["rider_pilot"]}
    for operation in echoing(service):
        without: dict[str, Any] = {name: [] for name in names if name != "collection_id"}
        due(service, operation, {"terms": {**without, **rider}, "ranges": {name: {} for name in ranged}})
        due(service, operation, {"ranges": {name: {"lte": None} for name in ranged}, "terms": rider})


@relation()
def an_answer_for_everything_says_so(service: Service, draw: Draw) -> None:
    """Where no predicate is left the answer is for the whole archive, and the last warning says so, once."""
    for filters in EVERYTHING:
        for operation in echoing(service, filters):
            due(service, operation, filters)


@relation()
def plain_filters_are_warned_of_by_nothing(service: Service, draw: Draw) -> None:
    """Filters that all apply have no warning, nor has a selection that is empty for want of such values or bounds."""
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
    """Counts of nothing, and they alone, name values that occur in another letter case, once for each attribute."""
    names = draw(st.lists(st.sampled_from(SPELLED), min_size=1, max_size=3, unique=True))
    row = a_row(service, draw, " AND ".join(f'lower("{name}") <> upper("{name}")' for name in names))
    change = draw(st.sampled_from([str.lower, str.upper, str.swapcase, str.title]))
    terms: dict[str, list[str]] = {name: [change(str(row[name]))] for name in names}
    right: dict[str, list[str]] = {name: [str(row[name])] for name in names}
    mixed = {**right, names[-1]: ["no such value", str(row[names[-1]]).swapcase()]}
    for filters in ({"terms": terms}, {"terms": mixed, "ranges": {"StudyDate": {}}}, {"terms": right}):
        for operation in echoing(service):
            due(service, operation, filters)
    due(service, "countCohort", {"terms": right, "ranges": {"instanceCount": {"lte": -1}}})


@relation()
def several_spellings_of_one_value_are_pointed_out(service: Service, draw: Draw) -> None:
    """Of a value that occurs in several letter cases a third one selects nothing, and those that occur are named."""
    several = (
        'SELECT lower("Manufacturer") AS low FROM index GROUP BY 1 HAVING count(DISTINCT "Manufacturer") > 1 '
        "ORDER BY count(*) DESC LIMIT 3"
    )
    for value in [row["low"] for row in truth(service, several)]:
        wanted = value.swapcase().title().swapcase()
        for operation in ("countCohort", "getManifest"):
            due(service, operation, {"terms": {"Manufacturer": [wanted, "x"], "Modality": ["ct", "sr"]}})


def due(service: Service, operation: str, filters: Filters) -> None:
    """Raises Broken unless an operation warns of just what is to be warned of in these filters."""
    found = echo(operation, answer_to(service, operation, filters))
    left, warned = applied(filters), found[WARNINGS]
    what = f"warnings of {operation} for {filters}"
    holds(len(set(warned)) == len(warned), what, f"{what}: one stands twice in {warned}")
    sure = len(left.left_out) + (not left)
    holds(
        len(warned) >= sure,
        what,
        f"{what}: there are {len(warned)}, where {sure} are due: {warned}",
    )
    for name, text in zip(left.left_out, warned, strict=False):
        holds(mentions(text, name), what, f"{what}: {text!r} stands where {name} should be named")
    more = warned[sure:]
    if SHAPES[operation].hints and left and found["series"] == 0:
        _hints(service, left, more, what)
    else:
        same(more, [], f"{what}, beyond those that are due")


def _hints(service: Service, left: Applied, warned: Sequence[str], what: str) -> None:
    """Raises Broken unless texts point out letter cases: where it is due, where there is one, and in order.

    A service may point out more than is due: a value in another case beside one that occurs as it was asked for.
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
        holds(not skipped, what, f"{what}: {text!r} comes before what is due for {sorted(skipped)}")
        rest = rest[rest.index(fits[0]) + 1 :]
    missing_hints = needed.intersection(rest)
    holds(
        not missing_hints,
        what,
        f"{what}: nothing is said of the letter case of {sorted(missing_hints)}: {warned}",
    )


def mentions(text: str, word: str) -> bool:
    """Whether a text holds a word or value, and not as part of a longer one."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def shows(text: str, value: str) -> bool:
    """Whether a text holds a value, as it is or as Python or JSON write it."""
    return any(mentions(text, form) for form in (value, repr(value)[1:-1], json.dumps(value)[1:-1]))
