"""One difference between two documents, judged.

Law: a change is a value; it knows nothing of how it was found, accepted or shown.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["breaking", "warning", "info"]
LEVELS: tuple[Level, ...] = ("breaking", "warning", "info")
"""The gravest first."""


@dataclass(frozen=True)
class Place:
    """Where a change is met."""

    operation: str
    """``METHOD /path`` as the base has it (the revision's, if the base has none); empty for the document as a whole."""
    pointer: str
    """JSON pointer into the document that has it: the base, or the revision if it is new there."""
    line: int = 0
    """Line in that document's text, from 1; 0 if it is not known."""
    column: int = 0
    counterpart: str = ""
    """JSON pointer to the same thing in the other document, if it has it; else empty."""
    anchor: str = ""
    """JSON pointer into the base: of the nearest thing around what is new in the revision; else empty."""


@dataclass(frozen=True)
class Change:
    """One finding, at one place or at many."""

    rule: str
    """Name of the rule, such as ``response-property-removed``; see ``idc_drift.changes.rules``."""
    level: Level
    message: str
    """One sentence: what moved, from what to what."""
    places: tuple[Place, ...]
    where: str = ""
    """Which part of the operation, in words that do not depend on wording: ``query limit``, ``200 application/json
    /series/*/PatientID``."""
    direction: Literal["request", "response", "both", ""] = ""
    noise: bool = False
    """Whether it is of the document's environment only (descriptions, examples, servers): set apart when shown."""
    code_impact: tuple[str, ...] = field(default=())
    """What of the generated client changes, in words; empty if nothing, or if it was not asked for."""
    before: str = ""
    """What the base says, as compact JSON (``"integer"``, ``10000``); empty if it says nothing."""
    after: str = ""
    """What the revision says, as compact JSON; empty if it says nothing. With ``before`` it tells one move at a place
    from another, so that accepting the first does not accept the second."""

    @property
    def operation(self) -> str:
        """The operation of the first place."""
        return self.places[0].operation

    @property
    def pointer(self) -> str:
        """The pointer of the first place."""
        return self.places[0].pointer

    @property
    def fingerprint(self) -> str:
        """The same for the same rule at the same part of the same operation, whatever the words."""
        key = "\n".join((self.rule, self.operation, self.where))
        return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:16]
