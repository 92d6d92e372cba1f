"""The context of a rule: the pair of schemas, the mode in which it is read, and the questions to the judge.

Law: the rules import this module and the judge imports the rules. A mode is part of the key of a cached judgement, so
it holds only what can change the judgement.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol

from ..changes.rules import level_of
from ..documents.json_values import MISSING
from ..documents.pointer import unescaped
from ..schemas.normal_form import restricted_to_types

if TYPE_CHECKING:
    from ..changes.change import Level
    from ..documents.node import Schema
    from ..schemas.constraints import Constraints
    from ..schemas.reader import Schemas
    from .unchanged import Unchanged

NOT_WORSE_THAN_INFO = (None, "info")
"""The levels that are possible if the second schema allows all values of the first."""


@dataclass(frozen=True, slots=True)
class Mode:
    """The way in which a pair of schemas is read."""

    sent: bool
    """Whether the client sends the value, not receives it."""
    prefix: str
    """The first word of the rules' names: ``request``, ``response``, ``parameter`` or ``header``."""
    wire: str = "strict"
    """Whether numbers are strings on the wire: no (``strict``), yes (``loose``) or undefined (``unsure``)."""
    exploded: bool = False
    """Whether a list with one value is serialized like that value."""
    joined: bool = False
    """Whether a list or an object is serialized as one string."""
    lifted: bool = False
    """Whether null is judged by another pair."""
    merged: bool = False
    """Whether the parts of an allOf are ignored, because their intersection is judged."""
    top: bool = False
    """Whether the schema is the parameter's own, not one inside it."""

    omittable: bool = False
    """Whether the value is an optional property of a request, whose default has a meaning."""
    proof: bool = False
    """Whether the judgement must hold for every value, also where the rules tolerate a difference (a pattern)."""
    distributed: bool = False
    """Whether keywords beside oneOf or anyOf were already distributed over the alternatives."""

    def inside(self) -> Mode:
        """The mode for schemas inside this one."""
        return _inside(self)


@cache
def _inside(mode: Mode) -> Mode:
    """The cached mode for inner schemas; there are a few dozen modes and thousands of calls."""
    wire = "unsure" if mode.prefix == "parameter" and mode.wire == "loose" else mode.wire
    return replace(
        mode,
        wire=wire,
        exploded=False,
        joined=False,
        lifted=False,
        merged=False,
        top=False,
        omittable=False,
        distributed=False,
    )


def sent(mode: Mode) -> Mode:
    """The mode that tests whether the new schema allows all values of the old one."""
    return replace(mode, sent=True, prefix="request")


def received(mode: Mode) -> Mode:
    """The mode that tests whether the old schema allows all values of the new one."""
    return replace(mode, sent=False, prefix="response", proof=True)


# ---------------------------------------------------------------------------------------------------- pairs


@dataclass(frozen=True, slots=True, eq=False)
class SchemaFinding:
    """A difference between the two schemas of a pair."""

    rule: str
    message: str
    pointer: str
    new: bool
    """Whether the pointer is into the revision."""
    part: str = ""
    """The property that only one side has, if the finding is about one."""
    sides: tuple[str, str] | None = None
    """The values in base and revision as compact JSON, if they are not the values at the pointer (types)."""
    counterpart: str | None = None
    """The pointer to the same thing in the other document; empty if that does not have it, None if it is not known."""
    missing_at: str = ""
    """For what only the revision has: the pointer that it would have in the base; empty if that is not known."""

    @property
    def level(self) -> Level:
        """The level of the finding's rule."""
        return level_of(self.rule)


NEW, JUDGING, JUDGED = range(3)


@dataclass(slots=True, eq=False)
class Pair:
    """Two schemas at the same place of the two documents."""

    base: Schema
    revision: Schema
    mode: Mode
    findings: list[SchemaFinding] = field(default_factory=list)
    edges: list[tuple[str, Pair]] = field(default_factory=list)
    state: int = NEW
    findings_below: int = -1
    """The findings in this pair and all pairs below it, one bit each; -1 while unknown."""


class Judge(Protocol):
    """The questions that a rule may ask the judge."""

    base: Schemas
    revision: Schemas
    unchanged: Unchanged

    def worst(self, base: Schema, revision: Schema, mode: Mode) -> Level | None:
        """The gravest level in a pair and below it, documentation aside; None if the schemas are equal."""

    def same(self, base: Schema, revision: Schema, mode: Mode) -> bool:
        """Whether two schemas are equal, without their documentation."""


