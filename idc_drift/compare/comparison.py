"""Two documents while they are compared, and the differences met so far.

Law: a difference is noted where it is met; what is in schemas is asked of ``judge``.
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
    """One difference as it is met in one operation."""

    rule: str
    message: str
    operation: str
    pointer: str
    new: bool
    where: str
    direction: Direction
    sides: tuple[str, str] | None = None
    """What base and revision say, as compact JSON, if it is not what stands at the pointer."""


@dataclass(slots=True)
class Comparison:
    """Two documents, and the differences met so far."""

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
        """Note a difference of the operation at hand."""
        self.occurrences.append(Occurrence(rule, message, self.operation, pointer, new, where, self.direction, sides))

    def compare_documentation(
        self, rule: str, old: dict[str, object], new: dict[str, object], pointer: str, where: str = ""
    ) -> None:
        """Note which documentation differs."""
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                self.add(rule, f"{name} changed", pointer, where)

    def compare_schemas(self, old: Schema, new: Schema, mode: Mode, where: str) -> None:
        """Note what differs in two schemas and below them."""
        for finding, path in self.judge.findings(old, new, mode):
            place = f"{where} {path}".strip() if path else where
            self.add(finding.rule, finding.message, finding.pointer, place, new=finding.new, sides=finding.sides)
