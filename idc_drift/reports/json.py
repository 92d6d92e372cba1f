"""The JSON report for programs; report.schema.json is its schema.

Law: it contains every finding, also accepted and documentation-only ones, with its whole text. Each change has its own
line.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..changes.accepted import address, operation_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..changes.change import Place
    from ..changes.outcome import Finding, Outcome


def as_json(outcome: Outcome) -> str:
    """The JSON report in ASCII, so that no control character or direction mark reaches a terminal."""
    # Indenting a change with thousands of places would take ten times as long.
    ids = operation_ids(outcome.base.content)
    changes = ",".join(f"\n  {json.dumps(_change_object(outcome, found, ids))}" for found in outcome.findings)
    rest = f'"notes": {json.dumps(outcome.notes)},\n "unread": {json.dumps(outcome.unread)}'
    rest += f',\n "summary": {json.dumps(outcome.summary)}'
    return f'{{\n "changes": [{changes}],\n {rest}\n}}\n'


def _change_object(outcome: Outcome, finding: Finding, ids: Mapping[str, str]) -> dict[str, object]:
    change = finding.change
    file, line, column = outcome.located(change.places[0])
    return {
        "level": change.level,
        "rule": change.rule,
        "operation": change.operation,
        "pointer": change.pointer,
        "at": address(change, change.places[0], ids),
        "message": change.message,
        "where": change.where,
        "direction": change.direction,
        "before": change.before,
        "after": change.after,
        "places": [_place_object(p) for p in change.places],
        "code_impact": list(change.code_impact),
        "fingerprint": change.fingerprint,
        "file": file,
        "line": line,
        "column": column,
        "noise": change.documentation_only,
        "accepted": finding.accepted,
        "not_released": finding.not_released,
    }


def _place_object(place: Place) -> dict[str, object]:
    position = {"line": place.line, "column": place.column}
    return {"operation": place.operation, "where": place.where, "pointer": place.pointer, **position}
