"""The same query with this client and a stand-in on this machine, and with the package idc-index.

    make bench          # makes .venv-idc-index, because idc-index wants another DuckDB than the stand-in does

idc-index holds the whole index in the calling process; here the stand-in holds it, for any number of clients. The
memory of the stand-in is reported separately.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, in_turn, peak_megabytes, run_alone, standin

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 5
PEER = Path(__file__).parent.parent / ".venv-idc-index" / "bin" / "python"
SQL = "SELECT Modality, count(*) AS n FROM index GROUP BY 1 ORDER BY n DESC, 1"
#: Prints the seconds until a query can be sent, those of a first and a second query, and the peak memory.
TIMED = """
import json, resource, time
began = time.perf_counter()
{begin}
ready = time.perf_counter()
first = ask({sql!r})
asked = time.perf_counter()
ask({sql!r})
again = time.perf_counter()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
print(json.dumps([ready - began, asked - ready, again - asked, memory, int(first["n"].sum())]))
"""
THEIRS = "from idc_index import IDCClient; ask = IDCClient().sql_query"
OURS = "from idc_ext import connect, v3; idc = connect({url!r}); ask = lambda sql: v3.sql(idc, sql).to_pandas()"


def measure() -> Iterator[Figure]:
    """Measure start, query and memory."""
    if not PEER.exists():
        raise SystemExit(f"{PEER} is not there: run make bench")
    with standin() as (url, pid, _):
        ours = TIMED.format(begin=OURS.format(url=url), sql=SQL)
        theirs = TIMED.format(begin=THEIRS, sql=SQL)
        runs: dict[str, list[list[float]]] = {"ours": [], "theirs": []}

        def run(python: str, code: str, kept: list[list[float]]) -> float:
            said = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
            kept.append(json.loads(said.stdout.splitlines()[-1]))
            return 0.0

        in_turn(
            ROUNDS,
            functools.partial(run, sys.executable, ours, runs["ours"]),
            functools.partial(run, str(PEER), theirs, runs["theirs"]),
        )
        if {one[-1] for one in runs["ours"]} != {one[-1] for one in runs["theirs"]}:
            raise SystemExit("the answers differ")
        served = peak_megabytes(pid)
    group, names = "One question, answered on this machine", ("until it can be asked", "the question", "the next one")
    columns = {who: list(zip(*found, strict=True)) for who, found in runs.items()}
    for index, name in enumerate(names):
        yield Figure.of(group, name, "idc-index", columns["ours"][index], columns["theirs"][index])
    memory, peers = columns["ours"][3], columns["theirs"][3]
    yield Figure.of(group, "memory of who asks", "idc-index", memory, peers, unit="MB")
    yield Figure.of(group, "memory of the stand-in", "idc-index", [served] * ROUNDS, peers, unit="MB")


if __name__ == "__main__":
    run_alone(measure)
