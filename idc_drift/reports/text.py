"""The text report for terminals: one block for each operation, the gravest findings first.

Law: every finding is one line with level, place and sentence; its details are indented below it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from ..changes.accepted import address, operation_ids
from ..changes.change import LEVELS
from ..escaping import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..changes.outcome import Finding, Outcome

_ANSI_COLORS = {"breaking": "\x1b[1;31m", "warning": "\x1b[33m", "info": "\x1b[36m"}


def text(outcome: Outcome, *, verbose: bool = False, color: bool = False) -> str:
    """The text report, with the verdict at the end."""
    return "\n".join(_report_lines(outcome, verbose, color)) + "\n"


def _report_lines(outcome: Outcome, verbose: bool, color: bool) -> Iterator[str]:
    yield f"{visible(outcome.base.described)} -> {visible(outcome.revision.described)}"
    ids = operation_ids(outcome.base.content)
    wanted = [f for f in outcome.findings if verbose or f.shown or f.not_released]
    for operation, group in groupby(sorted(wanted, key=_by_operation), key=lambda f: f.change.operation):
        yield ""
        yield visible(operation) or "(the document as a whole)"
        for finding in group:
            yield from _finding_lines(outcome, finding, ids, verbose, color)
    yield ""
    yield from (f"note: {visible(note)}" for note in outcome.notes)
    yield from (f"not read: {visible(sentence)}" for sentence in outcome.unread)
    yield from outcome.reading
    yield visible(outcome.sentence)
    if not verbose and (outcome.accepted or outcome.documentation_only):
        yield "(--verbose lists them, too)"


def _by_operation(finding: Finding) -> tuple[object, ...]:
    change = finding.change
    return (
        change.operation.partition(" ")[::-1],
        finding.accepted is not None,
        change.documentation_only,
        _level_index(finding),
    )


def _level_index(finding: Finding) -> int:
    return LEVELS.index(finding.change.level)


def _finding_lines(
    outcome: Outcome, finding: Finding, ids: Mapping[str, str], verbose: bool, color: bool
) -> Iterator[str]:
    change = finding.change
    label = f"{_ANSI_COLORS[change.level]}{finding.label}\x1b[0m" if color else finding.label
    where = f"{visible(change.where)}: " if change.where else ""
    yield f"  {label}{' ' * (9 - len(finding.label))}{where}{visible(change.message)}  [{visible(change.rule)}]"
    if change.pointer:
        file, line, column = outcome.located(change.places[0])
        yield f"           {visible(file)}:{line}:{column}"
        if verbose and (at := address(change, change.places[0], ids)):
            yield f"           at: {visible(at)}"
    if parts := change.other_parts:
        yield f"           also at {', '.join(map(visible, parts))}"
    others = change.other_operations
    if others:
        named = ", ".join(visible(o) for o in (others if verbose else others[:3]))
        more = "" if verbose or len(others) <= 3 else f" and {len(others) - 3} more"
        yield f"           also {named}{more}"
    yield from (f"           code: {visible(impact)}" for impact in change.code_impact)
    if finding.accepted is not None:
        yield f"           accepted: {visible(finding.accepted)}"
    elif change.documentation_only:
        yield "           documentation-only: no request or response changes"
