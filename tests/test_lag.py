"""Services on loopback that are not what the document describes: doctor, drift and the contract suite report each.

Each is a real stand-in: one reports another release of itself, one another data release, one has the unreleased
operation, and one is as described.
"""

from __future__ import annotations

import json
import re
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import TYPE_CHECKING

import httpx
import pytest

import idc_openapi
from idc_contract.__main__ import main as suite
from idc_contract.relations import v3
from idc_drift.__main__ import main as drift
from tests.support.loopback_server import LoopbackServer
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.command_result import RunCommand

HERE = idc_openapi.upstream()


def later(release: str, by: int) -> str:
    """A later release: `3.0.0b6` for `3.0.0b5` and 1."""
    return re.sub(r"[0-9]+$", lambda found: str(int(found[0]) + by), release)


NEXT, DATA = later(HERE.api_version, 1), later(HERE.idc_version, 2)
UNRELEASED = "V3TableInfo/notable_columns, getReleaseChanges"
ADVICE = "its document has not changed; run the contract suite against it"
# service -> what each program reports of it
SERVICES: dict[str, dict[str, str]] = {
    "as described": {
        "doctor": "as expected, the service does not have GET /v3/releases/changes, V3TableInfo/notable_columns",
        "drift": "The service is of the release that the base describes: "
        f"api_version {HERE.api_version}, idc_version {HERE.idc_version}.",
        "suite": f"left out: unreleased: {UNRELEASED}",
    },
    "next release": {
        "doctor": f"the service is {NEXT}, one release on, this client was made for {HERE.api_version}",
        "drift": f"the service is one release on: {NEXT}, and the base describes {HERE.api_version}; {ADVICE}",
        "suite": f"The service is one release on: {NEXT}, and openapi.yaml describes {HERE.api_version}.",
    },
    "later data": {
        "doctor": f"{DATA} (99.0.0): two releases on, the contract was written for {HERE.idc_version}",
        "drift": f"the idc_version of the service is two releases on: {DATA}, and the base describes "
        f"{HERE.idc_version}; {ADVICE}",
        "suite": f"The data of the service is two releases on: {DATA}, and openapi.yaml was written for "
        f"{HERE.idc_version}.",
    },
    "with the operation": {
        "doctor": "the service has what no release had when this client was made: GET /v3/releases/changes, "
        "V3TableInfo/notable_columns",
        "drift": "the operation is released now: remove the mark x-idc-since",
        "suite": "getReleaseChanges ",
    },
}


@contextmanager
def reporting(url: str, **members: str) -> Iterator[str]:
    """A service that reports other releases than the stand-in behind it, and is like it in all else."""

    class Handler(BaseHTTPRequestHandler):
        def forward(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            names = {"accept", "content-type"}
            headers = {name: value for name, value in self.headers.items() if name.lower() in names}
            answer = httpx.request(self.command, f"{url}{self.path}", content=sent, headers=headers)
            content = answer.content
            if self.path == "/v3/version":
                content = json.dumps(answer.json() | members).encode()
            self.send_response_only(answer.status_code)
            for name in ("content-type", "location", "allow", "date", "strict-transport-security", "vary"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = forward

        def log_message(self, *_: object) -> None:
            pass

    with LoopbackServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def services(standin: str) -> Iterator[dict[str, str]]:
    """The URL of each service."""
    with ExitStack() as stack:
        yield {
            "as described": standin,
            "next release": stack.enter_context(reporting(standin, api_version=NEXT)),
            "later data": stack.enter_context(reporting(standin, idc_version=DATA, idc_index_data_version="99.0.0")),
            "with the operation": stack.enter_context(serving("--next")),
        }


def others(name: str, program: str) -> list[str]:
    """What the program says of the other services, and must not say of this one."""
    said = {other: words[program] for other, words in SERVICES.items() if other != name}
    if program != "drift" and name != "with the operation":
        said.pop("as described", None)  # none of these has the operation
    return list(said.values())


@pytest.mark.parametrize("name", SERVICES)
def test_doctor_tells_which_it_is(run: RunCommand, services: dict[str, str], no_settings: None, name: str) -> None:
    result = run("--base-url", services[name], "doctor", "--json")
    details = [one["detail"] for one in result.json["findings"]]
    assert SERVICES[name]["doctor"] in "\n".join(details)
    assert not [words for words in others(name, "doctor") if words in "\n".join(details)]


@pytest.mark.parametrize("name", SERVICES)
def test_the_drift_run_tells_which_it_is(
    services: dict[str, str], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    url = services[name]
    options = ["--scope", "/v3", "--fail-on", "info", "--version-url", f"{url}/v3/version"]
    code = drift([str(idc_openapi.path()), f"{url}/v3/openapi.json", *options])
    said = capsys.readouterr().out
    assert code == (0 if name == "as described" else 1)
    assert SERVICES[name]["drift"] in said
    wrong = [words for words in others(name, "drift") if words in said]
    assert wrong == ([SERVICES["as described"]["drift"]] if name == "with the operation" else [])
    assert ("not released yet" in said) is (name != "with the operation")


@pytest.mark.parametrize("name", SERVICES)
def test_the_contract_suite_tells_which_it_is(
    services: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    quick = ("the service is well", "the newest release is the default")
    monkeypatch.setattr(v3, "RELATIONS", [one for one in v3.RELATIONS if one.name in quick])
    assert suite(["--url", services[name], "--generation", "v3", "--layer", "relations"]) == 0
    said = capsys.readouterr()
    assert SERVICES[name]["suite"] in said.out
    assert not [words for words in others(name, "suite") if words in said.out]
    if name in ("next release", "later data"):
        assert said.err.startswith("contract: ")
        assert SERVICES[name]["suite"] in said.err
