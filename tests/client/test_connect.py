"""What `connect` installs in the generated client, and what it refuses."""

import asyncio
import gc
import inspect
import json
import math
import os
import re
import ssl
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import httpx
import pytest
from idc_client import AuthenticatedClient
from idc_client.api.v1 import create_cohort, get_about, list_cohorts, list_versions

from idc_ext import (
    IDC,
    APIError,
    ContractError,
    CredentialsError,
    CredentialsInsecure,
    CredentialsNotFound,
    InvalidBaseURL,
    InvalidRequest,
    MissingExtra,
    Retired,
    ServerError,
    aio,
    connect,
    drs,
    v1,
    v3,
)
from idc_ext.connect import HttpxArguments
from tests.support.canned_service import canned_service
from tests.support.certificates import tls_server_context
from tests.support.faulty_server import answer, faulty
from tests.support.standin_process import NOWHERE
from tests.support.sync_async import client_without_credentials, send_request

LIVE = "https://api.imaging.datacommons.cancer.gov"
VERSIONS = {"code": 200, "versions": []}
HIDDEN = {
    "code": 200,
    "cohort_properties": {"code": 400, "message": "There was an error saving your cohort."},
}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "IDC_BASE_URL",
        "IDC_CREDENTIALS",
        "IDC_TOKEN",
        "IDC_LOG",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def fake(status: int = 200, body: Any = VERSIONS, **headers: str) -> httpx.MockTransport:
    """Make a transport that gives one answer for ever, its body unread as from a socket."""

    def answer(request: httpx.Request) -> httpx.Response:
        content = body if isinstance(body, bytes) else httpx.Response(200, json=body).content
        kind = {"content-type": "application/json", "content-length": str(len(content)), **headers}
        return httpx.Response(status, headers=kind, stream=httpx.ByteStream(content))

    return httpx.MockTransport(answer)


def test_the_base_url_is_the_argument_or_the_variable_or_the_live_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert LIVE in repr(connect())
    monkeypatch.setenv("IDC_BASE_URL", f"{NOWHERE}/")
    assert NOWHERE in repr(connect())
    assert "http://localhost:1" in repr(connect("http://localhost:1"))


@pytest.mark.parametrize(
    "url",
    ["x", "ftp://example.org", "https://", "//example.org", "http://h:port", "http://h\n", "https://h/?q=1",
     "https://h/#f", 7, "http://[::1", " https://h", "http://a b", "http://h:99999",
     f"{LIVE}/v1", f"{LIVE}/v3/", f"{LIVE}/api/v2"],
)  # fmt: skip
def test_a_base_url_that_cannot_work_is_refused_at_once(url: Any) -> None:
    with pytest.raises(InvalidBaseURL):
        connect(url)
    assert issubclass(InvalidBaseURL, ValueError)


def test_a_base_url_with_a_version_is_answered_with_the_right_one() -> None:
    with pytest.raises(InvalidBaseURL, match=f"use '{LIVE}'"):
        connect(f"{LIVE}/v1/")


