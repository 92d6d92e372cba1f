"""Faults of v3: the requests with filters that are accepted, and the order of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from idc_contract.document import shape
from idc_contract.document.shape import APPLIED, FILTERED, PARTS, RANGES, SHAPES, SIDES, TERMS
from tests.contract.faults.fault import altered, altered_request, failed, fault, operation, refused, reply
from tests.contract.faults.v3_answers import filters_in, reworded, well_formed

if TYPE_CHECKING:
    from collections.abc import Callable

    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

MANIFESTS = tuple(name for name, one in SHAPES.items() if not one.unfiltered)
OPEN = tuple(name for name in FILTERED if name not in MANIFESTS)
ALL = {"ranges": {"instanceCount": {"gte": 0}}}
"""Filters that select every series."""


def body_of(request: Request) -> dict[str, Any]:
    """The body of a request with filters; empty if it has none, or is no object."""
    body = request.json() if operation(request) in FILTERED else None
    return body if isinstance(body, dict) else {}


def invalid(request: Request, *entries: tuple[tuple[str | int, ...], Any]) -> Answer:
    """A 422 with places and values."""
    detail = [{"type": "extra_forbidden", "loc": list(loc), "msg": "Extra inputs are not permitted", "input": given}
              for loc, given in entries]  # fmt: skip
    return reply(request, 422, {"detail": detail})


# --- filters outside `filters` -------------------------------------------------------------------------------------


def _inward(name: str, description: str, *operations: str, beside: bool = False) -> None:
    """A fault that accepts filters outside `filters`; ``beside``: only if there are others inside, which are used."""

    def layer(request: Request) -> Request | None:
        body = body_of(request)
        outside = {part: body[part] for part in PARTS if part in body}
        inside = any(one in body for one in SHAPES[operation(request)].where)
        if not outside or inside is not beside:
            return None
        kept = {key: value for key, value in body.items() if key not in PARTS}
        return request.with_json(kept if beside else {**kept, **shape.request_body(operation(request), outside)})

    layer.__name__, layer.__doc__ = name, description
    altered_request("v3", "closed", *operations)(layer)


_inward("bare_counts", "Counts accept filters as the body itself.", "countCohort")
_inward("bare_licences", "Licences accept filters as the body itself.", "getLicenses")
_inward("bare_manifest", "Manifests accept filters beside page and page_size.", "getManifest")
_inward("bare_text", "Text manifests accept filters beside limit.", "getManifestText")
_inward("bare_citations", "Citations accept filters beside the format.", "getCitations")
_inward("outside_ignored", "Filters outside `filters` are ignored if there are others inside.", *FILTERED, beside=True)


@fault("v3", "closed", *FILTERED)
async def outside_as_any_other(request: Request, forward: Serve) -> Answer:
    """Filters outside `filters` are reported as unknown members, one entry for each."""
    answer, body = await forward(request), body_of(request)
    outside = [part for part in PARTS if part in body]
    if answer.status != 422 or not outside:
        return answer
    return invalid(request, *((("body", part), body[part]) for part in outside))


@fault("v3", "closed", *FILTERED)
async def outside_and_all_else(request: Request, forward: Serve) -> Answer:
    """If filters are outside `filters`, every other mistake is reported as well."""
    answer, body = await forward(request), body_of(request)
    kept = {key: value for key, value in body.items() if key not in PARTS}
    if answer.status != 422 or len(kept) == len(body) or not kept:
        return answer
    other = await forward(request.with_json(kept))
    more = other.json()["detail"] if other.status == 422 else []
    return reply(request, 422, {"detail": answer.json()["detail"] + more})


@altered("v3", "closed", *FILTERED, status=422)
def outside_input_lost(content: Any, request: Request) -> None:
    """The refusal of filters outside `filters` does not return what was sent."""
    if any(part in body_of(request) for part in PARTS):
        content["detail"][0]["input"] = {}


@altered("v3", "closed", *FILTERED, status=422)
def outside_unnamed(content: Any, request: Request) -> None:
    """The refusal of filters outside `filters` does not name them."""
    if any(part in body_of(request) for part in PARTS):
        content["detail"][0]["msg"] = "Value error, wrong shape"


# --- members of no known name ----------------------------------------------------------------------------------------


def _forgiving(name: str, description: str, strip: Callable[[str, dict[str, Any]], Any]) -> None:
    """A fault that ignores unknown members at one level: ``strip`` gets operation and body."""

    def layer(request: Request) -> Request | None:
        body = body_of(request)
        if not body or any(part in body for part in PARTS):
            return None
        stripped = strip(operation(request), body)
        return request.with_json(stripped) if stripped != body else None

    layer.__name__, layer.__doc__ = name, description
    altered_request("v3", "closed", *FILTERED)(layer)


def _of_body(name: str, body: dict[str, Any]) -> dict[str, Any]:
    known = (*SHAPES[name].where[:1], *SHAPES[name].own)
    return {key: value for key, value in body.items() if key in known}


def _of_filters(name: str, body: dict[str, Any]) -> dict[str, Any]:
    filters = shape.filters_in(name, body)
    known = {key: value for key, value in filters.items() if key in PARTS}
    return shape.with_filters(name, body, known) if filters else body


def _of_ranges(name: str, body: dict[str, Any]) -> dict[str, Any]:
    filters = shape.filters_in(name, body)
    ranges = filters.get("ranges")
    if not isinstance(ranges, dict) or not all(isinstance(one, dict) for one in ranges.values()):
        return body
    known = {key: {side: bound for side, bound in one.items() if side in SIDES} for key, one in ranges.items()}
    return shape.with_filters(name, body, filters | {"ranges": known})


_forgiving("body_open", "Unknown members of a body are ignored.", _of_body)
_forgiving("filters_open", "Unknown members of the filters are ignored.", _of_filters)
_forgiving("ranges_open", "Unknown members of a range are ignored.", _of_ranges)
_forgiving(
    "own_of_others_taken",
    "Members that other operations have are ignored.",
    lambda name, body: {
        key: value
        for key, value in body.items()
        if key in SHAPES[name].own or not any(key in one.own for one in SHAPES.values())
    },
)


@altered("v3", "closed", *FILTERED, status=422)
def first_entry_only(content: Any, _: Request) -> None:
    """Only the first of several mistakes of shape is reported."""
    del content["detail"][1:]


@altered("v3", "closed", *FILTERED, status=422)
def unknown_at_their_parents(content: Any, _: Request) -> None:
    """An unknown member is reported at the place of its parent."""
    for one in content["detail"]:
        if one["type"] == "extra_forbidden":
            one["loc"] = one["loc"][:-1]


@altered("v3", "closed", *FILTERED, status=422)
def unknown_input_lost(content: Any, _: Request) -> None:
    """The refusal of an unknown member does not return its value."""
    for one in content["detail"]:
        one["input"] = None if one["type"] == "extra_forbidden" else one["input"]


@altered("v3", "closed", *FILTERED, status=422)
def unknown_twice(content: Any, _: Request) -> None:
    """An unknown member is refused twice."""
    content["detail"] += [one for one in content["detail"] if one["type"] == "extra_forbidden"]


@fault("v3", "closed", "runSql")
async def sql_closed(request: Request, forward: Serve) -> Answer:
    """Unknown members beside a statement are refused."""
    body = request.json() if operation(request) == "runSql" else None
    odd = [key for key in body if key not in ("sql", "max_rows")] if isinstance(body, dict) else []
    return invalid(request, *((("body", key), body[key]) for key in odd)) if odd else await forward(request)


# --- no predicate ----------------------------------------------------------------------------------------------------


def _allowed(
    name: str, description: str, when: Callable[[dict[str, Any], dict[str, Any]], object], *operations: str
) -> None:
    """A fault that accepts requests for the complete archive: ``when`` gets filters and body of a refused request."""

    async def layer(request: Request, forward: Serve) -> Answer:
        answer, body = await forward(request), body_of(request)
        if operation(request) not in operations or answer.status != 400:
            return answer
        filters = filters_in(request)
        empty = well_formed(filters) and not any((filters.get("terms") or {}).values())
        bounded = any(one.get(side) is not None for one in (filters.get("ranges") or {}).values() for side in SIDES)
        known = all(one in TERMS for one in filters.get("terms", {})) and all(
            one in RANGES for one in filters.get("ranges", {})
        )
        if not empty or bounded or not known or not when(filters, body):
            return answer
        other = await forward(request.with_json(shape.with_filters(operation(request), body, ALL)))
        nothing = {"terms": {}, "ranges": {}}
        return reworded(other, request, lambda held: held.update({APPLIED: nothing}))

    layer.__name__, layer.__doc__ = name, description
    fault("v3", "unfiltered", *operations)(layer)


_allowed("everything_in_pages", "A manifest of the complete archive is accepted.", lambda *_: True, "getManifest")
_allowed("everything_as_text", "The complete archive can be listed as text.", lambda *_: True, "getManifestText")
_allowed("everything_without_filters", "Without filters a manifest is of all.", lambda f, _: not f, *MANIFESTS)
_allowed(
    "everything_by_empty_list",
    "A list without values lists the complete archive.",
    lambda f, _: f.get("terms"),
    *MANIFESTS,
)
_allowed(
    "everything_by_empty_range",
    "A range without bounds lists the complete archive.",
    lambda f, _: f.get("ranges"),
    *MANIFESTS,
)
_allowed(
    "everything_by_null_bounds",
    "A range with bounds that are null lists the complete archive.",
    lambda f, _: any(f.get("ranges", {}).values()),
    *MANIFESTS,
)
_allowed(
    "everything_without_rows",
    "Without rows a manifest needs no predicate.",
    lambda _, body: body.get("include_rows") is False,
    "getManifest",
)
_allowed(
    "everything_on_later_pages",
    "Pages after the first need no predicate.",
    lambda _, body: 0 < body.get("page", 0) < 2**50,
    "getManifest",
)
_allowed(
    "everything_in_no_lines",
    "With a limit of 0 no predicate is needed.",
    lambda _, body: body.get("limit") == 0,
    "getManifestText",
)
_allowed(
    "everything_in_few_lines",
    "With a limit of a few lines no predicate is needed.",
    lambda _, body: 0 < (body.get("limit") or 0) < 10,
    "getManifestText",
)
_allowed(
    "everything_at_google",
    "The complete archive can be listed for Google's buckets.",
    lambda _, body: body.get("source") == "gcs",
    "getManifestText",
)


def _nothing_sent(request: Request) -> bool:
    filters = filters_in(request)
    return bool(body_of(request) or request.json() == {}) and not any(filters.values())


@fault("v3", "unfiltered", *MANIFESTS)
async def unfiltered_422(request: Request, forward: Serve) -> Answer:
    """A manifest without filters is refused for its shape."""
    answer = await forward(request)
    is_refusal = operation(request) in MANIFESTS and answer.status == 400 and _nothing_sent(request)
    return invalid(request, (("body", "filters"), None)) if is_refusal else answer


@fault("v3", "unfiltered", *MANIFESTS)
async def unfiltered_404(request: Request, forward: Serve) -> Answer:
    """A manifest without filters is not found."""
    answer = await forward(request)
    is_refusal = operation(request) in MANIFESTS and answer.status == 400 and _nothing_sent(request)
    return refused(request, 400, "There is nothing.", "not_found") if is_refusal else answer


@fault("v3", "unfiltered", *OPEN)
async def unfiltered_counts_refused(request: Request, forward: Serve) -> Answer:
    """Without filters nothing is counted, licensed or cited."""
    is_refusal = operation(request) in OPEN and _nothing_sent(request)
    return refused(request, 400, "A filter is needed.") if is_refusal else await forward(request)


@fault("v3", "unfiltered", *OPEN)
async def unfiltered_by_empty_list_refused(request: Request, forward: Serve) -> Answer:
    """Where all lists are without values nothing is counted, licensed or cited."""
    filters = filters_in(request)
    terms = filters.get("terms")
    is_refusal = operation(request) in OPEN and bool(terms) and well_formed(filters) and not any(terms.values())
    return (
        refused(request, 400, "A filter is needed.")
        if is_refusal and not filters.get("ranges")
        else await forward(request)
    )


@fault("v3", "unfiltered", "getManifest")
async def page_before_predicate(request: Request, forward: Serve) -> Answer:
    """A page that is too far fails before the missing predicate is reported."""
    page = body_of(request).get("page")
    far = operation(request) == "getManifest" and isinstance(page, int) and page >= 2**63 and _nothing_sent(request)
    return failed(request) if far else await forward(request)


# --- the order of checks ---------------------------------------------------------------------------------------------


@fault("v3", "checks", *FILTERED)
async def ranges_checked_first(request: Request, forward: Serve) -> Answer:
    """Ranges are checked before terms."""
    answer, filters = await forward(request), filters_in(request)
    if answer.status != 400 or not filters.get("terms") or not filters.get("ranges") or not well_formed(filters):
        return answer
    other = await forward(
        request.with_json(shape.with_filters(operation(request), body_of(request), filters | {"terms": {}}))
    )
    return other if other.status == 400 else answer


@fault("v3", "checks", *FILTERED)
async def last_mistake_first(request: Request, forward: Serve) -> Answer:
    """The last of several attributes is checked first."""
    answer, filters = await forward(request), filters_in(request)
    if answer.status != 400 or not filters or not well_formed(filters):
        return answer
    backward = {part: dict(reversed(found.items())) for part, found in filters.items() if part in PARTS}
    return await forward(request.with_json(shape.with_filters(operation(request), body_of(request), backward)))


@fault("v3", "checks", *FILTERED)
async def upper_bound_first(request: Request, forward: Serve) -> Answer:
    """Upper bounds are checked before lower ones."""
    answer, filters = await forward(request), filters_in(request)
    if answer.status != 400 or not filters.get("ranges") or not well_formed(filters):
        return answer
    ranges = {name: {"gte": one.get("lte"), "lte": one.get("gte")} for name, one in filters["ranges"].items()}
    return await forward(
        request.with_json(shape.with_filters(operation(request), body_of(request), filters | {"ranges": ranges}))
    )


@fault("v3", "checks", *FILTERED)
async def all_mistakes_at_once(request: Request, forward: Serve) -> Answer:
    """All unknown attributes are reported at once."""
    answer, filters = await forward(request), filters_in(request)
    if answer.status != 400 or not filters or not well_formed(filters):
        return answer
    odd = [name for part, known in (("terms", TERMS), ("ranges", RANGES))
           for name in filters.get(part, {}) if name not in known]  # fmt: skip
    return refused(request, 400, f"Unknown attributes: {odd}.") if len(odd) > 1 else answer


@fault("v3", "checks", *FILTERED)
async def names_before_shape(request: Request, forward: Serve) -> Answer:
    """Unknown attributes are refused before the shape of the request is checked."""
    answer, filters = await forward(request), filters_in(request)
    terms = filters.get("terms")
    odd = [name for name in terms if name not in TERMS] if isinstance(terms, dict) else []
    return refused(request, 400, f"Unknown attribute: {odd[0]!r}.") if answer.status == 422 and odd else answer


@fault("v3", "checks", "getCitations")
async def filters_before_format(request: Request, forward: Serve) -> Answer:
    """Citations check their filters before the format."""
    answer, body = await forward(request), body_of(request)
    if operation(request) != "getCitations" or answer.status != 400 or "citation_format" not in body:
        return answer
    other = await forward(request.with_json(body | {"citation_format": "apa"}))
    return other if other.status == 400 else answer


@fault("v3", "checks", "getManifestText")
async def filters_before_source(request: Request, forward: Serve) -> Answer:
    """Text manifests check their filters before the source."""
    answer, body = await forward(request), body_of(request)
    if operation(request) != "getManifestText" or answer.status != 400 or not isinstance(body.get("source"), str):
        return answer
    other = await forward(request.with_json(body | {"source": "aws"}))
    return other if other.status == 400 else answer


@fault("v3", "checks", *MANIFESTS)
async def predicate_before_names(request: Request, forward: Serve) -> Answer:
    """The predicate is checked before the names of attributes."""
    answer, filters = await forward(request), filters_in(request)
    is_refusal = operation(request) in MANIFESTS and answer.status == 400 and well_formed(filters)
    nothing = is_refusal and not any(value for found in filters.values() for value in found.values())
    return refused(request, 400, "A manifest needs at least one filter.") if nothing else answer


@altered_request("v3", "checks", *FILTERED)
def names_without_values_unchecked(request: Request) -> Request | None:
    """The name of an attribute without values is not checked."""
    filters = filters_in(request)
    if not filters.get("terms") or not well_formed(filters):
        return None
    terms = {name: values for name, values in filters["terms"].items() if values or name in TERMS}
    if terms == filters["terms"]:
        return None
    return request.with_json(shape.with_filters(operation(request), body_of(request), filters | {"terms": terms}))
