"""What a rule sees of the pair of schemas that it judges: the pair, how it is to be read, and what may be asked.

Law: the rules import this and the judge imports the rules. A mode is part of what a judgement is remembered by, so it
holds nothing that does not change one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Protocol

from ..changes.rules import level_of
from ..schemas.normal_form import restricted_to_types

if TYPE_CHECKING:
    from ..changes.change import Level
    from ..documents.node import Schema
    from ..schemas.constraints import Constraints
    from ..schemas.reader import Schemas
    from .unchanged import Unchanged

NOT_WORSE_THAN_INFO = (None, "info")
"""The gravest level of a difference between a schema and one that admits all it admits."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a pair of schemas is to be read."""

    sent: bool
    """Whether the client sends the value; otherwise it receives it."""
    prefix: str
    """What the rules' names begin with."""
    wire: str = "strict"
    """``strict``: a number is not a text; ``loose``: on the wire it is; ``unsure``: that depends."""
    exploded: bool = False
    """Whether one value of a list looks like the value alone."""
    joined: bool = False
    """Whether a list or an object is one text."""
    lifted: bool = False
    """Whether null is judged elsewhere."""
    merged: bool = False
    """Whether what an allOf is composed of does not matter."""
    top: bool = False
    """Whether it is the parameter itself, not something inside it."""

    proof: bool = False
    """Whether only what holds for every value counts: not that nobody minds another pattern, or one more property."""
    distributed: bool = False
    """Whether what stands beside alternatives was already said in each of them, or is not to be."""

    def inside(self) -> Mode:
        """The mode of what is inside."""
        return _inside(self)


@cache
def _inside(mode: Mode) -> Mode:
    """There are a few dozen modes, and each is asked for thousands of times."""
    wire = "unsure" if mode.prefix == "parameter" and mode.wire == "loose" else mode.wire
    return replace(
        mode, wire=wire, exploded=False, joined=False, lifted=False, merged=False, top=False, distributed=False
    )


def sent(mode: Mode) -> Mode:
    """The mode in which it is asked whether the new admits all of the old."""
    return replace(mode, sent=True, prefix="request")


def received(mode: Mode) -> Mode:
    """The mode in which it is asked whether the old admits all of the new."""
    return replace(mode, sent=False, prefix="response", proof=True)


# ---------------------------------------------------------------------------------------------------- pairs


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One difference of one pair."""

    rule: str
    message: str
    pointer: str
    new: bool
    """Whether the pointer is into the revision."""
    part: str = ""
    """The property it is about, if it is about one that only one side has."""
    sides: tuple[str, str] | None = None
    """What base and revision say, as compact JSON, where it is not what stands at the pointer: of types."""

    @property
    def level(self) -> Level:
        """How grave it is."""
        return level_of(self.rule)


NEW, JUDGING, JUDGED = range(3)


@dataclass(slots=True, eq=False)
class Pair:
    """Two schemas met at the same place of the two documents."""

    base: Schema
    revision: Schema
    mode: Mode
    findings: list[Finding] = field(default_factory=list)
    edges: list[tuple[str, Pair]] = field(default_factory=list)
    state: int = NEW
    findings_below: int = -1
    """The findings in it and anywhere below, a bit each; -1 while that is not known."""


class Judge(Protocol):
    """What a rule may ask of the judge whose pair it looks at."""

    base: Schemas
    revision: Schemas
    unchanged: Unchanged

    def worst(self, base: Schema, revision: Schema, mode: Mode) -> Level | None:
        """The gravest level in a pair and below, documentation aside; None if the two say the same."""

    def same(self, base: Schema, revision: Schema, mode: Mode) -> bool:
        """Whether two schemas say the same, documentation aside."""


@dataclass(slots=True)
class Context:
    """What a rule sees of the pair it judges."""

    judge: Judge
    pair: Pair
    b: Constraints
    r: Constraints
    edges: list[tuple[str, Schema, Schema, Mode]]

    @property
    def mode(self) -> Mode:
        """How the pair is read."""
        return self.pair.mode

    def add(
        self,
        stem: str,
        message: str,
        keyword: str,
        *,
        new: bool | None = None,
        part: str = "",
        at: Schema = (),
        sides: tuple[str, str] | None = None,
    ) -> None:
        """Note a finding at a keyword of the base, or of the revision if it is only there."""
        if self.mode.proof and self._no_longer_allowed(stem, at):
            stem = "type-changed"
        if new is None:
            new = keyword not in self.b.pointers and keyword in self.r.pointers
        schema = at or (self.pair.revision if new else self.pair.base)
        pointer = "" if at else (self.r if new else self.b).pointers.get(keyword, "")
        if not pointer and not schema:
            new, schema = not new, self.pair.base if new else self.pair.revision
        if not pointer and schema:
            pointer = schema[0].pointer
        self.pair.findings.append(Finding(f"{self.mode.prefix}-{stem}", message, pointer, new, part, sides))

    def _no_longer_allowed(self, stem: str, at: Schema) -> bool:
        """Whether a change that nobody minds lets out some values all the same."""
        if self.mode.sent:  # what was any property has to be like this one
            return (
                stem == "property-added"
                and self.b.additional_properties is not False
                and not self.judge.revision.constraints(at).allows_everything
            )
        return stem in ("pattern-removed", "pattern-changed")

    def edge(self, step: str, base: Schema, revision: Schema, mode: Mode | None = None) -> None:
        """Compare what is inside, too."""
        self.edges.append((step, base, revision, mode or self.mode.inside()))

    def restrict_to_types(self, kinds: frozenset[str]) -> None:
        """Look at these types only; if one side allows anything, what becomes of null is said with the type."""
        type_reported = self.b.types is None or self.r.types is None
        self.b, self.r = (
            restricted_to_types(x, kinds, null=x.nullable and not type_reported) for x in (self.b, self.r)
        )
