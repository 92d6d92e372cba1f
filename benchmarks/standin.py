"""The cost of the stand-in: CPU of a page, pages at any depth, many clients at once, its start.

    .venv/bin/python -m benchmarks.standin [--json FILE]

CPU is that of the server and of its processes for SQL, user and system. The limit of SQL is the engine alone, writing
the same rows as JSON to nowhere; that of the start is an interpreter that imports the libraries. Upstream's figures are
those of its own v3 server (FastAPI, pandas over DuckDB) for the same request, measured once on a machine like this one;
they show the scale.
"""

from __future__ import annotations

import functools
import http.client
import json
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import duckdb
import platformdirs

from benchmarks.figures import Figure, cpu_seconds, in_turn, peak_megabytes, run_alone, standin
from idc_standin import archive
from idc_standin.v1.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Iterator


ROUNDS = 12
AT_ONCE = 5  # calls per measurement, as the clock ticks in hundredths of a second
SECONDS = 2.0  # of a measurement of throughput
CLIENTS = 16
ONE = {"filters": {"terms": {"collection_id": ["nlst"]}}}
#: Rows of the whole archive are refused without a predicate; every series has an instance.
EVERYTHING = {"filters": {"ranges": {"instanceCount": {"gte": 1}}}}
SIX = "SELECT collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID, Modality, instanceCount FROM index"
#: Name -> path, body, CPU milliseconds of upstream's server, and the most that the stand-in may take, as a share.
COSTS = {
    "5,000 rows of one collection": ("/v3/cohort/manifest", {**ONE, "page_size": 5000}, 146, 0.2),
    "5,000 rows of everything": ("/v3/cohort/manifest", {**EVERYTHING, "page_size": 5000, "page": 100}, 685, 0.1),
}
#: Name -> statement, and the most that it may take of what 5,000 rows of everything take.
SQL = {"10,000 rows of 6 columns": (SIX, 1), "10,000 rows of 31 columns": ("SELECT * FROM index", 3)}
LIBRARIES = "import duckdb, fastapi, uvicorn"
DEPTHS = (0.001, 0.1, 0.5, 0.9, 0.999)
SPEC = {"name": "everything", "description": "", "filters": {}}
COLUMNS = {"Patient_ID": "True", "SOPInstanceUID": "True", "GCS_URL": "True", "page_size": "1000"}
TOGETHER = {
    "v3 manifest, 5,000 rows": ("/v3/cohort/manifest", {**ONE, "page_size": 5000}),
    "v3 manifest, 100 rows": ("/v3/cohort/manifest", {**ONE, "page_size": 100}),
    "v3 counts": ("/v3/cohort/counts", ONE),
    "v3 SQL, sums of all series": (
        "/v3/sql",
        {"sql": "SELECT Modality, sum(series_size_MB) AS n FROM index GROUP BY 1"},
    ),
    "v1 manifest, 1,000 instances": ("/v1/cohorts/preview/manifest?" + urlencode(COLUMNS), SPEC),
}


class Asking:
    """A minimal client with one connection."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
        self._room = bytearray(262_144)

    def __call__(self, path: str, body: object) -> bytes:
        """Send a POST (or a GET, if there is no body), and return the whole response."""
        return self._answer(path, body).read()

    def drain(self, path: str, body: object) -> None:
        """Read the whole response and discard it: many clients share two cores with the server."""
        answer = self._answer(path, body)
        while answer.readinto(self._room):
            pass

    def _answer(self, path: str, body: object) -> http.client.HTTPResponse:
        if body is None:
            self._connection.request("GET", path)
        else:
            self._connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {answer.read(200)!r}")
        return answer

    def seconds(self, path: str, body: object) -> float:
        """Return the seconds that a request takes."""
        began = time.perf_counter()
        self(path, body)
        return time.perf_counter() - began


def measure() -> Iterator[Figure]:
    """Measure everything, in the order of the module's docstring."""
    with standin() as (address, pid, state):
        ask = Asking(address)
        yield from _costs(ask, pid)
        yield from _depths(ask, Identity(state))
        yield from _together(address, "one worker", None)
        memory = peak_megabytes(pid)
        yield Figure.of("Stand-in: start", "memory at its peak, after all this", "1 GB", [memory], [1000], unit="MB")
    with standin("--workers", "2") as (address, _, _):
        yield from _together(address, "two workers", 1.7)
    yield from _starts()


