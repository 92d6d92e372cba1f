"""BigQuery's REST API on loopback, scripted: it answers what stands in a file of exchanges, and nothing else.

The files in `exchanges` were written by hand after the reference of the API; none was recorded, as there is no account.
Every answer in them that is not a refusal was checked against Google's discovery document `bigquery.v2`. What
many exchanges have in common stands in `envelopes.json`: an exchange names the one that it is `like`, and lists what is
different. A request must be the next one that is expected: method, path, the named query parameters (null: absent) and
members of the body. `{job}` stands for the job's name, which the client chooses, and `{query}` for the statement. An
exchange with `again` may come more than once.
"""

from __future__ import annotations

import json
import threading
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from tests.support.loopback_server import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ServeScript: TypeAlias = "Callable[[str], AbstractContextManager[ScriptedService]]"
FOLDER = Path(__file__).parent / "exchanges"
ENVELOPES: dict[str, Any] = json.loads(FOLDER.with_name("envelopes.json").read_text(encoding="utf-8"))["envelopes"]
#: The rows of the exchanges `manifest`, on all of their pages.
ROWS = [
    {"PatientID": "1.3.6.1.4.1.9328.50.7.1", "Modality": "CT", "instanceCount": 60, "series_size_MB": 31.5},
    {"PatientID": "1.3.6.1.4.1.9328.50.7.2", "Modality": "MR", "instanceCount": 1, "series_size_MB": 0.526336},
    {"PatientID": "=HYPERLINK(1)\n\u202e", "Modality": "SR", "instanceCount": 1, "series_size_MB": None},
    {"PatientID": 'ü,"x"', "Modality": None, "instanceCount": 9007199254740993, "series_size_MB": 1e-7},
    {"PatientID": "p5", "Modality": "SEG", "instanceCount": 2, "series_size_MB": 3.0},
]


def read_exchanges(name: str) -> list[dict[str, Any]]:
    """The exchanges of a file, each with its envelope."""
    script = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return [_with_envelope(ENVELOPES[one.pop("like")], one) if "like" in one else one for one in script["exchanges"]]


class ScriptedService:
    """A service that answers as scripted.

    Attributes:
        url: Where it is.
        requests: What came: method, path, query, headers and body of each request.
        unexpected: Requests that were not to come.
    """

    def __init__(self, name: str) -> None:
        self._exchanges = read_exchanges(name)
        self._position = 0
        self._names = {"job": "", "query": ""}
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.unexpected: list[str] = []

    @property
    def remaining_exchanges(self) -> int:
        """How many exchanges have not come."""
        return sum(not one.get("again") for one in self._exchanges[self._position :])

    def statements(self, *, dry_run: bool) -> list[str]:
        """The statements that were sent."""
        found = [one["body"]["configuration"] for one in self.requests if one["path"].endswith("/jobs")]
        return [one["query"]["query"] for one in found if one.get("dryRun", False) == dry_run]

    def answer(self, request: dict[str, Any]) -> tuple[int, Any]:
        """Give status and body."""
        self.requests.append(request)
        if request["path"].endswith("/jobs"):
            self._names["job"] = request["body"]["jobReference"]["jobId"]
            self._names["query"] = request["body"]["configuration"]["query"]["query"]
        places = [*range(self._position, len(self._exchanges))]
        repeated = [place for place in range(self._position) if self._exchanges[place].get("again")]
        for place in [*places, *repeated]:
            exchange = self._exchanges[place]
            if self._matches(exchange["request"], request):
                self._position = max(self._position, place + (not exchange.get("again") or place < self._position))
                return exchange["response"]["status"], self._fill_placeholders(exchange["response"]["body"])
            if not exchange.get("again"):
                break
        self.unexpected.append(f"{request['method']} {request['path']} {request['query']}")
        return 501, {"error": {"code": 501, "message": "not scripted", "errors": [{"reason": "notImplemented"}]}}

    def _matches(self, expected: dict[str, Any], request: dict[str, Any]) -> bool:
        same = all(request["query"].get(name) == value for name, value in expected.get("query", {}).items())
        path = expected["path"].replace("{job}", self._names["job"])
        return (
            same
            and (expected["method"], path) == (request["method"], request["path"])
            and _contains(expected.get("body", {}), request["body"])
        )

    def _fill_placeholders(self, value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("{job}", self._names["job"]) if value != "{query}" else self._names["query"]
        if isinstance(value, dict):
            return {name: self._fill_placeholders(one) for name, one in value.items()}
        return [self._fill_placeholders(one) for one in value] if isinstance(value, list) else value


@contextmanager
def scripted_service(name: str) -> Iterator[ScriptedService]:
    """Serve one file of exchanges; at the end nothing unexpected must have come."""
    scripted = ScriptedService(name)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            parts = urlsplit(self.path)
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            status, body = scripted.answer(
                {
                    "method": self.command,
                    "path": parts.path,
                    "query": query,
                    "headers": {key.lower(): value for key, value in self.headers.items()},
                    "body": json.loads(raw) if raw else {},
                }
            )
            content = json.dumps(body).encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    with LoopbackServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        scripted.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield scripted
        finally:
            server.shutdown()
            thread.join()
    assert scripted.unexpected == []


def _with_envelope(envelope: dict[str, Any], different: dict[str, Any]) -> dict[str, Any]:
    both = {name: (envelope[name], value) for name, value in different.items() if name in envelope}
    nested = {name: _with_envelope(*pair) for name, pair in both.items() if all(isinstance(one, dict) for one in pair)}
    return {**envelope, **different, **nested}


def _contains(expected: Any, found: Any) -> bool:
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(_contains(value, found.get(name)) for name, value in expected.items())
    return bool(expected == found)
