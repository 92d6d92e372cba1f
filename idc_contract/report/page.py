"""A run as one page of HTML that needs nothing else."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from idc_contract.document.openapi import OPERATIONS
from idc_contract.report import groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from idc_contract.finding import Finding
    from idc_contract.layers.suite import Outcome
    from idc_contract.report.groups import Group

STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; background: light-dark(#fff, #0d1117);
  color: light-dark(#1f2328, #f0f6fc); }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid #8884; padding: .25rem .5rem; }
th { text-align: left; } th, td, li, p { overflow-wrap: anywhere; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
pre { background: light-dark(#f6f8fa, #151b23); overflow-x: auto; padding: .6rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.bad { color: light-dark(#b3261e, #ff8a80); }
.good { color: light-dark(#1a6b2b, #7ee787); } details { margin: .5rem 0; } summary { cursor: pointer; }
"""


def html(outcome: Outcome, accepted: Sequence[tuple[Finding, str]] = ()) -> str:
    """The page."""
    head = "good" if not outcome.findings else "bad"
    found = groups.grouped(outcome.findings)
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>IDC contract</title><style>{STYLE}</style>",
        f"<main><h1>IDC contract</h1><p class={head}><strong>{escape(groups.verdict(outcome))}</strong></p><table>",
        *(f"<tr><th>{escape(name)}<td>{escape(text)}</tr>" for name, text in groups.facts(outcome)),
        "</table>",
        *(f"<p>{escape(note)}</p>" for note in outcome.notes),
    ]
    if found and (start := outcome.service.start):
        parts.append(f"<p>To start the same service for the commands below:</p><pre tabindex=0>{escape(start)}</pre>")
    for group in found:
        parts += _finding(outcome, group)
    if accepted:
        parts.append("<h2>Accepted</h2><ul>")
        parts += [f"<li>{escape(finding.key)} — {escape(reason)}</li>" for finding, reason in accepted]
        parts.append("</ul>")
    parts += [f"<p>{escape(groups.left_out(outcome))}</p>"] if groups.left_out(outcome) else []
    parts.append("<h2>Operations</h2><table><tr><th>operation<th>path<th>statuses<th>broken</tr>")
    broken = Counter(group.first.operation for group in found)
    for name in groups.operations(outcome):
        operation = OPERATIONS[name]
        parts.append(
            f"<tr><td>{name}<td>{operation.method} {escape(operation.path)}"
            f"<td>{escape(groups.statuses(outcome, name))}<td class=n>{broken[name] or ''}</tr>"
        )
    parts.append("</table><h2>Relations</h2><table><tr><th>generation<th>what holds<th>state</tr>")
    for relation, missing in outcome.relations:
        bad = any(groups.is_of(finding, relation) for finding in outcome.findings)
        state = "<b class=bad>broken</b>" if bad else "holds"
        state = f"skipped: it needs {escape(groups.requirements(missing))}" if missing else state
        parts.append(f"<tr><td>{relation.generation}<td>{escape(relation.sentence)}<td>{state}</tr>")
    parts.append("</table><h2>Keywords that no answer was checked against</h2><ul>")
    names = set(groups.operations(outcome))
    seen = {(name, str(status)) for name, status in outcome.service.coverage.statuses}
    for name, status, pointer in sorted(outcome.service.coverage.declared - outcome.service.coverage.reached):
        if name in names and (name, status) in seen:
            parts.append(f"<li><code>{name} {status} {escape(pointer)}</code>")
    return "\n".join([*parts, "</ul></main></html>"]) + "\n"


def _finding(outcome: Outcome, group: Group) -> Iterator[str]:
    first = group.first
    yield f"<details open><summary><strong>{escape(group.key)}</strong></summary>"
    yield f"<p>{escape(first.sentence)}</p>" if first.sentence else ""
    yield f"<p>during: {escape(first.during)}</p>" if first.during else ""
    yield f"<pre tabindex=0>{escape(first.message)}</pre>"
    if len(group.findings) > 1:
        yield f"<p>Places: {escape('; '.join(group.places))}</p>"
    trail = first.trail or ((first.curl,) if first.curl else ())
    yield f"<pre tabindex=0>{escape(chr(10).join(trail))}</pre>" if trail else ""
    yield f"<pre tabindex=0>{escape(groups.replay(outcome, group))}</pre></details>"
