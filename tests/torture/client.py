"""The command behind `make torture-client`: every fault, kills and many writers, and a section of docs/reliability.md.

    python -m tests.torture.client                     # all, and write the page
    python -m tests.torture.client --only gzip …       # faults whose name or group has one of these texts; no page
    python -m tests.torture.client --list

Exit code 1 if there are findings, with a line for each.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from tests.support.certificates import tls_server_context
from tests.support.faults import FAULTS, GROUPS
from tests.support.kills import FILES, killed, write_uninterrupted, wrong_file, wrong_notes
from tests.support.many_writers import THREADS, WRITERS, can_unshare, writers_at_once
from tests.support.standin_process import serving
from tests.torture import bounds, matrix, report
from tests.torture.fault_service import fault_service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.support.faults import Fault
    from tests.torture.matrix import Outcome

SECTION = "client"
#: A right answer is asked for before each so many faults, and takes so many seconds on an idle machine.
EVERY, IDLE = 20, 0.3
#: Kills at least, in this many seconds at most.
KILLS, KILLING = 60, 400.0
#: How often each writer writes its manifest.
TIMES = 12
INTRODUCTION = """\
## The client

`make torture-client` has a server answer one request of a client with a fault, for every fault in
`tests/support/faults.py` and every way to use the client: a walk over rows in synchronous and in asynchronous code, the
lines of a streamed manifest, the command line, and the renewal of an ID token at its token endpoint, in both kinds of
code. Each runs in a process of its own. No call is retried. Each has a deadline: {short:g} s where it may be late,
{long:g} s otherwise.

{verdict}

{machine}

These rules apply to every fault; a broken one is a finding, listed below, and the command ends with exit code 1.

* What comes of it is the right result, or the error that the fault has in the table: `lost` (`httpx.TransportError`),
  `late` (`DeadlineExceeded`), `misfit` (`ContractError`, of lines also `TruncatedResult`), `refused` (`APIError`).
  Where two are listed, either will do. The command line ends with 0, 3 (lost, late) or 1 (misfit, refused), and one
  sentence. A renewal that fails otherwise than by time is a `CredentialsError`.
* It takes at most {grace:g} s, and where it may be late, as much more than the deadline. This is for an idle machine. A
  right answer is asked for before every {every} faults; where it takes more than {idle:g} s, the machine is busy, and
  bounds on time grow by the same factor (here up to {noise:.1f}).
* It takes at most {memory:,.0f} MB more than a right answer.

A cell of the tables shows what came of it and the seconds that it took; the last column is the most memory, beyond that
of a right answer, of all ways.
"""


def main() -> int:
    """Run what was asked for."""
    options = argparse.ArgumentParser(prog="torture-client", description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--only", nargs="+", metavar="TEXT", help="faults whose name or group has one of these texts")
    options.add_argument("--list", action="store_true", help="say what there is")
    asked = options.parse_args()
    chosen = [
        one
        for group, faults in GROUPS.items()
        for one in faults
        if not asked.only or any(text in f"{group}: {one.name}" for text in asked.only)
    ]
    if asked.list:
        for one in chosen:
            print(f"{one.name}: {one.expected}")
        return 0
    if not chosen:
        options.error(f"no fault has {' or '.join(asked.only)} in its name")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        outcomes, usual = faults_in_all_ways(chosen, Path(folder))
        found = findings(outcomes, usual)
        notes: list[str] = []
        if not asked.only:
            for part in (kills, writers):
                more, wrong = part(Path(folder))
                notes += more
                found += wrong
    took = time.monotonic() - began
    if not asked.only:
        report.write(section(outcomes, usual, notes, found, took), name=SECTION)
    print(f"{len(chosen)} faults in {len(matrix.WAYS)} ways in {took / 60:.1f} minutes; {len(found)} findings")
    for sentence in found:
        sys.stderr.write(f"torture: {sentence}\n")
    return 1 if found else 0


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a fault in each way, and by how much bounds on time were wider since the machine was busy."""

    ways: dict[str, Outcome]
    noise: float


Outcomes = dict["Fault", Tried]


def faults_in_all_ways(chosen: Sequence[Fault], folder: Path) -> tuple[Outcomes, dict[str, int]]:
    """What came of each fault in each way, and the memory that a right answer takes in each."""
    right = next(number for number, fault in enumerate(FAULTS) if fault.name == "identity")
    tls_server_context(folder / "ca.pem")
    few = {"SSL_CERT_FILE": str(folder / "ca.pem")}  # reading the certificates of the world takes longer than a call
    with mock.patch.dict(os.environ, few), fault_service() as url:
        usual = {way: matrix.run(way, f"{url}/{right}", folder).memory for way in matrix.WAYS}
        outcomes: Outcomes = {}
        noise = 1.0
        for number, fault in enumerate(chosen):
            if number % EVERY == 0:
                slowest = max(matrix.run(way, f"{url}/{right}", folder).seconds for way in matrix.WAYS)
                noise = min(max(slowest / IDLE, 1.0), bounds.MOST_NOISE)
            address = f"{url}/{FAULTS.index(fault)}"
            seconds = matrix.SHORT if matrix.may_be_late(fault) else matrix.LONG
            outcomes[fault] = Tried({way: matrix.run(way, address, folder, seconds) for way in matrix.WAYS}, noise)
            results = ", ".join(f"{one.word} {one.seconds:.2f} s" for one in outcomes[fault].ways.values())
            print(f"{fault.name}: {results}", flush=True)
    return outcomes, usual


