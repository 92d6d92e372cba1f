"""Walks that are killed again and again (`killed_walk`), and the files that they would have written otherwise."""

from __future__ import annotations

import csv
import filecmp
import os
import subprocess
import sys
from pathlib import Path

from idc_ext import connect, v3
from tests.support.killed_walk import SELECTION

ROOT = Path(__file__).parents[2]
FILES = ["rows.csv", "rows.jsonl", "rows.parquet", "folders"]
#: How a walk is killed -> the size of its pages.
PAGES = {"time": 25, "step": 200}


def same(one: Path, other: Path) -> bool:
    """Whether two files, or two folders of files, are the same to the last byte."""
    if one.is_file():
        return filecmp.cmp(one, other, shallow=False)
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*"))
    files = [name for name in names if (one / name).is_file()]
    return names == sorted(str(path.relative_to(other)) for path in other.rglob("*")) and filecmp.cmpfiles(
        one, other, files, shallow=False
    ) == (files, [], [])


def killed(url: str, folder: Path, name: str, how: str, seed: int) -> int:
    """Walk until it comes to its end; say how often it was killed."""
    command = [sys.executable, "-m", "tests.support.killed_walk", url, str(folder), name, how, str(seed)]
    path = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def write_uninterrupted(url: str, folder: Path) -> None:
    """Write what a walk writes that is not killed, with the pages of either way of killing."""
    with connect(url) as idc:
        for how, page_size in PAGES.items():
            rows = v3.manifest(idc, SELECTION, page_size=page_size)
            for name in FILES:
                by = ["Modality", "StudyInstanceUID"] if name == "folders" else []
                path = folder / how / name
                path.parent.mkdir(exist_ok=True)
                assert rows.write(path, "parquet" if by else None, partition_by=by) == len(list(rows))


def wrong_file(uninterrupted: Path, folder: Path, name: str, how: str) -> str:
    """What is wrong with a file that a killed walk wrote, and with its folder; empty if nothing is."""
    # One may be killed while it tidies up; the next writer in that folder does that for it.
    left = [path.name for path in folder.iterdir() if path.suffix not in (".draft", ".lock")]
    if left != [name]:
        return f"in the folder are {', '.join(sorted(left))}"
    same_file = same(uninterrupted / how / name.replace("asynchronous", "rows"), folder / name)
    return "" if same_file else f"{name} is not the file of a walk that is not killed"


def wrong_notes(uninterrupted: Path, folder: Path, name: str, kills: int) -> str:
    """What is wrong with the notes of a loop: every row comes, and only the one in hand comes once more."""
    noted = (folder / name).read_text().splitlines()
    once = [uid for n, uid in enumerate(noted) if uid not in noted[n - 1 : n]]
    with (uninterrupted / "time" / "rows.csv").open(newline="") as file:
        if once != [one["SeriesInstanceUID"] for one in csv.DictReader(file)]:
            return f"{name} has other rows than a walk that is not killed"
    return "" if len(noted) - len(once) <= kills else f"{len(noted) - len(once)} rows came twice in {kills} kills"
