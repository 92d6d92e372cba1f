"""A server on a real socket that makes faults on purpose: one step for each request that arrives.

The faults that every part of this project is tried with are in `faults`, each as a step.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

#: No step goes on for longer than this many seconds. No call of a test may wait for that: `faulty` fails where one
#: does, so that no test of a deadline has to look at the clock.
LONGEST = 60.0


@dataclass
class Seen:
    """A request that arrived, and on which connection, counted from 0."""

    connection: int
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    """One connection, as steps see it, and the request to answer."""

    socket: socket.socket
    result: threading.Event
    outlasted: threading.Event
    seen: Seen | None = None

    @property
    def request(self) -> Seen:
        assert self.seen is not None
        return self.seen

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def send_for_ever(self, data: bytes, pause: float = 0.0) -> None:
        """Send the same again and again, until the other side has gone or the test is over."""
        end = time.monotonic() + LONGEST
        while not self.result.wait(pause):
            if time.monotonic() > end:
                self.outlasted.set()
                return
            self.send(data)

    def wait(self) -> None:
        """Do nothing, until the test is over."""
        if not self.result.wait(LONGEST):
            self.outlasted.set()

    def reset(self) -> None:
        """Close with RST in place of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Callable[[Wire], bool]:
    """A whole answer, after which the connection stays open."""

    def step(wire: Wire) -> bool:
        wire.send(message(status, body, headers))
        return True

    return step


def answer_and_close(status: int = 200, body: bytes = b"{}", **headers: str) -> Callable[[Wire], bool]:
    """A whole answer, after which the connection is closed without notice."""

    def step(wire: Wire) -> bool:
        wire.send(message(status, body, headers))
        return False

    return step


def reset(wire: Wire) -> bool:
    """No answer, but a reset."""
    wire.reset()
    return False


def hang_up(wire: Wire) -> bool:
    """No answer, but an orderly end."""
    return False


def silence(wire: Wire) -> bool:
    """Nothing at all."""
    wire.wait()
    return False


def truncated(
    body: bytes = b'{"a": 1}', *, missing: int = 3, rst: bool = False, **headers: str
) -> Callable[[Wire], bool]:
    """An answer that breaks off before its end."""

    def step(wire: Wire) -> bool:
        wire.send(message(200, body, headers)[:-missing])
        if rst:
            time.sleep(0.02)  # or else the reset overtakes what was sent
            wire.reset()
        return False

    return step


def drip(data: bytes = b"", *, headers: bool = False, pause: float = 0.02) -> Callable[[Wire], bool]:
    """An answer byte by byte, for ever: of its body, or already of its headers."""

    def step(wire: Wire) -> bool:
        start = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        wire.send(start + (b"X-Long: " if headers else b"Content-Length: 1000000\r\n\r\n" + data))
        wire.send_for_ever(b"1", pause)
        return False

    return step


def message(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    """A whole answer as bytes, its length included."""
    said = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in said.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Faulty:
    """The server: its URL, its next steps, and the requests that have arrived."""

    url: str
    steps: list[Callable[[Wire], bool]]
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0

    @property
    def paths(self) -> list[str]:
        return [one.target for one in self.seen]


@contextmanager
def faulty(*steps: Callable[[Wire], bool], secured: ssl.SSLContext | None = None) -> Iterator[Faulty]:
    """Serve the steps, one for each request; the last one again for all that come after it; over TLS with a context."""
    result, outlasted = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = Faulty(f"https://localhost:{port}" if secured else f"http://127.0.0.1:{port}", list(steps))
        workers: list[threading.Thread] = []

        def accept() -> None:
            while not result.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                number = server.connections
                server.connections += 1
                wire = Wire(connection, result, outlasted)
                worker = threading.Thread(target=_serve, args=(server, wire, number, secured), daemon=True)
                workers.append(worker)
                worker.start()

        listening = threading.Thread(target=accept, daemon=True)
        listening.start()
        try:
            yield server
        finally:
            result.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listening.join(LONGEST)
            for worker in workers:
                worker.join(LONGEST)
    assert not outlasted.is_set(), f"a call waited for a server that does nothing for {LONGEST:g} s"


def _serve(server: Faulty, wire: Wire, number: int, secured: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        if secured is not None:
            wire.socket.settimeout(LONGEST)
            wire.socket = secured.wrap_socket(wire.socket, server_side=True)
    with wire.socket, suppress(OSError):
        wire.socket.settimeout(0.05)
        while (seen := _request(wire, number)) is not None:
            server.seen.append(seen)
            wire.seen = seen
            step = server.steps.pop(0) if len(server.steps) > 1 else server.steps[0]
            wire.socket.settimeout(LONGEST)
            if not step(wire):
                return
            wire.socket.settimeout(0.05)


def _request(wire: Wire, number: int) -> Seen | None:
    data = bytearray()
    while b"\r\n\r\n" not in data:
        if not _more(wire, data):
            return None
        if not data[:1].isalpha():  # not HTTP: a client that begins with TLS
            wire.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            return None
    head, _, body = bytes(data).partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
    whole = bytearray(body)
    while len(whole) < int(headers.get("content-length", 0)):
        if not _more(wire, whole):
            return None
    method, target, _ = first.split(" ")
    return Seen(number, method, target, headers, bytes(whole))


def _more(wire: Wire, data: bytearray) -> bool:
    while not wire.result.is_set():
        try:
            piece = wire.socket.recv(65_536)
        except TimeoutError:
            continue
        data += piece
        return bool(piece)
    return False
