"""Filters of v1 translated to v3: the same series, or a reason for each attribute without a filter in v3."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from idc_client.models import V1AttributeName

from idc_ext import InvalidFilter, connect, v1, v3
from idc_ext.v3._translation import _ALTERNATIVE_OF
from tests.support.standin_process import NOWHERE, serving
from tests.support.v3_filters import JSON


def test_the_notebooks_filters_are_translated_as_far_as_v3_goes() -> None:
    translation = v3.from_v1({"collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "Modality": ["ct", "MR"], "race": ["ASIAN"]})
    assert translation.filters == v3.where(collection_id=["tcga_luad", "tcga_kirc"], Modality=["CT", "MR"])
    assert "/v3/clinical/tables" in translation.untranslated["race"]
    assert translation.notes == {}
    with pytest.raises(InvalidFilter, match="race: clinical data"):
        translation.whole()


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
    ("old", "message"),
    [
        ({"PatientID": ["LIDC_0001"]}, "pattern"),
        ({"collection_id": ["tcga%"]}, "pattern"),
        ({"Modality": ["%"]}, "pattern"),
        ({"BodyPartExamined": ["None"]}, "IS NULL"),
        ({"BodyPartExamined": ["LUNG", "None"]}, "IS NULL"),
        ({"StudyDate": ["1997-09-17", "1998-09-17"]}, "not a list"),
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
        ({7: ["CT"]}, "not an attribute of v1"),
    ],
)
def test_what_v3_cannot_say_is_named_with_the_reason_and_does_not_become_the_whole_archive(
    old: Any, message: str
) -> None:
    translation = v3.from_v1(old)
    ((name, reason),) = translation.untranslated.items()
    assert name in old
    assert message in reason
    with pytest.raises(InvalidFilter):
        v3.manifest(connect(NOWHERE), translation.filters)
    with pytest.raises(InvalidFilter, match=re.escape(message)):
        translation.whole()


@given(
    st.dictionaries(
        st.sampled_from([*map(str, V1AttributeName)]) | st.sampled_from(["Modality", "StudyDate"]) | st.text(),
        st.lists(st.text() | st.integers() | st.sampled_from(["None", "CT", "2001-01-01"]), max_size=3) | JSON,
        max_size=4,
    )
)
def test_no_name_is_lost_in_translation(old: Any) -> None:
    translation = v3.from_v1(old)
    translated = {*translation.filters.terms, *translation.filters.ranges}
    assert translated | translation.untranslated.keys() == old.keys()
    assert translated.isdisjoint(translation.untranslated)
    assert all(translation.untranslated.values())
    assert translation.notes.keys() <= translated


def test_filters_of_v1_are_a_mapping() -> None:
    with pytest.raises(InvalidFilter, match="a mapping of attribute names to values, not 'Modality'"):
        v3.from_v1("Modality")  # type: ignore[arg-type] # what is tested


def test_every_attribute_that_has_a_place_of_its_own_is_one_of_v1() -> None:
    assert _ALTERNATIVE_OF.keys() <= set(map(str, V1AttributeName))


def test_spelling_that_is_not_certain_comes_with_a_note() -> None:
    translation = v3.from_v1({"BodyPartExamined": ["lung"], "PatientID": ["1", "2"]})
    assert translation.notes.keys() == {"BodyPartExamined"}


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
