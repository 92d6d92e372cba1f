"""The outcome of a comparison: the findings, each accepted or not, and whether they are drift.

Law: every report and the exit code use these numbers; no report counts by itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..documents.json_values import MISSING
from ..documents.pointer import resolve
from .change import LEVELS, Change, Level, Place

if TYPE_CHECKING:
    from ..documents.document import Document


@dataclass(frozen=True)
class Finding:
    """A change, with the reason if it is accepted."""

    change: Change
    accepted: str | None = None

    @property
    def not_released(self) -> bool:
        """Whether the base marks it as unreleased and the revision lacks it: neither accepted nor drift."""
        return self.change.rule == "not-released-yet"

    @property
    def label(self) -> str:
        """The first word of the finding in reports for readers: its level, or `not yet`."""
        return "not yet" if self.not_released else self.change.level

    @property
    def shown(self) -> bool:
        """Whether it counts: neither accepted nor documentation-only, nor unreleased."""
        return self.accepted is None and not self.change.documentation_only and not self.not_released


@dataclass(frozen=True)
class Outcome:
    """The outcome of comparing two documents."""

    base: Document
    revision: Document
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    fail_on: Level = "breaking"

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that are drift: shown, and at or above the level `fail_on`."""
        limit = LEVELS.index(self.fail_on)
        return tuple(f for f in self.findings if f.shown and LEVELS.index(f.change.level) <= limit)

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings that are neither accepted nor documentation-only."""
        return tuple(f for f in self.findings if f.shown)

    @property
    def not_released(self) -> tuple[Finding, ...]:
        """What the base marks as unreleased and the revision does not have."""
        return tuple(f for f in self.findings if f.not_released)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """The accepted findings."""
        return tuple(f for f in self.findings if f.accepted is not None)

    @property
    def documentation_only(self) -> tuple[Finding, ...]:
        """The documentation-only changes that are not accepted."""
        return tuple(f for f in self.findings if f.accepted is None and f.change.documentation_only)

    @property
    def summary(self) -> dict[str, object]:
        """The numbers in the JSON report."""
        levels = Counter(f.change.level for f in self.shown)
        return {
            "base": self.base.origin,
            "revision": self.revision.origin,
            "base_upstream": _described(self.base),
            "revision_upstream": _described(self.revision),
            **{level: levels[level] for level in LEVELS},
            "noise": len(self.documentation_only),
            "accepted": len(self.accepted),
            "not_released": len(self.not_released),
            "fail_on": self.fail_on,
            "failing": len(self.failing),
            "drift": bool(self.failing),
        }

    @property
    def sentence(self) -> str:
        """The outcome in one sentence."""
        counts = Counter(f.change.level for f in self.shown)
        found = [f"{counts[level]} {level}" for level in LEVELS if counts[level]]
        others = [f"{len(self.accepted)} accepted"] if self.accepted else []
        others += [f"{len(self.documentation_only)} documentation-only"] if self.documentation_only else []
        others += [f"{len(self.not_released)} not released yet"] if self.not_released else []
        verdict = "drift" if self.failing else "no drift" if not found else f"no drift at or above {self.fail_on}"
        return f"{verdict}: {', '.join(found) or 'no new changes'}" + (f" (also {', '.join(others)})" if others else "")

    def located(self, place: Place) -> tuple[str, int, int]:
        """The file, line and column (from 1) in the base of a place or its nearest existing parent."""
        name, hash_, _ = place.pointer.partition("#/")
        first_token = place.pointer.split("/")[1:2]
        if hash_ and not (
            first_token and (first_token[0] in self.base.content or first_token[0] in self.revision.content)
        ):
            # The place is in another file that a document refers to.
            return name, max(place.line, 1), max(place.column, 1)
        if place.line and is_in_base(self.base, place):
            return self.base.origin, place.line, max(place.column, 1)
        line, column = self.base.position(place.anchor or place.pointer)
        return self.base.origin, max(line, 1), max(column, 1)


def _described(document: Document) -> dict[str, str] | None:
    named = document.upstream
    return {"api_version": named.api_version, "date": named.date} if named else None


def make(
    base: Document, revision: Document, findings: list[Finding], notes: list[str], fail_on: Level = "breaking"
) -> Outcome:
    """The outcome, with the findings in a defined order, the gravest first."""
    return Outcome(base, revision, tuple(sorted(findings, key=_order)), tuple(dict.fromkeys(notes)), fail_on)


def _order(finding: Finding) -> tuple[object, ...]:
    change = finding.change
    return (
        change.documentation_only,
        finding.not_released,
        LEVELS.index(change.level),
        change.operation.partition(" ")[::-1],
        change.where,
        change.rule,
        change.pointer,
        change.message,
    )


def is_in_base(base: Document, place: Place) -> bool:
    """Whether the base has the value at a place's pointer; otherwise it is new in the revision."""
    return resolve(base.content, place.pointer) is not MISSING
