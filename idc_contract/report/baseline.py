"""Findings that are known and accepted for a time: a list of `finding`, `reason` and `expires` in YAML.

Law: an entry has its reason and its last day; after that day it accepts nothing.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from idc_contract.relations.relation import FORMER_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from idc_contract.finding import Finding

HEAD = "# Findings accepted for a time. Write the reasons, and choose an earlier day.\n"
DAYS = 30
#: The format of the file. Release 0.1.0 wrote the list alone, which is format 1 and still read.
FORMAT = 2
KEY = "idc_contract_baseline"


class BadBaseline(ValueError):
    """A file that is not a baseline; the message says where and why."""


@dataclass(frozen=True)
class Accepted:
    """An entry of a baseline."""

    finding: str
    reason: str
    expires: datetime.date


def load(path: Path) -> list[Accepted]:
    """The entries of a file; raises BadBaseline."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except RecursionError:
        raise BadBaseline(f"{path} cannot be read: it is nested too deeply") from None
    except (OSError, ValueError, yaml.YAMLError) as error:  # ValueError: a day that no month has, or no UTF-8
        raise BadBaseline(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    entries, rows = [], content
    if isinstance(content, dict) and KEY in content:
        if content[KEY] != FORMAT:
            raise BadBaseline(f"{path} was written by another release (format {content[KEY]!r:.20}, not {FORMAT})")
        rows = content.get("accepted") or []
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
        good = isinstance(row, dict) and row.keys() == {"finding", "reason", "expires"}
        if not good or type(row["expires"]) is not datetime.date or not str(row["reason"] or "").strip():
            raise BadBaseline(f"{path}: entry {number} needs finding, reason and expires (a date), and nothing else")
        entries.append(Accepted(with_current_name(str(row["finding"])), str(row["reason"]), row["expires"]))
    return entries


def with_current_name(finding: str) -> str:
    """The key of a finding, with the current name of a relation or check that was renamed."""
    head, separator, check = finding.rpartition(" · ")
    name, colon, rest = check.partition(": ")
    current = {former: new for new, former in FORMER_NAMES.items()}
    return f"{head}{separator}{current.get(name, name)}{colon}{current.get(rest, rest)}"


def part(
    findings: Iterable[Finding], entries: Iterable[Accepted], today: datetime.date
) -> tuple[list[Finding], list[tuple[Finding, str]], list[str]]:
    """Findings that count, accepted ones with the reason, and notes on entries that have expired or have no finding."""
    known = {entry.finding: entry for entry in entries}
    standing, notes, used = [], list[str](), set()
    accepted: dict[str, tuple[Finding, str]] = {}
    for finding in findings:
        entry = known.get(finding.key) or known.get(finding.former_key)
        if entry is not None:
            used.add(entry.finding)
        if entry is None or entry.expires < today:
            standing.append(finding)
        else:
            accepted.setdefault(finding.key, (finding, f"until {entry.expires}: {entry.reason}"))
    notes += [f"no longer accepted since {e.expires}: {e.finding}" for e in known.values() if e.expires < today]
    notes += [f"accepted but not found: {e.finding}" for e in known.values() if e.finding not in used]
    return standing, list(accepted.values()), notes


def dump(findings: Iterable[Finding], today: datetime.date, before: Iterable[Accepted] = ()) -> str:
    """A baseline that accepts these findings for a month; a person then writes the reasons.

    Reasons of an earlier baseline stay, and its days as long as they are not over.
    """
    last, known = today + datetime.timedelta(days=DAYS), {entry.finding: entry for entry in before}
    rows = []
    for key, former in sorted({f.key: f.former_key for f in findings}.items()):
        entry = known.get(key) or known.get(former) or Accepted(key, "to be explained", last)
        rows.append(
            {"finding": key, "reason": entry.reason, "expires": entry.expires if entry.expires >= today else last}
        )
    return HEAD + yaml.safe_dump({KEY: FORMAT, "accepted": rows}, allow_unicode=True, sort_keys=False, width=120)
