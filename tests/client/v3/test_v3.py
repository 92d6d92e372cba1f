"""The dialect of v3: what it refuses, what it asks for, how it reads answers, and that nothing partial looks whole."""

import asyncio
import datetime
import itertools
import json
import math
import re
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idc_client import Client
from idc_client.api.v3 import get_attributes, get_stats
from idc_client.models import V1AttributeName, V3ManifestRow, V3TermAttribute

from idc_ext import (
    APIError,
    ContractError,
    DataReleaseChanged,
    IDCError,
    InvalidFilter,
    InvalidRequest,
    NotFound,
    PagingError,
    Retired,
    ServerError,
    TruncatedResult,
    connect,
    v1,
    v3,
)
from idc_ext._http.failures import needs_body
from idc_ext.errors import successor
from idc_ext.v3 import _pages
from idc_ext.v3._filters import DATES, RANGES, TERMS, _literal
from idc_ext.v3._translation import _PLACE
from tests.support.applied_filters import echoed
from tests.support.document import DOCUMENT
from tests.support.standin_process import NOWHERE, serving
from tests.support.v3_filters import JSON, NAMES, TEXTS, wanted
from tests.support.v3_service import (
    LINES,
    RIDER,
    ROWS,
    TABLE,
    VERSION,
    WIRE,
    Answer,
    archive,
    client,
    collect,
    counted,
    page_of,
    row,
    text,
)

SCHEMA = {"$ref": "#/components/schemas/V3Filters", "components": DOCUMENT["components"]}


# Filters:


def test_the_names_and_kinds_of_filters_are_the_services(standin: str) -> None:
    with connect(standin) as idc:
        served = get_attributes.sync(client=idc)
    assert isinstance(served, list)
    kinds = {str(one.name): (one.kind, one.data_type) for one in served}
    assert {name for name, (kind, _) in kinds.items() if kind == "term"} == TERMS
    assert {name for name, (kind, _) in kinds.items() if kind == "range"} == RANGES
    assert {name for name in RANGES if kinds[name][1] == "STRING"} == DATES


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"Modality": ["CT", "MR"]}, {"terms": {"Modality": ["CT", "MR"]}}),
        ({"Modality": "CT"}, {"terms": {"Modality": ["CT"]}}),
        ({V3TermAttribute.MODALITY: ("CT",)}, {"terms": {"Modality": ["CT"]}}),
        ({"StudyDate": {"gte": "2001-01-01"}}, {"ranges": {"StudyDate": {"gte": "2001-01-01"}}}),
        (
            {"StudyDate": ("2001-01-01", "2001-12-31")},
            {"ranges": {"StudyDate": {"gte": "2001-01-01", "lte": "2001-12-31"}}},
        ),
        ({"SeriesDate": (None, datetime.date(2001, 1, 2))}, {"ranges": {"SeriesDate": {"lte": "2001-01-02"}}}),
        (
            {"StudyDate": (" 20010101\n", "20011231")},
            {"ranges": {"StudyDate": {"gte": "2001-01-01", "lte": "2001-12-31"}}},
        ),
        ({"instanceCount": ("1_0", " 1e3 ")}, {"ranges": {"instanceCount": {"gte": 10.0, "lte": 1000.0}}}),
        ({"instanceCount": (1, 1)}, {"ranges": {"instanceCount": {"gte": 1, "lte": 1}}}),
        ({"series_size_MB": {"gte": 0.5, "lte": None}}, {"ranges": {"series_size_MB": {"gte": 0.5}}}),
        ({"series_size_MB": (Fraction(1, 2), None)}, {"ranges": {"series_size_MB": {"gte": 0.5}}}),
        (
            {"instanceCount": (0, None), **RIDER},
            {"terms": {"collection_id": ["rider_pilot"]}, "ranges": {"instanceCount": {"gte": 0}}},
        ),
    ],
)
def test_each_filter_goes_where_its_kind_belongs(given: Any, sent: Any) -> None:
    assert v3.where(given).to_dict() == sent == v3.where(given).to_model().to_dict()
    assert v3.where(**{str(name): value for name, value in given.items()}) == v3.where(given)
    jsonschema.validate(sent, SCHEMA)


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"modality": "CT"}, "did you mean Modality?"),
        ({"studydate": ("2001-01-01", None)}, "did you mean StudyDate?"),
        ({"colection_id": "x"}, "did you mean collection_id?"),
        ({"race": ["ASIAN"]}, "'race' is no filter attribute of v3"),
        ({7: "x"}, "7 is no filter attribute"),
        ({"terms": {"Modality": ["CT"]}}, "written flat"),
        ({"ranges": {}}, "written flat"),
        ({"filters": {"Modality": ["CT"]}}, "written flat"),
        ({"Modality": ["CT"], "terms": {}}, "written flat"),
        ([("Modality", ["CT"])], "a mapping of attribute names"),
        ({"Modality": []}, "a list of at least one"),
        ({"Modality": ()}, "a list of at least one"),
        ({"Modality": None}, "a list of at least one"),
        ({"Modality": {"CT", "MR"}}, "a list of at least one"),
        ({"Modality": {"gte": "CT"}}, "values and no range"),
        ({"Modality": ["CT", None]}, "takes text, not None"),
        ({"PatientID": 7}, "a value or a list"),
        ({"PatientID": [7]}, "takes text, not 7"),
        ({"PatientID": ["\ud800"]}, "takes text"),
        ({"StudyDate": "2001-01-01"}, "takes a range"),
        ({"StudyDate": ["2001-01-01", "2001-12-31"]}, "takes a range"),
        ({"StudyDate": ("2001-01-01",)}, "takes a range"),
        ({"StudyDate": {}}, "takes a range"),
        ({"StudyDate": {"gt": "2001-01-01"}}, "no 'gt': did you mean gte?"),
        ({"StudyDate": {"gte": "2001-01-01", 7: 8}}, "and no 7"),
        ({"StudyDate": (None, None)}, "has neither bound"),
        ({"StudyDate": {"gte": None}}, "has neither bound"),
        ({"StudyDate": ("2001-12-31", "2001-01-01")}, "low bound first: 2001-12-31 > 2001-01-01"),
        ({"StudyDate": ("2001", None)}, "days as 'YYYY-MM-DD', not '2001'"),
        ({"StudyDate": ("2001-0101", None)}, "no day of the calendar"),
        ({"StudyDate": ("200101-01", None)}, "no day of the calendar"),
        ({"StudyDate": ("2001-02-30", None)}, "no day of the calendar"),
        ({"StudyDate": ("20010230", None)}, "no day of the calendar"),
        ({"StudyDate": ("0000-01-01", None)}, "no day of the calendar"),
        ({"StudyDate": ("2020-01", None)}, "which is a month: give its first or last day, such as '2020-01-01'"),
        ({"StudyDate": ("2020", None)}, "which is a year: give its first or last day"),
        ({"StudyDate": ("2020-01-01T10:00", None)}, "has a time of day: give '2020-01-01'"),
        ({"StudyDate": ("01/31/2020", None)}, "days as 'YYYY-MM-DD', not '01/31/2020'"),
        ({"StudyDate": ("٢٠٢٠-٠١-٠١", None)}, "days as 'YYYY-MM-DD'"),
        ({"StudyDate": (2001, None)}, "days as 'YYYY-MM-DD', not 2001"),
        ({"StudyDate": (datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC), None)}, "days as"),
        ({"instanceCount": ("abc", None)}, "takes numbers, not 'abc'"),
        ({"instanceCount": ("", None)}, "takes numbers, not ''"),
        ({"instanceCount": ("nan", None)}, "takes numbers, not 'nan'"),
        ({"instanceCount": ("1e400", None)}, "takes numbers, not '1e400'"),
        ({"instanceCount": ("1,5", None)}, "takes numbers, not '1,5'"),
        ({"instanceCount": ("v24", None)}, "takes numbers, not 'v24'"),
        ({"instanceCount": (True, None)}, "takes numbers, not True"),
        ({"instanceCount": (math.nan, None)}, "takes numbers, not nan"),
        ({"instanceCount": (None, math.inf)}, "takes numbers, not inf"),
        ({"instanceCount": (10**400, None)}, "takes numbers"),
        ({"instanceCount": (Decimal("1.5"), None)}, "takes numbers, not Decimal('1.5')"),
        ({"instanceCount": (2, 1.5)}, "low bound first: 2 > 1.5"),
        ({}, "all_of_idc=True"),
    ],
)
def test_a_filter_that_would_be_misread_is_refused_before_it_is_sent(filters: Any, says: str) -> None:
    for ask in (v3.where, lambda f: v3.manifest(connect(NOWHERE), f), lambda f: v3.counts(connect(NOWHERE), f)):
        with pytest.raises(InvalidFilter, match=re.escape(says)):
            ask(filters)


