"""What is run in a process of its own to see how much memory it takes. Each imports what it needs, and no more."""

from __future__ import annotations

#: Rows on a page.
ROWS = 5000


def most() -> float:
    """The most memory that this process has held, in MB."""
    import re
    import resource
    from pathlib import Path

    status = Path("/proc/self/status")
    if status.exists():  # Linux counts what the parent held in `ru_maxrss`
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        return int(found[1]) * 1024 / 1e6 if found else float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def rows(url: str, pages: int) -> None:
    """Walk typed rows."""
    from idc_ext import connect, v3

    with connect(url) as idc:
        count = sum(1 for _ in v3.manifest(idc, {}, all_of_idc=True))
    if count != pages * ROWS:
        raise SystemExit(f"{count} rows came")


def arrow(url: str, pages: int) -> None:
    """Keep an Arrow table."""
    from idc_ext import connect, v3

    with connect(url) as idc:
        table = v3.manifest(idc, {}, all_of_idc=True).to_arrow()
    if table.num_rows != pages * ROWS:
        raise SystemExit(f"{table.num_rows} rows came")


def notebook(url: str, pages: int) -> None:
    """Walk dicts as the notebook did."""
    import requests

    with requests.Session() as session:
        for page in range(pages):
            for _ in session.post(f"{url}/v3/cohort/manifest", json={"page": page}).json()["series"]:
                pass
