"""Outcomes as lines for people, and as a section of docs/reliability.md.

Law: writes files whole or not at all, and only between the marks of its own section.
"""

from __future__ import annotations

import datetime
import os
import platform
import re
import textwrap
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture import bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.torture.attack import Attack, Outcome

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
SECTION = "stand-in"
#: A path of this machine, which the page need not name.
PLACE = re.compile(r"/(?:tmp|home|root|work|var|private|Users)/[^\s'\")]*")
HEAD = """\
# Reliability

Written by `make torture`, which attacks what this project serves and sends, from outside, on real sockets. A section
lists what was tried, the results, and what was measured meanwhile.
"""
INTRODUCTION = """\
## The stand-in

`make torture-standin` starts `idc-standin serve` in a folder of its own, with secrets in its files and its environment,
and attacks it. While an attack runs, other processes ask `/v3/health` and `/v3/version` twenty times a second, each
time on a new connection, and add up the memory of all processes of the server.

{verdict}

{machine}

These rules apply to every attack; a broken one is a finding, listed below, and the command ends with exit code 1.

* The server lives: the process that was started is still there at the end.
* `/v3/health` and `/v3/version` answer within {health:g} s, 99 times in 100, and never with an error. This is for an
  idle machine. A plain server that does nothing but answer is asked just before each attack; where it is slow, the
  machine is busy, and bounds on time grow by the same factor (column *noise*, 1 to {most:g}).
* All processes of the server together use less than {memory:,.0f} MB. (Resident sets are added up, so a page counts
  once for each process that shares it.)
* Every statement has an answer within {statement:g} s.
* No answer is a 5xx, but for 504 (time limit of a statement) and 503 with `Retry-After`.
* No answer shows a path of this machine, a secret or what belongs to another user; the log has no traceback; no file
  is written outside the server's folders.
"""


def line(outcome: Outcome) -> str:
    """One outcome for people who watch."""
    measured = outcome.measured
    figures = ""
    if measured is not None:
        before, peak, after = (value / 1e6 for value in measured.memory)
        figures = (
            f"  health p99 {measured.health.p99 * 1e3:.0f} ms, worst {measured.health.worst:.2f} s "
            f"(a plain server beside it {measured.plain.p99 * 1e3:.0f} ms); "
            f"memory {before:,.0f} → {peak:,.0f} → {after:,.0f} MB"
        )
    word = "passed" if outcome.passed else "FAILED"
    slowest, given = outcome.record.slowest
    last = f"; slowest call {slowest:.1f} s ({given})" if slowest > 1 else ""
    return f"{word}  {outcome.attack.name}: {outcome.record.calls:,} calls{figures}{last}"


def findings(outcome: Outcome) -> list[str]:
    """The findings, one line each: the attack, the input, and what happened."""
    sentences = [f"{outcome.attack.name}: {sentence}" for sentence in outcome.exceeded]
    for one, times in outcome.record.findings.items():
        sentences.append(f"{outcome.attack.name}: {one}" + (f" ({times} times)" if times > 1 else ""))
    return sentences


def section(outcomes: Sequence[Outcome], absent: Sequence[tuple[Attack, str]], statements: int, seconds: float) -> str:
    """The section of the stand-in."""
    found = [sentence for outcome in outcomes for sentence in findings(outcome)]
    calls = sum(outcome.record.calls for outcome in outcomes)
    verdict = (
        f"{len(outcomes)} attacks, {statements:,} hostile statements among them, made {calls:,} calls "
        f"in {seconds / 60:.0f} minutes. "
        + ("All passed." if not found else f"{sum(not one.passed for one in outcomes)} failed (see *Findings*).")
    )
    machine = (
        f"Measured on {datetime.datetime.now(tz=datetime.UTC).date()}, {platform.system()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, DuckDB {version('duckdb')}."
    )
    parts = [
        INTRODUCTION.format(
            verdict=wrapped(verdict),
            machine=machine,
            health=bounds.HEALTH,
            most=bounds.MOST_NOISE,
            memory=bounds.MEMORY / 1e6,
            statement=bounds.STATEMENT,
        )
    ]
    for group in dict.fromkeys(outcome.attack.group for outcome in outcomes):
        chosen = [outcome for outcome in outcomes if outcome.attack.group == group]
        parts.append(f"### {group[0].upper()}{group[1:]}\n")
        parts.append(
            "| attack | tries to | calls | answers | health p50 / p99 / worst, ms | "
            "memory before / peak / after, MB | slowest call, s | noise | |\n"
            "|---|---|--:|---|--:|--:|--:|--:|---|"
        )
        parts[-1] += "".join(f"\n{_row(outcome)}" for outcome in chosen) + "\n"
        notes = [f"* {outcome.attack.name}: {note}." for outcome in chosen for note in outcome.record.notes]
        if notes:
            parts.append("\n".join(notes) + "\n")
    if found:
        parts.append("### Findings\n\n" + "\n".join(f"* {cell(sentence)}" for sentence in found[:100]) + "\n")
    if absent:
        parts.append(
            "### Not run here\n\n" + "\n".join(f"* {attack.name}: {reason}" for attack, reason in absent) + "\n"
        )
    return "\n".join(parts).rstrip() + "\n"


def write(text: str, path: Path = PAGE, name: str = SECTION) -> None:
    """Put a section into the page, in place of the one that is there; others stay as they are."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = path.read_text(encoding="utf-8") if path.exists() else HEAD
    block = f"{begin}\n\n{text.strip()}\n\n{end}"
    before, mark, rest = page.partition(begin)
    page = before + block + rest.partition(end)[2] if mark else f"{page.rstrip()}\n\n{block}\n"
    fresh = path.with_suffix(".md.new")
    fresh.write_text(page, encoding="utf-8")
    fresh.replace(path)


def _row(outcome: Outcome) -> str:
    record, measured = outcome.record, outcome.measured
    health = memory = ""
    if measured is not None:
        health = " / ".join(
            f"{value * 1e3:,.0f}" for value in (measured.health.median, measured.health.p99, measured.health.worst)
        )
        memory = " / ".join(f"{value / 1e6:,.0f}" for value in measured.memory)
    statuses = ", ".join(f"{status} × {count:,}" for status, count in sorted(record.statuses.items()))
    cells = (
        outcome.attack.name,
        outcome.attack.tries,
        f"{record.calls:,}",
        statuses,
        health,
        memory,
        f"{record.slowest[0]:.1f}" if record.slowest[0] else "",
        f"{outcome.noise:.1f}",
        "passed" if outcome.passed else "**failed**",
    )
    return "| " + " | ".join(cell(value) for value in cells) + " |"


def cell(text: str) -> str:
    """A text for a cell of a table: without paths of this machine, and on one line."""
    return PLACE.sub("/…", text).replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def wrapped(text: str, indent: str = "") -> str:
    """A text in lines of the page's width; those after the first one begin with an indent."""
    return "\n".join(textwrap.wrap(text, 119, subsequent_indent=indent))
