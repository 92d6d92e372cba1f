"""Hooks into httpcore: sockets that know the deadline, and large bodies that are read past h11.

Law: this is the only module that touches what is private to httpx, httpcore and h11. Where any of it is not as it was,
everything works as without the hooks, and a test fails.

httpx limits each read by itself: a server that drips a byte now and then is never too slow for it
(https://github.com/encode/httpx/issues/1450). Asynchronous calls can be cancelled; a synchronous one has to look at the
clock before every read. httpcore takes a network backend for such things, httpx has no way to hand one in, so that it
is put where httpcore keeps it. Without it, an attempt still has no more than what is left for each single read.

h11 and httpcore copy each piece of a body four times, into memory that is new to the process each time: for a page of
megabytes that costs more than to decode it. Where a body says its length and much of it is still to come, its pieces
are taken from the socket as they are, and h11 is told how many bytes that were. It still sees the first piece and the
last byte, so that the connection serves again, and one that breaks off is noticed, as ever; time-outs, deadlines, TLS
and proxies are in the layers below and above, which stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import deadline

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import httpx


#: A body with fewer bytes to come is left to h11.
LARGE = 65_536
#: The most bytes that are asked of a socket at once.
PIECE = 262_144


class Late(TimeoutError):
    """The deadline is over. `attempts` says whose, and of what."""


def watch(client: httpx.Client) -> None:
    """Have all sockets that a client will open look at the deadline."""
    mounts = getattr(client, "_mounts", {})
    for transport in (getattr(client, "_transport", None), *mounts.values()):
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if pool is not None and backend is not None and not isinstance(backend, _Backend):
            pool._network_backend = _Backend(backend)


def _allowed(timeout: float | None) -> float | None:
    until = deadline.current()
    if until is not None and until.over():
        raise Late
    return deadline.shrunk(timeout, until)


class _Backend:
    """A network backend of httpcore's kind, around another one."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def connect_tcp(self, *args: Any, timeout: float | None = None, **options: Any) -> _Stream:
        return _Stream(self._backend.connect_tcp(*args, timeout=_allowed(timeout), **options))

    def connect_unix_socket(self, *args: Any, timeout: float | None = None, **options: Any) -> _Stream:
        return _Stream(self._backend.connect_unix_socket(*args, timeout=_allowed(timeout), **options))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream:
    """A network stream of httpcore's kind, around another one."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        found: bytes = self._stream.read(max_bytes, timeout=_allowed(timeout))
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=_allowed(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _allowed(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def hasten(response: httpx.Response) -> None:
    """Have the body of a response that has not been read come past h11, if it is large."""
    size = response.headers.get("content-length", "")
    if size.isdecimal() and int(size) > LARGE:
        source: Any = response.stream
        while source is not None and not hasattr(source, "_connection"):
            source = getattr(source, "_httpcore_stream", None) or getattr(source, "_stream", None)
        if hasattr(getattr(source, "_connection", None), "_h11_state"):
            source._connection = (_Connection if hasattr(source, "__iter__") else _AsyncConnection)(source._connection)


class _Around:
    """A connection of httpcore's that reads bodies in another way."""

    def __init__(self, connection: Any) -> None:
        self._around = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._around, name)

    def _missing(self) -> int:
        """Say how many bytes can be taken past h11: all that it waits for but the last; 0 where nobody can tell."""
        missing = getattr(getattr(self._around._h11_state, "_reader", None), "_remaining", 0)
        return missing - 1 if type(missing) is int and missing > LARGE else 0

    def _took(self, piece: bytes) -> None:
        self._around._h11_state._reader._remaining -= len(piece)


class _Connection(_Around):
    def _receive_response_body(self, request: Any) -> Iterator[bytes]:
        timeout = request.extensions.get("timeout", {}).get("read")
        for piece in self._around._receive_response_body(request=request):
            yield piece
            while missing := self._missing():
                taken = self._around._network_stream.read(min(missing, PIECE), timeout=timeout)
                if not taken:
                    break  # h11 will find that out, too, and say what is wrong with it
                self._took(taken)
                yield taken


class _AsyncConnection(_Around):
    async def _receive_response_body(self, request: Any) -> AsyncIterator[bytes]:
        timeout = request.extensions.get("timeout", {}).get("read")
        async for piece in self._around._receive_response_body(request=request):
            yield piece
            while missing := self._missing():
                taken = await self._around._network_stream.read(min(missing, PIECE), timeout=timeout)
                if not taken:
                    break
                self._took(taken)
                yield taken