def findings(outcomes: Outcomes, usual: dict[str, int], least_noise: float = 1.0) -> list[str]:
    """A sentence for each broken rule."""
    return [
        f"{fault.name}, {way}: {sentence}"
        for fault, tried in outcomes.items()
        for way, one in tried.ways.items()
        for sentence in matrix.exceeded(fault, way, one, usual[way], max(tried.noise, least_noise))
    ]


def kills(folder: Path) -> tuple[list[str], list[str]]:
    """Walks that are killed again and again: what was done, and what was wrong."""
    times: Counter[str] = Counter()
    wrong: list[str] = []
    until = time.monotonic() + KILLING
    with serving("--as-of", "2.0", "--state", str(folder / "state")) as url:
        uninterrupted = folder / "uninterrupted"
        uninterrupted.mkdir()
        write_uninterrupted(url, uninterrupted)
        for seed, name, how in _walks():
            if (sum(times.values()) >= KILLS and len(times) == len(_NAMES)) or time.monotonic() > until:
                break
            place = folder / f"{seed}-{name}-{how}"
            place.mkdir()
            count = killed(url, place, name, how, seed)
            times[name] += count
            check = wrong_notes(uninterrupted, place, name, count) if name.endswith("loop") else ""
            check = check or ("" if name.endswith("loop") else wrong_file(uninterrupted, place, name, how))
            wrong += [f"a walk into {name}, killed {count} times ({how}, seed {seed}): {check}"] if check else []
    total = sum(times.values())
    if total < KILLS or len(times) < len(_NAMES):
        wrong.append(
            f"in {KILLING:g} s, walks were killed {total} times (at least {KILLS}), of {', '.join(times)} only"
        )
    by_name = ", ".join(f"{name} {count}" for name, count in times.items())
    return [
        f"Walks were killed {total} times, before their file operations and at random times, and went on: {by_name}."
    ], wrong


_NAMES = [*FILES, "asynchronous.csv", "loop", "asynchronous.loop"]


def _walks() -> Iterator[tuple[int, str, str]]:
    for seed in range(1, 100):
        for how in ("step", "time"):
            for name in _NAMES:
                if (name, how) != ("asynchronous.loop", "time"):
                    yield seed, name, how


def writers(folder: Path) -> tuple[list[str], list[str]]:
    """Threads of several processes, and of several containers, that write one manifest at once."""
    notes, wrong = [], []
    for container in (False, True):
        kind = "PID namespaces" if container else "processes"
        if container and not can_unshare():
            notes.append("PID namespaces were not tried: this user may not make them.")
            continue
        place = folder / kind.replace(" ", "-")
        place.mkdir()
        wrong += [
            f"{kind} that write one manifest: {one}" for one in writers_at_once(place, container=container, times=TIMES)
        ]
        notes.append(
            f"{WRITERS} {kind} with {THREADS} threads each wrote one manifest {WRITERS * THREADS * TIMES} times; "
            "a reader saw complete files of one writer each time."
        )
    return notes, wrong


def section(
    outcomes: Outcomes, usual: dict[str, int], notes: Sequence[str], found: Sequence[str], seconds: float
) -> str:
    """The section of the client."""
    calls = len(outcomes) * len(matrix.WAYS)
    verdict = f"{len(outcomes)} faults in {len(matrix.WAYS)} ways: {calls:,} runs, made in {seconds / 60:.0f} minutes "
    verdict += "together with what follows the tables. " + ("All passed." if not found else f"{len(found)} findings.")
    machine = (
        f"Measured on {datetime.datetime.now(tz=datetime.UTC).date()}, {platform.system()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, httpx {version('httpx')}."
    )
    parts = [
        INTRODUCTION.format(
            verdict=report.wrapped(verdict),
            machine=machine,
            every=EVERY,
            idle=IDLE,
            noise=max((tried.noise for tried in outcomes.values()), default=1.0),
            short=matrix.SHORT,
            long=matrix.LONG,
            grace=matrix.GRACE,
            memory=matrix.MEMORY / 1e6,
        )
    ]
    for group, faults in GROUPS.items():
        rows = [(fault, outcomes[fault]) for fault in faults if fault in outcomes]
        head = f"| fault | must be | {' | '.join(matrix.WAYS)} | MB |\n|---|---|{'---|' * len(matrix.WAYS)}--:|\n"
        parts.append(
            f"### {group[0].upper()}{group[1:]}\n\n{head}" + "\n".join(_row(*row, usual) for row in rows) + "\n"
        )
    parts.append("### Kills and writers\n\n" + "\n".join(report.wrapped(f"* {note}", "  ") for note in notes) + "\n")
    if found:
        parts.append("### Findings\n\n" + "\n".join(f"* {report.cell(sentence)}" for sentence in found[:100]) + "\n")
    return "\n".join(parts)


def _row(fault: Fault, tried: Tried, usual: dict[str, int]) -> str:
    ways = tried.ways
    most = max(one.memory - usual[way] for way, one in ways.items())
    cells = [
        fault.name,
        " or ".join(fault.expected.split()),
        *(f"{one.word} {one.seconds:.2f}" for one in ways.values()),
    ]
    return "| " + " | ".join(report.cell(cell) for cell in [*cells, f"{max(most, 0) / 1e6:,.0f}"]) + " |"


if __name__ == "__main__":
    sys.exit(main())
