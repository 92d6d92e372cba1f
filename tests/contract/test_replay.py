"""The same seed in another process, findings checked alone, and baselines that hold with other seeds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from idc_contract import replay
from idc_contract.calls import Answer, Broken, InProcess, Layered, Request
from idc_contract.document.openapi import OPERATIONS
from idc_contract.judge import judge, location
from idc_contract.layers import suite
from idc_contract.local_standin import standin
from idc_contract.oracle.index import installed
from idc_contract.report import baseline, groups
from idc_contract.report.junit import junit
from idc_contract.report.summary import summary
from idc_contract.service import Service, User, reason
from tests.contract.faults import v3 as faults

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TODAY = date(2026, 11, 30)


def broken(fault: str, seed: int, only: Sequence[str]) -> suite.Outcome:
    """The outcome of some relations of v3 on a stand-in with a fault."""
    with standin() as (app, users):
        layered: Any = Layered(app, faults.FAULTS[fault].new())
        with closing(InProcess(layered)) as caller:
            service = Service(caller, users, index=installed(), write=True, start="idc-standin serve")
            plan = suite.Plan(("v3",), ("relations",), seed, only=frozenset(only))
            return suite.run(service, plan)


# --- keys and groups ---------------------------------------------------------------------------------------------


ONE_FAULT = (
    "counts are those of the series that meet the filters",
    "both bounds are always repeated",
    "values are repeated as they were sent",
)


def test_one_cause_is_one_finding_with_its_places_and_a_key_that_no_seed_changes() -> None:
    first, second = (broken("v3_size_as_text", seed, ONE_FAULT) for seed in (1, 2))
    (one,), (other,) = groups.grouped(first.findings), groups.grouped(second.findings)
    assert one.key == other.key == "v3 · countCohort · 200 · body fits its schema · /size_TB type"
    assert len(one.places) > 1
    assert one.first.operation == "countCohort"
    assert one.first.sentence
    assert re.fullmatch(r"1\. curl .* http://127\.0\.0\.1:8021/v3/cohort/counts  # 200", one.first.trail[0])
    printed = summary(first)
    assert printed.count("body fits its schema · /size_TB type") == 1
    assert "to start the same service for the commands below: idc-standin serve" in printed
    assert printed.endswith("does not hold: 1 finding.\n")


def test_a_baseline_of_one_seed_accepts_the_same_fault_with_nine_others(tmp_path: Path) -> None:
    rarely, mostly = "a page is the slice of the ordered series", "counts are those of the series that meet the filters"
    file = tmp_path / "accepted.yaml"
    with standin() as (app, users):
        layered: Any = Layered(app, faults.FAULTS["v3_gte_as_gt"].new())
        with closing(InProcess(layered)) as caller:
            service = Service(caller, users, index=installed(), write=True)
            plan = suite.Plan(("v3",), ("relations",), 1, 0.15, only=frozenset({rarely, mostly}))
            found = suite.run(service, plan)
            assert [one.relation for one in found.findings] == [mostly]
            suite.add_seeds(found, 2, lambda _: None)
            assert [group.first.relation for group in groups.grouped(found.findings)] == [mostly, rarely]
            file.write_text(baseline.dump(found.findings, TODAY), encoding="utf-8")
            for seed in range(2, 11):
                other = suite.run(service, replace(plan, seed=seed, shrink=False))
                assert baseline.part(other.findings, baseline.load(file), TODAY)[0] == []


def test_a_finding_of_a_relation_is_named_by_it_and_replayed_alone() -> None:
    name = "counts are those of the series that meet the filters"
    found = broken("v3_gte_as_gt", 1, [name])
    (group,) = groups.grouped(found.findings)
    assert group.key == f"v3 · relations · {name}"
    with standin() as (app, users):
        layered: Any = Layered(app, faults.FAULTS["v3_gte_as_gt"].new())
        with closing(InProcess(layered)) as caller:
            service = Service(caller, users, index=installed(), write=True)
            again = replay.run(service, suite.Plan(seed=1), group.key, lambda _: None)
    assert [one.message for one in again.findings] == [one.message for one in found.findings]
    assert [relation.name for relation, _ in again.relations] == [name]


def test_a_finding_that_is_gone_is_said_and_an_unknown_name_is_refused() -> None:
    key = "v3 · relations · counts are those of the series that meet the filters"
    with standin() as (app, users), closing(InProcess(app)) as caller:
        service = Service(caller, users, index=installed(), write=True)
        found = replay.run(service, suite.Plan(seed=1, share=0.1), key, lambda _: None)
        assert found.findings == []
        assert f"The finding did not occur again: {key}" in summary(found)
        alone = "v1 · relations · a cohort is its owners alone"
        unheard = replay.run(replace(service, users=()), suite.Plan(seed=1), alone, lambda _: None)
        assert unheard.unchecked
        assert "did not occur again" not in summary(unheard)
        assert "Could not check: no relation ran" in summary(unheard)
        for name in ("pages", "v3 · relations · no such thing", "v4 · relations · pages"):
            with pytest.raises(replay.UnknownFinding):
                replay.run(service, suite.Plan(), name, lambda _: None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"error": {"message": "'CT' is no value of Modality, only 'MR' is"}}, "is no value of only is"),
        ({"message": "Invalid next_page token 8a9f77"}, "token"),
        ({"detail": [{"msg": "Input should be a valid list"}]}, "should be valid list"),
        ([], ""),
    ],
)
def test_the_reason_of_a_refusal_has_no_values_of_the_request(content: Any, words: str) -> None:
    assert reason(content) == words


def test_a_place_in_an_answer_has_no_names_that_a_request_chose() -> None:
    assert location(["series", 7, "series_size_MB"], "type") == "/series/[]/series_size_MB type"
    assert location(["filters_applied", "ranges", "StudyDate", "gte"], "type") == "/filters_applied/ranges/*/* type"
    answer = Answer(Request("GET", "/v3/stats"), 200, (("content-type", "text/plain"),), b"")
    with pytest.raises(Broken) as found:
        judge(OPERATIONS["getStats"], answer)
    assert found.value.place == "getStats · 200 · media type is declared"
    for kind in ("text/html", "application/json"):  # of the document, it is text/plain
        with pytest.raises(Broken) as found:
            judge(OPERATIONS["getStats"], replace(answer, status=500, headers=(("content-type", kind),)))
        assert found.value.place == "getStats · 500"


def test_shapes_need_no_data_and_say_what_they_do_not_show() -> None:
    plan = suite.Plan(layers=("shapes",))
    with standin() as (app, _):
        layered: Any = Layered(app, faults.FAULTS["v3_size_as_text"].new())
        for one in (app, layered):
            with closing(InProcess(one)) as caller:
                found = suite.run(Service(caller), plan)
            if one is app:
                assert found.findings == []
                assert "This does not show that rows match the filters" in summary(found)
    (group,) = groups.grouped(found.findings)
    assert group.key == "v3 · countCohort · 200 · body fits its schema · /size_TB type"
    assert ET.fromstring(junit(found)).get("failures") == "1"  # noqa: S314  our own


# --- secrets -----------------------------------------------------------------------------------------------------


def test_no_curl_line_shows_a_token_or_a_part_of_one() -> None:
    head, payload, signature = "eyJhbGciOiJSUzI1NiJ9", "eyJlbWFpbCI6ImFkYUBleGFtcGxlLm9yZyJ9", "s1gn4tur3-0f-4d4-l0ng"
    token = f"{head}.{payload}.{signature}"
    users = (User("ada@example.org", token), User("eve@example.org", f"a{token}"))
    service = Service(InProcess(lambda *_: None), users)  # type: ignore[arg-type, return-value]
    changed = (token, f"a{token}", f"{head}.{payload}.", token[:-8], f"{head}.bm90aGluZw.{signature}", f"x{token}")
    for one in changed:
        line = service.curl(Request("GET", "/v1/cohorts", (("authorization", f"Bearer {one}"),)))
        assert not [part for part in (payload, signature[:-8]) if part in line]
        shown = subprocess.run(
            ["bash", "-c", f"printf '%s\\n' {line.partition('--header ')[2].rpartition(' ')[0]}"],
            env={**os.environ, "IDC_TOKEN": token, "IDC_TOKEN_2": f"a{token}"}, capture_output=True, text=True,
        ).stdout  # fmt: skip
        assert shown == f"authorization: Bearer {one}\n"
    service.caller.close()


# --- the same seed ---------------------------------------------------------------------------------------------------


def test_two_processes_send_the_same_requests() -> None:
    """Of the second one, text has other hashes, and rows that no statement ordered come in reverse."""
    words = [sys.executable, "-m", "tests.support.same_seed"]
    processes = [
        subprocess.Popen(
            [*words, turned], env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True
        )
        for seed, turned in (("1", ""), ("2", "reversed"))
    ]
    prints = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert re.fullmatch("[0-9]+ requests, [0-9a-f]{16}\n", prints[0])
    assert prints[0] == prints[1]
