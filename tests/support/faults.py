"""The faults that every part of this project is tried with that reads answers over HTTP: what a server sends, and why.

A fault is made of the right answer, so that one list serves for pages, lines, tokens, documents and citations. What
must come of it is a word: `right` (the right answer), `lost` (no answer: the connection was lost), `late` (no answer in
time), `misfit` (an answer that is none), `refused` (an error of the server). Several words mean that each will do.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.support.faulty_server import Wire, answer, hang_up, message, reset, silence

if TYPE_CHECKING:
    from collections.abc import Callable

Step: TypeAlias = "Callable[[Wire], bool]"

JSON = "application/json"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
GZIP_HEADER, ZLIB_HEADER = b"\x1f\x8b\x08" + bytes(7), b"\x78\x9c"
BIG = 4 << 30
MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its name, its step for a right answer of a content type, and what must come of it.

    ``lines``: what must come of it where the answer is text and not JSON; the same, if it is empty.
    """

    name: str
    make: Callable[[bytes, str], Step]
    expected: str
    lines: str = ""


def sent(data: Callable[[bytes], bytes] | bytes, *, then: str = "close") -> Callable[[bytes, str], Step]:
    """These bytes; then the connection is closed, or stays open and silent (`wait`), or serves again (`keep`)."""

    def make(body: bytes, kind: str) -> Step:
        def step(wire: Wire) -> bool:
            wire.send((data if isinstance(data, bytes) else data(body)).replace(JSON.encode(), kind.encode()))
            if then == "wait":
                wire.wait()
            return then == "keep"

        return step

    return make


def said(status: int = 200, content: bytes | None = None, **headers: str) -> Callable[[bytes, str], Step]:
    """A whole answer with this status and content, or with the right one."""

    def make(body: bytes, kind: str) -> Step:
        return answer(status, body if content is None else content, **{"content_type": kind, **headers})

    return make


def coded(name: str, code: Callable[[bytes], bytes]) -> Callable[[bytes, str], Step]:
    """The right answer in a content coding."""

    def make(body: bytes, kind: str) -> Step:
        return answer(200, code(body), content_type=kind, content_encoding=name)

    return make


def for_ever(start: bytes, piece: bytes, pause: float = 0.0) -> Callable[[bytes, str], Step]:
    """A beginning, and then one piece again and again."""

    def make(body: bytes, kind: str) -> Step:
        def step(wire: Wire) -> bool:
            wire.send(start.replace(JSON.encode(), kind.encode()))
            wire.send_for_ever(piece, pause)
            return False

        return step

    return make


def plain(step: Step) -> Callable[[bytes, str], Step]:
    """A step that is the same for every answer."""
    return lambda body, kind: step


def whole(body: bytes, *lines: bytes) -> bytes:
    """A right answer with more lines in its head."""
    return HEAD + b"".join(line + b"\r\n" for line in (b"Content-Length: %d" % len(body), *lines)) + b"\r\n" + body


def chunks(*parts: bytes, end: bytes = b"0\r\n\r\n", extension: bytes = b"") -> bytes:
    """An answer in chunks."""
    framed = b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + framed + end


