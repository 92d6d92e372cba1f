"""v3: which requests with filters are refused, how, and in which order of the checks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.document.openapi import OPERATIONS
from idc_contract.document.shape import (
    APPLIED,
    FILTERED,
    PARTS,
    QUICK,
    RANGES,
    SHAPES,
    TERMS,
    WARNINGS,
    echo,
    misplaced,
    place,
    request_body,
)  # fmt: skip
from idc_contract.judge import judge
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v3.catalogues import invalid, refused
from idc_contract.relations.v3.truth import counted, listed, paged, relation
from idc_contract.relations.v3.warnings import mentions

if TYPE_CHECKING:
    from idc_contract.document.shape import Filters
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

ONE: Filters = {"terms": {"collection_id": ["rider_pilot"]}}
HUGE = int("9" * 400)
MISSHAPEN: tuple[tuple[dict[str, Any], tuple[str | int, ...]], ...] = (  # filters, and where they are wrong
    ({"terms": None}, ("terms",)),
    ({"terms": []}, ("terms",)),
    ({"terms": "CT"}, ("terms",)),
    ({"terms": {"Modality": "CT"}}, ("terms", "Modality")),
    ({"terms": {"Modality": None}}, ("terms", "Modality")),
    ({"terms": {"Modality": {}}}, ("terms", "Modality")),
    ({"terms": {"Modality": [1]}}, ("terms", "Modality", 0)),
    ({"terms": {"Modality": [True]}}, ("terms", "Modality", 0)),
    ({"terms": {"Modality": [["CT"]]}}, ("terms", "Modality", 0)),
    ({"terms": {"Modality": ["CT", None]}}, ("terms", "Modality", 1)),
    ({"ranges": None}, ("ranges",)),
    ({"ranges": []}, ("ranges",)),
    ({"ranges": {"StudyDate": []}}, ("ranges", "StudyDate")),
    ({"ranges": {"StudyDate": None}}, ("ranges", "StudyDate")),
    ({"ranges": {"StudyDate": "2020-01-01"}}, ("ranges", "StudyDate")),
    ({"ranges": {"StudyDate": {"gte": []}}}, ("ranges", "StudyDate", "gte")),
    ({"ranges": {"instanceCount": {"lte": {}}}}, ("ranges", "instanceCount", "lte")),
    ({"ranges": {"instanceCount": {"lte": HUGE}}}, ("ranges", "instanceCount", "lte")),
)
MISTYPED: dict[str, dict[str, tuple[Any, ...]]] = {
    "getManifest": {
        "page": (None, "x", 1.5, [], {}),
        "page_size": ("x", [], 2.5),
        "include_rows": ("perhaps", None, [], 5),
    },
    "getManifestText": {"limit": ("x", 0.5, []), "source": (1, None, [])},
    "getCitations": {"citation_format": (None, 1, [])},
    "runSql": {"sql": (None, 1, [], {}), "max_rows": ("x", 1.5, [])},
}
UNKNOWN: tuple[tuple[dict[str, Any], tuple[tuple[str | int, ...], ...]], ...] = (  # filters, members that are unknown
    ({**ONE, "terms_any": {}}, (("terms_any",),)),
    ({**ONE, "Terms": {"Modality": ["CT"]}}, (("Terms",),)),
    ({**ONE, "filters": {"terms": {"Modality": ["CT"]}}}, (("filters",),)),
    ({**ONE, "Modality": ["CT"]}, (("Modality",),)),
    ({**ONE, "ranges": {"instanceCount": {"gt": 1}}}, (("ranges", "instanceCount", "gt"),)),
    ({**ONE, "ranges": {"instanceCount": {"gte": 1, "lt": 9}}}, (("ranges", "instanceCount", "lt"),)),
    ({**ONE, "ranges": {"StudyDate": {"GTE": "2001-01-01"}}}, (("ranges", "StudyDate", "GTE"),)),
    ({**ONE, "ranges": {"StudyDate": {"min": None, "max": 5}}},
     (("ranges", "StudyDate", "min"), ("ranges", "StudyDate", "max"))),
    ({**ONE, "ranges": {"nothing": {"eq": 1}}, "or": [], "and": []},
     (("ranges", "nothing", "eq"), ("or",), ("and",))),
)  # fmt: skip
NO_PREDICATE: tuple[Filters, ...] = (
    {},
    {"terms": {}},
    {"ranges": {}},
    {"terms": {"collection_id": []}},
    {"terms": {"Modality": [], "PatientSex": []}, "ranges": {}},
    {"ranges": {"StudyDate": {}}},
    {"ranges": {"instanceCount": {"gte": None, "lte": None}}},
    {"terms": {"SeriesInstanceUID": []}, "ranges": {"series_size_MB": {"lte": None}}},
)
OWN_BESIDE: dict[str, tuple[dict[str, Any], ...]] = {
    "getManifest": ({"page": 7}, {"include_rows": False}, {"page_size": 1}, {"page": 2**63, "page_size": 5000}),
    "getManifestText": ({"limit": 1}, {"limit": 0}, {"limit": -2}, {"source": "gcs"}, {"limit": None}),
}
FIRST, SECOND = "nothing_first", "nothing_second"
IN_ORDER: tuple[
    tuple[dict[str, Any], str, tuple[str, ...]], ...
] = (  # filters, the mistake that is reported, later mistakes
    ({"terms": {FIRST: ["x"], SECOND: ["y"]}}, FIRST, (SECOND,)),
    ({"terms": {"Modality": [], FIRST: [], SECOND: []}}, FIRST, (SECOND,)),
    ({"ranges": {SECOND: {"gte": 1}}, "terms": {FIRST: []}}, FIRST, (SECOND,)),
    ({"ranges": {FIRST: {}, SECOND: {}}}, FIRST, (SECOND,)),
    ({"ranges": {"instanceCount": {"gte": "one_x"}, SECOND: {}}}, "instanceCount", (SECOND,)),
    ({"ranges": {FIRST: {}, "StudyDate": {"gte": "two_x"}}}, FIRST, ("two_x",)),
    ({"ranges": {"StudyDate": {"lte": "two_x", "gte": "one_x"}}}, "StudyDate", ("two_x",)),
    ({"ranges": {"series_size_MB": {"lte": "one_x"}, "SeriesDate": {"gte": "two_x"}}}, "series_size_MB", ("two_x",)),
    ({"terms": {FIRST: ["x"]}, "ranges": {"StudyDate": {"gte": "two_x"}}}, FIRST, ("two_x",)),
)


@relation(needs={"mistakes"})
def filters_that_do_not_stand_under_their_name_are_refused(service: Service, draw: Draw) -> None:
    """If terms or ranges are at the top of a body, this is the only mistake that is reported."""
    good = {"terms": {"Modality": ["CT"]}, "ranges": {"instanceCount": {"gte": 1}}}
    for operation in FILTERED:
        for outside, more in (
            ({"terms": good["terms"]}, {}),
            ({"ranges": good["ranges"]}, {}),
            (good, {}),
            ({"terms": None}, {}),
            ({"ranges": None}, {}),
            ({"terms": {}}, request_body(operation, ONE)),
            ({"ranges": {"x": 1}, "terms": "CT"}, {**request_body(operation, None), "page": "x", "nothing": 1}),
            ({"terms": {"nothing": []}}, {"source": "azure", "citation_format": "mla"}),
        ):
            body = misplaced(outside, **more)
            found = service.call(operation, body, status=422)["detail"]
            what = f"{operation} with filters outside"
            same([entry["loc"] for entry in found], [["body"]], f"{what}: places of the mistakes")
            same(found[0]["input"], body, f"{what}: what was sent")
            named = [part for part in PARTS if mentions(found[0]["msg"], part)]
            holds(set(outside) <= set(named), what, f"{found[0]['msg']!r} does not name all of {sorted(outside)}")


@relation(needs={"mistakes"})
def members_of_no_known_name_are_refused_each_at_its_place(service: Service, draw: Draw) -> None:
    """Each unknown member of the body, the filters or a range is refused and reported with its place."""
    for operation in FILTERED:
        for filters, unknown in UNKNOWN:
            _all_at(service, operation, request_body(operation, filters), [place(operation, *one) for one in unknown])
        others = {name for shape in SHAPES.values() for name in shape.own} - set(SHAPES[operation].own)
        for name in [*sorted(others), "filter", "Filters", ""]:
            _all_at(service, operation, request_body(operation, ONE, **{name: 1}), [("body", name)])
        _all_at(service, operation, {"filter": ONE}, [("body", "filter")])
        whole = request_body(operation, UNKNOWN[-1][0], one=1, two=None)
        places = [place(operation, *one) for one in UNKNOWN[-1][1]]
        _all_at(service, operation, whole, [*places, ("body", "one"), ("body", "two")])


def _all_at(service: Service, operation: str, body: dict[str, Any], places: list[tuple[str | int, ...]]) -> None:
    found = service.call(operation, body, status=422)["detail"]
    what = f"members of no known name in {operation}"
    located = sorted((entry["loc"] for entry in found), key=str)
    same(located, sorted(map(list, places), key=str), f"{what}: places in {json.dumps(body)[:200]}")
    for entry in found:
        value: Any = body
        for part in entry["loc"][1:]:
            value = value[part]
        same(entry["input"], value, f"{what}: the value at {entry['loc']}")


@relation(needs={"mistakes"})
def every_mistake_of_a_shape_is_named(service: Service, draw: Draw) -> None:
    """Each of several mistakes of shape in one request is reported with its place, and no other."""
    for operation in FILTERED:
        own = {"page": "x"} if operation == "getManifest" else {}
        body = request_body(operation, {
            "terms": {"Modality": "CT", "PatientSex": ["F", 1]}, "ranges": {"StudyDate": {"gte": [], "gt": 1}}, "x": 0,
        }, y=1, **own)  # fmt: skip
        found = service.call(operation, body, status=422)["detail"]
        expected = [("terms", "Modality"), ("terms", "PatientSex", 1), ("ranges", "StudyDate", "gte"),
                 ("ranges", "StudyDate", "gt"), ("x",)]  # fmt: skip
        places = (
            {tuple(place(operation, *one)) for one in expected} | {("body", "y")} | {("body", name) for name in own}
        )
        located = set()
        for entry in found:  # of a bound that is neither number nor text there are two entries, one for each
            fits = [one for one in places if entry["loc"][: len(one)] == list(one)]
            holds(fits, f"places of the mistakes in {operation}", f"no mistake at {entry['loc']}")
            located.add(max(fits, key=len))
        missing = sorted(map(str, places - located))
        holds(not missing, f"places of the mistakes in {operation}", f"not reported: {missing}")


@relation()
def the_body_of_sql_is_open(service: Service, draw: Draw) -> None:
    """Unknown members beside a statement have no effect."""
    bare = service.call("runSql", {"sql": "SELECT 1 AS a"})
    for more in ({"nothing": 1}, {"filters": {"terms": {"Modality": ["CT"]}}}, {"terms": None, "limit": 0}):
        same(service.call("runSql", {"sql": "SELECT 1 AS a", **more}), bare, f"the answer with {more}")


@relation(needs={"mistakes"})
def a_manifest_of_everything_is_refused(service: Service, draw: Draw) -> None:
    """A manifest without a predicate is refused, with any page, limit or rows."""
    for operation, shape in SHAPES.items():
        if shape.unfiltered:
            continue
        for own in ({}, *OWN_BESIDE[operation]):
            for filters in NO_PREDICATE:
                refused(service.call(operation, request_body(operation, filters, **own), status=400), "invalid_query")
            refused(service.call(operation, dict(own), status=400), "invalid_query")


@relation(needs={"mistakes"})
def counts_of_everything_need_no_predicate(service: Service, draw: Draw) -> None:
    """Other operations accept a request without a predicate, for the complete archive, with no applied filters."""
    everything = service.call("getStats")
    for operation, shape in SHAPES.items():
        if not shape.unfiltered:
            continue
        for body in ({}, *(request_body(operation, filters) for filters in NO_PREDICATE)):
            found = service.call(operation, body)
            same(echo(operation, found)[APPLIED], {"terms": {}, "ranges": {}}, f"filters of {operation} {body}")
            if "series" in found:
                same(found["series"], everything["series"], f"series of {body}")


@relation(needs={"mistakes"})
def the_first_mistake_is_the_one_that_is_refused(service: Service, draw: Draw) -> None:
    """The first mistake is reported, in this order: shape, format, filters as sent (terms first), predicate."""
    for operation in FILTERED:
        for filters, first, late in IN_ORDER:
            message = service.call(operation, request_body(operation, filters), status=400)["error"]["message"]
            what = f"the refusal of {filters} by {operation}"
            holds(mentions(message, first), what, f"{what} does not name {first}: {message!r}")
            early = [one for one in late if mentions(message, one)]
            holds(not early, what, f"{what} names {early}, which come after {first}: {message!r}")
            invalid(service, operation, "body", "z", body=request_body(operation, filters, z=0))
    wrong = request_body("getCitations", {"terms": {FIRST: []}}, citation_format="mla")
    message = service.call("getCitations", wrong, status=400)["error"]["message"]
    holds(not mentions(message, FIRST), "the format comes first", message)
    for operation in [name for name, shape in SHAPES.items() if not shape.unfiltered]:
        for filters in ({"terms": {FIRST: []}}, {"ranges": {FIRST: {}}}):
            message = service.call(operation, request_body(operation, filters), status=400)["error"]["message"]
            holds(mentions(message, FIRST), "an unknown name comes before no predicate at all", message)


@relation(examples=2)
def what_does_not_constrain_changes_nothing(service: Service, draw: Draw) -> None:
    """Empty lists, ranges without bounds and repeated values have no effect on the selection."""
    base: Filters = {"terms": {"Modality": ["SEG", "SR"]}, "ranges": {"instanceCount": {"gte": 1}}}
    changes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"Modality": ["SR", "SEG", "SR"]}, {}),
        ({"collection_id": []}, {"StudyDate": {}}),
        ({"PatientSex": [], "Manufacturer": []}, {}),
        ({}, {"series_size_MB": {"gte": None, "lte": None}}),
        ({}, {"instanceCount": {"gte": 1, "lte": None}}),
    ]
    expected = _sums(counted(service, base))
    for terms, ranges in changes:
        filters: Filters = {"terms": base["terms"] | terms, "ranges": base["ranges"] | ranges}
        same(_sums(counted(service, filters)), expected, f"counts of {filters}")
        same(_sums(paged(service, filters, page_size=1)["counts"]), expected, f"counts of a page of {filters}")
        same(listed(service, filters, limit=3), listed(service, base, limit=3), f"addresses of {filters}")


def _sums(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in (APPLIED, WARNINGS)}


@relation(needs={"mistakes"})
def unknown_filters_are_refused(service: Service, draw: Draw) -> None:
    """An unknown attribute, or one of the other kind, is refused in every operation, even without values."""
    for operation in FILTERED:
        mistakes: list[Filters] = [
            {"terms": {"modality": ["CT"]}},
            {"terms": {"": []}},
            {"terms": {"Modality": ["CT"], "x": []}},
            {"terms": {"instanceCount": ["1"]}},
            {"terms": {"StudyDate": []}},
            {"ranges": {"Modality": {"gte": "A"}}},
            {"ranges": {"nothing": {}}},
            {"ranges": {"collection_id": {}}},
            {"terms": {"SeriesDescription": ["x"]}},
            {"terms": {draw(st.sampled_from(RANGES)): ["1"]}},
            {"ranges": {draw(st.sampled_from(TERMS)): {"lte": 1}}},
        ]
        for wrong in mistakes:
            refused(service.call(operation, request_body(operation, wrong), status=400), "invalid_query")


@relation(needs={"mistakes"})
def filters_of_the_wrong_shape_are_invalid(service: Service, draw: Draw) -> None:
    """Terms are lists of text by name, ranges are objects by name; anything else is a 422 with its place."""
    for operation in FILTERED:
        for wrong, where in MISSHAPEN:
            invalid(service, operation, *place(operation, *where), body=request_body(operation, wrong))
        others: tuple[Any, ...] = (None, [], "x", 1)
        for other in others if SHAPES[operation].where else ():
            invalid(service, operation, *place(operation), body=request_body(operation, other))


@relation(needs={"mistakes"})
def requests_of_the_wrong_shape_are_invalid(service: Service, draw: Draw) -> None:
    """Numbers, booleans and text of a request have their types; anything else is a 422 with its place."""
    for operation, mistakes in MISTYPED.items():
        for name, values in mistakes.items():
            for value in values:
                body = {"sql": "SELECT 1", name: value} if operation == "runSql" else _own(operation, name, value)
                invalid(service, operation, "body", name, body=body)


def _own(operation: str, name: str, value: Any) -> dict[str, Any]:
    return request_body(operation, ONE, **{name: value})


@relation(needs={"mistakes"})
def an_unknown_source_is_refused(service: Service, draw: Draw) -> None:
    """The source of a manifest is aws or gcs; another source is refused before any mistake in the filters."""
    for source in ("azure", "AWS", "", "gcs "):
        service.call("getManifestText", _own("getManifestText", "source", source), status=(400, 422))
    wrong = request_body("getManifestText", {"terms": {FIRST: []}}, source="azure")
    refusal = service.call("getManifestText", wrong, status=(400, 422))
    holds(FIRST not in str(refusal.get("error")), "the source comes first", f"{refusal}")


@relation(needs={"mistakes"})
def a_limit_out_of_bounds_is_refused(service: Service, draw: Draw) -> None:
    """A limit below 0 or beyond 64 bits is refused or limited, and never a server error."""
    for limit in (-2, -(10**12), 2**63, 10**30):
        answer = service.answer("getManifestText", _own("getManifestText", "limit", limit))
        judge(OPERATIONS["getManifestText"], answer)
        holds(answer.status in (200, 400, 422), "limit out of bounds", f"limit {limit}: {answer.status}", answer)


@relation(needs={"mistakes"})
def invalid_text_is_refused(service: Service, draw: Draw) -> None:
    """Half a surrogate pair, or a number without end, is refused."""
    for operation in QUICK:
        for wrong in ('{"terms": {"Modality": ["\\ud800"]}}', '{"terms": {"Modality": [1e400]}}',
                      '{"terms": {"\\ud800": ["CT"]}}'):  # fmt: skip
            raw = json.dumps(request_body(operation, "here")).replace('"here"', wrong).encode()
            service.call(operation, raw=raw, status=(400, 422))
