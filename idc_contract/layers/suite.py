"""The suite: the layers that run against a service, and their outcome.

Law: layer two (relations) runs first, because it is cheap and its messages say more. A finding of one layer does not
stop the other, unless the plan ends at the first finding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from schemathesis.engine import Status

import idc_openapi
from idc_contract import unreleased
from idc_contract.calls import Broken, InProcess, OverHTTP, Request, Unreachable
from idc_contract.document.openapi import OPERATIONS, operation_of
from idc_contract.finding import Finding
from idc_contract.layers import engine
from idc_contract.oracle.index import installed
from idc_contract.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.types import ASGIApp

    from idc_contract.relations.relation import Relation
    from idc_contract.service import User

GENERATIONS = ("v1", "v3")
LAYERS = ("relations", "schemathesis")
PROBES = {"v1": "/v1/about", "v3": "/v3/version"}
GATEWAY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Plan:
    """The settings of a run."""

    generations: Sequence[str] = GENERATIONS
    layers: Sequence[str] = LAYERS
    seed: int = 1
    share: float = 1.0
    """The share of each relation's examples that is drawn."""
    examples: int | None = None
    """The number of examples of fuzzing and chains; that of schemathesis.toml if None."""
    live: bool = False
    """Whether layer one sends valid requests only."""
    rate: str = ""
    first: bool = False
    """Whether the run ends at the first finding."""
    shrink: bool = True