@pytest.mark.parametrize("number", [True, 1.0, math.nan, "many", None])
def test_what_is_no_whole_number_is_refused_where_one_is_due(number: Any) -> None:
    idc = connect(NOWHERE)
    with pytest.raises(InvalidFilter, match="page_size takes a whole number, not "):
        v3.manifest(idc, RIDER, page_size=number)
    with pytest.raises(InvalidFilter, match="limit takes a whole number, not "):
        v3.attribute_values(idc, "Modality", limit=number)
    if number is not None:
        with pytest.raises(InvalidFilter, match="max_rows takes a whole number, not "):
            v3.sql(idc, "SELECT 1", max_rows=number)


def test_numbers_of_other_libraries_travel_as_plain_ones() -> None:
    filters = v3.where(instanceCount=(numpy.int64(5), numpy.float64(7)), series_size_MB=(None, numpy.float32(1.5)))
    assert repr(filters) == "where({'instanceCount': {'gte': 5, 'lte': 7.0}, 'series_size_MB': {'lte': 1.5}})"
    assert len(list(v3.manifest(client(archive(ROWS)), filters, page_size=numpy.int64(2)))) == 6


def test_an_attribute_is_not_filtered_twice() -> None:
    with pytest.raises(InvalidFilter, match="Modality is filtered twice"):
        v3.where({"Modality": "CT"}, Modality="MR")


@given(st.dictionaries(NAMES | st.text(), JSON | TEXTS, max_size=3))
def test_whatever_is_taken_fits_the_document_and_constrains_every_attribute(filters: Any) -> None:
    try:
        taken = v3.where(filters)
    except InvalidFilter:
        return
    sent = taken.to_dict()
    jsonschema.validate(sent, SCHEMA)
    constrained = {**sent.get("terms", {}), **sent.get("ranges", {})}
    assert constrained.keys() == filters.keys()
    assert all(constrained.values())


@given(st.data())
def test_every_filter_that_constrains_is_taken_over_unchanged(data: Any) -> None:
    names = data.draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    filters = {name: data.draw(wanted(name)) for name in names}
    taken = v3.where(filters)
    assert taken.terms == {name: value for name, value in filters.items() if name in TERMS}
    assert {name: (one.get("gte"), one.get("lte")) for name, one in taken.ranges.items()} == {
        name: value for name, value in filters.items() if name in RANGES
    }
    again = eval(repr(taken), {"where": v3.where})  # noqa: S307 - made in the line above
    assert again == taken
    assert hash(again) == hash(taken)


def test_the_whole_archive_is_selected_only_on_purpose() -> None:
    assert v3.where(all_of_idc=True).to_dict() == {}
    assert v3.manifest(connect(NOWHERE), {}, all_of_idc=True)
    assert v3.manifest(connect(NOWHERE), v3.where(all_of_idc=True))
    with pytest.raises(InvalidFilter, match="all_of_idc=True"):
        v3.manifest(connect(NOWHERE), v3.Filters())


def test_filters_cannot_be_changed_by_what_they_gave_away() -> None:
    filters = v3.where(RIDER)
    filters.terms["Modality"] = ["CT"]
    filters.terms["collection_id"].append("nlst")
    assert filters == v3.where(RIDER)
    with pytest.raises(AttributeError):
        filters.all_of_idc = True


SELECTIONS: list[Any] = [
    RIDER,
    {"Modality": ["CT", "MR"], "PatientSex": "F"},
    {"StudyDate": ("1999-01-01", "2001-06-30"), "instanceCount": (10, 200.5)},
    {"series_size_MB": {"gte": 1000}, "series_init_idc_version": (2, 5)},
    {"instanceCount": (10**300, None)},
    {"instanceCount": (-(10**300), 2**63), "series_size_MB": (1e-300, 1e300)},
    {"ManufacturerModelName": "https://github.com/QIICR/dcmqi", "collection_id": ["nlst", "no'such"]},
    {"PatientID": ["--", "/*a*/", "'", "a--b'"], "SeriesDate": (None, "2020-01-01")},
]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_a_selection_is_the_same_in_sql(standin: str, selection: Any) -> None:
    with connect(standin) as idc:
        (found,) = v3.sql(
            idc,
            "SELECT count(*) AS series, count(DISTINCT PatientID) AS patients FROM index "
            f"WHERE {v3.where(selection).sql()}",
        )
        counts = v3.counts(idc, selection)
    assert found == {"series": counts.series, "patients": counts.patients}


@given(st.text(st.sampled_from("-/*' a")))
def test_no_literal_holds_a_comment_mark(text: str) -> None:
    literal = _literal(text)
    assert "--" not in literal
    assert "/*" not in literal
    assert "".join(re.findall(r"'((?:[^']|'')*)'", literal)).replace("''", "'") == text


# Manifests:


@settings(max_examples=40, deadline=None)  # each starts an event loop
@given(total=st.integers(0, 30), page_size=st.integers(-1, 40) | st.just(5000), clamp=st.integers(1, 12))
def test_a_manifest_is_whole_by_any_page_size_and_whatever_the_service_makes_of_it_in_both_colours(
    total: int, page_size: int, clamp: int
) -> None:
    rows = [row(n) for n in range(total)]
    walk = v3.manifest(client(archive(rows, clamp)), RIDER, page_size=page_size)
    assert [one.to_dict() for one in walk] == rows
    assert [one.to_dict() for one in asyncio.run(collect(walk))] == rows
    assert {one.release for one in walk.pages()} == {"v25 (25.0.5)"}


