"""Synchronous sockets that know the deadline.

httpx limits each read by itself: a server that drips a byte now and then is never too slow for it
(https://github.com/encode/httpx/issues/1450). Asynchronous calls can be cancelled; a synchronous one has to look at the
clock before every read. httpcore takes a network backend for such things, httpx has no way to hand one in, so that it
is put where httpcore keeps it. Should it be kept elsewhere one day, an attempt still has no more than what is left for
each single read, and a test fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _deadline

if TYPE_CHECKING:
    import httpx


class Late(TimeoutError):
    """The deadline is over. `_attempts` says whose, and of what."""


def watch(client: httpx.Client) -> None:
    """Have all sockets that a client will open look at the deadline."""
    mounts = getattr(client, "_mounts", {})
    for transport in (getattr(client, "_transport", None), *mounts.values()):
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if pool is not None and backend is not None and not isinstance(backend, _Backend):
            pool._network_backend = _Backend(backend)


def _allowed(timeout: float | None) -> float | None:
    until = _deadline.current()
    if until is not None and until.over():
        raise Late
    return _deadline.shrunk(timeout, until)


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