@dataclass
class Outcome:
    """The outcome of a run."""

    plan: Plan
    service: Service
    findings: list[Finding] = field(default_factory=list)
    relations: list[tuple[Relation, frozenset[str]]] = field(default_factory=list)
    """Each relation, and the unmet needs for which it was skipped; empty if it ran."""
    runs: dict[str, engine.Run] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def run(
    service: Service,
    plan: Plan,
    on_progress: Callable[[str], None] = lambda _: None,
    on_note: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Run a plan and return its outcome; raises Unreachable if there is no response."""
    outcome = Outcome(plan, service)
    find_index(service, outcome)
    if "v3" in plan.generations:
        outcome.notes += releases(service)
        service.coming = unreleased.find(service)
    for note in outcome.notes:
        on_note(note)
    for generation in plan.generations:
        retired = generation == "v1" and reach(service, PROBES["v1"]) == 410
        if retired:
            outcome.notes.append("v1 is retired here: only the answers that say so (410) were checked.")
        if "relations" in plan.layers:
            _relations(outcome, generation, retired, on_progress)
        if plan.first and outcome.findings:
            break
        if "schemathesis" in plan.layers and not retired:
            _schemathesis(outcome, generation, on_progress)
        if plan.first and outcome.findings:
            break
    return outcome


def reach(service: Service, target: str) -> int:
    """The status of the answer to a probe; raises Unreachable if there is no response, or only one of a gateway."""
    try:
        answer = service.send(Request("GET", target))
    except Broken as broken:
        raise Unreachable(f"{service.caller.base} gives no answer to GET {target}: {broken}") from broken
    if answer.status in GATEWAY and answer.media_type != "application/json":
        raise Unreachable(
            f"{service.caller.base} answers GET {target} with {answer.status}: a gateway without a service behind it"
        )
    return answer.status


def find_index(service: Service, outcome: Outcome) -> None:
    """Set the service's index if it serves the data release that is installed here."""
    for probe in (PROBES[generation] for generation in outcome.plan.generations):
        reach(service, probe)
    if service.index is not None:
        return
    index = installed()
    reported = []
    if "v3" in outcome.plan.generations:
        sql = "SELECT max(CAST(idc_version AS INTEGER)) AS n FROM version_metadata_index"
        for call in (
            lambda: service.answer("getVersion").json()["idc_version"].removeprefix("v"),
            lambda: service.answer("getStats").json()["idc_version"].removeprefix("v"),
            lambda: str(service.answer("runSql", {"sql": sql}).json()["rows"][0]["n"]),
        ):
            try:
                reported.append(call())
            except (Broken, ValueError, KeyError, TypeError, IndexError, AttributeError):
                continue
    if "v3" not in outcome.plan.generations or str(index.release) in reported:
        service.index = index  # of v1, the index holds every release
    else:
        outcome.notes.append(
            f"The service has data release {', '.join(sorted(set(reported))) or 'unknown'}, this machine has "
            f"{index.release}: answers were compared with the service's own SQL, not with the public index."
        )


def releases(service: Service) -> list[str]:
    """A sentence if the service, or its data, is of another release than the document describes."""
    try:
        reported = service.answer("getVersion").json()
        api, data = str(reported["api_version"]), str(reported["idc_version"])
    except (Broken, ValueError, KeyError, TypeError):
        return []  # a relation reports it
    described = idc_openapi.upstream()
    notes = []
    if idc_openapi.compare_releases(api, described.api_version) != "same":
        notes.append(
            f"The service is {idc_openapi.apart(api, described.api_version)}: {api[:60]}, and openapi.yaml describes "
            f"{described.api_version}. A finding may come of that: `make drift` compares the documents."
        )
    if idc_openapi.compare_releases(data, described.idc_version) != "same":
        notes.append(
            f"The data of the service is {idc_openapi.apart(data, described.idc_version)}: {data[:60]}, and "
            f"openapi.yaml was written for {described.idc_version}."
        )
    return notes


def _relations(outcome: Outcome, generation: str, retired: bool, on_progress: Callable[[str], None]) -> None:
    module, plan, service = import_module(f"idc_contract.relations.{generation}"), outcome.plan, outcome.service
    relations: list[Relation] = module.RETIRED if retired else module.RELATIONS
    for relation in relations:
        missing = relation.missing(service)
        outcome.relations.append((relation, missing))
        if missing:
            continue
        on_progress(f"{generation}: {relation.name}")
        broken = relation.run(service, plan.seed, share=plan.share, shrink=plan.shrink)
        if broken is not None:
            outcome.findings.append(_finding(service, relation, broken))
            if plan.first:
                return


def _finding(service: Service, relation: Relation, broken: Broken) -> Finding:
    request = broken.answer.request if broken.answer else None
    operation = operation_of(request.method, request.path) if request else ""
    curl = request.curl(service.caller.base) if request else ""
    check = relation.name if broken.check == relation.name else f"{relation.name}: {broken.check}"
    return Finding("relations", relation.generation, check, operation, str(broken), curl)


def _schemathesis(outcome: Outcome, generation: str, on_progress: Callable[[str], None]) -> None:
    plan, service = outcome.plan, outcome.service
    found = engine.run(
        service, generation, seed=plan.seed, live=plan.live, rate=plan.rate, examples=plan.examples,
        first=plan.first, on_progress=lambda label: on_progress(f"{generation}: {label}"),
    )  # fmt: skip
    outcome.runs[generation] = found
    if found.errors:
        reach(service, PROBES[generation])  # a service that has stopped did not break the contract
    outcome.findings += dict.fromkeys(found.findings)
    outcome.findings += [
        Finding("schemathesis", generation, "the engine's own error", "", error) for error in found.errors
    ]
    if not (plan.live or plan.first):
        outcome.findings += [
            Finding("schemathesis", generation, "the run is complete", *gap) for gap in _gaps(service, found)
        ]


def _gaps(service: Service, found: engine.Run) -> Iterator[tuple[str, str]]:
    """The gaps of a run, each with its operation and a sentence: a run that skips things proves nothing."""
    for phase in ("examples", "coverage", "fuzzing", "stateful"):
        if found.phases.get(phase) not in (Status.SUCCESS, Status.FAILURE):
            yield "", f"the phase {phase} did not run to its end: {found.phases.get(phase)}"
    allowed = unreleased.operations(service, found.generation)
    for name in sorted(allowed):
        operation, seen = OPERATIONS[name], found.statuses[name]
        if operation.security and not (service.write and service.users):
            continue
        if not seen[200] and "linical" not in name:  # a build may have no clinical tables
            yield name, f"no answer with status 200: {dict(seen)}"
        if (operation.parameters or operation.body) and not any(seen[status] for status in (400, 404, 422)):
            yield name, f"no answer with status 400, 404 or 422: {dict(seen)}"
        if operation.security and not seen[401]:
            yield name, f"no answer with status 401: {dict(seen)}"
    if not found.followed and any(engine.links(found.generation, service)):  # which ones, is left to chance
        yield "", "no link was followed"


def check(
    app: ASGIApp,
    users: tuple[User, ...],
    *,
    seed: int = 1,
    generations: Sequence[str] = GENERATIONS,
    layers: Sequence[str] = LAYERS,
    first: bool = True,
    share: float = 1.0,
    limit: float = 2.0,
) -> list[Finding]:
    """The findings on an application in this process, whose data are those of the installed index."""
    service = Service(InProcess(app), users, index=installed(), write=True, limit=limit)
    plan = Plan(generations, layers, seed, share, first=first, shrink=not first)
    try:
        return run(service, plan).findings
    finally:
        service.caller.close()


def over_http(url: str, users: tuple[User, ...], *, write: bool, rate: float, limit: float) -> Service:
    """A service behind a URL."""
    return Service(OverHTTP(url, rate), users, write=write and bool(users), limit=limit)
