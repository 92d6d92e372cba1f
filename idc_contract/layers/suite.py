"""The suite: the layers that run against a service, and their outcome.

Law: layer two (relations) runs first, because it is cheap and its messages say more; with a time limit, every relation
runs before schemathesis gets what is left. A finding of one layer does not stop the other, unless the plan ends at the
first finding.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from schemathesis.engine import Status

from idc_contract import unreleased
from idc_contract.calls import FAILURE, Broken, OverHTTP, Request, Unreachable
from idc_contract.document.openapi import OPERATIONS, operation_of
from idc_contract.finding import RELATIONS, RULES_OF_ANSWERS, RULES_OF_SCHEMATHESIS, SCHEMATHESIS, SHAPES, Finding
from idc_contract.layers import cohorts, engine, shapes
from idc_contract.oracle.index import installed
from idc_contract.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from idc_contract.relations.relation import Relation
    from idc_contract.service import User

GENERATIONS = ("v1", "v3")
LAYERS = (RELATIONS, SCHEMATHESIS)
PROBES = {"v1": "/v1/about", "v3": "/v3/version"}
LATE = "answers are in time"
TIME = "time"
"""What a relation needs that was skipped because the time was up."""
NEVER_REFUSED = frozenset({"getClinicalTables"})
"""Operations that have an answer for every valid request, as an unknown collection has no clinical tables."""
UNREADABLE = ("media type is declared", "body is JSON", "charset is UTF-8")
"""Rules whose answers no program can read as the document says."""
RELATIONS_PART = {True: 0.7, False: 0.9}
"""The part of a limited time that is planned for relations, if schemathesis runs, too, and alone."""


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
    first: bool = False
    """Whether the run ends at the first finding."""
    shrink: bool = True
    seconds: float | None = None
    """The time of the run: each relation gets a part of it, and schemathesis what is left."""
    only: frozenset[str] = frozenset()
    """Names of relations, and identifiers of operations of layer one, that are run; all if empty."""


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
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0
    times: dict[tuple[str, str], float] = field(default_factory=dict)
    """The seconds that each relation took, by generation and name."""
    written: str = ""
    """How many findings were written to a baseline, and to which file; empty if none was written."""
    options: str = ""
    """The options of the command that run the same again."""
    floor: float = 0.0
    """The percentage of the keywords of answers that must be checked."""
    reported: dict[str, str] = field(default_factory=dict)
    """What the service says of itself: its release, its server's version, its data."""

    @property
    def not_run(self) -> int:
        """The number of relations that did not run because the time was up."""
        return sum(TIME in missing for _, missing in self.relations)

    @property
    def stopped(self) -> bool:
        """Whether the time was up before the end of schemathesis."""
        return any(run.stopped for run in self.runs.values())

    @property
    def checks(self) -> int:
        """The number of checks that schemathesis made."""
        return sum(sum(run.checks.values()) for run in self.runs.values())

    @property
    def unchecked(self) -> bool:
        """Whether there is no verdict: the time was too short for relations, or nothing was checked at all."""
        ran = self.checks or any(not missing for _, missing in self.relations)
        return self.not_run > 0 or (not ran and (self.stopped or bool(self.relations)))


def run(service: Service, plan: Plan, on_progress: Callable[[str], None] = lambda _: None) -> Outcome:
    """Run a plan and return its outcome; raises Unreachable if there is no response."""
    outcome = Outcome(plan, service)
    began = time.monotonic()
    find_index(service, outcome)
    if "v3" in plan.generations:
        service.coming = unreleased.find(service)
    layers = sorted(plan.layers, key=(RELATIONS, SCHEMATHESIS, SHAPES).index)
    parts = [(generation, layer) for layer in layers for generation in plan.generations]
    if plan.seconds is None:  # what is known of one generation comes together
        parts.sort(key=lambda part: plan.generations.index(part[0]))
    retired = {name for name in plan.generations if name == "v1" and reach(service, PROBES[name]) == 410}
    if retired:
        outcome.notes.append("v1 is retired here: only the answers that say so (410) were checked.")
    slices = _Slices(outcome, retired, began)
    left = sum(layer == SCHEMATHESIS for _, layer in parts)
    with cohorts.removed(service):
        for generation, layer in parts:
            if layer == RELATIONS:
                _relations(outcome, generation, slices, on_progress)
            elif layer == SCHEMATHESIS:
                if generation not in retired:
                    _schemathesis(outcome, generation, slices.share_of_rest(left), on_progress)
                left -= 1
            elif layer == SHAPES and generation not in retired:
                outcome.findings += shapes.run(service, generation, on_progress)
            if plan.first and outcome.findings:
                break
    if outcome.findings and service.gone:
        service.still_there(service.last[0].request)
    if service.too_late:
        outcome.findings.append(_late(service))
    outcome.seconds = time.monotonic() - began
    return outcome


