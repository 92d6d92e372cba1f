"""What the tests of the command line share: a run in this process or in one of its own, a service of canned answers."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.canned_service import CannedService, canned_service
from tests.support.command_result import CommandResult, RunCommand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No credentials, settings or home folder of the person who runs the tests."""
    for name in ("IDC_BASE_URL", "IDC_TOKEN", "IDC_CREDENTIALS", "IDC_DRS_URL", "IDC_LOG"):
        monkeypatch.setenv(name, "")  # so that what a command sets is undone
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def run_on_standin(run: RunCommand, standin: str, monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    """Runs the command line in this process, against the stand-in of the session."""
    monkeypatch.setenv("IDC_BASE_URL", standin)
    return run


@pytest.fixture
def run_process(standin: str) -> RunCommand:
    """Runs the command line as a process."""

    def call(*words: str | Path, **settings: Any) -> CommandResult:
        environment = {**os.environ, "IDC_BASE_URL": standin, **settings.pop("env", {})}
        command = [sys.executable, "-m", "idc_ext", *map(str, words)]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=120, env=environment, **settings
        )
        return CommandResult(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def canned() -> Iterator[CannedService]:
    with canned_service() as service:
        yield service