@dataclass(slots=True)
class Context:
    """The pair that a rule judges, with the constraints of both sides."""

    judge: Judge
    pair: Pair
    b: Constraints
    r: Constraints
    edges: list[tuple[str, Schema, Schema, Mode]]

    @property
    def mode(self) -> Mode:
        """The mode in which the pair is read."""
        return self.pair.mode

    @property
    def subject(self) -> str:
        """The name of what the pair describes, for a sentence: ``property `size` ``."""
        schema = self.pair.base or self.pair.revision
        tokens = schema[0].pointer.split("/") if schema else [""]
        if len(tokens) > 2 and tokens[-2] in ("properties", "schemas", "definitions"):
            return f"{'property' if tokens[-2] == 'properties' else 'schema'} `{unescaped(tokens[-1])}`"
        return "the value"

    def add(
        self,
        stem: str,
        message: str,
        keyword: str,
        *,
        new: bool | None = None,
        part: str = "",
        at: Schema = (),
        other: Schema = (),
        sides: tuple[str, str] | None = None,
    ) -> None:
        """Add a finding at a keyword of the base, or of the revision if only that has it; or at a schema.

        Without `other`, which is the same in the other document, the schema `at` is what only one document has.
        """
        if self.mode.proof and self._no_longer_allowed(stem, at):
            stem = "type-changed"
        counterpart: str | None = None
        own, theirs = self._stated("base", keyword), self._stated("revision", keyword)
        if at:
            pointer, in_revision, counterpart = at[0].pointer, bool(new), other[0].pointer if other else ""
        elif own:
            pointer, in_revision, counterpart = own, False, theirs
        elif theirs:
            pointer, in_revision, counterpart = theirs, True, ""
        else:
            pointer, in_revision, counterpart = self._place(bool(new))
        rule = f"{self.mode.prefix}-{stem}"
        missing_at = self._in_base(pointer) if in_revision else ""
        self.pair.findings.append(
            SchemaFinding(rule, message, pointer, in_revision, part, sides, counterpart, missing_at)
        )

    def _in_base(self, pointer: str) -> str:
        """The pointer for something in the revision's schema, in the base's; empty if it stands elsewhere."""
        node = next((node for node in self.pair.revision if pointer.startswith(f"{node.pointer}/")), None)
        base = self.pair.base[0].pointer if self.pair.base else None
        return "" if node is None or base is None else base + pointer[len(node.pointer) :]

    def _stated(self, side: Literal["base", "revision"], keyword: str) -> str:
        """The pointer of a keyword; empty if a schema states it that is the same in the other document.

        Example: a property refers to another component now, and neither of the two components changed.
        """
        base = side == "base"
        pointer = (self.b if base else self.r).pointers.get(keyword, "")
        schema = self.pair.base if base else self.pair.revision
        if not pointer or any(pointer.startswith(node.pointer) for node in schema):
            return pointer
        documents = self.judge.base.document, self.judge.revision.document
        values = [document.value_at(pointer) for document in documents]
        return "" if values[0] is not MISSING and values[0] == values[1] else pointer

    def _place(self, new: bool) -> tuple[str, bool, str | None]:
        """The pointer of the pair's schema, whether it is into the revision, and the other pointer."""
        base, revision = (schema[0].pointer if schema else None for schema in (self.pair.base, self.pair.revision))
        if base is None or (new and revision is not None):
            return revision or "", revision is not None, base
        return base, False, revision

    def _no_longer_allowed(self, stem: str, at: Schema) -> bool:
        """Whether a change that the rules tolerate excludes some values all the same."""
        if self.mode.sent:  # it could have any value before
            return (
                stem == "property-added"
                and self.b.additional_properties is not False
                and not self.judge.revision.constraints(at).allows_everything
            )
        return stem in ("pattern-removed", "pattern-changed")

    def edge(self, step: str, base: Schema, revision: Schema, mode: Mode | None = None) -> None:
        """Add a pair of inner schemas to be judged."""
        self.edges.append((step, base, revision, mode or self.mode.inside()))

    def restrict_to_types(self, kinds: frozenset[str]) -> None:
        """Restrict both sides to these types; null is part of the type change if one side allows anything."""
        type_reported = self.b.types is None or self.r.types is None
        self.b, self.r = (
            restricted_to_types(x, kinds, null=x.nullable and not type_reported) for x in (self.b, self.r)
        )
