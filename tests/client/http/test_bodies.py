"""Large bodies: they come past h11, and all that can go wrong with a body goes wrong as ever."""

import gzip
import json

import h11
import httpx
import pytest

from idc_ext import DeadlineExceeded
from tests.support import patching
from tests.support.faulty_server import Wire, answer, drip, faulty, truncated
from tests.support.sync_async import client_without_credentials, send_request

BODY = json.dumps({"a": "x" * 400_000}).encode()
MODES = pytest.mark.parametrize("mode", ["sync", "async"])


@pytest.fixture
def fed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes h11 was given, piece by piece."""
    sizes: list[int] = []
    usual = h11.Connection.receive_data

    def receive(self: h11.Connection, data: bytes) -> None:
        sizes.append(len(data))
        usual(self, data)

    monkeypatch.setattr(h11.Connection, "receive_data", receive)
    return sizes


@MODES
async def test_a_large_body_comes_whole_and_past_h11_and_its_connection_serves_again(mode: str, fed: list[int]) -> None:
    with faulty(answer(body=BODY), answer(body=b"{}"), answer(body=BODY)) as server:
        async with client_without_credentials(server.url) as idc:
            found = [await send_request(mode, idc) for _ in range(3)]
            assert [one.content for one in found] == [BODY, b"{}", BODY]
            assert [one.num_bytes_downloaded for one in found] == [len(BODY), 2, len(BODY)]
            assert server.connections == 1
    assert sum(fed) < len(BODY)


@MODES
@pytest.mark.parametrize("size", [65_530, 65_536, 65_537, 65_538, 131_072, 131_073, 131_074, 262_144, 1_000_001])
async def test_bodies_of_any_size_come_whole(mode: str, size: int) -> None:
    with faulty(answer(body=b"1" * size)) as server:
        async with client_without_credentials(server.url) as idc:
            for _ in range(2):
                assert (await send_request(mode, idc)).content == b"1" * size
            assert server.connections == 1


@MODES
async def test_a_large_body_that_breaks_off_is_asked_for_again(mode: str) -> None:
    for step in (truncated(BODY), truncated(BODY, missing=200_000), truncated(BODY, missing=200_000, rst=True)):
        with faulty(step, answer(body=BODY)) as server:
            async with client_without_credentials(server.url) as idc:
                assert (await send_request(mode, idc)).content == BODY
            assert len(server.seen) == 2


@MODES
async def test_a_large_body_that_breaks_off_again_and_again_is_httpxs_error(mode: str) -> None:
    with faulty(truncated(BODY, missing=200_000)) as server:
        async with client_without_credentials(server.url, retries=0) as idc:
            with pytest.raises(httpx.RemoteProtocolError, match="closed"):
                await send_request(mode, idc)


@MODES
async def test_a_large_body_that_drips_keeps_the_deadline(mode: str) -> None:
    with faulty(drip(b"1" * 300_000)) as server:
        async with client_without_credentials(server.url, deadline=0.3) as idc:
            with pytest.raises(DeadlineExceeded):
                await send_request(mode, idc)


@MODES
async def test_a_large_body_that_stops_keeps_the_time_out(mode: str) -> None:
    def stops(wire: Wire) -> bool:
        wire.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n" + b"1" * 300_000
        )
        wire.result.wait(5)
        return False

    with faulty(stops) as server:
        async with client_without_credentials(server.url, timeout=0.2) as idc:
            with pytest.raises(httpx.ReadTimeout):
                await send_request(mode, idc)


@MODES
async def test_large_bodies_that_are_packed_or_in_chunks_come_as_ever(mode: str, fed: list[int]) -> None:
    noise = bytes(range(32, 127)) * 4000

    def chunks(wire: Wire) -> bool:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(3):
            wire.send(b"%x\r\n%s\r\n" % (len(noise), noise))
        wire.send(b"0\r\n\r\n")
        return True

    packed = gzip.compress(BODY + noise, 0)
    with faulty(chunks, answer(body=packed, content_encoding="gzip"), answer(body=b"{}")) as server:
        async with client_without_credentials(server.url) as idc:
            assert (await send_request(mode, idc)).content == noise * 3
            before = sum(fed)
            assert (await send_request(mode, idc)).content == BODY + noise
            assert sum(fed) - before < len(packed)
            assert (await send_request(mode, idc)).content == b"{}"
            assert server.connections == 1


@MODES
@pytest.mark.parametrize("hidden", ["_reader", "_remaining"])
async def test_where_h11_keeps_its_count_elsewhere_bodies_come_as_ever(
    mode: str, hidden: str, fed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    patching.hidden_member(monkeypatch, hidden)
    with faulty(answer(body=BODY)) as server:
        async with client_without_credentials(server.url) as idc:
            assert (await send_request(mode, idc)).content == BODY
    assert sum(fed) > len(BODY)


async def test_what_is_no_connection_of_httpcores_is_left_alone() -> None:
    idc = client_without_credentials(
        "http://127.0.0.1:9", transport=httpx.MockTransport(lambda _: httpx.Response(200, content=BODY))
    )
    assert [(await send_request(mode, idc)).content for mode in ("sync", "async")] == [BODY, BODY]
