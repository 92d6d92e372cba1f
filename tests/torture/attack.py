"""An attack as a value, the environment that it runs in, and its outcome."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture import bounds
from tests.torture.measurements import Latency, Measured, Reference, Watch
from tests.torture.record import Record
from tests.torture.server import Folders, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUIET = 1.0  # seconds for which the machine is listened to before each attack


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack; ``tries`` says in a sentence what it wants to break.

    ``own``: it starts servers of its own, and measures what it can of them. ``needs``: "linux", "root".
    """

    name: str
    group: str
    tries: str
    run: Callable[[Environment, Record], None]
    own: bool = False
    needs: tuple[str, ...] = ()

    def missing(self) -> str:
        """Why it cannot run here; empty if it can."""
        if "linux" in self.needs and sys.platform != "linux":
            return "needs Linux"
        if "root" in self.needs and (not hasattr(os, "geteuid") or os.geteuid()):
            return "needs root"
        return ""


@dataclass(slots=True)
class Outcome:
    """The outcome of an attack; ``noise`` is the factor of its bounds on time."""

    attack: Attack
    record: Record
    measured: Measured | None
    noise: float
    quiet: Latency
    exceeded: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether there is no finding."""
        return not self.exceeded and not self.record.findings


class Environment:
    """What attacks run in: the server that they share, folders for other servers, and the pace of the machine."""

    def __init__(self, archive: Path, folder: Path) -> None:
        self.archive, self.folder = archive, folder
        self.reference = Reference()
        self.factor = 1.0
        self.server = self.new("shared")
        self.records: dict[str, Measured] = {}

    def new(self, name: str, *, archive: bool = True) -> Server:
        """A server that is not started, in a folder of its own."""
        folders = Folders(Path(tempfile.mkdtemp(dir=self.folder, prefix=f"{name}-")))
        folders.prepare(self.archive if archive else None)
        return Server(folders)

    @contextmanager
    def watched(self, server: Server, record: Record) -> Iterator[Watch]:
        """Measure a server of an attack's own, compare the figures with the bounds, and keep them."""
        with Watch(server, self.reference) as watch:
            yield watch
        for sentence in bounds.exceeded(watch.measured, self.factor):
            record.finding(server.folders.root.name.rpartition("-")[0], sentence)
        self.records[server.folders.root.name] = watch.measured

    def close(self) -> None:
        """End the server and the reference."""
        self.server.stop()
        self.reference.close()


def carry_out(attack: Attack, env: Environment, least_noise: float = 1.0) -> Outcome:
    """Run one attack and compare the figures with the bounds, which grow by ``least_noise`` at least."""
    quiet = env.reference.quiet(QUIET)
    env.factor = max(bounds.noise(quiet), least_noise)
    record = Record(() if attack.own else env.server.folders.private())
    env.records.clear()
    if attack.own:
        attack.run(env, record)
        measured = worst(list(env.records.values()))
        return Outcome(attack, record, measured, env.factor, quiet)
    if env.server.process is None or not env.server.lives():
        env.server.stop()
        env.server.start()
    began = env.server.log.stat().st_size
    with Watch(env.server, env.reference) as watch:
        attack.run(env, record)
    outcome = Outcome(attack, record, watch.measured, env.factor, quiet)
    outcome.exceeded = bounds.exceeded(watch.measured, env.factor)
    said = env.server.said(began)
    if "Traceback (most recent call last)" in said:
        ends = tracebacks(said)
        different = "; ".join(dict.fromkeys(ends))
        outcome.exceeded.append(f"the server's log has {len(ends)} tracebacks, which end with: {different[:300]}")
    if loot := sorted(path.name for path in env.server.folders.loot.rglob("*")):
        outcome.exceeded.append(f"files were written: {', '.join(loot[:5])}")
    return outcome


def worst(several: list[Measured]) -> Measured | None:
    """The measurement with the slowest health."""
    return max(several, key=lambda one: one.health.p99, default=None)


def tracebacks(text: str) -> list[str]:
    """The last line of each traceback in a log: what was raised."""
    found, inside = [], False
    for line in text.splitlines():
        if line.startswith("Traceback (most recent call last)"):
            inside = True
        elif inside and line and not line.startswith((" ", "|", "+")):
            found.append(line[:120])
            inside = False
    return found
