"""HTTP/1.1 connections with limits: on the time for headers, on clients that do not read, and on the chunks of a body.

Law: the only place that touches uvicorn's protocol; knows nothing of requests. The library itself limits only the time
between two requests of a connection, and takes in all chunks that have arrived before any other request has a turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from idc_standin import budget

if TYPE_CHECKING:
    import asyncio


class CountedChunks(h11.Connection):
    """The reader of a connection; it stops for good when the chunks of a body are too many for its bytes."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, budget.HEADER_BYTES)
        self.chunks = self.size = 0
        self.too_many = False

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """The next part of a request."""
        if self.too_many:
            return h11.NEED_DATA
        event = super().next_event()
        if isinstance(event, h11.Request):
            self.chunks = self.size = 0
        elif isinstance(event, h11.Data):
            self.chunks += event.chunk_end
            self.size += len(event.data)
            self.too_many = self.chunks > budget.BODY_CHUNKS + self.size // budget.CHUNK_BYTES
        return event


class Lingering:
    """A transport that is closed when the client has closed it: a client that still sends would lose the response."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def close(self) -> None:
        """Say that nothing more will come, and end the connection after a while."""
        if self._transport.can_write_eof() and not self._transport.is_closing():
            self._transport.write_eof()
        self._loop.call_later(budget.STALL_SECONDS, self._transport.abort)


class TimedProtocol(H11Protocol):
    """A connection that is closed when its client sends headers too slowly, or stops reading."""

    conn: CountedChunks
    _headers: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library does
        """Wait for the first headers."""
        super().connection_made(transport)
        self.conn = CountedChunks()
        self._headers = self.loop.call_later(budget.HEADER_SECONDS, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Take in data; when a request has begun and its headers are not complete, the time for them runs."""
        if self.conn.too_many:
            return  # read, so that the client gets to the response, and not looked at
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._end_headers()
        elif self._headers is None:
            self._headers = self.loop.call_later(budget.HEADER_SECONDS, self.transport.abort)

    def handle_events(self) -> None:
        """Take in what was received, and tell the application when it has too many chunks."""
        super().handle_events()
        if self.conn.too_many and self.cycle is not None:
            self.scope["extensions"] = {"too_many_chunks": {}}
            self.cycle.transport = Lingering(self.transport, self.loop)  # type: ignore[assignment]
            if self.cycle.response_complete:
                self.cycle.transport.close()

    def on_response_complete(self) -> None:
        """Continue with the connection's next request; there is none behind chunks that were not read."""
        super().on_response_complete()
        if self.conn.too_many and self.cycle is not None:
            self.cycle.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End both time limits."""
        self._end_headers()
        self._end_stall()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for the client to read what was sent."""
        super().pause_writing()
        if self._stall is None:
            self._stall = self.loop.call_later(budget.STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client has read."""
        self._end_stall()
        super().resume_writing()

    def _end_headers(self) -> None:
        if self._headers is not None:
            self._headers.cancel()
            self._headers = None

    def _end_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
