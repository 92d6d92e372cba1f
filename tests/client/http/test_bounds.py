"""What is read of an answer has a bound, whatever it claims to be, and what a redirect may take along as well."""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
import time
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idc_ext import APIError, ContractError, DeadlineExceeded, ServerError, connect, deadline
from idc_ext._http.bodies import MAX_ERROR_BODY, bound_body
from tests.support import faults
from tests.support.credentials import write
from tests.support.faulty_server import Wire, answer, faulty
from tests.support.sync_async import client_without_credentials, send_request

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.token_issuer import Issuer

pytestmark = pytest.mark.usefixtures("no_settings")


def decoded(content: bytes, pieces: list[int], coding: str, max_body: int) -> bytes:
    """A body, decoded after it has come in pieces of these sizes."""

    def cut() -> Any:
        at = 0
        for size in [*pieces, len(content)]:
            yield content[at : at + size]
            at += size

    class Stream(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            return iter(cut())

    request = httpx.Request("GET", "http://127.0.0.1/v3/stats")
    response = httpx.Response(200, headers={"content-encoding": coding}, stream=Stream(), request=request)
    bound_body(response, max_body)
    return response.read()


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


CODERS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, " Deflate": raw_deflate, "": bytes}


@given(
    st.binary(max_size=3000).flatmap(lambda one: st.integers(1, 900).map(lambda times: one * times)),
    st.lists(st.integers(1, 50_000), max_size=6),
    st.sampled_from(sorted(CODERS)),
    st.integers(-3, 3),
)
def test_a_body_comes_as_it_was_up_to_the_limit_and_not_a_byte_beyond(
    body: bytes, pieces: list[int], coding: str, room: int
) -> None:
    limit = max(len(body) + room, 1)
    if len(body) <= limit:
        assert decoded(CODERS[coding](body), pieces, coding, limit) == body
    else:
        with pytest.raises(ContractError, match=f"more than {limit:,} bytes"):
            decoded(CODERS[coding](body), pieces, coding, limit)


@given(st.binary(min_size=1, max_size=3000), st.sampled_from(["gzip", "deflate"]), st.data())
def test_a_compressed_body_that_is_cut_off_anywhere_is_an_error(body: bytes, coding: str, data: st.DataObject) -> None:
    packed = CODERS[coding](body)
    cut = packed[: data.draw(st.integers(1, len(packed) - 1))]
    with pytest.raises(ContractError, match="cut off"):
        decoded(cut, [], coding, 10**6)


async def test_the_limit_is_the_one_of_connect(mode: str) -> None:
    for body, more in ((b"1" * 1001, {}), (gzip.compress(b"1" * 1001), {"content_encoding": "gzip"})):
        with faulty(answer(body=body, **more), answer(body=b"1" * 1000)) as server:
            async with client_without_credentials(server.url, max_body=1000) as idc:
                with pytest.raises(ContractError, match="more than 1,000 bytes; request less at once"):
                    await send_request(mode, idc)
                assert (await send_request(mode, idc)).content == b"1" * 1000


@pytest.mark.parametrize("wrong", [0, -1, True, 1.5, "1", None])
def test_a_limit_that_is_no_number_of_bytes_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="max_body takes a number of bytes"):
        connect("http://127.0.0.1:9", max_body=wrong)


async def test_a_streamed_answer_has_no_limit(mode: str) -> None:
    with faulty(answer(body=gzip.compress(b"1" * 5000), content_encoding="gzip", content_type="text/plain")) as server:
        async with client_without_credentials(server.url, max_body=1000) as idc:
            if mode == "sync":
                with idc.get_httpx_client().stream("GET", "/v3/stats") as response:
                    content = b"".join(response.iter_bytes())
            else:
                async with idc.get_async_httpx_client().stream("GET", "/v3/stats") as response:
                    content = b"".join([piece async for piece in response.aiter_bytes()])
    assert content == b"1" * 5000


async def test_of_the_body_of_an_error_the_beginning_is_kept(mode: str) -> None:
    endless = faults.for_ever(b"HTTP/1.1 500 E\r\nContent-Type: text/plain\r\n\r\n", b"x" * 10_000)
    with faulty(endless(b"", ""), answer()) as server:
        async with client_without_credentials(server.url) as idc:
            with pytest.raises(ServerError, match=r"x{100}") as caught:
                await send_request(mode, idc)
            assert caught.value.response.content == b"x" * MAX_ERROR_BODY
            assert (await send_request(mode, idc)).status_code == 200
    assert server.connections == 2