@settings(deadline=None)  # each makes an HTTP client
@given(data=st.data(), total=st.integers(1, 20), size=st.integers(1, 6))
def test_rows_that_shift_under_a_walk_are_an_error_and_never_a_wrong_list(data: Any, total: int, size: int) -> None:
    before = [row(n) for n in range(0, 2 * total, 2)]
    position = data.draw(st.integers(0, total - 1))
    change = data.draw(st.sampled_from(["insert", "remove", "move"]))
    after = list(before)
    if change != "insert":
        del after[position]
    if change != "remove":
        after = sorted([*after, row(2 * data.draw(st.integers(0, total - 1)) + 1)], key=lambda one: str(one.values()))
    at = data.draw(st.integers(1, 5))
    asked = itertools.count(1)

    def answer(path: str, body: Any) -> Any:
        return archive(before if path == "/v3/version" or next(asked) <= at else after, size)(path, body)

    try:
        walked = [one.to_dict() for one in v3.manifest(client(answer), RIDER)]
    except IDCError:
        return
    if change == "move":  # the same number of rows: only a new release tells, unless a page shows it
        assert len(walked) == len(before)
    else:
        assert walked == before


def releases(*versions: dict[str, Any]) -> Answer:
    """A server of four rows that tells these versions in turn, over and over."""
    told = itertools.cycle(versions)
    return lambda path, body: next(told) if path == "/v3/version" else archive([row(n) for n in range(4)])(path, body)


@pytest.mark.parametrize("moved", [{"idc_version": "v26"}, {"idc_index_data_version": "25.0.6"}])
@pytest.mark.parametrize(("page_size", "before"), [(2, 2), (5000, 0)])
async def test_a_data_release_that_changes_during_a_walk_is_an_error_before_the_last_page(
    moved: dict[str, str], page_size: int, before: int
) -> None:
    one, other = (
        v3.manifest(client(releases(VERSION, {**VERSION, **moved})), RIDER, page_size=page_size) for _ in range(2)
    )
    rows, others = iter(one), aiter(other)
    for _ in range(before):
        assert next(rows) == await anext(others)
    for _ in range(2):
        with pytest.raises(DataReleaseChanged, match=r"moved from v25 \(25\.0\.5\) to v2"):
            next(rows)
        with pytest.raises(DataReleaseChanged, match=r"moved from v25 \(25\.0\.5\) to v2"):
            await anext(others)


def test_other_software_over_the_same_data_is_no_other_release() -> None:
    walk = v3.manifest(client(releases(VERSION, {**VERSION, "api_version": "4", "build": "new"})), RIDER, page_size=2)
    assert len(list(walk)) == 4


TWO = page_of(ROWS, 1, 2)


@pytest.mark.parametrize(
    ("second", "kind", "says"),
    [
        ({**TWO, "total_series": 7}, DataReleaseChanged, "total moved from 6 to 7"),
        (page_of(ROWS, 0, 2), PagingError, "2 rows came, then a page that follows on 0"),
        (page_of(ROWS, 2, 2), PagingError, "2 rows came, then a page that follows on 4"),
        (page_of(ROWS, 1, 3), PagingError, "2 rows came, then a page that follows on 3"),
        (page_of([ROWS[0], *ROWS[:5]], 1, 2), PagingError, "a second time or out of order"),
        ({**TWO, "series": ROWS[1:3]}, PagingError, "a second time or out of order"),
        ({**TWO, "series": ROWS[2:3], "returned": 1}, ContractError, "where 2 are due"),
        ({**TWO, "series": [], "returned": 0}, ContractError, "where 2 are due"),
        ({**TWO, "returned": 1}, ContractError, "returned is 1, and 2 rows came"),
        ({**TWO, "series": ROWS[2:5], "returned": 3}, ContractError, "where 2 are due"),
        ({**TWO, "series": [ROWS[3], ROWS[2]]}, ContractError, "twice or out of order"),
        ({**TWO, "series": [ROWS[2], ROWS[2]]}, ContractError, "twice or out of order"),
        ({**TWO, "series": [{**ROWS[2], "PatientID": None}, ROWS[3]]}, ContractError, "without identifiers"),
        ({**TWO, "series": [{"SeriesInstanceUID": "1"}, ROWS[3]]}, ContractError, "collection_id"),
        ({**TWO, "page": True}, ContractError, "page is no count"),
        ({**TWO, "page_size": "2"}, ContractError, "page_size is no count"),
        ({**TWO, "total_series": -1}, ContractError, "total_series is no count"),
        (
            {**TWO, "series": [{**ROWS[2], "instanceCount": "1"}, ROWS[3]]},
            ContractError,
            "instanceCount is str, which is no int64",
        ),
        (
            {**TWO, "series": [{**ROWS[2], "series_aws_url": 7}, ROWS[3]]},
            ContractError,
            "series_aws_url is int, which is no string",
        ),
        ({**TWO, "series": {}}, ContractError, "series is no list"),
        ({"series": []}, ContractError, "page"),
        ([], ContractError, "body"),
    ],
)
async def test_a_page_that_does_not_go_with_the_others_is_an_error(second: Any, kind: type, says: str) -> None:
    def answer(path: str, body: Any) -> Any:
        return second if body.get("page") == 1 else archive(ROWS)(path, body)

    walk = v3.manifest(client(answer), RIDER, page_size=2)
    with pytest.raises(kind, match=says):
        list(walk)
    with pytest.raises(kind, match=says):
        await collect(walk)


def test_nothing_is_sent_until_a_manifest_is_iterated_and_the_release_is_asked_first_and_last() -> None:
    asked: list[Any] = []

    def answer(path: str, body: Any) -> Any:
        asked.append((path, body.get("page")))
        return archive(ROWS)(path, body)

    walk = v3.manifest(client(answer), RIDER, page_size=4)
    assert repr(walk) == "<Rows of POST /v3/cohort/manifest>"
    assert asked == []
    first = next(walk.pages())
    assert len(first.rows) == 4
    assert (first.total, first.release, first.info["counts"]) == (
        6,
        "v25 (25.0.5)",
        echoed({"filters": WIRE}, counted(6)),
    )
    assert asked == [("/v3/version", None), ("/v3/cohort/manifest", 0)]
    asked.clear()
    assert len(list(walk)) == 6
    assert [path for path, _ in asked] == ["/v3/version", *["/v3/cohort/manifest"] * 2, "/v3/version"]
    assert [page for _, page in asked] == [None, 0, 1, None]


