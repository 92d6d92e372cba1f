"""Errors of calls without a response: one sentence with the host or the proxy, the cause, and what to do."""

import asyncio
import copy
import traceback

import httpx
import pytest

from idc_ext import aio, connect, v3
from idc_ext._http.no_response import explain_no_response

#: Nothing listens on this port.
SILENT = "http://127.0.0.1:9"
CASES = {
    "server": (SILENT, {}, "could not reach http://127.0.0.1:9: no connection (Connection refused); is the server st"),
    "host": ("http://nowhere.invalid", {}, "could not reach http://nowhere.invalid: there is no such host"),
    "proxy": (
        "http://api.example.org",
        {"HTTP_PROXY": SILENT},
        "no connection to the proxy that HTTP_PROXY names (Connection refused); correct or unset HTTP_PROXY",
    ),
    "host of the proxy": (
        "http://api.example.org",
        {"ALL_PROXY": "http://ada:geheim@nowhere.invalid:8"},
        "no such host as the proxy that ALL_PROXY names, or no network; correct or unset ALL_PROXY",
    ),
}


async def _asynchronously(base_url: str) -> None:
    async with connect(base_url, retries=0) as idc:
        await aio.v3.stats(idc)


def _synchronously(base_url: str) -> None:
    with connect(base_url, retries=0) as idc:
        v3.stats(idc)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("in_loop", [False, True], ids=["sync", "async"])
def test_a_call_without_a_response_says_which_address_failed_and_what_to_do(
    case: str, in_loop: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    base_url, variables, expected = CASES[case]
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(httpx.ConnectError) as caught:
        asyncio.run(_asynchronously(base_url)) if in_loop else _synchronously(base_url)
    assert expected in str(caught.value)
    assert str(copy.copy(caught.value)) == str(caught.value)
    shown = "".join(traceback.format_exception(caught.value))
    assert "geheim" not in shown
    assert "httpcore" not in shown
    assert "site-packages/httpx" not in shown


def test_a_proxy_of_the_argument_is_named_as_an_argument() -> None:
    with connect("http://api.example.org", proxy=SILENT, retries=0) as idc, pytest.raises(httpx.ConnectError) as caught:
        v3.stats(idc)
    assert "the proxy that the argument proxy names (Connection refused)" in str(caught.value)


def test_an_error_of_a_caller_s_own_transport_keeps_its_text_within_the_sentence() -> None:
    def lose(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("the cable", request=request)

    idc = connect("http://api.example.org", transport=httpx.MockTransport(lose), retries=0)
    with idc, pytest.raises(httpx.ReadError) as caught:
        v3.stats(idc)
    assert str(caught.value) == "could not reach http://api.example.org: the connection was lost (the cable); try again"
    assert explain_no_response(caught.value) == str(caught.value)
