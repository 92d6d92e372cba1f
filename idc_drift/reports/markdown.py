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

_LEVEL_SIGNS = {"breaking": "🔴", "warning": "🟡", "info": "🔵"}


def markdown(outcome: Outcome, *, verbose: bool = False) -> str:
    """The Markdown report: a verdict, a table of new findings, and collapsed tables of the others."""
    origins = f"{escaped(_shortened(outcome.base.origin))} → {escaped(_shortened(outcome.revision.origin))}"
    parts = [f"## {outcome.title}: {origins}\n\n{escaped(outcome.sentence)}\n"]
    for name, document in (("BASE", outcome.base), ("REVISION", outcome.revision)):
        if document.upstream:
            parts.append(f"{name} describes {escaped(str(document.upstream))}.\n")
    room = LIMIT - sum(map(len, parts)) - 2_000
    sections: list[tuple[str, Sequence[Finding]]] = [("", outcome.shown), ("Not released yet", outcome.not_released)]
    if verbose:
        sections += [("Documentation-only", outcome.documentation_only), ("Accepted", outcome.accepted)]
    for title, findings in sections:
        if findings:
            section = _findings_table(outcome, title, findings, room)
            room -= len(section)
            parts.append(section)
    parts.append("".join(f"* {escaped(line)}\n" for line in outcome.reading))
    unread = (f"Not read: {sentence}" for sentence in outcome.unread)
    for note in (*unread, *outcome.notes):
        line = f"* {escaped(_shortened(note, 500))}\n"
        if room < len(line):
            parts.append("* The JSON report contains further notes.\n")
            break
        room -= len(line)
        parts.append(line)
    return "\n".join(parts)


def _shortened(text: str, most: int = 300) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _findings_table(outcome: Outcome, title: str, findings: Sequence[Finding], room: int) -> str:
    table_head = "| | Operation | Change | Code | Line |\n|---|---|---|---|---|\n"
    rows: list[str] = []
    size = len(table_head)
    located = {outcome.located(f.change.places[0])[0] for f in outcome.findings if f.change.pointer}
    several = len(located) > 1
    for finding in findings:
        row = _table_row(outcome, finding, several)
        if size + len(row) > room:
            left = len(findings) - len(rows)
            rows.append(f"| | | {left} more are not shown; the JSON report contains all of them | | |\n")
            break
        rows.append(row)
        size += len(row)
    table = table_head + "".join(rows)
    return f"<details><summary>{title}: {len(findings)}</summary>\n\n{table}\n</details>\n" if title else table


def _line(outcome: Outcome, finding: Finding, several: bool) -> str:
    """The line, with its file if the document has several."""
    file, line, _ = outcome.located(finding.change.places[0])
    return f"{escaped(_shortened(file))}:{line}" if several else str(line)


def _table_row(outcome: Outcome, finding: Finding, several: bool) -> str:
    change = finding.change
    operation = escaped(_shortened(change.operation)) or "(all)"
    if change.other_operations:
        operation += f" and {len(change.other_operations)} more"
    description = f"{escaped(_shortened(change.where))}: " if change.where else ""
    description += f"{markdown_code(_shortened(change.message, 1000))} <sub>{escaped(change.rule)}</sub>"
    if finding.accepted is not None:
        description += f"<br>accepted: {escaped(_shortened(finding.accepted, 500))}"
    impacts = [markdown_code(_shortened(i)) for i in change.code_impact[:5]]
    if len(change.code_impact) > 5:
        impacts.append(f"and {len(change.code_impact) - 5} more")
    line = _line(outcome, finding, several) if change.pointer else ""
    label = finding.label if finding.not_released else f"{_LEVEL_SIGNS[change.level]} {finding.label}"
    cells = (label, operation, description, "<br>".join(impacts), line)
    return f"| {' | '.join(cells)} |\n"
