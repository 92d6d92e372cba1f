"""Answers of v3 checked against the filters that the service applied, and warnings of the service."""

from __future__ import annotations

import asyncio
import pickle
import warnings
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idc_client import Client

import idc_ext
from idc_ext import ContractError, InvalidFilter, PagingError, ServiceWarned, ServiceWarning, connect, v3
from idc_ext.aio import AsyncRows
from tests.support.applied_filters import filters_echo, with_filters_echo
from tests.support.v3_filters import NAMES, filter_values
from tests.support.v3_service import (
    RIDER,
    ROWS,
    VERSION,
    WIRE,
    client,
    collect,
    counts_body,
    manifest_service,
    page_of,
    text_service,
)

if TYPE_CHECKING:
    from collections.abc import Callable

FILTERS = {**RIDER, "Modality": ["CT", "MR"], "StudyDate": ("2001-01-01", None), "instanceCount": (1, 10)}
SENT_FILTERS = v3.where(FILTERS).to_dict()
ECHO = filters_echo(SENT_FILTERS)
NO_CITATIONS = {"format": "apa", "citations": [], "idc_acknowledgment": None, "recommendation": ""}
NO_DOIS = {"columns": ["source_DOI"], "rows": [], "row_count": 0, "truncated": False, "max_rows": 10_000}


def service_of_six_rows(**canned: Any) -> Callable[[str, Any], Any]:
    """A service with six rows and these members in every answer to filters; None removes a member."""

    def with_changes(answer: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**answer, **canned}.items() if value is not None or name not in canned}

    def answer(path: str, body: Any) -> Any:
        match path.rpartition("/")[2]:
            case "version":
                return VERSION
            case "sql":
                return NO_DOIS
            case "counts":
                return with_changes({"filters_applied": ECHO, "warnings": [], **counts_body(6)})
            case "licenses":
                return with_changes({"licenses": [], "filters_applied": ECHO, "warnings": []})
            case "citations":
                return with_changes({**NO_CITATIONS, "filters_applied": ECHO, "warnings": []})
            case "manifest":
                page = page_of(ROWS, body["page"], body["page_size"])
                return {**page, "counts": with_changes({"filters_applied": ECHO, "warnings": [], **page["counts"]})}
            case _:
                return text_service([row["series_aws_url"] for row in ROWS])(path, body)

    def answer_as_it_is(path: str, body: Any) -> Any:
        found = answer(path, body)
        # As a response: the client of these tests would add missing members to JSON.
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    return answer_as_it_is


REQUESTS: dict[str, Callable[[Any], Any]] = {
    "counts": lambda idc: v3.counts(idc, FILTERS),
    "licenses": lambda idc: v3.licenses(idc, FILTERS),
    "citations": lambda idc: v3.citations(idc, FILTERS),
    "rows": lambda idc: list(v3.manifest(idc, FILTERS)),
    "rows, page by page": lambda idc: list(v3.manifest(idc, FILTERS, page_size=2)),
    "rows, async": lambda idc: asyncio.run(collect(v3.manifest(idc, FILTERS))),
    "lines": lambda idc: list(v3.manifest_lines(idc, FILTERS)),
    "lines, async": lambda idc: asyncio.run(collect(v3.manifest_lines(idc, FILTERS))),
}
RANGE = {"gte": "2001-01-01", "lte": None}


def echo_with_terms(**other: Any) -> dict[str, Any]:
    return {**ECHO, "terms": {**ECHO["terms"], **other}}


def echo_with_ranges(**other: Any) -> dict[str, Any]:
    return {**ECHO, "ranges": {**ECHO["ranges"], **other}}


