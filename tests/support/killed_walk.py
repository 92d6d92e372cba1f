"""Takes the rows of a walk in processes that are killed again and again, until one comes to its end.

`python -m tests.support.killed_walk URL FOLDER NAME HOW SEED` prints how many were killed. NAME is what is written: a
file or a folder of rows, or the `loop` of a program that notes each row when it is done with it. HOW is `time`: a
signal after a time chosen at random, sent from outside; or `step`: just before a file operation, each one in its turn.
"""

import asyncio
import os
import random
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet  # noqa: F401 - loaded here, so that no try has to

from idc_ext import Rows, connect, v3
from idc_ext.aio import AsyncRows

#: What a walk does to files, step by step.
STEPS = ("fsync", "open", "replace", "unlink", "rename", "ftruncate", "write", "fchmod", "mkdir", "rmdir")
SELECTION = {"collection_id": "rider_pilot", "Modality": ["CT", "PR", "SR"]}


def rows(idc: Any, folder: Path, page_size: int) -> Rows[Any]:
    return v3.manifest(idc, SELECTION, page_size=page_size).walk(checkpoint=folder / "checkpoint", ahead=2)


def write(url: str, folder: Path, name: str, page_size: int) -> None:
    by = ["Modality", "StudyInstanceUID"] if name == "folders" else []
    form = {"folders": "parquet", "asynchronous.csv": "csv"}.get(name)
    if name.startswith("asynchronous"):

        async def run() -> None:
            async with connect(url, verify=False) as idc:
                await AsyncRows(rows(idc, folder, page_size)).write(folder / name)

        asyncio.run(run())
    else:
        with connect(url, verify=False) as idc:
            rows(idc, folder, page_size).write(folder / name, form, partition_by=by)


def loop(url: str, folder: Path, name: str, page_size: int) -> None:
    notes = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def done(one: Any) -> None:
        os.write(notes, f"{one.series_instance_uid}\n".encode())

    async def run() -> None:
        async with connect(url, verify=False) as idc:
            async for one in rows(idc, folder, page_size):
                done(one)

    if name.startswith("asynchronous"):
        asyncio.run(run())
    else:
        with connect(url, verify=False) as idc:
            for one in rows(idc, folder, page_size):
                done(one)


def die_before(step: int) -> None:
    """Kill this process just before the file operation of that number, the first one being 0."""
    left = iter(range(step))

    def fatal(real: Any) -> Any:
        def call(*args: Any, **more: Any) -> Any:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **more)

        return call

    for each in STEPS:
        setattr(os, each, fatal(getattr(os, each)))


def attempt(url: str, folder: Path, name: str, page_size: int, *, step: int | None, seconds: float) -> bool:
    """Try once; says whether the walk came to its end."""
    child = os.fork()
    if child == 0:
        if step is not None:
            die_before(step)
        (loop if name.endswith("loop") else write)(url, folder, name, page_size)
        os._exit(0)
    if step is None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit("the walk failed")
    return os.WIFEXITED(status)


def over(folder: Path, name: str) -> bool:
    """Whether the try before was killed when there was nothing left to do: the next one would begin anew."""
    if (folder / "checkpoint").exists() or not (folder / name).exists():
        return False
    return name == "folders" or (name.endswith("loop") and (folder / name).read_bytes().count(b"\n") > 1)


def main() -> None:
    url, folder, name, how, seed = sys.argv[1:]
    chance, killed, target = random.Random(seed), 0, Path(folder)  # noqa: S311 - nothing secret
    if how == "time":
        while not over(target, name) and not attempt(
            url, target, name, 25, step=None, seconds=chance.uniform(0.005, 0.025 * (killed + 1))
        ):
            killed += 1
    else:
        with TemporaryDirectory() as first:  # what the walk imports is loaded here, once for all tries
            (loop if name.endswith("loop") else write)(url, Path(first), name, 200)
        # Each try gets one operation further than where the one before it was killed.
        step, most = chance.randrange(5), 12 if name.endswith("loop") else 30
        while not over(target, name) and not attempt(url, target, name, 200, step=step, seconds=0):
            killed, step = killed + 1, chance.randrange(3, 16) if killed < most else 10_000
    sys.stdout.write(f"{killed}\n")


if __name__ == "__main__":
    main()
