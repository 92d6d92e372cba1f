"""Two schemas compared, in one direction.

Law: comparing is a graph. A pair of schemas has findings of its own and edges to pairs inside it; every pair is judged
once per mode, whatever number of operations lead there, and recursion ends where a pair is found again. Which findings
lie anywhere below a pair is worked out once for a whole circle of pairs, so that many operations may ask it of one web.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ..changes.change import LEVELS, Level
from ..changes.rules import is_noise
from ..schemas.constraints import ANY
from . import alignment, alternatives, composition, objects, types, values
from .context import JUDGED, JUDGING, NEW, Context, Finding, Mode, Pair
from .unchanged import Unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..documents.node import Schema
    from ..schemas.reader import Schemas


_MIN_PAIRS, _CHARACTERS_PER_PAIR = 15_000, 400
"""How many pairs of schemas are looked at: so many, and one for so many letters (5 MB of documents have 15,000).

A schema that is several ones at once, as allOf makes it, counts as so many.
"""
_MAX_NESTED_QUESTIONS = 12
"""How many questions may be asked to answer a question; beyond, the schemas are taken to be the same."""
_MAX_REPEATED_PLACES = 500_000
"""How often findings are told again where they are met again."""
Key = tuple[tuple[int | str, ...], tuple[int | str, ...], Mode]


class TooComplex(Exception):
    """There are too many combinations of schemas to look at."""


class Graph:
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

    def _bits(self, pair: Pair) -> int:
        """Give bits to the findings of a pair."""
        bits = ((1 << len(pair.findings)) - 1) << len(self._known)
        self._known += pair.findings
        return bits

    def findings_below(self, root: Pair) -> int:
        """The findings in a pair and below it: strongly connected pairs have the same ones (Tarjan)."""
        if root.findings_below >= 0:
            return root.findings_below
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
                bits[pair] = self._bits(pair)
                open_.append(pair)
            else:
                inner = pair.edges[at - 1][1]
                if inner.findings_below < 0:
                    low[pair] = min(low[pair], low[inner])
                bits[pair] |= max(inner.findings_below, 0) or bits[inner]
            for step in range(at, len(pair.edges)):
                inner = pair.edges[step][1]
                if inner.findings_below >= 0:
                    bits[pair] |= inner.findings_below
                elif inner in order:
                    low[pair] = min(low[pair], order[inner])
                else:
                    path += [(pair, step + 1), (inner, 0)]
                    break
            else:
                if low[pair] == order[pair]:
                    self._close(pair, open_, bits)
        return root.findings_below

    @staticmethod
    def _close(first: Pair, open_: list[Pair], bits: dict[Pair, int]) -> None:
        """A circle is complete: all of its pairs lead to the same findings."""
        circle = open_[open_.index(first) :]
        del open_[-len(circle) :]
        found = 0
        for pair in circle:
            found |= bits[pair]
        for pair in circle:
            pair.findings_below = found


class SchemaJudge:
    """Compares schemas of two documents."""

    def __init__(self, base: Schemas, revision: Schemas) -> None:
        self.base = base
        self.revision = revision
        self._pairs: dict[Key, Pair] = {}
        self._known_worst: dict[Pair, Level | None] = {}
        self.unchanged = Unchanged(base, revision)
        self._depth = 0
        self._max_pairs = (
            _MIN_PAIRS + (len(base.document.text) + len(revision.document.text)) // 2 // _CHARACTERS_PER_PAIR
        )
        self._graph = Graph(self._judge)
        self._pairs_used = 0
        self._reported = 0
        self._places_left = _MAX_REPEATED_PLACES

    # -------------------------------------------------------------------------------------------------- asking

    def findings(self, base: Schema, revision: Schema, mode: Mode) -> Iterator[tuple[Finding, str]]:
        """Every finding in a pair and below, with the shortest path to it if it is told for the first time."""
        root = self._pair(base, revision, mode)
        bits = self._graph.findings_below(root)
        fresh = bits & ~self._reported
        self._reported |= bits
        if bits ^ fresh:
            repeated = self._graph.findings(bits ^ fresh)[: self._places_left]
            self._places_left -= len(repeated)
            if not self._places_left:
                self.base.note(
                    f"More than {_MAX_REPEATED_PLACES:,} places are met; of further ones only the first is named."
                )
            yield from ((finding, "") for finding in repeated)
        seen = {root}
        queue = deque([(root, "")] if fresh else ())
        new = set(self._graph.findings(fresh))
        while queue:
            pair, path = queue.popleft()
            for finding in pair.findings:
                if finding in new:
                    yield finding, f"{path}/{finding.part}" if finding.part else path
            for step, inner in pair.edges:
                if inner.findings_below & fresh and inner not in seen:
                    seen.add(inner)
                    queue.append((inner, f"{path}/{step}"))

    def worst(self, base: Schema, revision: Schema, mode: Mode) -> Level | None:
        """The gravest level in a pair and below, words aside; None if the two say the same."""
        return self._worst_level(self._pair(base, revision, mode), "breaking")

    def same(self, base: Schema, revision: Schema, mode: Mode) -> bool:
        """Whether two schemas say the same, words aside."""
        return self._worst_level(self._pair(base, revision, mode), "info") is None

    def _worst_level(self, root: Pair, enough: Level) -> Level | None:
        """The gravest level in a pair and below; once one is met that is enough, nothing more is looked at."""
        if root in self._known_worst:
            return self._known_worst[root]
        worst: Level | None = None
        complete, visited = self._depth < _MAX_NESTED_QUESTIONS, []
        self._depth += 1
        for pair in self._pairs_below(root) if complete else ():
            visited.append(pair)
            complete = complete and pair.state != JUDGING
            worst = _worse(worst, pair)
            if worst is not None and LEVELS.index(worst) <= LEVELS.index(enough):
                break
        self._depth -= 1
        if complete and worst in (None, "breaking"):
            self._known_worst[root] = worst
            if worst is None:
                self._known_worst |= dict.fromkeys(visited)
        return worst  # if it is not sure, it rests on the assumption that what is being judged is the same

    # ------------------------------------------------------------------------------------------------- judging

    def _pair(self, base: Schema, revision: Schema, mode: Mode) -> Pair:
        base, revision = self.base.dereferenced(base), self.revision.dereferenced(revision)
        key = (tuple(node.key for node in base), tuple(node.key for node in revision), mode)
        known = self._pairs.get(key)
        if known is None:
            self._pairs_used += max(len(base), len(revision), 1)
            if self._pairs_used > self._max_pairs:
                raise TooComplex(f"the schemas combine in more than {self._max_pairs:,} ways")
            known = self._pairs[key] = Pair(base, revision, mode)
        return known

    def _pairs_below(self, root: Pair) -> Iterator[Pair]:
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
        if self.unchanged(pair.base, pair.revision):
            pair.state = JUDGED
            return
        pair.state = JUDGING
        edges: list[tuple[str, Schema, Schema, Mode]] = []
        b, r = self.base.constraints(pair.base), self.revision.constraints(pair.revision)
        self._apply(Context(self, pair, b, r, edges))
        pair.edges = [
            (step, self._pair(base, revision, mode))
            for step, base, revision, mode in edges
            if not self.unchanged(base, revision)
        ]
        pair.state = JUDGED

    @staticmethod
    def _apply(context: Context) -> None:
        b, r = context.b, context.r
        if b is ANY and r is ANY:
            return
        values.judge_annotations(context)
        if b.unresolved != r.unresolved:
            said = f"{_described_references(b.unresolved)} became {_described_references(r.unresolved)}"
            context.add("reference-changed", said, "")
            return
        if alignment.distribute_over_alternatives(context) or composition.judge_composition(context):
            return
        alignment.align_integers(context)
        alignment.drop_values_of_other_types(context)
        if not types.judge_types(context):
            return
        alignment.drop_inert_keywords(context)
        alignment.align_dependencies(context)
        alignment.align_unevaluated_items(context)
        alternatives.judge_alternatives(context)
        values.judge_values(context)
        values.judge_limits(context)
        values.judge_strings(context)
        objects.judge_objects(context)
        objects.judge_arrays(context)
        composition.judge_not_and_if(context)


def _worse(worst: Level | None, pair: Pair) -> Level | None:
    found = {finding.level for finding in pair.findings if not is_noise(finding.rule)} | {worst}
    return next((level for level in LEVELS if level in found), None)


def _described_references(names: frozenset[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    if len(names) > 1:
        return f"the references {listed} that lead nowhere"
    return f"the reference {listed} that leads nowhere" if names else "the schema"
