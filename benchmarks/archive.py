"""The stand-in with a larger archive: the build, and a page of it, compared with today's archive.

    .venv/bin/python -m benchmarks.archive [--json FILE]      # IDC_TIMES=3 to grow three times instead of ten

The larger archive is synthetic: every series of today's archive ten times, with other identifiers, in the same
collections; so a selection has ten times the series, too, 588 million instances in all. It takes minutes, and
20 GB of temporary disk space.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from benchmarks.figures import Figure, in_turn, run_alone
from idc_standin.v1.query import Query
from idc_standin.v1.store import Store
from idc_standin.v3.filters import EVERYTHING
from idc_standin.v3.index import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMES = int(os.environ.get("IDC_TIMES", "10"))
ROUNDS = 9
GROUP = f"Stand-in: an archive {TIMES} times as large"
#: The digest makes new UUIDs; UIDs and patients get a suffix.
GROWN = """
COPY (
    SELECT * REPLACE (
        PatientID || '-' || t AS PatientID,
        StudyInstanceUID || '.' || t AS StudyInstanceUID,
        SeriesInstanceUID || '.' || t AS SeriesInstanceUID,
        uuid_of(crdc_series_uuid, t) AS crdc_series_uuid,
        replace(series_aws_url, crdc_series_uuid, uuid_of(crdc_series_uuid, t)) AS series_aws_url)
    FROM read_parquet('{source}'), range({times}) AS times(t)
) TO '{target}'
"""
UUID_OF = "CREATE MACRO uuid_of(u, t) AS CASE t WHEN 0 THEN u ELSE left(md5(u || t), 8) || u[9:] END"


def grow(folder: Path, times: int) -> None:
    """Write the tables of an index that is that many times as large."""
    for source in Path(str(files("idc_index_data"))).glob("*.parquet"):
        target = folder / source.name
        if source.stem in {"idc_index", "prior_versions_index"}:
            with duckdb.connect() as connection:
                connection.execute("SET enable_progress_bar = false")
                connection.execute(UUID_OF)
                connection.execute(GROWN.format(source=source, target=target, times=times))
        else:
            shutil.copy(source, target)


def built(folder: Path, times: int) -> tuple[Path, float, float]:
    """Build the archive of an index that is that many times as large; return its path, seconds and MB."""
    index = folder / f"index-{times}"
    index.mkdir()
    path = folder / f"times-{times}.duckdb"
    # Each in its own process: a new process starts with the peak memory of the one that started it.
    _alone("from benchmarks.archive import grow", f"grow(Path({str(index)!r}), {times})")
    return path, *_alone(
        "from idc_standin.archive.build import build", f"build(Path({str(path)!r}), Path({str(index)!r}))"
    )


def _alone(*code: str) -> tuple[float, float]:
    """Return the seconds and the peak memory, in MB, of a process that runs this code."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", "; ".join(("from pathlib import Path", *code))])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("a step failed")
    return time.perf_counter() - began, usage.ru_maxrss / 1000


def measure() -> Iterator[Figure]:
    """Measure the build, and pages in the middle of the whole archive."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, seconds, memory = built(folder, 1)
        large, longer, more = built(folder, TIMES)
        yield Figure.of(GROUP, "build", "today's", [longer], [seconds], target=1.5 * TIMES)
        yield Figure.of(GROUP, "build, memory at its peak", "today's", [more], [memory], unit="MB")
        sizes = [path.stat().st_size / 1e6 for path in (large, small)]
        yield Figure.of(GROUP, "archive file", "today's", sizes[:1], sizes[1:], unit="MB")
        yield from _pages("v1, 1,000 instances", _instances, small, large)
        yield from _pages("v3, 5,000 series", _series, small, large)


def _instances(path: Path) -> functools.partial[object]:
    store = Store(path)
    columns = ("PatientID", "SOPInstanceUID")
    selection = store.find(Query(store.active, (), columns, columns), 600)
    return functools.partial(store.rows, selection, columns, selection.total // 2, 1000)


def _series(path: Path) -> functools.partial[object]:
    index = Index(path)
    selection = index.find(EVERYTHING)
    return functools.partial(index.rows, selection, len(selection.numbers) // 10_000, 5000)


def _pages(name: str, page: Callable[[Path], functools.partial[object]], small: Path, large: Path) -> Iterator[Figure]:
    def seconds(work: functools.partial[object]) -> float:
        began = time.process_time()
        work()
        return 1000 * (time.process_time() - began)

    work = [functools.partial(seconds, page(path)) for path in (small, large)]
    in_turn(1, *work)
    less, more = in_turn(ROUNDS, *work)
    yield Figure.of(GROUP, f"CPU of a page half way: {name}", "today's", more, less, unit="ms", target=1.5)


if __name__ == "__main__":
    run_alone(measure)
