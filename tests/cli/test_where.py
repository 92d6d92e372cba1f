"""Filter expressions of the command line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from idc_client.models import V3IndexColumn

from idc_ext import InvalidFilter, v3
from idc_ext.cli import _filters
from idc_ext.cli.commands import archive
from idc_ext.v3._filters import RANGE_ATTRIBUTES, TERM_ATTRIBUTES


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["Modality=CT"], {"Modality": ["CT"]}),
        (["Modality=CT,MR"], {"Modality": ["CT", "MR"]}),
        (["Modality = CT, MR "], {"Modality": ["CT", "MR"]}),
        (["Modality==CT"], {"Modality": ["CT"]}),
        (["Modality=CT", "Modality=MR,CT"], {"Modality": ["CT", "MR"]}),
        (['Manufacturer="GE, Inc",SIEMENS'], {"Manufacturer": ["GE, Inc", "SIEMENS"]}),
        (['Manufacturer="a ""b"" c"'], {"Manufacturer": ['a "b" c']}),
        (['Manufacturer=" padded "'], {"Manufacturer": [" padded "]}),
        (["PatientID=a=b"], {"PatientID": ["a=b"]}),
        (["PatientID=a>=b"], {"PatientID": ["a>=b"]}),
        (["StudyDate>=2015-01-01"], {"StudyDate": {"gte": "2015-01-01"}}),
        (["StudyDate>=20150131"], {"StudyDate": {"gte": "2015-01-31"}}),
        (["StudyDate=20150131..20160229"], {"StudyDate": {"gte": "2015-01-31", "lte": "2016-02-29"}}),
        (["StudyDate<20150101"], {"StudyDate": {"lte": "2014-12-31"}}),
        (["StudyDate=20150131-20160229"], {"StudyDate": {"gte": "2015-01-31", "lte": "2016-02-29"}}),
        (["StudyDate=20150131-"], {"StudyDate": {"gte": "2015-01-31"}}),
        (["SeriesDate==-20160229"], {"SeriesDate": {"lte": "2016-02-29"}}),
        (["StudyDate>=2015"], {"StudyDate": {"gte": "2015-01-01"}}),
        (["StudyDate<=2015"], {"StudyDate": {"lte": "2015-12-31"}}),
        (["StudyDate>2015"], {"StudyDate": {"gte": "2016-01-01"}}),
        (["StudyDate<2015-03"], {"StudyDate": {"lte": "2015-02-28"}}),
        (["StudyDate=2016-02"], {"StudyDate": {"gte": "2016-02-01", "lte": "2016-02-29"}}),
        (["StudyDate=2015..2017-06"], {"StudyDate": {"gte": "2015-01-01", "lte": "2017-06-30"}}),
        (["StudyDate>=2015", "StudyDate<=2016"], {"StudyDate": {"gte": "2015-01-01", "lte": "2016-12-31"}}),
        (["instanceCount>100"], {"instanceCount": {"gte": 101}}),
        (["instanceCount<100.5"], {"instanceCount": {"lte": 100}}),
        (["instanceCount=7"], {"instanceCount": {"gte": 7, "lte": 7}}),
        (["series_size_MB=0.5..1e1"], {"series_size_MB": {"gte": 0.5, "lte": 10.0}}),
    ],
)
def test_a_filter_means_what_people_mean_by_it(written: list[str], meant: Any) -> None:
    assert _filters.read_filters(written) == v3.where(meant)


def test_a_strict_bound_on_sizes_leaves_out_only_the_bound_itself() -> None:
    low = _filters.read_filters(["series_size_MB>1"]).ranges["series_size_MB"]["gte"]
    assert isinstance(low, float)
    assert 1 < low < 1.000000000000001


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("modality=CT", "did you mean Modality"),
        ("Modality", "NAME=VALUE"),
        ("=CT", "NAME=VALUE"),
        ("Modality=", "no value"),
        ("Modality=CT,", "empty value"),
        ("Modality=,", "empty value"),
        ('Modality="CT', "with commas or quotes"),
        ('Modality=C"T', "with commas or quotes"),
        ("Modality!=CT", "cannot exclude values"),
        ("Modality~C", "complete values only"),
        ("Modality>=CT", "takes values, not a range"),
        ("StudyDate=>2015", "write >="),
        ("StudyDate>=2015-02-30", "not '2015-02-30', which is not a day of the calendar"),
        ("PatientAge>=60", "'PatientAge' is a column of the table index and not a filter: use v3.sql, such as SELECT"),
        ("StudyDate>=20150230", "takes days"),
        ("StudyDate=20150230-20150301", "takes days"),
        ("StudyDate>=20150101-20150301", "takes days"),
        ("StudyDate=-", "takes days"),
        ("StudyDate=20160101-20150101", "low bound first"),
        ("StudyDate>=201501", "takes days"),
        ("StudyDate>=0000", "takes days"),
        ("StudyDate>=２０１５", "takes days"),
        ("StudyDate=2015..", "two bounds"),
        ("StudyDate=2016..2015", "low bound first"),
        ("StudyDate<0001", "no day after or before"),
        ("instanceCount=many", "takes a number"),
        ("instanceCount>=nan", "takes a number"),
        ("instanceCount>=1_000", "takes a number"),
        ("series_size_MB>inf", "takes a number"),
        ("Modality=\ud800", "text"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_write(written: str, complaint: str) -> None:
    with pytest.raises(InvalidFilter, match=complaint):
        _filters.read_filters([written])


def test_two_bounds_of_one_side_are_refused() -> None:
    with pytest.raises(InvalidFilter, match="two lower bounds"):
        _filters.read_filters(["StudyDate>=2015", "StudyDate>2016"])


def test_without_filters_the_whole_archive_needs_all_of_idc() -> None:
    with pytest.raises(InvalidFilter, match="--all-of-idc"):
        _filters.read_filters([])
    assert _filters.read_filters([], all_of_idc=True).all_of_idc


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, unique=True))
def test_any_value_can_be_quoted(values: list[str]) -> None:
    quoted = ",".join('"{}"'.format(value.replace('"', '""')) for value in values)
    assert _filters.read_filters([f"PatientID={quoted}"]).terms == {"PatientID": values}


@given(st.text())
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        assert _filters.read_filters([text])
    except InvalidFilter as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome will do


@pytest.mark.parametrize(
    "text",
    [
        '{"Modality": ["CT"], "StudyDate": {"gte": "2015-01-01"}}',
        '{"terms": {"Modality": ["CT"]}, "ranges": {"StudyDate": {"gte": "2015-01-01"}}}',
        '{"filters": {"terms": {"Modality": ["CT"]}, "ranges": {"StudyDate": {"gte": "2015-01-01"}}}}',
    ],
)
def test_a_file_of_filters_may_be_flat_or_as_a_request_has_them(text: str) -> None:
    expected = v3.where(Modality="CT", StudyDate=("2015-01-01", None))
    assert _filters.read_filters([], _filters.filters_from_json(text, "a file")) == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[]", "object of filters"),
        ("{", "not JSON"),
        ('{"Modality": ["CT"], "Modality": ["MR"]}', "is given twice"),
        ('{"terms": {"StudyDate": ["2015"]}}', "move it to 'ranges'"),
        ('{"terms": []}', "must be an object"),
        ('{"terms": {"Modality": []}}', "at least one"),
        ('{"terms": {"Modality": ["CT"]}, "page": 1}', "no filter attribute|write filters flat"),
        ("[" * 100_000, "no JSON|nested"),
        ("{}", "--all-of-idc"),
        ('{"filters": {}}', "--all-of-idc"),
        ('{"terms": {}, "ranges": {}}', "--all-of-idc"),
    ],
)
def test_a_file_that_would_be_misread_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(InvalidFilter, match=complaint):
        _filters.read_filters([], _filters.filters_from_json(text, "a file"))


def test_an_attribute_both_in_the_file_and_on_the_command_line_is_refused() -> None:
    with pytest.raises(InvalidFilter, match="filtered twice"):
        _filters.read_filters(["Modality=CT"], {"Modality": ["MR"]})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (
            ["collection_id=TCGA-LUAD,TCGA-KIRC", "race=ASIAN"],
            {"collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "race": ["ASIAN"]},
        ),
        (["age_at_diagnosis>=60"], {"age_at_diagnosis_gte": [60]}),
        (["age_at_diagnosis<60.5"], {"age_at_diagnosis_lt": [60.5]}),
        (["age_at_diagnosis=40..60"], {"age_at_diagnosis_btw": [40, 60]}),
        (["age_at_diagnosis=40"], {"age_at_diagnosis": [40]}),
    ],
)
def test_filters_of_v1_have_their_bounds_in_the_name(written: list[str], meant: dict[str, object]) -> None:
    assert _filters.read_v1_filters(written) == meant


@pytest.mark.parametrize(
    "written", ["race>ASIAN", "age_at_diagnosis=old", "races=ASIAN", "age_at_diagnosis_gte=1", "race!=X"]
)
def test_what_v1_cannot_say_is_refused(written: str) -> None:
    with pytest.raises(InvalidFilter):
        _filters.read_v1_filters([written])


def test_the_tab_key_offers_every_attribute_and_column() -> None:
    assert "Modality" in archive.column_completions(None)
    assert set(archive.column_completions(None)) == set(map(str, V3IndexColumn))
    assert {name.rstrip(">=") for name in _filters.filter_completions(None)} == TERM_ATTRIBUTES | RANGE_ATTRIBUTES
