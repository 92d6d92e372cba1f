"""How many requests a run sends, and how long it takes: an estimate from earlier runs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from idc_contract.calls import OverHTTP
from idc_contract.finding import RELATIONS, SCHEMATHESIS, SHAPES
from idc_contract.unreleased import operations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from idc_contract.layers.suite import Plan
    from idc_contract.relations.relation import Relation
    from idc_contract.service import Service

A_RELATION, AN_EXAMPLE = 16.0, {"v1": 5.5, "v3": 3.0}
"""Requests of each relation, and more for each of its examples, on average."""
AN_OPERATION = {True: 25.0, False: 85.0}
"""Requests of schemathesis for each operation: valid ones only, or all."""
WORK = {True: 0.02, False: 0.03}
"""Seconds that a request costs beside its latency: over HTTP, and in this process."""


def of(service: Service, plan: Plan, generations: Sequence[str], latency: float) -> tuple[int, float]:
    """The number of requests of a plan, and its seconds; those that fit into the time of the plan."""
    requests = 0.0
    for generation in generations:
        ran = _relations(service, plan, generation)
        examples = sum(max(1, round(one.examples * plan.share)) for one in ran)
        requests += len(ran) * A_RELATION + examples * AN_EXAMPLE[generation]
        named = _operations(service, plan, generation)
        if SCHEMATHESIS in plan.layers:
            requests += named * AN_OPERATION[plan.live]
        if SHAPES in plan.layers:
            requests += 2 * named
    seconds = requests * max(_pause(service), latency + WORK[isinstance(service.caller, OverHTTP)])
    if plan.seconds is not None and seconds > plan.seconds:
        return round(requests * plan.seconds / seconds), plan.seconds
    return round(requests), seconds


def least(service: Service, plan: Plan, generations: Sequence[str]) -> int:
    """The number of requests without which nothing is known: one of each relation, or of each operation."""
    relations = sum(len(_relations(service, plan, generation)) for generation in generations)
    return relations or sum(_operations(service, plan, generation) for generation in generations)


def _relations(service: Service, plan: Plan, generation: str) -> list[Relation]:
    if RELATIONS not in plan.layers:
        return []
    of_generation: list[Relation] = import_module(f"idc_contract.relations.{generation}").RELATIONS
    return [one for one in of_generation if not one.missing(service) and (not plan.only or one.name in plan.only)]


def _operations(service: Service, plan: Plan, generation: str) -> int:
    return sum(not plan.only or name in plan.only for name in operations(service, generation))


def _pause(service: Service) -> float:
    return service.caller.pause if isinstance(service.caller, OverHTTP) else 0.0


def text(requests: int, seconds: float, service: Service) -> str:
    """The estimate as a sentence."""
    pause = _pause(service)
    rate = f" at {1 / pause:g}/s" if pause else ""
    minutes = "less than a minute" if seconds < 60 else f"about {seconds / 60:.0f} min"
    return f"about {requests:,} requests, {minutes}{rate}"
