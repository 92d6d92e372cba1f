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
LARGE_BODY = 65_536
#: The most bytes that are asked of a socket at once.
LARGEST_READ = 262_144


class DeadlineOver(TimeoutError):
    """The deadline is over. `attempts` says whose, and of what."""


def enforce_deadline_on_sockets(client: httpx.Client) -> None:
    """Have all sockets that a client will open look at the deadline."""
    mounts = getattr(client, "_mounts", {})
    for transport in (getattr(client, "_transport", None), *mounts.values()):
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if pool is not None and backend is not None and not isinstance(backend, _DeadlineBackend):
            pool._network_backend = _DeadlineBackend(backend)


def _timeout_within_deadline(timeout: float | None) -> float | None:
    until = deadline.current()
    if until is not None and until.over():
        raise DeadlineOver
    return deadline.cap_timeout(timeout, until)


class _DeadlineBackend:
    """A network backend of httpcore's kind, around another one."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def connect_tcp(self, *args: Any, timeout: float | None = None, **options: Any) -> _DeadlineStream:
        return _DeadlineStream(self._backend.connect_tcp(*args, timeout=_timeout_within_deadline(timeout), **options))

    def connect_unix_socket(self, *args: Any, timeout: float | None = None, **options: Any) -> _DeadlineStream:
        return _DeadlineStream(
            self._backend.connect_unix_socket(*args, timeout=_timeout_within_deadline(timeout), **options)
        )

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _DeadlineStream:
    """A network stream of httpcore's kind, around another one."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        found: bytes = self._stream.read(max_bytes, timeout=_timeout_within_deadline(timeout))
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=_timeout_within_deadline(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _DeadlineStream:
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, _timeout_within_deadline(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def read_large_bodies_directly(response: httpx.Response) -> None:
    """Have the body of a response that has not been read come past h11, if it is large."""
    size = response.headers.get("content-length", "")
    if size.isdecimal() and int(size) > LARGE_BODY:
        source: Any = response.stream
        while source is not None and not hasattr(source, "_connection"):
            source = getattr(source, "_httpcore_stream", None) or getattr(source, "_stream", None)
        if hasattr(getattr(source, "_connection", None), "_h11_state"):
            source._connection = (_SyncDirectReading if hasattr(source, "__iter__") else _AsyncDirectReading)(
                source._connection
            )


class _DirectReading:
    """A connection of httpcore's that reads bodies in another way."""

    def __init__(self, connection: Any) -> None:
        self._wrapped = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    def _bytes_readable_directly(self) -> int:
        """Say how many bytes can be taken past h11: all that it waits for but the last; 0 where nobody can tell."""
        missing = getattr(getattr(self._wrapped._h11_state, "_reader", None), "_remaining", 0)
        return missing - 1 if type(missing) is int and missing > LARGE_BODY else 0

    def _count_as_read(self, piece: bytes) -> None:
        self._wrapped._h11_state._reader._remaining -= len(piece)


class _SyncDirectReading(_DirectReading):
    def _receive_response_body(self, request: Any) -> Iterator[bytes]:
        timeout = request.extensions.get("timeout", {}).get("read")
        for piece in self._wrapped._receive_response_body(request=request):
            yield piece
            while missing := self._bytes_readable_directly():
                taken = self._wrapped._network_stream.read(min(missing, LARGEST_READ), timeout=timeout)
                if not taken:
                    break  # h11 will find that out, too, and say what is wrong with it
                self._count_as_read(taken)
                yield taken


class _AsyncDirectReading(_DirectReading):
    async def _receive_response_body(self, request: Any) -> AsyncIterator[bytes]:
        timeout = request.extensions.get("timeout", {}).get("read")
        async for piece in self._wrapped._receive_response_body(request=request):
            yield piece
            while missing := self._bytes_readable_directly():
                taken = await self._wrapped._network_stream.read(min(missing, LARGEST_READ), timeout=timeout)
                if not taken:
                    break
                self._count_as_read(taken)
                yield taken