def add_seeds(outcome: Outcome, number: int, on_progress: Callable[[str], None]) -> None:
    """Run with the next seeds, too, so that a baseline holds with these: a rare sight of a fault needs its seed.

    Each has as much time as the first one.
    """
    known = {finding.key for finding in outcome.findings}
    for seed in range(outcome.plan.seed + 1, outcome.plan.seed + number):
        again = run(outcome.service, replace(outcome.plan, seed=seed, shrink=False), on_progress)
        new = [finding for finding in again.findings if finding.key not in known]
        known |= {finding.key for finding in new}
        outcome.findings += new
        short = f"; {again.not_run} relations did not run" if again.not_run else ""
        outcome.notes.append(f"seed {seed}: {len({one.key for one in new})} more findings, for the baseline{short}.")
    outcome.seconds = (datetime.now(UTC) - outcome.started).total_seconds()


def reach(service: Service, target: str) -> int:
    """The status of the answer to a probe; raises Unreachable if there is none."""
    try:
        return service.send(Request("GET", target)).status
    except Broken as broken:
        raise Unreachable(f"{service.caller.base} gives no answer to GET {target}: {broken}") from broken


def find_index(service: Service, outcome: Outcome) -> None:
    """Set the service's index if it serves the data release that is installed here."""
    for probe in (PROBES[generation] for generation in outcome.plan.generations):
        reach(service, probe)
    if service.index is not None or SHAPES in outcome.plan.layers:
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


class _Slices:
    """The time of a run in slices: relations by their examples, schemathesis what is left."""

    def __init__(self, outcome: Outcome, retired: Collection[str], began: float) -> None:
        plan, service = outcome.plan, outcome.service
        self.relations = {
            generation: [
                (relation, relation.missing(service))
                for relation in _of(generation, retired=generation in retired)
                if not plan.only or relation.name in plan.only
            ]
            for generation in plan.generations
        }
        if RELATIONS not in plan.layers:
            self.relations = {}
        ran = [one for some in self.relations.values() for one, missing in some if not missing]
        self.waiting = sum(map(_weight, ran))
        self.end = None if plan.seconds is None else began + plan.seconds
        part = RELATIONS_PART[SCHEMATHESIS in plan.layers]
        self.until = None if plan.seconds is None else began + part * plan.seconds

    def over(self) -> bool:
        """Whether the time is up."""
        return self.end is not None and time.monotonic() > self.end

    def next(self, relation: Relation) -> float | None:
        """When a relation begins its last example; None without a limit. What one leaves goes to the others."""
        share = _weight(relation) / self.waiting
        self.waiting -= _weight(relation)
        if self.until is None:
            return None
        now = time.monotonic()
        return now + max(0.0, self.until - now) * share

    def share_of_rest(self, parts: int) -> float | None:
        """The seconds of one of so many equal parts of what is left."""
        return None if self.end is None else (self.end - time.monotonic()) / parts


def _weight(relation: Relation) -> int:
    """The time that a relation needs, in examples: what it asks once counts as some."""
    return relation.examples + 4


def _of(generation: str, *, retired: bool) -> list[Relation]:
    module = import_module(f"idc_contract.relations.{generation}")
    found: list[Relation] = module.RETIRED if retired else module.RELATIONS
    return found


def _relations(outcome: Outcome, generation: str, slices: _Slices, on_progress: Callable[[str], None]) -> None:
    plan, service = outcome.plan, outcome.service
    for relation, lacking in slices.relations[generation]:
        missing = lacking or (frozenset({TIME}) if slices.over() else frozenset())
        outcome.relations.append((relation, missing))
        if missing:
            continue
        on_progress(f"{generation}: {relation.name}")
        started = time.monotonic()
        until = slices.next(relation)
        broken = relation.run(service, plan.seed, share=plan.share, shrink=plan.shrink, until=until)
        outcome.times[generation, relation.name] = time.monotonic() - started
        if broken is not None:
            outcome.findings.append(finding(service, relation, broken))
            if plan.first:
                return


