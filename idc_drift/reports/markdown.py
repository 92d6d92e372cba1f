"""The Markdown report for a pull request, a job summary or an issue.

Law: it fits into the body of an issue; rows that do not fit are counted, with a hint to the JSON report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..escaping import markdown as escaped
from ..escaping import markdown_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..changes.outcome import Finding, Outcome

LIMIT = 60_000
"""The limit of characters; GitHub allows 65,536 in an issue or a comment."""

_SIGNS = {"breaking": "🔴", "warning": "🟡", "info": "🔵"}


def markdown(outcome: Outcome, *, verbose: bool = False) -> str:
    """The Markdown report: a verdict, a table of new findings, and collapsed tables of the others."""
    origins = f"{escaped(_cut(outcome.base.origin))} → {escaped(_cut(outcome.revision.origin))}"
    parts = [f"## {'Drift' if outcome.failing else 'No drift'}: {origins}\n\n{escaped(outcome.sentence)}\n"]
    for name, document in (("BASE", outcome.base), ("REVISION", outcome.revision)):
        if document.upstream:
            parts.append(f"{name} describes {escaped(str(document.upstream))}.\n")
    room = LIMIT - sum(map(len, parts)) - 1_000
    sections: list[tuple[str, Sequence[Finding]]] = [("", outcome.shown)]
    if verbose:
        sections += [("Documentation-only", outcome.documentation_only), ("Accepted", outcome.accepted)]
    for title, findings in sections:
        if findings:
            section = _table(outcome, title, findings, room)
            room -= len(section)
            parts.append(section)
    for note in outcome.notes:
        line = f"* {escaped(_cut(note, 500))}\n"
        if room < len(line):
            parts.append("* The JSON report contains further notes.\n")
            break
        room -= len(line)
        parts.append(line)
    return "\n".join(parts)


def _cut(text: str, most: int = 300) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _table(outcome: Outcome, title: str, findings: Sequence[Finding], room: int) -> str:
    head = "| | Operation | Change | Code | Line |\n|---|---|---|---|---|\n"
    rows: list[str] = []
    size = len(head)
    for finding in findings:
        row = _row(outcome, finding)
        if size + len(row) > room:
            left = len(findings) - len(rows)
            rows.append(f"| | | {left} more are not shown; the JSON report contains all of them | | |\n")
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
