"""What v3's largest answers cost the stand-in, in CPU time of the server process.

    .venv/bin/python -m benchmarks.standin_v3

For each request: CPU milliseconds a call (user and system, of the whole server process), the size of the answer, and
the cost of a megabyte; all requests in turn in one run.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

ROUNDS = 12
TICK = 1000 / os.sysconf("SC_CLK_TCK")
ONE = {"terms": {"collection_id": ["nlst"]}}
REQUESTS = {
    "manifest, 5,000 rows of one collection": ("/v3/cohort/manifest", {"filters": ONE, "page_size": 5000}),
    "manifest, 5,000 rows of everything": ("/v3/cohort/manifest", {"page_size": 5000, "page": 100}),
    "SQL, 10,000 rows of 6 columns": (
        "/v3/sql",
        {
            "sql": "SELECT collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID, Modality, instanceCount "
            "FROM index",
            "max_rows": 10_000,
        },
    ),
    "SQL, 10,000 rows of 31 columns": ("/v3/sql", {"sql": "SELECT * FROM index", "max_rows": 10_000}),
}
AT_ONCE = 5  # calls per measurement, as the clock ticks in hundredths of a second


def cpu_milliseconds(pid: int) -> float:
    """CPU time that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def main() -> None:
    """Run the benchmark."""
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "idc_standin", "serve", "--port", "0", "--state", state]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  our own module
            try:
                line = server.stdout.readline() if server.stdout else ""
                with httpx.Client(base_url=re.findall(r"http://\S+", line)[0], timeout=120) as client:
                    costs: dict[str, list[float]] = {name: [] for name in REQUESTS}
                    sizes: dict[str, int] = {}
                    for turn in range(ROUNDS + 1):  # the first turn fills the caches and does not count
                        for name, (path, body) in REQUESTS.items():
                            before = cpu_milliseconds(server.pid)
                            for _ in range(AT_ONCE):
                                sizes[name] = len(client.post(path, json=body).raise_for_status().content)
                            if turn:
                                costs[name].append((cpu_milliseconds(server.pid) - before) / AT_ONCE)
                print(f"{'':<42} {'CPU ms':>7} {'worst':>7} {'MB':>6} {'ms/MB':>6}")
                for name, values in costs.items():
                    median, size = statistics.median(values), sizes[name] / 1e6
                    print(f"{name:<42} {median:>7.1f} {max(values):>7.1f} {size:>6.2f} {median / size:>6.1f}")
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