WRONG_ECHOES: dict[str, tuple[Any, str]] = {
    "absent, as before 3.0.0b3": (None, "has no filters_applied: services before 3.0.0b3"),
    "no object": ("all", "reports no filters that can be read"),
    "without terms": ({"ranges": ECHO["ranges"]}, "reports no terms that can be read"),
    "without ranges": ({"terms": ECHO["terms"]}, "reports no ranges that can be read"),
    "empty": ({"terms": {}, "ranges": {}}, "ignored the filter on "),
    "a term less": ({**ECHO, "terms": {"Modality": ["CT", "MR"]}}, "ignored the filter on collection_id"),
    "a term more": (echo_with_terms(PatientSex=["F"]), "applied a filter on 'PatientSex' that was not sent"),
    "a value less": (echo_with_terms(Modality=["CT"]), "applied another filter on Modality than was sent"),
    "a value more": (echo_with_terms(Modality=["CT", "MR", "SR"]), "applied another filter on Modality than was sent"),
    "values that are no text": (echo_with_terms(Modality=[1, 2]), "applied another filter on Modality than was sent"),
    "a range less": ({**ECHO, "ranges": {"StudyDate": RANGE}}, "ignored the range on instanceCount"),
    "a range more": (echo_with_ranges(SeriesDate=RANGE), "applied a range on 'SeriesDate' that was not sent"),
    "another bound": (echo_with_ranges(instanceCount={"gte": 3.0, "lte": 10.0}), "another range on instanceCount"),
    "bounds swapped": (echo_with_ranges(instanceCount={"gte": 10.0, "lte": 1.0}), "another range on instanceCount"),
    "a bound less": (echo_with_ranges(instanceCount={"gte": 1.0, "lte": None}), "another range on instanceCount"),
    "filters of another kind": ({**ECHO, "excluded": {"Modality": ["SR"]}}, "applied 'excluded', which was not sent"),
    "a number as text": (echo_with_ranges(instanceCount={"gte": "1", "lte": 10}), "another range on instanceCount"),
}  # fmt: skip


@pytest.mark.parametrize("ask", REQUESTS.values(), ids=REQUESTS)
@pytest.mark.parametrize(("canned", "message"), WRONG_ECHOES.values(), ids=WRONG_ECHOES)
def test_an_answer_to_other_filters_than_were_sent_is_a_contract_error(ask: Any, canned: Any, message: str) -> None:
    for make in (connect, Client):
        with pytest.raises(ContractError, match=message):
            ask(client(service_of_six_rows(filters_applied=canned), make))


@pytest.mark.parametrize("ask", REQUESTS.values(), ids=REQUESTS)
def test_values_in_another_order_and_once_each_select_the_same(ask: Any) -> None:
    same = {**ECHO, "terms": {"Modality": ["MR", "CT", "CT"], "collection_id": ["rider_pilot"]}}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ask(client(service_of_six_rows(filters_applied=same)))


@pytest.mark.parametrize("ask", REQUESTS.values(), ids=REQUESTS)
@pytest.mark.parametrize("canned", ["none", {}, [1], [None]])
def test_warnings_that_are_no_list_of_text_are_a_contract_error(ask: Any, canned: Any) -> None:
    with pytest.raises(ContractError, match="has no list of warnings"):
        ask(client(service_of_six_rows(warnings=canned)))


@given(st.data())
def test_whatever_is_sent_is_expected_back_as_the_service_normalises_it(data: Any) -> None:
    names = data.draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    filters = v3.where({name: data.draw(filter_values(name)) for name in names})
    assert filters.applied == filters_echo(filters.to_dict())
    assert with_filters_echo({"filters": filters.to_dict()}, counts_body(1))["filters_applied"] == filters.applied


# Warnings:


def strict_client(base_url: str, httpx_args: dict[str, Any]) -> Any:
    return connect(base_url, strict=True, **httpx_args)


@pytest.mark.parametrize("ask", REQUESTS.values(), ids=REQUESTS)
def test_what_the_service_warns_of_reaches_the_caller_at_the_line_that_asked(ask: Any) -> None:
    with pytest.warns(ServiceWarning, match="the service warns: Mind .*the gap") as caught:
        ask(client(service_of_six_rows(warnings=["Mind \x1b[31mthe\n gap."])))
    assert len({str(one.message) for one in caught}) == 1
    assert all("\x1b" not in str(one.message) for one in caught)
    if "async" not in str(ask):
        assert all(not one.filename.startswith(str(idc_ext.__file__).rpartition("/")[0]) for one in caught)


