"""Bodies of responses within bounds: one content coding, inflated piece by piece, and no more bytes than allowed.

httpx inflates each piece of a body as a whole: a few kilobytes can become gigabytes before they are counted.
The decoder here counts inflated bytes and looks at the clock between two pieces of them. Of the body of an error or a
redirect, the beginning is kept, and the rest is not read. Law: a body is complete, or an error of `errors` is raised.
"""

from __future__ import annotations

import weakref
import zlib
from typing import TYPE_CHECKING, Any

import httpx

from . import deadline
from .failures import body_error
from .httpcore_hooks import install_decoder
from .redaction import one_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .deadline import Deadline

#: The content codings that are requested. Their decoders can be stopped after any number of bytes.
ACCEPT_ENCODING = "gzip, deflate"
#: By default, the most bytes of an answer that is not streamed. The largest one, a list of all series, has 60 MB.
MAX_BODY = 134_217_728
#: The most bytes that are kept of the body of an error or a redirect.
MAX_ERROR_BODY = 65_536
#: The most bytes that are given to the decoder at once, and that it makes of them where they could exceed the limit.
_CODED_PIECE, _INFLATED_PIECE = 65_536, 1_048_576
#: What one compressed byte can become at most (https://zlib.net/zlib_tech.html), and what it becomes of JSON at most.
_MOST_EXPANSION, _USUAL_EXPANSION = 1032, 100
#: The extension of a response that holds its decoder.
_DECODER = "idc_ext.decoder"
_GZIP, _DEFLATE, _RAW_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


def bound_body(response: httpx.Response, max_body: int) -> None:
    """Bound the body of a response that has not been read yet; raise the error of a coding that cannot be read."""
    failed = not 200 <= response.status_code < 300
    coding = _content_coding(response)
    decoder = BodyDecoder(response, coding, MAX_ERROR_BODY if failed else max_body, keeps_start=failed)
    response.extensions[_DECODER] = decoder
    install_decoder(response, decoder)
    if failed or coding:
        stream = response.stream
        if isinstance(stream, httpx.AsyncByteStream):
            response.stream = _AsyncBoundedStream(stream, decoder)
        else:
            response.stream = _BoundedStream(stream, decoder)


def check_declared_size(response: httpx.Response, max_body: int) -> None:
    """Raise the error of a body that declares more bytes than allowed, before it is read."""
    size = response.headers.get("content-length", "")
    if size.isdecimal() and int(size) > max_body and 200 <= response.status_code < 300:
        raise body_error(response, _too_large(max_body))


def allow_any_size(response: httpx.Response) -> None:
    """Allow any number of bytes: the response is streamed, and its reader keeps what it wants."""
    decoder = response.extensions.get(_DECODER)
    if isinstance(decoder, BodyDecoder) and not decoder.keeps_start:
        decoder.limit = None


