"""The suite: which layers run against a service, and what came of it.

Law: layer two (relations) goes first, because it is cheap and tells more; nothing that one layer finds keeps the other
from running, unless the first finding is all that is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from schemathesis.engine import Status

from tests.contract import engine
from tests.contract.calls import Broken, InProcess, OverHTTP, Request, Unreachable
from tests.contract.document import OPERATIONS, operation_of
from tests.contract.finding import Finding
from tests.contract.index import installed
from tests.contract.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.types import ASGIApp

    from tests.contract.relation import Relation
    from tests.contract.service import User

GENERATIONS = ("v1", "v3")
LAYERS = ("relations", "schemathesis")
PROBES = {"v1": "/v1/about", "v3": "/v3/version"}
GATEWAY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Plan:
    """What is to be run."""

    generations: Sequence[str] = GENERATIONS
    layers: Sequence[str] = LAYERS
    seed: int = 1
    share: float = 1.0
    """Examples of each relation, as a share of what it asks for."""
    examples: int | None = None
    """Examples of fuzzing and chains; what schemathesis.toml says if None."""
    live: bool = False
    """Whether only what fits the document is sent by layer one."""
    rate: str = ""
    first: bool = False
    """Whether the first finding is all that is wanted."""
    shrink: bool = True


@dataclass
class Outcome:
    """What came of a plan."""

    plan: Plan
    service: Service
    findings: list[Finding] = field(default_factory=list)
    relations: list[tuple[Relation, str]] = field(default_factory=list)
    """Each relation, and why it did not run; empty if it ran."""
    runs: dict[str, engine.Run] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def run(service: Service, plan: Plan, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Run a plan; raises Unreachable when nobody answers."""
    outcome = Outcome(plan, service)
    learn(service, outcome)
    for generation in plan.generations:
        retired = generation == "v1" and reach(service, PROBES["v1"]) == 410
        if retired:
            outcome.notes.append("v1 is retired here: that every part of it says so is all that was checked.")
        if "relations" in plan.layers:
            _relations(outcome, generation, retired, tell)
        if plan.first and outcome.findings:
            break
        if "schemathesis" in plan.layers and not retired:
            _schemathesis(outcome, generation, tell)
        if plan.first and outcome.findings:
            break
    return outcome


def reach(service: Service, target: str) -> int:
    """The status that a probe is answered with; raises Unreachable if only a gateway answers, or nobody."""
    try:
        answer = service.send(Request("GET", target))
    except Broken as broken:
        raise Unreachable(f"{service.caller.base} gives no answer to GET {target}: {broken}") from broken
    if answer.status in GATEWAY and answer.media_type != "application/json":
        raise Unreachable(f"{service.caller.base} answers GET {target} with {answer.status}: nobody is behind it")
    return answer.status


def learn(service: Service, outcome: Outcome) -> None:
    """Find out whether the service serves the release that is installed here, by what it says of its data."""
    for probe in (PROBES[generation] for generation in outcome.plan.generations):
        reach(service, probe)
    if service.index is not None:
        return
    index = installed()
    told = []
    if "v3" in outcome.plan.generations:
        sql = "SELECT max(CAST(idc_version AS INTEGER)) AS n FROM version_metadata_index"
        for ask in (
            lambda: service.answer("getVersion").json()["idc_version"].removeprefix("v"),
            lambda: service.answer("getStats").json()["idc_version"].removeprefix("v"),
            lambda: str(service.answer("runSql", {"sql": sql}).json()["rows"][0]["n"]),
        ):
            try:
                told.append(ask())
            except (Broken, ValueError, KeyError, TypeError, IndexError, AttributeError):
                continue
    if "v3" not in outcome.plan.generations or str(index.release) in told:
        service.index = index  # of v1, the index holds every release
    else:
        outcome.notes.append(
            f"The service serves release {', '.join(sorted(set(told))) or 'unknown'}, and {index.release} is installed "
            "here: its answers were held against its own SQL, not against the public index."
        )


def _relations(outcome: Outcome, generation: str, retired: bool, tell: Callable[[str], None]) -> None:
    module, plan, service = import_module(f"tests.contract.relations.{generation}"), outcome.plan, outcome.service
    relations: list[Relation] = module.RETIRED if retired else module.RELATIONS
    for relation in relations:
        lacking = relation.lacks(service)
        outcome.relations.append((relation, lacking))
        if lacking:
            continue
        tell(f"{generation}: {relation.name}")
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


def _schemathesis(outcome: Outcome, generation: str, tell: Callable[[str], None]) -> None:
    plan, service = outcome.plan, outcome.service
    found = engine.run(
        service, generation, seed=plan.seed, live=plan.live, rate=plan.rate, examples=plan.examples,
        first=plan.first, tell=lambda label: tell(f"{generation}: {label}"),
    )  # fmt: skip
    outcome.runs[generation] = found
    if found.errors:
        reach(service, PROBES[generation])  # whoever is gone has not broken the contract
    outcome.findings += dict.fromkeys(found.findings)
    outcome.findings += [
        Finding("schemathesis", generation, "the engine's own error", "", error) for error in found.errors
    ]
    if not (plan.live or plan.first):
        outcome.findings += [
            Finding("schemathesis", generation, "the run is whole", *gap) for gap in _gaps(service, found)
        ]


def _gaps(service: Service, found: engine.Run) -> Iterator[tuple[str, str]]:
    """What a run did not reach although it should: an operation, and words. A run that skips things proves nothing."""
    for phase in ("examples", "coverage", "fuzzing", "stateful"):
        if found.phases.get(phase) not in (Status.SUCCESS, Status.FAILURE):
            yield "", f"the phase {phase} came to nothing: {found.phases.get(phase)}"
    allowed = {name for name, one in OPERATIONS.items() if one.path.startswith(f"/{found.generation}")}
    for name in sorted(allowed):
        operation, met = OPERATIONS[name], found.statuses[name]
        if operation.security and not (service.write and service.users):
            continue
        if not met[200] and "linical" not in name:  # a build may have no clinical tables
            yield name, f"it never succeeded: {dict(met)}"
        if (operation.parameters or operation.body) and not any(met[status] for status in (400, 404, 422)):
            yield name, f"it refused nothing: {dict(met)}"
        if operation.security and not met[401]:
            yield name, f"it let everybody in: {dict(met)}"
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
    """The findings on an application in this process, of which the index is known."""
    service = Service(InProcess(app), users, index=installed(), write=True, limit=limit)
    plan = Plan(generations, layers, seed, share, first=first, shrink=not first)
    try:
        return run(service, plan).findings
    finally:
        service.caller.close()


def over_http(url: str, users: tuple[User, ...], *, write: bool, rate: float, limit: float) -> Service:
    """A service behind a URL."""
    return Service(OverHTTP(url, rate), users, write=write and bool(users), limit=limit)
