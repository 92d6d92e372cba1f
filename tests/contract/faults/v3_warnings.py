"""Faults of v3: the warnings of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from idc_contract.document import shape
from idc_contract.document.shape import APPLIED, ECHOING, SHAPES, WARNINGS
from tests.contract.faults.fault import fault, operation, post
from tests.contract.faults.v3_answers import echoes, filters_in, reworded

if TYPE_CHECKING:
    from collections.abc import Callable

    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

    Warn = Callable[[list[str], "WarningContext"], list[str]]

EVERYTHING = "No filter is left, so this is the whole archive."


class WarningContext:
    """The parts of a request and its answer that a fault may use."""

    def __init__(self, request: Request, held: dict[str, Any]) -> None:
        filters = filters_in(request)
        self.terms: dict[str, list[str]] = filters.get("terms") or {}
        self.ranges: dict[str, dict[str, Any]] = filters.get("ranges") or {}
        self.operation, self.held = operation(request), held
        self.without_values = [name for name, values in self.terms.items() if not values]
        self.without_bound = [name for name in self.ranges if name not in held[APPLIED]["ranges"]]
        self.everything = not held[APPLIED]["terms"] and not held[APPLIED]["ranges"]

    @property
    def sure(self) -> int:
        """How many warnings there are before those on letter case."""
        return len(self.without_values) + len(self.without_bound) + self.everything


def miswarned(*operations: str) -> Callable[[Warn], Warn]:
    """Decorator of a function that returns other warnings for an answer."""

    def add(change: Warn) -> Warn:
        async def layer(request: Request, forward: Serve) -> Answer:
            answer = await forward(request)
            if operation(request) not in (operations or ECHOING):
                return answer
            return reworded(
                answer,
                request,
                lambda held: held.update({WARNINGS: change(held[WARNINGS], WarningContext(request, held))}),
            )

        layer.__name__, layer.__doc__ = change.__name__, change.__doc__
        fault("v3", "warnings", *(operations or ECHOING))(layer)
        return change

    return add


HINTING = tuple(name for name in ECHOING if SHAPES[name].hints)

# --- what was left out -----------------------------------------------------------------------------------------------


@miswarned()
def never_warned(_: list[str], __: WarningContext) -> list[str]:
    """There are no warnings."""
    return []


@miswarned()
def lists_unwarned(texts: list[str], context: WarningContext) -> list[str]:
    """There is no warning for lists without values."""
    return texts[len(context.without_values) :]


@miswarned()
def ranges_unwarned(texts: list[str], context: WarningContext) -> list[str]:
    """There is no warning for ranges without bounds."""
    at = len(context.without_values)
    return texts[:at] + texts[at + len(context.without_bound) :]


@miswarned("getCitations")
def citations_unwarned(texts: list[str], context: WarningContext) -> list[str]:
    """Citations have only the warning for the complete archive."""
    return [EVERYTHING] if context.everything else []


@miswarned()
def null_ranges_unwarned(texts: list[str], context: WarningContext) -> list[str]:
    """There is no warning for ranges whose bounds are null."""
    at = len(context.without_values)
    kept = [text for name, text in zip(context.without_bound, texts[at:], strict=False) if not context.ranges[name]]
    return texts[:at] + kept + texts[at + len(context.without_bound) :]


@miswarned("getManifest")
def one_warning_only(texts: list[str], _: WarningContext) -> list[str]:
    """Manifests have at most one warning."""
    return texts[:1]


@miswarned()
def warned_twice(texts: list[str], context: WarningContext) -> list[str]:
    """The first list without values has two warnings."""
    return texts[:1] + texts if context.without_values else texts


@miswarned("countCohort", "getLicenses")
def warnings_sorted(texts: list[str], _: WarningContext) -> list[str]:
    """Warnings come in the order of the alphabet."""
    return sorted(texts)


@miswarned()
def ranges_warned_first(texts: list[str], context: WarningContext) -> list[str]:
    """Warnings for ranges without bounds come before those for lists without values."""
    at, end = len(context.without_values), len(context.without_values) + len(context.without_bound)
    return texts[at:end] + texts[:at] + texts[end:]


@miswarned()
def attribute_unnamed(texts: list[str], context: WarningContext) -> list[str]:
    """Warnings do not name the attribute that was left out."""
    count = len(context.without_values) + len(context.without_bound)
    return [f"Filter {number + 1} was left out." for number in range(count)] + texts[count:]


@miswarned()
def all_in_one_warning(texts: list[str], context: WarningContext) -> list[str]:
    """All parts that were left out are in one warning."""
    count = len(context.without_values) + len(context.without_bound)
    return [" ".join(texts[:count])] * bool(count) + texts[count:]


@miswarned()
def reversed_range_warned(texts: list[str], context: WarningContext) -> list[str]:
    """A reversed range has a warning."""
    odd = [name for name, one in context.held[APPLIED]["ranges"].items()
           if None not in one.values() and one["gte"] > one["lte"]]  # fmt: skip
    return [*texts, *(f"The range of {name!r} holds nothing." for name in odd)]


@miswarned()
def absent_value_warned(texts: list[str], context: WarningContext) -> list[str]:
    """Counts of 0 have a warning."""
    return [*texts, "Nothing was found."] if context.held.get("series") == 0 else texts


# --- the complete archive----------------------------------------------------------------------------------------------


@miswarned("getLicenses")
def everything_unwarned(texts: list[str], context: WarningContext) -> list[str]:
    """Licences of the complete archive have no warning."""
    return texts[:-1] if context.everything else texts


@miswarned("countCohort")
def everything_unwarned_without_filters(texts: list[str], context: WarningContext) -> list[str]:
    """Counts of the complete archive have a warning only if something was left out."""
    return texts if len(texts) > 1 or not context.everything else []


@miswarned("getCitations", "countCohort")
def everything_warned_first(texts: list[str], context: WarningContext) -> list[str]:
    """The warning for the complete archive comes before those for parts that were left out."""
    return texts[-1:] + texts[:-1] if context.everything else texts


@miswarned()
def everything_though_filtered(texts: list[str], context: WarningContext) -> list[str]:
    """If anything was left out, there is a warning for the complete archive."""
    left_out = context.without_values or context.without_bound
    return texts if context.everything or not left_out else [*texts[: context.sure], EVERYTHING, *texts[context.sure :]]


@miswarned("countCohort")
def everything_said_twice(texts: list[str], context: WarningContext) -> list[str]:
    """Counts of the complete archive have two warnings for it."""
    return [*texts, "All series of the archive are counted."] if context.everything else texts


# --- letter case -----------------------------------------------------------------------------------------------------


@miswarned()
def letter_case_unsaid(texts: list[str], context: WarningContext) -> list[str]:
    """There is no warning for values in another letter case."""
    return texts[: context.sure]


@miswarned("getManifest")
def letter_case_unsaid_in_manifests(texts: list[str], context: WarningContext) -> list[str]:
    """Manifests have no warning for values in another letter case."""
    return texts[: context.sure]


@miswarned()
def letter_case_of_first_only(texts: list[str], context: WarningContext) -> list[str]:
    """Only one attribute has a warning for values in another letter case."""
    return texts[: context.sure + 1]


@miswarned()
def letter_case_twice(texts: list[str], context: WarningContext) -> list[str]:
    """Values in another letter case have two warnings, in other words."""
    return [*texts, *(f"Note: {text}" for text in texts[context.sure :])]


@miswarned()
def letter_cases_in_other_order(texts: list[str], context: WarningContext) -> list[str]:
    """The warning on letter case for the last attribute comes first."""
    return texts[: context.sure] + texts[context.sure :][::-1]


@miswarned()
def letter_case_first(texts: list[str], context: WarningContext) -> list[str]:
    """Warnings on letter case come before those for parts that were left out."""
    return texts[context.sure :] + texts[: context.sure]


@miswarned()
def letter_case_of_what_was_asked(texts: list[str], context: WarningContext) -> list[str]:
    """A warning on letter case names the requested value instead of the one that occurs."""
    hints = [f"There is no {name} {values[0]!r}, but {values!r}." for name, values in context.terms.items() if values]
    return texts[: context.sure] + hints[: len(texts) - context.sure]


@miswarned()
def letter_case_made_up(texts: list[str], context: WarningContext) -> list[str]:
    """A warning on letter case names a value that does not occur."""
    odd = [f"There is {name} {values[0].title() + 'x'!r}." for name, values in context.terms.items() if values]
    return texts[: context.sure] + odd[: len(texts) - context.sure]


@miswarned()
def letter_case_without_attribute(texts: list[str], context: WarningContext) -> list[str]:
    """A warning on letter case does not name the attribute."""
    bare = list(texts[context.sure :])
    for name in context.terms:
        bare = [text.replace(name, "it") for text in bare]
    return texts[: context.sure] + bare


@miswarned(*HINTING)
def letter_case_of_blanks(texts: list[str], context: WarningContext) -> list[str]:
    """A value with spaces around it has a warning that names the value without them."""
    cut = [f"There is {name} {one.strip().upper()!r}." for name, values in context.terms.items()
           for one in values[:1] if one != one.strip()]  # fmt: skip
    return texts + cut if context.held["series"] == 0 else texts


@fault("v3", "warnings", *HINTING)
async def letter_case_though_found(request: Request, forward: Serve) -> Answer:
    """Values in another letter case have a warning, though series were found."""
    answer = await forward(request)
    if not echoes(request, answer) or operation(request) not in HINTING:
        return answer
    terms = shape.echo(operation(request), answer.content)[APPLIED]["terms"]
    odd = [f"There is {name} {one.swapcase()!r}." for name, values in terms.items() for one in values
           if one.swapcase() in values]  # fmt: skip
    return reworded(answer, request, lambda held: held[WARNINGS].extend(odd[:1] if held["series"] else []))


@fault("v3", "warnings", "getLicenses", "getCitations")
async def letter_case_everywhere(request: Request, forward: Serve) -> Answer:
    """Licences and citations have warnings on letter case, as counts do."""
    answer = await forward(request)
    if operation(request) not in ("getLicenses", "getCitations") or not echoes(request, answer):
        return answer
    other = await forward(post("/v3/cohort/counts", shape.request_body("countCohort", filters_in(request)), request))
    context = other.content[WARNINGS]
    return reworded(answer, request, lambda held: held.update({WARNINGS: context}))


@fault("v3", "warnings", "getManifest")
class WarningsOfRequestBefore:
    """Manifests have the warnings of the request before."""

    def __init__(self) -> None:
        self.before: list[str] = []

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        answer = await forward(request)
        if operation(request) != "getManifest" or not echoes(request, answer):
            return answer
        context, self.before = self.before, list(shape.echo("getManifest", answer.content)[WARNINGS])
        return reworded(answer, request, lambda held: held.update({WARNINGS: context}))
