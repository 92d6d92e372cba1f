"""Hooks into httpx and httpcore: deadlines on sockets, no answer to another request, large bodies, another decoder.

Law: this is the only module that touches private members of httpx, httpcore and h11. If one of them changes, the
client works as without the hooks, and a test fails.

The time-outs of httpx apply to each read alone: a server that sends a byte now and then never exceeds them
(https://github.com/encode/httpx/issues/1450). Asynchronous calls can be cancelled; a synchronous one has to look at the
clock before every read. httpcore accepts a network backend for that, but httpx cannot pass one on, so it is put
where httpcore keeps its own. Without it, each single read is still limited to the time that is left.

h11 and httpcore copy each piece of a body four times, into newly allocated memory each time: for a page of several
megabytes that costs more than decoding it. Where a body declares its length and much of it is still to come, its pieces
are read directly from the socket, and h11's count of remaining bytes is reduced. h11 still sees the first piece and the
last byte, so the connection can be reused and a body that breaks off is noticed; time-outs, deadlines, TLS and proxies
are in the layers below and above, which do not change.

Bytes behind the end of a response would be taken for the response to the next request of that connection. httpcore
does not reuse a connection whose socket can be read, but the bytes may have been read already: h11 may hold them, TLS,
or the event loop. So a connection that holds any when its response ends is closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import deadline

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import httpx


#: A body with fewer bytes to come is read through h11.
LARGE_BODY = 65_536
#: The most bytes that are requested from a socket at once.
LARGEST_READ = 262_144


class DeadlineOver(TimeoutError):
    """The deadline is over, seen at a socket. `attempts` makes of it the error of the call."""


def enforce_deadline_on_sockets(client: httpx.Client) -> None:
    """Make all sockets that a client will open check the deadline before each operation."""
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
    """A network backend for httpcore, around another one, that checks the deadline."""

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
    """A network stream for httpcore, around another one, that checks the deadline."""

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


def is_error_of_socks(error: Exception) -> bool:
    """Say whether the answer of a SOCKS proxy could not be read: httpcore lets the errors of socksio pass."""
    raised_in, trace = "", error.__traceback__
    while trace is not None:
        raised_in, trace = str(trace.tb_frame.f_globals.get("__name__")), trace.tb_next
    return raised_in.partition(".")[0] == "socksio"


def install_decoder(response: httpx.Response, decoder: Any) -> None:
    """Have the body of a response decoded by an object with `decode` and `flush`, in place of httpx's own decoder."""
    response._decoder = decoder


def close_connection_if_more_came(response: httpx.Response) -> None:
    """Have the connection of a response closed at its end, if bytes behind it have come. The body must not be read."""
    source = _body_source(response)
    if source is not None:
        source._connection = (_SyncSingleAnswer if hasattr(source, "__iter__") else _AsyncSingleAnswer)(
            source._connection
        )


def read_large_bodies_directly(response: httpx.Response) -> None:
    """Read the body of a response directly from the socket, if it is large. The body must not have been read yet."""
    size = response.headers.get("content-length", "")
    source = _body_source(response) if size.isdecimal() and int(size) > LARGE_BODY else None
    if source is not None:
        source._connection = (_SyncDirectReading if hasattr(source, "__iter__") else _AsyncDirectReading)(
            source._connection
        )


def _body_source(response: httpx.Response) -> Any:
    """Return httpcore's stream of a body, which holds the HTTP/1.1 connection; None if there is none."""
    source: Any = response.stream
    while source is not None and not hasattr(source, "_connection"):
        source = getattr(source, "_httpcore_stream", None) or getattr(source, "_stream", None)
    return source if hasattr(getattr(source, "_connection", None), "_h11_state") else None


class _Connection:
    """A wrapper of an httpcore connection."""

    def __init__(self, connection: Any) -> None:
        self._wrapped = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)


class _SyncSingleAnswer(_Connection):
    def _response_closed(self) -> None:
        if _more_came(self._wrapped):
            self._wrapped.close()
        else:
            self._wrapped._response_closed()


class _AsyncSingleAnswer(_Connection):
    async def _response_closed(self) -> None:
        if _more_came(self._wrapped):
            await self._wrapped.aclose()
        else:
            await self._wrapped._response_closed()


def _more_came(connection: Any) -> bool:
    """Say whether bytes that h11 has not used have been taken from the socket of a connection."""
    if getattr(connection._h11_state, "trailing_data", (b"", False))[0]:
        return True
    stream = getattr(connection, "_network_stream", None)
    while stream is not None:
        # The queue of the event loop; the bytes of TLS, encrypted and decrypted; a stream in a proxy's TLS has others.
        protocol = getattr(stream, "_protocol", None)
        if protocol is not None and getattr(protocol, "read_queue", None):
            return True
        for name in ("_read_bio", "_incoming"):
            if getattr(getattr(stream, name, None), "pending", 0):
                return True
        for name in ("_ssl_object", "ssl_obj", "_sock"):
            pending = getattr(getattr(stream, name, None), "pending", None)
            if pending is not None and pending():
                return True
        stream = getattr(stream, "_stream", None) or getattr(stream, "transport_stream", None)
    return False


class _DirectReading(_Connection):
    """A wrapper of an httpcore connection that reads large bodies directly from the socket."""

    def _bytes_readable_directly(self) -> int:
        """Return how many bytes can be read directly: all that h11 waits for but the last one; 0 if it is not known."""
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
                    break  # h11 will notice that, too, and raise the error
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
