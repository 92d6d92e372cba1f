"""The report that programs read, as report.schema.json says.

Law: everything found is in it, accepted and noise included; nothing is cut.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .change import Place
    from .outcome import Finding, Outcome


def as_json(outcome: Outcome) -> str:
    """ASCII only, so that no control character or direction mark reaches a terminal."""
    report = {
        "changes": [_finding(outcome, f) for f in outcome.findings],
        "notes": list(outcome.notes),
        "summary": outcome.summary,
    }
    return json.dumps(report, indent=2, ensure_ascii=True) + "\n"


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
