"""The figures of a benchmark, each a ratio to a peer that did the same work in the same run.

Law: every module of this folder that measures has `measure() -> Iterator[Figure]` and can be run alone; times of one
machine mean little, so figure and peer are measured in turn, A B A B.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes:
        group: The heading in the report.
        name: The work that was measured.
        peer: The work that it is compared with.
        ratio_median, ratio_low, ratio_high: Its figure over the peer's: the median of the rounds, and their range.
        target: The aim: the most that the ratio may be, or the least where `more` is true; None if there is none.
        value: The figure itself, the median of the rounds.
        unit: The unit of the value.
        more: Whether more is better.
        limit: The ratio that the least conceivable work has to the peer (such as the bytes alone); None if it was not
            measured.
    """

    group: str
    name: str
    peer: str
    ratio_median: float
    ratio_low: float
    ratio_high: float
    target: float | None
    value: float
    unit: str
    more: bool = False
    limit: float | None = None

    @classmethod
    def of(
        cls,
        group: str,
        name: str,
        peer: str,
        values: Sequence[float],
        peers: Sequence[float],
        *,
        unit: str = "s",
        target: float | None = None,
        more: bool = False,
        limits: Sequence[float] | None = None,
    ) -> Figure:
        """Make a figure from the values of all rounds; `peers` may be one value for all of them."""
        every = peers if len(peers) == len(values) else [peers[0]] * len(values)
        ratios = sorted(one / other for one, other in zip(values, every, strict=True))
        limit = limits and statistics.median(one / other for one, other in zip(limits, every, strict=True))
        return cls(
            group,
            name,
            peer,
            statistics.median(ratios),
            ratios[0],
            ratios[-1],
            target,
            statistics.median(values),
            unit,
            more,
            limit or None,
        )

    @property
    def kept(self) -> bool | None:
        """Whether the target is reached; None if there is none."""
        if self.target is None:
            return None
        return self.ratio_median >= self.target if self.more else self.ratio_median <= self.target

    def __str__(self) -> str:
        aim = "" if self.target is None else f"  ({'at least' if self.more else 'at most'} {self.target:g})"
        spread = f"{self.ratio_low:.2f} to {self.ratio_high:.2f}"
        limit = "" if self.limit is None else f"  limit {self.limit:.2f}"
        mark = {True: "ok", False: "MISSED", None: ""}[self.kept]
        return (
            f"{self.name:<46} {self.value:>9.4g} {self.unit:<8} {self.ratio_median:>6.2f} x {self.peer}, "
            f"{spread}{aim} {mark}{limit}"
        )


def in_turn(rounds: int, *work: Callable[[], float]) -> list[list[float]]:
    """Measure each in every round, in alternating order; return the values of each."""
    found: list[list[float]] = [[] for _ in work]
    for turn in range(rounds):
        for index in range(len(work)) if turn % 2 == 0 else reversed(range(len(work))):
            found[index].append(work[index]())
    return found


def run_alone(measure: Callable[[], Iterable[Figure]]) -> None:
    """Run a module as a command: print its figures; with `--json FILE` write them to the file, too."""
    wanted = sys.argv[2] if sys.argv[1:2] == ["--json"] and len(sys.argv) == 3 else None
    if sys.argv[1:] and wanted is None:
        raise SystemExit("there is one option: --json FILE")
    found: list[Figure] = []
    for figure in measure():
        if not found or found[-1].group != figure.group:
            print(f"\n{figure.group}")
        print(f"  {figure}", flush=True)
        found.append(figure)
    if wanted:
        Path(wanted).write_text(json.dumps([asdict(figure) for figure in found], indent=1), encoding="utf-8")


@contextmanager
def standin(*options: str) -> Iterator[tuple[str, int, Path]]:
    """Run a stand-in in its own process; yields its address, its process id and its state folder."""
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "idc_standin", "serve", "--port", "0", "--state", state, *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                line = server.stdout.readline() if server.stdout else ""
                yield re.findall(r"http://\S+", line)[0], server.pid, Path(state)
            finally:
                server.terminate()


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process has used, with the running processes that it has started (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    started = [
        int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()
    ]
    return (int(fields[11]) + int(fields[12])) * TICK + sum(map(cpu_seconds, started))


def peak_megabytes(pid: int) -> float:
    """Return the peak memory of a process, in MB (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1000 if found else float("nan")
