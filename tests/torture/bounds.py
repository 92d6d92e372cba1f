"""What every figure of an attack must be, and what no answer may be.

Law: data and comparisons. A bound on time is for an idle machine; on a busy one it grows with what a plain server
beside it, which does nothing but answer, took before the attack began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.torture.measurements import Latency, Measured

HEALTH = 0.5  # seconds, of 99 answers in 100
MEMORY = 2_000_000_000  # bytes of all processes together
DISK = 2_500_000_000  # bytes that an attack may add to the server's folder, for a while: two statements spill 1 GB each
KEPT = 256_000_000  # … and that may be left when it has ended
STATEMENT = 33.0  # seconds until a statement has an answer: 30 that it may run, and what stands around it
BUSY = 0.01  # the part of the calls that may be 503 with Retry-After, in mixed calls of honest clients
SPREAD = 20.0  # p99 over p50 in mixed calls
ANSWER = 64 * 2**20  # bytes of an answer

IDLE_P99 = 0.025  # of the plain server on an idle machine of two cores
MOST_NOISE = 8.0


def noise(quiet: Latency) -> float:
    """By how much bounds on time grow: 1 on an idle machine."""
    return min(max(quiet.p99 / IDLE_P99, 1.0), MOST_NOISE)


def exceeded(measured: Measured, factor: float) -> list[str]:
    """What of the figures is not as it must be, in words."""
    found = []
    if not measured.lived:
        found.append("the server ended")
    for name, latency in (("health", measured.health), ("version", measured.version)):
        if latency.p99 > HEALTH * factor:
            found.append(f"{name} took {latency.p99:.2f} s at p99 (bound {HEALTH * factor:.2f} s)")
        if latency.failed:
            found.append(f"{name} failed {latency.failed} times of {latency.count}")
    if measured.memory[1] > MEMORY:
        found.append(f"all processes together used {measured.memory[1] / 1e6:,.0f} MB (bound {MEMORY / 1e6:,.0f} MB)")
    before, peak, after = measured.disk
    if peak - before > DISK:
        found.append(f"the server's folder grew by {(peak - before) / 1e6:,.0f} MB (bound {DISK / 1e6:,.0f} MB)")
    if after - before > KEPT:
        found.append(f"{(after - before) / 1e6:,.0f} MB stayed in the server's folder (bound {KEPT / 1e6:,.0f} MB)")
    return found
