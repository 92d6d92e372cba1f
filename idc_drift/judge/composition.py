"""What a schema is composed of by allOf, and what it excludes or asks on a condition.

Law: a schema that joins an allOf or leaves it while the others stay is said as that, and nothing of what is in it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .alignment import excluding
from .context import CONTAINED, received, sent
from .matching import label
from .values import null

if TYPE_CHECKING:
    from ..documents.node import Shape
    from .context import Context


def composition(context: Context) -> bool:
    """A schema added to an allOf, or taken from it, while the others stay: judged as that; whether it was so."""
    judge, pair, mode = context.judge, context.pair, context.mode
    if mode.merged or ("allOf" not in context.b.at and "allOf" not in context.r.at):
        return False
    old, new = judge.base.parts(pair.base), judge.revision.parts(pair.revision)
    if len(old) == len(new) or not old or not new:
        return False
    inner = replace(mode, lifted=True)
    gone, come = list(old), list(new)
    stayed: list[tuple[Shape, Shape]] = []
    for part in old:
        twin = next((c for c in come if (not part[0] or part[0] == c[0]) and judge.same(part[1], c[1], inner)), None)
        twin = twin or next((c for c in come if judge.same(part[1], c[1], inner)), None)
        if twin is not None:
            come.remove(twin)
            gone.remove(part)
            stayed.append((part[1], twin[1]))
    if gone and come:
        return False
    of, kept = (judge.revision, new) if come else (judge.base, old)
    extra = [part for part in come or gone if not _repeated(part, kept)]
    if not extra:
        return False
    if not any(name for name, _ in extra) and judge.same(pair.base, pair.revision, replace(mode, merged=True)):
        return False  # the others say as much
    if extra[0][1] and extra[0][1][0].pointer in {node.pointer for node in (pair.revision if come else pair.base)}:
        return False  # it stands beside the allOf, and says itself what it is
    if gone and judge.worst(pair.base, pair.revision, replace(mode, merged=True)) == "breaking":
        return False  # what it promised is missed by name
    null(context)  # it may be said beside allOf, or in parts that are the same but for it
    for was, is_ in stayed:  # that they are the same may have been an assumption
        context.edge("(allOf)", was, is_, inner)
    for name, shape in extra:
        stem, word = ("all-of-added", "added to") if come else ("all-of-removed", "removed from")
        context.add(
            stem, f"`{name or label(of, shape) or 'a schema'}` was {word} allOf", "allOf", new=bool(come), at=shape
        )
    return True


def _repeated(part: tuple[str, Shape], among: list[tuple[str, Shape]]) -> bool:
    """Whether a part stands there twice, by its name or else word by word."""
    if part[0]:
        return sum(name == part[0] for name, _ in among) > 1
    raw = [node.raw for node in part[1]]
    return sum([node.raw for node in other] == raw for _, other in among) > 1


def logic(context: Context) -> None:
    """not, and if with then and else."""
    _excluded(context)
    _conditions(context)


def _excluded(context: Context) -> None:
    if not context.b.never and not context.r.never:
        return
    judge = context.judge
    mode = replace(context.mode, lifted=False, exploded=False, proof=True)
    meant = context.b.never and context.r.never
    old = [shape for shape in context.b.never if meant or excluding(judge.base, context.b, shape)]
    new = [shape for shape in context.r.never if meant or excluding(judge.revision, context.r, shape)]
    for shape in list(old):
        twin = next((other for other in new if judge.same(shape, other, mode)), None)
        if twin is not None:
            old.remove(shape)
            new.remove(twin)
    for was, is_ in zip(old, new, strict=False):
        wider = judge.worst(was, is_, sent(mode)) in CONTAINED
        narrower = judge.worst(was, is_, received(mode)) in CONTAINED
        stem = "not-changed" if wider == narrower else "not-tightened" if wider else "not-relaxed"
        context.add(stem, "what is excluded by not changed", "not")
    for stem, rest in (("not-removed", old[len(new) :]), ("not-added", new[len(old) :])):
        for _ in rest:
            context.add(stem, f"not was {stem[4:]}", "not", new=stem == "not-added")


def _conditions(context: Context) -> None:
    old, new = context.b.conditions, context.r.conditions
    if not old and not new:
        return
    judge, mode = context.judge, replace(context.mode, lifted=False, exploded=False)
    for index in range(max(len(old), len(new))):
        if index >= len(new):
            context.add("condition-removed", "if was removed", "if", new=False)
        elif index >= len(old):
            context.add("condition-added", "if was added", "if", new=True)
        elif not judge.same(old[index].get("if", ()), new[index].get("if", ()), mode):
            context.add("condition-changed", "the condition of if changed", "if")
        else:
            for name in ("then", "else"):
                was, is_ = old[index].get(name, ()), new[index].get(name, ())
                if was and is_:
                    context.edge(f"({name})", was, is_)
                elif was or is_:
                    stem, word = ("condition-added", "added") if is_ else ("condition-removed", "removed")
                    context.add(stem, f"{name} was {word}", name)
