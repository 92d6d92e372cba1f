"""Proxies of the environment are judged once, before anything is sent, and no value of a variable is shown."""

from __future__ import annotations

import gc
import re
import traceback
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from idc_ext import IDCError, InvalidBaseURL, InvalidProxy, MissingExtra, connect
from idc_ext._http.addresses import Proxies, problem_with_url
from tests.support import patching
from tests.support.certificates import tls_server_context
from tests.support.faulty_server import answer, faulty
from tests.support.sync_async import send_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
SECRET = "hunter2"
SERVICE = "https://api.example.org"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One certificate: reading those of the world would take most of the time."""
    path = tmp_path_factory.mktemp("certificates") / "ca.pem"
    tls_server_context(path)
    return path


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch, no_settings: None, certificate: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def proxy_of(base_url: str = SERVICE, **settings: Any) -> str:
    """The kind of pool that requests to the service go through."""
    with connect(base_url, **settings) as idc:
        client: Any = idc.get_httpx_client()
        return type(client._transport_for_url(httpx.URL(f"{base_url}/v3/stats"))._pool).__name__


USABLE = {
    "http://proxy.example:3128": "HTTPProxy",
    "proxy.example:3128": "HTTPProxy",
    "  http://proxy.example:3128/  ": "HTTPProxy",
    f"http://ada:{SECRET}@proxy.example:3128": "HTTPProxy",
    f"http://ada:{SECRET}%2F%23%40@[::1]:3128": "HTTPProxy",
    "https://proxy.example": "HTTPProxy",
    "socks5://proxy.example:1080": "SOCKSProxy",
    "socks5h://proxy.example:1080": "SOCKSProxy",
    " ": "ConnectionPool",
    "": "ConnectionPool",
}
UNUSABLE = {
    f"http://ada:{SECRET}/x@proxy.example:3128": "%2F",
    f"http://ada:{SECRET}#x@proxy.example:3128": "%23",
    f"http://ada:{SECRET}@x@proxy.example:3128": "%40",
    f"http://ada:{SECRET} x@proxy.example:3128": "%20",
    f"ada:{SECRET}/x@proxy.example:3128": "%2F",
    f"socks://ada:{SECRET}@proxy.example:1080": "socks5://",
    f"socks4://ada:{SECRET}@proxy.example:1080": "begins with",
    f"ftp://ada:{SECRET}@proxy.example": "begins with",
    f"http://ada:{SECRET}@": "cannot be read",
    f"http://ada:{SECRET}@proxy.example:port": "cannot be read",
    f"http://ada:{SECRET}@proxy.example:99999": "cannot be read",
    f"http://ada:{SECRET}@[::1": "cannot be read",
    f"http://ada:{SECRET}@proxy..example": "cannot be read",
    f"http://ada:{SECRET}@{'a' * 64}.example": "cannot be read",
    f"http://ada:{SECRET}@proxy.example/path": "cannot be read",
    f"http://{SECRET}.example:port": "cannot be read",
}


@pytest.mark.parametrize("value", USABLE)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert proxy_of() == USABLE[value]
    assert proxy_of(trust_env=False) == "ConnectionPool"


def shown(error: BaseException) -> str:
    """Everything that a report of an error may show, with the local variables of all frames below the test's own."""
    assert error.__traceback__ is not None
    text = traceback.TracebackException(type(error), error, error.__traceback__.tb_next, capture_locals=True)
    return "".join(text.format()) + repr(error) + repr(vars(error))


@pytest.mark.parametrize("value", UNUSABLE)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "all_proxy"])
def test_a_proxy_that_cannot_be_used_is_one_sentence_with_the_name_of_the_variable_and_without_its_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidProxy, match=UNUSABLE[value]) as caught:
        connect(SERVICE)
    assert str(caught.value).startswith(f"the variable {name} ")
    assert SECRET not in shown(caught.value)
    assert connect("http://127.0.0.1:9")  # no proxy is used for this machine
    monkeypatch.setenv("NO_PROXY", "api.example.org")
    assert proxy_of() == "ConnectionPool"


def test_a_proxy_given_to_connect_is_judged_in_the_same_way() -> None:
    for value, words in UNUSABLE.items():
        with pytest.raises(InvalidProxy, match=words) as caught:
            connect(SERVICE, proxy=value)
        assert "argument proxy" in str(caught.value)
        assert SECRET not in shown(caught.value)
    assert proxy_of(proxy=f"http://ada:{SECRET}@proxy.example:3128") == "HTTPProxy"
    assert proxy_of(proxy=httpx.URL(f"http://ada:{SECRET}@proxy.example:3128")) == "HTTPProxy"


