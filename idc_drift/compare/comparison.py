"""The state of a comparison: the two APIs, and the differences found so far.

Law: a difference is recorded in the operation where it occurs; ``judge`` compares the schemas.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..changes.change import LEVELS
from ..changes.counterparts import compact_json
from ..changes.rules import is_documentation_only, level_of
from ..documents.references import names_another
from ..documents.spelling import replacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..documents.node import Schema
    from ..judge.context import Mode
    from ..judge.judge import SchemaJudge
    from ..model.api import Api, Body, Parameter, Reference, Response

Direction = Literal["request", "response", "both", ""]
_ONE_SIDED = ("-added", "-removed", "-retired", "-removed-before-sunset")
"""The ends of names of rules about what only one of the documents has, except a few that are about a part of it."""
_KEPT = frozenset({"server-address-removed", "sunset-removed"})


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
    counterpart: str | None = None
    """The pointer to the same thing in the other document; empty if that does not have it, None if it is not known."""
    reference: str = ""
    """The pointer in the operation, if that refers to a component at `pointer`."""
    missing_at: str = ""
    """For what only the revision has: the pointer that it would have in the base; empty if that is not known."""


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
        other: str | None = None,
        reference: str = "",
    ) -> None:
        """Add a difference in the current operation; `other` is the pointer into the other document."""
        if other is None and rule.endswith(_ONE_SIDED) and rule not in _KEPT:
            other = ""
        self.occurrences.append(
            Occurrence(rule, message, self.operation, pointer, new, where, self.direction, sides, other, reference)
        )

    @contextmanager
    def replaced_component(
        self, old: Body | Parameter | Response, new: Body | Parameter | Response, where: str
    ) -> Iterator[None]:
        """Merge what is added inside into one difference if a ``$ref`` names another component than before.

        The differences are between two components that both may be unchanged; the cause is the reference.
        """
        before = len(self.occurrences)
        yield
        added = self.occurrences[before:]
        found = [each for each in added if not is_documentation_only(each.rule)]
        if not found or not self._names_another(old.reference, new.reference):
            return
        gravest = min(found, key=lambda each: LEVELS.index(level_of(each.rule)))
        level = level_of(gravest.rule)
        if level == "breaking":
            rule = "component-replaced"
        else:
            rule = "component-replaced-at-risk" if level == "warning" else "component-replaced-safely"
        del self.occurrences[before:]
        place = gravest.where.removeprefix(where).strip()
        message = replacement(old.reference.target, new.reference.target, gravest.message, place, len(found) - 1)
        sides = compact_json(old.reference.target), compact_json(new.reference.target)
        self.add(rule, message, old.reference.pointer, where, sides=sides, other=new.reference.pointer)

    def _names_another(self, old: Reference, new: Reference) -> bool:
        """Whether two references name different components, and not one component that was renamed."""
        if old.node is None or new.node is None:
            return False
        return names_another(self.base.schemas, old.node, self.revision.schemas, new.node)

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
            self.occurrences.append(
                Occurrence(
                    finding.rule,
                    finding.message,
                    self.operation,
                    finding.pointer,
                    finding.new,
                    place,
                    self.direction,
                    finding.sides,
                    finding.counterpart,
                    missing_at=finding.missing_at,
                )
            )