def _costs(ask: Asking, pid: int) -> Iterator[Figure]:
    def milliseconds(path: str, body: object) -> float:
        before = cpu_seconds(pid)
        for _ in range(AT_ONCE):
            ask(path, body)
        return (cpu_seconds(pid) - before) * 1000 / AT_ONCE

    work = [functools.partial(milliseconds, path, body) for path, body, _, _ in COSTS.values()]
    work += [functools.partial(milliseconds, "/v3/sql", {"sql": text, "max_rows": 10_000}) for text, _ in SQL.values()]
    published = archive.published(archive.ensure(platformdirs.user_cache_path("idc-standin")))
    engine = duckdb.connect(str(published), read_only=True, config={"threads": 1})
    work += [functools.partial(_written, engine, text) for text, _ in SQL.values()]
    in_turn(1, *work)  # fills what is kept between requests
    found = in_turn(ROUNDS, *work)
    group = "Stand-in: CPU of an answer"
    for (name, (_, _, upstream, most)), values in zip(COSTS.items(), found, strict=False):
        yield Figure.of(group, name, f"upstream's {upstream} ms", values, [upstream], unit="ms", target=most)
    answers, limits = found[len(COSTS) : len(COSTS) + len(SQL)], found[len(COSTS) + len(SQL) :]
    for (name, (_, most)), values, least in zip(SQL.items(), answers, limits, strict=True):
        peer = "5,000 rows of everything"
        yield Figure.of(group, f"SQL, {name}", peer, values, found[1], unit="ms", target=most, limits=least)


def _written(engine: duckdb.DuckDBPyConnection, text: str) -> float:
    """The milliseconds of CPU in which the engine alone writes the rows as JSON."""
    began = time.process_time()
    for _ in range(AT_ONCE):
        engine.execute(f"COPY ({text} LIMIT 10000) TO '/dev/null' (FORMAT json)")
    return (time.process_time() - began) * 1000 / AT_ONCE


def _depths(ask: Asking, identity: Identity) -> Iterator[Figure]:
    """Pages of the unfiltered instance manifest: 58.8 million rows, so 58,785 pages of 1,000."""
    path = "/v1/cohorts/preview/manifest?"
    first = json.loads(ask(path + urlencode(COLUMNS), SPEC))
    token, total = identity.unseal(first["next_page"]), first["manifest"]["totalFound"]
    pages = [path + urlencode(COLUMNS)]
    for depth in DEPTHS:
        moved = identity.seal({**token, "at": int(depth * total)})
        pages.append(path + urlencode({"page_size": "1000", "next_page": moved}))
    work = [functools.partial(ask.seconds, page, SPEC) for page in pages]
    last = 1_044_191 // 5000
    bodies = [{**EVERYTHING, "page_size": 5000, "page": page} for page in (0, last // 2, last - 1)]
    work += [functools.partial(ask.seconds, "/v3/cohort/manifest", body) for body in bodies]
    in_turn(1, *work)
    found = [[1000 * value for value in values] for values in in_turn(ROUNDS, *work)]
    group = "Stand-in: a page at any depth"
    for depth, values in zip(DEPTHS, found[1 : len(pages)], strict=True):
        name = f"v1, 1,000 instances, {depth:.1%} of the way"
        yield Figure.of(group, name, "the first page", values, found[0], unit="ms", target=1.5)
    for name, values in zip(("half way", "the last full one"), found[-2:], strict=True):
        yield Figure.of(group, f"v3, 5,000 series, {name}", "the first page", values, found[-3], unit="ms", target=1.5)


def _together(address: str, served: str, target: float | None) -> Iterator[Figure]:
    group = f"Stand-in: {CLIENTS} clients at once, {served}"
    for name, (path, body) in TOGETHER.items():
        work = [functools.partial(_rate, address, path, body, clients) for clients in (1, CLIENTS)]
        in_turn(1, *work)
        alone, many = in_turn(ROUNDS // 2, *work)
        yield Figure.of(group, name, "one client", many, alone, unit="1/s", target=target, more=True)


def _rate(address: str, path: str, body: object, clients: int) -> float:
    answers = [0] * clients
    began = time.perf_counter()

    def go(index: int) -> None:
        ask = Asking(address)
        while time.perf_counter() < began + SECONDS:
            ask.drain(path, body)
            answers[index] += 1

    threads = [threading.Thread(target=go, args=(index,)) for index in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answers) / (time.perf_counter() - began)


def _starts() -> Iterator[Figure]:
    def seconds(path: str, body: object, *options: str) -> float:
        began = time.perf_counter()
        with standin(*options) as (address, _, _):
            Asking(address)(path, body)
            return time.perf_counter() - began

    def imported() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", LIBRARIES], check=True)
        return time.perf_counter() - began

    everything = "/v1/cohorts/preview/manifest?" + urlencode(COLUMNS)
    work: dict[str, tuple[functools.partial[float], float | None]] = {
        "first answer, of v3's version": (functools.partial(seconds, "/v3/version", None), 1),
        "first answer, counts of a selection of v3": (functools.partial(seconds, "/v3/cohort/counts", ONE), 1),
        "first answer, a page of all instances": (functools.partial(seconds, everything, SPEC, "--as-of", "2.0"), None),
    }
    *found, least = in_turn(5, *(once for once, _ in work.values()), imported)
    for (name, (_, target)), values in zip(work.items(), found, strict=True):
        yield Figure.of("Stand-in: start", name, "1 s", values, [1.0], target=target, limits=least)


if __name__ == "__main__":
    run_alone(measure)