def test_a_walk_can_go_on_after_a_lost_connection_also_where_it_asked_for_the_release() -> None:
    asked = itertools.count()

    def answer(path: str, body: Any) -> Any:
        if next(asked) % 2 == 0:
            raise httpx.ReadError("reset")
        return archive(ROWS)(path, body)

    # A client from `connect` asks again by itself; any other generated client shows each loss.
    walk, got, lost = iter(v3.manifest(client(answer, Client), RIDER, page_size=3)), [], 0
    while True:
        try:
            got.append(next(walk).series_instance_uid)
        except StopIteration:
            break
        except httpx.ReadError:
            lost += 1
    assert got == [one["SeriesInstanceUID"] for one in ROWS]
    assert lost == 4


def interrupt(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


def test_a_walk_that_is_interrupted_while_it_reads_a_page_does_not_look_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = iter(v3.manifest(client(archive(ROWS)), RIDER, page_size=2))
    got = [next(rows), next(rows)]
    monkeypatch.setattr(_pages, "_due", interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(rows)
    monkeypatch.undo()
    for _ in range(2):
        with pytest.raises(PagingError, match="interrupted"):
            got.extend(rows)
    assert len(got) == 2


def test_a_walk_that_is_interrupted_while_it_makes_rows_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of rows that hold more than the document says: those that fit it are made when their page is read.
    rows = iter(v3.manifest(client(archive([{**one, "more": 1} for one in ROWS])), RIDER, page_size=2))
    got = [next(rows), next(rows)]
    monkeypatch.setattr(V3ManifestRow, "__init__", interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(rows)
    monkeypatch.undo()
    assert len([*got, *rows]) == len(ROWS)


@pytest.mark.parametrize("page_size", [100, 774, 5000])
async def test_a_real_manifest_is_whole_in_both_colours(standin: str, page_size: int) -> None:
    async with connect(standin) as idc:
        walk = v3.manifest(idc, RIDER, page_size=page_size)
        rows = list(walk)
        assert len({one.series_instance_uid for one in rows}) == 774
        assert sum(one.instance_count or 0 for one in rows) == 21111
        assert [one async for one in walk] == rows


def test_a_page_size_beyond_what_the_service_gives_makes_no_difference(standin: str) -> None:
    with connect(standin) as idc:
        selection = {"collection_id": "4d_lung", "Modality": "CT"}
        walk = v3.manifest(idc, selection, page_size=1_000_000)
        assert next(walk.pages()).info["page_size"] == 5000
        assert len(list(walk)) == v3.counts(idc, selection).series > 5000


def test_a_refusal_of_the_service_is_raised(standin: str) -> None:
    with connect(standin) as idc, pytest.raises(InvalidRequest, match="limit"):
        v3.attribute_values(idc, "Modality", limit=0)


@pytest.mark.parametrize("make", [connect, Client])
async def test_a_refusal_that_is_sent_as_a_success_says_what_it_says(make: Any) -> None:
    idc = client(lambda *_: {"error": {"code": "invalid_query", "message": "no such thing"}}, make)
    for ask in (v3.manifest, v3.manifest_lines):
        with pytest.raises(APIError, match="200 OK: no such thing") as caught:
            list(ask(idc, RIDER))
        assert caught.value.code == "invalid_query"
        with pytest.raises(APIError, match="200 OK: no such thing"):
            await collect(ask(idc, RIDER))


@pytest.mark.parametrize("make", [connect, Client])
@pytest.mark.parametrize(
    "broken", ["/v3/version", "/v3/cohort/manifest", "/v3/cohort/counts", "/v3/cohort/manifest.txt"]
)
async def test_a_body_that_cannot_be_decompressed_is_a_contract_error_in_both_colours(make: Any, broken: str) -> None:
    def answer(path: str, body: Any) -> Any:
        if path == broken:
            return httpx.Response(200, stream=httpx.ByteStream(b"no gzip"), headers={"content-encoding": "gzip"})
        return (archive(ROWS) if path in ("/v3/version", "/v3/cohort/manifest") else text(LINES))(path, body)

    idc = client(answer, make)
    ask = v3.manifest if broken in ("/v3/version", "/v3/cohort/manifest") else v3.manifest_lines
    with pytest.raises(ContractError, match=f"{broken} was answered with.* a body that cannot be decompressed"):
        list(ask(idc, RIDER))
    with pytest.raises(ContractError, match=f"{broken} was answered with.* a body that cannot be decompressed"):
        await collect(ask(idc, RIDER))


# Manifests as text:


@settings(max_examples=30, deadline=None)  # each starts an event loop
@given(st.sets(st.integers(0, 99)).map(sorted))
def test_all_lines_come_in_both_colours(numbers: list[int]) -> None:
    lines = [row(n)["series_aws_url"] for n in numbers]
    whole = v3.manifest_lines(client(text(lines)), RIDER)
    assert list(whole) == lines
    assert asyncio.run(collect(whole)) == lines


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (text(LINES, series=7), TruncatedResult, "6 of the 7 lines"),
        (text([], series=1), TruncatedResult, "0 of the 1 lines"),
        (text(LINES, series=5), TruncatedResult, "more than the 5 lines"),
        (text([*LINES[:5], ""]), ContractError, "line 6 does not fit the document"),
        (text([*LINES[:5], LINES[5][:-2]]), ContractError, "line 6 does not fit the document"),
        (text([*LINES[:5], "gs://b/c"]), ContractError, "line 6 does not fit the document: 'gs://b/c'"),
        (text([*LINES[:5], LINES[4]]), ContractError, "line 6 comes a second time or out of order"),
        (text([*LINES[:4], LINES[5], LINES[4]]), ContractError, "line 6 comes a second time or out of order"),
        (text([*LINES[:4], "s3://c" + LINES[0][6:], LINES[3]]), ContractError, "line 6 comes a second time"),
    ],
)
@pytest.mark.parametrize("make", [connect, Client])
async def test_a_text_that_is_not_whole_is_an_error_that_stays_in_both_colours(
    answer: Answer, kind: type, says: str, make: Any
) -> None:
    whole = v3.manifest_lines(client(answer, make), RIDER)
    lines, got = iter(whole), []
    for _ in range(3):
        with pytest.raises(kind, match=says):
            got.extend(lines)
    others = aiter(whole)
    for _ in range(3):
        with pytest.raises(kind, match=says):
            got.extend([one async for one in others])


def test_the_last_line_comes_only_when_all_have() -> None:
    lines = iter(v3.manifest_lines(client(text(LINES, series=7)), RIDER))
    assert list(itertools.islice(lines, 5)) == LINES[:5]
    with pytest.raises(TruncatedResult):
        next(lines)


def test_the_text_is_asked_for_one_line_beyond_the_count_and_with_the_filters_at_their_levels() -> None:
    asked: list[Any] = []

    def answer(path: str, body: Any) -> Any:
        asked.append((path, body))
        return text(LINES)(path, body)

    whole = v3.manifest_lines(client(answer), RIDER, source="gcs")
    assert repr(whole) == "<Lines of POST /v3/cohort/manifest.txt>"
    assert asked == []
    list(whole)
    assert asked == [
        ("/v3/version", {}),
        ("/v3/cohort/counts", {"filters": WIRE}),
        ("/v3/cohort/manifest.txt", {"filters": WIRE, "source": "gcs", "limit": 7}),
        ("/v3/version", {}),
    ]


def test_a_source_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidFilter, match="did you mean gcs"):
        v3.manifest_lines(connect(NOWHERE), RIDER, source="GCS")


