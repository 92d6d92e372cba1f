"""Bodies that are deep, large, of another length than they say, or hardly JSON; on every operation that takes one."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.torture import wire
from tests.torture.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.torture.attack import Environment
    from tests.torture.record import Record

V1 = (
    "/v1/cohorts/preview/manifest?Collection_ID=True",
    "/v1/cohorts/preview/query",
    "/v1/cohorts",
    "/v1/cohorts/1/query",
)
V3 = ("/v3/cohort/counts", "/v3/cohort/manifest", "/v3/cohort/manifest.txt", "/v3/licenses", "/v3/citations", "/v3/sql")
DEPTHS = (
    1,
    10,
    50,
    64,
    65,
    100,
    127,
    128,
    129,
    200,
    255,
    256,
    257,
    300,
    400,
    450,
    500,
    600,
    800,
    989,
    990,
    1_000,
    1_500,
    5_000,
    20_000,
    100_000,
)
REFUSED = frozenset({400, 413, 415, 422, 429, 503})
ANSWERED = REFUSED | {200}
MEGABYTE = 2**20


def attacks() -> list[Attack]:
    """The attacks of this module."""
    return [
        Attack(
            "nested bodies",
            "bodies",
            "end a reader of JSON with lists and objects inside each other, 1 to 100,000 deep",
            _nested,
        ),
        Attack(
            "huge bodies",
            "bodies",
            "fill memory with bodies, one by one and many at once, with and without a length",
            _huge,
        ),
        Attack("wrong lengths", "bodies", "have a body taken for longer, shorter or another's", _lengths),
        Attack(
            "odd bodies", "bodies", "fail over what is hardly JSON, or has too many members, values or digits", _odd
        ),
    ]


def _headers(env: Environment, path: str) -> dict[str, str]:
    token = (
        {"Authorization": f"Bearer {env.server.token('body@example.org')}"}
        if path.startswith("/v1/cohorts") and "preview" not in path
        else {}
    )
    return {"Content-Type": wire.JSON, **token}


def _shapes(depth: int) -> Iterator[tuple[str, bytes]]:
    """What is nested, and where in a body: alone, in a member that is read, and in one that is not known."""
    lists, objects = b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth
    yield "lists", lists
    yield "objects", objects
    yield "lists that do not end", b"[" * depth
    yield "a filter's value", b'{"name": "n", "description": "", "filters": {"Modality": %s}}' % lists
    yield "a term's value", b'{"filters": {"terms": {"Modality": %s}}}' % lists
    yield "the top of a body", b'{"terms": %s, "sql": "SELECT 1"}' % objects
    yield (
        "a member that is not known",
        b'{"sql": "SELECT 1", "filters": {"terms": {"Modality": ["CT"]}}, "more": %s}' % objects,
    )


def _nested(env: Environment, record: Record) -> None:
    heads = {path: _headers(env, path) for path in (*V1, *V3)}
    for depth in DEPTHS:
        for index, (name, body) in enumerate(_shapes(depth)):
            for path in [*V1[:3], *V3][index % 2 :: 2] if depth not in (300, 500, 989) else [*V1, *V3]:
                answer = wire.call(env.server.address, "POST", path, body, heads[path])
                record.check(
                    f"POST {path}, {name}, {depth:,} deep",
                    answer,
                    ANSWERED,
                    sent=body.decode(),
                    seconds=30,
                    may_hang_up=depth > 50_000,
                )


def _filler(size: int) -> bytes:
    return (
        b'{"sql": "SELECT 1", "name": "n", "description": "", "filters": {"terms": {"Modality": ["'
        + b"x" * size
        + b'"]}}}'
    )


def _huge(env: Environment, record: Record) -> None:
    address = env.server.address
    for path in (*V1[:3], *V3):
        head = _headers(env, path)
        for size in (1, 5, 9, 32):
            body = _filler(size * MEGABYTE)
            answer = wire.call(address, "POST", path, body, head)
            allowed = ANSWERED if size < 9 else REFUSED
            record.check(
                f"POST {path}, {size} MB with a length",
                answer,
                allowed,
                sent=body.decode(),
                seconds=30,
                may_hang_up=size > 5,
            )
            parts = wire.chunked(body[at : at + 65_536] for at in range(0, len(body), 65_536))
            start = wire.request("POST", path, address, headers={**head, "Transfer-Encoding": "chunked"})
            answer = wire.exchange(address, [start, *parts], 60)
            record.check(
                f"POST {path}, {size} MB in chunks",
                answer,
                allowed,
                sent=body.decode(),
                seconds=30,
                may_hang_up=size > 5,
            )
        blanks = wire.call(address, "POST", path, b" " * 20 * MEGABYTE, head)
        record.check(f"POST {path}, 20 MB of blanks", blanks, REFUSED, seconds=30, may_hang_up=True)
        said = wire.exchange(
            address, [wire.request("POST", path, address, headers={**head, "Content-Length": str(10**12)})], 20
        )
        record.check(f"POST {path}, a length of 1 TB and no body", said, REFUSED | {408}, may_hang_up=True)
    for path in ("/v3/health", "/v3/collections", "/v1/about"):
        answer = wire.call(address, "GET", path, b"x" * 20 * MEGABYTE)
        record.check(f"GET {path} with a body of 20 MB", answer, ANSWERED, seconds=30, may_hang_up=True)
    body, head = _filler(7 * MEGABYTE), {"Content-Type": wire.JSON}
    with ThreadPoolExecutor(24) as pool:
        paths = [(V3 + V1[:2])[index % 8] for index in range(72)]
        for path, answer in zip(
            paths, pool.map(lambda path: wire.call(address, "POST", path, body, head), paths), strict=True
        ):
            record.check(
                f"POST {path}, 7 MB, 24 at once", answer, ANSWERED, sent=body.decode(), seconds=60, may_hang_up=True
            )
    _held_open(env, record)


def _held_open(env: Environment, record: Record) -> None:
    """Bodies that are sent but for their last byte, many at once: their memory must be bounded, and released."""
    address = env.server.address
    open_ones = []
    try:
        for index in range(48):
            path = (V3 + V1[:2])[index % 8]
            connection = socket.create_connection(address, timeout=20)
            open_ones.append(connection)
            start = wire.request(
                "POST", path, address, headers={"Content-Type": wire.JSON, "Content-Length": str(8 * MEGABYTE)}
            )
            try:
                connection.sendall(start)
                connection.sendall(b" " * (8 * MEGABYTE - 1))
            except OSError:  # refused before it was sent, which is right
                continue
        time.sleep(2)
        record.check(
            "a count beside 48 bodies that do not end",
            wire.post(address, "/v3/cohort/counts", {"filters": {"terms": {"Modality": ["MR"]}}}),
            {200, 429, 503},
        )
    finally:
        for connection in open_ones:
            connection.close()


def _lengths(env: Environment, record: Record) -> None:
    address = env.server.address
    body = b'{"filters": {"terms": {"Modality": ["MR"]}}}'
    smuggled = b"GET /v1/cohorts HTTP/1.1\r\nHost: a\r\n\r\n"
    both = {"Content-Length": "5", "Transfer-Encoding": "chunked"}
    cases: list[tuple[str, dict[str, str], bytes]] = [
        ("a negative length", {"Content-Length": "-1"}, body),
        ("a length of no digits", {"Content-Length": "five"}, body),
        ("a length with a sign", {"Content-Length": f"+{len(body)}"}, body),
        ("a length of many digits", {"Content-Length": "9" * 400}, body),
        ("two lengths", {"Content-Length": f"{len(body)}, 3"}, body),
        ("a length in Arabic digits", {"Content-Length": "٤٤"}, body),
        ("a hexadecimal length", {"Content-Length": "0x2c"}, body),
        ("a length and chunks", both, b"5\r\nabcde\r\n0\r\n\r\n" + smuggled),
        ("a length too small", {"Content-Length": "3"}, body + smuggled),
        ("another coding", {"Transfer-Encoding": "gzip"}, body),
        ("two codings", {"Transfer-Encoding": "gzip, chunked"}, b"0\r\n\r\n"),
        ("a coding that is hidden", {"Transfer-Encoding": "\x0bchunked"}, b"0\r\n\r\n" + smuggled),
        ("a chunk of a negative size", {"Transfer-Encoding": "chunked"}, b"-5\r\nabcde\r\n0\r\n\r\n"),
        ("a chunk of a huge size", {"Transfer-Encoding": "chunked"}, b"ffffffffffffffffffff\r\nabc"),
        ("a chunk of 1 TB that does not come", {"Transfer-Encoding": "chunked"}, b"e8d4a51000\r\nabc"),
        (
            "a chunk with a long extension",
            {"Transfer-Encoding": "chunked"},
            b"5;" + b"x" * 1_000_000 + b"\r\nabcde\r\n0\r\n\r\n",
        ),
        ("trailers without end", {"Transfer-Encoding": "chunked"}, b"0\r\n" + b"X-A: b\r\n" * 50_000 + b"\r\n"),
        ("100,000 chunks of one byte", {"Transfer-Encoding": "chunked"}, b"".join(wire.chunked([b" "] * 100_000))),
        ("a compressed body", {"Content-Encoding": "gzip"}, b"\x1f\x8b" + body),
        ("Expect: 100-continue", {"Expect": "100-continue"}, body),
        ("Expect of something else", {"Expect": "the-unexpected"}, body),
        ("Upgrade", {"Connection": "Upgrade", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA"}, body),
    ]
    for path in ("/v3/cohort/counts", "/v1/cohorts/preview/manifest?Collection_ID=True"):
        for name, head, content in cases:
            start = wire.request(
                "POST",
                path,
                address,
                headers={"Content-Type": wire.JSON, **head}
                if head.keys() & {"Content-Length", "Transfer-Encoding"}
                else {"Content-Type": wire.JSON, "Content-Length": str(len(content)), **head},
            )
            answer = wire.exchange(address, [start + content], 4)
            record.check(
                f"POST {path}, {name}",
                answer,
                ANSWERED | {404, 408, 417, 501},
                sent=content.decode("latin-1"),
                may_hang_up=True,
            )


def _odd(env: Environment, record: Record) -> None:
    address = env.server.address
    many = json.dumps([f"v{i}" for i in range(300_000)]).encode()
    members = b"{" + b",".join(b'"a%d": 1' % i for i in range(200_000)) + b"}"
    digits = b"9" * 300_000
    texts = {
        "nothing": b"",
        "null": b"null",
        "a number": b"1",
        "bytes that are not UTF-8": b"\xff\xfe\xfd" * 100,
        "UTF-16": '{"sql": "SELECT 1"}'.encode("utf-16"),
        "UTF-7": b"+AHs-",
        "a lone surrogate": b'{"sql": "\\ud800", "name": "\\ud800", "description": "", "filters": {"terms": '
        b'{"Modality": ["\\ud800"]}}}',
        "a null character": b'{"sql": "SELECT \'\\u0000\'", "name": "\\u0000"}',
        "members with equal names": b'{"sql": "SELECT 1"' + b', "sql": "SELECT 2"' * 10_000 + b"}",
        "200,000 members": members,
        "200,000 members of filters": b'{"filters": ' + members + b', "name": "n", "description": ""}',
        "200,000 members of terms": b'{"filters": {"terms": ' + members + b"}}",
        "300,000 values": b'{"filters": {"terms": {"Modality": ' + many + b"}}}",
        "300,000 values of v1": b'{"name": "n", "description": "", "filters": {"Modality": ' + many + b"}}",
        "an integer of 300,000 digits": b'{"max_rows": '
        + digits
        + b', "page": '
        + digits
        + b', "sql": "SELECT 1", "filters": {"terms": {"Modality": ["MR"]}}}',
        "a fraction of 300,000 digits": b'{"name": "n", "description": "", "filters": '
        b'{"ranges": {"StudyDate": {"gte": 0.' + digits + b'}}, "bmi_lt": [0.' + digits + b"]}}",
        "an exponent": b'{"sql": "SELECT 1", "max_rows": 1e999999999, "page_size": 1E+400, '
        b'"filters": {"bmi": [1e-999999999]}}',
        "NaN": b'{"sql": "SELECT 1", "max_rows": NaN, "filters": {"bmi": [Infinity]}}',
        "1 MB of escapes": b'{"sql": "SELECT \'' + b"\\u0041" * 170_000 + b"'\"}",
        "names that are long": b'{"filters": {"terms": {"'
        + b"a" * 1_000_000
        + b'": ["x"]}, "'
        + b"b" * 1_000_000
        + b'": 1}}',
        "prototype members": b'{"__proto__": {"a": 1}, "constructor": 1, "__class__": "x", '
        b'"filters": {"terms": {"__init__": ["x"]}}}',
        "a form": b"sql=SELECT+1&filters=1",
        "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    }
    kinds = (
        wire.JSON,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "",
        "multipart/form-data; boundary=" + "x" * 5_000,
    )
    for index, (name, body) in enumerate(texts.items()):
        for path in (*V1[:3], *V3):
            for kind in (kinds[0], kinds[1 + index % 5]):
                head = (
                    {**_headers(env, path), "Content-Type": kind}
                    if path == V1[2] and index < 4
                    else {"Content-Type": kind}
                )
                answer = wire.call(address, "POST", path, body, head)
                record.check(
                    f"POST {path}, {name}, as {kind[:40] or 'nothing'}",
                    answer,
                    ANSWERED | {401},
                    sent=body.decode("utf-8", "replace"),
                    seconds=30,
                )
