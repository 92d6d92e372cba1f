"""What every writer of a file has to hold, whichever package it belongs to; the packages share no code for it.

A writer is given as a function of a path and of what the file is to hold. `check_*` are its tests; `die_before` kills.
"""

from __future__ import annotations

import errno
import os
import signal
import stat
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: What a writer may do to files, step by step.
STEPS = ("open", "write", "fsync", "chmod", "fchmod", "link", "replace", "rename", "unlink")
#: More steps than any writer of one file has.
MOST_STEPS = 60
#: Names that users give to files of their own, and that drafts have had.
NAMES = ["{}.part", "{}.new", "{}.tmp", "{}.1.new", "{}.20240101.part", "{}.2024.new", ".{}.x", "{}.lock", "{}.bak"]


def check_mode_is_kept(path: Path, write: Callable[[Path, str], object]) -> None:
    path.write_text("before")
    path.chmod(0o640)
    write(path, "after")
    assert "after" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def check_links(path: Path, write: Callable[[Path, str], object]) -> None:
    """A link stays a link and its target is replaced; links in a circle are an error in one sentence."""
    folder = path.parent / "elsewhere"
    folder.mkdir()
    path.symlink_to(folder / "target")
    write(path, "after")
    assert path.is_symlink()
    assert "after" in (folder / "target").read_text()
    assert [one.name for one in folder.iterdir()] == ["target"]
    circle = path.with_name("circle")
    circle.symlink_to(circle)
    with pytest.raises(OSError, match="circle") as caught:
        write(circle, "after")
    assert caught.value.errno == errno.ELOOP
    assert circle.is_symlink()


def check_files_of_others_stay(path: Path, write: Callable[[Path, str], object]) -> None:
    """Files and links whose names resemble drafts are neither written, nor written through, nor removed."""
    victim = path.with_name("victim")
    victim.write_text("the user's")
    planted = [path.with_name(name.format(path.name)) for name in NAMES]
    for number, one in enumerate(planted):
        one.symlink_to(victim) if number % 2 else one.write_text("the user's")
    before = {one.name: os.lstat(one).st_ino for one in (victim, *planted)}
    write(path, "after")
    assert {one.name: os.lstat(one).st_ino for one in (victim, *planted)} == before
    assert {one.read_text() for one in (victim, *planted)} == {"the user's"}
    assert {one.name for one in path.parent.iterdir()} == {path.name, *before}


def check_kills(path: Path, write: Callable[[Path, str], object]) -> None:
    """Killed before any of its steps, a writer leaves the old file or the new one, and nothing in the way."""
    killed = 0
    for step in range(MOST_STEPS):
        path.write_text("before")
        child = os.fork()
        if child == 0:
            die_before(step)
            write(path, "after" * 100)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        content = path.read_text()
        assert content == "before" or content.count("after") == 100, f"step {step}"
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            break
        killed += 1
    assert 2 <= killed < MOST_STEPS
    write(path, "at the end")
    assert "at the end" in path.read_text()


def check_failures_leave_the_old_file(
    path: Path, write: Callable[[Path, str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("before")

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refused)
        patch.setattr(os, "rename", refused)
        with pytest.raises(OSError, match="No space left"):
            write(path, "after")
    assert path.read_text() == "before"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def die_before(step: int) -> None:
    """Kill this process just before the file operation of that number, the first one being 0."""
    left = iter(range(step))

    def fatal(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **more)

        return call

    for each in STEPS:
        setattr(os, each, fatal(getattr(os, each)))
