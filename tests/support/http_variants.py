"""Correct services that speak HTTP in another way than the stand-in does: a reverse proxy for each."""

from __future__ import annotations

import gzip
import itertools
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import httpx

from tests.support.loopback_server import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIANTS = ("gzip", "chunked", "closing", "HTTP/1.0", "429", "restarting", "header case and whitespace")
DROPPED = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})
EVERY = 40
"""Of so many requests, one is answered with 429 or 503."""


@contextmanager
def variant(kind: str, url: str) -> Iterator[str]:
    """The address of a proxy before a service, which answers in a way of its own."""
    client = httpx.Client(timeout=60)
    numbers = itertools.count(1)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0" if kind == "HTTP/1.0" else "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 16

        def forward(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            with lock:
                number = next(numbers)
            if kind in ("429", "restarting") and number % EVERY == 0:
                self.send_response_only(429 if kind == "429" else 503)
                self.send_header("Retry-After", "0")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            headers = [(name, value) for name, value in self.headers.items() if name.lower() not in DROPPED]
            answer = client.request(self.command, f"{url}{self.path}", content=sent or None, headers=headers)
            self.answer(answer, answer.content)

        def answer(self, answer: httpx.Response, content: bytes) -> None:
            self.send_response_only(answer.status_code)
            named = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in DROPPED]
            if kind == "header case and whitespace":
                named = [(name.upper(), value) for name, value in named]
                if content and answer.headers.get("content-type", "").startswith("application/json"):
                    content = json.dumps(answer.json(), indent=3, ensure_ascii=True).encode() + b"\n"
            if kind == "gzip" and content and "gzip" in self.headers.get("accept-encoding", ""):
                content = gzip.compress(content, 1)
                named.append(("Content-Encoding", "gzip"))
            for name, value in named:
                self.send_header(name, value)
            if kind == "closing":
                self.send_header("Connection", "close")
            empty = self.command == "HEAD" or answer.status_code in (204, 304)
            if kind == "chunked" and not empty:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for start in range(0, len(content), 1000):
                    part = content[start : start + 1000]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.write(b"0\r\n\r\n")
                return
            if kind != "HTTP/1.0" and not empty:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(b"" if empty else content)

        def log_message(self, *_: Any) -> None:
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"):
        setattr(Handler, f"do_{method}", Handler.forward)
    with LoopbackServer(("127.0.0.1", 0), Handler) as server, client:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
