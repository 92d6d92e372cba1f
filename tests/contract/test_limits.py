"""Runs that cannot be complete: too little time, a service that stops, answers that no program can read."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from idc_contract import local_standin, replay
from idc_contract.__main__ import main
from idc_contract.calls import Answer, InProcess, Layered, Request, Unreachable
from idc_contract.layers import suite
from idc_contract.options import again, parser
from idc_contract.oracle.index import installed
from idc_contract.preflight import checks
from idc_contract.preflight.unusable import Unusable
from idc_contract.relations import v3
from idc_contract.relations.relation import Relation, Relations, holds
from idc_contract.report import groups
from idc_contract.report.summary import summary
from idc_contract.service import Service
from tests.support.canned_caller import HEALTHY, Canned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from idc_contract.relations.relation import Draw


def slow_ones() -> list[Relation]:
    """Two relations that take a minute, and one that is broken."""
    relation = Relations("v3")

    @relation(600)
    def the_first_takes_a_minute(service: Service, draw: Draw) -> None:
        """An example takes a tenth of a second."""
        draw(st.integers())
        time.sleep(0.1)

    @relation(600)
    def the_second_takes_a_minute(service: Service, draw: Draw) -> None:
        """An example takes a tenth of a second."""
        draw(st.integers())
        time.sleep(0.1)

    @relation(5)
    def the_last_does_not_hold(service: Service, draw: Draw) -> None:
        """No number is a number."""
        holds(draw(st.none()) is not None, "a number", "it is none")

    return relation.all


@pytest.fixture
def healthy(monkeypatch: pytest.MonkeyPatch) -> Callable[..., suite.Outcome]:
    """A function that runs a plan with these relations on a service that answers what the suite asks first."""

    def run(relations: list[Relation], **settings: Any) -> suite.Outcome:
        monkeypatch.setattr(v3, "RELATIONS", relations)
        return suite.run(Service(Canned(HEALTHY), index=installed()), suite.Plan(("v3",), ("relations",), **settings))

    return run


def test_with_little_time_every_relation_runs_with_fewer_examples(healthy: Callable[..., suite.Outcome]) -> None:
    found = healthy(slow_ones(), seconds=2.0)
    assert [missing for _, missing in found.relations] == [frozenset()] * 3
    assert [one.relation for one in found.findings] == ["the last does not hold"]
    assert found.seconds < 3
    assert all(found.times["v3", relation.name] > 0.3 for relation, _ in found.relations[:2])


def test_relations_that_did_not_run_are_no_verdict(healthy: Callable[..., suite.Outcome]) -> None:
    found = healthy(slow_ones(), seconds=0.05)
    assert found.unchecked
    assert groups.verdict(found) == "Could not check: 2 of 3 relations did not run: give more time."


def test_time_that_is_too_short_for_a_run_is_exit_code_2(
    standin: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(v3, "RELATIONS", slow_ones()[:2])
    assert main(["--url", standin, "--generation", "v3", "--layer", "relations", "--max-time", "0.001"]) == 2
    assert "relations did not run: give more time" in capsys.readouterr().out


def test_a_service_too_slow_for_the_time_is_one_sentence() -> None:
    service = Service(Canned(HEALTHY, seconds=40.0))
    with pytest.raises(Unusable, match=r"answers in 40 s, and .* give more time than --max-time 1$"):
        checks.run(service, suite.Plan(("v3",), seconds=60.0), limit=None)
    assert checks.run(service, suite.Plan(("v3",), seconds=36000.0), limit=None).seconds == 36000.0


# --- a service that stops ------------------------------------------------------------------------------------------


@pytest.fixture
def changed() -> Iterator[Callable[[Any], Service]]:
    """A function that makes a service of the stand-in and of a layer before it."""
    with ExitStack() as stack:
        app, _ = stack.enter_context(local_standin.standin())

        def make(layer: Any) -> Service:
            layered: Any = Layered(app, layer)
            return Service(stack.enter_context(closing(InProcess(layered))))

        yield make


@pytest.mark.parametrize("status", [404, 503])
def test_a_service_that_stops_in_the_middle_was_not_checked(changed: Callable[[Any], Service], status: int) -> None:
    left = [60]

    async def stopping(request: Request, forward: Any) -> Answer:
        left[0] -= 1
        answer: Answer = await forward(request)
        return answer if left[0] > 0 else replace(answer.with_body(b"{}"), status=status)

    with pytest.raises(Unreachable, match=rf"stopped answering at .* UTC, after \d+ .*\(GET /v3/version {status}, "):
        suite.run(changed(stopping), suite.Plan(("v3",), ("relations",), share=0.01))


def test_a_service_that_finds_nothing_is_still_there() -> None:
    service = Service(Canned(HEALTHY))
    for _ in range(25):
        assert service.send(Request("GET", "/v3/series/x")).status == 404


# --- answers that no program can read --------------------------------------------------------------------------------


def test_an_operation_that_answers_html_is_one_finding(changed: Callable[[Any], Service]) -> None:
    async def page(request: Request, forward: Any) -> Answer:
        answer: Answer = await forward(request)
        if request.path != "/v3/stats" or answer.status != 200:
            return answer
        return answer.with_body(b"<html><p>hello</html>").with_header("content-type", "text/html")

    only = {"what is open takes any token", "getStats"}
    found = suite.run(changed(page), suite.Plan(("v3",), only=frozenset(only)))
    (group,) = groups.grouped(found.findings)
    assert group.key == "v3 · getStats · 200 · media type is declared"
    assert group.first.message.endswith("200 comes as 'text/html'")
    assert len(group.findings) > 2
    assert group.first.sentence == "Answers have the media type that the document names."
    assert group.first.during.startswith("An operation for which the document wants no token")
    printed = summary(found)
    assert "rule: Answers have the media type" in printed
    assert "getCitations" not in printed  # only what was asked is listed


# --- replay ----------------------------------------------------------------------------------------------------------


def test_a_name_of_no_finding_is_refused_before_anything_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://127.0.0.1:9", "--replay", "v3 · relations · pages"]) == 2
    assert "there is no relation 'pages' of v3" in capsys.readouterr().err
    for name in ("v3 · x", "v3 · x · y", "v3", "v3 · schemathesis · x", "v3 · listCohorts · 200", "v3 · shapes · x"):
        assert main(["--url", "http://127.0.0.1:9", "--replay", name]) == 2
        assert "is not the name of a finding" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("v3 · getStats · 200 · media type is declared", ("schemathesis",)),
        ("v3 · schemathesis · - · the run is complete", ("schemathesis",)),
        ("v3 · schemathesis · getStats", ("schemathesis",)),
        ("v3 · answers are in time", ("relations",)),
        ("v3 · shapes · getStats · body is JSON", ("shapes",)),
    ],
)
def test_every_kind_of_name_has_a_run_that_can_find_it_again(name: str, layers: tuple[str, ...]) -> None:
    first = next(replay.plans(suite.Plan(), name))
    assert (first.generations, tuple(first.layers)) == (("v3",), layers)


def test_the_estimate_of_a_replay_is_that_of_its_relation() -> None:
    service, name = Service(Canned(HEALTHY)), "v3 · relations · a page is the slice of the ordered series"
    plan = suite.Plan(("v3",))
    alone = checks.run(service, next(replay.plans(plan, name)), limit=None)
    assert 0 < 10 * alone.requests < checks.run(service, plan, limit=None).requests


def test_the_options_that_run_the_same_again_have_times_and_shares(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--stand-in", "--limit", "3", "--max-time", "5", "--share", "0.5", "--seed", "1"]
    assert set(again(parser().parse_args(words)).split()) == set(words)
    with pytest.raises(SystemExit):
        parser().parse_args(["--share", "0"])
    assert "is not a share above 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["--rate", "-1"], ["--rate", "nan"], ["--examples", "-3"], ["--examples", "0"], ["--limit", "0"],
        ["--limit", "inf"], ["--baseline-seeds", "0"], ["--floor", "101"], ["--floor", "-1"], ["--max-time", "-1"],
        ["--share", "nan"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_number_out_of_its_bounds_is_refused(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(words)
    assert f"{words[1]!r} is not" in capsys.readouterr().err


def test_numbers_of_a_run_are_repeated_exactly() -> None:
    words = ["--url", "http://h", "--rate", "0.1234567891", "--limit", "12345.678901", "--examples", "1234567"]
    assert set(words) < set(again(parser().parse_args(words)).split())


def test_the_seeds_of_a_baseline_share_the_time(
    standin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(v3, "RELATIONS", slow_ones())
    words = ["--url", standin, "--generation", "v3", "--layer", "relations", "--max-time", "0.1"]
    began = time.monotonic()
    main([*words, "--write-baseline", str(tmp_path / "b.yaml"), "--baseline-seeds", "3"])
    assert time.monotonic() - began < 9
    assert "seed 3: 0 more findings" in capsys.readouterr().out
