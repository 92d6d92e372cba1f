"""Questions that are never asked twice: what a server keeps of them must not grow without end."""

from __future__ import annotations

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from tests.torture import bounds, processes, wire
from tests.torture.attack import Attack

if TYPE_CHECKING:
    from tests.torture.attack import Environment
    from tests.torture.record import Record
    from tests.torture.server import Server

FIRST, ALL = 1_000, 10_000
AT_ONCE = 4
GROWTH = 1.10
LARGE = 30  # times four questions of megabytes
STAYS = 256_000_000  # bytes that may stay in use afterwards: caches have their bounds, and allocators keep some
ALLOWED = frozenset({200, 400, 413, 429, 503})


def attacks() -> list[Attack]:
    """The attacks of this module."""
    return [
        Attack("10,000 distinct questions", "growth", "fill caches with what is asked once", _questions),
        Attack("large questions", "growth", "fill caches and the state folder with few questions of megabytes", _large),
    ]


def _question(number: int) -> tuple[str, Any]:
    """A question that no other number gives: short or of a kilobyte, of both generations, most of them quick."""
    value = f"x{number}" + "9" * (900 if number % 3 == 0 else 4)
    small = {"terms": {"collection_id": ["rider_pilot", value]}}
    spec = {"name": f"n{number}", "description": "", "filters": {"collection_id": ["rider_pilot", value]}}
    counts, page = "/v3/cohort/counts", "/v3/cohort/manifest"
    slot = number % 20
    if slot < 7:
        return counts, {"filters": small}
    if slot < 12:
        return page, {"filters": small, "page_size": 1 + number % 7}
    others: list[tuple[str, Any]] = [
        ("/v3/licenses", {"filters": small}),
        ("/v3/cohort/manifest.txt", {"filters": small, "limit": 5}),
        ("/v1/cohorts/preview/manifest?Patient_ID=True&page_size=1", spec),
        ("/v1/cohorts/preview/manifest?Collection_ID=True", spec),
        ("/v1/cohorts/preview/query?page_size=1", {"cohort_def": spec, "queryFields": {"fields": ["PatientID"]}}),
        ("/v3/sql", {"sql": f"SELECT count(*) AS n FROM index WHERE instanceCount = {number}"}),
        (counts, {"filters": {"terms": {"Modality": ["PT"]}, "ranges": {"series_size_MB": {"lte": number + 0.5}}}}),
        (counts, {"filters": {"terms": {"Modality": [value]}}}),
    ]
    return others[slot - 12]


def memory(server: Server) -> int:
    """Bytes of all processes, once they have had a second to let go."""
    time.sleep(1.5)
    return sum(one.memory for one in processes.family(server.pid))


def _questions(env: Environment, record: Record) -> None:
    distinct(env, record, FIRST, ALL)


def distinct(env: Environment, record: Record, first: int, last: int, growth: float = GROWTH) -> None:
    """So many questions; memory after the last of them is at most ``growth`` times that after the first."""
    server = env.server
    began = random.Random().randrange(10**9)

    def ask(number: int) -> None:
        path, content = _question(number)
        answer = wire.post(server.address, path, content, timeout=90)
        record.check(f"POST {path}", answer, ALLOWED, sent=json.dumps(content))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, range(began, began + first)))
        early = memory(server)
        list(pool.map(ask, range(began + first, began + last)))
        late = memory(server)
    record.note(f"memory was {early / 1e6:,.0f} MB after {first:,} questions and {late / 1e6:,.0f} MB after {last:,}")
    if late > early * growth:
        record.finding(
            f"{last:,} distinct questions",
            f"memory grew from {early / 1e6:,.0f} to {late / 1e6:,.0f} MB (bound {growth - 1:.0%})",
        )


def _large(env: Environment, record: Record) -> None:
    """Values of megabytes, each another one: refused, or answered and forgotten; the second half adds nothing."""
    server = env.server
    before, disk = memory(server), server.folders.size()
    half = after = before
    for number in range(LARGE):
        value = f"{number}" + "9" * 5_000_000
        spec = {"name": "n", "description": "", "filters": {"Modality": ["CT", value]}}
        other = {"name": "n", "description": "", "filters": {"PatientID": [value[:2_000_000]], "Modality": ["CT"]}}
        cases: list[tuple[str, Any]] = [
            ("/v3/cohort/counts", {"filters": {"terms": {"SeriesInstanceUID": [value]}}}),
            ("/v3/cohort/manifest", {"filters": {"terms": {"PatientID": [value]}}}),
            ("/v1/cohorts/preview/manifest?Patient_ID=True&page_size=1", spec),
            ("/v1/cohorts/preview/query?page_size=1", {"cohort_def": other, "queryFields": {"fields": ["PatientID"]}}),
        ]
        for path, content in cases:
            answer = wire.post(server.address, path, content, timeout=90)
            given = f"POST {path} with a value of {len(value) / 1e6:.0f} MB"
            record.check(given, answer, ALLOWED, sent=value, may_hang_up=True, seconds=60)
        if number == LARGE // 2:
            half = memory(server)
    after, grown = memory(server), server.folders.size() - disk
    record.note(
        f"memory was {before / 1e6:,.0f} MB before, {half / 1e6:,.0f} MB after {LARGE * 2} questions of megabytes and "
        f"{after / 1e6:,.0f} MB after {LARGE * 4}; the folder grew by {grown / 1e6:,.1f} MB"
    )
    if after > half * GROWTH:
        words = (
            f"memory grew from {half / 1e6:,.0f} to {after / 1e6:,.0f} MB between the halves (bound {GROWTH - 1:.0%})"
        )
        record.finding("large questions", words)
    if after - before > STAYS:
        words = f"{(after - before) / 1e6:,.0f} MB of memory stayed in use (bound {STAYS / 1e6:,.0f} MB)"
        record.finding("large questions", words)
    if grown > bounds.KEPT / 4:
        words = f"the server's folder grew by {grown / 1e6:,.0f} MB (bound {bounds.KEPT / 4e6:,.0f} MB)"
        record.finding("large questions", words)
