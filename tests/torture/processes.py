"""The processes of this machine: who is whose child, and how much memory each uses (from /proc, elsewhere from ps)."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
LINUX = (PROC / "self" / "stat").exists()
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Process:
    """A process; ``memory`` is its resident set in bytes, which counts a page once for every process that shares it."""

    pid: int
    parent: int
    session: int
    memory: int
    state: str


def table() -> dict[int, Process]:
    """All processes, by pid."""
    found = _of_proc() if LINUX else _of_ps()
    return {one.pid: one for one in found}


def family(pid: int, known: dict[int, Process] | None = None) -> list[Process]:
    """A process, its descendants, and what else is in the session that it leads; zombies are left out."""
    known = table() if known is None else known
    members = {pid} if pid in known else set()
    members |= {one.pid for one in known.values() if one.session == pid}
    while more := {one.pid for one in known.values() if one.parent in members} - members:
        members |= more
    return [known[member] for member in sorted(members) if known[member].state != "Z"]


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    one = table().get(pid)
    return one is not None and one.state != "Z"


def _of_proc() -> list[Process]:
    found = []
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The name of a program stands in parentheses and may contain blanks and parentheses.
            fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        found.append(Process(int(folder.name), int(fields[1]), int(fields[3]), int(fields[21]) * PAGE, fields[0]))
    return found


def _of_ps() -> list[Process]:
    listed = subprocess.run(["ps", "-axo", "pid=,ppid=,rss=,state="], capture_output=True, text=True, check=True).stdout
    found = []
    for line in listed.splitlines():
        pid, parent, memory, state = line.split()[:4]
        found.append(Process(int(pid), int(parent), _session(int(pid)), int(memory) * 1024, state[0]))
    return found


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1
