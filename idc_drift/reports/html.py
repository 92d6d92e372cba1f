"""The HTML report: one page with both documents side by side at every finding.

Law: the page has no scripts and loads nothing; every text is escaped; a link leads to a place of the page.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from ..changes.change import LEVELS
from ..documents.json_values import MISSING
from ..documents.pointer import resolve
from ..escaping import html as escaped
from ..escaping import html_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..changes.outcome import Finding, Outcome
    from ..documents.document import Document

_AROUND = 3
"""The lines shown before and after a finding."""
_WIDEST = 300
"""The length of a line beyond which the value is shown instead of the text (minified documents)."""
_LONGEST = 16
"""The number of lines of such a value that are shown."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; background: light-dark(#fff, #0d1117); color: light-dark(#1f2328, #f0f6fc);
  --line: light-dark(#d0d7de, #3d444d); --soft: light-dark(#f6f8fa, #151b23) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 90rem; margin: 2rem auto; padding: 0 1rem }
article { border: 1px solid var(--line); border-left-width: .5rem; border-radius: .3rem; padding: 0 1rem;
  margin: 1rem 0 }
article.breaking { border-left-color: #cf222e } article.warning { border-left-color: #bf8700 }
article.info { border-left-color: #0969da }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }
.sides > * { min-width: 0 }
@media (max-width: 50rem) { .sides { grid-template-columns: 1fr } }
pre { background: var(--soft); overflow: auto; padding: .5rem; font-size: .8rem }
a { color: light-dark(#0550ae, #79b8ff) }
mark { background: light-dark(#fff3b0, #6b5300); color: inherit; display: block }
small { opacity: .75 }
nav { columns: 24rem; overflow-wrap: anywhere }
nav ul { margin: 0 }
nav li { break-inside: avoid }
#breaking:not(:checked) ~ div article.breaking, #warning:not(:checked) ~ div article.warning,
#info:not(:checked) ~ div article.info { display: none }
h2 { font-size: 1.1rem; margin: 2rem 0 0; overflow-wrap: anywhere }
h4 { margin: 0; font-size: .8rem; overflow-wrap: anywhere }
"""


def page(outcome: Outcome) -> str:
    """The complete HTML page."""
    title = f"{escaped(outcome.base.origin)} → {escaped(outcome.revision.origin)}"
    head = f"{escaped(outcome.base.described)} → {escaped(outcome.revision.described)}"
    body = [f"<main><h1>{outcome.title}</h1>", f"<p>{head}<br>{escaped(outcome.sentence)}</p>"]
    items = [f"<strong>Not read</strong>: {html_code(sentence)}" for sentence in outcome.unread]
    items += [html_code(note) for note in (*outcome.notes, *outcome.reading)]
    if items:
        body += ["<ul>", *(f"<li>{item}</li>" for item in items), "</ul>"]
    groups = _by_operation(outcome)
    body += [*_filter(outcome), *_index(groups), "<div>"]
    for number, (operation, findings) in enumerate(groups, 1):
        body.append(f'<section id="operation-{number}"><h2>{_operation_name(operation)}</h2>')
        body += [*(_finding_article(outcome, f) for f in findings), "</section>"]
    for name, others in (
        ("Not released yet", outcome.not_released),
        ("Documentation-only", outcome.documentation_only),
        ("Accepted", outcome.accepted),
    ):
        if others:
            body.append(f"<details><summary>{name}: {len(others)}</summary>")
            body += [_finding_article(outcome, f) for f in others]
            body.append("</details>")
    body.append("</div></main>")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Drift: {title}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body>\n'
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _by_operation(outcome: Outcome) -> list[tuple[str, list[Finding]]]:
    """The shown findings by operation; the operation with the gravest finding is the first."""
    groups: dict[str, list[Finding]] = {}
    for finding in outcome.shown:
        groups.setdefault(finding.change.operation, []).append(finding)
    return list(groups.items())


def _operation_name(operation: str) -> str:
    return escaped(operation) or "The document as a whole"


def _filter(outcome: Outcome) -> Iterator[str]:
    """A checkbox for each level; the style hides the findings of a level that is not checked."""
    for level in LEVELS if outcome.shown else ():
        count = sum(finding.change.level == level for finding in outcome.shown)
        yield f'<input type="checkbox" id="{level}" checked><label for="{level}">{level} ({count})</label>'


def _index(groups: list[tuple[str, list[Finding]]]) -> Iterator[str]:
    """The operations with the number of their findings at each level."""
    if not groups:
        return
    yield f"<details open><summary>Operations: {len(groups)}</summary><nav><ul>"
    for number, (operation, findings) in enumerate(groups, 1):
        counts = Counter(finding.change.level for finding in findings)
        text = ", ".join(f"{counts[level]} {level}" for level in LEVELS if counts[level])
        yield f'<li><a href="#operation-{number}">{_operation_name(operation)}</a> <small>{text}</small></li>'
    yield "</ul></nav></details>"


def _finding_article(outcome: Outcome, finding: Finding) -> str:
    change = finding.change
    parts = [
        f'<article class="{change.level}">',
        f"<h3>{_operation_name(change.operation)} <small>{escaped(change.where)}</small></h3>",
        f"<p><strong>{finding.label}</strong>: {html_code(change.message)} <small>{escaped(change.rule)}</small></p>",
    ]
    if change.other_operations:
        parts.append(f"<p><small>Also {', '.join(escaped(o) for o in change.other_operations)}</small></p>")
    if change.code_impact:
        parts += ["<ul>", *(f"<li>{html_code(i)}</li>" for i in change.code_impact), "</ul>"]
    if finding.accepted is not None:
        parts.append(f"<p>Accepted: {escaped(finding.accepted)}</p>")
    if change.pointer:
        parts.append(_both_documents(outcome, finding))
    return "\n".join([*parts, "</article>"])


def _both_documents(outcome: Outcome, finding: Finding) -> str:
    place = finding.change.places[0]
    if place.new:
        here, there = place.counterpart or place.anchor, place.pointer
    else:
        here, there = place.pointer, place.counterpart or place.pointer
    left, right = _document_excerpt(outcome.base, here), _document_excerpt(outcome.revision, there)
    return f'<div class="sides">\n<div>{left}</div>\n<div>{right}</div>\n</div>'


def _document_excerpt(document: Document, pointer: str) -> str:
    """The lines around a pointer's target, or around its nearest existing parent."""
    document, pointer = document.file_of(pointer)
    missing = False
    while pointer and resolve(document.content, pointer) is MISSING:
        pointer, missing = pointer.rpartition("/")[0], True
    head = f"<h4>{escaped(document.origin)} {escaped(pointer)}{' (no value at the pointer)' if missing else ''}</h4>"
    line = document.position(pointer)[0]
    parts = _text_lines(document.text)
    first, last = max(line - 1 - _AROUND, 0), min(line + _AROUND, len(parts))
    if not 0 < line <= len(parts) or max(map(len, parts[first:last])) > _WIDEST:
        return f"{head}<pre tabindex=0>{_value_excerpt(resolve(document.content, pointer))}</pre>"
    shown = [f"{number + 1:>6}  {escaped(parts[number].rstrip())}" for number in range(first, last)]
    shown[line - 1 - first] = f"<mark>{shown[line - 1 - first]}</mark>"
    code = "\n".join(shown).replace("</mark>\n", "</mark>")
    return f"{head}<pre tabindex=0>{code}</pre>"


@lru_cache(maxsize=2)
def _text_lines(text: str) -> list[str]:
    return text.split("\n")


def _value_excerpt(value: object) -> str:
    if value is MISSING:
        return ""
    parts = json.dumps(value, indent=1, ensure_ascii=False, default=str).split("\n")
    cut = [f"… {len(parts) - _LONGEST} more lines"] if len(parts) > _LONGEST else []
    return "\n".join(escaped(line[:_WIDEST]) for line in parts[:_LONGEST] + cut)
