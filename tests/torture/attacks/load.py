"""Honest clients, many at once: every answer is compared, and memory must be what it was."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median
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
PROCESSES = 4
FLAT, FILLING = 1.10, 100_000_000  # and bytes by which the caches of engines may still fill


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
    """So many clients for so long; memory at the end is at most ``growth`` times that of the warm server."""
    server = env.server
    asked = questions()
    ask_quietly(server.address, asked, record)
    patients = v3_oracle.column("SELECT DISTINCT PatientID FROM series WHERE collection_id = 'rider_pilot' ORDER BY 1")
    tokens = issued(server, [f"client{number}@example.org" for number in range(clients)])
    content = {
        "address": server.address,
        "seconds": seconds,
        "questions": [one.line() for one in asked],
        "patients": patients,
    }
    with TemporaryDirectory() as place:
        folder = Path(place)
        running = []
        for index in range(PROCESSES):
            (folder / f"{index}.json").write_text(
                json.dumps({**content, "seed": index, "tokens": tokens[index::PROCESSES]}), encoding="utf-8"
            )
            command = [
                sys.executable,
                "-m",
                "tests.torture.callers",
                str(folder / f"{index}.json"),
                str(folder / f"{index}.out"),
            ]
            running.append(subprocess.Popen(command, start_new_session=True))
        # One moment says little: responses of megabytes come and go. The fourth quarter is compared with the third,
        # under the same load, when caches are what they will be.
        quarters = _memory_by_quarter(server.pid, running, seconds)
        ended = [one.wait() for one in running]
        if any(ended):
            raise RuntimeError("a process of honest clients did not end well")
        found = [json.loads((folder / f"{index}.out").read_text(encoding="utf-8")) for index in range(PROCESSES)]
    judge(record, [json.dumps(one) for one in found], quarters[2], quarters[3], seconds, growth)


def _memory_by_quarter(server: int, running: list[subprocess.Popen[bytes]], seconds: float) -> list[int]:
    """The median memory of the server's processes in each quarter of the load, in bytes."""
    samples: list[list[int]] = [[], [], [], []]
    began = time.monotonic()
    while any(one.poll() is None for one in running):
        quarter = min(int(4 * (time.monotonic() - began) / seconds), 3)
        samples[quarter].append(sum(one.memory for one in processes.family(server)))
        time.sleep(0.2)
    return [int(median(one)) if one else 0 for one in samples]


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
        f"{calls:,} calls, {calls / seconds:,.0f} a second, each answer compared; median "
        f"{latency.median * 1e3:.0f} ms, p99 "
        f"{latency.p99 * 1e3:.0f} ms ({latency.p99 / max(latency.median, 1e-9):.1f} times), "
        f"worst {latency.worst:.2f} s; "
        f"{statuses['503']} were 503; "
        f"memory {warm / 1e6:,.0f} MB in the third quarter, {after / 1e6:,.0f} MB in the fourth"
    )
