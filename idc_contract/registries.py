"""Registries of DOIs on this machine, so that the local service has citations without the internet.

Law: answers as DataCite and doi.org do, in each style, for any DOI; knows nothing of the stand-in.
"""

from __future__ import annotations

import json
import re
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

#: Media type -> the citation of a DOI in it.
STYLES: dict[str, Callable[[str], str]] = {
    "text/x-bibliography": lambda doi: f"Contract, C. (2026). Data of {doi} [Data set]. https://doi.org/{doi}",
    "application/x-bibtex": lambda doi: f"@misc{{contract, doi={{{doi}}}, title={{Data of {doi}}}}}",
    "application/vnd.citationstyles.csl+json": lambda doi: json.dumps({"DOI": doi, "title": f"Data of {doi}"}),
    "text/turtle": lambda doi: f"<https://doi.org/{doi}> a <https://schema.org/Dataset> .",
}


@cache
def registries() -> str:
    """The address of the registries, which are started at the first call and end with the process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True, name="registries").start()
    return f"http://127.0.0.1:{server.server_port}"


class _Handler(BaseHTTPRequestHandler):
    """`GET /dois?query=…` as DataCite, `GET /DOI` as doi.org."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        media_type = self.headers["Accept"].partition(";")[0]
        style = STYLES[media_type]
        if address.path == "/dois":
            cited = [style(doi) for doi in re.findall('"([^"]+)"', parse_qs(address.query)["query"][0])]
            text = f"[{', '.join(cited)}]" if media_type.endswith("json") else "\n\n".join(cited)
        else:
            text = style(unquote(address.path[1:]))
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{media_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