@pytest.mark.parametrize("ask", REQUESTS.values(), ids=REQUESTS)
def test_a_strict_client_takes_a_warning_for_an_error(ask: Any) -> None:
    idc = client(service_of_six_rows(warnings=["One.", "Two."]), strict_client)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(
            ServiceWarned, match=r"/v3/.*: the service warns: One\.; the service warns: Two\."
        ) as raised:
            ask(idc)
    assert raised.value.warnings == ("the service warns: One.", "the service warns: Two.")
    again = pickle.loads(pickle.dumps(raised.value))  # noqa: S301 - made in this line
    assert (str(again), again.warnings) == (str(raised.value), raised.value.warnings)


@pytest.mark.parametrize(
    "hint",
    [
        "Zero series matched; 'ct' is not a value of Modality (values are case-sensitive). Did you mean ['CT']?",
        "Nothing was found, and Modality has no 'ct'. There is 'CT'.",
        'No match for Modality ["ct"]: try ["CT"]',
    ],
)
def test_a_hint_about_letter_case_becomes_did_you_mean_in_whichever_words_it_comes(hint: str) -> None:
    def answer(path: str, body: Any) -> Any:
        return {**counts_body(0), "warnings": [hint]}

    with pytest.warns(ServiceWarning, match="^nothing was found; Modality 'ct': did you mean CT\\?$"):
        v3.counts(client(answer), {"Modality": "ct"})


def test_a_hint_about_several_values_names_each_of_them() -> None:
    hint = "Zero series matched; Modality has no 'ct', 'mr', 'CT'. Did you mean ['CT', 'MR']?"

    def answer(path: str, body: Any) -> Any:
        return {**counts_body(0), "warnings": [hint]}

    with pytest.warns(ServiceWarning) as caught:
        v3.counts(client(answer), {"Modality": ["ct", "PT", "mr"]})
    assert [str(one.message) for one in caught] == [
        "nothing was found; Modality 'ct': did you mean CT?",
        "nothing was found; Modality 'mr': did you mean MR?",
    ]


def test_no_hint_proposes_a_value_that_was_asked_for() -> None:
    idc = client(lambda _path, _body: {**counts_body(0), "warnings": ["Nothing has ['ct', 'CT']."]})
    with pytest.warns(ServiceWarning, match=r"^the service warns: Nothing has \['ct', 'CT'\]\.$"):
        v3.counts(idc, {"Modality": ["ct", "CT"]})


def test_nothing_is_said_to_be_missing_where_something_was_found() -> None:
    idc = client(lambda _path, _body: {**counts_body(6), "warnings": ["The attribute 'Modality' was renamed."]})
    with pytest.warns(ServiceWarning, match=r"^the service warns: The attribute 'Modality' was renamed\.$"):
        v3.counts(idc, {"Modality": "MODALITY"})


def test_a_hint_about_very_many_values_is_cut_short_and_takes_no_longer_than_they_are_many() -> None:
    asked = [f"p{number}" for number in range(20_000)]  # compared each with each they would take minutes
    hint = f"Zero series matched; there are {[value.upper() for value in asked]}"
    idc = client(lambda _path, _body: {**counts_body(0), "warnings": [hint]}, strict_client)
    with pytest.raises(ServiceWarned, match=r"did you mean P0.*the service warns of 19960 things more") as raised:
        v3.counts(idc, {"PatientID": asked})
    assert len(raised.value.warnings) == 41


def test_a_service_that_does_not_stop_warning_is_cut_short() -> None:
    idc = client(service_of_six_rows(warnings=[f"{number}." for number in range(100_000)]), strict_client)
    with pytest.raises(ServiceWarned, match=r"the service warns of 99960 things more$") as raised:
        v3.counts(idc, FILTERS)
    assert raised.value.warnings[0] == "the service warns: 0."
    assert len(raised.value.warnings) == 41


