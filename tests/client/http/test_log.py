"""What is logged of each attempt, who hears it, and that no secret is in it."""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from idc_client.api.v1 import list_cohorts

from idc_ext import APIError, connect
from tests.support.faulty_server import answer, faulty, reset
from tests.support.sync_async import client_without_credentials, send_request

PAGE = "gAAAAABgvSBCkGcWUId1Qu6zsTe08jeIPzUZDYd46Yuw-and-some-more"

pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    """The lines that were logged, times of attempts left out."""
    with caplog.at_level(logging.DEBUG, "idc_ext"):
        yield lambda: [one.getMessage() for one in caplog.records if one.name == "idc_ext"]


async def test_each_attempt_is_a_line_that_says_how_it_ended_and_what_comes_of_it(
    mode: str, pauses: list[float], heard: Callable[[], list[str]]
) -> None:
    with faulty(answer(503, b"busy", content_type="text/plain"), reset, answer()) as server:
        async with client_without_credentials(server.url) as idc:
            await send_request(mode, idc)
    first, second, third = heard()
    url = f"GET {server.url}/v3/stats: "
    assert first.startswith(f"{url}503 (busy) in 0.")
    assert first.endswith("attempt 1 of 4; retried after 0.38 s: the server answered with 503")
    assert second.startswith((f"{url}ReadError", f"{url}RemoteProtocolError"))
    assert second.endswith("attempt 2 of 4; retried after 0.38 s: the connection was lost")
    assert third.startswith(f"{url}200 in 0.")
    assert third.endswith("attempt 3 of 4")


@pytest.mark.parametrize(
    ("method", "path", "status", "why"),
    [
        ("POST", "/v1/cohorts", 503, "the request may not be sent twice"),
        ("GET", "/v3/stats", 400, "this failure is not temporary"),
        ("GET", "/v3/stats", 503, "retries are off"),
    ],
)
async def test_a_line_says_why_a_call_is_not_retried(
    mode: str, method: str, path: str, status: int, why: str, heard: Callable[[], list[str]]
) -> None:
    with faulty(answer(status)) as server:
        async with client_without_credentials(server.url, retries=0) as idc:
            with pytest.raises(APIError):
                await send_request(mode, idc, method, path)
    assert [line.endswith(f"attempt 1 of 1; not retried: {why}") for line in heard()] == [True]


async def test_a_used_up_budget_is_logged(pauses: list[float], heard: Callable[[], list[str]]) -> None:
    from idc_ext import Retries

    with faulty(reset) as server:
        async with client_without_credentials(server.url, retries=Retries(budget=1)) as idc:
            with pytest.raises(httpx.TransportError):
                await send_request("async", idc)
    assert heard()[-1].endswith("not retried: the client's retry budget is used up")


async def test_no_line_shows_a_token_a_cookie_or_a_page_token_that_a_server_quotes(
    mode: str, new_credentials: Callable[..., Path], tmp_path: Path, heard: Callable[[], list[str]]
) -> None:
    path = new_credentials(tmp_path / "credentials")
    tokens: list[str] = []

    def quote(request: httpx.Request) -> httpx.Response:
        tokens.append(request.headers["authorization"].removeprefix("Bearer "))
        said = f"{request.headers['authorization']} {request.headers['cookie']} {request.url}"
        return httpx.Response(418, json={"code": 418, "message": said})

    cookies = {"session": "a-cookie-that-nobody-should-see"}
    with connect("http://127.0.0.1:9", credentials=path, transport=httpx.MockTransport(quote)).with_cookies(
        cookies
    ) as idc:
        with pytest.raises(APIError) as caught:
            idc.get_httpx_client().get("/v1/cohorts/7/manifest", params={"next_page": PAGE})
        with pytest.raises(APIError):
            list_cohorts.sync(client=idc)
    (secret,) = set(tokens)
    reported = "\n".join([*heard(), str(caught.value), caught.value.curl, caught.value.response.text])
    assert "gAAAAABg" in reported
    for one in (secret, PAGE, cookies["session"]):
        assert one not in reported


def test_a_server_cannot_write_lines_or_terminal_colours_into_the_log(heard: Callable[[], list[str]]) -> None:
    body = b'{"code": 400, "message": "a\\nforged\\u001b[31m line \\u202e"}'
    with faulty(answer(400, body)) as server, client_without_credentials(server.url) as idc, pytest.raises(APIError):
        idc.get_httpx_client().get("/v3/stats")
    assert "400 (a forged [31m line) in" in heard()[0]


CALL = """
import logging, sys
before = set(logging.root.handlers)
import httpx, idc_ext
for _ in range(2):
    with idc_ext.connect("http://127.0.0.1:9", retries=0,
                         transport=httpx.MockTransport(lambda r: httpx.Response(int(sys.argv[1])))) as idc:
        try:
            idc.get_httpx_client().get("/v3/stats")
        except idc_ext.APIError:
            pass
assert set(logging.root.handlers) == before
"""


@pytest.mark.parametrize(
    ("asked", "status", "lines"),
    [("", 200, 0), ("", 400, 0), ("debug", 200, 2),
     ("DEBUG", 400, 2), ("info", 200, 0), ("info", 400, 2), ("loud", 400, 3)],
)  # fmt: skip
def test_the_variable_has_lines_written_to_stderr_once_each_and_nothing_else_does(
    asked: str, status: int, lines: int
) -> None:
    command = [sys.executable, "-c", CALL, str(status)]
    done = subprocess.run(command, env={"IDC_LOG": asked}, capture_output=True, text=True, check=True)
    assert (done.stdout, len(done.stderr.splitlines())) == ("", lines)
    assert asked != "loud" or "IDC_LOG is not one of debug, info" in done.stderr