@pytest.mark.parametrize("make", [connect, Client])
@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(500, text="Internal Server Error"), ServerError),
        (httpx.Response(400, json={"error": {"code": "invalid_query", "message": "no"}}), InvalidRequest),
        (httpx.Response(204), ContractError),
        (httpx.Response(200, html="<html>login"), ContractError),
        (httpx.Response(200, json={"detail": "x"}), ContractError),
    ],
)
async def test_what_is_no_text_is_an_error_in_both_colours(make: Any, response: httpx.Response, kind: type) -> None:
    def answer(path: str, body: Any) -> Any:
        copy = httpx.Response(response.status_code, headers=response.headers, content=response.content)
        return {"/v3/version": VERSION, "/v3/cohort/counts": counted(1)}.get(path, copy)

    whole = v3.manifest_lines(client(answer, make), RIDER)
    with pytest.raises(kind):
        list(whole)
    with pytest.raises(kind):
        await collect(whole)


class Slow(httpx.SyncByteStream):
    """A body whose parts are counted as they are read."""

    def __init__(self) -> None:
        self.read = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in LINES:
            self.read += 1
            yield f"{line}\n".encode()


class Stuck(Slow, httpx.AsyncByteStream):
    """A body that is interrupted half-way in one colour and does not go on in the other."""

    def __iter__(self) -> Iterator[bytes]:
        yield from itertools.islice(super().__iter__(), 3)
        raise KeyboardInterrupt

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in itertools.islice(super().__iter__(), 3):
            yield part
        await asyncio.sleep(60)


async def test_a_text_that_is_interrupted_does_not_look_whole_in_either_colour() -> None:
    def answer(path: str, _: Any) -> Any:
        if path == "/v3/cohort/manifest.txt":
            return httpx.Response(200, stream=Stuck())
        return counted(6) if "counts" in path else VERSION

    whole, got = v3.manifest_lines(client(answer), RIDER), []
    lines, others = iter(whole), aiter(whole)
    with pytest.raises(KeyboardInterrupt):
        got.extend(lines)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            got.extend([one async for one in others])
    for _ in range(2):
        with pytest.raises(TruncatedResult, match="interrupted before all lines had come"):
            next(lines)
        with pytest.raises(TruncatedResult, match="interrupted before all lines had come"):
            await anext(others)


@pytest.mark.parametrize("headers", [{"content-type": "text/plain; charset=utf-8"}, {}])
def test_a_stream_is_not_read_before_its_lines_are_taken(headers: dict[str, str]) -> None:
    body = Slow()

    def answer(path: str, _: Any) -> Any:
        if path == "/v3/cohort/manifest.txt":
            return httpx.Response(200, stream=body, headers=headers)
        return counted(6) if "counts" in path else VERSION

    lines = iter(v3.manifest_lines(client(answer), RIDER))
    assert next(lines) == LINES[0]
    assert body.read == 2
    assert list(lines) == LINES[1:]


@pytest.mark.parametrize(
    ("headers", "needed"),
    [
        ({"content-type": "application/json"}, True),
        ({"content-length": "20"}, True),
        ({"content-type": "application/json", "content-length": "70000"}, False),
        ({"content-type": "text/plain"}, False),
        ({}, False),
    ],
)
def test_only_what_may_hide_a_refusal_is_read_beforehand(headers: dict[str, str], needed: bool) -> None:
    assert needs_body(httpx.Response(200, headers=headers)) is needed


async def test_real_lines_are_the_manifests_addresses_in_both_colours(standin: str) -> None:
    async with connect(standin) as idc:
        whole = v3.manifest_lines(idc, RIDER)
        lines = list(whole)
        assert lines == sorted(one.series_aws_url or "" for one in v3.manifest(idc, RIDER))
        assert [one async for one in whole] == lines
        others = [*v3.manifest_lines(idc, {"collection_id": ["rider_pilot", "gtex"]}, source="gcs")]
        assert len(others) == v3.counts(idc, {"collection_id": ["rider_pilot", "gtex"]}).series


async def test_lines_can_be_left_early_in_both_colours(standin: str) -> None:
    async with connect(standin) as idc:
        whole = v3.manifest_lines(idc, {"collection_id": "ispy2"})
        async for line in whole:
            assert line == next(iter(whole))
            break


def test_more_lines_than_the_service_gives_unasked_come(standin: str) -> None:
    with connect(standin) as idc:
        selection = {"Modality": "MR"}
        assert sum(1 for _ in v3.manifest_lines(idc, selection)) == v3.counts(idc, selection).series > 100_000


# Single answers:


async def test_real_counts_and_licences_are_those_of_the_selection(standin: str) -> None:
    async with connect(standin) as idc:
        counts = v3.counts(idc, RIDER)
        assert (counts.patients, counts.studies, counts.series, counts.instances) == (8, 154, 774, 21111)
        assert await asyncio.to_thread(v3.counts, idc, RIDER) == counts
        assert v3.counts(idc, {"Modality": "no such"}).series == 0
        (licence,) = v3.licenses(idc, v3.where(RIDER))
        assert (licence.license_short_name, licence.series) == ("CC BY 4.0", 774)
        stats: Any = get_stats.sync(client=idc)
        assert v3.counts(idc, {}, all_of_idc=True).series == stats.series == 1_044_191


VALUES = {"attribute": "Modality", "values": [{"value": "CT", "count": 1}], "truncated": False, "note": ""}


@pytest.mark.parametrize(
    "ask",
    [
        lambda idc: v3.counts(idc, RIDER),
        lambda idc: v3.licenses(idc, RIDER),
        lambda idc: v3.citations(idc, RIDER),
        lambda idc: v3.sql(idc, "SELECT 1"),
        lambda idc: v3.viewer_url(idc, series="1.2"),
        lambda idc: v3.attribute_values(idc, "Modality"),
        lambda idc: v3.check_values(idc, RIDER),
    ],
)
@pytest.mark.parametrize("body", [[7], {}, {"series": "x"}, {"rows": [], "columns": [], "row_count": 1}, 7, None])
def test_an_answer_that_does_not_fit_the_document_is_a_contract_error(ask: Any, body: Any) -> None:
    with pytest.raises(ContractError):
        ask(client(lambda path, _: httpx.Response(200, json=body)))


