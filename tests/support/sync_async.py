"""What tests of the client, sync and async, share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from idc_ext import IDC, connect

if TYPE_CHECKING:
    import httpx


async def send_request(
    mode: str, idc: IDC, method: str = "GET", path: str = "/v3/stats", **more: Any
) -> httpx.Response:
    """Send one request in one of the colours. Where it is synchronous, the event loop has to wait."""
    if method == "POST":
        more = {"json": {}, **more}
    if mode == "sync":
        return idc.get_httpx_client().request(method, path, **more)
    return await idc.get_async_httpx_client().request(method, path, **more)


def client_without_credentials(url: str, **more: Any) -> IDC:
    """Make a client that asks for no credentials: who may do what is not the question here."""
    return connect(url, **{"auth": None, "verify": False, **more})
