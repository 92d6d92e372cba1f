"""The report for a pull request, a job's summary or an issue.

Law: it fits into an issue's body; what does not is counted, and the reader is told where the rest is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..escaping import markdown as escaped
from ..escaping import markdown_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..changes.outcome import Finding, Outcome

LIMIT = 60_000
"""Characters; GitHub takes 65,536 in an issue and a comment."""

_SIGNS = {"breaking": "🔴", "warning": "🟡", "info": "🔵"}


def markdown(outcome: Outcome, *, verbose: bool = False) -> str:
    """A verdict, a table of what is new, and what is known folded away."""
    origins = f"{escaped(_cut(outcome.base.origin))} → {escaped(_cut(outcome.revision.origin))}"
    parts = [f"## {'Drift' if outcome.failing else 'No drift'}: {origins}\n\n{escaped(outcome.sentence)}\n"]
    for name, document in (("BASE", outcome.base), ("REVISION", outcome.revision)):
        if document.upstream:
            parts.append(f"{name} describes {escaped(str(document.upstream))}.\n")
    room = LIMIT - sum(map(len, parts)) - 1_000
    sections: list[tuple[str, Sequence[Finding]]] = [("", outcome.shown)]
    if verbose:
        sections += [("Prose and naming", outcome.noise), ("Accepted", outcome.accepted)]
    for title, findings in sections:
        if findings:
            section = _table(outcome, title, findings, room)
            room -= len(section)
            parts.append(section)
    for note in outcome.notes:
        line = f"* {escaped(_cut(note, 500))}\n"
        if room < len(line):
            parts.append("* There are more notes; the JSON report has them all.\n")
            break
        room -= len(line)
        parts.append(line)
    return "\n".join(parts)


def _cut(text: str, most: int = 300) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _table(outcome: Outcome, title: str, findings: Sequence[Finding], room: int) -> str:
    head = "| | Operation | What moved | Code | Line |\n|---|---|---|---|---|\n"
    rows: list[str] = []
    size = len(head)
    for finding in findings:
        row = _row(outcome, finding)
        if size + len(row) > room:
            left = len(findings) - len(rows)
            rows.append(f"| | | {left} more are not shown here; the JSON report has them all | | |\n")
            break
        rows.append(row)
        size += len(row)
    table = head + "".join(rows)
    return f"<details><summary>{title}: {len(findings)}</summary>\n\n{table}\n</details>\n" if title else table


def _row(outcome: Outcome, finding: Finding) -> str:
    change = finding.change
    operations = sorted({p.operation for p in change.places} - {change.operation})
    operation = escaped(_cut(change.operation)) or "(all)"
    if operations:
        operation += f" and {len(operations)} more"
    moved = f"{escaped(_cut(change.where))}: " if change.where else ""
    moved += f"{markdown_code(_cut(change.message, 1000))} <sub>{escaped(change.rule)}</sub>"
    if finding.accepted is not None:
        moved += f"<br>accepted: {escaped(_cut(finding.accepted, 500))}"
    impacts = [markdown_code(_cut(i)) for i in change.code_impact[:5]]
    if len(change.code_impact) > 5:
        impacts.append(f"and {len(change.code_impact) - 5} more")
    line = outcome.located(change.places[0])[1] if change.pointer else ""
    return f"| {_SIGNS[change.level]} {change.level} | {operation} | {moved} | {'<br>'.join(impacts)} | {line} |\n"