def finding(service: Service, relation: Relation, broken: Broken) -> Finding:
    """A broken relation as a finding, with the requests of its smallest example."""
    requests = [sent.request for sent in broken.trail]
    request = broken.answer.request if broken.answer else requests[-1] if requests else None
    operation = service.operation(request) if request else ""
    status = broken.answer.status if broken.answer else broken.trail[-1].status if broken.trail else 0
    failed = f"{operation} · {status}" if operation and status >= FAILURE else ""
    numbers = range(1, len(requests) + 1)
    check = relation.name if broken.check == relation.name else f"{relation.name}: {broken.check}"
    return Finding(
        RELATIONS,
        relation.generation,
        check,
        operation,
        str(broken),
        service.curl(request) if request else "",
        broken.place or failed or f"{RELATIONS} · {relation.name}",
        tuple(
            f"{number}. {service.curl(sent.request)}  # {sent.status or 'no response'}"
            for number, sent in zip(numbers, broken.trail, strict=True)
        ),
        RULES_OF_ANSWERS.get(broken.check, relation.sentence),
        relation.sentence if broken.check in RULES_OF_ANSWERS else "",
    )


def _late(service: Service) -> Finding:
    """One finding for all late answers."""
    found = service.too_late
    lines = [str(one) for one in found[:20]] + ([f"and {len(found) - 20} more"] if len(found) > 20 else [])
    worst = max(found, key=lambda one: one.seconds)
    operation = service.operation(worst.request)
    generation = worst.request.path.split("/")[1][:2]
    return Finding(
        RELATIONS, generation, LATE, operation, "\n".join(lines), service.curl(worst.request),
        LATE, tuple(f"{n}. {service.curl(one.request)}" for n, one in enumerate(found[:20], 1)),
        f"An answer takes at most {service.limit:.3g} seconds.",
    )  # fmt: skip


def _schemathesis(outcome: Outcome, generation: str, left: float | None, on_progress: Callable[[str], None]) -> None:
    plan, service = outcome.plan, outcome.service
    if left is not None and left <= 0:
        outcome.runs[generation] = engine.Run(generation=generation, stopped=True)
        return
    found = engine.run(
        service, generation, seed=plan.seed, live=plan.live, examples=plan.examples, only=plan.only,
        first=plan.first, seconds=left, on_progress=lambda label: on_progress(f"{generation}: {label}"),
    )  # fmt: skip
    outcome.runs[generation] = found
    if found.errors:
        reach(service, PROBES[generation])  # a service that has stopped did not break the contract
    outcome.findings += dict.fromkeys(found.findings)
    unreadable = _unreadable(outcome, generation)
    for label, error in found.errors:
        operation = operation_of(*label.split(" ", 1)) if " /" in label else ""
        cause = unreadable.get(operation, "") if operation else next(iter(unreadable.values()), "")
        check = "the engine can read the answer" if cause else "the engine's own error"
        outcome.findings.append(
            Finding(
                SCHEMATHESIS, generation, check, operation, f"{label}: {error}",
                cause=cause, sentence=RULES_OF_SCHEMATHESIS[check],
            )
        )  # fmt: skip
    if not (plan.live or plan.first or plan.only or found.stopped):
        outcome.findings += [
            Finding(SCHEMATHESIS, generation, "the run is complete", *gap) for gap in _gaps(service, found, unreadable)
        ]


def _unreadable(outcome: Outcome, generation: str) -> dict[str, str]:
    """The operations whose answers are no JSON where the document says JSON, each with the cause of its finding."""
    return {
        one.operation: one.cause
        for one in reversed(outcome.findings)
        if one.generation == generation and any(f" · {rule}" in one.cause for rule in UNREADABLE)
    }


def _gaps(service: Service, found: engine.Run, unreadable: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The gaps of a run, each with its operation and a sentence: a run that skips things proves nothing.

    Operations with ``unreadable`` answers have a finding, which explains their gaps.
    """
    for phase in ("examples", "coverage", "fuzzing", "stateful"):
        status = found.phases.get(phase)
        if status is Status.ERROR and unreadable:
            continue
        if status not in (Status.SUCCESS, Status.FAILURE):
            yield "", f"the phase {phase} did not run to its end: {found.phases.get(phase)}"
    allowed = unreleased.operations(service, found.generation)
    for name in sorted(allowed):
        operation, seen = OPERATIONS[name], found.statuses[name]
        if name in unreadable or (operation.security and not (service.write and service.users)):
            continue
        if not seen[200] and "linical" not in name:  # a build may have no clinical tables
            yield name, f"no answer with status 200: {dict(seen)}"
        refuses = name not in NEVER_REFUSED and (operation.parameters or operation.body)
        if refuses and not any(seen[status] for status in (400, 404, 422)):
            yield name, f"no answer with status 400, 404 or 422: {dict(seen)}"
        if operation.security and not seen[401]:
            yield name, f"no answer with status 401: {dict(seen)}"
    if not found.followed and any(engine.links(found.generation, service)):  # which ones, is left to chance
        yield "", "no link was followed"


def over_http(url: str, users: tuple[User, ...], *, write: bool, rate: float, limit: float) -> Service:
    """A service behind a URL."""
    return Service(OverHTTP(url, rate), users, write=write and bool(users), limit=limit)
