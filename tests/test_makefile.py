"""The Makefile as its users see it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True)


def test_make_alone_lists_every_target_of_users_with_one_line_each() -> None:
    rules = re.findall(r"^([a-z][a-z-]*):(.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    listed = make(ROOT).stdout.splitlines()
    checks = {"own-venv", "interop-needs"}
    assert [line.split()[0] for line in listed] == [name for name, _ in rules if name not in checks]
    assert all(len(line.split()) > 2 for line in listed)


def test_a_venv_that_was_copied_with_its_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".ready").write_text("/elsewhere/idc-client\n")
    ended = make(tmp_path, "demo")
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[0] == (
        ".venv belongs to /elsewhere/idc-client: remove it (make clean), and run make again"
    )
    assert make(tmp_path, "clean").returncode == 0
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ([], "Node.js 20.19 or newer is missing: make interop needs it and its npm"),
        (["node", "npm"], "Java is missing: make interop needs it for openapi-generator"),
    ],
    ids=["nothing", "without Java"],
)
def test_tools_that_the_interop_gate_lacks_are_said_in_one_sentence(
    tmp_path: Path, there: list[str], said: str
) -> None:
    for name in there:  # a program of this name that ends well
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    program = shutil.which("make")
    assert program
    ended = subprocess.run(
        [program, "--no-print-directory", "interop-needs"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[0] == said
