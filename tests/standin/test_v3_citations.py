"""Citations against a resolver on this machine that does what doi.org and its registries do, well or badly."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal

import httpx
import pytest

from idc_ext import connect, v3
from idc_standin.v3.citations import cite
from tests.conftest import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Those of one collection, in the order in which they are asked for, and the one of IDC itself.
DOIS = [
    "10.5281/zenodo.11099004", "10.5281/zenodo.12689915", "10.5281/zenodo.16966285", "10.5281/zenodo.8345959",
    "10.7937/k9/tcia.2016.jgnihep5",
]  # fmt: skip
PAPER = "10.1148/rg.230180"
SELECTION = {"collection_id": "tcga_luad"}
Style = Literal["apa", "bibtex", "csl-json", "turtle"]
#: What to ask for -> in which style.
TYPES: dict[str, Style] = {
    "text/x-bibliography": "apa",
    "application/x-bibtex": "bibtex",
    "application/vnd.citationstyles.csl+json": "csl-json",
    "text/turtle": "turtle",
}


def words(style: Style, doi: str) -> str:
    """A citation as registries write it: a DOI in any case, escaped or not, white space around it, other DOIs in it."""
    return {
        "apa": f" Müller, Ä. (2016). Lungs [Data set]. https://doi.org/{doi.upper()}\n",
        "bibtex": f"\n@misc{{x, doi={{{doi}}}, url={{https://doi.org/{doi.replace('/', '%2F')}}}, title={{Müller}}}}\n",
        "csl-json": json.dumps({"DOI": doi.upper(), "title": "Müller", "reference": [{"DOI": DOIS[4]}]}),
        "turtle": f"<https://doi.org/{doi}> a schema:Dataset; schema:isBasedOn <https://doi.org/{DOIS[4]}> .",
    }[style]


def meant(style: Style, doi: str) -> Any:
    return json.loads(words(style, doi)) if style == "csl-json" else words(style, doi).strip()


class Server(ThreadingHTTPServer):
    """A resolver at `/`, and the registry it sends on to at `/registry/`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        #: DOI -> status and body in place of a faultless answer, or status and where to go, or seconds to wait.
        self.faults: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        first, _, rest = self.path[1:].partition("/")
        if first != "registry":
            doi = self.path[1:]
            self.server.asked.append((doi, self.headers["Accept"]))
            fault = self.server.faults.get(doi)
            return self._reply(*(fault if isinstance(fault, tuple) else (302, f"{self.server.url}/registry/{doi}")))
        time.sleep(self.server.faults.get(rest, 0))
        return self._reply(200, words(TYPES[self.headers["Accept"].partition(";")[0]], rest))

    def _reply(self, status: int, text: str | bytes) -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("Location", str(text))
        if isinstance(text, bytes):
            self.send_header("Content-Type", "text/x-bibliography; charset=ISO-8859-1")
        self.end_headers()
        self.wfile.write(text if isinstance(text, bytes) else text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def resolver(running: Server) -> Server:
    running.faults, running.asked = {}, []
    return running


@pytest.fixture(scope="module")
def citing(running: Server) -> Iterator[str]:
    """A stand-in that asks this resolver."""
    with serving("--doi-resolver", running.url, "--check-answers") as url:
        yield url


@pytest.mark.parametrize(("kind", "style"), TYPES.items())
def test_each_style_is_what_the_registry_says_when_asked_for_it(
    resolver: Server, citing: str, kind: str, style: Style
) -> None:
    body = {"filters": {"terms": {"collection_id": ["tcga_luad"]}}, "citation_format": style.upper()}
    answer = httpx.post(f"{citing}/v3/citations", json=body).json()
    assert answer["format"] == style
    assert answer["citations"] == [meant(style, doi) for doi in DOIS]
    assert answer["idc_acknowledgment"] == meant(style, PAPER)
    assert [doi for doi, _ in resolver.asked] == [*DOIS, PAPER]
    assert {accepted.partition(";")[0] for _, accepted in resolver.asked} == {kind}


@pytest.mark.parametrize("style", TYPES.values())
def test_the_client_has_them_all_and_leaves_none_unresolved(resolver: Server, citing: str, style: Style) -> None:
    with connect(citing) as idc:
        found = v3.citations(idc, SELECTION, style=style)
    assert found == v3.Citations([meant(style, doi) for doi in DOIS], [], meant(style, PAPER))
    assert resolver.asked


@pytest.mark.parametrize("style", TYPES.values())
@pytest.mark.parametrize(
    "fault",
    [
        (404, "DOI Not Found"),
        (500, "oops"),
        (503, b""),
        (204, b""),
        (406, "no such style"),
        (200, b""),
        (200, "<!DOCTYPE html><title>Lungs</title> https://doi.org/10.5281/zenodo.12689915"),
        (200, " \n<html lang='en'>10.7937/k9/tcia.2016.jgnihep5"),
        (302, "http://127.0.0.1:9/out/of/reach"),
        (302, "http://127.0.0.1:0/"),
        (302, "gopher://127.0.0.1/"),
        (302, "/10.5281/zenodo.12689915"),
    ],
)
def test_what_does_not_resolve_is_named_and_costs_no_other(
    resolver: Server, citing: str, fault: tuple[int, str], style: Style
) -> None:
    lost = [DOIS[1], DOIS[4]]
    resolver.faults = dict.fromkeys([*lost, PAPER], fault)
    with connect(citing) as idc:
        found = v3.citations(idc, SELECTION, style=style)
    kept = [doi for doi in DOIS if doi not in lost]
    assert found == v3.Citations([meant(style, doi) for doi in kept], lost, None)
    assert {doi for doi, _ in resolver.asked} == {*DOIS, PAPER}


def test_letters_are_what_the_registry_says_they_are(resolver: Server, citing: str) -> None:
    resolver.faults[DOIS[3]] = (200, words("apa", DOIS[3]).encode("latin-1"))
    with connect(citing) as idc:
        assert v3.citations(idc, SELECTION).citations == [meant("apa", doi) for doi in DOIS]


@pytest.mark.parametrize(("style", "nothing"), [("apa", " \n"), ("csl-json", "{}"), ("csl-json", "null")])
def test_what_says_nothing_is_no_citation(resolver: Server, style: Style, nothing: str) -> None:
    resolver.faults = {DOIS[0]: (200, nothing)}
    assert cite(DOIS[:1], style, resolver.url)[0] == []


def test_a_slow_registry_is_waited_for(resolver: Server, citing: str) -> None:
    resolver.faults[DOIS[2]] = 0.7
    with connect(citing) as idc:
        assert v3.citations(idc, SELECTION).unresolved == []


def test_a_registry_that_takes_too_long_is_left_out(resolver: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idc_standin.v3.citations.SECONDS", 0.3)
    resolver.faults[DOIS[2]] = 1.5
    found, paper = cite(DOIS, "apa", resolver.url)
    assert found == [meant("apa", doi) for doi in DOIS if doi != DOIS[2]]
    assert paper == meant("apa", PAPER)


def test_without_a_resolver_all_are_named_at_once() -> None:
    with serving("--doi-resolver", "http://127.0.0.1:9") as url, connect(url) as idc:
        assert v3.citations(idc, SELECTION) == v3.Citations([], DOIS, None)
