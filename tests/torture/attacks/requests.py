"""Heads of requests: huge, malformed, or of another host or page; and paths that mean something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.torture import wire
from tests.torture.attack import Attack

if TYPE_CHECKING:
    from tests.torture.attack import Environment
    from tests.torture.record import Record

REFUSED = frozenset({400, 404, 405, 408, 413, 414, 422, 431})
SQL = b'{"sql": "SELECT 1 AS a"}'


def attacks() -> list[Attack]:
    """The attacks of this module."""
    return [
        Attack(
            "heads of requests", "requests", "fill memory with heads, or cause an error with what is not HTTP", _heads
        ),
        Attack(
            "paths", "requests", "reach a file, another operation or an error through a path or its parameters", _paths
        ),
        Attack(
            "foreign pages",
            "requests",
            "have a browser's page of another origin, or another name for this host, run SQL",
            _origins,
        ),
    ]


def _heads(env: Environment, record: Record) -> None:
    address = env.server.address
    start = "GET /v3/health HTTP/1.1\r\nHost: {}:{}\r\n".format(*address).encode()
    end = b"Connection: close\r\n\r\n"
    anything = REFUSED | {200, 401, 501, 505}
    cases: list[tuple[str, bytes, bool]] = [
        ("a header of 64 KB", start + b"X: " + b"x" * 65_536 + b"\r\n" + end, True),
        ("a header of 10 MB", start + b"X: " + b"x" * 10_000_000 + b"\r\n" + end, True),
        ("a header's name of 1 MB", start + b"x" * 1_000_000 + b": a\r\n" + end, True),
        ("100,000 headers", start + b"X: y\r\n" * 100_000 + end, True),
        ("10,000 Authorization headers", start + b"Authorization: Bearer x\r\n" * 10_000 + end, True),
        ("a cookie of 60 KB", start + b"Cookie: " + b"a=b; " * 12_000 + b"\r\n" + end, True),
        ("a target of 60 KB", b"GET /v3/health?" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: a\r\n" + end, True),
        ("a target of 5 MB", b"GET /" + b"a" * 5_000_000 + b" HTTP/1.1\r\nHost: a\r\n" + end, True),
        ("a method of 1 MB", b"G" * 1_000_000 + b" / HTTP/1.1\r\nHost: a\r\n" + end, True),
        ("a version of 100 KB", b"GET / HTTP/" + b"1" * 100_000 + b"\r\n" + end, True),
        ("no Host", b"GET /v3/health HTTP/1.1\r\n" + end, True),
        ("two Hosts", start + b"Host: evil.example\r\n" + end, True),
        ("HTTP/0.9", b"GET /v3/health\r\n\r\n", True),
        ("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", True),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), True),
        ("bytes that mean nothing", bytes(range(256)) * 100, True),
        ("null bytes", bytes(100_000), True),
        ("line ends alone", b"\r\n" * 50_000, True),
        ("a null in a header", start + b"X: a\0b\r\n" + end, True),
        ("a line that goes on", start + b"X: a\r\n b\r\n" + end, True),
        ("a blank before a colon", start + b"X : a\r\n" + end, True),
        ("an Accept of many types", start + b"Accept: " + b"a/b;q=0.1, " * 5_000 + b"\r\n" + end, True),
        ("ranges", start + b"Range: bytes=" + b"0-1," * 10_000 + b"\r\n" + end, True),
        (
            "a forged sender",
            start + b"X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: evil\r\nForwarded: for=evil\r\n" + end,
            False,
        ),
        (
            "WebSocket",
            start
            + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
            True,
        ),
        ("1,000 requests in one packet", (start + b"\r\n") * 1_000 + start + end, False),
        ("another method", b"BREW /v3/health HTTP/1.1\r\nHost: a\r\n" + end, False),
        ("a whole URL", b"GET http://evil.example/v3/health HTTP/1.1\r\nHost: a\r\n" + end, False),
        ("an asterisk", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n" + end, False),
        ("CONNECT", b"CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n" + end, False),
        ("TRACE", b"TRACE / HTTP/1.1\r\nHost: a\r\nCookie: secret\r\n" + end, False),
    ]
    for name, request, may_hang_up in cases:
        answer = wire.exchange(address, [request], 10)
        record.check(name, answer, anything | {403}, may_hang_up=may_hang_up, seconds=10)


def _paths(env: Environment, record: Record) -> None:
    address = env.server.address
    inside = (
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "../../../../etc/passwd",
        "..\\..\\etc\\passwd",
        "%00",
        "%0a",
        "%0d%0aX-Injected:%20a",
        "%ff%fe",
        "%",
        "%zz",
        "%u0041",
        "nlst'--",
        "' OR 1=1 --",
        '"; DROP TABLE index; --',
        "x" * 8_000,
        "a" * 30_000,
        "{{7*7}}",
        "${jndi:ldap://127.0.0.1:9/a}",
        "$(id)",
        "`id`",
        "<script>alert(1)</script>",
        "é",
        "\u202e",
        "a;b=c",
        "a?b",
        "a#b",
        "*",
        ".",
        "..",
        "//",
        "nlst/",
        "NLST",
        "nlst%20",
        "%6elst",
    )
    for root in (
        "/v3/collections/",
        "/v3/attributes/",
        "/v3/tables/",
        "/v3/clinical/tables/",
        "/v3/docs/",
        "/v1/",
        "/v1/swagger/",
        "/v1/cohorts/",
        "/ga4gh/drs/v1/objects/",
        "/",
    ):
        for text in inside:
            path = root + text.replace(" ", "%20")
            answer = wire.exchange(address, [wire.request("GET", path, address)], 20)
            record.check(
                f"GET {path}", answer, REFUSED | {200, 301, 307, 401, 403}, sent=path, may_hang_up=len(path) > 20_000
            )
            if "x-injected" in answer.headers or "root:x:0" in answer.text:
                record.finding(f"GET {path}", f"something was reached: {answer.text}")
    values = (
        "",
        "-1",
        "0",
        "1e9",
        "9" * 50,
        "NaN",
        "null",
        "true",
        "1;2",
        "%00",
        "1%20OR%201=1",
        "é",
        "x" * 5_000,
        "[]",
        "1&limit=2&page_size=3",
        "0x10",
        "٣",
        "1.5",
        " 1",
        "+1",
    )
    for path in (
        "/v3/attributes/Modality/values?limit=",
        "/v3/clinical/tables/a/rows?max_rows=",
        "/v3/viewer-url?series_instance_uid=",
        "/v3/viewer-url?study_instance_uid=1&viewer=",
        "/v1/collections?idc_data_version=",
        "/v1/attributes?data_source=",
        "/v1/dicomMetadata?page_size=",
        "/v1/dicomMetadata?next_page=",
        "/v1/about?",
        "/v3/health?",
    ):
        for value in values:
            answer = wire.exchange(address, [wire.request("GET", path + value.replace(" ", "%20"), address)], 40)
            record.check(f"GET {path}{value}", answer, REFUSED | {200, 202}, sent=value)
    many = "&".join(f"a{i}=b" for i in range(8_000))
    record.check(
        "8,000 parameters",
        wire.call(address, "GET", f"/v3/attributes/Modality/values?{many[:60_000]}"),
        REFUSED | {200},
        may_hang_up=True,
    )


def _origins(env: Environment, record: Record) -> None:
    """A foreign page sends text/plain without asking; a foreign name that resolves to this machine sends its Host."""
    address = env.server.address
    host = "{}:{}".format(*address)
    for name, head, allowed in (
        ("no Origin", {}, {200}),
        ("its own Origin", {"Origin": f"http://{host}"}, {200}),
        ("localhost as Host", {"Host": f"localhost:{address[1]}"}, {200}),
    ):
        answer = wire.call(address, "POST", "/v3/sql", SQL, {"Content-Type": wire.JSON, **head})
        record.check(f"SQL with {name}", answer, allowed)
    foreign = [
        f"https://{name}"
        for name in (
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "evil.example:443",
            "xn--lcalhost-i1a.com",
            "[::ffff:8.8.8.8]",
        )
    ]
    foreign += [
        "null",
        "http://evil.example",
        "file://",
        "chrome-extension://abc",
        "http://127.0.0.1@evil.example",
        "http://evil.example#127.0.0.1",
        "https://evil.example\\127.0.0.1",
        "http://0x7f.1.evil.example",
        "HTTP://EVIL.EXAMPLE",
        "http://10.0.0.1",
        "evil.example",
        "*",
    ]
    for origin in foreign:
        for kind in ("text/plain", wire.JSON, "application/x-www-form-urlencoded", "text/plain;charset=UTF-8", ""):
            answer = wire.call(address, "POST", "/v3/sql", SQL, {"Content-Type": kind, "Origin": origin})
            record.check(f"SQL as {kind or 'nothing'} from a page of {origin}", answer, {403}, sent=origin)
    for name in (
        "evil.example",
        f"evil.example:{address[1]}",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        f"127.0.0.1:{address[1]}.evil.example",
        "8.8.8.8",
        "[2001:db8::1]",
        "evil.example.",
        "127.0.0.1@evil.example",
        "a,127.0.0.1",
    ):
        for origin in (None, f"http://{name}"):
            answer = wire.call(
                address, "POST", "/v3/sql", SQL, {"Content-Type": "text/plain", "Host": name, "Origin": origin}
            )
            record.check(f"SQL for the host {name}, Origin {origin}", answer, {400, 403}, sent=name)
    body = b'{"sql": "SELECT sleep_ms(20000)"}'
    answer = wire.call(
        address, "POST", "/v3/sql", body, {"Content-Type": "text/plain", "Origin": "https://evil.example"}
    )
    record.check("slow SQL from a foreign page", answer, {403}, seconds=5 * env.factor)
