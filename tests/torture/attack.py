"""An attack as a value, what it may use, and what came of it."""

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
    run: Callable[[Field, Record], None]
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
    """What came of an attack; ``noise`` is the factor of its bounds on time."""

    attack: Attack
    record: Record
    measured: Measured | None
    noise: float
    quiet: Latency
    broken: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether nothing fell."""
        return not self.broken and not self.record.falls


class Field:
    """What attacks run on: the server that all share, folders for others, and the machine's own pace."""

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
        """Measure a server of an attack's own, hold the figures against the bounds, and keep them."""
        with Watch(server, self.reference) as watch:
            yield watch
        for sentence in bounds.broken(watch.measured, self.factor):
            record.fall(server.folders.root.name.rpartition("-")[0], sentence)
        self.records[server.folders.root.name] = watch.measured

    def close(self) -> None:
        """End the server and the reference."""
        self.server.stop()
        self.reference.close()


def carry_out(attack: Attack, ground: Field, least_noise: float = 1.0) -> Outcome:
    """Run one attack and hold what was measured against the bounds, which grow by ``least_noise`` at least."""
    quiet = ground.reference.quiet(QUIET)
    ground.factor = max(bounds.noise(quiet), least_noise)
    record = Record(() if attack.own else ground.server.folders.private())
    ground.records.clear()
    if attack.own:
        attack.run(ground, record)
        measured = worst(list(ground.records.values()))
        return Outcome(attack, record, measured, ground.factor, quiet)
    if ground.server.process is None or not ground.server.lives():
        ground.server.stop()
        ground.server.start()
    began = ground.server.log.stat().st_size
    with Watch(ground.server, ground.reference) as watch:
        attack.run(ground, record)
    outcome = Outcome(attack, record, watch.measured, ground.factor, quiet)
    outcome.broken = bounds.broken(watch.measured, ground.factor)
    said = ground.server.said(began)
    if "Traceback (most recent call last)" in said:
        ends = tracebacks(said)
        different = "; ".join(dict.fromkeys(ends))
        outcome.broken.append(f"the server's log has {len(ends)} tracebacks, which end with: {different[:300]}")
    if loot := sorted(path.name for path in ground.server.folders.loot.rglob("*")):
        outcome.broken.append(f"files were written: {', '.join(loot[:5])}")
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
