"""Surplus answers behind an answer: none is taken for the answer to the next request."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.certificates import tls_server_context
from tests.support.faulty_server import Wire, answer, faulty, message
from tests.support.sync_async import client_without_credentials, send_request

RIGHT = json.dumps({"a": "right"}).encode()
LARGE = json.dumps({"a": "x" * 200_000}).encode()
SURPLUS = message(200, b'{"a": "of another request"}', {})


def at_once(wire: Wire, right: bytes) -> None:
    wire.send(right + SURPLUS)


def in_a_piece_of_its_own(wire: Wire, right: bytes) -> None:
    wire.send(right)
    wire.send(SURPLUS)


def in_part(wire: Wire, right: bytes) -> None:
    wire.send(right + SURPLUS[:9])


def later(wire: Wire, right: bytes) -> None:
    wire.send(right)
    time.sleep(0.02)
    wire.send(SURPLUS)


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("body", [RIGHT, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("send", [at_once, in_a_piece_of_its_own, in_part, later])
async def test_bytes_behind_an_answer_are_never_the_answer_to_the_next_request(
    mode: str, body: bytes, secured: bool, send: Callable[[Wire, bytes], None], tmp_path: Path
) -> None:
    def step(wire: Wire) -> bool:
        send(wire, message(200, body, {}))
        return True

    with faulty(step, secured=tls_server_context(tmp_path / "a.pem") if secured else None) as server:
        async with client_without_credentials(server.url) as idc:
            for _ in range(2):
                assert (await send_request(mode, idc)).content == body
                time.sleep(0.06 if send is later else 0)  # noqa: ASYNC251 - the loop must not see what comes meanwhile
            assert server.connections == 2


@pytest.mark.parametrize("mode", ["sync", "async"])
async def test_a_connection_without_such_bytes_serves_again(mode: str, tmp_path: Path) -> None:
    with faulty(answer(body=RIGHT), answer(body=LARGE), secured=tls_server_context(tmp_path / "a.pem")) as server:
        async with client_without_credentials(server.url) as idc:
            assert [(await send_request(mode, idc)).content for _ in range(4)] == [RIGHT, LARGE, LARGE, LARGE]
            assert server.connections == 1


@pytest.mark.parametrize("mode", ["sync", "async"])
async def test_a_streamed_answer_is_guarded_as_well(mode: str) -> None:
    def step(wire: Wire) -> bool:
        at_once(wire, message(200, RIGHT, {}))
        return True

    with faulty(step) as server:
        async with client_without_credentials(server.url) as idc:
            for _ in range(2):
                if mode == "sync":
                    with idc.get_httpx_client().stream("GET", "/v3/stats") as answered:
                        assert answered.read() == RIGHT
                else:
                    async with idc.get_async_httpx_client().stream("GET", "/v3/stats") as answered:
                        assert await answered.aread() == RIGHT
            assert server.connections == 2
