"""One finding of an earlier run, checked alone.

A finding is named by its key, or by where it was found: generation, layer, and the relation or operation.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from idc_contract.document.openapi import OPERATIONS
from idc_contract.finding import RELATIONS, SCHEMATHESIS, SHAPES
from idc_contract.layers import suite
from idc_contract.report import baseline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from idc_contract.finding import Finding
    from idc_contract.layers.suite import Outcome, Plan
    from idc_contract.relations.relation import Relation
    from idc_contract.service import Service


class UnknownFinding(Exception):
    """A text that names no finding; the message says what to write."""


def plans(plan: Plan, name: str) -> Iterator[Plan]:
    """The runs that can find it again, the smallest first; raises UnknownFinding."""
    parts = baseline.with_current_name(name.strip()).split(" · ")
    layer, last = parts[1] if len(parts) > 1 else "", parts[-1].partition(": ")[0]
    operation = next((part for part in parts[1:] if part in OPERATIONS and _is_of(parts[0], part)), None)
    anywhere = last == suite.LATE or (layer == SCHEMATHESIS and "-" in parts)
    if parts[0] not in suite.GENERATIONS or not (operation or anywhere or (layer == RELATIONS and len(parts) > 2)):
        raise UnknownFinding(
            f"{name!r} is not the name of a finding: copy it from a report, such as "
            f"{shlex.quote('v3 · relations · a page is the slice of the ordered series')}"
        )
    generation = parts[0]
    if SHAPES in (layer, *plan.layers):
        yield replace(plan, layers=(SHAPES,), generations=(generation,))
        return
    plan = replace(plan, generations=(generation,))
    relations = [one.name for one in (*_relations(generation), *_relations(generation, "RETIRED"))]
    if layer == RELATIONS and last in relations:
        yield replace(plan, layers=(RELATIONS,), only=frozenset({last}))
        return
    if layer == RELATIONS and last != suite.LATE:
        raise UnknownFinding(f"there is no relation {last!r} of {generation}")
    if operation is not None:
        yield replace(plan, layers=(SCHEMATHESIS,), only=frozenset({operation}))
    if layer != SCHEMATHESIS:
        for relation in relations:
            yield replace(plan, layers=(RELATIONS,), only=frozenset({relation}))
    yield replace(plan, layers=(SCHEMATHESIS,))


def _is_of(generation: str, operation: str) -> bool:
    return OPERATIONS[operation].path.startswith(f"/{generation}")


def _relations(generation: str, kind: str = "RELATIONS") -> list[Relation]:
    return list(getattr(import_module(f"idc_contract.relations.{generation}"), kind, ()))


def run(service: Service, plan: Plan, name: str, on_progress: Callable[[str], None]) -> Outcome:
    """The outcome of the first run that finds it again, with that finding alone; of the last one if none does."""
    wanted = baseline.with_current_name(name.strip())
    outcome = None
    for one in plans(plan, name):
        outcome = suite.run(service, one, on_progress)
        outcome.findings = [finding for finding in outcome.findings if _is(finding, wanted)]
        if outcome.findings:
            break
    assert outcome is not None
    if not outcome.findings and not outcome.unchecked:
        outcome.notes.append(f"The finding did not occur again: {name}")
    return outcome


def _is(finding: Finding, name: str) -> bool:
    """Whether a finding has a name."""
    place = f"{finding.generation} · {finding.layer} · {finding.relation or finding.operation}"
    return name in (finding.key, finding.former_key, place)
