"""Clients that are slow, that do not read, that leave, and that come in crowds."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from typing import TYPE_CHECKING

from tests.torture import bounds, wire
from tests.torture.attack import Attack
from tests.torture.measurements import Latency

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.torture.attack import Environment
    from tests.torture.record import Record

RIGHT = {"filters": {"terms": {"Modality": ["MR"]}}}
SQL_ALLOWED = frozenset({200, 400, 429, 503, 504})
SLOW_FOR = 12.0
CROWD = 40


def attacks() -> list[Attack]:
    """The attacks of this module."""
    return [
        Attack("slow heads", "clients", "occupy connections with heads that come byte by byte", _slow_heads),
        Attack(
            "slow bodies",
            "clients",
            "occupy connections, memory and threads with bodies that come byte by byte",
            _slow_bodies,
        ),
        Attack("slow readers", "clients", "fill memory with large answers that are not read", _slow_readers),
        Attack("idle connections", "clients", "take all connections and say nothing", _idle),
        Attack(
            "40 slow statements",
            "clients",
            "take every thread with statements, so that no other client is answered",
            _crowd,
        ),
        Attack(
            "clients that leave", "clients", "leave statements and pages running that no client waits for", _leavers
        ),
        Attack("a crowd for heavy pages", "clients", "have many large pages and lists made at once", _heavy),
    ]


def _together(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _others(env: Environment, record: Record, seconds: float, name: str) -> None:
    """The requests of other clients must be answered meanwhile, and fast."""
    took = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for path in ("/v1/about", "/v1/versions", "/v3/stats"):
            answer = wire.call(env.server.address, "GET", path)
            record.check(f"GET {path} beside {name}", answer, {200})
            took.append(answer.seconds)
        time.sleep(0.1)
    found = Latency.of(took)
    record.note(
        f"beside {name}, about, versions and stats took {found.median:.3f} s (median), {found.worst:.2f} s at most"
    )
    if found.p99 > 2 * bounds.HEALTH * env.factor:
        record.finding(
            name, f"other calls took {found.p99:.2f} s at p99 (bound {2 * bounds.HEALTH * env.factor:.2f} s)"
        )


def _drip(env: Environment, pieces: Callable[[int], list[bytes]], count: int) -> None:
    """So many connections that send one piece after another, with pauses."""

    def one(index: int) -> None:
        with contextlib.suppress(OSError), socket.create_connection(env.server.address, timeout=10) as connection:
            until = time.monotonic() + SLOW_FOR
            for piece in pieces(index):
                connection.sendall(piece)
                time.sleep(0.5)
                if time.monotonic() > until:
                    return

    _together(count, one)


def _with_others(env: Environment, record: Record, name: str, work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    _others(env, record, SLOW_FOR, name)
    thread.join()


def _slow_heads(env: Environment, record: Record) -> None:
    text = wire.request("GET", "/v3/health", env.server.address, headers={"X-Long": "x" * 200})
    _with_others(
        env,
        record,
        "200 slow heads",
        lambda: _drip(env, lambda index: [text[at : at + 1] for at in range(100 + index % 7)], 200),
    )


def _slow_bodies(env: Environment, record: Record) -> None:
    paths = (
        "/v3/sql",
        "/v3/cohort/counts",
        "/v1/cohorts/preview/manifest?Collection_ID=True",
        "/v1/cohorts/preview/query",
    )

    def pieces(index: int) -> list[bytes]:
        start = wire.request(
            "POST",
            paths[index % 4],
            env.server.address,
            headers={"Content-Type": wire.JSON, "Content-Length": "200000"},
        )
        return [start, *[b" " * (1 if index % 2 else 4_000) for _ in range(40)]]

    _with_others(env, record, "200 slow bodies", lambda: _drip(env, pieces, 200))


def _slow_readers(env: Environment, record: Record) -> None:
    content = {"sql": "SELECT * FROM index", "max_rows": 10_000}
    page = {"filters": {"terms": {"collection_id": ["nlst"]}}, "page_size": 5_000}
    cases = [
        ("/v3/sql", content),
        ("/v3/cohort/manifest", page),
        ("/v3/cohort/manifest.txt", {"filters": page["filters"], "limit": 100_000}),
    ]

    def one(index: int) -> None:
        path, body = cases[index % 3]
        with contextlib.suppress(OSError), socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            connection.settimeout(10)
            connection.connect(env.server.address)
            connection.sendall(
                wire.request("POST", path, env.server.address, json.dumps(body).encode(), {"Content-Type": wire.JSON})
            )
            until = time.monotonic() + SLOW_FOR
            while time.monotonic() < until and connection.recv(512):
                time.sleep(0.5)

    _with_others(env, record, "60 slow readers", lambda: _together(60, one))


def _idle(env: Environment, record: Record) -> None:
    open_ones: list[socket.socket] = []
    try:
        for _ in range(800):
            with contextlib.suppress(OSError):
                open_ones.append(socket.create_connection(env.server.address, timeout=5))
        _others(env, record, 6, f"{len(open_ones)} idle connections")
    finally:
        for connection in open_ones:
            connection.close()


def _crowd(env: Environment, record: Record) -> None:
    """All are answered, or turned away with the time to come again; none waits much longer than a statement may run."""

    def one(index: int) -> None:
        answer = wire.post(
            env.server.address, "/v3/sql", {"sql": f"SELECT sleep_ms(8000) AS a, {index} AS b"}, timeout=120
        )
        record.check("SELECT sleep_ms(8000), 40 at once", answer, SQL_ALLOWED, seconds=2 * bounds.STATEMENT)

    _with_others(env, record, f"{CROWD} slow statements", lambda: _together(CROWD, one))
    answer = wire.post(env.server.address, "/v3/sql", {"sql": "SELECT 1 AS a"}, timeout=60)
    record.check("SELECT 1 after the crowd", answer, {200}, seconds=10 * env.factor)


def _leavers(env: Environment, record: Record) -> None:
    """A statement ends with its client: the next client's is answered soon."""
    address = env.server.address
    long = json.dumps(
        {"sql": "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range = -1"}
    ).encode()
    page = json.dumps({"filters": {"terms": {"collection_id": ["nlst"]}}, "page_size": 5_000}).encode()
    for body, path in (
        (long, "/v3/sql"),
        (page, "/v3/cohort/manifest"),
        (b'{"sql": "SELECT sleep_ms(25000)"}', "/v3/sql"),
    ):
        for _ in range(12):
            with contextlib.suppress(OSError), socket.create_connection(address, timeout=5) as connection:
                connection.sendall(wire.request("POST", path, address, body, {"Content-Type": wire.JSON}))
                time.sleep(0.05)
        began = time.monotonic()
        while True:
            answer = wire.post(address, "/v3/sql", {"sql": "SELECT 1 AS a"}, timeout=60)
            if answer.status == 200 or time.monotonic() - began > 40:
                break
            time.sleep(0.5)
        answer.seconds = time.monotonic() - began
        record.check(
            f"SELECT 1 after 12 clients of {body[:60].decode()} have left", answer, {200}, seconds=10 * env.factor
        )
        record.note(f"after 12 clients that left, the next statement was answered in {answer.seconds:.2f} s")


