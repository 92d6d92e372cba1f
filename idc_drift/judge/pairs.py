"""Pairs of schemas, as a graph.

Law: a pair knows its own findings and the pairs inside it; which findings lie anywhere below is worked out once for a
whole circle of pairs, so that many operations may ask it of one large web of schemas.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..changes.rules import level_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..changes.change import Level
    from ..documents.node import Shape
    from .context import Mode


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

    base: Shape
    revision: Shape
    mode: Mode
    findings: list[Finding] = field(default_factory=list)
    edges: list[tuple[str, Pair]] = field(default_factory=list)
    state: int = NEW
    below: int = -1
    """The findings in it and anywhere below, a bit each; -1 while that is not known."""


class Web:
    """What lies below each pair."""

    def __init__(self, judge: Callable[[Pair], None]) -> None:
        self._judge = judge
        self._known: list[Finding] = []
        self._lists: dict[int, list[Finding]] = {}

    def findings(self, bits: int) -> list[Finding]:
        """The findings that some bits stand for."""
        if bits not in self._lists:
            self._lists[bits] = [f for n, f in enumerate(self._known) if bits >> n & 1]
        return self._lists[bits]

    def own(self, pair: Pair) -> int:
        """Give bits to the findings of a pair."""
        bits = ((1 << len(pair.findings)) - 1) << len(self._known)
        self._known += pair.findings
        return bits

    def below(self, root: Pair) -> int:
        """The findings in a pair and below it: strongly connected pairs have the same ones (Tarjan)."""
        if root.below >= 0:
            return root.below
        order: dict[Pair, int] = {}
        low: dict[Pair, int] = {}
        bits: dict[Pair, int] = {}
        open_: list[Pair] = []
        path: list[tuple[Pair, int]] = [(root, 0)]
        while path:
            pair, at = path.pop()
            if at == 0:
                if pair.state == NEW:
                    self._judge(pair)
                order[pair] = low[pair] = len(order)
                bits[pair] = self.own(pair)
                open_.append(pair)
            else:
                inner = pair.edges[at - 1][1]
                if inner.below < 0:
                    low[pair] = min(low[pair], low[inner])
                bits[pair] |= max(inner.below, 0) or bits[inner]
            for step in range(at, len(pair.edges)):
                inner = pair.edges[step][1]
                if inner.below >= 0:
                    bits[pair] |= inner.below
                elif inner in order:
                    low[pair] = min(low[pair], order[inner])
                else:
                    path += [(pair, step + 1), (inner, 0)]
                    break
            else:
                if low[pair] == order[pair]:
                    self._close(pair, open_, bits)
        return root.below

    @staticmethod
    def _close(first: Pair, open_: list[Pair], bits: dict[Pair, int]) -> None:
        """A circle is complete: all of its pairs lead to the same findings."""
        circle = open_[open_.index(first) :]
        del open_[-len(circle) :]
        found = 0
        for pair in circle:
            found |= bits[pair]
        for pair in circle:
            pair.below = found
