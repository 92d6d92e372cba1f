"""A server on this machine that receives one redirect of the browser (RFC 8252, 7.3).

It listens on the loopback address alone, on a free port, and shows nothing of the requests that it receives. Only a
redirect with the state of this login is accepted; every other request gets a 404, and the server keeps waiting.
"""

from __future__ import annotations

import hmac
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from ._id_token import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

#: In seconds: how long one connection may take to send its request; browsers open some that never send one.
CONNECTION_SECONDS = 5.0
LONGEST_PATH = 16_384

_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>{0}</title>"
    "<body style='font-family:sans-serif;margin:4em'><h1>{0}</h1><p>{1}</p>"
)
_DONE_PAGE = _PAGE.format("Thank you", "You may close this window and go back to where you started the login.")
_NOT_FOUND_PAGE = _PAGE.format("Nothing here", "This address waits for the answer to a login, and this is not it.")


class RedirectServer:
    """The server of one login, which runs within a `with` block."""

    def __init__(self, state: str, port: int = 0) -> None:
        """Listen for the redirect with this `state`; raises OSError if the port is taken."""
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._server = _Server(("127.0.0.1", port), _handler(state, self._answers.put))
        self.redirect_uri = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> RedirectServer:
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="login").start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def wait_for_redirect(self, seconds: float) -> Secret | None:
        """Wait for the redirect and return its URL; None if it does not come in time."""
        try:
            return Secret(self.redirect_uri + self._answers.get(timeout=seconds).lstrip("/"))
        except queue.Empty:
            return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = False  # no other program may share the port

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: browsers often close connections early."""


def _handler(state: str, put: Callable[[str], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = CONNECTION_SECONDS
        server_version, sys_version = "idc-ext", ""

        def do_GET(self) -> None:
            path = self.path if len(self.path) <= LONGEST_PATH else ""
            is_redirect = _is_redirect_of_login(path, state)
            page = (_DONE_PAGE if is_redirect else _NOT_FOUND_PAGE).encode()
            try:
                self._send(200 if is_redirect else 404, page)
            finally:
                if is_redirect:
                    put(path)

        def _send(self, status: int, page: bytes) -> None:
            self.send_response(status)
            for name, value in {
                "Content-Type": "text/html; charset=utf-8",
                "Content-Length": str(len(page)),
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
                "Connection": "close",
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *said: Any) -> None:
            """Log nothing: the line would contain the code."""

    return Handler


def _is_redirect_of_login(path: str, state: str) -> bool:
    parts = urlsplit(path)
    given = parse_qs(parts.query)
    right = hmac.compare_digest(given.get("state", [""])[0].encode(), state.encode())
    return parts.path == "/" and right and ("code" in given or "error" in given)
