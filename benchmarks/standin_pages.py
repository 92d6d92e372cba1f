"""What a page of the stand-in costs, at any depth of all 58.8 million instances, against the nearest page.

    .venv/bin/python -m benchmarks.standin_pages

Prints, for a page of 1,000 rows of the unfiltered instance manifest, the median time at several depths and its ratio
to the first page, measured in turn (A B C A B C ...) in one run; then how long the server took to start and the most
memory it held. The figures of one machine say little; the ratios should stay near 1 everywhere.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from idc_standin.identity import Identity

ROUNDS = 15
PAGE = 1000
DEPTHS = (0.0, 0.001, 0.1, 0.5, 0.9, 0.999)
SPEC = {"name": "everything", "description": "", "filters": {}}
COLUMNS = {"Patient_ID": "True", "SOPInstanceUID": "True", "GCS_URL": "True"}


def tokens(client: httpx.Client, identity: Identity) -> dict[float, str]:
    """A page token for every depth: the one of the second page, opened with the server's own key and moved."""
    answer = client.post("/v1/cohorts/preview/manifest", params={**COLUMNS, "page_size": "1"}, json=SPEC).json()
    content, total = identity.unseal(answer["next_page"]), answer["manifest"]["totalFound"]
    return {depth: identity.seal({**content, "at": int(depth * total) or 1}) for depth in DEPTHS}


def milliseconds(client: httpx.Client, token: str) -> float:
    """One page of PAGE rows."""
    params = {"page_size": str(PAGE), **({"next_page": token} if token else COLUMNS)}
    began = time.perf_counter()
    answer = client.post("/v1/cohorts/preview/manifest", params=params, json=SPEC)
    took = time.perf_counter() - began
    if answer.json()["manifest"]["rowsReturned"] != PAGE:
        raise SystemExit("a page came short")
    return 1000 * took


def peak_megabytes(pid: int) -> float:
    """The most memory a process has held (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else float("nan")


def main() -> None:
    """Run the benchmark."""
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "idc_standin", "serve", "--port", "0", "--state", state]
        began = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  our own module
            try:
                line = server.stdout.readline() if server.stdout else ""
                started = time.perf_counter() - began
                with httpx.Client(base_url=re.findall(r"http://\S+", line)[0], timeout=120) as client:
                    first = milliseconds(client, "")
                    starts = tokens(client, Identity(Path(state)))
                    times: dict[float, list[float]] = {depth: [] for depth in DEPTHS}
                    for _ in range(ROUNDS):
                        for depth in DEPTHS:
                            times[depth].append(milliseconds(client, starts[depth]))
                nearest = statistics.median(times[0.0])
                print(
                    f"start {started:.1f} s, first page {first:.0f} ms, peak memory {peak_megabytes(server.pid):.0f} MB"
                )
                print(f"{'depth':>8} {'median ms':>10} {'worst ms':>9} {'x nearest':>10}")
                for depth in DEPTHS:
                    median = statistics.median(times[depth])
                    print(f"{depth:>8.1%} {median:>10.1f} {max(times[depth]):>9.1f} {median / nearest:>10.2f}")
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
