"""The strength of the suite: it runs on every fault, on random mutants, and on healthy services.

    python -m tests.contract.faults.power [--seed N] [--mutants N] [--only NAME ...] [--layers 2] [--workers N]

Law: measures the suite and changes nothing in it; the same seed writes the same report.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import islice
from typing import TYPE_CHECKING, Any

from tests.contract.faults import bench, v1, v3
from tests.contract.faults.bench import RELATIONS, SCHEMATHESIS, Bench, Catch, first_finding, reached, whole_suite
from tests.contract.faults.controls import CONTROLS, Control
from tests.contract.faults.mutators import Mutant, draw, population
from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.contract.faults.fault import Fault

FAULTS: dict[str, Fault] = {**v1.FAULTS, **v3.FAULTS}
REPORT = ROOT / "docs" / "contract-power.md"
GATE = 0.95
LAYERS = {"1": (SCHEMATHESIS,), "2": (RELATIONS,), "1,2": (RELATIONS, SCHEMATHESIS), "2,1": (RELATIONS, SCHEMATHESIS)}
CAUGHT, SURVIVED, CRASHED, EXCUSED, NEVER_APPLIED = "caught", "SURVIVED", "CRASHED", "excused", "never applied"
ALARM = "ALARM"
ALARMS = (ALARM, CRASHED)


@dataclass(frozen=True)
class Job:
    """A run of the suite."""

    kind: str
    name: str
    generation: str
    seed: int
    layers: tuple[str, ...]
    mutant: Mutant | None = None


@dataclass(frozen=True)
class Outcome:
    """The outcome of a job."""

    job: Job
    verdict: str
    catch: Catch | None = None
    seconds: float = 0.0

    @property
    def line(self) -> str:
        """The line that is printed when the job ends."""
        by = f"{self.catch.layer}: {self.catch.check}" if self.catch else ""
        return f"{self.seconds:6.1f} s  {self.verdict:13}  {self.job.kind} {self.job.name}  {by}"


@dataclass
class Worker:
    """The state that a process keeps between jobs."""

    bench: Bench
    reach: dict[tuple[str, int], dict[str, frozenset[str]]] = field(default_factory=dict)

    def only(self, job: Job, operations: Iterable[str]) -> frozenset[str] | None:
        """The relations that can find the fault of a job; None for all."""
        key = (job.generation, job.seed)
        if not operations or RELATIONS not in job.layers:
            return None
        if key not in self.reach:
            self.reach[key] = reached(self.bench, *key)
        return frozenset[str]().union(*(self.reach[key].get(one, ()) for one in operations))

    def run(self, job: Job) -> Outcome:
        """Run a job."""
        started = time.monotonic()
        try:
            outcome = self._control(job) if job.kind == "control" else self._fault(job)
        except (
            Exception
        ) as error:  # a crash of the suite proves nothing about the service, so it does not count as caught
            outcome = CRASHED, Catch("", "the suite itself", f"{type(error).__name__}: {error}")
        return Outcome(job, outcome[0], outcome[1], time.monotonic() - started)

    def _fault(self, job: Job) -> tuple[str, Catch | None]:
        spoiler = job.mutant.new() if job.mutant else None
        operations = {job.mutant.operation} if job.mutant else FAULTS[job.name].operations
        only = self.only(job, operations)
        with self.bench.service(spoiler or FAULTS[job.name].new()) as service:
            catch = first_finding(service, job.generation, seed=job.seed, layers=job.layers, only=only)
        if spoiler and not spoiler.applied:
            return NEVER_APPLIED, None
        if catch is None and job.mutant and job.mutant.excuse:
            return EXCUSED, None
        return (CAUGHT if catch else SURVIVED), catch

    def _control(self, job: Job) -> tuple[str, Catch | None]:
        control = _control(job.name)
        if control.patience < 1:
            with Bench(patience=control.patience, remember=False) as pending_bench:
                return self._quiet(pending_bench, control, job)
        return self._quiet(self.bench, control, job)

    def _quiet(self, made: Bench, control: Control, job: Job) -> tuple[str, Catch | None]:
        with made.service(control.layer) as service:
            alarms = whole_suite(service, job.generation, seed=job.seed, layers=job.layers)
        return (ALARM if alarms else "quiet"), alarms[0] if alarms else None


def _control(name: str) -> Control:
    return next(control for control in CONTROLS if control.name == name)


# --- processes -------------------------------------------------------------------------------------------------------

_WORKER: list[Worker] = []


def _start() -> None:
    bench.remember_more()
    _WORKER.append(Worker(Bench().__enter__()))


def _run(job: Job) -> Outcome:
    return _WORKER[0].run(job)


def jobs(options: argparse.Namespace) -> list[Job]:
    """The jobs that the options select."""
    layers = LAYERS[options.layers]

    def wanted(name: str) -> bool:
        return not options.only or any(fnmatch(name, one) for one in options.only)

    found = [
        Job("fault", one.name, one.generation, options.seed, layers) for one in FAULTS.values() if wanted(one.name)
    ]
    found += [
        Job("control", control.name, generation, seed, layers)
        for control in CONTROLS
        if wanted(control.name)
        for generation in control.generations
        for seed in range(options.seed, options.seed + options.seeds)
    ]
    return found


def mutants(options: argparse.Namespace) -> Iterator[Job]:
    """All mutants, in random order."""
    for one in draw(options.seed, len(population())):
        yield Job("mutant", one.name, one.generation, options.seed, LAYERS[options.layers], one)


def measure(options: argparse.Namespace) -> Iterator[tuple[Outcome, int]]:
    """Outcomes in the order in which jobs end, with the number of jobs known so far.

    A mutant that changes no answer, because the data have no such value, proves nothing about the suite: it is replaced
    by the next one drawn.
    """
    todo, drawn = jobs(options), mutants(options)
    missing = 0 if options.only else options.mutants
    total = len(todo)
    with multiprocessing.get_context("spawn").Pool(options.workers, _start) as pool:
        while batch := [*islice(drawn, missing), *todo]:
            total, todo, missing = total + len(batch) - len(todo), [], 0
            for outcome in pool.imap_unordered(_run, batch):
                missing += outcome.verdict == NEVER_APPLIED
                yield outcome, total


# --- the report ------------------------------------------------------------------------------------------------------


def share(found: list[Outcome]) -> tuple[int, int]:
    """The number of caught ones, and of all that count."""
    verdicts = Counter(one.verdict for one in found)
    return verdicts[CAUGHT], verdicts[CAUGHT] + verdicts[SURVIVED] + verdicts[CRASHED]


def percent(found: list[Outcome]) -> str:
    """The share as text."""
    caught, counted = share(found)
    return f"{caught} of {counted} ({caught / counted:.1%})" if counted else "none"


def report(found: list[Outcome], options: argparse.Namespace) -> str:
    """The report, in Markdown."""
    kinds = {kind: [one for one in found if one.job.kind == kind] for kind in ("fault", "mutant", "control")}
    alarms = [one for one in kinds["control"] if one.verdict in ALARMS]
    return "\n".join([
        "# How strong the contract tests are",
        "",
        "This page is written by a program, not by hand:",
        "",
        f"    python -m tests.contract.faults.power --seed {options.seed} --mutants {options.mutants} "
        f"--seeds {options.seeds} --layers {options.layers}",
        "",
        "How many mistakes of a service do the [contract tests](contract.md) find? Each fault is one mistake, put "
        "between a healthy stand-in and the tests. Each mutant changes one value in the answers of one operation, "
        "chosen at random from the document's schemas. The controls are healthy services, on which no test may fail. "
        "A run stops at the first finding. Layer two (relations) runs first because it is cheaper, layer one "
        "(schemathesis) only if no relation fails. A mutant that changes no answer, because the data have no such "
        "value, is replaced by the next one drawn.",
        "",
        "These faults were written beside the tests. Two further sets, a first of 82 and a second of 60, were written "
        "by people who had not seen the tests: [what was found of both](contract.md#faults-that-others-wrote).",
        "",
        "| | caught | by relations | by schemathesis | survived | excused | never applied |",
        "|---|---|---|---|---|---|---|",
        *(_summary(f"{kind}s, {generation}", [one for one in kinds[kind] if one.job.generation == generation])
          for kind in ("fault", "mutant") for generation in ("v1", "v3")),
        *(_summary(f"**{kind}s**", kinds[kind]) for kind in ("fault", "mutant")),
        "",
        f"Controls: {len(kinds['control'])} runs over {options.seeds} seeds, {len(alarms)} false alarms.",
        "",
        "## Controls",
        "",
        "| service | generation | description | seeds | false alarms |",
        "|---|---|---|---|---|",
        *_controls(kinds["control"]),
        "",
        "## Survivors",
        "",
        *(_survivors(kinds["fault"] + kinds["mutant"]) or ["None."]),
        "",
        "## Faults",
        "",
        "| fault | kind | mistake | caught by |",
        "|---|---|---|---|",
        *(f"| {_code(one.job.name)} | {fault.kind} | {_cell(fault.sentence)} | {_by(one)} |"
          for one in sorted(kinds["fault"], key=lambda one: list(FAULTS).index(one.job.name))
          for fault in (FAULTS[one.job.name],)),
        "",
        "## Mutants",
        "",
        "| operation | value | change | caught by |",
        "|---|---|---|---|",
        *(_mutant(one) for one in sorted(kinds["mutant"], key=lambda one: one.job.name)),
        "",
    ])  # fmt: skip


def _code(text: str) -> str:
    return f"`{text}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _by(one: Outcome) -> str:
    if one.verdict == CRASHED and one.catch:
        return f"**the suite crashed**: {_cell(one.catch.message.splitlines()[0])}"
    if one.catch:
        return f"{one.catch.layer}: {_cell(one.catch.check)}"
    if one.verdict == EXCUSED and one.job.mutant:
        return f"excused: {one.job.mutant.excuse}"
    return f"**{one.verdict}**" if one.verdict == SURVIVED else one.verdict


def _summary(name: str, found: list[Outcome]) -> str:
    layers = Counter(one.catch.layer for one in found if one.catch)
    verdicts = Counter(one.verdict for one in found)
    lost = verdicts[SURVIVED] + verdicts[CRASHED]
    cells = (layers[RELATIONS], layers[SCHEMATHESIS], lost, verdicts[EXCUSED], verdicts[NEVER_APPLIED])
    return f"| {name} | {percent(found)} | {' | '.join(map(str, cells))} |"


def _controls(found: list[Outcome]) -> Iterator[str]:
    for control in CONTROLS:
        for generation in control.generations:
            matching = [one for one in found if (one.job.name, one.job.generation) == (control.name, generation)]
            alarms = sorted({f"seed {one.job.seed}: {_by(one)}" for one in matching if one.catch})
            if matching:
                alarm_text = "; ".join(alarms) or "none"
                yield f"| {control.name} | {generation} | {control.sentence} | {len(matching)} | {alarm_text} |"


def _survivors(found: list[Outcome]) -> list[str]:
    lines = [
        f"* {_code(one.job.name)}: {FAULTS[one.job.name].sentence if one.job.kind == 'fault' else 'a mutant'}"
        for one in found
        if one.verdict in (SURVIVED, CRASHED)
    ]
    return sorted(lines)


def _mutant(one: Outcome) -> str:
    name, leaf, *spoilt = one.job.name.split(" ")
    return f"| {name} | {_code(leaf)} | {' '.join(spoilt)} | {_by(one)} |"


# --- the command -----------------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Measure and return the exit code: 0 if enough faults were caught and there was no false alarm."""
    options = parse(arguments)
    found = list[Outcome]()
    for outcome, total in measure(options):
        found.append(outcome)
        print(f"{len(found):4}/{total} {outcome.line}", flush=True)
        if outcome.verdict in ALARMS and outcome.catch:
            print(f"      {outcome.catch.message[:1000]}", flush=True)
    good = _good(found)
    if options.only:
        return 0 if good else 1
    text = report(
        sorted(found, key=lambda one: (one.job.kind, one.job.name, one.job.generation, one.job.seed)), options
    )
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    print(f"{REPORT.relative_to(ROOT)} is written.")
    return 0 if good else 1


def _good(found: list[Outcome]) -> bool:
    good = True
    for kind in ("fault", "mutant"):
        matching = [one for one in found if one.job.kind == kind]
        caught, counted = share(matching)
        print(f"{kind}s caught: {percent(matching)}")
        good = good and caught >= GATE * counted
    alarms = sum(one.verdict == ALARM or (one.verdict == CRASHED and one.job.kind == "control") for one in found)
    print(f"false alarms: {alarms}")
    return good and not alarms


def parse(arguments: list[str] | None) -> Any:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.contract.faults.power", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the mutants and of every run (default 1)")
    parser.add_argument("--mutants", type=int, default=100, help="number of mutants (default 100)")
    parser.add_argument(
        "--only", nargs="+", default=[], help="run only these faults and controls, * allowed; no report is written"
    )
    parser.add_argument(
        "--layers", choices=sorted(LAYERS), default="1,2", help="1: schemathesis, 2: relations (default: both)"
    )
    parser.add_argument("--workers", type=int, default=2, help="number of processes (default 2)")
    parser.add_argument("--seeds", type=int, default=5, help="number of seeds for each control (default 5)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
