"""The build of the archive when the process that wanted it is killed, and when two want it at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from idc_standin.archive import file as archive_file
from idc_standin.archive.build import DRAFT, build_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")


def wait_until(holds: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def builders(cache: Path) -> list[int]:
    """The processes that build an archive in a folder."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            state = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            if b"idc_standin.archive" in words and words[-2].startswith(os.fsencode(cache)) and state != "Z":
                found.append(int(folder.name))
    return found


def unfinished(cache: Path) -> list[Path]:
    """What builds have written that is not in its place yet."""
    return [path for folder in cache.glob(f"*{DRAFT}*") for path in folder.glob("*.duckdb")]


@contextmanager
def building(cache: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "idc_standin", "build", "--cache", str(cache)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_builder_ends_with_the_process_that_started_it_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    with building(tmp_path) as process:
        wait_until(lambda: unfinished(tmp_path))
        assert len(builders(tmp_path)) == 1
        process.send_signal(number)
        wait_until(lambda: not builders(tmp_path), 10)
    assert list(tmp_path.glob(f"*{DRAFT}*")) == []
    assert list(tmp_path.glob("*.duckdb")) == []


def test_of_two_starts_one_builds_and_the_other_takes_over_when_that_is_killed(tmp_path: Path) -> None:
    with building(tmp_path) as one:
        wait_until(lambda: unfinished(tmp_path))
        first = builders(tmp_path)
        with building(tmp_path) as other:
            for _ in range(20):
                assert builders(tmp_path) == first
                time.sleep(0.05)
            one.kill()
            wait_until(lambda: builders(tmp_path) not in ([], first))
            assert len(builders(tmp_path)) == 1
            wait_until(lambda: unfinished(tmp_path))
            assert other.poll() is None
    wait_until(lambda: not builders(tmp_path), 10)


def test_files_of_an_interrupted_build_are_removed_and_none_of_them_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive_file.path_in(tmp_path)
    draft = tmp_path / f"{path.name}{DRAFT}x"
    draft.mkdir()
    (draft / path.name).write_bytes(b"half")
    archive_file.published(path).write_bytes(b"the other half")  # killed between the two
    built: list[Path] = []
    monkeypatch.setattr("idc_standin.archive.build.build", built.append)
    build_alone(path)
    assert built == [path]
    assert list(tmp_path.glob(f"*{DRAFT}*")) == []


@pytest.mark.parametrize("name", ["building-plans", "archive-1.0.0-layout6.duckdb.draft-x"])
def test_a_build_removes_no_folder_but_those_of_earlier_builds_of_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    kept = tmp_path / name / "kept"
    kept.parent.mkdir()
    kept.write_bytes(b"of somebody else")
    monkeypatch.setattr("idc_standin.archive.build.build", lambda path: None)
    build_alone(archive_file.path_in(tmp_path))
    assert kept.read_bytes() == b"of somebody else"
