"""HTTP/1.1 connections with time limits: for the headers of a request, and for a client that does not read.

Law: the only place that touches uvicorn's protocol; knows nothing of requests. The library itself limits only the time
between two requests of a connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from idc_standin import budget

if TYPE_CHECKING:
    import asyncio


class TimedProtocol(H11Protocol):
    """A connection that is closed when its client sends headers too slowly, or stops reading."""

    _headers: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library does
        """Wait for the first headers."""
        super().connection_made(transport)
        self._headers = self.loop.call_later(budget.HEADER_SECONDS, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Take in data; when a request has begun and its headers are not complete, the time for them runs."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._end_headers()
        elif self._headers is None:
            self._headers = self.loop.call_later(budget.HEADER_SECONDS, self.transport.abort)

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
