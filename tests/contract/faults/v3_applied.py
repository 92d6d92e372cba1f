"""Faults of v3: the applied filters in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from idc_contract.document import shape
from idc_contract.document.shape import APPLIED, DATES, ECHOING, NUMBERS
from tests.contract.faults.fault import fault, operation
from tests.contract.faults.v3_answers import echoes, filters_in, reworded

if TYPE_CHECKING:
    from collections.abc import Callable

    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

    Misstate = Callable[[dict[str, Any], dict[str, Any]], None]


def misstated(*operations: str) -> Callable[[Misstate], Misstate]:
    """Decorator of a function that changes the applied terms and ranges of an answer in place."""

    def add(change: Misstate) -> Misstate:
        async def layer(request: Request, forward: Serve) -> Answer:
            answer = await forward(request)
            if operation(request) not in (operations or ECHOING):
                return answer
            return reworded(answer, request, lambda held: change(held[APPLIED]["terms"], held[APPLIED]["ranges"]))

        layer.__name__, layer.__doc__ = change.__name__, change.__doc__
        fault("v3", "applied", *(operations or ECHOING))(layer)
        return change

    return add


def each_bound(ranges: dict[str, Any], names: tuple[str, ...], change: Callable[[Any], Any]) -> None:
    """Change the bounds on some attributes that are given."""
    for name, bounds in ranges.items():
        if name in names:
            bounds.update({side: change(bound) for side, bound in bounds.items() if bound is not None})


@misstated()
def nothing_applied(terms: dict[str, Any], ranges: dict[str, Any]) -> None:
    """No answer reports any applied filter."""
    terms.clear()
    ranges.clear()


@misstated("getCitations")
def ranges_of_citations_unsaid(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Citations report only the applied terms."""
    ranges.clear()


@misstated("getLicenses")
def last_term_unsaid(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Licences do not report the last of several terms."""
    if len(terms) > 1:
        terms.popitem()


@misstated()
def values_sorted(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Values that were applied come in the order of the alphabet."""
    for values in terms.values():
        values.sort()


@misstated()
def values_once(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """A value that was sent twice is reported as applied once."""
    for name, values in terms.items():
        terms[name] = list(dict.fromkeys(values))


@misstated()
def values_in_small_letters(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Values that were applied come in lower case."""
    for name, values in terms.items():
        terms[name] = [value.lower() for value in values]


@misstated("getManifest", "getCitations")
def values_cut(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Values that were applied come without the spaces around them."""
    for name, values in terms.items():
        terms[name] = [value.strip() for value in values]


@misstated()
def first_value_only_said(terms: dict[str, Any], _: dict[str, Any]) -> None:
    """Only the first of several applied values is reported."""
    for values in terms.values():
        del values[1:]


@misstated()
def bound_missing(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """A bound that was not given is missing from what was applied."""
    for bounds in ranges.values():
        for side in [side for side, bound in bounds.items() if bound is None]:
            del bounds[side]


@misstated()
def bound_not_given_is_zero(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """A missing lower bound on a number is reported as 0."""
    for name, bounds in ranges.items():
        if name in NUMBERS and bounds["gte"] is None:
            bounds["gte"] = 0.0


@misstated("countCohort")
def bounds_said_in_order(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """The bounds of a reversed range are reported in ascending order."""
    for bounds in ranges.values():
        if None not in bounds.values() and bounds["gte"] > bounds["lte"]:
            bounds.update(gte=bounds["lte"], lte=bounds["gte"])


@misstated("getLicenses", "getCitations")
def bounds_said_the_other_way(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Lower and upper bounds are exchanged in the report."""
    for bounds in ranges.values():
        bounds.update(gte=bounds["lte"], lte=bounds["gte"])


@misstated()
def dates_said_without_dashes(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Dates that were applied come without dashes."""
    each_bound(ranges, DATES, lambda bound: bound.replace("-", ""))


@misstated("getManifest")
def whole_numbers_said(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Bounds that are whole numbers are reported without a fraction."""
    each_bound(ranges, NUMBERS, lambda bound: int(bound) if bound.is_integer() else bound)


@misstated()
def bounds_said_as_text(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Bounds on numbers come as text."""
    each_bound(ranges, NUMBERS, str)


@misstated()
def bounds_said_rounded(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """Bounds on sizes are reported in hundredths."""
    each_bound(ranges, ("series_size_MB",), lambda bound: round(bound, 2))


@misstated()
def sign_of_zero_lost(_: dict[str, Any], ranges: dict[str, Any]) -> None:
    """A bound of minus zero is reported as zero."""
    each_bound(ranges, NUMBERS, lambda bound: bound or 0.0)


@fault("v3", "applied", *ECHOING)
async def bounds_said_as_sent(request: Request, forward: Serve) -> Answer:
    """Applied bounds are reported as they were sent."""
    ranges = filters_in(request).get("ranges") or {}

    def as_sent(held: dict[str, Any]) -> None:
        for name, bounds in held[APPLIED]["ranges"].items():
            bounds.update({side: ranges[name].get(side) for side in bounds})

    return reworded(await forward(request), request, as_sent)


@fault("v3", "applied", *ECHOING)
async def empty_lists_said(request: Request, forward: Serve) -> Answer:
    """Lists without values are reported as applied."""
    terms = filters_in(request).get("terms") or {}
    return reworded(await forward(request), request, lambda held: held[APPLIED].update(terms=terms))


@fault("v3", "applied", *ECHOING)
async def empty_ranges_said(request: Request, forward: Serve) -> Answer:
    """Ranges without bounds are reported as applied, with two bounds that are null."""
    ranges = filters_in(request).get("ranges") or {}

    def and_empty(held: dict[str, Any]) -> None:
        for name in ranges:
            held[APPLIED]["ranges"].setdefault(name, {"gte": None, "lte": None})

    return reworded(await forward(request), request, and_empty)


@fault("v3", "applied", *ECHOING)
async def everything_said_of_empty(request: Request, forward: Serve) -> Answer:
    """If one predicate is left out, no predicate is reported as applied."""
    answer = await forward(request)
    left_out = echoes(request, answer) and shape.echo(operation(request), answer.content)["warnings"]
    nothing = {"terms": {}, "ranges": {}}
    return reworded(answer, request, lambda held: held.update({APPLIED: nothing}) if left_out else None)


@fault("v3", "applied", "getManifest")
async def later_pages_say_nothing(request: Request, forward: Serve) -> Answer:
    """Only the first page reports the applied filters."""
    body = request.json()
    later = isinstance(body, dict) and body.get("page")
    nothing = {"terms": {}, "ranges": {}}
    return reworded(await forward(request), request, lambda held: held.update({APPLIED: nothing}) if later else None)


@fault("v3", "applied", "getLicenses")
async def licences_do_not_say(request: Request, forward: Serve) -> Answer:
    """Licences have no applied filters at all."""
    answer = await forward(request)
    is_licences = operation(request) == "getLicenses"
    return reworded(answer, request, lambda held: held.pop(APPLIED)) if is_licences else answer


@fault("v3", "applied", "countCohort")
class FiltersOfRequestBefore:
    """Counts report the filters of the request before."""

    def __init__(self) -> None:
        self.before: Any = {"terms": {}, "ranges": {}}

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        answer = await forward(request)
        if operation(request) != "countCohort" or not echoes(request, answer):
            return answer
        earlier, self.before = self.before, answer.json()[APPLIED]
        return reworded(answer, request, lambda held: held.update({APPLIED: earlier}))
