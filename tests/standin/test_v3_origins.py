"""Web pages of elsewhere cannot have SQL run on a loopback address, unless they are allowed to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from idc_standin.origins import LocalPages, is_this_machine
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from pathlib import Path

STATEMENT = json.dumps({"sql": "SELECT 1 AS n"}).encode()


def page(http: httpx.Client, headers: dict[str, str], body: bytes = STATEMENT, path: str = "/v3/sql") -> httpx.Response:
    """What a page may send without a preflight, but for the media type that some server may insist on."""
    return http.post(path, content=body, headers={"Content-Type": "application/json", **headers})


FOREIGN = [
    {"Origin": "https://example.org"}, {"Origin": "null"}, {"Origin": "http://localhost.example.org"},
    {"Origin": "http://127.0.0.1.example.org:8021"}, {"Origin": "https://10.0.0.1"}, {"Origin": "nonsense"},
    {"Origin": "http://[::1"}, {"Host": "example.org"}, {"Host": "rebound.example.org:8021"}, {"Host": "10.0.0.1"},
    {"Origin": "http://localhost", "Host": "example.org"}, {"Origin": "chrome-extension://abcdef"},
    {"Host": "127.0.0.1:8021.example.org"}, {"Host": "[::1]:80.example.org"}, {"Host": "[::1].example.org"},
    {"Host": "example.org@127.0.0.1"}, {"Host": "127.0.0.1/example.org"}, {"Host": "localhost#.example.org"},
    {"Host": "localhost:80:80"}, {"Host": "localhost:-1"}, {"Origin": "http://127.0.0.1:8021.example.org"},
    {"Origin": "http://example.org@localhost"}, {"Origin": "http://localhost/example.org"}, {"Host": "local\thost"},
    {"Origin": "http://localhost?example.org"}, {"Origin": "http://localhost\\.example.org"},
]  # fmt: skip
OURS: list[dict[str, str]] = [
    {}, {"Origin": "http://localhost:3000"}, {"Origin": "http://127.0.0.1"}, {"Origin": "http://[::1]:80"},
    {"Origin": "http://app.localhost:8080"}, {"Host": "localhost"}, {"Host": "LOCALHOST:8021"}, {"Host": "127.0.0.2"},
    {"Host": "[::1]:8021"},
]  # fmt: skip


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("body", [STATEMENT, b"{", b"\xff" * 1000], ids=["sql", "half", "bytes"])
def test_sql_of_a_foreign_page_is_refused_before_it_is_read(
    http: httpx.Client, headers: dict[str, str], body: bytes
) -> None:
    answer = page(http, headers, body)
    assert answer.status_code == 403
    assert "--allow-origin" in answer.json()["error"]["message"]
    assert page(http, headers, body, "/v3/sql/").status_code == 403


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_simple_request_with_text_is_refused_as_well(http: httpx.Client, headers: dict[str, str]) -> None:
    assert page(http, {**headers, "Content-Type": "text/plain"}).status_code == 403


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_programs_and_pages_of_this_machine_have_their_sql_run(http: httpx.Client, headers: dict[str, str]) -> None:
    assert page(http, headers).json()["rows"] == [{"n": 1}]


def test_other_operations_answer_any_page(http: httpx.Client) -> None:
    assert page(http, {"Origin": "https://example.org"}, b"{}", "/v3/cohort/counts").status_code == 200
    assert http.get("/v3/stats", headers={"Origin": "https://example.org"}).status_code == 200


def test_origins_that_are_named_may_and_others_still_may_not(tmp_path: Path) -> None:
    options = ("--allow-origin", "https://example.org", "--allow-origin", "null", "--state", str(tmp_path))
    with serving("--retired", *options) as url, httpx.Client(base_url=url, timeout=60) as http:
        for headers in ({"Origin": "https://example.org"}, {"Origin": "null"}, {"Host": "example.org"}):
            assert page(http, headers).json()["rows"] == [{"n": 1}]
        for headers in ({"Origin": "http://example.org"}, {"Origin": "https://example.org:8443"}, {"Host": "a.org"}):
            assert page(http, headers).status_code == 403


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("server", "allowed", "refused"),
    [
        (("127.0.0.1", 8021), [], True), (("::1", 8021), [], True), (("::ffff:127.0.0.1", 8021), [], True),
        (("192.168.0.7", 8021), [], False), (None, [], False), (("127.0.0.1", 8021), ["*"], False),
    ],
)  # fmt: skip
async def test_the_rule_is_for_loopback_addresses_and_a_star_ends_it(
    server: tuple[str, int] | None, allowed: list[str], *, refused: bool
) -> None:
    reached: list[str] = []

    def named(name: str) -> Any:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            reached.append(name)

        return application

    rule = LocalPages(named("in"), paths=["/v3/sql"], allowed=allowed, refuse=lambda _: named("out"))
    headers = [(b"host", b"example.org"), (b"origin", b"https://example.org")]
    scope = {"type": "http", "path": "/v3/sql", "server": server, "headers": headers}
    await rule(scope, None, None)  # type: ignore[arg-type]
    assert reached == ["out" if refused else "in"]


@pytest.mark.parametrize("name", ["", "localhost.org", "notlocalhost", "127.0.0.1.org", "0.0.0.0", "128.0.0.1", "::2"])  # noqa: S104  text
def test_what_may_be_another_machine_is_not_this_one(name: str) -> None:
    assert not is_this_machine(name)
