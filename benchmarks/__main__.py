"""The command behind `make bench`: runs every benchmark, and writes docs/performance.md and its plot.

Law: the modules measure, each in its own process; here their figures are only reported. Nothing is written unless all
of them ran.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
#: In the order of the report.
MODULES = ("client", "start", "local", "scale", "standin", "archive", "contract", "drift")
LIBRARIES = ("httpx", "msgspec", "pyarrow", "pandas", "polars", "duckdb", "schemathesis")
HEAD = """\
# Performance

Written by `make bench`; what is below is what was measured, also where it misses its aim. Every figure is a ratio to
a peer that did the same work in the same run, in turn (A B A B …): the median, and the range of the rounds. Times of
one machine say little. The limit is the ratio that the least conceivable work has, measured in the same run: of the
client, the bytes over a bare socket, and through the JSON reader; of a process, the interpreter alone; of drift, the
text through the reader of JSON or YAML; of an answer of the stand-in, the engine's own JSON. What is between it and
the ratio is what could still be gained, at most.

{machine}

![Ratios by aim](performance.svg)

{summary}
"""
NOTES = ROOT / "benchmarks" / "notes.md"


def main() -> int:
    """Run the benchmarks of the command line, and write the report."""
    options = argparse.ArgumentParser(prog="benchmarks", description=(__doc__ or "").partition("\n")[0])
    options.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)} (default: all)")
    options.add_argument("--figures", type=Path, default=ROOT / "reports" / "bench", help="folder where figures stay")
    options.add_argument(
        "--tell", action="store_true", help="measure nothing; write the report again from the figures of before"
    )
    asked = options.parse_args()
    if unknown := set(asked.modules) - set(MODULES):
        options.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    asked.figures.mkdir(parents=True, exist_ok=True)
    for module in () if asked.tell else asked.modules or MODULES:
        print(f"== {module}", flush=True)
        with tempfile.TemporaryDirectory(dir=asked.figures) as folder:
            target = Path(folder) / "figures.json"
            command = [sys.executable, "-m", f"benchmarks.{module}", "--json", str(target)]
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                sys.stderr.write(f"benchmarks: {module} did not run; nothing was written\n")
                return 1
            target.replace(asked.figures / f"{module}.json")
    write(asked.figures)
    return 0


def write(folder: Path) -> None:
    """Write docs/performance.md and its plot from the figures in a folder."""
    found: list[dict[str, Any]] = []
    for module in MODULES:
        path = folder / f"{module}.json"
        if path.exists():
            found += json.loads(path.read_text(encoding="utf-8"))
    aimed = [one for one in found if one["target"] is not None]
    missed = [one for one in aimed if not kept(one)]
    summary = f"{len(aimed) - len(missed)} of {len(aimed)} aims are met." + (" Missed:\n" if missed else "")
    for one in missed:
        against = f" against {one['peer']}" if one["peer"] else ""
        aim = f"{'at least' if one.get('more') else 'at most'} {one['target']:g}"
        summary += f"\n* {one['group']}: {one['name']}{against} is {ratio(one):.2f}, where {aim} was wanted"
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    machine = (
        f"{datetime.datetime.now(tz=datetime.UTC).date()}, {platform.system()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {libraries}."
    )
    parts = [HEAD.format(machine=machine, summary=summary)]
    for group in dict.fromkeys(one["group"] for one in found):
        parts.append(f"## {group}\n\n| | figure | ratio | range | limit | to | aim |\n|---|--:|--:|--:|--:|---|---|")
        parts[-1] += "".join("\n" + row(one) for one in found if one["group"] == group) + "\n"
    if NOTES.exists():
        parts.append(NOTES.read_text(encoding="utf-8"))
    _replace(ROOT / "docs" / "performance.md", "\n".join(parts).rstrip() + "\n")
    _replace(ROOT / "docs" / "performance.svg", plot(aimed))


def ratio(one: dict[str, Any]) -> float:
    """The number compared with the target: the ratio, or the figure itself where there is no peer."""
    return float(one["value"] if one["peer"] is None else one["ratio_median"])


def kept(one: dict[str, Any]) -> bool:
    """Whether the target is reached."""
    return ratio(one) >= one["target"] if one.get("more") else ratio(one) <= one["target"]


def row(one: dict[str, Any]) -> str:
    """The row of a figure in a table."""
    alone = one["peer"] is None
    spread = "" if alone else f"{one['ratio_low']:.2f}–{one['ratio_high']:.2f}"
    median = "" if alone else f"{one['ratio_median']:.2f}"
    limit = "" if one.get("limit") is None else f"{one['limit']:.2f}"
    aim = ""
    if one["target"] is not None:
        aim = f"{'≥' if one.get('more') else '≤'} {one['target']:g} {'✓' if kept(one) else '**missed**'}"
    value = f"{one['value']:,.0f}" if one["value"] >= 1000 else f"{one['value']:.3g}"
    return f"| {one['name']} | {value} {one['unit']} | {median} | {spread} | {limit} | {one['peer'] or ''} | {aim} |"


def plot(aimed: list[dict[str, Any]]) -> str:
    """The plot of all aims: a bar for the share of each that was used, and a line at the aim."""
    import io

    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "idc-client", "font.size": 8})
    used = [one["target"] / ratio(one) if one.get("more") else ratio(one) / one["target"] for one in aimed]
    canvas = Canvas(figsize=(9, 0.22 * len(aimed) + 0.8), layout="constrained")
    axes = canvas.add_subplot()
    axes.barh(range(len(aimed)), used, color=["#2a7f62" if value <= 1 else "#b3392f" for value in used])
    axes.set_yticks(range(len(aimed)), [f"{one['group']}: {one['name']}" for one in aimed])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("share of the aim (left of the line: reached)")
    content = io.StringIO()
    canvas.savefig(content, format="svg", metadata={"Date": None})
    return content.getvalue()


def _replace(path: Path, content: str) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_text(content, encoding="utf-8")
    fresh.replace(path)


if __name__ == "__main__":
    sys.exit(main())