@pytest.mark.parametrize(
    "url",
    ["https://ada:secret@example.org", "http:ada:secret@example.org", "ada:secret@h", "http://h/?key=secret",
     "http://h/v3?secret", "http://h#secret", "http://h /?key=secret", "ftp://h/?secret", "http://[::1?secret", "http://h/v3#secret"],
)  # fmt: skip
def test_a_password_or_a_key_in_the_base_url_is_refused_and_not_repeated(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDC_BASE_URL", url)
    monkeypatch.setenv("IDC_DRS_URL", url)
    guid = "099a1844-dc1c-44bd-91f8-e6f1860cbfce"
    for use in (connect, lambda: connect(url), lambda: drs.resolve(guid), lambda: drs.resolve(guid, base_url=url)):
        with pytest.raises(InvalidBaseURL) as caught:
            use()
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://h?", "http://h/#"])
def test_an_empty_query_or_fragment_is_refused_since_no_path_can_follow(url: str) -> None:
    with pytest.raises(InvalidBaseURL, match="has a query or a fragment"):
        connect(url)


def test_every_generated_function_takes_the_client() -> None:
    idc = connect(NOWHERE, transport=fake())
    assert isinstance(idc, IDC)
    assert isinstance(idc, AuthenticatedClient)
    answer = list_versions.sync(client=idc)
    assert answer is not None
    assert answer.to_dict() == VERSIONS


@pytest.mark.parametrize("read", ["with_headers", "with_cookies"])
def test_a_client_derived_from_it_is_still_one(read: str) -> None:
    idc = getattr(connect(NOWHERE, transport=fake(400, {"code": 400, "message": "m"})), read)({"A": "b"})
    assert isinstance(idc, IDC)
    with pytest.raises(InvalidRequest):
        list_versions.sync(client=idc)


def test_deriving_a_client_leaves_the_one_it_was_derived_from_as_it_was() -> None:
    with connect(NOWHERE, transport=fake()) as idc:
        derived = idc.with_headers({"a": "b"}).with_cookies({"c": "d"}).with_timeout(httpx.Timeout(7))
        mine, theirs = idc.get_httpx_client(), derived.get_httpx_client()
        assert ("a" in mine.headers, mine.cookies.get("c"), mine.timeout.read) == (False, None, 60)
        assert ("a" in theirs.headers, theirs.cookies.get("c"), theirs.timeout.read) == (True, "d", 7)


@pytest.mark.parametrize(
    "given", [{"a": "1"}, [("a", "1")], httpx.Cookies({"a": "1"}), httpx.Cookies({"a": "1"}).jar], ids=repr
)
def test_cookies_that_a_derived_client_adds_go_with_those_of_connect(given: Any) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["cookie"])
        return httpx.Response(200, json=VERSIONS, headers={"set-cookie": "of=service"})

    idc = connect(NOWHERE, transport=httpx.MockTransport(answer), cookies=given)
    derived = idc.with_cookies({"b": "2"}).with_cookies({"a": "3"})
    for client in (derived, derived, idc):
        list_versions.sync(client=client)
    assert [sorted(one.split("; ")) for one in sent] == [["a=3", "b=2"], ["a=3", "b=2"], ["a=1"]]


def test_arguments_of_httpx_may_be_none_as_their_types_say() -> None:
    nothing: dict[str, Any] = {"event_hooks": None, "mounts": None, "cookies": None, "params": None, "proxy": None}
    with connect(NOWHERE, transport=fake(), **nothing) as idc:
        assert list_versions.sync(client=idc) is not None
    assert connect(NOWHERE, **nothing).get_httpx_client() is not None
    assert connect(NOWHERE, **nothing).get_async_httpx_client() is not None


