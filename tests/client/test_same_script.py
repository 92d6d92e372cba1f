"""One program, sync and async, against whatever serves the API: only the URL differs."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from idc_client.api.v3 import get_stats, get_version

from idc_ext import InvalidFilter, aio, connect, v3
from tests.support import patching
from tests.support.loopback_server import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Iterator

CT = {"collection_id": "rider_pilot", "Modality": "CT"}
MODALITIES = "SELECT Modality, count(*) AS n FROM index WHERE collection_id = 'rider_pilot' GROUP BY 1 ORDER BY 1"

pytestmark = pytest.mark.usefixtures("no_settings")


def script(*url: str) -> list[Any]:
    """What a user writes with `for`: everything that both hosts answer."""
    with connect(*url) as idc:
        ct = v3.manifest(idc, CT, page_size=50)
        with pytest.raises(InvalidFilter, match="did you mean CT"):
            v3.check_values(idc, {"Modality": "ct"})
        return [
            get_version.sync(client=idc),
            get_stats.sync(client=idc),
            v3.counts(idc, CT),
            [row.series_instance_uid for row in ct.walk(ahead=2)],
            ct.to_arrow(),
            [*v3.manifest_lines(idc, CT)],
            [*v3.sql(idc, MODALITIES)],
            v3.licenses(idc, CT),
        ]


async def ascript(*url: str) -> list[Any]:
    """The same with `await`."""
    async with connect(*url) as idc:
        ct = aio.v3.manifest(idc, CT, page_size=50)
        with pytest.raises(InvalidFilter, match="did you mean CT"):
            await aio.v3.check_values(idc, {"Modality": "ct"})
        return [
            await get_version.asyncio(client=idc),
            await get_stats.asyncio(client=idc),
            await aio.v3.counts(idc, CT),
            [row.series_instance_uid async for row in ct.walk(ahead=2)],
            await ct.to_arrow(),
            [line async for line in aio.v3.manifest_lines(idc, CT)],
            [*await aio.v3.sql(idc, MODALITIES)],
            await aio.v3.licenses(idc, CT),
        ]


@contextmanager
def below(url: str, prefix: str) -> Iterator[str]:
    """The same service at another host and port, below a path, as behind a gateway."""

    class Gateway(BaseHTTPRequestHandler):
        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if not self.path.startswith(f"{prefix}/"):
                self.send_error(404)
                return
            kind = {"content-type": self.headers.get("content-type", "application/json")}
            answer = inner.request(self.command, url + self.path.removeprefix(prefix), content=body, headers=kind)
            self.send_response(answer.status_code)
            self.send_header("content-type", answer.headers["content-type"])
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = forward

        def log_message(self, *_: object) -> None:
            pass

    with httpx.Client(timeout=60) as inner, LoopbackServer(("localhost", 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}{prefix}"
        server.shutdown()
        thread.join()


async def test_a_program_differs_in_nothing_but_the_url_wherever_it_is_run_sync_and_async(
    standin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = await asyncio.to_thread(script, standin)
    assert len(expected[3]) == 172
    assert await ascript(standin) == expected
    with below(standin, "/gateway/idc") as elsewhere:
        assert await asyncio.to_thread(script, elsewhere) == expected
        assert await ascript(f"{elsewhere}/") == expected
    # A program that names none has that of the variable, or else the live host.
    monkeypatch.setenv("IDC_BASE_URL", standin)
    assert await asyncio.to_thread(script) == expected
    assert await ascript() == expected
    monkeypatch.delenv("IDC_BASE_URL")
    patching.live_host(monkeypatch, standin)
    assert await asyncio.to_thread(script) == expected
    assert await ascript() == expected
