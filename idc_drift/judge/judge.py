"""Two schemas compared, in one direction.

Law: comparing is a graph. A pair of schemas has findings of its own and edges to pairs inside it; every pair is judged
once per mode, whatever number of operations lead there, and recursion ends where a pair is met again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..changes.change import LEVELS, Level
from ..changes.rules import is_noise
from ..schemas.constraints import ANY, Flat
from ..schemas.normal_form import within
from . import alignment, alternatives, composition, idle, objects, spread, types, values
from .context import Mode
from .pairs import JUDGED, JUDGING, NEW, Finding, Pair, Web
from .unchanged import Untouched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..documents.node import Shape
    from ..schemas.reader import Schemas


_PAIRS, _LETTERS = 15_000, 400
"""How many pairs of schemas are looked at: so many, and one for so many letters (5 MB of documents have 15,000).

A schema that is several ones at once, as allOf makes it, counts as so many.
"""
_DEPTH = 12
"""How many questions may be asked to answer a question; beyond, the schemas are taken to be the same."""
_PLACES = 500_000
"""How often findings are told again where they are met again."""
Key = tuple[tuple[int | str, ...], tuple[int | str, ...], Mode]


class Entangled(Exception):
    """There are too many combinations of schemas to look at."""


class Judge:
    """Compares schemas of two documents."""

    def __init__(self, base: Schemas, revision: Schemas) -> None:
        self.base = base
        self.revision = revision
        self._pairs: dict[Key, Pair] = {}
        self._worst: dict[Pair, Level | None] = {}
        self.untouched = Untouched(base, revision)
        self._depth = 0
        self._most = _PAIRS + (len(base.document.text) + len(revision.document.text)) // 2 // _LETTERS
        self._web = Web(self._judge)
        self._spent = 0
        self._told = 0
        self._places = _PLACES

    # -------------------------------------------------------------------------------------------------- asking

    def findings(self, base: Shape, revision: Shape, mode: Mode) -> Iterator[tuple[Finding, str]]:
        """Every finding in a pair and below, with the shortest path to it if it is told for the first time."""
        root = self._pair(base, revision, mode)
        bits = self._web.below(root)
        fresh = bits & ~self._told
        self._told |= bits
        if bits ^ fresh:
            again = self._web.findings(bits ^ fresh)[: self._places]
            self._places -= len(again)
            if not self._places:
                self.base.note(f"More than {_PLACES:,} places are met; of further ones only the first is named.")
            yield from ((finding, "") for finding in again)
        seen = {root}
        queue = deque([(root, "")] if fresh else ())
        new = set(self._web.findings(fresh))
        while queue:
            pair, path = queue.popleft()
            for finding in pair.findings:
                if finding in new:
                    yield finding, f"{path}/{finding.part}" if finding.part else path
            for step, inner in pair.edges:
                if inner.below & fresh and inner not in seen:
                    seen.add(inner)
                    queue.append((inner, f"{path}/{step}"))

    def worst(self, base: Shape, revision: Shape, mode: Mode) -> Level | None:
        """The gravest level in a pair and below, words aside; None if the two say the same."""
        return self._gravest(self._pair(base, revision, mode), "breaking")

    def same(self, base: Shape, revision: Shape, mode: Mode) -> bool:
        """Whether two schemas say the same, words aside."""
        return self._gravest(self._pair(base, revision, mode), "info") is None

    def _gravest(self, root: Pair, enough: Level) -> Level | None:
        """The gravest level in a pair and below; once one is met that is enough, nothing more is looked at."""
        if root in self._worst:
            return self._worst[root]
        worst: Level | None = None
        sure, met = self._depth < _DEPTH, []
        self._depth += 1
        for pair in self._below(root) if sure else ():
            met.append(pair)
            sure = sure and pair.state != JUDGING
            worst = _graver(worst, pair)
            if worst is not None and LEVELS.index(worst) <= LEVELS.index(enough):
                break
        self._depth -= 1
        if sure and worst in (None, "breaking"):
            self._worst[root] = worst
            if worst is None:
                self._worst |= dict.fromkeys(met)
        return worst  # if it is not sure, it rests on the assumption that what is being judged is the same

    # ------------------------------------------------------------------------------------------------- judging

    def _pair(self, base: Shape, revision: Shape, mode: Mode) -> Pair:
        base, revision = self.base.seen_through(base), self.revision.seen_through(revision)
        key = (tuple(node.key for node in base), tuple(node.key for node in revision), mode)
        known = self._pairs.get(key)
        if known is None:
            self._spent += max(len(base), len(revision), 1)
            if self._spent > self._most:
                raise Entangled(f"the schemas combine in more than {self._most:,} ways")
            known = self._pairs[key] = Pair(base, revision, mode)
        return known

    def _below(self, root: Pair) -> Iterator[Pair]:
        """A pair and all below it, judged on the way."""
        seen = {root}
        stack = [root]
        while stack:
            pair = stack.pop()
            if pair.state == NEW:
                self._judge(pair)
            yield pair
            fresh = {inner for _, inner in pair.edges} - seen
            seen |= fresh
            stack += fresh

    def _judge(self, pair: Pair) -> None:
        if self.untouched(pair.base, pair.revision):
            pair.state = JUDGED
            return
        pair.state = JUDGING
        edges: list[tuple[str, Shape, Shape, Mode]] = []
        b, r = self.base.flat(pair.base), self.revision.flat(pair.revision)
        self._apply(Context(self, pair, b, r, edges))
        pair.edges = [
            (step, self._pair(base, revision, mode))
            for step, base, revision, mode in edges
            if not self.untouched(base, revision)
        ]
        pair.state = JUDGED

    @staticmethod
    def _apply(context: Context) -> None:
        b, r = context.b, context.r
        if b is ANY and r is ANY:
            return
        values.words(context)
        if b.unknown != r.unknown:
            said = f"{_named(b.unknown)} became {_named(r.unknown)}"
            context.add("reference-changed", said, "")
            return
        if spread.spread(context) or composition.composition(context):
            return
        alignment.whole_numbers(context)
        idle.idle_values(context)
        if not types.types(context):
            return
        idle.idle(context)
        alignment.dependencies(context)
        alignment.unevaluated_items(context)
        alternatives.groups(context)
        values.values(context)
        values.numbers(context)
        values.texts(context)
        objects.objects(context)
        objects.arrays(context)
        composition.logic(context)


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
        self,
        stem: str,
        message: str,
        keyword: str,
        *,
        new: bool | None = None,
        part: str = "",
        at: Shape = (),
        sides: tuple[str, str] | None = None,
    ) -> None:
        """Note a finding at a keyword of the base, or of the revision if it is only there."""
        if self.mode.proof and self._lets_out(stem, at):
            stem = "type-changed"
        if new is None:
            new = keyword not in self.b.at and keyword in self.r.at
        shape = at or (self.pair.revision if new else self.pair.base)
        pointer = "" if at else (self.r if new else self.b).at.get(keyword, "")
        if not pointer and not shape:
            new, shape = not new, self.pair.base if new else self.pair.revision
        if not pointer and shape:
            pointer = shape[0].pointer
        self.pair.findings.append(Finding(f"{self.mode.prefix}-{stem}", message, pointer, new, part, sides))

    def _lets_out(self, stem: str, at: Shape) -> bool:
        """Whether a change that nobody minds lets out some values all the same."""
        if self.mode.sent:  # what was any property has to be like this one
            return stem == "property-added" and self.b.extra is not False and not self.judge.revision.flat(at).trivial
        return stem in ("pattern-removed", "pattern-changed")

    def edge(self, step: str, base: Shape, revision: Shape, mode: Mode | None = None) -> None:
        """Compare what is inside, too."""
        self.edges.append((step, base, revision, mode or self.mode.below()))

    def narrow(self, kinds: frozenset[str]) -> None:
        """Look at these types only; if one side allows anything, what becomes of null is said with the type."""
        told = self.b.types is None or self.r.types is None
        self.b, self.r = (within(x, kinds, null=x.null and not told) for x in (self.b, self.r))


def _graver(worst: Level | None, pair: Pair) -> Level | None:
    found = {finding.level for finding in pair.findings if not is_noise(finding.rule)} | {worst}
    return next((level for level in LEVELS if level in found), None)


def _named(names: frozenset[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    if len(names) > 1:
        return f"the references {listed} that lead nowhere"
    return f"the reference {listed} that leads nowhere" if names else "the schema"