async def test_the_clock_is_looked_at_while_a_body_is_decompressed(mode: str) -> None:
    members = gzip.compress(b"") * 200_000  # nothing comes of them but work
    with faulty(answer(body=members, content_encoding="gzip")) as server:
        async with client_without_credentials(server.url, deadline=0.2) as idc:
            with pytest.raises(DeadlineExceeded):
                await send_request(mode, idc)


async def test_a_header_of_the_caller_follows_a_redirect_within_the_origin_and_to_no_other(mode: str) -> None:
    def to(url: str, status: int = 307) -> Any:
        return answer(status, b"{}", location=url)

    given_headers = {"X-Api-Key": "secret-key", "Authorization": "Bearer secret-token", "Cookie": "a=secret"}
    with faulty(answer()) as other, faulty(to("/v3/there"), answer(), to(f"{other.url}/v3/elsewhere")) as server:
        settings: dict[str, Any] = {
            "headers": given_headers,
            "follow_redirects": True,
            "cookies": {"session": "secret"},
        }
        async with client_without_credentials(server.url, **settings) as idc:
            await send_request(mode, idc, "POST")
            assert server.seen[1].headers["x-api-key"] == "secret-key"
            await send_request(mode, idc, "POST", headers={"X-Other": "secret-too"})
    (seen,) = other.seen
    assert "secret" not in repr(seen.headers)
    assert (seen.headers["content-type"], seen.body) == ("application/json", b"{}")


async def test_a_redirect_to_where_nothing_can_be_requested_is_an_error_of_ours_and_not_retried(mode: str) -> None:
    possible = {"another host", "itself", "a user with a password", "60 kB", "a name that is none"}
    for place in (place for name, place in faults.PLACES.items() if name not in possible):
        with faulty(answer(302, b"", location=place)) as server:
            async with client_without_credentials(server.url, follow_redirects=True) as idc:
                with pytest.raises(APIError, match="moved to"):
                    await send_request(mode, idc)
        assert len(server.seen) == 1


# The renewal of a token:

ENDLESS = {
    name: fault
    for name in ("a header byte by byte", "early hints without end")
    for fault in faults.FAULTS
    if fault.name == name
}


@pytest.mark.parametrize("name", ENDLESS)
async def test_a_renewal_that_never_ends_keeps_the_deadline_and_lets_go_of_the_lock(
    mode: str, name: str, tmp_path: Path, issuer: Issuer
) -> None:
    with faulty(ENDLESS[name].make(b"", "")) as endpoint:
        path = tmp_path / "credentials.json"
        write(path, issuer.document(-60, token_uri=f"{endpoint.url}/token"))
        async with connect("http://127.0.0.1:9", credentials=path) as idc:
            with deadline(0.3), pytest.raises(DeadlineExceeded):
                await send_request(mode, idc, path="/v1/cohorts")
        write(path, issuer.document(-60))
        renewed = await asyncio.to_thread(write(path, issuer.document(-60)).valid_token)
    assert renewed.expires is not None
    assert renewed.expires > time.time()


PROGRAM = """
import asyncio, sys
import idc_ext
from idc_ext.auth import _token_endpoint
_token_endpoint.TIMEOUT = _token_endpoint.DEADLINE = 1000  # a process that waits for it outlasts the server
async def main():
    async with idc_ext.connect("http://127.0.0.1:9", credentials=sys.argv[1]) as idc:
        try:
            async with asyncio.timeout(0.3):
                await idc.get_async_httpx_client().get("/v1/cohorts")
        except TimeoutError:
            print("late")
asyncio.run(main())
"""


def test_an_asynchronous_program_can_end_while_a_renewal_goes_on(tmp_path: Path, issuer: Issuer) -> None:
    def silent(wire: Wire) -> bool:
        wire.wait()
        return False

    with faulty(silent) as endpoint:
        path = tmp_path / "credentials.json"
        write(path, issuer.document(-60, token_uri=f"{endpoint.url}/token"))
        done = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "late\n", "")
    assert json.loads(path.read_text())["refresh_token"]
    assert {one.name for one in tmp_path.iterdir()} <= {path.name, f"{path.name}.lock"}
