"""The start of the stand-in: what the first answers need is loaded first, and the rest soon after."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import httpx
from starlette.responses import PlainTextResponse

from idc_standin import budget
from idc_standin.app import Deferred, Generation, Standin
from idc_standin.door import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from starlette.types import ASGIApp

#: Starts a server, stops where it would announce itself, and prints which of the libraries are loaded.
STARTED = """
import os, sys
from idc_standin import __main__
def announce(line):
    print(line, *sorted({"sqlglot", "httpx", "idc_standin.v1.store", "fastapi"} & set(sys.modules)), flush=True)
    os._exit(0)
__main__._announce = announce
sys.exit(__main__.main(["serve", "--port", "0", *sys.argv[1:]]))
"""


class Loading:
    """A generation whose loading is counted, and may fail."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure, self.times, self.closed = failure, 0, 0
        self.generation = Deferred(self._load, [self._close])

    def _load(self) -> Generation:
        self.times += 1
        if self.failure:
            raise self.failure
        return Generation(PlainTextResponse("here"), self._refuse, [self._close])

    def _refuse(self, refusal: Refusal) -> ASGIApp:
        return PlainTextResponse(refusal.message, refusal.status)

    def _close(self) -> None:
        self.closed += 1


def asked(loading: Loading, requests: int = 3) -> list[Any]:
    """The answers to requests at once, from a server that has just started."""
    app = Standin(loading.generation, PlainTextResponse("v3"))
    loading.generation.start()

    async def ask() -> list[Any]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://standin") as client:
            return await asyncio.gather(*(client.get("/v1/about") for _ in range(requests)), return_exceptions=True)

    return asyncio.run(ask())


def test_what_the_first_answers_of_v3_do_not_need_is_not_loaded_before_the_server_listens(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTED, "--state", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split(")")[-1].split() == ["fastapi"]


def test_options_of_v1_are_still_checked_before_the_server_listens(tmp_path: Path) -> None:
    (tmp_path / "page-token-key").write_text("damaged")
    for options, sentence in (
        (["--state", str(tmp_path)], "is damaged"),
        (["--state", str(tmp_path / "other"), "--as-of", "99.0"], "There is no data release 99.0"),
        (["--state", str(tmp_path / "other"), "--facts", str(tmp_path / "none")], "does not exist"),
    ):
        done = subprocess.run([sys.executable, "-c", STARTED, *options], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert sentence in done.stderr


def test_first_requests_have_the_generation_loaded_once_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "DEFERRED_SECONDS", 600.0)
    loading = Loading()
    assert [answer.text for answer in asked(loading)] == ["here"] * 3
    assert loading.times == 1


def test_it_is_loaded_soon_after_the_start_without_any_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "DEFERRED_SECONDS", 0.0)
    loaded = threading.Event()
    deferred = Deferred(lambda: loaded.set() or Generation(PlainTextResponse(""), lambda _: PlainTextResponse(""), []))
    deferred.start()
    assert loaded.wait(10)


def test_a_request_that_is_refused_gets_the_refusal_of_its_generation() -> None:
    loading = Loading()
    refused = Loading()
    refused.generation.start()
    loading.generation = Deferred(lambda: Generation(refused.generation.refuse(Refusal(413, "too large")), None, []))  # type: ignore[arg-type]  # never refuses
    assert [(answer.status_code, answer.text) for answer in asked(loading, 1)] == [(413, "too large")]


def test_each_request_fails_where_it_cannot_be_loaded() -> None:
    assert [str(answer) for answer in asked(Loading(OSError("no archive")))] == ["no archive"] * 3


def test_the_end_closes_what_is_open_and_loads_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "DEFERRED_SECONDS", 600.0)
    never, begun, loaded = Loading(), Loading(), Loading()
    begun.generation.start()
    loaded.generation.load()
    for loading in (never, begun, loaded):
        loading.generation.close()
    assert [(loading.times, loading.closed) for loading in (never, begun, loaded)] == [(0, 1), (0, 1), (1, 2)]
