"""Large bodies, read past h11.

h11 and httpcore copy each piece of a body four times, into memory that is new to the process each time: for a page of
megabytes that costs more than to decode it. Where a body says its length and much of it is still to come, its pieces
are taken from the socket as they are, and h11 is told how many bytes that were. It still sees the first piece and the
last byte, so that the connection serves again, and one that breaks off is noticed, as ever; time-outs, deadlines, TLS
and proxies are in the layers below and above, which stay as they are.

What is touched is private to httpx, httpcore and h11. Where any of it is not as it was, bodies come as they always
came; a test says that these do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import httpx

#: A body with fewer bytes to come is left to h11.
LARGE = 65_536
#: The most bytes that are asked of a socket at once.
PIECE = 262_144


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