def _heavy(env: Environment, record: Record) -> None:
    """Large pages, many at once: right answers, or 503 with Retry-After."""
    filters = {"filters": {"terms": {"collection_id": ["nlst"]}}}
    cases = [
        ("/v3/cohort/manifest", {**filters, "page_size": 5_000}),
        ("/v3/cohort/manifest.txt", {**filters, "limit": 100_000}),
        (
            "/v1/cohorts/preview/manifest?SOPInstanceUID=True&GCS_URL=True&page_size=5000",
            {"name": "n", "description": "", "filters": {"collection_id": ["nlst"]}},
        ),
        (
            "/v1/cohorts/preview/query?page_size=5000",
            {
                "cohort_def": {"name": "n", "description": "", "filters": {"Modality": ["CT"]}},
                "queryFields": {"fields": ["PatientID", "SOPInstanceUID"]},
            },
        ),
        ("/v3/cohort/counts", RIGHT),
        ("/v3/sql", {"sql": "SELECT * FROM index", "max_rows": 10_000}),
    ]

    def one(index: int) -> None:
        path, body = cases[index % len(cases)]
        answer = wire.post(env.server.address, path, body, timeout=120)
        record.check(f"POST {path}, 48 heavy ones at once", answer, {200, 202, 429, 503})

    _with_others(env, record, "48 heavy pages", lambda: _together(48, one))
