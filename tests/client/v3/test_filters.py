"""Filters of v3: accepted and refused values, and their form in requests and in SQL."""

import datetime
import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import jsonschema
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idc_client.api.v3 import get_attributes
from idc_client.models import V3TermAttribute

from idc_ext import InvalidFilter, connect, v3
from idc_ext.v3._filters import DATE_ATTRIBUTES, RANGE_ATTRIBUTES, TERM_ATTRIBUTES, _sql_literal
from tests.support.document import DOCUMENT
from tests.support.standin_process import NOWHERE
from tests.support.v3_filters import JSON, NAMES, TEXTS, filter_values
from tests.support.v3_service import RIDER, ROWS, client, manifest_service

SCHEMA = {"$ref": "#/components/schemas/V3Filters", "components": DOCUMENT["components"]}


def test_the_names_and_kinds_of_filters_are_the_services(standin: str) -> None:
    with connect(standin) as idc:
        served = get_attributes.sync(client=idc)
    assert isinstance(served, list)
    kinds = {str(one.name): (one.kind, one.data_type) for one in served}
    assert {name for name, (kind, _) in kinds.items() if kind == "term"} == TERM_ATTRIBUTES
    assert {name for name, (kind, _) in kinds.items() if kind == "range"} == RANGE_ATTRIBUTES
    assert {name for name in RANGE_ATTRIBUTES if kinds[name][1] == "STRING"} == DATE_ATTRIBUTES


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
            {"StudyDate": (20010101, 20011231)},
            {"ranges": {"StudyDate": {"gte": "2001-01-01", "lte": "2001-12-31"}}},
        ),
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
    ("filters", "message"),
    [
        ({"modality": "CT"}, "did you mean Modality?"),
        ({"studydate": ("2001-01-01", None)}, "did you mean StudyDate?"),
        ({"colection_id": "x"}, "did you mean collection_id?"),
        ({"PatientAge": "065Y"}, "'PatientAge' is a column of the table index and not a filter: use v3.sql"),
        ({"race": ["ASIAN"]}, "'race' is not a filter attribute of v3"),
        ({7: "x"}, "7 is not a filter attribute"),
        ({"terms": {"Modality": ["CT"]}}, "write filters flat"),
        ({"ranges": {}}, "write filters flat"),
        ({"filters": {"Modality": ["CT"]}}, "write filters flat"),
        ({"Modality": ["CT"], "terms": {}}, "write filters flat"),
        ([("Modality", ["CT"])], "a mapping of attribute names"),
        ({"Modality": []}, "a list of at least one"),
        ({"Modality": ()}, "a list of at least one"),
        ({"Modality": None}, "a list of at least one"),
        ({"Modality": {"CT", "MR"}}, "a list of at least one"),
        ({"Modality": {"gte": "CT"}}, "values, not a range"),
        ({"Modality": ["CT", None]}, "takes text, not None"),
        ({"PatientID": 7}, "a value or a list"),
        ({"PatientID": [7]}, "takes text, not 7"),
        ({"PatientID": ["\ud800"]}, "takes text"),
        ({"StudyDate": "2001-01-01"}, "takes a range"),
        ({"StudyDate": ["2001-01-01", "2001-12-31"]}, "takes a range"),
        ({"StudyDate": ("2001-01-01",)}, "takes a range"),
        ({"StudyDate": {}}, "takes a range"),
        ({"StudyDate": {"gt": "2001-01-01"}}, "not 'gt': did you mean gte?"),
        ({"StudyDate": {"gte": "2001-01-01", 7: 8}}, "not 7"),
        ({"StudyDate": (None, None)}, "needs at least one bound"),
        ({"StudyDate": {"gte": None}}, "needs at least one bound"),
        ({"StudyDate": ("2001-12-31", "2001-01-01")}, "low bound first: 2001-12-31 > 2001-01-01"),
        ({"StudyDate": ("2001", None)}, "days as 'YYYY-MM-DD', not '2001'"),
        ({"StudyDate": ("2001-0101", None)}, "not a day of the calendar"),
        ({"StudyDate": ("200101-01", None)}, "not a day of the calendar"),
        ({"StudyDate": ("2001-02-30", None)}, "not a day of the calendar"),
        ({"StudyDate": ("20010230", None)}, "not a day of the calendar"),
        ({"StudyDate": ("0000-01-01", None)}, "not a day of the calendar"),
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
def test_a_filter_that_would_be_misread_is_refused_before_it_is_sent(filters: Any, message: str) -> None:
    for ask in (v3.where, lambda f: v3.manifest(connect(NOWHERE), f), lambda f: v3.counts(connect(NOWHERE), f)):
        with pytest.raises(InvalidFilter, match=re.escape(message)):
            ask(filters)


@pytest.mark.parametrize("number", [True, 1.0, math.nan, "many", None])
def test_a_page_size_or_limit_that_is_not_an_integer_is_refused(number: Any) -> None:
    idc = connect(NOWHERE)
    with pytest.raises(InvalidFilter, match="page_size takes a whole number, not "):
        v3.manifest(idc, RIDER, page_size=number)
    with pytest.raises(InvalidFilter, match="limit takes a whole number, not "):
        v3.attribute_values(idc, "Modality", limit=number)
    if number is not None:
        with pytest.raises(InvalidFilter, match="max_rows takes a whole number, not "):
            v3.sql(idc, "SELECT 1", max_rows=number)


def test_numbers_of_other_libraries_travel_as_plain_ones() -> None:
    filters = v3.where(instanceCount=(numpy.int64(1), numpy.float64(7)), series_size_MB=(None, numpy.float32(1.5)))
    assert repr(filters) == "where({'instanceCount': {'gte': 1, 'lte': 7.0}, 'series_size_MB': {'lte': 1.5}})"
    assert len(list(v3.manifest(client(manifest_service(ROWS)), filters, page_size=numpy.int64(2)))) == 6


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
    filters = {name: data.draw(filter_values(name)) for name in names}
    taken = v3.where(filters)
    assert taken.terms == {name: value for name, value in filters.items() if name in TERM_ATTRIBUTES}
    assert {name: (one.get("gte"), one.get("lte")) for name, one in taken.ranges.items()} == {
        name: value for name, value in filters.items() if name in RANGE_ATTRIBUTES
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
    literal = _sql_literal(text)
    assert "--" not in literal
    assert "/*" not in literal
    assert "".join(re.findall(r"'((?:[^']|'')*)'", literal)).replace("''", "'") == text
