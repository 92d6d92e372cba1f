"""Honest clients, many at once: every answer is compared, and memory must be what it was."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.standin import v3_oracle
from tests.torture import bounds, processes
from tests.torture.attack import Attack
from tests.torture.attacks.tokens import issued
from tests.torture.measurements import Latency
from tests.torture.questions import ask_quietly, questions

if TYPE_CHECKING:
    from tests.torture.attack import Environment
    from tests.torture.record import Record

CLIENTS, SECONDS = 64, 60.0
WARM = 1  # of these seconds before, so that what is loaded once, each process of SQL and full caches are there
LOADS = ("warm", "client")
PROCESSES = 4
REST = 1 / 10  # of these seconds, after each load, in which nothing is asked
FLAT, FILLING = 1.10, 50_000_000  # and bytes that are no growth, of a server that has little (the sample's)


def attacks() -> list[Attack]:
    """The attack of this module."""
    return [
        Attack(
            "mixed calls",
            "load",
            f"find a wrong answer, an error or growing memory with {CLIENTS} clients for {SECONDS:g} s",
            _run,
        )
    ]


def _run(env: Environment, record: Record) -> None:
    mixed_calls(env, record, CLIENTS, SECONDS)


def mixed_calls(env: Environment, record: Record, clients: int, seconds: float, growth: float = FLAT) -> None:
    """So many clients for so long; the memory at rest afterwards is at most ``growth`` times that of the warm server.

    Under load one moment says little: a query on instances takes 250 MB while it runs, and no more when it has ended.
    What a server keeps is what it has when nothing is asked.
    """
    server = env.server
    asked = questions()
    ask_quietly(server.address, asked, record)
    patients = v3_oracle.column("SELECT DISTINCT PatientID FROM series WHERE collection_id = 'rider_pilot' ORDER BY 1")
    tokens = {name: issued(server, [f"{name}{number}@example.org" for number in range(clients)]) for name in LOADS}
    content = {
        "address": server.address,
        "questions": [one.line() for one in asked],
        "patients": patients,
    }
    with TemporaryDirectory() as place:
        first = _load(Path(place), content | {"seconds": seconds * WARM}, tokens["warm"], "warm")
        warm = _at_rest(server.pid, seconds * REST)
        found = _load(Path(place), content | {"seconds": seconds}, tokens["client"], "client")
        after = _at_rest(server.pid, seconds * REST)
    judge(record, [json.dumps(one) for one in (*first, *found)], warm, after, seconds, growth)


def _load(folder: Path, content: dict[str, object], tokens: list[str], name: str) -> list[dict[str, object]]:
    """Honest clients in several processes; what each process saw."""
    running = []
    for index in range(PROCESSES):
        given, seen = folder / f"{name}-{index}.json", folder / f"{name}-{index}.out"
        given.write_text(
            json.dumps({**content, "seed": f"{name} {index}", "tokens": tokens[index::PROCESSES]}), encoding="utf-8"
        )
        command = [sys.executable, "-m", "tests.torture.callers", str(given), str(seen)]
        running.append((subprocess.Popen(command, start_new_session=True), seen))
    ended = [process.wait() for process, _ in running]
    if any(ended):
        raise RuntimeError("a process of honest clients did not end well")
    return [json.loads(seen.read_text(encoding="utf-8")) for _, seen in running]


def _at_rest(server: int, seconds: float) -> int:
    """The least memory of the server's processes within some seconds in which nothing is asked, in bytes."""
    least, until = sys.maxsize, time.monotonic() + seconds
    while time.monotonic() < until:
        least = min(least, sum(one.memory for one in processes.family(server)))
        time.sleep(0.2)
    return least


def judge(record: Record, results: list[str], warm: int, after: int, seconds: float, growth: float = FLAT) -> None:
    """Compare what the clients saw with the bounds."""
    found = [json.loads(one) for one in results]
    statuses: Counter[str] = Counter()
    for one in found:
        statuses.update(one["statuses"])
        for sentence in one["wrong"]:
            given, _, what = sentence.partition(": ")
            record.finding(given, what)
    calls = sum(statuses.values())
    latency = Latency.of([value for one in found for value in one["seconds"]])
    record.calls += calls
    record.statuses.update(statuses)
    busy = statuses["503"] / max(calls, 1)
    if busy > bounds.BUSY:
        record.finding("mixed calls", f"{busy:.1%} of {calls:,} calls were 503 (bound {bounds.BUSY:.0%})")
    if failed := {status: number for status, number in statuses.items() if status >= "5" and status != "503"}:
        record.finding("mixed calls", f"statuses that may not be: {failed}")
    if latency.p99 > bounds.SPREAD * latency.median:
        record.finding(
            "mixed calls",
            f"p99 is {latency.p99:.3f} s, {latency.p99 / latency.median:.0f} times the median "
            f"(bound {bounds.SPREAD:g})",
        )
    if after > max(warm * growth, warm + FILLING):
        record.finding(
            "mixed calls", f"memory grew from {warm / 1e6:,.0f} to {after / 1e6:,.0f} MB (bound {growth - 1:.0%})"
        )
    record.note(
        f"{calls:,} calls, {calls / seconds / (1 + WARM):,.0f} a second, each answer compared; median "
        f"{latency.median * 1e3:.0f} ms, p99 "
        f"{latency.p99 * 1e3:.0f} ms ({latency.p99 / max(latency.median, 1e-9):.1f} times), "
        f"worst {latency.worst:.2f} s; "
        f"{statuses['503']} were 503; "
        f"memory at rest {warm / 1e6:,.0f} MB after {seconds * WARM:g} s of the load, "
        f"{after / 1e6:,.0f} MB after all of it"
    )
