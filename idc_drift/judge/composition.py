"""The rules about allOf, not and if.

Law: a schema that is added to an allOf, or removed from it, is one finding; nothing inside it is reported.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .alignment import can_exclude
from .context import NOT_WORSE_THAN_INFO, received, sent
from .matching import label
from .values import judge_null

if TYPE_CHECKING:
    from ..documents.node import Schema
    from .context import Context


def judge_composition(context: Context) -> bool:
    """Judge a schema that was added to an allOf or removed from it, while the others stay; True if it was so."""
    judge, pair, mode = context.judge, context.pair, context.mode
    if mode.merged or ("allOf" not in context.b.pointers and "allOf" not in context.r.pointers):
        return False
    old, new = judge.base.parts(pair.base), judge.revision.parts(pair.revision)
    if len(old) == len(new) or not old or not new:
        return False
    inner = replace(mode, lifted=True)
    removed, added = list(old), list(new)
    kept: list[tuple[Schema, Schema]] = []
    for part in old:
        twin = next((c for c in added if (not part[0] or part[0] == c[0]) and judge.same(part[1], c[1], inner)), None)
        twin = twin or next((c for c in added if judge.same(part[1], c[1], inner)), None)
        if twin is not None:
            added.remove(twin)
            removed.remove(part)
            kept.append((part[1], twin[1]))
    if removed and added:
        return False
    schemas, parts = (judge.revision, new) if added else (judge.base, old)
    extra = [part for part in added or removed if not _is_repeated(part, parts)]
    if not extra:
        return False
    if not any(name for name, _ in extra) and judge.same(pair.base, pair.revision, replace(mode, merged=True)):
        return False  # the remaining parts have the same effect
    if extra[0][1] and extra[0][1][0].pointer in {node.pointer for node in (pair.revision if added else pair.base)}:
        return False  # keywords beside allOf are compared as keywords
    if removed and judge.worst(pair.base, pair.revision, replace(mode, merged=True)) == "breaking":
        return False  # the broken constraints are reported by name instead
    judge_null(context)  # null may be allowed beside allOf, or differ in parts that are otherwise equal
    for before, after in kept:  # their equality may have been an assumption
        context.edge("(allOf)", before, after, inner)
    for name, schema in extra:
        stem, word = ("all-of-added", "added to") if added else ("all-of-removed", "removed from")
        context.add(
            stem,
            f"`{name or label(schemas, schema) or 'a schema'}` was {word} allOf",
            "allOf",
            new=bool(added),
            at=schema,
        )
    return True


def _is_repeated(part: tuple[str, Schema], among: list[tuple[str, Schema]]) -> bool:
    """Whether a part occurs twice: with the same name, or with the same content."""
    if part[0]:
        return sum(name == part[0] for name, _ in among) > 1
    raw = [node.raw for node in part[1]]
    return sum([node.raw for node in other] == raw for _, other in among) > 1


def judge_not_and_if(context: Context) -> None:
    """Judge ``not``, and ``if`` with ``then`` and ``else``."""
    _judge_not(context)
    _judge_conditions(context)


def _judge_not(context: Context) -> None:
    if not context.b.excluded and not context.r.excluded:
        return
    judge = context.judge
    mode = replace(context.mode, lifted=False, exploded=False, proof=True)
    both_exclude = context.b.excluded and context.r.excluded
    old = [schema for schema in context.b.excluded if both_exclude or can_exclude(judge.base, context.b, schema)]
    new = [schema for schema in context.r.excluded if both_exclude or can_exclude(judge.revision, context.r, schema)]
    for schema in list(old):
        twin = next((other for other in new if judge.same(schema, other, mode)), None)
        if twin is not None:
            old.remove(schema)
            new.remove(twin)
    for before, after in zip(old, new, strict=False):
        wider = judge.worst(before, after, sent(mode)) in NOT_WORSE_THAN_INFO
        narrower = judge.worst(before, after, received(mode)) in NOT_WORSE_THAN_INFO
        stem = "not-changed" if wider == narrower else "not-tightened" if wider else "not-relaxed"
        context.add(stem, "the values that not excludes changed", "not")
    for stem, rest in (("not-removed", old[len(new) :]), ("not-added", new[len(old) :])):
        for _ in rest:
            context.add(stem, f"not was {stem[4:]}", "not", new=stem == "not-added")


def _judge_conditions(context: Context) -> None:
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
                before, after = old[index].get(name, ()), new[index].get(name, ())
                if before and after:
                    context.edge(f"({name})", before, after)
                elif before or after:
                    stem, word = ("condition-added", "added") if after else ("condition-removed", "removed")
                    context.add(stem, f"{name} was {word}", name)
