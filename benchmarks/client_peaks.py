"""Programs that are measured in their own process, for time and peak memory. Each imports only what it needs.

    .venv/bin/python -m benchmarks.client_peaks WAY URL PAGES

Prints an object: `cpu` and `wall` in seconds, imports excluded, and `memory`, the peak, in MB.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

#: Rows on a page.
ROWS = 5000
#: Rows are not listed without a predicate. This one is true of every series: as our client takes it, and as sent.
SELECTION = {"instanceCount": {"gte": 1}}
FILTERS: dict[str, Any] = {"ranges": {"instanceCount": {"gte": 1.0, "lte": None}}}


def held() -> float:
    """Return the peak memory of this process, in MB."""
    import re
    import resource
    from pathlib import Path

    status = Path("/proc/self/status")
    if status.exists():  # on Linux, `ru_maxrss` includes the memory of the parent
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        return int(found[1]) * 1024 / 1e6 if found else float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def rows(url: str, most: int | None = None) -> int:
    """Walk typed rows."""
    from idc_ext import connect, v3

    with connect(url) as idc:
        return sum(1 for _ in v3.manifest(idc, SELECTION).walk(max_items=most))


def arrow(url: str, most: int | None = None) -> int:
    """Keep an Arrow table."""
    from idc_ext import connect, v3

    with connect(url) as idc:
        return int(v3.manifest(idc, SELECTION).walk(max_items=most).to_arrow().num_rows)


def notebook(url: str, most: int | None = None) -> int:
    """Walk dicts as the notebook did."""
    import requests

    count, total = 0, 1
    with requests.Session() as session:
        while count < min(total, total if most is None else most):
            page = {"filters": FILTERS, "page": count // ROWS}
            body: dict[str, Any] = session.post(f"{url}/v3/cohort/manifest", json=page).json()
            count, total = count + sum(1 for _ in body["series"]), body["total_series"]
            del body  # or it would be in memory while the next one is read
    return count


def main() -> None:
    """Run one way, after one page that imports everything."""
    way, url, pages = sys.argv[1:]
    run = globals()[way]
    run(url, ROWS)
    began, ran = time.perf_counter(), time.process_time()
    count = run(url)
    spent = {"cpu": time.process_time() - ran, "wall": time.perf_counter() - began}
    if count != int(pages) * ROWS:
        raise SystemExit(f"{count} rows came")
    print(json.dumps({**spent, "memory": held()}))


if __name__ == "__main__":
    main()
