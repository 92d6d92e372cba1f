"""A service of canned answers on a loopback socket: the server of faults, where nothing goes wrong."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.support.faulty_server import Wire, faulty, message

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

    def answer(self, wire: Wire) -> bool:
        method, target = wire.request.method, wire.request.target
        self.asked.append(f"{method} {target}")
        status, body = self.answers.get(target.partition("?")[0], (404, {"detail": "Not Found"}))
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        kind = "text/plain" if isinstance(body, str) else "application/json"
        wire.send(message(status, content, {"content-type": kind, **self.headers}))
        return True


@contextmanager
def canned_service(secured: ssl.SSLContext | None = None) -> Iterator[CannedService]:
    """Serve canned answers, over TLS if a context is given."""
    service = CannedService()
    with faulty(service.answer, secured=secured) as server:
        service.url = server.url
        yield service
