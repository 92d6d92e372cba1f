"""The cost of the client, each figure with its peer on the same work: A B C A B C … in one run.

    .venv/bin/python -m benchmarks.client [--quick] [--only WORD] [--json FILE] [--profile WAY]

A round does the same pages in every way of a group, one after another; the ratio of a way to its peer is taken within
the round, and the median and the quartiles of all rounds are reported. `cpu` is the processor time of this process,
which other processes disturb least; `wall` is the clock. The server is a separate process that sends pages that it has
encoded before (`page_server`). Memory is the peak of a separate process.

`--json` writes a list of objects: `group`, `name`, `peer` (null where a figure stands alone), `ratio_median`,
`ratio_low`, `ratio_high` (null without a peer), `target` (the most that the ratio or, without a peer, the value may be;
null if none is set), `limit` (the same ratio of the least work that there is: the bytes over loopback, and through the
JSON reader, added up, or by the clock the longer of both; null where it was not measured), `value` and `unit` (the
figure itself, not the ratio).
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from benchmarks import client_ways as ways
from benchmarks.client_peaks import ROWS
from benchmarks.page_server import running

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.client_ways import Way

Figure = dict[str, Any]

#: Group: what is measured, and against which peers, with the most that the ratio may be.
Targets: TypeAlias = "Mapping[str, Mapping[str, float | None]]"
CPU: dict[str, tuple[Mapping[str, Way], Targets]] = {
    "rows": (
        {
            "httpx bytes": ways.httpx_raw,
            "typed rows": ways.rows,
            "notebook": ways.notebook,
            "dicts": ways.dicts,
            "urllib3 bytes": ways.urllib3_raw,
            "generated client": ways.generated,
        },
        {
            "typed rows": {"notebook": 0.45, "generated client": 0.28, "httpx bytes": 1.6, "urllib3 bytes": None},
            "dicts": {"notebook": 1.0, "httpx bytes": None},
            "notebook": {"httpx bytes": None},
            "generated client": {"notebook": None},
        },
    ),
    "tables": (
        {
            "httpx bytes": ways.httpx_raw,
            "to Arrow": ways.arrow,
            "notebook to Arrow": ways.notebook_arrow,
            "to polars": ways.to_polars,
            "notebook to polars": ways.notebook_polars,
            "to pandas": ways.to_pandas,
            "notebook to pandas": ways.notebook_pandas,
        },
        {
            "to Arrow": {"notebook to Arrow": 0.4, "httpx bytes": 3.0},
            "to polars": {"notebook to polars": 0.4},
            "to pandas": {"notebook to pandas": 0.4},
        },
    ),
    "async": (
        {
            "typed rows": ways.rows,
            "typed rows, async": ways.rows_async,
            "to Arrow": ways.arrow,
            "to Arrow, async": ways.arrow_async,
            "httpx bytes, async": ways.httpx_raw_async,
        },
        {
            "typed rows, async": {"typed rows": 1.15, "httpx bytes, async": 1.6},
            "to Arrow, async": {"to Arrow": 1.2, "httpx bytes, async": 2.2},
        },
    ),
    "gzip": (
        {"httpx bytes": ways.httpx_raw, "typed rows": ways.rows, "notebook": ways.notebook},
        {"typed rows": {"notebook": None, "httpx bytes": None}},
    ),
    "first row": (
        {"first row": ways.first_row, "notebook's first row": ways.notebook_first_row},
        {"first row": {"notebook's first row": 1.2}},
    ),
    "50 ms a page": (
        {
            "httpx bytes": ways.httpx_raw,
            "typed rows": ways.rows,
            "to Arrow": ways.arrow,
            "httpx bytes, async": ways.httpx_raw_async,
            "typed rows, async": ways.rows_async,
        },
        {
            "typed rows": {"httpx bytes": 1.05},
            "to Arrow": {"httpx bytes": 1.05},
            "typed rows, async": {"httpx bytes, async": 1.05, "httpx bytes": 1.05},
        },
    ),
}
#: The least work that every way has, measured in every round beside the ways.
LIMITS: dict[str, Way] = {"bytes over loopback": ways.loopback, "bytes through the JSON reader": ways.json_reader}
#: Functions of `client_peaks`: what each does, the most memory it may take in MB, and its peers with the most that the
#: ratio may be.
MILLION: dict[str, tuple[str, str, int | None, Mapping[str, float | None]]] = {
    "rows": ("typed rows", "a million typed rows, one after another", 150, {"notebook": 0.45}),
    "notebook": ("notebook", "a million dicts of the notebook, one after another", None, {}),
    "arrow": ("to Arrow", "a million rows kept as Arrow", 600, {"notebook": None}),
}


def rounds(
    url: str, group: Mapping[str, Way], pages: int, times: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Measure every way in turn; processor and clock times in seconds."""
    cpu: dict[str, list[float]] = {name: [] for name in group}
    wall: dict[str, list[float]] = {name: [] for name in group}
    for name, way in group.items():
        way(url, pages if name in LIMITS else min(pages, 2))  # the JSON reader's pages are requested here
    for _ in range(times):
        for name, way in group.items():
            began, ran = time.perf_counter(), time.process_time()
            way(url, pages)
            cpu[name].append(time.process_time() - ran)
            wall[name].append(time.perf_counter() - began)
    return cpu, wall


