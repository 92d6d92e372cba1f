"""Fixtures of all tests: one real stand-in on a socket, over the real index, which checks its answers."""

from __future__ import annotations

import gc
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import settings

from tests.support.command_result import CommandResult, RunCommand
from tests.support.standin_process import serving
from tests.support.token_issuer import Issuer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.patching import Clock

settings.register_profile("ours", deadline=None)  # machines hiccup; how long things take is for benchmarks
settings.load_profile("ours")


def pytest_unconfigure() -> None:
    """Give back what programs froze: at the end the binding of the database reports what was not collected."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of the session's stand-in."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def standin(state: Path) -> Iterator[str]:
    """The URL of a stand-in as of data version 2.0, that of the notebook."""
    with serving("--as-of", "2.0", "--state", str(state), "--check-answers") as url:
        yield url


@pytest.fixture(scope="session")
def new_credentials(state: Path) -> Callable[..., Path]:
    """A function that makes credentials files for users of the session's stand-in, with its own command."""

    def make(path: Path, email: str = "ada@example.org", *options: str) -> Path:
        command = [sys.executable, "-m", "idc_standin", "token", "--state", str(state), "--email", email]
        subprocess.run([*command, "--output", str(path), *options], check=True, capture_output=True)
        return path

    return make


@pytest.fixture(scope="session")
def credentials_file(new_credentials: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A credentials file that is valid for the complete run."""
    return new_credentials(
        tmp_path_factory.mktemp("home") / ".idc_credentials", "ada@example.org", "--name", "Ada Lovelace"
    )


@pytest.fixture(scope="session")
def http(standin: str) -> Iterator[httpx.Client]:
    """A plain HTTP client, so that tests of the stand-in do not depend on ours."""
    with httpx.Client(base_url=standin, timeout=60) as client:
        yield client


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without settings of this project."""
    for name in ("IDC_BASE_URL", "IDC_CREDENTIALS", "IDC_TOKEN", "IDC_LOG", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    """Sync or async: a test with this fixture runs twice."""
    return str(request.param)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made; no test waits, and all random numbers are one half."""
    from tests.support import patching  # a late import: tests of the stand-in do not need the client

    return patching.no_pauses(monkeypatch)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of deadlines, which is stopped until a test moves it."""
    from tests.support import patching

    return patching.stopped_clock(monkeypatch)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """A function that runs the command line in this process."""
    from idc_ext.cli import main

    def call(*words: str | Path) -> CommandResult:
        code = main([str(word) for word in words])
        return CommandResult(code, *capsys.readouterr())

    return call


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer of tokens on a loopback socket."""
    with Issuer() as one:
        yield one
