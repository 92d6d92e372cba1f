"""The outcome of a comparison: the findings, each accepted or not, and whether they are drift.

Law: every report and the exit code use these numbers; no report counts by itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from .change import LEVELS, Change, Level, Place
from .counterparts import Counterparts

if TYPE_CHECKING:
    from ..documents.coverage import Coverage
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


Side = Literal["base", "revision"]
SIDES: tuple[Side, ...] = ("base", "revision")


@dataclass(frozen=True)
class Outcome:
    """The outcome of comparing two documents."""

    base: Document
    revision: Document
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    fail_on: Level = "breaking"
    coverage: tuple[Coverage, Coverage] | None = None
    """How much of base and revision was read; None if that is not known."""
    allow_unread: bool = False
    """Whether the comparison counts although parts were not read."""
    locate: Side = "base"
    """The document whose files and lines reports name."""

    @property
    def unread(self) -> tuple[str, ...]:
        """The parts that were not read, one sentence each."""
        pairs = zip((self.base, self.revision), self.coverage or (), strict=False)
        return tuple(dict.fromkeys(f"{d.origin}: {sentence}" for d, coverage in pairs for sentence in coverage.unread))

    @property
    def unchecked(self) -> bool:
        """Whether the comparison does not count, because parts were not read."""
        return bool(self.unread) and not self.allow_unread

    @property
    def reading(self) -> tuple[str, ...]:
        """How much of each document was read, one line each."""
        pairs = zip(SIDES, self.coverage or (), strict=False)
        return tuple(f"read of {side.upper()}: {coverage}" for side, coverage in pairs)

    @property
    def title(self) -> str:
        """The outcome in one or two words."""
        return (
            "Not checked"
            if self.unchecked
            else "Drift"
            if self.failing
            else "No drift"
            if not self.unread
            else ("Nothing found in what was read")
        )

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
            "drift": True if self.failing else None if self.unread else False,
            "unread": len(self.unread),
            "read": self._read_counts,
        }

    @property
    def _read_counts(self) -> dict[str, object] | None:
        if self.coverage is None:
            return None
        kinds = ("operations", "schemas", "files")
        return {
            side: {kind: asdict(getattr(coverage, kind)) for kind in kinds}
            for side, coverage in zip(SIDES, self.coverage, strict=True)
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
        more = f" (also {', '.join(others)})" if others else ""
        if not self.unread:
            new = f": {', '.join(found) or 'no new changes'}" if found or others else ""
            return f"{verdict}{new}{more}"
        parts = "1 part was" if len(self.unread) == 1 else f"{len(self.unread)} parts were"
        if self.unchecked:
            seen = f"what was read has {', '.join(found) or 'no new changes'}"
            return f"not checked: {parts} not read; {seen}{more}; --allow-unread compares the rest"
        verdict = "drift" if self.failing else "nothing at or above " + self.fail_on
        return f"{verdict} in what was read, but {parts} not: {', '.join(found) or 'no new changes'}{more}"

    def located(self, place: Place) -> tuple[str, int, int]:
        """The file, line and column (from 1) of a place or its nearest existing parent, in the document `locate`."""
        if self.locate == "revision":
            document, pointer = self.revision, self._in_revision(place)
        else:
            document = self.base
            if place.line and not place.new:
                return self.base.file_of(place.pointer)[0].origin, place.line, max(place.column, 1)
            pointer = place.anchor or place.pointer
        home, inner = document.file_of(pointer)
        line, column = home.position(inner)
        return home.origin, max(line, 1), max(column, 1)

    def _in_revision(self, place: Place) -> str:
        """The pointer into the revision of a place or its nearest parent there."""
        if place.new:
            return place.pointer
        if place.counterpart:
            return place.counterpart
        pointer, in_revision = place.pointer, self._counterparts.in_revision
        while pointer not in in_revision:
            pointer = pointer.rpartition("/")[0]
        return in_revision[pointer]

    @cached_property
    def _counterparts(self) -> Counterparts:
        return Counterparts(self.base, self.revision)


def _described(document: Document) -> dict[str, str] | None:
    named = document.upstream
    return {"api_version": named.api_version, "date": named.date} if named else None


def make(
    base: Document,
    revision: Document,
    findings: list[Finding],
    notes: list[str],
    fail_on: Level = "breaking",
    *,
    coverage: tuple[Coverage, Coverage] | None = None,
    allow_unread: bool = False,
    locate: Side = "base",
) -> Outcome:
    """The outcome, with the findings in a defined order, the gravest first."""
    in_order, distinct = tuple(sorted(findings, key=_order)), tuple(dict.fromkeys(notes))
    return Outcome(base, revision, in_order, distinct, fail_on, coverage, allow_unread, locate)


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
