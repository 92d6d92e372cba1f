"""Helpers for tests of the client that run sync and async."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from idc_ext import IDC, connect

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx


async def send_request(
    mode: str, idc: IDC, method: str = "GET", path: str = "/v3/stats", **more: Any
) -> httpx.Response:
    """Send one request, sync or async. A synchronous one blocks the event loop."""
    if method == "POST":
        more = {"json": {}, **more}
    if mode == "sync":
        return idc.get_httpx_client().request(method, path, **more)
    return await idc.get_async_httpx_client().request(method, path, **more)


def client_without_credentials(url: str, **more: Any) -> IDC:
    """Make a client without credentials, for tests that are not about users."""
    return connect(url, **{"auth": None, "verify": False, **more})


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is true that another thread or task does."""
    while not condition():  # noqa: ASYNC110 - a thread cannot set an event of the loop
        await asyncio.sleep(0.01)