def test_threads_that_are_first_at_once_get_one_client() -> None:
    idc, found = connect(NOWHERE, transport=fake()), set()
    start = threading.Barrier(8)

    def get() -> None:
        start.wait()
        found.add(idc.get_httpx_client())

    threads = [threading.Thread(target=get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1


@pytest.mark.parametrize("installed", [True, False])
def test_http_2_is_used_where_its_package_is_installed_and_missed_by_name_where_not(
    installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: installed or None)
    monkeypatch.setitem(sys.modules, "h2", ModuleType("h2"))
    if installed:
        assert connect(NOWHERE, http2=True).get_httpx_client()._transport._pool._http2  # type: ignore[attr-defined] # httpx says it nowhere in public
    else:
        with pytest.raises(MissingExtra, match=r"needs the package h2: pip install 'httpx\[http2\]'"):
            connect(NOWHERE, http2=True)


def test_raw_answers_can_be_reached() -> None:
    with connect(NOWHERE, transport=fake(**{"x-build": "7"})) as idc:
        detailed = list_versions.sync_detailed(client=idc)
        assert (detailed.status_code, detailed.headers["x-build"]) == (200, "7")
        assert idc.get_httpx_client().get("/v1/versions").headers["x-build"] == "7"
    with (
        connect(NOWHERE, transport=fake(400, {"code": 400, "message": "m"}, **{"x-build": "7"})) as idc,
        pytest.raises(InvalidRequest) as caught,
    ):
        list_versions.sync(client=idc)
    assert caught.value.response.headers["x-build"] == "7"


async def test_a_redirect_that_is_followed_with_a_token_and_a_body_leaves_neither_behind() -> None:
    def move(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/sql":
            return httpx.Response(307, headers={"location": "/v3/other"})
        return httpx.Response(200, json={"auth": request.headers["authorization"], "body": request.content.decode()})

    more: dict[str, Any] = {"headers": {"Authorization": "Bearer secret"}, "follow_redirects": True}
    async with connect(NOWHERE, transport=httpx.MockTransport(move), **more) as idc:
        for answer in (
            idc.get_httpx_client().post("/v3/sql", json={"sql": ""}),
            await idc.get_async_httpx_client().post("/v3/sql", json={"sql": ""}),
        ):
            assert json.loads(answer.content) == {"auth": "Bearer secret", "body": '{"sql":""}'}
            requests = [answer.request, *(one.request for one in answer.history)]
            assert [(one.url.path, "authorization" in one.headers) for one in requests] == [
                ("/v3/other", False),
                ("/v3/sql", False),
            ]


def test_its_token_field_is_empty_for_good() -> None:
    assert connect().token == ""
    with pytest.raises(TypeError):
        attrs.evolve(connect(), token="abc")


def test_a_credentials_file_that_is_named_is_loaded_at_once(tmp_path: Path) -> None:
    with pytest.raises(CredentialsNotFound):
        connect(NOWHERE, credentials=tmp_path / "none")
    (tmp_path / "open").write_text("{}")
    (tmp_path / "open").chmod(0o644)
    with pytest.raises(CredentialsInsecure):
        connect(NOWHERE, credentials=tmp_path / "open")


def test_the_default_credentials_file_is_looked_for_when_it_is_needed() -> None:
    with connect(NOWHERE, transport=fake()) as idc:
        list_versions.sync(client=idc)
        with pytest.raises(CredentialsNotFound):
            list_cohorts.sync(client=idc)


@pytest.mark.parametrize("status", [300, 400, 401, 404, 410, 422, 429, 499, 500, 504, 520])
def test_no_failure_comes_back_as_a_value_or_as_none(status: int) -> None:
    with (
        connect(NOWHERE, transport=fake(status, b"<html>"), retries=0) as idc,
        pytest.raises(Exception, match=str(status)) as caught,
    ):
        list_versions.sync(client=idc)
    assert status < 400 or isinstance(caught.value, APIError)


def test_an_unfollowed_redirect_is_an_error_and_a_followed_one_is_not() -> None:
    with (
        connect(NOWHERE, transport=fake(302, b"", location="https://example.org/")) as idc,
        pytest.raises(APIError),
    ):
        list_versions.sync(client=idc)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/versions":
            return httpx.Response(302, headers={"location": "/elsewhere"})
        return httpx.Response(200, json=VERSIONS)

    with connect(NOWHERE, transport=httpx.MockTransport(answer), follow_redirects=True) as idc:
        assert list_versions.sync(client=idc)


def test_a_refusal_inside_a_200_is_raised() -> None:
    spec = v1.cohort("n", "", {"Modality": ["CT"]})
    with connect(NOWHERE, transport=fake(200, HIDDEN), auth=None) as idc:
        with pytest.raises(InvalidRequest, match="saving"):
            create_cohort.sync(client=idc, body=spec)
        with pytest.raises(InvalidRequest, match="saving"):
            v1.create_cohort(idc, spec)


async def test_errors_are_raised_in_async_code_too() -> None:
    spec = v1.cohort("n", "", {"Modality": ["CT"]})
    async with connect(NOWHERE, transport=fake(200, HIDDEN), auth=None) as idc:
        with pytest.raises(InvalidRequest, match="saving"):
            await create_cohort.asyncio(client=idc, body=spec)
    async with connect(NOWHERE, transport=fake(503, b""), retries=0) as idc:
        with pytest.raises(ServerError, match="503"):
            await list_versions.asyncio(client=idc)
    async with connect(NOWHERE, transport=fake(410, {"code": 410, "message": "m", "documentation": ""})) as idc:
        with pytest.raises(Retired):
            await get_about.asyncio(client=idc)


def test_a_web_page_in_place_of_data_is_raised() -> None:
    page = fake(200, b"<html>", **{"content-type": "text/html"})
    with connect(NOWHERE, transport=page) as idc, pytest.raises(ContractError):
        list_versions.sync(client=idc)


def test_a_large_answer_can_be_streamed() -> None:
    with (
        connect(NOWHERE, transport=fake(200, b"x" * 100_000)) as idc,
        idc.get_httpx_client().stream("GET", "/v1/versions") as response,
    ):
        assert not response.is_stream_consumed


def test_a_transport_failure_stays_one_of_httpx() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    with connect(NOWHERE, transport=httpx.MockTransport(fail)) as idc, pytest.raises(httpx.ReadTimeout):
        list_versions.sync(client=idc)


def test_there_are_deadlines_by_default_and_others_on_request() -> None:
    assert connect().get_httpx_client().timeout == httpx.Timeout(60, connect=10)
    assert connect().get_async_httpx_client().timeout == httpx.Timeout(60, connect=10)
    assert connect(timeout=5).get_httpx_client().timeout == httpx.Timeout(5)
    assert connect(timeout=httpx.Timeout(None)).get_httpx_client().timeout == httpx.Timeout(None)


def test_what_is_no_time_to_wait_is_refused_and_what_no_socket_can_count_to_is_for_ever() -> None:
    for wrong in (0, -1, math.nan):
        with pytest.raises(ValueError, match="timeout takes seconds, more than 0"):
            connect(timeout=wrong)
    for endless in (math.inf, 1e300):
        assert connect(timeout=endless).get_httpx_client().timeout == httpx.Timeout(None)


def test_a_forked_process_has_connections_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(answer(200, json.dumps(VERSIONS).encode())) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # a process does not close the connections of its parent
        with client_without_credentials(server.url) as idc:
            for process in (7, 7, 8, 8):
                monkeypatch.setattr(os, "getpid", lambda number=process: number)
                assert list_versions.sync(client=idc)
        gc.collect()
    assert [one.connection for one in server.seen] == [0, 0, 1, 1]


def test_a_client_that_is_made_once_serves_one_event_loop_after_another() -> None:
    with faulty(answer(200, json.dumps(VERSIONS).encode())) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # who never closes a client leaves that to its end
        idc = client_without_credentials(server.url)
        for _ in range(3):
            assert asyncio.run(list_versions.asyncio(client=idc))
            idc.get_async_httpx_client()  # outside of any loop, as programs do
        del idc
        gc.collect()
    assert [one.connection for one in server.seen] == [0, 1, 2]


def test_a_client_that_the_user_made_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = httpx.Client(transport=fake()), httpx.AsyncClient(transport=fake())
    idc = connect(NOWHERE, transport=fake())
    idc.get_httpx_client()
    idc.set_httpx_client(mine).set_async_httpx_client(other)
    monkeypatch.setattr(os, "getpid", lambda: 7)
    assert idc.get_httpx_client() is mine
    assert idc.get_async_httpx_client() is other


def test_the_user_agent_names_client_python_and_httpx_unless_another_is_given() -> None:
    agent = connect().get_httpx_client().headers["user-agent"]
    assert agent.startswith("idc-client/")
    assert agent.endswith(f" python/{sys.version_info.major}.{sys.version_info.minor} httpx/{httpx.__version__}")
    headers = connect(headers={"user-agent": "mine", "x-a": "b"}).get_httpx_client().headers
    assert headers.get_list("user-agent") == ["mine"]
    assert headers["x-a"] == "b"


def test_the_callers_own_hooks_see_what_is_refused() -> None:
    seen: list[int] = []
    hooks = {"response": [lambda response: seen.append(response.status_code)]}
    with connect(NOWHERE, transport=fake(400, b""), event_hooks=hooks) as idc, pytest.raises(InvalidRequest):
        list_versions.sync(client=idc)
    assert seen == [400]


def test_leaving_with_closes() -> None:
    with connect(NOWHERE, transport=fake()) as idc:
        list_versions.sync(client=idc)
    assert idc.get_httpx_client().is_closed


async def test_leaving_async_with_closes_both_clients() -> None:
    async with connect(NOWHERE, transport=fake()) as idc:
        list_versions.sync(client=idc)
        await list_versions.asyncio(client=idc)
    assert idc.get_httpx_client().is_closed
    assert idc.get_async_httpx_client().is_closed


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_proxy_of_the_environment_is_used_but_not_for_this_machine(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.org:3128")

    def pool(base_url: str, **more: Any) -> str:
        client = connect(base_url, **more).get_httpx_client()
        transport = client._transport_for_url(httpx.URL(f"{base_url}/v1/about"))
        return type(getattr(transport, "_pool", None)).__name__

    assert pool("http://example.org") == "HTTPProxy"
    assert pool(f"http://{host}:9") == "ConnectionPool"
    assert pool(f"http://{host}:9", proxy="http://127.0.0.1:3128") == "HTTPProxy"


async def test_a_certificate_is_trusted_that_the_argument_or_the_variable_names_and_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: str
) -> None:
    with canned_service(tls_server_context(tmp_path / "ca.pem")) as service:
        service.answers["/v3/stats"] = (200, {})
        for how in ("nothing", "argument", "variable"):
            more: dict[str, Any] = {}
            if how == "argument":
                more = {"verify": ssl.create_default_context(cafile=tmp_path / "ca.pem")}
            if how == "variable":
                monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
            async with connect(service.url, **more) as idc:
                if how == "nothing":
                    with pytest.raises(httpx.ConnectError, match="its certificate is not trusted here"):
                        await send_request(mode, idc)
                else:
                    assert (await send_request(mode, idc)).status_code == 200
    assert service.asked == ["GET /v3/stats"] * 2


def test_importing_reads_no_settings_and_no_credentials() -> None:
    code = (
        "import os, sys, httpx, attrs, idc_client.models\n"
        "class Closed(dict):\n"
        "    def get(self, name, default=None):\n"
        "        assert not name.startswith('IDC'), name\n"
        "        return dict.get(self, name, default)\n"
        "os.environ = Closed(os.environ)\n"
        "sys.addaudithook(lambda event, args: event == 'open' and 'credentials' in str(args[0])"
        " and '.py' not in str(args[0]) and sys.exit('read ' + str(args[0])))\n"
        "import idc_ext\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_the_real_server_greets_sync_and_async(standin: str) -> None:
    async with connect(standin) as idc:
        assert "Welcome" in str(await get_about.asyncio(client=idc))
        assert await get_about.asyncio(client=idc) == get_about.sync(client=idc)


def test_the_real_server_knows_the_user_of_the_credentials_file(standin: str, credentials_file: Path) -> None:
    with connect(standin, credentials=credentials_file) as idc:
        assert list_cohorts.sync(client=idc) is not None


def test_the_real_server_is_not_asked_without_credentials(standin: str) -> None:
    with connect(standin) as idc, pytest.raises(CredentialsError):
        list_cohorts.sync(client=idc)


class _Searches:
    """Says which modules are searched for, and finds none."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, *_: object) -> None:
        self.names.append(name)


async def test_a_further_asynchronous_request_searches_for_no_module(
    standin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect(standin) as idc:
        await list_versions.asyncio(client=idc)
        searches = _Searches()
        monkeypatch.setattr(sys, "meta_path", [searches, *sys.meta_path])
        await list_versions.asyncio(client=idc)
    assert searches.names == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"dedline": 3}, "'dedline': did you mean deadline?"),
        ({"proxies": {"http://": "http://ada:geheim@127.0.0.1:9"}}, "'proxies': did you mean proxy?"),
        ({"volume": 1}, "'volume', nor does httpx.Client"),
        ({"timeout": "3"}, "timeout takes seconds as a number"),
        ({"timeout": True}, "timeout takes seconds as a number"),
        ({"retries": True}, "the number of retries is a whole number"),
        ({"retries": "3"}, "the number of retries is a whole number"),
    ],
)
def test_connect_itself_refuses_an_argument_that_it_does_not_have_or_of_a_wrong_type(
    arguments: dict[str, Any], expected: str
) -> None:
    with pytest.raises(TypeError, match=re.escape(expected)):
        connect(**arguments)


def test_connect_takes_every_argument_of_httpx_that_it_has_not_itself() -> None:
    for client in (httpx.Client, httpx.AsyncClient):
        taken = set(inspect.signature(client).parameters) - {"base_url", "headers", "timeout", "app", "proxies"}
        assert taken == set(HttpxArguments.__annotations__)


def test_close_closes_the_connections_without_a_with_block(standin: str) -> None:
    idc = connect(standin)
    assert idc.base_url == standin
    idc.close()  # nothing has been opened
    v3.stats(idc)
    made = idc.get_httpx_client()
    idc.close()
    assert made.is_closed


async def test_aclose_closes_the_connections_without_a_with_block(standin: str) -> None:
    idc = connect(standin)
    await aio.v3.stats(idc)
    await idc.aclose()
    assert idc.get_async_httpx_client().is_closed