class BodyDecoder:
    """The decoder of one body. httpx calls `decode` for each piece and `flush` at the end.

    Attributes:
        limit: The most inflated bytes; None for no limit.
        keeps_start: Whether bytes beyond the limit are dropped, and no error.
        full: Whether the limit has been reached, so that no more needs to be read.
    """

    def __init__(self, response: httpx.Response, coding: str, limit: int, *, keeps_start: bool) -> None:
        self.limit: int | None = limit
        self.keeps_start = keeps_start
        self.full = False
        self._response = weakref.ref(response)  # it holds this decoder
        self._coding = coding
        self._until = deadline.current()
        self._count = 0
        self._start = b""  # of a body in the coding deflate: as long as its format is not known
        self._inflator: Any = zlib.decompressobj(_GZIP) if coding == "gzip" else None
        self._began = False
        self._expands_much = False

    def decode(self, data: bytes) -> bytes:
        """Decode a piece of the body.

        Raises:
            ContractError, APIError: it is too large or cannot be decompressed.
            DeadlineExceeded: the deadline is over.
        """
        if not self._coding:
            return self._counted(data)
        pieces = list(self._inflated(data))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def flush(self) -> bytes:
        """End the body; raises ContractError or APIError if it is cut off."""
        if self._coding and self._began and not self.full and not (self._inflator and self._inflator.eof):
            raise self._error(f"a body in the content coding {self._coding} that is cut off")
        return b""

    def _counted(self, data: bytes) -> bytes:
        self._count += len(data)
        if self.limit is None or self._count <= self.limit:
            return data
        if not self.keeps_start:
            raise self._error(_too_large(self.limit))
        self.full = True
        return data[: max(0, len(data) - (self._count - self.limit))]

    def _inflated(self, data: bytes) -> Iterator[bytes]:
        """Inflate piece by piece, as long as there is room."""
        self._began = self._began or bool(data)
        if self._inflator is None:
            data, self._start = self._start + data, b""
            if len(data) < 2:
                self._start = data
                return
            # Some servers send the format that RFC 9110 asks for, others the one of the coding's name.
            zlib_header = data[0] & 15 == 8 and (data[0] << 8 | data[1]) % 31 == 0
            self._inflator = zlib.decompressobj(_DEFLATE if zlib_header else _RAW_DEFLATE)
        has_more = False  # what has been taken in may have more to give than one piece
        while not self.full and (data or has_more):
            self._check_deadline()
            if self._inflator.eof:
                self._next_member()
            # Without a limit of its own, zlib takes a quarter of the time.
            fits = self.limit is None or self._count + len(data) * _MOST_EXPANSION <= self.limit
            fits = fits and not self._expands_much
            try:
                piece = self._inflator.decompress(data, 0 if fits else _INFLATED_PIECE)
            except zlib.error as error:
                raise self._error(f"a body that cannot be decompressed: {error}") from None
            self._expands_much = self._expands_much or len(piece) > _USUAL_EXPANSION * len(data) > 0
            data = self._inflator.unused_data if self._inflator.eof else self._inflator.unconsumed_tail
            has_more = not fits and len(piece) == _INFLATED_PIECE and not self._inflator.eof
            yield self._counted(piece)

    def _next_member(self) -> None:
        """Begin another member of a gzip body: there may be several (RFC 1952)."""
        if self._coding != "gzip":
            raise self._error("a body with bytes after its end")
        self._inflator = zlib.decompressobj(_GZIP)

    def _check_deadline(self) -> None:
        until: Deadline | None = deadline.earliest(self._until, deadline.current())
        if until is not None and until.over():
            response = self._response()
            name = "a call" if response is None else f"{response.request.method} {response.request.url.path}"
            raise until.exceeded(f"{name}, while its body was read")

    def _error(self, what: str) -> Exception:
        response = self._response()
        assert response is not None  # noqa: S101 - the response calls its decoder
        return body_error(response, what)


class _BoundedStream(httpx.SyncByteStream):
    """A body in small pieces, which ends early when its decoder has enough."""

    def __init__(self, stream: Any, decoder: BodyDecoder) -> None:
        self._stream, self._limits = stream, decoder

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            for start in range(0, len(piece), _CODED_PIECE):
                yield piece[start : start + _CODED_PIECE]
                if self._limits.full:
                    return

    def close(self) -> None:
        self._stream.close()


class _AsyncBoundedStream(httpx.AsyncByteStream):
    """The same, in asynchronous code."""

    def __init__(self, stream: Any, decoder: BodyDecoder) -> None:
        self._stream, self._limits = stream, decoder

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        try:
            async for piece in pieces:
                for start in range(0, len(piece), _CODED_PIECE):
                    yield piece[start : start + _CODED_PIECE]
                    if self._limits.full:
                        return
        finally:
            if hasattr(pieces, "aclose"):
                await pieces.aclose()

    async def aclose(self) -> None:
        await self._stream.aclose()


def _content_coding(response: httpx.Response) -> str:
    """Return the content coding of a body, `gzip` or `deflate`; empty if it has none."""
    if response.request.method == "HEAD" or response.headers.get("content-length") == "0":
        return ""
    listed = response.headers.get_list("content-encoding", split_commas=True)
    codings = [one for one in (name.strip().lower() for name in listed) if one not in ("", "identity")]
    if not codings:
        return ""
    if len(codings) > 1:
        raise body_error(
            response, f"a body in several content codings ({_shown(codings)}), of which none was requested"
        )
    coding = codings[0].removeprefix("x-") if codings[0] == "x-gzip" else codings[0]
    if coding not in ("gzip", "deflate"):
        raise body_error(response, f"a body in the content coding {_shown(codings)}, which was not requested")
    return coding


def _shown(codings: list[str]) -> str:
    text = one_line(", ".join(codings))
    return text if len(text) <= 60 else f"{text[:59]}…"


def _too_large(limit: int) -> str:
    return (
        f"a body of more than {limit:,} bytes; request less at once "
        "(in Python, the argument max_body of connect sets the limit)"
    )
