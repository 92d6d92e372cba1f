"""When to stop paging: the same cohort through the API page by page, by SQL, and from Parquet that was written once.

    .venv/bin/python -m benchmarks.scale [--json FILE]

All over loopback, by the client as people use it, from a stand-in on the same machine: a service that is farther away
adds its latency to every request, and `docs/scale.md` says how much that is.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from benchmarks.figures import Figure, in_turn, run_alone, standin
from idc_ext import connect, v3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 3
COHORT = {"Modality": ["CT"]}
#: The most rows that the service's SQL gives.
MOST = 10_000
COLUMNS = "collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID, Modality, SeriesDescription, instanceCount"
ROWS = (
    f"SELECT {COLUMNS}, series_size_MB, aws_bucket, crdc_series_uuid, series_aws_url FROM index WHERE Modality = 'CT'"
)
COUNTED = "SELECT collection_id, sum(instanceCount) AS n FROM {} WHERE Modality = 'CT' GROUP BY 1"


def measure() -> Iterator[Figure]:
    """Measure each way to the same end in turn."""
    with standin() as (address, _, _), connect(address) as idc, tempfile.TemporaryDirectory() as folder:
        rows = v3.counts(idc, COHORT).series
        walk = v3.manifest(idc, COHORT)
        dataset = Path(folder, "cohort")
        source = f"read_parquet('{dataset}/**/*.parquet', hive_partitioning=true)"
        number = 0

        def written() -> None:
            nonlocal number
            number += 1
            walk.walk(ahead=2).write_parquet(Path(folder, str(number)), partition_by=["collection_id"])

        walk.write_parquet(dataset, partition_by=["collection_id"])
        ways: dict[str, Callable[[], Any]] = {
            "paging, 5,000 rows a request, to Arrow": walk.to_arrow,
            "paging into Parquet by collection": written,
            "that Parquet, all columns, to Arrow by DuckDB": duckdb.sql(f"FROM {source}").to_arrow_table,
            "SQL, 10,000 rows, to Arrow": lambda: v3.sql(idc, ROWS, max_rows=MOST, allow_truncated=True).to_arrow(),
        }
        many = {name: MOST if name.startswith("SQL") else rows for name in ways}
        times = dict(zip(ways, in_turn(ROUNDS, *map(_timed, ways.values())), strict=True))
        speeds = {name: [many[name] / seconds for seconds in found] for name, found in times.items()}
        first = next(iter(speeds.values()))
        for name, found in speeds.items():
            yield Figure.of(f"Rows ({rows:,} series of CT)", name, "paging", found, first, unit="rows/s", more=True)

        def paged() -> Counter[str]:
            found: Counter[str] = Counter()
            for page in walk.pages():
                for record in page.records:
                    found[record["collection_id"]] += record["instanceCount"]
            return found

        asked: dict[str, Callable[[], Any]] = {
            "paging, and counting here": paged,
            "one statement of SQL": lambda: {
                row["collection_id"]: row["n"] for row in v3.sql(idc, COUNTED.format("index"))
            },
            "that Parquet, by DuckDB": lambda: dict(duckdb.sql(COUNTED.format(source)).fetchall()),
        }
        answers = [work() for work in asked.values()]
        if answers != [answers[0]] * len(answers):
            raise SystemExit("the ways do not lead to the same end")
        found = in_turn(ROUNDS, *map(_timed, asked.values()))
        for name, values in zip(asked, found, strict=True):
            yield Figure.of("A question: instances of CT by collection", name, "paging", values, found[0])


def _timed(work: Callable[[], Any]) -> Callable[[], float]:
    def seconds() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return seconds


if __name__ == "__main__":
    run_alone(measure)
