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
    from idc_contract.service import Service

A_RELATION, AN_EXAMPLE = 16.0, {"v1": 5.5, "v3": 3.0}
"""Requests of each relation, and more for each of its examples, on average."""
AN_OPERATION = {True: 25.0, False: 85.0}
"""Requests of schemathesis for each operation: valid ones only, or all."""
WORK = {True: 0.02, False: 0.03}
"""Seconds that a request costs beside its latency: over HTTP, and in this process."""


def of(service: Service, plan: Plan, generations: Sequence[str], latency: float) -> tuple[int, float]:
    """The number of requests of a plan, and its seconds."""
    requests = 0.0
    for generation in generations:
        if RELATIONS in plan.layers:
            relations = import_module(f"idc_contract.relations.{generation}").RELATIONS
            ran = [relation for relation in relations if not relation.missing(service)]
            examples = sum(max(1, round(one.examples * plan.share)) for one in ran)
            requests += len(ran) * A_RELATION + examples * AN_EXAMPLE[generation]
        if SCHEMATHESIS in plan.layers:
            requests += len(operations(service, generation)) * AN_OPERATION[plan.live]
        if SHAPES in plan.layers:
            requests += 2 * len(operations(service, generation))
    over_http = isinstance(service.caller, OverHTTP)
    pause = service.caller.pause if isinstance(service.caller, OverHTTP) else 0.0
    return round(requests), requests * max(pause, latency + WORK[over_http])


def text(requests: int, seconds: float, service: Service) -> str:
    """The estimate as a sentence."""
    pause = service.caller.pause if isinstance(service.caller, OverHTTP) else 0.0
    rate = f" at {1 / pause:g}/s" if pause else ""
    minutes = "less than a minute" if seconds < 60 else f"about {seconds / 60:.0f} min"
    return f"{requests:,} requests, {minutes}{rate}"
