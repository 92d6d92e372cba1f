"""A service of canned answers on a loopback socket."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from tests.support.loopback_server import LoopbackServer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator


class CannedService:
    """A service of canned answers: path to (status, body), where a body that is no text is JSON."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        self.url = ""


@contextmanager
def canned_service(secured: ssl.SSLContext | None = None) -> Iterator[CannedService]:
    """Serve canned answers, over TLS if a context is given."""
    service = CannedService()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            service.asked.append(f"{self.command} {self.path}")
            status, body = service.answers.get(self.path.partition("?")[0], (404, {"detail": "Not Found"}))
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response_only(status)
            headers = {"Content-Type": "text/plain" if isinstance(body, str) else "application/json", **service.headers}
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            pass

    with LoopbackServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        if secured is not None:
            server.socket = secured.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            service.url = f"https://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield service
        server.shutdown()
        thread.join()
