"""Two schemas compared, in one direction.

Law: comparing is a graph. A pair of schemas has findings of its own and edges to pairs inside it; every pair is judged
once per mode, whatever number of operations lead there, and recursion ends where a pair is met again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import _alternatives, _composition, _keywords, _objects, _types
from ._flat import ANY, Flat, Shape, within
from ._modes import Mode
from .change import LEVELS, Level
from .rules import is_noise, level_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._schemas import Schemas


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference of one pair."""

    rule: str
    message: str
    pointer: str
    new: bool
    """Whether the pointer is into the revision."""
    part: str = ""
    """The property it is about, if it is about one that only one side has."""

    @property
    def level(self) -> Level:
        """How grave it is."""
        return level_of(self.rule)


_NEW, _JUDGING, _JUDGED = range(3)
Key = tuple[tuple[int | str, ...], tuple[int | str, ...], Mode]


@dataclass(slots=True, eq=False)
class Pair:
    """Two schemas met at the same place of the two documents."""

    base: Shape
    revision: Shape
    mode: Mode
    findings: list[Finding] = field(default_factory=list)
    edges: list[tuple[str, Pair]] = field(default_factory=list)
    state: int = 0
    eventful: bool | None = None
    """Whether there are findings in it or anywhere below."""


class Judge:
    """Compares schemas of two documents."""

    def __init__(self, base: Schemas, revision: Schemas) -> None:
        self.base = base
        self.revision = revision
        self._pairs: dict[Key, Pair] = {}
        self._worst: dict[Pair, Level | None] = {}

    # -------------------------------------------------------------------------------------------------- asking

    def findings(self, base: Shape, revision: Shape, mode: Mode) -> Iterator[tuple[Finding, str]]:
        """Every finding in a pair and below, with the path to it (the shortest one)."""
        root = self._pair(base, revision, mode)
        if not self._marked(root):
            return
        seen = {root}
        queue = deque([(root, "")])
        while queue:
            pair, path = queue.popleft()
            for finding in pair.findings:
                yield finding, f"{path}/{finding.part}" if finding.part else path
            for step, inner in pair.edges:
                if inner.eventful and inner not in seen:
                    seen.add(inner)
                    queue.append((inner, f"{path}/{step}"))

    def worst(self, base: Shape, revision: Shape, mode: Mode) -> Level | None:
        """The gravest level in a pair and below, words aside; None if the two say the same."""
        root = self._pair(base, revision, mode)
        if root not in self._worst:
            found: set[Level] = set()
            sure = True
            for pair in self._below(root):
                sure = sure and pair.state != _JUDGING
                found |= {finding.level for finding in pair.findings if not is_noise(finding.rule)}
            worst = next((level for level in LEVELS if level in found), None)
            if not sure:
                return worst  # it rests on the assumption that what is being judged is the same
            self._worst[root] = worst
        return self._worst[root]

    def same(self, base: Shape, revision: Shape, mode: Mode) -> bool:
        """Whether two schemas say the same, words aside."""
        return self.worst(base, revision, mode) is None

    # ------------------------------------------------------------------------------------------------- judging

    def _pair(self, base: Shape, revision: Shape, mode: Mode) -> Pair:
        key = (tuple(node.key for node in base), tuple(node.key for node in revision), mode)
        known = self._pairs.get(key)
        if known is None:
            known = self._pairs[key] = Pair(base, revision, mode)
        return known

    def _below(self, root: Pair) -> Iterator[Pair]:
        """A pair and all below it, judged on the way."""
        seen = {root}
        stack = [root]
        while stack:
            pair = stack.pop()
            if pair.state == _NEW:
                self._judge(pair)
            yield pair
            fresh = {inner for _, inner in pair.edges} - seen
            seen |= fresh
            stack += fresh

    def _marked(self, root: Pair) -> bool:
        """Mark every pair below by whether it leads to a finding, once; whether this one does."""
        above: dict[Pair, list[Pair]] = {}
        todo, reached, found = [root], {root}, []
        while todo:
            pair = todo.pop()
            if pair.eventful is not None:
                found += [pair] if pair.eventful else []
                continue
            if pair.state == _NEW:
                self._judge(pair)
            found += [pair] if pair.findings else []
            for _, inner in pair.edges:
                above.setdefault(inner, []).append(pair)
                if inner not in reached:
                    reached.add(inner)
                    todo.append(inner)
        for pair in reached:
            pair.eventful = bool(pair.eventful)
        while found:
            pair = found.pop()
            pair.eventful = True
            found += [upper for upper in above.get(pair, ()) if not upper.eventful]
        return bool(root.eventful)

    def _judge(self, pair: Pair) -> None:
        pair.state = _JUDGING
        edges: list[tuple[str, Shape, Shape, Mode]] = []
        b, r = self.base.flat(pair.base), self.revision.flat(pair.revision)
        self._apply(Context(self, pair, b, r, edges))
        pair.edges = [(step, self._pair(base, revision, mode)) for step, base, revision, mode in edges]
        pair.state = _JUDGED

    @staticmethod
    def _apply(context: Context) -> None:
        b, r = context.b, context.r
        if b is ANY and r is ANY:
            return
        _keywords.words(context)
        if b.unknown != r.unknown:
            context.add("reference-changed", f"the reference {_named(b.unknown)} became {_named(r.unknown)}", "")
            return
        if _composition.composition(context):
            return
        if not _types.types(context):
            return
        _alternatives.groups(context)
        _keywords.values(context)
        _keywords.numbers(context)
        _keywords.texts(context)
        _objects.objects(context)
        _objects.arrays(context)
        _composition.logic(context)


@dataclass(slots=True)
class Context:
    """What a rule sees of the pair it judges."""

    judge: Judge
    pair: Pair
    b: Flat
    r: Flat
    edges: list[tuple[str, Shape, Shape, Mode]]

    @property
    def mode(self) -> Mode:
        """How the pair is read."""
        return self.pair.mode

    def add(
        self, stem: str, message: str, keyword: str, *, new: bool | None = None, part: str = "", at: Shape = ()
    ) -> None:
        """Note a finding at a keyword of the base, or of the revision if it is only there."""
        if new is None:
            new = keyword not in self.b.at and keyword in self.r.at
        shape = at or (self.pair.revision if new else self.pair.base)
        pointer = "" if at else (self.r if new else self.b).at.get(keyword, "")
        if not pointer and not shape:
            new, shape = not new, self.pair.base if new else self.pair.revision
        if not pointer and shape:
            pointer = shape[0].pointer
        self.pair.findings.append(Finding(f"{self.mode.prefix}-{stem}", message, pointer, new, part))

    def edge(self, step: str, base: Shape, revision: Shape, mode: Mode | None = None) -> None:
        """Compare what is inside, too."""
        self.edges.append((step, base, revision, mode or self.mode.below()))

    def narrow(self, kinds: frozenset[str]) -> None:
        """Look at these types only."""
        self.b, self.r = within(self.b, kinds), within(self.r, kinds)


def _named(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "none"