def halves(body: bytes) -> tuple[bytes, bytes]:
    return body[: len(body) // 2], body[len(body) // 2 :]


@cache
def bomb(size: int = BIG, layers: int = 1, header: bytes = GZIP_HEADER) -> bytes:
    """So many zeros, compressed once or several times. Its checksum is wrong: no reader should come that far."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(16 * MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    data = header + block * (size // (16 * MB)) + b"\x03\x00" + bytes(8)
    for _ in range(layers - 1):
        data = gzip.compress(data, 9)
    return data


def exploding(name: str, status: int = 200, **bomb_of: Any) -> Callable[[bytes, str], Step]:
    """A small body that is a large one after decompression."""

    def make(body: bytes, kind: str) -> Step:
        def step(wire: Wire) -> bool:
            wire.send(message(status, bomb(**bomb_of), {"content-type": kind, "content-encoding": name}))
            return True

        return step

    return make


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def damaged(body: bytes) -> bytes:
    """A gzip body with other bytes in its middle."""
    packed = gzip.compress(body)
    return packed[: len(packed) // 2] + b"\xff\xff\xff\xff" + packed[len(packed) // 2 + 4 :]


def wrong_sum(body: bytes) -> bytes:
    packed = gzip.compress(body)
    return packed[:-8] + bytes(4) + packed[-4:]


CONNECTION = [
    Fault("a reset in place of an answer", plain(reset), "lost"),
    Fault("an end in place of an answer", plain(hang_up), "lost"),
    Fault("silence", plain(silence), "late"),
    Fault("an end within the status line", sent(b"HTTP/1.1 20"), "lost"),
    Fault("an end after the status line", sent(b"HTTP/1.1 200 OK\r\n"), "lost"),
    Fault("an end within a header", sent(HEAD + b"X-A: b"), "lost"),
    Fault("an end in place of a body", sent(lambda body: whole(body)[: -len(body)]), "lost"),
    Fault("an end within a body", sent(lambda body: whole(body)[:-3]), "lost"),
    Fault("a body that is one byte short", sent(lambda body: whole(body)[:-1]), "lost"),
    Fault("an end within a chunk", sent(lambda body: chunks(body)[:-12]), "lost"),
    Fault("an end between chunks", sent(lambda body: chunks(*halves(body), end=b"")), "lost"),
    Fault("chunks without the last one", sent(lambda body: chunks(body, end=b"")), "lost"),
    Fault("silence after the status line", sent(b"HTTP/1.1 200 OK\r\n", then="wait"), "late"),
    Fault("silence in place of a body", sent(lambda body: whole(body)[: -len(body)], then="wait"), "late"),
    Fault("silence within a body", sent(lambda body: whole(body)[:-3], then="wait"), "late"),
    Fault("silence between chunks", sent(lambda body: chunks(body, end=b""), then="wait"), "late"),
    Fault("a length of more bytes than come", sent(lambda body: whole(body + b" ")[:-1], then="wait"), "late"),
    Fault("a body until the end of the connection", sent(lambda body: HEAD + b"\r\n" + body), "right"),
]
PROTOCOL = [
    Fault("another protocol", sent(b"SSH-2.0-OpenSSH_9.6\r\n"), "lost"),
    Fault("bytes of no protocol", sent(bytes(range(256)) * 4), "lost"),
    Fault("an alert of TLS", sent(b"\x15\x03\x01\x00\x02\x02\x46"), "lost"),
    Fault("HTTP 0.9", sent(lambda body: body), "lost"),
    Fault("HTTP 9.9", sent(lambda body: whole(body).replace(b"HTTP/1.1", b"HTTP/9.9")), "lost right"),
    Fault("HTTP 1.0 with a length", sent(lambda body: whole(body).replace(b"HTTP/1.1", b"HTTP/1.0")), "right"),
    Fault("a status line without a status", sent(b"HTTP/1.1 OK\r\n\r\n"), "lost"),
    Fault("a status of two digits", sent(b"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\n{}"), "lost"),
    Fault("a status of four digits", sent(b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}"), "lost"),
    Fault("a negative status", sent(b"HTTP/1.1 -1 OK\r\nContent-Length: 2\r\n\r\n{}"), "lost"),
    Fault("status 099", sent(b"HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\n{}"), "lost misfit late"),
    Fault("a header without a colon", sent(HEAD + b"Nonsense\r\n\r\n"), "lost"),
    Fault("a header with a null byte", sent(lambda body: whole(body, b"X-A: \x00")), "lost"),
    Fault("a header name with a blank", sent(lambda body: whole(body, b"X A: b")), "lost"),
    Fault("a carriage return within a header", sent(lambda body: whole(body, b"X-A: b\rc")), "lost"),
    Fault("a folded header", sent(lambda body: whole(body, b"X-A: b", b"  c")), "right"),
    Fault("a header in Latin-1", sent(lambda body: whole(body, b"X-A: \xe9\xff")), "right"),
    Fault("200 kB of one header", sent(lambda body: whole(body, b"X-A: " + b"b" * 200_000)), "lost"),
    Fault("20,000 headers", sent(lambda body: whole(body, *[b"X-A: b"] * 20_000)), "lost"),
    Fault("headers without end", for_ever(HEAD, b"X-A: b\r\n" * 1000), "lost"),
    Fault("a header without end", for_ever(HEAD + b"X-A: ", b"b" * 8000), "lost"),
    Fault("a negative length", sent(HEAD + b"Content-Length: -5\r\n\r\n{}"), "lost"),
    Fault("a length that is not a number", sent(HEAD + b"Content-Length: many\r\n\r\n{}"), "lost"),
    Fault("a length of 5,000 digits", sent(HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}"), "lost"),
    Fault("two different lengths", sent(lambda body: whole(body, b"Content-Length: 1")), "lost"),
    Fault("the same length twice", sent(lambda body: whole(body, b"Content-Length: %d" % len(body))), "right"),
    Fault("a length that is too small", sent(lambda body: whole(body[:-5]) + body[-5:]), "misfit"),
    Fault(
        "a length and chunks",
        sent(lambda body: chunks(body).replace(b"Transfer", b"Content-Length: 3\r\nTransfer")),
        "right lost",
    ),
    Fault("an unknown transfer coding", sent(HEAD + b"Transfer-Encoding: gzip\r\n\r\n{}"), "lost"),
    Fault("two transfer codings", sent(HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"), "lost"),
    Fault("a chunk size that is not a number", sent(chunks(end=b"zz\r\n{}\r\n")), "lost"),
    Fault("a negative chunk size", sent(chunks(end=b"-2\r\n{}\r\n")), "lost"),
    Fault("a chunk size of 30 digits", sent(chunks(end=b"f" * 30 + b"\r\n{}\r\n")), "lost"),
    Fault("a chunk with more bytes than its size", sent(chunks(end=b"1\r\n{}{}{}\r\n0\r\n\r\n")), "lost"),
    Fault("a chunk extension", sent(lambda body: chunks(body, extension=b";a=b"), then="keep"), "right"),
    Fault("trailers", sent(lambda body: chunks(body, end=b"0\r\nX-A: b\r\n\r\n"), then="keep"), "right"),
    Fault("a chunk extension without end", for_ever(chunks(end=b"2;a="), b"b" * 8000), "lost late"),
    Fault("trailers without end", for_ever(chunks(end=b"0\r\n"), b"X-A: b\r\n" * 1000), "lost late"),
    Fault(
        "a body in chunks of one byte", sent(lambda body: chunks(*(body[n : n + 1] for n in range(len(body))))), "right"
    ),
    Fault("another answer right behind it", sent(lambda body: whole(body) + whole(b"{}"), then="keep"), "right"),
    Fault("half an answer right behind it", sent(lambda body: whole(body) + HEAD, then="keep"), "right"),
    Fault("bytes after the answer", sent(lambda body: whole(body) + b"HTTP/1.1 200 OK\r\n\r\nmore"), "right"),
]
INFORMATIONAL = [
    Fault("100 first", sent(lambda body: b"HTTP/1.1 100 Continue\r\n\r\n" + whole(body), then="keep"), "right"),
    Fault("ten early hints", sent(lambda body: b"HTTP/1.1 103 E\r\nLink: a\r\n\r\n" * 10 + whole(body)), "right"),
    Fault("100 and an end", sent(b"HTTP/1.1 100 Continue\r\n\r\n"), "lost"),
    Fault("102 and silence", sent(b"HTTP/1.1 102 Processing\r\n\r\n", then="wait"), "late"),
    Fault("early hints without end", for_ever(b"", b"HTTP/1.1 103 E\r\n\r\n" * 100), "late"),
    Fault("one early hint after another", for_ever(b"", b"HTTP/1.1 103 E\r\n\r\n", 0.02), "late"),
    Fault(
        "another protocol by 101", sent(b"HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n{}"), "misfit lost"
    ),
]
DRIPS = [
    Fault("a status line byte by byte", for_ever(b"HTTP/1.1 200 ", b"O", 0.02), "late"),
    Fault("a header byte by byte", for_ever(HEAD + b"X-A: ", b"b", 0.02), "late"),
    Fault("one header after another", for_ever(HEAD, b"X-A: b\r\n", 0.02), "late"),
    Fault("a body byte by byte", for_ever(HEAD + b"Content-Length: 100000\r\n\r\n", b"1", 0.02), "late"),
    Fault("a body of no length byte by byte", for_ever(HEAD + b"\r\n", b" ", 0.02), "late"),
    Fault(
        "one chunk after another", for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.02), "late"
    ),
    Fault(
        "a gzip body byte by byte",
        for_ever(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"1" * 5000)[:18], b"\x00", 0.02),
        "late misfit",
    ),
    Fault(
        "one empty gzip member after another",
        for_ever(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b""), 0.02),
        "late",
    ),
    Fault(
        "an error's body byte by byte", for_ever(b"HTTP/1.1 500 E\r\nContent-Length: 9999\r\n\r\n", b"1", 0.02), "late"
    ),
]
CODINGS = [
    Fault("gzip", coded("gzip", gzip.compress), "right"),
    Fault("x-gzip", coded("x-gzip", gzip.compress), "right"),
    Fault("GZIP in capitals", coded("GZIP", gzip.compress), "right"),
    Fault("deflate as it is specified", coded("deflate", zlib.compress), "right"),
    Fault("deflate as its name says", coded("deflate", raw_deflate), "right"),
    Fault("identity", coded("identity", bytes), "right"),
    Fault("a coding without a name", coded("", bytes), "right"),
    Fault("identity and gzip", coded("identity, gzip", gzip.compress), "right"),
    Fault("gzip in two members", coded("gzip", lambda body: b"".join(map(gzip.compress, halves(body)))), "right"),
    Fault(
        "gzip in chunks of one byte",
        sent(
            lambda body: chunks(*(bytes([byte]) for byte in gzip.compress(body))).replace(
                b"Transfer", b"Content-Encoding: gzip\r\nTransfer"
            )
        ),
        "right",
    ),
    Fault("gzip that is cut off", coded("gzip", lambda body: gzip.compress(body)[:-9]), "misfit"),
    Fault("gzip without its last byte", coded("gzip", lambda body: gzip.compress(body)[:-1]), "misfit"),
    Fault("deflate that is cut off", coded("deflate", lambda body: zlib.compress(body)[:-5]), "misfit"),
    Fault("one byte of deflate", coded("deflate", lambda body: zlib.compress(body)[:1]), "misfit"),
    Fault("gzip with a damaged middle", coded("gzip", damaged), "misfit"),
    Fault("gzip with a wrong checksum", coded("gzip", wrong_sum), "misfit"),
    Fault("gzip with bytes after its end", coded("gzip", lambda body: gzip.compress(body) + b"junk"), "misfit"),
    Fault("deflate with bytes after its end", coded("deflate", lambda body: zlib.compress(body) + b"junk"), "misfit"),
    Fault("gzip of nothing", coded("gzip", lambda body: gzip.compress(b"")), "misfit"),
    Fault("a plain body that is called gzip", coded("gzip", bytes), "misfit"),
    Fault("a gzip body that is called plain", said(content=gzip.compress(b"{}" * 50)), "misfit"),
    Fault("br", coded("br", bytes), "misfit"),
    Fault("zstd", coded("zstd", bytes), "misfit"),
    Fault("compress", coded("compress", bytes), "misfit"),
    Fault("a coding of 1,000 letters", coded("g" * 1000, bytes), "misfit"),
    Fault("gzip twice", coded("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))), "misfit"),
    Fault("gzip and deflate", coded("gzip, deflate", lambda body: zlib.compress(gzip.compress(body))), "misfit"),
    Fault("4 GB in 4 MB of gzip", exploding("gzip"), "misfit late"),
    Fault("4 GB in 4 MB of deflate", exploding("deflate", header=ZLIB_HEADER), "misfit late"),
    Fault("4 GB in a few kB of gzip and gzip", exploding("gzip, gzip", layers=2), "misfit"),
    Fault("4 MB in a few kB of gzip that hold gzip", exploding("gzip", layers=2), "misfit"),
    Fault("4 GB in a gzip body of an error", exploding("gzip", status=500), "refused"),
    Fault("4 GB in a gzip body of a redirect", exploding("gzip", status=300), "misfit refused"),
]
SIZES = [
    Fault("a body without end", for_ever(HEAD + b"\r\n", b" " * 65_536), "misfit late"),
    Fault(
        "chunks without end",
        for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65_536 + b"\r\n"),
        "misfit late",
    ),
    Fault("a length of 10 GB", for_ever(HEAD + b"Content-Length: 10000000000\r\n\r\n", b" " * 65_536), "misfit late"),
    Fault(
        "an error of 1 GB",
        for_ever(b"HTTP/1.1 500 E\r\nContent-Length: 1000000000\r\n\r\n", b"x" * 65_536),
        "refused",
    ),
    Fault("an error without end", for_ever(b"HTTP/1.1 404 N\r\n\r\n", b"x" * 65_536), "refused"),
    Fault("a line without end", for_ever(HEAD + b"\r\n", b"x" * 65_536), "misfit late"),
    Fault("30 MB of brackets", said(content=b"[" * (30 * MB)), "misfit"),
    Fault("5,000 digits", said(content=b'{"page": ' + b"9" * 5000 + b"}"), "misfit"),
    Fault("100,000 levels", said(content=b"[" * 100_000 + b"]" * 100_000), "misfit"),
]
PLACES = {
    "another host": "https://example.org/elsewhere",
    "itself": "",
    "a script": "javascript:alert(1)",
    "a file": "file:///etc/passwd",
    "data": "data:text/plain,hello",
    "a half address": "http://[::1",
    "a port above 65535": "http://example.org:99999/",
    "a port that is not a number": "http://example.org:port/",
    "a host with an empty part": "http://a..example.org/",
    "a host of 64 letters": f"http://{'a' * 64}.example.org/",
    "a name that is none": "http://xn--999999999999/",
    "no host": "http://",
    "a user with a password": "http://user:secret@127.0.0.1:9/",
    "blanks": "http://exa mple.org/",
    "letters of no ASCII": "http://exämple\u2028.org/",
    "60 kB": "/" + "a" * 60_000,
}
REDIRECTS = [
    *(
        Fault(f"a redirect to {name}", said(302, b"", location=place), "refused misfit")
        for name, place in PLACES.items()
    ),
    Fault("a redirect without a place", said(302), "misfit"),
    Fault("307 with a body without end", for_ever(b"HTTP/1.1 307 T\r\nLocation: /a\r\n\r\n", b"x" * 65_536), "refused"),
    Fault("several choices", said(300), "misfit"),
    Fault("not modified", said(304, b""), "misfit"),
]
STATUSES = [
    Fault("no content", said(204, b""), "misfit"),
    Fault("status 205", said(205, b""), "misfit"),
    *(
        Fault(f"status {status}", said(status), "refused")
        for status in (400, 401, 403, 404, 405, 407, 408, 410, 413, 418, 422, 425, 429, 431, 451, 499)
    ),
    *(Fault(f"status {status}", said(status), "refused") for status in (500, 501, 502, 503, 504, 507, 520, 599)),
    *(Fault(f"status {status}", said(status), "refused lost") for status in (600, 999)),
    Fault("429 for a year", said(429, retry_after="31536000"), "refused"),
    Fault("429 for no time that can be read", said(429, retry_after="soon; \x0b"), "refused lost"),
    Fault("429 until a day of no calendar", said(429, retry_after="Mon, 31 Feb 9999 99:99:99 GMT"), "refused"),
    Fault("503 with a page", said(503, b"<html><title>Busy</title>", content_type="text/html"), "refused"),
    Fault("500 with nothing", said(500, b""), "refused"),
    Fault("500 with an error of 100,000 levels", said(500, b"[" * 60_000), "refused"),
    Fault("500 with bytes of no text", said(500, bytes(range(256)) * 20), "refused"),
    Fault("500 with an unknown coding", said(500, content_encoding="br"), "refused"),
    Fault("500 with a damaged coding", said(500, content_encoding="gzip"), "refused"),
]
CONTENTS = [
    Fault("nothing", said(content=b""), "misfit"),
    Fault("blanks", said(content=b" \r\n \t"), "misfit"),
    Fault("null", said(content=b"null"), "misfit"),
    Fault("a list", said(content=b"[]"), "misfit"),
    Fault("an empty object", said(content=b"{}"), "misfit"),
    Fault("a text", said(content=b'"x"'), "misfit"),
    Fault("not a number", said(content=b"NaN"), "misfit"),
    Fault("bytes of no text", said(content=b'{"a": "\xff\xfe\x80"}'), "misfit"),
    Fault("half a surrogate", said(content=b'{"a": "\\ud800"}'), "misfit"),
    Fault("a null byte", said(content=b"\x00"), "misfit"),
    Fault("half of it, as if it were all", sent(lambda body: whole(halves(body)[0]), then="keep"), "misfit"),
    Fault("it, and more", sent(lambda body: whole(body + b"}"), then="keep"), "misfit"),
    Fault("a web page", said(content=b"<html><body>Sign in", content_type="text/html"), "misfit"),
    Fault("a refusal inside of it", said(content=b'{"code": 400, "message": "no"}'), "refused misfit"),
]

GROUPS = {
    "the connection ends, or is silent": CONNECTION,
    "the protocol is broken": PROTOCOL,
    "informational answers": INFORMATIONAL,
    "byte by byte": DRIPS,
    "content codings": CODINGS,
    "sizes": SIZES,
    "redirects": REDIRECTS,
    "statuses": STATUSES,
    "contents": CONTENTS,
}
FAULTS = [fault for group in GROUPS.values() for fault in group]