@pytest.mark.parametrize(
    ("ask", "body"),
    [
        (lambda idc: v3.counts(idc, RIDER), {**counted(1), "size_TB": "0"}),
        (lambda idc: v3.counts(idc, RIDER), {**counted(1), "size_TB": None}),
        (lambda idc: v3.licenses(idc, RIDER), {"licenses": {}}),
        (lambda idc: v3.licenses(idc, RIDER), {"licenses": [{"license_short_name": 7, "series": 1, "size_TB": 0}]}),
        (
            lambda idc: v3.licenses(idc, RIDER),
            {"licenses": [{"license_short_name": "x", "series": True, "size_TB": 0}]},
        ),
        (lambda idc: v3.attribute_values(idc, "Modality"), {**VALUES, "values": {}}),
        (lambda idc: v3.attribute_values(idc, "Modality"), {**VALUES, "values": [{"value": None, "count": 1}]}),
        (lambda idc: v3.attribute_values(idc, "Modality"), {**VALUES, "values": [{"value": "CT", "count": "1"}]}),
        (lambda idc: v3.attribute_values(idc, "Modality"), {**VALUES, "truncated": 0}),
        (lambda idc: v3.check_values(idc, RIDER), [{"name": "collection_id", "categorical": None}]),
    ],
)
def test_a_value_of_another_type_than_the_document_says_is_a_contract_error(ask: Any, body: Any) -> None:
    with pytest.raises(ContractError):
        ask(client(lambda *_: body))


def test_sql_gives_a_table(standin: str) -> None:
    with connect(standin) as idc:
        table = v3.sql(idc, "SELECT Modality, count(*) AS n FROM index GROUP BY 1 ORDER BY n DESC -- the lot")
        assert table.columns == ["Modality", "n"]
        assert len(table) == len(list(table)) == 25
        assert next(iter(table)) == {"Modality": "CT", "n": 270830}
        assert (table.truncated, table.max_rows) == (False, 10_000)
        assert len(v3.sql(idc, "SELECT 1 AS a WHERE false")) == 0


@pytest.mark.parametrize("max_rows", [None, 7, 1_000_000])
def test_a_part_of_a_table_comes_only_if_it_is_allowed(standin: str, max_rows: int | None) -> None:
    with connect(standin) as idc:
        applied = min(max_rows or 10_000, 10_000)
        advice = "raise max_rows" if max_rows == 7 else "narrow it down"
        with pytest.raises(TruncatedResult, match=f"more than {applied} rows: {advice}, or pass allow_truncated=True"):
            v3.sql(idc, "SELECT PatientID FROM index", max_rows=max_rows)
        table = v3.sql(idc, "SELECT PatientID FROM index", max_rows=max_rows, allow_truncated=True)
        assert (len(table), table.truncated, table.max_rows) == (applied, True, applied)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT '--'",
        "SELECT 'it''s /* here */'",
        'SELECT 1 AS "a--b"',
        "SELECT $$--$$",
        "SELECT $a$ /* here */ $a$",
        r"SELECT E'\'/* here */'",
        "SELECT 1 AS a -- from /* here\n, 2 AS b -- to */ there",
        "SELECT '\ud800'",
        b"SELECT 1",
    ],
)
def test_a_statement_that_the_service_would_alter_is_refused(statement: Any) -> None:
    with pytest.raises(InvalidFilter):
        v3.sql(connect(NOWHERE), statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 -- it's '--'",
        "SELECT /* don't '--' */ 1",
        "SELECT '-' || '-'",
        "SELECT 1 -- /* and\r\n, 2 -- more",
        'SELECT /* -- */ 1 AS "a\'b" /* */',
    ],
)
def test_real_comments_are_left_alone(standin: str, statement: str) -> None:
    with connect(standin) as idc:
        assert len(v3.sql(idc, statement)) == 1


def test_a_statement_that_the_service_refuses_is_its_error(standin: str) -> None:
    with connect(standin) as idc, pytest.raises(InvalidRequest) as caught:
        v3.sql(idc, "DELETE FROM index")
    assert caught.value.code == "invalid_query"


@pytest.mark.parametrize(
    "body",
    [
        {**TABLE, "row_count": 2},
        {**TABLE, "rows": [{"b": 1}]},
        {**TABLE, "truncated": None},
        {**TABLE, "columns": "a"},
        {**TABLE, "columns": [7], "rows": [], "row_count": 0},
        {"columns": ["a"], "rows": [{"a": 1}], "row_count": 1, "truncated": False},
    ],
)
def test_a_table_that_contradicts_itself_is_a_contract_error(body: Any) -> None:
    with pytest.raises(ContractError, match="/v3/sql"):
        v3.sql(client(lambda *_: body), "SELECT 1")


DOIS = ["10.5281/zenodo.83", "10.5281/zenodo.8347", "10.7937/k9/tcia_1", "10.7937/tcia.hmq8-j677"]


def citing(citations: list[Any], acknowledgment: Any = None) -> Answer:
    def answer(path: str, _: Any) -> Any:
        if path == "/v3/sql":
            rows = [{"source_DOI": doi} for doi in DOIS]
            return {"columns": ["source_DOI"], "rows": rows, "row_count": 4, "truncated": False, "max_rows": 10_000}
        return {
            "format": "apa", "citations": citations, "idc_acknowledgment": acknowledgment, "recommendation": "",
        }  # fmt: skip

    return answer


@pytest.mark.parametrize(
    ("citations", "unresolved"),
    [
        ([], DOIS),
        (["Doe. https://doi.org/10.5281/ZENODO.8347", "Roe. https://doi.org/10.7937/tcia.hmq8-j677."], DOIS[::2]),
        (["@misc{x, url={https://doi.org/10.7937%2FK9%2FTCIA_1}}"], [*DOIS[:2], DOIS[3]]),
        (["@misc{x, DOI={10.7937/k9/tcia\\_1}}"], [*DOIS[:2], DOIS[3]]),
        ([{"DOI": "10.5281/zenodo.83"}], DOIS[1:]),
        (["a", "b", "c", "d"], []),
        ([{"DOI": "10.5281/ZENODO.83", "reference": [{"DOI": "10.7937/k9/tcia_1"}]}], DOIS[1:]),
        (
            ["<https://doi.org/10.7937/k9/tcia_1> schema:isBasedOn <https://doi.org/10.5281/zenodo.83>"],
            [*DOIS[:2], DOIS[3]],
        ),
        (["10.5281/zenodo.8347 of 10.5281/zenodo.83", "10.5281/zenodo.8347"], DOIS[2:]),
    ],
)
def test_the_dois_that_were_left_out_are_named(citations: list[Any], unresolved: list[str]) -> None:
    found = v3.citations(client(citing(citations, "IDC")), RIDER)
    assert (found.citations, found.unresolved, found.acknowledgment) == (citations, unresolved, "IDC")


@pytest.mark.parametrize("column", ["source_DOI", "a"])
def test_dois_that_are_none_are_a_contract_error(column: str) -> None:
    table = {**TABLE, "columns": [column], "rows": [{column: 7}]}
    with pytest.raises(ContractError, match="asked for DOIs"):
        v3.citations(client(lambda path, body: table if path == "/v3/sql" else citing([])(path, body)), RIDER)


@pytest.mark.parametrize("page", ["", " \n", "<!DOCTYPE html> 10.5281/zenodo.83", "\n<HTML lang='en'>", {}])
def test_a_page_to_look_at_is_no_citation(page: Any) -> None:
    found = v3.citations(client(citing(["10.5281/zenodo.83", page], page)), RIDER)
    assert found == v3.Citations(["10.5281/zenodo.83"], DOIS[1:], None)


