"""Layer one: schemathesis on openapi.yaml, set up by schemathesis.toml, exempted by hooks.py.

Law: runs schemathesis' engine, as its command does, in one thread: its pytest state machine takes no seed from the
configuration, and with two workers the same seed sends other requests.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter, defaultdict
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from idc_contract.calls import InProcess, Layered, Unreachable
from idc_contract.document.openapi import METHODS, OPERATIONS
from idc_contract.document.openapi import examples as examples_of
from idc_contract.finding import Finding
from idc_contract.layers import hooks
from idc_contract.unreleased import served_document

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from schemathesis import Response

    from idc_contract.calls import Answer, Request
    from idc_contract.service import Service

CHAINS = "Stateful tests"
COHORTS = 20


@dataclass
class Run:
    """The outcome of a run; operations by their identifiers."""

    findings: list[Finding] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    statuses: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    checks: Counter[tuple[str, str]] = field(default_factory=Counter)
    followed: set[str] = field(default_factory=set)
    phases: dict[str, Status] = field(default_factory=dict)
    generation: str = ""

    def note(self, event: events.EngineEvent, service: Service) -> None:
        """Record an event of the engine."""
        if isinstance(event, events.ScenarioFinished):
            self._scenario(event, service)
        elif isinstance(event, events.PhaseFinished):
            self.phases[event.phase.name.value] = event.status
        elif isinstance(event, events.NonFatalError):
            self.errors.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise Unreachable(f"schemathesis could not continue: {event.exception}") from event.exception

    def _scenario(self, event: events.ScenarioFinished, service: Service) -> None:
        recorder = event.recorder
        for case_id, node in recorder.cases.items():
            operation = hooks.name(node.value)
            interaction = recorder.interactions.get(case_id)
            if interaction and interaction.response:
                self.statuses[operation][interaction.response.status_code] += 1
                _cover(service, operation, interaction.response)
                sent = interaction.request
                service.note(sent.method, urlsplit(sent.uri)._replace(scheme="", netloc="").geturl(), sent.body or b"")
            if node.transition and node.is_transition_applied:
                self.followed.add(node.transition.id)
            for check in recorder.checks.get(case_id, ()):
                self.checks[operation, check.name] += 1
                if check.status is not Status.SUCCESS:
                    info = check.failure_info
                    message = f"{info.failure.title}: {info.failure.message}" if info else "the check crashed"
                    what = f"{event.phase.value}: {message}"
                    curl = info.code_sample if info else ""
                    self.findings.append(Finding("schemathesis", self.generation, check.name, operation, what, curl))


def run(
    service: Service,
    generation: str,
    *,
    seed: int = 1,
    live: bool = False,
    rate: str = "",
    examples: int | None = None,
    first: bool = False,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Run:
    """Run schemathesis. ``live``: send valid requests only; ``first``: end at the first finding."""
    found = Run(generation=generation)
    with TemporaryDirectory(prefix="idc-contract-") as folder, _cohorts(service, generation) as spared:
        settings = _settings(service, Path(folder), spared, seed=seed, live=live, rate=rate)
        if examples is not None:
            settings["generation"]["max-examples"] = examples
        config = SchemathesisConfig.from_dict(settings)
        config.projects.default.update(base_url=service.caller.base)
        schema = schemathesis.openapi.from_dict(_document(generation, service), config=config)
        if isinstance(service.caller, InProcess):
            schema.app = Layered(service.caller.app, _as_it_is)  # an exception becomes a 500, as in a server
        hooks.LIMIT, hooks.SPARED[:] = service.limit, spared
        stream = from_schema(schema).execute()
        for event in stream:
            found.note(event, service)
            if isinstance(event, events.ScenarioFinished):
                on_progress(event.recorder.label)
            if first and found.findings:
                stream.stop()
                break
    return found


def _cover(service: Service, operation: str, response: Response) -> None:
    media_type = (response.headers.get("content-type") or [""])[0].partition(";")[0]
    with suppress(ValueError, UnicodeDecodeError):
        content = response.json() if media_type == "application/json" else response.text
        service.coverage.note(OPERATIONS[operation], response.status_code, media_type, content)


@contextmanager
def _cohorts(service: Service, generation: str) -> Iterator[list[int]]:
    """Saved cohorts of the first user for the run; new cohorts are deleted afterwards."""
    if generation != "v1" or not (service.write and service.users):
        yield []
        return
    before = _saved(service)
    body = examples_of(OPERATIONS["createCohort"].body or {})[0]
    for _ in range(COHORTS):
        service.answer("createCohort", body)
    spared = sorted(_saved(service) - before)[COHORTS // 2 :]
    try:
        yield spared
    finally:
        left = sorted(_saved(service) - before)
        for start in range(0, len(left), 500):
            service.answer("deleteCohorts", {"cohorts": left[start : start + 500]})


def _saved(service: Service) -> set[int]:
    try:
        cohorts = service.answer("listCohorts").json()["cohorts"]
        return {cohort["cohort_id"] for cohort in cohorts}
    except (ValueError, KeyError, TypeError):  # the checks report what is broken there
        return set()


async def _as_it_is(request: Request, forward: Callable[[Request], Awaitable[Answer]]) -> Answer:
    return await forward(request)


def _document(generation: str, service: Service) -> dict[str, Any]:
    """The paths of one generation that may be requested: those that need a user only if the run may write."""
    paths: dict[str, Any] = {}
    document = served_document(service)
    for path, item in document["paths"].items():
        if not path.startswith(f"/{generation}"):
            continue
        kept = {method: node for method, node in item.items() if method in METHODS and _allowed(node, service)}
        if kept:
            paths[path] = kept
    operations = {node["operationId"] for item in paths.values() for node in item.values()}
    whole = deepcopy({**document, "paths": paths})
    for item in whole["paths"].values():
        for node in item.values():
            for answer in node["responses"].values():
                links = answer.get("links", {})
                for name in [name for name, link in links.items() if link["operationId"] not in operations]:
                    del links[name]
    return whole


def _allowed(node: dict[str, Any], service: Service) -> bool:
    return not node.get("security") or (service.write and bool(service.users))


def _settings(service: Service, folder: Path, spared: list[int], *, seed: int, live: bool, rate: str) -> dict[str, Any]:
    users = service.users
    settings = tomllib.loads(Path(__file__).with_name("schemathesis.toml").read_text(encoding="utf-8"))
    settings["seed"] = seed
    settings["checks"]["max_response_time"] = service.limit
    if users:
        file = folder / "users.json"
        known = [
            {"name": user.email, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {user.token}"}]}
            for user in users[:2]
        ]
        file.write_text(json.dumps({"auth": known}), encoding="utf-8")
        peers = {"peers": [user.email for user in users[:2]]} if len(users) > 1 else {}
        settings["auth"] = {"wfc": {"path": str(file), "user": users[0].email, **peers}}
    if spared:
        settings["dictionaries"]["cohorts"]["values"] = spared[:-1]
    else:
        del settings["dictionaries"], settings["operations"]
    if live:
        settings["generation"]["mode"] = "positive"
        settings["phases"]["fuzzing"]["enabled"] = False
        settings["phases"]["stateful"]["enabled"] = service.write
    if rate:
        settings["rate-limit"] = rate
    return settings


def links(generation: str, service: Service) -> Iterator[str]:
    """The names of the links between operations of a generation that may be requested."""
    for item in _document(generation, service)["paths"].values():
        for node in item.values():
            for answer in node["responses"].values():
                yield from answer.get("links", {})
