"""What tests put in the place of something private: every path within `idc_ext` that a test patches stands here.

Clocks and pauses first, then limits that are too large for a test, then faults.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define

from idc_ext._http import addresses, attempts, deadline, retry
from idc_ext.v1 import _pages as v1_pages
from idc_ext.v3 import _pages as v3_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    import pytest

    from idc_ext import InvalidRequest


# Clocks and pauses:


@define
class Clock:
    """A clock that stands still until a test moves it, so that a busy machine makes no difference."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += seconds


def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all deadlines, stopped."""
    clock = Clock()
    monkeypatch.setattr(deadline, "clock", clock)
    return clock


def no_pauses(monkeypatch: pytest.MonkeyPatch, passes: Callable[[float], object] = lambda _: None) -> list[float]:
    """The pauses between attempts that would have been made. None is; `passes` is given the length of each.

    Random numbers are all one half.
    """
    made: list[float] = []

    def sleep(seconds: float, what: str) -> None:
        made.append(seconds)
        passes(seconds)

    async def asleep(seconds: float, what: str) -> None:
        sleep(seconds, what)

    monkeypatch.setattr(deadline, "sleep", sleep)
    monkeypatch.setattr(deadline, "async_sleep", asleep)
    monkeypatch.setattr(retry, "random_fraction", lambda: 0.5)
    return made


def no_packages_to_find(monkeypatch: pytest.MonkeyPatch) -> None:
    """No package for a proxy is installed."""
    monkeypatch.setattr(addresses.util, "find_spec", lambda name: None)


def each_pause(monkeypatch: pytest.MonkeyPatch, begins: Callable[[], object]) -> None:
    """Pauses are made, and `begins` is called at the beginning of each."""
    sleep, asleep = deadline.sleep, deadline.async_sleep

    def noted(seconds: float, what: str) -> None:
        begins()
        sleep(seconds, what)

    async def anoted(seconds: float, what: str) -> None:
        begins()
        await asleep(seconds, what)

    monkeypatch.setattr(deadline, "sleep", noted)
    monkeypatch.setattr(deadline, "async_sleep", anoted)


def half_a_second_left_of_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a deadline of a minute, when the release is asked for: the refusal before it has all the time it takes."""
    passed = [0.0]
    asked = attempts.CallPolicy.release_path_to_ask

    def question(policy: attempts.CallPolicy, error: InvalidRequest, request: httpx.Request) -> str | None:
        passed[0] = 59.5
        return asked(policy, error, request)

    monkeypatch.setattr(attempts.CallPolicy, "release_path_to_ask", question)
    monkeypatch.setattr(deadline, "clock", lambda: time.monotonic() + passed[0])


# Limits:


def seconds_for_the_release(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """How long the question for the release of a service that refused something may take."""
    monkeypatch.setattr("idc_ext._http.transport.RELEASE_SECONDS", seconds)


def seconds_for_the_lock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """How long another process may keep the lock of a credentials file."""
    monkeypatch.setattr("idc_ext.auth._credentials.LOCK_SECONDS", seconds)


def seconds_for_the_issuer(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """How long the issuer of ID tokens may take."""
    monkeypatch.setattr("idc_ext.auth._token_endpoint.TIMEOUT", seconds)


def seconds_for_a_browser(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """How long a connection to the server of a login may say nothing."""
    monkeypatch.setattr("idc_ext.auth._redirect_server.CONNECTION_SECONDS", seconds)


def rows_a_group(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """How many rows a group of a Parquet file has."""
    monkeypatch.setattr("idc_ext._tables.formats.ROW_GROUP", rows)


def open_partitions(monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    """How many files of a partitioned folder are open at once."""
    monkeypatch.setattr("idc_ext._tables.partitions.MOST_OPEN", files)


def live_host(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Where the service is that is asked where none is named."""
    monkeypatch.setattr(sys.modules["idc_ext.connect"], "LIVE", url)  # `idc_ext.connect` is the function


# Reading pages:


def pages_of_v3(monkeypatch: pytest.MonkeyPatch, read: Callable[[bytes], object]) -> None:
    """`read` sees each page of a v3 manifest before it is read, by way of JSON."""
    from json import loads

    def reading(content: bytes) -> Any:
        read(content)
        return v3_pages.parse_manifest_page(200, loads(content))

    monkeypatch.setattr(v3_pages, "parse_manifest_page_bytes", reading)


def pages_of_v1(monkeypatch: pytest.MonkeyPatch, read: Callable[[bytes], object]) -> None:
    """`read` sees each page of v1 before it is read."""
    usual = v1_pages._page_decoder

    def reader(*what: Any) -> Any:
        def reading(content: bytes) -> Any:
            read(content)
            return usual(*what)(content)

        return reading

    monkeypatch.setattr(v1_pages, "_page_decoder", reader)


def interrupted_page(monkeypatch: pytest.MonkeyPatch, interrupt: Callable[..., Any]) -> None:
    """A page of a v3 manifest is interrupted while it is read."""
    monkeypatch.setattr(v3_pages, "_check_row_count", interrupt)


# Faults:


def hidden_member(monkeypatch: pytest.MonkeyPatch, hidden: str) -> None:
    """A private member of httpcore or h11 is no longer where it was."""
    usual = getattr

    def hiding(thing: object, name: str, *default: Any) -> Any:
        return default[0] if name == hidden else usual(thing, name, *default)

    monkeypatch.setattr("idc_ext._http.httpcore_hooks.getattr", hiding, raising=False)


def interrupted_pauses(monkeypatch: pytest.MonkeyPatch, interrupt: Callable[..., None]) -> None:
    """A synchronous pause is interrupted."""
    monkeypatch.setattr(deadline, "sleep", interrupt)


def broken_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call of the command line fails by a fault of ours."""
    monkeypatch.setattr("idc_ext._http.steps.fetch_steps", lambda *_: 1 / 0)
    monkeypatch.setattr("idc_ext.cli._requests.fetch", lambda *_: 1 / 0)
    monkeypatch.setattr("idc_ext.cli._requests.fetch_checked", lambda *_: 1 / 0)


# The command line:


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written to stdout goes to a terminal."""
    monkeypatch.setattr("idc_ext.cli._output.destination.stdout_is_terminal", lambda: True)


def installed_packages(monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    """The versions of installed packages that `doctor` finds, and no others."""
    monkeypatch.setattr(
        "idc_ext.cli.commands.doctor.installed_version", lambda name: versions.get(name.replace("-", "_"))
    )


def broken_release_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the checks of `doctor` fails by a fault of ours."""
    monkeypatch.setattr("idc_ext.cli.commands.doctor.check_service_release", lambda _: iter([1 / 0]))


def no_files_in(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A folder in which no draft can be made, also for a user who may do everything."""
    real = os.open

    def refused(path: Any, flags: int, *args: Any, **more: Any) -> int:
        if flags & os.O_EXCL and str(path).endswith(".draft") and Path(path).parent == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, flags, *args, **more)

    monkeypatch.setattr(os, "open", refused)


def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that cannot lock, as some network folders."""

    def refused(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refused)
