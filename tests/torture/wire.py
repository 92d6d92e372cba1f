"""HTTP as an attacker writes it: a request as bytes, sent whole or in pieces, and the answer as it came.

Law: nothing is repeated, repaired or followed.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Address = tuple[str, int]

MOST = 64 * 2**20  # of an answer that is kept; the rest is counted
CHUNK = 2**16
JSON = "application/json"


@dataclass(slots=True)
class Answer:
    """An answer, or why there is none (then ``status`` is 0)."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    size: int = 0
    failure: str = ""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def pause(self) -> float:
        """Seconds that Retry-After asks for; 1 where it has none, or a date."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isdecimal() else 1.0

    def json(self) -> Any:
        """The body as JSON; None if it is something else."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def call(
    address: Address,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str | None] | None = None,
    timeout: float = 60.0,
) -> Answer:
    """One request on a connection of its own."""
    return exchange(address, [request(method, path, address, body, headers)], timeout)


def post(
    address: Address, path: str, content: Any, headers: Mapping[str, str] | None = None, timeout: float = 60.0
) -> Answer:
    """A POST of JSON."""
    return call(address, "POST", path, json.dumps(content).encode(), {"Content-Type": JSON, **(headers or {})}, timeout)


def request(
    method: str, path: str, address: Address, body: bytes | None = None, headers: Mapping[str, str | None] | None = None
) -> bytes:
    """A request as bytes; `Host`, `Content-Length` and `Connection` can be replaced, or left out by None."""
    given = dict(headers or {})
    lower = {name.lower() for name in given}
    lines = [f"{method} {path} HTTP/1.1"]
    if "host" not in lower:
        lines.append(f"Host: {address[0]}:{address[1]}")
    if body is not None and not lower & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    if "connection" not in lower:
        lines.append("Connection: close")
    lines += [f"{name}: {value}" for name, value in given.items() if value is not None]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + (body or b"")


def exchange(address: Address, pieces: Iterable[bytes], timeout: float, pause: float = 0.0) -> Answer:
    """Send pieces of a request with pauses between them, and read the answer.

    A server may answer and close before everything was sent; what it answered counts.
    """
    began = time.monotonic()
    try:
        with socket.create_connection(address, timeout=timeout) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            broken = ""
            for piece in pieces:
                try:
                    connection.sendall(piece)
                except OSError as error:
                    broken = f"{type(error).__name__} while sending"
                    break
                if pause:
                    time.sleep(pause)
            answer = read(connection, began + timeout)
            answer.failure = answer.failure and (broken or answer.failure)
    except OSError as error:
        answer = Answer(0, failure=f"{type(error).__name__}: {error}")
    answer.seconds = time.monotonic() - began
    return answer


def read(connection: socket.socket, deadline: float) -> Answer:
    """The answer on a connection, read until a moment of the monotonic clock."""
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        kept, size = bytearray(), 0
        while part := response.read1(CHUNK):
            size += len(part)
            if len(kept) < MOST:
                kept += part
            if time.monotonic() > deadline:
                return Answer(0, bytes(kept), headers, size=size, failure="the answer did not end in time")
        if response.length:
            return Answer(0, bytes(kept), headers, size=size, failure="the answer was cut off")
        return Answer(response.status, bytes(kept), headers, size=size)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(0, failure=f"{type(error).__name__}: {error}")
    finally:
        response.close()


def chunked(parts: Iterable[bytes]) -> Iterable[bytes]:
    """Parts of a body in the chunked transfer coding, with its end."""
    for part in parts:
        yield b"%x\r\n%s\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


def steady(text: str) -> str:
    """An answer without its page token, which differs from call to call."""
    before, mark, rest = text.partition('"next_page":"')
    return before + mark + rest.partition('"')[2] if mark else text