@pytest.mark.parametrize("length", [10, 10_000])
def test_a_long_warning_is_cut_short(length: int) -> None:
    with pytest.warns(ServiceWarning) as caught:
        v3.counts(client(service_of_six_rows(warnings=["x" * length])), FILTERS)
    assert len(str(caught[0].message)) == min(length + len("the service warns: "), 300)


def test_real_hints_name_the_spelling_that_occurs(standin: str) -> None:
    with connect(standin) as idc, connect(standin, strict=True) as careful:
        for ask in (v3.counts, lambda *asked: list(v3.manifest(*asked))):
            with pytest.warns(ServiceWarning, match="Modality 'mr': did you mean MR"):
                ask(idc, {"Modality": "mr"})
            with pytest.raises(ServiceWarned, match="did you mean MR"):
                ask(careful, {"Modality": "mr"})


# The whole archive:


def test_that_nothing_was_filtered_is_no_warning_where_it_was_meant(standin: str) -> None:
    with connect(standin, strict=True) as idc:
        assert v3.counts(idc, {}, all_of_idc=True).series == 1_044_191
        assert sum(one.series for one in v3.licenses(idc, {}, all_of_idc=True)) == 1_044_191


@pytest.mark.parametrize("canned", [["New.", "Everything."], ["Everything.", "New."]])
def test_another_warning_beside_that_nothing_was_filtered_is_not_swallowed(canned: list[str]) -> None:
    empty = {"filters_applied": {"terms": {}, "ranges": {}}, "warnings": canned}
    with pytest.raises(ServiceWarned, match=r"the service warns: New\."):
        v3.counts(client(lambda _path, _body: {**counts_body(1), **empty}, strict_client), {}, all_of_idc=True)


def archive_of(rows: list[dict[str, Any]], series: int) -> Callable[[str, Any], Any]:
    """A service that refuses manifests without filters, and has so many series in total."""

    def answer(path: str, body: Any) -> Any:
        if path == "/v3/stats":
            return {"idc_version": "v25", "collections": 1, "analysis_results": 0, **counts_body(series)}
        if path.startswith("/v3/cohort/manifest"):
            assert body["filters"], "a manifest without filters is refused"
        return (
            text_service([row["series_aws_url"] for row in rows])(path, body)
            if "txt" in path
            else manifest_service(rows)(path, body)
        )

    return answer


async def test_the_whole_archive_is_listed_and_held_against_its_total() -> None:
    idc = client(archive_of(ROWS, len(ROWS)))
    assert len(list(v3.manifest(idc, {}, all_of_idc=True, page_size=2))) == len(ROWS)
    assert len(await collect(v3.manifest(idc, {}, all_of_idc=True))) == len(ROWS)
    assert len(list(v3.manifest_lines(idc, {}, all_of_idc=True))) == len(ROWS)


@pytest.mark.parametrize("series", [len(ROWS) - 1, len(ROWS) + 1])
async def test_an_archive_of_another_total_than_was_listed_is_an_error(series: int) -> None:
    idc = client(archive_of(ROWS, series))
    with pytest.raises(PagingError, match=f"6 rows are listed where {series} were counted"):
        list(v3.manifest(idc, {}, all_of_idc=True))
    with pytest.raises(PagingError, match=f"6 rows are listed where {series} were counted"):
        await collect(v3.manifest(idc, {}, all_of_idc=True))
    with pytest.raises(Exception, match="lines that were counted"):
        list(v3.manifest_lines(idc, {}, all_of_idc=True))


def test_the_whole_archive_takes_no_filters_beside_it() -> None:
    for ask in (v3.counts, v3.manifest, v3.licenses):
        with pytest.raises(InvalidFilter, match="takes no filters"):
            ask(connect("http://127.0.0.1:9"), RIDER, all_of_idc=True)
        with pytest.raises(InvalidFilter, match="takes no filters"):
            ask(connect("http://127.0.0.1:9"), v3.where(RIDER), all_of_idc=True)


