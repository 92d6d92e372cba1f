"""Single answers of v3: counts, licences, values and viewers, checked against the document."""

import asyncio
from typing import Any

import httpx
import pytest
from idc_client.api.v3 import get_stats

from idc_ext import ContractError, InvalidFilter, NotFound, TruncatedResult, connect, v3
from tests.support.standin_process import NOWHERE
from tests.support.v3_service import RIDER, client, counts_body


async def test_real_counts_and_licences_are_those_of_the_selection(standin: str) -> None:
    async with connect(standin) as idc:
        counts = v3.counts(idc, RIDER)
        assert (counts.patients, counts.studies, counts.series, counts.instances) == (8, 154, 774, 21111)
        assert await asyncio.to_thread(v3.counts, idc, RIDER) == counts
        assert v3.counts(idc, {"Modality": "no such"}).series == 0
        licences = v3.licenses(idc, v3.where(RIDER))
        assert [(one.license_short_name, one.series) for one in licences] == [("CC BY 4.0", 774)]
        assert licences.to_pandas()["series"].tolist() == licences["series"] == [774]
        stats: Any = get_stats.sync(client=idc)
        assert v3.counts(idc, {}, all_of_idc=True).series == stats.series == 1_044_191


STUDY = "1.2.276.0.7230010.3.1.2.1031255639.1360.1345985803.63"
LOOKED_AT: dict[str, Any] = {"series": "1.2.276.0.7230010.3.1.3.1031255639.1360.1345985803.66"}
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
        (lambda idc: v3.counts(idc, RIDER), {**counts_body(1), "size_TB": "0"}),
        (lambda idc: v3.counts(idc, RIDER), {**counts_body(1), "size_TB": None}),
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


@pytest.mark.parametrize(
    ("ask", "other"),
    [
        (lambda idc: v3.collection(idc, "rider_pilot"), {"collection_id": "nlst"}),
        (lambda idc: v3.table(idc, "index"), {"name": "collections_index"}),
        (lambda idc: v3.attribute_values(idc, "Modality"), {"attribute": "PatientSex"}),
        (lambda idc: v3.viewer_url(idc, **LOOKED_AT), {"series_instance_uid": "1.2.840.9"}),
        (lambda idc: v3.viewer_url(idc, **LOOKED_AT), {"series_instance_uid": None}),
        (lambda idc: v3.viewer_url(idc, **LOOKED_AT, viewer="slim"), {"viewer": "ohif_v3"}),
        (lambda idc: v3.viewer_url(idc, study=STUDY), {"study_instance_uid": "1.2.840.9"}),
        *(
            (lambda idc: v3.viewer_url(idc, **LOOKED_AT), {"viewer_url": address})
            for address in (
                "", "javascript:alert(1)", "file:///etc/passwd", "//viewer.example/1.2", "https://", "https:///x",
                "https://viewer.example/", "https://viewer.example/?StudyInstanceUIDs=1.2&SeriesInstanceUIDs=1.3.9",
            )
        ),
    ],
)  # fmt: skip
def test_an_answer_about_another_thing_than_was_asked_for_is_a_contract_error(
    standin: str, ask: Any, other: dict[str, Any]
) -> None:
    with connect(standin) as service:
        usual = service.get_httpx_client()

        def answer(path: str, asked: Any) -> Any:
            return usual.get(path, params=asked).json() | change

        change: dict[str, Any] = {}
        ask(client(answer))
        change = other
        with pytest.raises(ContractError):
            ask(client(answer))


def test_a_clinical_table_of_another_name_or_collection_is_a_contract_error() -> None:
    listed = {"table_name": "x", "sql_path": "clinical.x", "collection_id": "c", "column_count": 1, "description": ""}
    columns = [{"name": "a", "type": "VARCHAR", "description": ""}]
    described = {"name": "clinical.x", "description": "", "columns": columns}
    idc = client(lambda path, _: {"tables": [listed]} if path.endswith("tables") else described)
    assert [one.table_name for one in v3.clinical_tables(idc, collection_id="c")] == ["x"]
    assert v3.clinical_table(idc, "x").name == v3.clinical_table(idc, "clinical.x").name == "clinical.x"
    with pytest.raises(ContractError, match="the collection_id of the answer is 'c' and not 'd'"):
        v3.clinical_tables(idc, collection_id="d")
    with pytest.raises(ContractError, match="the name of the answer is 'x' and not 'y'"):
        v3.clinical_table(idc, "y")


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
        with pytest.raises(InvalidFilter, match=f"series {series} belongs to study {study}, not 1.2"):
            v3.viewer_url(idc, series=series, study="1.2")
        with pytest.raises(NotFound):
            v3.viewer_url(idc, series="1.2")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "series or study"),
        ({"series": ""}, "UID as series"),
        ({"series": "1.2&x=y"}, "UID as series"),
        ({"series": "1.2", "study": "1.02"}, "UID as study"),
        ({"study": "1." + "2" * 63}, "UID as study"),
        ({"study": 1.2}, "UID as study"),
        ({"study": "1.2", "viewer": "OHIF"}, "'OHIF' is not a viewer"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(asked: Any, message: str) -> None:
    with pytest.raises(InvalidFilter, match=message):
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
    filters = v3.where({"Modality": ["CT", "MR"], "PatientID": "unknown", "StudyDate": ("2001-01-01", None)})
    with connect(standin) as idc:
        assert v3.check_values(idc, filters) is filters
        assert v3.check_values(idc, RIDER) == v3.where(RIDER)


def test_values_that_do_not_occur_are_refused_with_what_may_have_been_meant(standin: str) -> None:
    with connect(standin) as idc, pytest.raises(InvalidFilter) as caught:
        v3.check_values(idc, {"Modality": ["mr", "CT"], "collection_id": "TCGA-LUAD", "PatientSex": "female"})
    assert "'mr' is not a value of Modality: did you mean MR?" in str(caught.value)
    assert "'TCGA-LUAD' is not a value of collection_id: did you mean tcga_luad?" in str(caught.value)
    assert "'female' is not a value of PatientSex" in str(caught.value)


def test_a_check_of_no_filters_needs_all_of_idc_too() -> None:
    with pytest.raises(InvalidFilter, match="all_of_idc=True"):
        v3.check_values(connect(NOWHERE), {})
    everything = v3.where(all_of_idc=True)
    assert v3.check_values(connect(NOWHERE), everything) is everything


def test_an_attribute_that_the_service_does_not_list_is_checked_nevertheless() -> None:
    idc = client(lambda path, _: [] if path == "/v3/attributes" else VALUES)
    assert v3.check_values(idc, {"Modality": "CT"})
    with pytest.raises(InvalidFilter, match=r"^'ct' is not a value of Modality: did you mean CT\?$"):
        v3.check_values(idc, {"Modality": ["ct", "CT", "ct"]})


def test_too_many_values_to_compare_with_are_no_check() -> None:
    def answer(path: str, _: Any) -> Any:
        if path == "/v3/attributes":
            return [{"name": "Modality", "categorical": True}]
        return {"attribute": "Modality", "values": [], "truncated": True, "note": ""}

    with pytest.raises(TruncatedResult, match="too many to compare with"):
        v3.check_values(client(answer), {"Modality": "CT"})


def test_the_public_names_of_the_dialect_are_sorted_and_all_there() -> None:
    assert [*v3.__all__] == sorted(v3.__all__)
    assert all(hasattr(v3, name) for name in v3.__all__)
