"""The cost of the contract suite: the processor time of its parts, compared with the stand-in's share.

.venv/bin/python -m benchmarks.contract [--json FILE]
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, run_alone
from idc_contract import calls
from idc_contract.__main__ import main as run_suite
from idc_contract.layers import suite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from idc_contract.calls import Answer, Request


def measure() -> Iterator[Figure]:
    """Measure each layer of each generation once, as `make contract` runs it."""
    inside = 0.0
    really = calls.InProcess.__call__

    def timed(self: calls.InProcess, request: Request) -> Answer:
        nonlocal inside
        began = time.process_time()
        answer = really(self, request)
        inside += time.process_time() - began
        return answer

    calls.InProcess.__call__ = timed  # type: ignore[method-assign] # this measures its time
    for generation in suite.GENERATIONS:
        for layer in suite.LAYERS:
            inside, began = 0.0, time.process_time()
            if run_suite(["--generation", generation, "--layer", layer]):
                raise SystemExit("the contract does not hold")
            took = time.process_time() - began
            peer = "its requests to the stand-in" if inside > 1 else "itself"
            yield Figure.of("Contract suite", f"{generation}, {layer}", peer, [took], [inside if inside > 1 else took])


if __name__ == "__main__":
    run_alone(measure)
