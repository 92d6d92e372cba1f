"""A threaded HTTP server on loopback that keeps its peers' early departures out of the standard error of a test.

`socketserver` prints a traceback when a client hangs up in mid-answer. A thread of a server may do so while another
test is capturing standard error, which that test would then read as its own output.
"""

from __future__ import annotations

import sys
from http.server import ThreadingHTTPServer


class LoopbackServer(ThreadingHTTPServer):
    """A server whose handler errors are printed, unless the client closed the connection or broke off a handshake."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]