def figures(group: str, times: Mapping[str, Sequence[float]], targets: Targets, pages: int) -> list[Figure]:
    """Make figures from times: the ratio of each way to each of its peers."""
    found = []
    together = max if group.endswith("wall") else sum  # one page can be read while the next one travels
    for name, peers in targets.items():
        for peer, target in peers.items():
            ratios = _ratios(times[name], times[peer])
            low, _, high = statistics.quantiles(ratios, n=4)
            least = [together(parts) for parts in zip(*(times[one] for one in LIMITS if one in times), strict=True)]
            found.append(
                {
                    "group": group,
                    "name": name,
                    "peer": peer,
                    "ratio_median": round(statistics.median(ratios), 3),
                    "ratio_low": round(low, 3),
                    "ratio_high": round(high, 3),
                    "target": target,
                    "limit": round(statistics.median(_ratios(least, times[peer])), 3) if least else None,
                    "value": round(statistics.median(times[name]) / pages / ROWS * 1e9),
                    "unit": "ns/row",
                }
            )
    return found


def _ratios(values: Sequence[float], peers: Sequence[float]) -> list[float]:
    return [own / other for own, other in zip(values, peers, strict=True)]


def line_of(figure: Figure) -> str:
    """Format a figure as a line."""
    target = figure["target"]
    over = "" if target is None else f"   at most {target}: {'yes' if _reached(figure) else 'NO'}"
    shown = f"{figure['group']:18} {figure['name']:24} {figure['value']:>8} {figure['unit']:7}"
    if figure["peer"] is None:
        return shown + over
    ratios = f"{figure['ratio_median']:.2f} ({figure['ratio_low']:.2f}–{figure['ratio_high']:.2f})"
    limit = "" if figure["limit"] is None else f"   limit {figure['limit']:.2f}"
    return f"{shown} {ratios:>20} × {figure['peer']}{over}{limit}"


def _reached(figure: Figure) -> bool:
    return bool((figure["value"] if figure["peer"] is None else figure["ratio_median"]) <= figure["target"])


def alone(url: str, way: str, pages: int) -> dict[str, float]:
    """Measure one way in its own process, so that nothing else counts."""
    command = [sys.executable, "-m", "benchmarks.client_peaks", way, url, str(pages)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def million(pages: int, times: int) -> list[Figure]:
    """Measure time and memory of many pages."""
    seen: dict[str, list[dict[str, float]]] = {way: [] for way in MILLION}
    with running(pages) as url:
        for _ in range(times):
            for way, found in seen.items():
                found.append(alone(url, way, pages))
    figures_: list[Figure] = []
    for way, (_, name, target, _) in MILLION.items():
        nothing = dict.fromkeys(("peer", "ratio_median", "ratio_low", "ratio_high", "limit"))
        held = round(max(one["memory"] for one in seen[way]))
        figures_.append({"group": "memory", "name": name, **nothing, "value": held, "unit": "MB", "target": target})
    targets = {name: peers for name, _, _, peers in MILLION.values() if peers}
    for clock in ("cpu", "wall"):
        spent = {MILLION[way][0]: [one[clock] for one in found] for way, found in seen.items()}
        figures_ += figures(
            f"{'a million' if pages == 200 else f'{pages * ROWS:,}'} rows, {clock}", spent, targets, pages
        )
    return figures_


def profile(url: str, way: str, pages: int) -> None:
    """Print where the time of one way goes."""
    run: Way = getattr(ways, way)
    run(url, 2)
    seen = cProfile.Profile()
    seen.runcall(run, url, pages)
    pstats.Stats(seen).sort_stats("tottime").print_stats(30)


def measured(asked: argparse.Namespace) -> list[Figure]:
    """Measure the groups of the command line."""
    found: list[Figure] = []
    pages, times = (4, 5) if asked.quick else (10, 21)
    for group, (each, targets) in CPU.items():
        if asked.only not in group:
            continue
        slow = group == "50 ms a page"
        n = 1 if group == "first row" else 3 * pages if slow else pages
        with running(max(n, pages), delay=0.05 if slow else 0.0, packed=group == "gzip") as url:
            cpu, wall = rounds(url, {**LIMITS, **each}, n, max(times // 3, 2) if slow else times)
        parts: Targets = {name: dict.fromkeys(list(each)[:1]) for name in LIMITS}
        targets = {**targets, **parts}
        none = {name: dict.fromkeys(peers) for name, peers in targets.items()}
        found += figures(f"{group}, cpu", cpu, none if slow else targets, n)
        found += figures(f"{group}, wall", wall, targets if slow else none, n)
    if asked.only in "memory, a million rows":
        found += million(10, 2) if asked.quick else million(200, 5)
    return found


def main() -> None:
    """Run the benchmark."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--quick", action="store_true", help="little work, to see that it runs")
    options.add_argument("--only", default="", help="groups with this word in their name")
    options.add_argument("--json", type=Path, help="write the figures there")
    options.add_argument("--profile", metavar="WAY", help="profile one function of client_ways instead")
    asked = options.parse_args()
    if asked.profile:
        with running(40) as url:
            profile(url, asked.profile, 40)
        return
    found = measured(asked)
    for figure in found:
        print(line_of(figure))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
