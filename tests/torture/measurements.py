"""What is measured while a server is under attack: its latency, its memory, its disk space, and whether it lives.

Law: measures from outside; what a figure must be stands in `bounds`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.torture import processes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.torture.server import Server

MEMORY_EVERY = 0.1
DISK_EVERY = 10  # of these
LETTING_GO, SETTLED = 5.0, 64_000_000  # seconds to let go of files, and bytes that need none
HEALTH, VERSION, PLAIN = "health", "version", "plain"


@dataclass(frozen=True, slots=True)
class Latency:
    """How long answers took, in seconds, and how many were not 200."""

    count: int = 0
    median: float = 0.0
    p99: float = 0.0
    worst: float = 0.0
    failed: int = 0

    @staticmethod
    def of(seconds: Sequence[float], failed: int = 0) -> Latency:
        """The figures of a sample."""
        if not seconds:
            return Latency(failed=failed)
        ordered = sorted(seconds)
        return Latency(len(ordered), share(ordered, 0.5), share(ordered, 0.99), ordered[-1], failed)


def share(ordered: Sequence[float], part: float) -> float:
    """The value below which so large a part of an ordered sample lies."""
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


@dataclass(slots=True)
class Measured:
    """The figures of one attack; memory and disk are bytes of all processes and of the server's folder."""

    health: Latency = field(default_factory=Latency)
    version: Latency = field(default_factory=Latency)
    plain: Latency = field(default_factory=Latency)
    memory: tuple[int, int, int] = (0, 0, 0)  # before, peak, after
    disk: tuple[int, int, int] = (0, 0, 0)
    lived: bool = True
    seconds: float = 0.0


class Probe:
    """The probing process and what it has said so far."""

    def __init__(self, **targets: str) -> None:
        words = [f"{name}={place}" for name, place in targets.items()]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.probe", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._seconds: dict[str, list[float]] = {name: [] for name in targets}
        self._failed: Counter[str] = Counter()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            one = json.loads(line)
            self._seconds[one["name"]].append(one["seconds"])
            self._failed[one["name"]] += one["status"] != 200

    def end(self) -> dict[str, Latency]:
        """Ask no more, wait for what was asked, and give the figures of every target."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return {name: Latency.of(seconds, self._failed[name]) for name, seconds in self._seconds.items()}


class Reference:
    """A plain server of ours in a process of its own: what this machine can do at the moment."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.reference"], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self._process.stdout is not None
        self.place = self._process.stdout.readline().strip()

    def quiet(self, seconds: float) -> Latency:
        """How it answers while nothing is attacked."""
        probe = Probe(**{PLAIN: f"{self.place}/"})
        time.sleep(seconds)
        return probe.end()[PLAIN]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Watch:
    """Measures a server for as long as a block runs; the figures are in ``measured`` afterwards."""

    def __init__(self, server: Server, reference: Reference) -> None:
        self.server, self.reference = server, reference
        self.measured = Measured()
        self._ended = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._memory = self._disk = 0

    def __enter__(self) -> Watch:
        self._began = time.monotonic()
        self._before = (self.memory(), self.server.folders.size())
        self._pid = self.server.pid
        place = "{}:{}".format(*self.server.address)
        targets = {HEALTH: f"{place}/v3/health", VERSION: f"{place}/v3/version", PLAIN: f"{self.reference.place}/"}
        self._probe = Probe(**targets)
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        found = self._probe.end()
        self._ended.set()
        self._sampler.join()
        after = self._at_rest()
        self.measured = Measured(
            found[HEALTH],
            found[VERSION],
            found[PLAIN],
            (self._before[0], max(self._memory, self._before[0], after[0]), after[0]),
            (self._before[1], max(self._disk, self._before[1], after[1]), after[1]),
            lived=self.server.lives() and self.server.pid == self._pid,
            seconds=time.monotonic() - self._began,
        )

    def memory(self) -> int:
        """Memory of all processes of the server together, in bytes."""
        return sum(one.memory for one in processes.family(self.server.pid))

    def _at_rest(self) -> tuple[int, int]:
        """Memory and disk after the attack; what is being let go of has some seconds for it."""
        until = time.monotonic() + LETTING_GO
        while True:
            found = (self.memory(), self.server.folders.size())
            if found[1] <= self._before[1] + SETTLED or time.monotonic() > until:
                return found
            time.sleep(0.2)

    def _sample(self) -> None:
        rounds = 0
        while not self._ended.wait(MEMORY_EVERY if processes.LINUX else 1.0):
            self._memory = max(self._memory, self.memory())
            if rounds % DISK_EVERY == 0:
                self._disk = max(self._disk, self.server.folders.size())
            rounds += 1
