"""Registries on this machine that do what DataCite, doi.org and those behind it do, well or badly."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from idc_standin.v3.citations import Registries
from tests.support.loopback_server import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Those of the collection tcga_luad, in the order in which they are asked for, and the one of IDC itself.
DOIS = [
    "10.5281/zenodo.11099004", "10.5281/zenodo.12689915", "10.5281/zenodo.16966285", "10.5281/zenodo.8345959",
    "10.7937/k9/tcia.2016.jgnihep5",
]  # fmt: skip
PAPER = "10.1148/rg.230180"
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
    """The same as the stand-in should return it."""
    return json.loads(words(style, doi)) if style == "csl-json" else words(style, doi).strip()


class Server(LoopbackServer):
    """DataCite at `/dois`, a resolver at `/`, and the registry that the resolver sends on to at `/registry/`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reset()

    def reset(self) -> None:
        """Forget what was asked for, and do everything well but that DataCite knows no DOI."""
        #: DOI -> status and body in place of a faultless answer, or status and where to go, or seconds to wait.
        self.faults: dict[str, Any] = {}
        #: Number of a batch -> status and body, or seconds to wait; None stands for every batch.
        self.batch_faults: dict[int | None, Any] = {}
        #: The DOIs that DataCite has, or None if it has all.
        self.registered: set[str] | None = set()
        self.asked: list[tuple[str, str]] = []
        self.batches: list[tuple[list[tuple[str, str]], str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def registries(self) -> Registries:
        return Registries(self.url, self.url)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        first, _, rest = self.path[1:].partition("/")
        if first.startswith("dois?"):
            return self._batch()
        if first != "registry":
            doi = self.path[1:]
            self.server.asked.append((doi, self.headers["Accept"]))
            fault = self.server.faults.get(doi)
            return self._reply(*(fault if isinstance(fault, tuple) else (302, f"{self.server.url}/registry/{doi}")))
        time.sleep(self.server.faults.get(rest, 0))
        return self._reply(200, words(TYPES[self.headers["Accept"].partition(";")[0]], rest))

    def _batch(self) -> None:
        asked = parse_qsl(urlsplit(self.path).query, strict_parsing=True)
        self.server.batches.append((asked, self.headers["Accept"]))
        faults = self.server.batch_faults
        fault = faults.get(len(self.server.batches) - 1, faults.get(None))
        if isinstance(fault, tuple):
            return self._reply(*fault)
        time.sleep(fault or 0)
        dois = dict(asked)["query"].removeprefix('doi:("').removesuffix('")').split('" OR "')
        known = [doi for doi in dois if self.server.registered is None or doi in self.server.registered]
        return self._reply(200, many(TYPES[self.headers["Accept"].partition(";")[0]], known))

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


def many(style: Style, dois: Sequence[str]) -> str:
    """What DataCite writes of several DOIs, in an order of its own; each entry says that it is DataCite's."""
    entries = [by_datacite(style, doi) for doi in reversed(dois)]
    if style == "csl-json":
        return json.dumps(entries)
    return "\n \t\r\n".join(f"  {entry}\n" for entry in entries)


def by_datacite(style: Style, doi: str) -> Any:
    """One of those entries as the stand-in should return it."""
    if style == "csl-json":
        return {"DOI": doi.upper(), "title": "Müller", "source": "DataCite", "number": 1e-6}
    return f"Müller, DataCite.\nhttps://doi.org/{doi.upper()}"
