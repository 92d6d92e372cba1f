"""The state of a comparison: the two APIs, and the differences found so far.

Law: a difference is recorded in the operation where it occurs; ``judge`` compares the schemas.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ..documents.node import Schema
    from ..judge.context import Mode
    from ..judge.judge import SchemaJudge
    from ..model.api import Api

Direction = Literal["request", "response", "both", ""]


@dataclass(slots=True)
class Occurrence:
    """One occurrence of a difference, in one operation."""

    rule: str
    message: str
    operation: str
    pointer: str
    new: bool
    where: str
    direction: Direction
    sides: tuple[str, str] | None = None
    """The values in base and revision as compact JSON, if they are not the values at the pointer."""


@dataclass(slots=True)
class Comparison:
    """The comparison of two APIs, with the differences found so far."""

    base: Api
    revision: Api
    judge: SchemaJudge
    occurrences: list[Occurrence] = field(default_factory=list)
    operation: str = ""
    direction: Direction = ""

    def add(
        self,
        rule: str,
        message: str,
        pointer: str,
        where: str = "",
        *,
        new: bool = False,
        sides: tuple[str, str] | None = None,
    ) -> None:
        """Add a difference in the current operation."""
        self.occurrences.append(Occurrence(rule, message, self.operation, pointer, new, where, self.direction, sides))

    def compare_documentation(
        self, rule: str, old: dict[str, object], new: dict[str, object], pointer: str, where: str = ""
    ) -> None:
        """Add a difference for each changed piece of documentation."""
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                self.add(rule, f"{name} changed", pointer, where)

    def compare_schemas(self, old: Schema, new: Schema, mode: Mode, where: str) -> None:
        """Add the differences between two schemas and everything inside them."""
        for finding, path in self.judge.findings(old, new, mode):
            place = f"{where} {path}".strip() if path else where
            self.add(finding.rule, finding.message, finding.pointer, place, new=finding.new, sides=finding.sides)
