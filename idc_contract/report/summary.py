"""The summary of a run as text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from idc_contract.report import groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from idc_contract.finding import Finding
    from idc_contract.layers.suite import Outcome
    from idc_contract.report.groups import Group

MOST_LINES = 8
"""The number of requests of a trail that are shown; all are in the other forms."""


def summary(outcome: Outcome, accepted: Sequence[tuple[Finding, str]] = ()) -> str:
    """The summary as text."""
    found = groups.grouped(outcome.findings)
    by_operation = Counter(group.first.operation for group in found)
    checks = Counter[str]()
    for run in outcome.runs.values():
        for (name, _), number in run.checks.items():
            checks[name] += number
    lines = [f"{'operation':26} {'checks':>7} {'broken':>7}  statuses"]
    lines += [
        f"{name:26} {checks[name]:7} {by_operation[name]:7}  {groups.statuses(outcome, name)}"
        for name in groups.operations(outcome)
    ]
    ran = [relation for relation, missing in outcome.relations if not missing]
    lines += ["", *(f"{name}: {text}" for name, text in groups.facts(outcome))]
    lines.append(
        f"{len(ran)} relations, {sum(checks.values())} checks by schemathesis, "
        f"{outcome.service.sent} requests by relations"
    )
    lines += _skipped(outcome)
    lines += [groups.left_out(outcome)] if groups.left_out(outcome) else []
    reached, declared = groups.covered(outcome)
    if declared:
        lines.append(f"keywords of answers checked: {reached} of {declared} ({100 * reached / declared:.1f} %)")
    lines += [f"note: {note}" for note in outcome.notes]
    lines += [f"accepted ({reason}): {finding.key}" for finding, reason in accepted]
    if found and (start := outcome.service.start):
        lines.append(f"to start the same service for the commands below: {start}")
    for number, group in enumerate(found, 1):
        lines += ["", f"{number}. {group.key}", *(f"   {line}" for line in _shown(outcome, group))]
    lines += ["", groups.verdict(outcome)]
    return "\n".join(lines) + "\n"


def _skipped(outcome: Outcome) -> list[str]:
    skipped = Counter(missing for _, missing in outcome.relations if missing)
    return [
        f"{number} relation{'s'[: number > 1]} skipped: {'they need' if number > 1 else 'it needs'} "
        f"{groups.requirements(missing)}"
        for missing, number in sorted(skipped.items(), key=lambda item: sorted(item[0]))
    ]


def _shown(outcome: Outcome, group: Group) -> Iterator[str]:
    first = group.first
    if first.sentence:
        yield f"rule: {first.sentence}"
    if first.during:
        yield f"during: {first.during}"
    if first.check not in group.key:
        yield f"found by: {first.check}"
    yield from first.message.splitlines()
    if group.other_places:
        yield f"also: {group.other_places}"
    trail = first.trail or ((first.curl,) if first.curl else ())
    if len(trail) > MOST_LINES:
        yield f"({len(trail) - MOST_LINES} earlier requests are in the reports)"
    yield from trail[-MOST_LINES:]
    yield f"replay: {groups.replay(outcome, group)}"