def test_what_selects_the_whole_archive_on_purpose_is_not_seen_by_the_caller() -> None:
    assert v3.where(all_of_idc=True).to_dict() == {}
    assert repr(v3.where(all_of_idc=True)) == "where(all_of_idc=True)"
    assert v3.where(RIDER).to_dict() == WIRE


# Rows and counts, whatever the echo says:

ODD_ROWS = {
    "collection_id": ({"collection_id": ["rider_pilot"]}, "tcga_luad"),
    "PatientID": ({"PatientID": ["p0000", "p0001"]}, "p9"),
    "StudyInstanceUID": ({"StudyInstanceUID": ["1.2"]}, "1.3"),
    "SeriesInstanceUID": ({"SeriesInstanceUID": [row["SeriesInstanceUID"] for row in ROWS]}, "1.9"),
    "Modality": ({"Modality": ["CT", "MR"]}, "SR"),
    "Modality, without a value": ({"Modality": ["CT"]}, None),
    "instanceCount": ({"instanceCount": (1, 5)}, 6),
    "instanceCount, without a value": ({"instanceCount": (1, None)}, None),
    "series_size_MB": ({"series_size_MB": (None, 0.5)}, 0.51),
}


@pytest.mark.parametrize(("filters", "value"), ODD_ROWS.values(), ids=ODD_ROWS)
@pytest.mark.parametrize("more", [{}, {"new": 1}], ids=["from bytes", "from JSON"])
async def test_a_row_that_the_filters_rule_out_is_a_contract_error(filters: Any, value: Any, more: Any) -> None:
    (name,) = filters
    right = [{**row, **more} for row in ROWS]
    assert len(list(v3.manifest(client(manifest_service(right)), filters))) == 6
    rows = [*right[:-1], {**right[-1], name: value}]
    for size in (2, 100):
        walk = v3.manifest(client(manifest_service(rows)), filters, page_size=size)
        message = f"a row has the {name} {value!r}, which was not requested: the service ignored a filter"
        with pytest.raises(ContractError, match=message):
            list(walk)
        with pytest.raises(ContractError, match=message):
            await AsyncRows(walk).to_arrow()


@pytest.mark.parametrize(
    ("filters", "counts", "message"),
    [
        ({"SeriesInstanceUID": ["1.1", "1.2", "1.1"]}, {"series": 3}, "there are 3 series, which the filters rule out"),
        ({"StudyInstanceUID": ["1.1"]}, {"studies": 2}, "there are 2 studies, which the filters rule out"),
        ({"instanceCount": (None, 5)}, {"series": 2, "instances": 11}, "there are 11 instances"),
        ({"instanceCount": (5, None)}, {"series": 2, "instances": 9}, "there are 9 instances"),
    ],
)
def test_counts_that_the_filters_rule_out_are_a_contract_error(filters: Any, counts: Any, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        v3.counts(client(lambda *_: {**counts_body(1), **counts}), filters)


@given(data=st.data())
@settings(max_examples=15)
def test_no_real_answer_is_ruled_out_by_its_filters(standin: str, data: st.DataObject) -> None:
    column = data.draw(
        st.sampled_from(["collection_id", "Modality", "instanceCount", "series_size_MB", "SeriesInstanceUID"])
    )
    with connect(standin) as idc:
        start = v3.where(collection_id="rider_pilot")
        rows = list(v3.manifest(idc, start, page_size=100).walk(max_items=60))
        values = data.draw(st.lists(st.sampled_from([row.to_dict()[column] for row in rows]), min_size=2, max_size=2))
        wanted = values if isinstance(values[0], str) else (min(values), max(values))
        filters = {"collection_id": "rider_pilot", column: wanted}
        found = v3.counts(idc, filters).series
        assert found == len(list(v3.manifest(idc, filters)))
        assert found > 0