def test_citations_are_waited_for_as_long_as_the_service_may_take() -> None:
    waits: list[Any] = []

    def handle(request: httpx.Request) -> httpx.Response:
        waits.append(request.extensions["timeout"]["read"])
        body = json.loads(request.content)
        return httpx.Response(200, json=echoed(body, citing([])(request.url.path, body)))

    v3.citations(connect(NOWHERE, transport=httpx.MockTransport(handle), timeout=5), RIDER)
    assert waits == [5, 210]  # one request for all DOIs, one for each of four, one for IDC itself, and one wait more


def test_real_citations_without_a_network_are_all_unresolved(standin: str) -> None:
    with connect(standin) as idc:
        found = v3.citations(idc, RIDER)
        if found.acknowledgment is None:
            assert (found.citations, len(found.unresolved)) == ([], 2)
        with pytest.raises(InvalidFilter, match="did you mean bibtex"):
            v3.citations(idc, RIDER, style="BibTeX")


def test_a_real_series_and_its_study_can_be_looked_at(standin: str) -> None:
    with connect(standin) as idc:
        first = next(iter(v3.manifest(idc, RIDER, page_size=1)))
        series, study = first.series_instance_uid or "", first.study_instance_uid or ""
        assert study in v3.viewer_url(idc, study=study)
        both = v3.viewer_url(idc, series=series)
        assert series in both
        assert study in both
        assert v3.viewer_url(idc, series=series, study=study) == both
        assert "/viewer/" in v3.viewer_url(idc, series=series, viewer="ohif_v2")
        with pytest.raises(InvalidFilter, match=f"series {series} is of study {study}, not 1.2"):
            v3.viewer_url(idc, series=series, study="1.2")
        with pytest.raises(NotFound):
            v3.viewer_url(idc, series="1.2")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "series or study"),
        ({"series": ""}, "UID as series"),
        ({"series": "1.2&x=y"}, "UID as series"),
        ({"series": "1.2", "study": "1.02"}, "UID as study"),
        ({"study": "1." + "2" * 63}, "UID as study"),
        ({"study": 1.2}, "UID as study"),
        ({"study": "1.2", "viewer": "OHIF"}, "'OHIF' is no viewer"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(asked: Any, says: str) -> None:
    with pytest.raises(InvalidFilter, match=says):
        v3.viewer_url(connect(NOWHERE), **asked)


def test_the_values_of_a_column_come_with_their_numbers_and_say_whether_there_are_more(standin: str) -> None:
    with connect(standin) as idc:
        found = v3.attribute_values(idc, "Modality", limit=2)
        assert [(one.value, one.count) for one in found.values] == [("CT", 270830), ("SR", 270687)]
        assert found.truncated
        assert not v3.attribute_values(idc, "sop_class_name").truncated
        with pytest.raises(InvalidFilter, match="did you mean SeriesNumber"):
            v3.attribute_values(idc, "seriesnumber")


def test_values_that_occur_pass_the_check(standin: str) -> None:
    filters = v3.where({"Modality": ["CT", "MR"], "PatientID": "whoever", "StudyDate": ("2001-01-01", None)})
    with connect(standin) as idc:
        assert v3.check_values(idc, filters) is filters
        assert v3.check_values(idc, RIDER) == v3.where(RIDER)


def test_values_that_do_not_occur_are_refused_with_what_may_have_been_meant(standin: str) -> None:
    with connect(standin) as idc, pytest.raises(InvalidFilter) as caught:
        v3.check_values(idc, {"Modality": ["mr", "CT"], "collection_id": "TCGA-LUAD", "PatientSex": "female"})
    assert "'mr' is no value of Modality: did you mean MR?" in str(caught.value)
    assert "'TCGA-LUAD' is no value of collection_id: did you mean tcga_luad?" in str(caught.value)
    assert "'female' is no value of PatientSex" in str(caught.value)


def test_a_check_is_no_way_around_saying_that_the_whole_archive_is_meant() -> None:
    with pytest.raises(InvalidFilter, match="all_of_idc=True"):
        v3.check_values(connect(NOWHERE), {})
    everything = v3.where(all_of_idc=True)
    assert v3.check_values(connect(NOWHERE), everything) is everything


def test_an_attribute_that_the_service_does_not_list_is_checked_nevertheless() -> None:
    idc = client(lambda path, _: [] if path == "/v3/attributes" else VALUES)
    assert v3.check_values(idc, {"Modality": "CT"})
    with pytest.raises(InvalidFilter, match=r"^'ct' is no value of Modality: did you mean CT\?$"):
        v3.check_values(idc, {"Modality": ["ct", "CT", "ct"]})


def test_too_many_values_to_compare_with_are_no_check() -> None:
    def answer(path: str, _: Any) -> Any:
        if path == "/v3/attributes":
            return [{"name": "Modality", "categorical": True}]
        return {"attribute": "Modality", "values": [], "truncated": True, "note": ""}

    with pytest.raises(TruncatedResult, match="too many to compare with"):
        v3.check_values(client(answer), {"Modality": "CT"})


# From v1:


def test_the_notebooks_filters_are_translated_as_far_as_v3_goes() -> None:
    told = v3.from_v1({"collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "Modality": ["ct", "MR"], "race": ["ASIAN"]})
    assert told.filters == v3.where(collection_id=["tcga_luad", "tcga_kirc"], Modality=["CT", "MR"])
    assert "/v3/clinical/tables" in told.untranslated["race"]
    assert told.notes == {}
    with pytest.raises(InvalidFilter, match="race: clinical data"):
        told.whole()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"collection_id": ["tcga_luad"]}, {"collection_id": "tcga_luad"}),
        ({"collection_id": ["Lidc-Idri", "LIDC_IDRI"]}, {"collection_id": "lidc_idri"}),
        ({"source_DOI": ["10.7937/K9/TCIA.2015.A6V7JIWX"]}, {"source_DOI": "10.7937/k9/tcia.2015.a6v7jiwx"}),
        ({"StudyDate": ["1997-09-17"]}, {"StudyDate": ("1997-09-17", "1997-09-17")}),
        ({"PatientID": ["a_1", "b%"]}, {"PatientID": ["a_1", "b%"]}),
        (
            {"SeriesInstanceUID": ["1.2"], "StudyInstanceUID": ["1.3"]},
            {"SeriesInstanceUID": "1.2", "StudyInstanceUID": "1.3"},
        ),
    ],
)
def test_what_v3_can_say_is_said(old: Any, new: Any) -> None:
    assert v3.from_v1(old).whole() == v3.where(new)


