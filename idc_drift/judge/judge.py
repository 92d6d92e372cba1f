"""The judge of two documents' schemas, in one direction.

Law: pairs of schemas form a graph. A pair has its own findings and edges to inner pairs. Every pair is judged once per
mode, however many operations use it, and recursion ends at a known pair. The findings below a pair are computed once
for a whole cycle of pairs, so many operations can share one graph.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from ..changes.change import LEVELS, Level
from ..changes.counterparts import compact_json
from ..changes.rules import is_documentation_only
from ..documents.references import names_another
from ..documents.spelling import replacement
from ..schemas.constraints import ANY
from . import alignment, alternatives, composition, objects, types, values
from .context import JUDGED, JUDGING, NEW, Context, Mode, Pair, SchemaFinding
from .unchanged import Unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..documents.node import Schema
    from ..schemas.reader import Schemas


_MIN_PAIRS, _CHARACTERS_PER_PAIR = 15_000, 400
"""The limit of pairs: the minimum, plus one for each number of characters (documents of 5 MB have 15,000 pairs).

An intersection of several schemas, as allOf makes it, counts as that number of pairs.
"""
_MAX_NESTED_QUESTIONS = 12
"""The depth of nested questions to the judge; beyond it, schemas are assumed to be equal."""
_MAX_REPEATED_PLACES = 500_000
"""The number of further places at which findings are reported again."""
SchemaKey = int | str | tuple[int | str, ...]
Key = tuple[SchemaKey, SchemaKey, Mode]


_MAX_PATHS = 4
"""The number of paths that are named for one finding in one place."""


class TooComplex(Exception):
    """The schemas combine in more ways than the limit of pairs allows."""


class Graph:
    """The graph of pairs, with the findings below each."""

    def __init__(self, judge: Callable[[Pair], None]) -> None:
        self._judge = judge
        self._known: list[SchemaFinding] = []
        self._lists: dict[int, list[SchemaFinding]] = {}

    def findings(self, bits: int) -> list[SchemaFinding]:
        """The findings of a set of bits."""
        if bits not in self._lists:
            self._lists[bits] = [f for n, f in enumerate(self._known) if bits >> n & 1]
        return self._lists[bits]

    def _bits(self, pair: Pair) -> int:
        """Assign bits to the findings of a pair."""
        bits = ((1 << len(pair.findings)) - 1) << len(self._known)
        self._known += pair.findings
        return bits

    def findings_below(self, root: Pair) -> int:
        """The findings in a pair and below it; strongly connected pairs share them (Tarjan's algorithm)."""
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
        """Close a cycle of pairs: all of them have the same findings below."""
        circle = open_[open_.index(first) :]
        del open_[-len(circle) :]
        found = 0
        for pair in circle:
            found |= bits[pair]
        for pair in circle:
            pair.findings_below = found


class SchemaJudge:
    """The judge of the schemas of two documents."""

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
        self._replacements: dict[Pair, tuple[SchemaFinding, str, int] | None] = {}
        self._places_left = _MAX_REPEATED_PLACES

    # ----------------------------------------------------------------------------------------------- questions

    def findings(self, base: Schema, revision: Schema, mode: Mode) -> Iterator[tuple[SchemaFinding, str]]:
        """Every finding in a pair and below it, with the paths to it when it is reported first."""
        if replaced := self._replacement(base, revision, mode):
            yield replaced, ""
            return
        root = self._pair(base, revision, mode)
        bits = self._graph.findings_below(root)
        fresh = bits & ~self._reported
        self._reported |= bits
        if bits ^ fresh:
            repeated = self._graph.findings(bits ^ fresh)[: self._places_left]
            self._places_left -= len(repeated)
            if not self._places_left:
                self.base.note(
                    f"More than {_MAX_REPEATED_PLACES:,} places have findings; later ones are reported once."
                )
            yield from ((finding, "") for finding in repeated)
        new = set(self._graph.findings(fresh))
        for pair, paths in _paths_below(root, fresh).items():
            for finding in pair.findings:
                if finding in new:
                    yield from ((finding, f"{path}/{finding.part}" if finding.part else path) for path in paths)

    def worst(self, base: Schema, revision: Schema, mode: Mode) -> Level | None:
        """The gravest level in a pair and below it, documentation aside; None if the schemas are equal."""
        return self._worst_level(self._pair(base, revision, mode), "breaking")

    def same(self, base: Schema, revision: Schema, mode: Mode) -> bool:
        """Whether two schemas are equal, without their documentation."""
        return self._worst_level(self._pair(base, revision, mode), "info") is None

    def _worst_level(self, root: Pair, enough: Level) -> Level | None:
        """The gravest level in a pair and below it; the search stops at the first finding of level `enough`."""
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
        return worst  # if incomplete, it assumes that the pairs in progress are equal

    # ------------------------------------------------------------------------------------------------- judging

    def _pair(self, base: Schema, revision: Schema, mode: Mode) -> Pair:
        base, revision = self.base.dereferenced(base), self.revision.dereferenced(revision)
        key = (_key(base), _key(revision), mode)
        known = self._pairs.get(key)
        if known is None:
            self._pairs_used += max(len(base), len(revision), 1)
            if self._pairs_used > self._max_pairs:
                raise TooComplex(f"the schemas combine in more than {self._max_pairs:,} ways")
            known = self._pairs[key] = Pair(base, revision, mode)
        return known

    def _pairs_below(self, root: Pair) -> Iterator[Pair]:
        """A pair and all pairs below it, judged on the way."""
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
        inner: list[tuple[str, Pair]] = []
        for step, base, revision, mode in edges:
            if self.unchanged(base, revision):
                continue
            if replaced := self._replacement(base, revision, mode, step):
                pair.findings.append(replaced)
            else:
                inner.append((step, self._pair(base, revision, mode)))
        pair.edges = inner
        pair.state = JUDGED

    # ------------------------------------------------------------------------------------------- replaced components

    def _replacement(self, base: Schema, revision: Schema, mode: Mode, step: str = "") -> SchemaFinding | None:
        """The finding about a ``$ref`` that names another component than before; None for a renamed component."""
        old, new = self.base.reference(base), self.revision.reference(revision)
        if old is None or new is None or old.raw["$ref"] == new.raw["$ref"]:
            return None
        if not names_another(self.base, old, self.revision, new):
            return None
        root = self._pair(base, revision, mode)
        if root not in self._replacements:
            self._replacements[root] = self._gravest_below(root)
        found = self._replacements[root]
        if found is None:
            return None
        finding, path, more = found
        if finding.level == "breaking":
            stem = "schema-replaced"
        else:
            stem = "schema-replaced-at-risk" if finding.level == "warning" else "schema-replaced-safely"
        message = replacement(old.raw["$ref"], new.raw["$ref"], finding.message, path, more)
        sides = compact_json(old.raw["$ref"]), compact_json(new.raw["$ref"])
        context = Context(self, Pair(base, revision, mode), ANY, ANY, [])
        at, other = ((replace(node, pointer=f"{node.pointer}/$ref"),) for node in (old, new))
        context.add(stem, message, "$ref", new=False, part=step, at=at, other=other, sides=sides)
        return context.pair.findings[0]

    def _gravest_below(self, root: Pair) -> tuple[SchemaFinding, str, int] | None:
        """The gravest finding in a pair and below it with its path, and the number of others."""
        seen, queue = {root}, deque([(root, "")])
        found: list[tuple[int, SchemaFinding, str]] = []
        while queue:
            pair, path = queue.popleft()
            if pair.state == NEW:
                self._judge(pair)
            found += [
                (LEVELS.index(finding.level), finding, f"{path}/{finding.part}" if finding.part else path)
                for finding in pair.findings
                if not is_documentation_only(finding.rule)
            ]
            for step, inner in pair.edges:
                if inner not in seen:
                    seen.add(inner)
                    queue.append((inner, f"{path}/{step}" if step else path))
        if not found:
            return None
        _, finding, path = min(found, key=lambda each: each[0])
        return finding, path, len(found) - 1

    @staticmethod
    def _apply(context: Context) -> None:
        b, r = context.b, context.r
        if b is ANY and r is ANY:
            return
        values.judge_annotations(context)
        if b.unresolved != r.unresolved:
            sentence = f"{_described_references(b.unresolved)} became {_described_references(r.unresolved)}"
            context.add("reference-changed", sentence, "")
            return
        if alignment.distribute_over_alternatives(context) or composition.judge_composition(context):
            return
        alignment.align_integers(context)
        alignment.drop_values_of_other_types(context)
        if not types.judge_types(context):
            return
        alignment.drop_inert_keywords(context)
        alignment.align_enumerated_values(context)
        alignment.align_dependencies(context)
        alignment.align_unevaluated_items(context)
        alternatives.judge_alternatives(context)
        values.judge_values(context)
        values.judge_limits(context)
        values.judge_strings(context)
        objects.judge_objects(context)
        objects.judge_arrays(context)
        composition.judge_not_and_if(context)


def _paths_below(root: Pair, bits: int) -> dict[Pair, list[str]]:
    """The pairs that lead to these findings, each with the shortest paths to it (not those around a cycle)."""
    if not bits & root.findings_below:
        return {}
    paths = {root: [""]}
    queue = deque([root])
    while queue:
        pair = queue.popleft()
        for _, inner in pair.edges:
            if inner.findings_below & bits and inner not in paths:
                paths[inner] = []
                queue.append(inner)
    order = {pair: index for index, pair in enumerate(paths)}
    for pair, own in paths.items():  # in the order of discovery, so every path to a pair is known before its edges
        for step, inner in pair.edges:
            if inner in order and order[inner] > order[pair] and len(paths[inner]) < _MAX_PATHS:
                found = (f"{path}/{step}" if step else path for path in own)
                paths[inner] += [path for path in found if path not in paths[inner]][: _MAX_PATHS - len(paths[inner])]
    return paths


def _key(schema: Schema) -> SchemaKey:
    """A key that is equal for the same schema; a tuple only if it has several nodes, which are few."""
    return schema[0].key if len(schema) == 1 else tuple(node.key for node in schema)


def _worse(worst: Level | None, pair: Pair) -> Level | None:
    found = {finding.level for finding in pair.findings if not is_documentation_only(finding.rule)} | {worst}
    return next((level for level in LEVELS if level in found), None)


def _described_references(names: frozenset[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    if len(names) > 1:
        return f"the unresolved references {listed}"
    return f"the unresolved reference {listed}" if names else "the schema"
