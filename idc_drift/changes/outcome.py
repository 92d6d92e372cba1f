"""What a comparison came to: the findings, each standing or accepted, and whether that is drift.

Law: everything that is shown or exits is read from here; no report counts for itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ..documents.json_values import MISSING
from ..documents.pointer import resolve
from .change import LEVELS, Change, Level, Place

if TYPE_CHECKING:
    from ..documents.document import Document


@dataclass(frozen=True)
class Finding:
    """A change, and why it is accepted if it is."""

    change: Change
    accepted: str | None = None

    @property
    def shown(self) -> bool:
        """Whether a reader wants to know of it at once: neither accepted nor noise."""
        return self.accepted is None and not self.change.noise


@dataclass(frozen=True)
class Outcome:
    """Two documents and what lies between them."""

    base: Document
    revision: Document
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    fail_on: Level = "breaking"

    @property
    def failing(self) -> tuple[Finding, ...]:
        """What makes it drift: neither accepted nor noise, and as grave as asked for or graver."""
        limit = LEVELS.index(self.fail_on)
        return tuple(f for f in self.findings if f.shown and LEVELS.index(f.change.level) <= limit)

    @property
    def shown(self) -> tuple[Finding, ...]:
        """Neither accepted nor noise."""
        return tuple(f for f in self.findings if f.shown)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """Known differences."""
        return tuple(f for f in self.findings if f.accepted is not None)

    @property
    def noise(self) -> tuple[Finding, ...]:
        """Changes of the document's environment that nobody has accepted."""
        return tuple(f for f in self.findings if f.accepted is None and f.change.noise)

    @property
    def summary(self) -> dict[str, object]:
        """The numbers, as the JSON report has them."""
        levels = Counter(f.change.level for f in self.shown)
        return {
            "base": self.base.origin,
            "revision": self.revision.origin,
            "base_upstream": asdict(self.base.upstream) if self.base.upstream else None,
            "revision_upstream": asdict(self.revision.upstream) if self.revision.upstream else None,
            **{level: levels[level] for level in LEVELS},
            "noise": len(self.noise),
            "accepted": len(self.accepted),
            "fail_on": self.fail_on,
            "failing": len(self.failing),
            "drift": bool(self.failing),
        }

    @property
    def sentence(self) -> str:
        """The outcome in one line."""
        counts = Counter(f.change.level for f in self.shown)
        found = [f"{counts[level]} {level}" for level in LEVELS if counts[level]]
        others = [f"{len(self.accepted)} accepted"] if self.accepted else []
        others += [f"{len(self.noise)} of prose and naming"] if self.noise else []
        verdict = "drift" if self.failing else "no drift" if not found else f"no drift at or above {self.fail_on}"
        return f"{verdict}: {', '.join(found) or 'nothing new'}" + (f" (besides {', '.join(others)})" if others else "")

    def located(self, place: Place) -> tuple[str, int, int]:
        """File, line and column, from 1, on the base's side: of the place, or of the nearest thing around it."""
        name, hash_, _ = place.pointer.partition("#/")
        first_token = place.pointer.split("/")[1:2]
        if hash_ and not (
            first_token and (first_token[0] in self.base.content or first_token[0] in self.revision.content)
        ):
            # In another file that one of the two refers to.
            return name, max(place.line, 1), max(place.column, 1)
        if place.line and is_in_base(self.base, place):
            return self.base.origin, place.line, max(place.column, 1)
        line, column = self.base.position(place.anchor or place.pointer)
        return self.base.origin, max(line, 1), max(column, 1)


def make(
    base: Document, revision: Document, findings: list[Finding], notes: list[str], fail_on: Level = "breaking"
) -> Outcome:
    """An outcome in an order that depends on the findings alone, the gravest first."""
    return Outcome(base, revision, tuple(sorted(findings, key=_order)), tuple(dict.fromkeys(notes)), fail_on)


def _order(finding: Finding) -> tuple[object, ...]:
    change = finding.change
    return (
        change.noise,
        LEVELS.index(change.level),
        change.operation.partition(" ")[::-1],
        change.where,
        change.rule,
        change.pointer,
        change.message,
    )


def is_in_base(base: Document, place: Place) -> bool:
    """Whether a place's pointer leads somewhere in the base: else it is new in the revision."""
    return resolve(base.content, place.pointer) is not MISSING
