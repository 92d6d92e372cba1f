"""The report that programs read, as report.schema.json says.

Law: everything found is in it, accepted and noise included; nothing is cut. Each change has a line of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..changes.change import Place
    from ..changes.outcome import Finding, Outcome


def as_json(outcome: Outcome) -> str:
    """ASCII only, so that no control character or direction mark reaches a terminal."""
    # Indented, a change that is met at thousands of places would take ten times as long to write.
    changes = ",".join(f"\n  {json.dumps(_finding(outcome, found))}" for found in outcome.findings)
    rest = f'"notes": {json.dumps(outcome.notes)},\n "summary": {json.dumps(outcome.summary)}'
    return f'{{\n "changes": [{changes}],\n {rest}\n}}\n'


def _finding(outcome: Outcome, finding: Finding) -> dict[str, object]:
    change = finding.change
    file, line, column = outcome.located(change.places[0])
    return {
        "level": change.level,
        "rule": change.rule,
        "operation": change.operation,
        "pointer": change.pointer,
        "message": change.message,
        "where": change.where,
        "direction": change.direction,
        "before": change.before,
        "after": change.after,
        "places": [_place(p) for p in change.places],
        "code_impact": list(change.code_impact),
        "fingerprint": change.fingerprint,
        "file": file,
        "line": line,
        "column": column,
        "noise": change.noise,
        "accepted": finding.accepted,
    }


def _place(place: Place) -> dict[str, object]:
    return {"operation": place.operation, "pointer": place.pointer, "line": place.line, "column": place.column}
