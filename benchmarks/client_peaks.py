"""What is run in a process of its own to see how much memory it takes. Each imports what it needs, and no more."""

from __future__ import annotations


def rows(url: str, pages: int) -> None:
    """Walk typed rows."""
    from benchmarks.page_server import ROWS
    from idc_ext import connect, v3

    with connect(url) as idc:
        count = sum(1 for _ in v3.manifest(idc, {}, all_of_idc=True))
    if count != pages * ROWS:
        raise SystemExit(f"{count} rows came")


def arrow(url: str, pages: int) -> None:
    """Keep an Arrow table."""
    from benchmarks.page_server import ROWS
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
