"""Every fault changes an answer, every value can be mutated, and the suite catches a sample of both."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from idc_contract.document.openapi import OPERATIONS, resolved
from tests.contract.faults import mutators, v1, v3
from tests.contract.faults.bench import RELATIONS, Bench, first_finding
from tests.contract.faults.mutators import Mutant, draw, mutated, path, population
from tests.contract.faults.probe import probe
from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.faults.fault import Fault
    from tests.contract.faults.probe import Shown

FAULTS = {**v1.FAULTS, **v3.FAULTS}


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """One bench with its cache, for all tests."""
    with Bench() as made:
        yield made


@pytest.fixture(scope="session")
def healthy(bench: Bench) -> dict[str, list[Shown]]:
    """The answers of a healthy service to the series of requests, by generation."""
    rounds: dict[str, list[Shown]] = {}
    for generation in ("v1", "v3"):
        with bench.service() as service:
            rounds[generation] = list(probe(service, generation))
    return rounds


def test_there_are_enough_faults_of_both_generations() -> None:
    assert len(v1.FAULTS) >= 50
    assert len(v3.FAULTS) >= 300


def test_no_two_faults_have_the_same_sentence() -> None:
    sentences = [(fault.generation, fault.sentence) for fault in FAULTS.values()]
    assert len(set(sentences)) == len(sentences)
    assert all(fault.sentence.endswith(".") and ". " not in fault.sentence for fault in FAULTS.values())


def test_the_report_of_the_last_measurement_describes_the_faults_as_they_are() -> None:
    text = (ROOT / "docs" / "contract-power.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(v[13]_\w+)` \| [^|]+ \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE))
    assert len(rows) > 300
    known = {name: fault.sentence for name, fault in FAULTS.items() if name in rows}
    assert {name: rows[name] for name in known} == known


def test_a_healthy_service_gives_the_same_answers_twice(bench: Bench, healthy: dict[str, list[Shown]]) -> None:
    for generation, answers in healthy.items():
        with bench.service() as service:
            assert list(probe(service, generation)) == answers


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_changes_an_answer(
    fault: Fault, bench: Bench, healthy: dict[str, list[Shown]], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    really = asyncio.sleep

    async def sleep(seconds: float, *more: Any) -> None:
        slept.append(seconds if seconds < 60 else 0)
        await really(0 if 1 < seconds < 60 else seconds, *more)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    right = healthy[fault.generation]
    with bench.service(fault.new()) as service:
        found = probe(service, fault.generation)
        assert any(one != other for one, other in zip(found, right, strict=False)) or max(slept, default=0) > 5


def test_a_fault_keeps_to_its_generation(bench: Bench, healthy: dict[str, list[Shown]]) -> None:
    faults = [fault.new() for fault in v3.FAULTS.values() if fault.kind in ("status", "bytes")]

    async def all_of_them(request: Any, forward: Any) -> Any:
        for layer in faults:
            assert (await layer(request, forward)).status
        return await forward(request)

    with bench.service(all_of_them) as service:
        assert [one for one, _ in zip(probe(service, "v1"), range(20), strict=False)] == healthy["v1"][:20]


# --- mutants -------------------------------------------------------------------------------------------------------


def test_every_operation_has_mutants() -> None:
    assert {mutant.operation for mutant in population()} == set(OPERATIONS)


def test_every_array_and_member_of_an_example_is_in_the_population() -> None:
    """Walks the documented examples with the pointers: what no pointer reaches would go unspoilt."""
    for name, described in OPERATIONS.items():
        media = resolved(described.node["responses"]["200"])["content"]
        known = {mutant.pointer for mutant in population() if mutant.operation == name}
        for content in media.values():
            for pointer in _leaves(content.get("example"), ()):
                assert any(_covers(one, pointer) for one in known), (name, path(pointer))


def _leaves(value: Any, pointer: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, (*pointer, name))
    elif isinstance(value, list):
        yield pointer
        for item in value:
            yield from _leaves(item, (*pointer, mutators.ITEM))
    elif value is not None:
        yield pointer


def _covers(pointer: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(pointer) == len(other) and all(a in (b, mutators.ANY) for a, b in zip(pointer, other, strict=True))


def test_every_mutator_changes_what_it_can() -> None:
    for mutator, value in {
        "null": 1,
        "type": 1,
        "+1": 1,
        "-1": 1.5,
        "swapcase": "a",
        "append": "",
        "flip": True,
    }.items():
        assert mutated(mutator, value) != value or mutated(mutator, value) is not value
    assert mutated("swapcase", text := "12.5") is text
    assert mutated("null", None) is None
    for mutator in mutators.ARRAY:
        assert mutated(mutator, [1, 2]) != [1, 2]
    assert mutated("reverse", one := [1]) is one


def test_a_draw_is_repeatable_and_has_no_doubles() -> None:
    drawn = draw(7, 200)
    assert drawn == draw(7, 200)
    assert drawn != draw(8, 200)
    assert len({(one.operation, one.pointer, one.mutator) for one in drawn}) == 200


def test_every_excuse_has_a_reason_and_a_mutant() -> None:
    known = {(one.operation, path(one.pointer), one.mutator) for one in population()}
    for excuse in mutators.excuses():
        assert excuse["reason"]
        assert {(excuse["operation"], excuse["pointer"], one) for one in excuse["mutators"]} <= known


# --- a sample ------------------------------------------------------------------------------------------------------

#: By fault the relation that is there for it: to run all others before it would take minutes.
SAMPLE = {
    "v1_lost_at_boundary": "pages of thousands are whole",
    "v1_total_off_by_one": "collections are those that have images",
    "v1_only_first_value": "many values are all wanted",
    "v1_case_matters": "parts sum to the whole",
    "v1_texture_values_exchanged": "nodules are as their readers saw them",
    "v1_characteristic_case_matters": "a characteristic selects as many nodules as have it",
    "v1_either_characteristic": "characteristics together are an intersection",
    "v1_margin_by_sphericity": "a characteristic selects as many nodules as have it",
    "v1_subjects_wrong": "the collections of version 1 are those of 2021",
    **dict.fromkeys(
        (
            "v1_sql_or_for_and",
            "v1_sql_sign_lost",
            "v1_sql_bounds_swapped",
            "v1_sql_not_in",
            "v1_sql_joined_with_everyone",
            "v1_sql_of_measured_only",
            "v1_sql_bound_excluded",
            "v1_sql_pattern_as_text",
            "v1_sql_null_lost",
        ),
        "sql selects what the filters mean",
    ),
    "v1_sql_distinct_lost": "a manifest is what the index says",
    "v1_sql_limited": "a query is what the index says",
    "v1_subjects_with_point": "collections are those that have images",
    "v3_counts_with_point": "totals are those of the tables",
    "v3_values_with_point": "values of some columns are always looked at",
    **dict.fromkeys(
        ("v3_sql_integers_with_point", "v3_signs_lost", "v3_text_composed", "v3_empty_text_as_null"),
        "values have their form in json",
    ),
    "v1_another_page_after_a_full_one": "a walk ends with a full page",
    "v1_sql_cut": "long sql is complete",
    "v3_token_refused_where_none_is_needed": "what is open takes any token",
    "v3_statement_cut": "a long statement is run to its end",
    "v3_nulls_first": "nulls are where the order says",
    "v1_head_of_another_length": "head is a get without a body",
    "v1_options_fail": "options are no failure",
    "v3_any_tag_matches": "an answer is not modified only if it is the same",
    "v3_any_date_matches": "an answer is not modified only if it is the same",
    "v3_tag_without_quotes": "an answer is not modified only if it is the same",
    "v1_tag_of_the_path": "a tag is of one user",
    "v3_always_compressed": "the coding of an answer changes nothing",
    "v1_cut_if_compressed": "the coding of an answer changes nothing",
    "v3_range_off_by_one": "a part is a part of the same",
    "v3_charset_refused": "the charset of a body changes nothing",
    "v3_large_body_refused": "a large body means what a small one does",
    "v1_large_body_cut": "a large body means what a small one does",
    "v3_letters_composed": "letters are not composed",
    "v3_redirect_to_any_host": "a redirect stays on the host",
    "v3_credentials_for_everyone": "an origin gets no credentials",
    "v3_origin_kept_for_others": "an origin gets no credentials",
    "v3_refusals_without_origins": "a refusal can be read where an answer can",
    "v1_description_cut": "a saved cohort is kept as it was sent",
    "v3_citations_in_another_form": "citations are in the form asked for",
    "v1_traceback_in_refusals": "unknown parameters are refused",
    "v3_path_in_refusals": "a request without sql is invalid",
    "v3_page_in_refusals": "a request without sql is invalid",
    "v1_kept_by_shared_caches": "no shared cache keeps what belongs to a user",
    "v1_user_of_the_last_request": "users at once get their own answers",
    **dict.fromkeys(
        ("v3_clinical_rows_lost", "v3_clinical_values_as_text", "v3_clinical_tables_of_all_collections"),
        "clinical tables are there or not",
    ),
    "v1_byte_order_mark": "versions are numbered from 1 and one is active",
    "v3_lost_after_three": "a page is the slice of the ordered series",
    "v3_gte_as_gt": "counts are those of the series that meet the filters",
    "v3_case_folded": "a page is the slice of the ordered series",
    "v3_detail_differs": "a collection is what its series make it",
    "v3_second_statement_dropped": "only reading is allowed",
    "v3_empty_ranges_said": "what was applied is what was sent in normal form",
    "v3_whole_numbers_said": "both bounds are always repeated",
    "v3_ranges_warned_first": "warnings are those that are due",
    "v3_letter_case_of_first_only": "another letter case is pointed out where nothing is found",
    "v3_bare_licences": "filters that do not stand under their name are refused",
    "v3_everything_by_empty_range": "a manifest of everything is refused",
    "v3_upper_bound_first": "the first mistake is the one that is refused",
    "v3_one_dash_taken": "a bound that is not a day is refused",
    "v3_lists_of_records_doubled": "members of columns are spelled out",
}
#: The same of mutants.
SPOILT = {
    Mutant("getStats", ("series",), "+1", "all"): "totals are those of the tables",
    Mutant(
        "getManifest", ("series", "[]", "series_size_MB"), "+1", "first"
    ): "a page is the slice of the ordered series",
    Mutant("getTable", ("columns", "[]", "name"), "swapcase", "first"): "attributes are the documents",
    Mutant("getLicenses", ("licenses",), "reverse", "all"): "licenses are those of the series",
    Mutant(
        "listVersions", ("versions", "[]", "active"), "flip", "all"
    ): "versions are numbered from 1 and one is active",
    Mutant("previewQuery", ("query_results", "json", "[]", "*"), "swapcase", "first"): (
        "a saved cohort selects what its preview does"
    ),
    Mutant("previewManifest", ("manifest", "totalFound"), "-1", "all"): "collections are those that have images",
    Mutant("getAccountDetails", ("user_details", "email"), "append", "all"): "an account is that of the token",
}


@pytest.mark.parametrize(("name", "relation"), SAMPLE.items(), ids=SAMPLE)
def test_the_suite_catches_a_fault(name: str, relation: str, bench: Bench) -> None:
    with bench.service(FAULTS[name].new()) as service:
        only = frozenset([relation])
        assert first_finding(service, FAULTS[name].generation, seed=1, layers=(RELATIONS,), only=only)


@pytest.mark.parametrize(("mutant", "relation"), SPOILT.items(), ids=[mutant.name for mutant in SPOILT])
def test_the_suite_catches_a_mutant(mutant: Mutant, relation: str, bench: Bench) -> None:
    spoiler = mutant.new()
    with bench.service(spoiler) as service:
        assert first_finding(service, mutant.generation, seed=1, layers=(RELATIONS,), only=frozenset([relation]))
    assert spoiler.applied
