"""openapi.yaml on a running stand-in, by schemathesis, as schemathesis.toml and hooks.py tell it.

Runs schemathesis' engine, as its command does: its pytest fixture asks pytest 9.2 for what is no longer there, and its
pytest state machine takes no seed from the configuration. One run, of which each test tells one thing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from tests.conftest import serving
from tests.contract import hooks
from tests.contract.document import DOCUMENT, OPERATIONS, ROOT, V1, Operation, examples, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

CHAINS = "Stateful tests"
COHORTS = 40  # more than the dictionary of schemathesis.toml goes up to


# Mistakes of the server that wait to be mended; a test that is no longer needed here fails, so that its row goes.
@dataclass
class Run:
    """What came of the run; operations by their identifiers."""

    failures: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    statuses: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    followed: set[str] = field(default_factory=set)
    phases: dict[str, Status] = field(default_factory=dict)

    def note(self, event: events.EngineEvent) -> None:
        """Take down what an event of the engine tells."""
        if isinstance(event, events.ScenarioFinished):
            self._scenario(event)
        elif isinstance(event, events.PhaseFinished):
            self.phases[event.phase.name.value] = event.status
        elif isinstance(event, events.NonFatalError):
            self.errors.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception

    def _scenario(self, event: events.ScenarioFinished) -> None:
        recorder, chained = event.recorder, event.recorder.label == CHAINS
        for case_id, node in recorder.cases.items():
            interaction = recorder.interactions.get(case_id)
            if interaction and interaction.response:
                self.statuses[hooks.name(node.value)][interaction.response.status_code] += 1
            if node.transition and node.is_transition_applied:
                self.followed.add(node.transition.id)
            for check in recorder.checks.get(case_id, ()):
                if check.status is not Status.SUCCESS:
                    info = check.failure_info
                    what = f"{info.failure.message}\n{info.code_sample}" if info else "the check crashed"
                    place = CHAINS if chained else hooks.name(node.value)
                    self.failures[place].append(f"{event.phase.value}, {check.name}: {what}")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One run, against a stand-in with a state of its own, so that it is the same whatever ran before."""
    state = tmp_path_factory.mktemp("schemathesis")
    file = state / "credentials"
    command = [sys.executable, "-m", "idc_standin", "token", "--state", str(state), "--email", "ada@example.org"]
    subprocess.run([*command, "--output", str(file)], check=True, capture_output=True)
    token = json.loads(file.read_text(encoding="utf-8"))["token_response"]["id_token"]
    with serving("--as-of", "2.0", "--state", str(state)) as url, pytest.MonkeyPatch.context() as patch:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
            for _ in range(COHORTS):
                http.post("/v1/cohorts", json=examples(OPERATIONS["createCohort"].body)[0]).raise_for_status()
        patch.setenv("IDC_TOKEN", token)
        config = SchemathesisConfig.from_path(ROOT / "schemathesis.toml")
        config.projects.default.update(base_url=url)
        paths = {path: item for path, item in DOCUMENT["paths"].items() if path.startswith("/v1/")}
        schema = schemathesis.openapi.from_dict(deepcopy({**DOCUMENT, "paths": paths}), config=config)
        hooks.GRANTED.clear()
        found = Run()
        for event in from_schema(schema).execute():
            found.note(event)
        yield found


def _operations() -> list[Any]:
    return [pytest.param(operation, id=operation.id) for operation in V1.values()]


@pytest.mark.parametrize("operation", _operations())
def test_an_operation_behaves_as_the_document_says(run: Run, operation: Operation) -> None:
    assert run.failures[operation.id] == []


def test_chains_of_linked_operations_behave_as_the_document_says(run: Run) -> None:
    assert run.failures[CHAINS] == []


def test_every_link_was_followed(run: Run) -> None:
    links = {name for o in V1.values() for a in o.node["responses"].values() for name in resolved(a).get("links", ())}
    assert links
    assert {name for name in links if any(name in one for one in run.followed)} == links


def test_the_run_was_whole(run: Run) -> None:
    assert run.errors == []
    assert {"examples", "coverage", "fuzzing", "stateful"} <= set(run.phases)
    assert set(run.phases.values()) <= {Status.SUCCESS, Status.FAILURE}


@pytest.mark.parametrize("operation", V1.values(), ids=V1)
def test_an_operation_was_met_in_good_and_in_bad_moods(run: Run, operation: Operation) -> None:
    statuses = run.statuses[operation.id]
    assert statuses[200] > 1
    if operation.parameters or operation.body:
        assert statuses[400] + statuses[404] > 1
    if operation.security:
        assert statuses[401] > 1


@pytest.mark.parametrize("exemption", hooks.EXEMPTIONS, ids=lambda exemption: exemption.words)
def test_an_exemption_is_still_needed(run: Run, exemption: hooks.Exemption) -> None:
    assert hooks.GRANTED[exemption.words] > 0
