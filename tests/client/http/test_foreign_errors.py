"""What httpx, httpcore, ssl and a SOCKS proxy raise becomes an error of this package, or a transport error of httpx."""

from __future__ import annotations

import gc
import json
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from idc_ext import ClientClosed, ContractError, IDCError, InvalidFilter, InvalidTLSSettings, connect, v1
from idc_ext.v1._pages import LONGEST_TOKEN
from tests.support.faulty_server import answer, faulty
from tests.support.sync_async import client_without_credentials, send_request
from tests.support.v1_service import SPEC, query_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("no_settings")

#: What no SOCKS proxy says, message by message.
NOT_SOCKS = {
    "HTTP": [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
    "one byte": [b"\x05"],
    "nothing": [],
    "an unknown method": [b"\x05\x09"],
    "an answer cut off": [b"\x05\x00", b"\x05\x00\x00"],
    "an unknown reply": [b"\x05\x00", b"\x05\x63\x00\x01" + bytes(6)],
    "an unknown kind of address": [b"\x05\x00", b"\x05\x00\x00\x09" + bytes(6)],
    "a name that is longer than the answer": [b"\x05\x00", b"\x05\x00\x00\x03\xff" + bytes(6)],
}


@contextmanager
def proxy(messages: list[bytes]) -> Iterator[str]:
    """A server that answers each message with the next of these, and then closes the connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    wire = server.accept()[0]
                except OSError:
                    return
                with wire:
                    for one in messages:
                        wire.recv(4096)
                        wire.sendall(one)
                    wire.recv(4096)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"socks5://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


# httpcore leaves the socket of a proxy that it cannot read to the garbage collection.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("messages", NOT_SOCKS.values(), ids=NOT_SOCKS)
async def test_a_proxy_that_does_not_speak_socks_is_a_transport_error(
    mode: str, messages: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(messages) as url:
        monkeypatch.setenv("ALL_PROXY", url)
        async with client_without_credentials("http://idc.invalid", retries=0) as idc:
            with pytest.raises(httpx.TransportError):
                await send_request(mode, idc)
        gc.collect()


async def test_redirects_without_end_break_the_contract(mode: str) -> None:
    with faulty(*[answer(302, b"", location="/v3/stats")] * 21) as server:
        async with client_without_credentials(server.url, follow_redirects=True) as idc:
            with pytest.raises(ContractError, match="GET /v3/stats was answered with more than 20 redirects"):
                await send_request(mode, idc)


@pytest.mark.parametrize("token", ["a" * (LONGEST_TOKEN + 1), "a" * 70_000, "\u00e4", "\ud800"])
@pytest.mark.parametrize("status", [200, 202])
async def test_a_page_token_that_no_request_can_have_breaks_the_contract(token: str, status: int) -> None:
    page = query_page({"PatientID": "a"}, next_page=token)
    body = page if status == 200 else {"query_info": {"next_page": token}}
    service = httpx.MockTransport(lambda _: httpx.Response(status, content=json.dumps(body).encode()))
    with connect("http://test", transport=service, auth=None) as idc, pytest.raises(ContractError):
        list(v1.preview_query(idc, SPEC, ["PatientID"]))


async def test_the_longest_page_token_is_sent() -> None:
    pages = [
        {**query_page({"PatientID": one}, next_page=token), "query_results": table}
        for one, token in (("a", "%" * LONGEST_TOKEN), ("b", ""))
        for table in [{"json": [{"PatientID": one}], "rowsReturned": 1, "totalFound": 2}]
    ]
    service = httpx.MockTransport(lambda _: httpx.Response(200, json=pages.pop(0)))
    with connect("http://test", transport=service, auth=None) as idc:
        assert list(v1.preview_query(idc, SPEC, ["PatientID"])) == [{"PatientID": "a"}, {"PatientID": "b"}]


async def test_what_fits_in_no_request_is_refused_before_anything_is_sent(mode: str) -> None:
    async with client_without_credentials("http://127.0.0.1:9") as idc:
        for wrong in ({"path": "/v3/collections/" + "a" * 100_000}, {"params": {"a": "b" * 100_000}}):
            with pytest.raises(InvalidFilter, match="too long") as caught:
                await send_request(mode, idc, **wrong)
            assert len(str(caught.value)) < 200
        with pytest.raises(InvalidFilter, match="no valid Unicode"):
            await send_request(mode, idc, "POST", "/v1/cohorts", json={"name": "\udcff"})


async def request_over_tls(mode: str, **more: Any) -> None:
    async with connect("https://127.0.0.1:9", auth=None, retries=0, **more) as idc:
        await send_request(mode, idc)


@pytest.mark.parametrize("more", [{}, {"trust_env": False}, {"proxy": "http://127.0.0.1:9"}, {"verify": False}])
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSLKEYLOGFILE"])
async def test_a_variable_with_which_tls_cannot_be_used_is_named(
    mode: str, name: str, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    paths = [tmp_path / "nowhere" / "file", *([broken] if name == "SSL_CERT_FILE" else [])]
    # Neither is read where the settings say so.
    unread = more != {} and "proxy" not in more if name == "SSL_CERT_FILE" else "verify" in more
    for path in paths:
        monkeypatch.setenv(name, str(path))
        kind: type[Exception] = httpx.ConnectError if unread else InvalidTLSSettings
        with pytest.raises(kind, match=None if unread else f"^{name} names {path}, which "):
            await request_over_tls(mode, **more)


async def test_a_file_of_the_settings_that_cannot_be_used_is_an_error_of_this_package(mode: str) -> None:
    with (
        pytest.warns(DeprecationWarning, match="cert="),
        pytest.raises(InvalidTLSSettings, match=r"argument verify or cert names a file .*No such file"),
    ):
        await request_over_tls(mode, cert="/nowhere/cert.pem")


async def test_a_closed_client_says_so(mode: str) -> None:
    with faulty(answer()) as server:
        async with client_without_credentials(server.url) as idc:
            await send_request(mode, idc, path="/anything")
        with pytest.raises(ClientClosed, match=r"make another one with connect\(\)") as caught:
            await send_request(mode, idc)
    assert isinstance(caught.value, IDCError)
    assert isinstance(caught.value, RuntimeError)


async def test_cookies_of_the_service_are_not_kept_and_those_of_the_user_are_sent(mode: str) -> None:
    cookies = [answer(set_cookie=f"tracker{n}={'x' * 3000}") for n in range(3)]
    with faulty(*cookies) as server:
        async with client_without_credentials(server.url).with_cookies({"mine": "1"}) as idc:
            for _ in cookies:
                await send_request(mode, idc, path="/anything")
    assert [one.headers.get("cookie") for one in server.seen] == ["mine=1"] * 3


async def test_cookies_of_the_service_are_kept_in_a_jar_of_the_user(mode: str) -> None:
    with faulty(answer(set_cookie="session=1"), answer()) as server:
        async with client_without_credentials(server.url, cookies=httpx.Cookies()) as idc:
            for _ in range(2):
                await send_request(mode, idc, path="/anything")
    assert [one.headers.get("cookie") for one in server.seen] == [None, "session=1"]
