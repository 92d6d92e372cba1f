"""The change between two documents: a difference with its rule, level and places.

Law: a change is a value; it does not depend on how it was found, is accepted or is shown.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["breaking", "warning", "info"]
LEVELS: tuple[Level, ...] = ("breaking", "warning", "info")
"""The levels, the gravest first."""


@dataclass(frozen=True)
class Place:
    """The place of a change."""

    operation: str
    """``METHOD /path`` in the base (in the revision, if the base has none); empty for the document as a whole."""
    pointer: str
    """The JSON pointer into the base, or into the revision if only that has the thing."""
    line: int = 0
    """The line in that document, from 1; 0 if unknown."""
    column: int = 0
    counterpart: str | None = None
    """The JSON pointer to the same thing in the other document; empty if that does not have it, None if not known."""
    anchor: str = ""
    """For a thing that is new in the revision: the JSON pointer of its nearest parent in the base; else empty."""
    where: str = ""
    """The part of the operation: ``200 application/json /counts/filters_applied``."""
    new: bool = False
    """Whether the pointer is into the revision."""
    reference: str = ""
    """The pointer in the operation, in the same document, if the operation refers to a component at ``pointer``."""
    missing_at: str = ""
    """For what only the revision has: the pointer that it would have in the base; empty if that is not known."""


@dataclass(frozen=True)
class Change:
    """One change, at one place or at many."""

    rule: str
    """The name of the rule, such as ``response-property-removed``; see ``idc_drift.changes.rules``."""
    level: Level
    message: str
    """One sentence: what changed, from which value to which."""
    places: tuple[Place, ...]
    where: str = ""
    """The part of the operation at the first place: ``query limit``, ``200 application/json /series/*/PatientID``."""
    direction: Literal["request", "response", "both", ""] = ""
    documentation_only: bool = False
    """Whether it is documentation-only (descriptions, examples, names), so never drift."""
    code_impact: tuple[str, ...] = field(default=())
    """The effects on the generated client, one sentence each; empty if there are none, or if they were not computed."""
    before: str = ""
    """The value in the base as compact JSON (``"integer"``, ``10000``); empty if there is none."""
    after: str = ""
    """The value in the revision as compact JSON; empty if there is none. """

    @property
    def operation(self) -> str:
        """The operation of the first place."""
        return self.places[0].operation

    @property
    def other_operations(self) -> list[str]:
        """The operations of the other places, sorted."""
        return sorted({place.operation for place in self.places} - {self.operation})

    @property
    def other_parts(self) -> list[str]:
        """The other parts of the first place's operation, if the same thing occurs there more than once."""
        return sorted({place.where for place in self.places if place.operation == self.operation} - {self.where})

    @property
    def pointer(self) -> str:
        """The pointer of the first place."""
        return self.places[0].pointer

    @property
    def fingerprint(self) -> str:
        """A hash of rule, operation, part and both values, which does not depend on the message."""
        key = "\n".join((self.rule, self.operation, self.where, self.before, self.after))
        return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:16]