def test_socks_without_its_package_is_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    patching.no_packages_to_find(monkeypatch)
    monkeypatch.setenv("ALL_PROXY", f"socks5://ada:{SECRET}@proxy.example:1080")
    with pytest.raises(MissingExtra, match=r"variable ALL_PROXY .* pip install 'idc-client\[socks\]'") as caught:
        connect(SERVICE)
    assert SECRET not in shown(caught.value)
    with connect("http://localhost:9") as idc, pytest.raises(MissingExtra, match="ALL_PROXY"):
        idc.get_httpx_client().get(SERVICE)  # as after a redirect


EXEMPT = [
    ("*", SERVICE, True),
    ("api.example.org", SERVICE, True),
    ("example.org", SERVICE, True),
    (".example.org", SERVICE, True),
    ("*.example.org", SERVICE, True),
    ("API.Example.ORG", SERVICE, True),
    ("ple.org", SERVICE, False),
    ("a.org, ,example.org,", SERVICE, True),
    ("example.org:443", SERVICE, True),
    ("example.org:8443", SERVICE, False),
    ("https://example.org", SERVICE, True),
    ("http://example.org", SERVICE, False),
    ("localhost,[::1]", SERVICE, False),
    ("192.0.2.0/24", "https://192.0.2.7", True),
    ("192.0.2.0/24", "https://192.0.3.7", False),
    ("192.0.2.7", "https://192.0.2.7", True),
    ("localhost,127.0.0.1,fd07:b51a:cc66:f0::/64", "https://[fd07:b51a:cc66:f0::1]", True),
    ("localhost,127.0.0.1,fd07:b51a:cc66:f0::/64", "https://[fd07:b51a:cc66:f1::1]", False),
    ("[2001:db8::1]", "https://[2001:db8::1]", True),
    ("[2001:db8::1]:443", "https://[2001:db8::1]", True),
    ("2001:db8::1", "https://[2001:db8::1]", True),
    ("[::1", SERVICE, False),
    ("a b,\x7f,://,http://,:80,%", SERVICE, False),
]


@pytest.mark.parametrize(("value", "url", "exempt"), EXEMPT)
def test_hosts_are_exempt_by_name_address_and_network(
    value: str, url: str, exempt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", value)
    assert proxy_of(url) == "ConnectionPool"  # without a proxy, no value does any harm
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert proxy_of(url) == ("ConnectionPool" if exempt else "HTTPProxy")


async def test_a_request_goes_through_the_proxy_sync_and_async(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(answer()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with connect("http://api.example.org", auth=None) as idc:
            assert (await send_request(mode, idc)).status_code == 200
    assert proxy.paths == ["http://api.example.org/v3/stats"]


async def test_a_password_for_the_proxy_is_not_in_the_frames_of_an_error(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://ada:{SECRET}@127.0.0.1:9")
    async with connect(SERVICE, auth=None, retries=0) as idc:
        with pytest.raises(httpx.ConnectError) as caught:
            await send_request(mode, idc)
    text = shown(caught.value)
    assert SECRET not in text
    assert "YWRhOmh1bnRlcjI" not in text  # the same in base64
    del idc
    gc.collect()


# Addresses of services:


@pytest.mark.parametrize(
    "url",
    ["http://a..b", "http://.", f"http://{'a' * 64}.org", f"http://{'a.' * 127}org", "http://xn--999999999999", "http://a:99999",
     "ftp://a", "http://", "http:///x", "http://exa mple.org"],
)  # fmt: skip
def test_an_address_from_which_nothing_can_be_requested_is_refused(url: str) -> None:
    with pytest.raises(InvalidBaseURL) as caught:
        connect(url)
    assert isinstance(caught.value, IDCError)


@pytest.mark.parametrize(
    "url",
    [
        "http://a",
        "http://a.",
        "http://a-b.example.org:8021/api",
        "https://[::1]",
        "http://bücher.example",
        "http://1.2.3.4",
    ],
)
def test_an_address_that_can_be_requested_is_taken(url: str) -> None:
    assert problem_with_url(httpx.URL(url)) is None
    assert connect(url)


def test_the_environment_is_read_once_for_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    idc = connect(SERVICE)
    monkeypatch.setenv("HTTPS_PROXY", f"http://ada:{SECRET}/@proxy.example")
    assert idc.get_httpx_client()
    found = Proxies.of_environment()
    assert SECRET not in repr(found) + repr(idc) + repr(idc._proxies)


def test_the_command_line_and_doctor_say_the_same(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://ada:{SECRET}#1@proxy.example:3128")
    command = run("stats", "--base-url", SERVICE)
    assert command.code == 2
    assert re.fullmatch(r"idc-ext: the variable HTTPS_PROXY has a user name .*\n", command.err)
    report = run("doctor", "--offline", "--base-url", SERVICE)
    assert report.code == 1
    assert "the variable HTTPS_PROXY has a user name" in report.out
    assert SECRET not in command.err + command.out + report.out + report.err