@pytest.mark.parametrize(
    ("old", "says"),
    [
        ({"PatientID": ["LIDC_0001"]}, "pattern"),
        ({"collection_id": ["tcga%"]}, "pattern"),
        ({"Modality": ["%"]}, "pattern"),
        ({"BodyPartExamined": ["None"]}, "IS NULL"),
        ({"BodyPartExamined": ["LUNG", "None"]}, "IS NULL"),
        ({"StudyDate": ["1997-09-17", "1998-09-17"]}, "no list"),
        ({"StudyDate": ["1997"]}, "YYYY-MM-DD"),
        ({"SOPInstanceUID": ["1.2"]}, "sm_instance_index"),
        ({"SegmentNumber_gte": [3]}, "seg_index"),
        ({"Volume_btw": [1, 2]}, "BigQuery"),
        ({"SliceThickness_lt": [3]}, "ct_index"),
        ({"tcia_tumorLocation": ["Lung"]}, "collections_index"),
        ({"SeriesDescription": ["axial"]}, "table index"),
        ({"age_at_diagnosis_btw": [50, 60]}, "clinical"),
        ({"Modality": "CT"}, "a list of text"),
        ({"Modality": []}, "a list of text"),
        ({"Modality": [7]}, "a list of text"),
        ({"PatientID": ["\ud800"]}, "takes text"),
        ({"modality": ["CT"]}, "did you mean Modality"),
        ({7: ["CT"]}, "no attribute of v1"),
    ],
)
def test_what_v3_cannot_say_is_named_with_the_reason_and_does_not_become_the_whole_archive(old: Any, says: str) -> None:
    told = v3.from_v1(old)
    ((name, reason),) = told.untranslated.items()
    assert name in old
    assert says in reason
    with pytest.raises(InvalidFilter):
        v3.manifest(connect(NOWHERE), told.filters)
    with pytest.raises(InvalidFilter, match=re.escape(says)):
        told.whole()


@given(
    st.dictionaries(
        st.sampled_from([*map(str, V1AttributeName)]) | st.sampled_from(["Modality", "StudyDate"]) | st.text(),
        st.lists(st.text() | st.integers() | st.sampled_from(["None", "CT", "2001-01-01"]), max_size=3) | JSON,
        max_size=4,
    )
)
def test_no_name_is_lost_in_translation(old: Any) -> None:
    told = v3.from_v1(old)
    said = {*told.filters.terms, *told.filters.ranges}
    assert said | told.untranslated.keys() == old.keys()
    assert said.isdisjoint(told.untranslated)
    assert all(told.untranslated.values())
    assert told.notes.keys() <= said


def test_filters_of_v1_are_a_mapping() -> None:
    with pytest.raises(InvalidFilter, match="a mapping of attribute names to values, not 'Modality'"):
        v3.from_v1("Modality")  # type: ignore[arg-type] # what is tested


def test_every_attribute_that_has_a_place_of_its_own_is_one_of_v1() -> None:
    assert _PLACE.keys() <= set(map(str, V1AttributeName))


def test_spelling_that_is_not_certain_comes_with_a_note() -> None:
    told = v3.from_v1({"BodyPartExamined": ["lung"], "PatientID": ["1", "2"]})
    assert told.notes.keys() == {"BodyPartExamined"}


@pytest.fixture(scope="module")
def newest(state: Path) -> Iterator[str]:
    with serving("--state", str(state)) as url:
        yield url


@pytest.mark.parametrize(
    "old",
    [
        {"collection_id": ["RIDER-Pilot"]},
        {"collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "Modality": ["ct", "mr"]},
        {"StudyDate": ["2011-02-28"]},
        {"source_DOI": ["10.7937/TCIA.2020.1C3H-VP70"]},
    ],
)
def test_translated_filters_select_the_same_series_as_v1_in_the_same_release(newest: str, old: Any) -> None:
    with connect(newest) as idc:
        was = v1.preview_manifest(idc, v1.cohort("n", "", old), fields=["CRDC_Series_GUID"], page_size=50_000)
        now = v3.manifest(idc, v3.from_v1(old).whole())
        old_guids = {str(one.crdc_series_guid).removeprefix("dg.4DFC/") for one in was}
        assert old_guids
        assert {one.crdc_series_uuid for one in now} == old_guids


# v1 and v2 after their retirement:


@pytest.fixture(scope="module")
def retired() -> Iterator[str]:
    with serving("--retired") as url:
        yield url


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/v1/about", "get_service"),
        ("/v1/versions", "get_version"),
        ("/v1/collections", "get_collections"),
        ("/v1/analysis_results", "get_analysis_results"),
        ("/v1/attributes", "get_attributes"),
        ("/v1/cohorts", "saves no cohorts"),
        ("/v1/cohorts/manifest/preview", "v3.manifest"),
        ("/v1/cohorts/query", "v3.sql"),
    ],
)
def test_a_retired_path_names_what_v3_offers_in_its_place(retired: str, path: str, says: str) -> None:
    with connect(retired, auth=None) as idc, pytest.raises(Retired, match=says) as caught:
        idc.get_httpx_client().get(path)
    assert "stand-in" in str(caught.value)


def test_the_dialect_of_v1_is_told_what_to_do_by_a_host_that_has_retired_it(
    retired: str, credentials_file: Path
) -> None:
    spec = v1.cohort("n", "", {"Modality": ["CT"]})
    with connect(retired, credentials=credentials_file) as idc:
        with pytest.raises(NotFound, match=r"v3\.manifest with the filters of the cohort"):
            list(v1.preview_manifest(idc, spec, fields=["GCS_URL"]))
        with pytest.raises(InvalidRequest, match=r"405.*v3 saves no cohorts"):
            v1.create_cohort(idc, spec)
        assert v3.counts(idc, v3.from_v1({"Modality": ["CT"]}).whole()).series == 270_830


def test_a_retired_v2_names_what_v3_offers_in_its_place() -> None:
    idc = client(lambda *_: httpx.Response(410, json={"code": 410, "message": "deprecated"}))
    with pytest.raises(Retired, match=r"410 Gone: deprecated \(.* retired; use v3\.manifest .* stand-in\)"):
        idc.get_httpx_client().post("/v2/cohorts/manifest/preview")


def test_every_path_of_v1_has_a_successor_of_its_own() -> None:
    for path in DOCUMENT["paths"]:
        found = successor(f"/prefix{re.sub('{.*?}', '146', path)}/")
        assert (found not in ("", "use v3")) == path.startswith("/v1/"), path


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/v2/cohorts/manifest/146", "v3.manifest"),
        ("/v2/cohorts/manifest/preview/nextPage", "v3.manifest"),
        ("/v2/cohorts/query/nextPage", "v3.sql"),
        ("/v2/filters", "get_attributes"),
        ("/v2/filters/values/Modality", "v3.attribute_values"),
        ("/v2/cohorts/146", "saves no cohorts"),
        ("/v2/else", "use v3"),
        ("/v3/collections/v1", ""),
        ("/other", ""),
    ],
)
def test_v2_has_successors_and_v3_none(path: str, says: str) -> None:
    assert says in successor(path)
    assert bool(successor(path)) == bool(says)


def test_the_public_names_of_the_dialect_are_sorted_and_all_there() -> None:
    assert [*v3.__all__] == sorted(v3.__all__)
    assert all(hasattr(v3, name) for name in v3.__all__)
