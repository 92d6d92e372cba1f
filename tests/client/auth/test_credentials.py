"""The credentials file: what is read from it, what is refused, and that no token ever shows."""

import copy
import json
import os
import pickle
import stat
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from idc_client.api.v1 import get_account_details, list_versions

from idc_ext import (
    CredentialsError,
    CredentialsExpired,
    CredentialsInsecure,
    CredentialsInvalid,
    CredentialsNotFound,
    connect,
)
from idc_ext.auth._bearer import IdTokenAuth
from idc_ext.auth._credentials import Credentials
from idc_ext.auth._id_token import Secret
from tests.support.credentials import jwt, loggable_text, valid_jwt, write
from tests.support.standin_process import NOWHERE
from tests.support.token_issuer import segment


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "credentials.json"


def test_the_token_of_the_token_response_comes_first(path: Path) -> None:
    first, second = valid_jwt(n=1), valid_jwt(n=2)
    both = {"token_response": {"id_token": first}, "id_token_jwt": second}
    assert write(path, both).valid_token().secret.reveal() == first
    assert write(path, {"token_response": {}, "id_token_jwt": second}).valid_token().secret.reveal() == second


def test_the_argument_comes_before_the_variable_and_that_before_the_home_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("IDC_CREDENTIALS", raising=False)
    assert Credentials.locate().path == str(tmp_path / ".idc_credentials")
    monkeypatch.setenv("IDC_CREDENTIALS", "~/variable")
    assert Credentials.locate().path == str(tmp_path / "variable")
    assert Credentials.locate("~/argument").path == str(tmp_path / "argument")


def test_a_missing_file_is_named_together_with_what_to_do(path: Path) -> None:
    with pytest.raises(CredentialsNotFound, match=r"credentials\.json.*IDC_CREDENTIALS"):
        Credentials.locate(path).valid_token()


def test_a_path_with_a_null_character_is_a_missing_file() -> None:
    with pytest.raises(CredentialsNotFound):
        Credentials.locate("a\0b").valid_token()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666, 0o777])
def test_a_file_that_others_may_touch_is_refused_with_the_command_that_helps(path: Path, mode: int) -> None:
    with pytest.raises(CredentialsInsecure) as caught:
        write(path, {"id_token_jwt": valid_jwt()}, mode).valid_token()
    assert f"chmod 600 {path}" in str(caught.value)


def test_a_read_only_file_of_ones_own_is_fine(path: Path) -> None:
    assert write(path, {"id_token_jwt": valid_jwt()}, 0o400).valid_token().secret.reveal()


def test_a_link_to_a_file_of_ones_own_is_fine(path: Path, tmp_path: Path) -> None:
    write(path, {"id_token_jwt": valid_jwt()})
    (tmp_path / "link").symlink_to(path)
    assert Credentials.locate(tmp_path / "link").valid_token().secret.reveal()


def test_a_file_of_another_user_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = write(path, {"id_token_jwt": valid_jwt()})
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(CredentialsInsecure, match="belongs to user"):
        credentials.valid_token()


def test_a_link_is_judged_by_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(write(tmp_path / "target", {"id_token_jwt": valid_jwt()}, 0o644).path)
    with pytest.raises(CredentialsInsecure):
        Credentials.locate(tmp_path / "link").valid_token()


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_not_a_regular_file_is_refused_at_once(path: Path, make: Any) -> None:
    make(path, 0o600 | stat.S_IXUSR)
    with pytest.raises(CredentialsInvalid, match="regular file"):
        Credentials.locate(path).valid_token()


def test_a_loop_of_links_is_refused(path: Path) -> None:
    path.symlink_to(path)
    with pytest.raises(CredentialsInvalid, match="cannot be opened"):
        Credentials.locate(path).valid_token()


@pytest.mark.parametrize("seconds", [-3600, 0, 20])
def test_a_token_that_has_run_out_or_is_about_to_is_not_sent(path: Path, seconds: int) -> None:
    credentials = write(path, {"id_token_jwt": jwt(exp=int(time.time()) + seconds)})
    with pytest.raises(CredentialsExpired, match=r"expire[sd] at 20.* UTC.*renew"):
        credentials.valid_token()


def test_the_tokens_own_expiry_outweighs_that_of_the_file(path: Path) -> None:
    assert write(path, {"id_token_jwt": valid_jwt(), "token_expiry": "2021-06-06T17:20:00Z"}).valid_token()
    with pytest.raises(CredentialsExpired, match="2001-09-09 01:46:40"):
        write(path, {"id_token_jwt": jwt(exp=1e9), "token_expiry": "2999-01-01T00:00:00Z"}).valid_token()


def test_the_files_expiry_counts_where_the_token_has_none(path: Path) -> None:
    with pytest.raises(CredentialsExpired, match="2021-06-06 17:20:00"):
        write(path, {"id_token_jwt": jwt(), "token_expiry": "2021-06-06T17:20:00Z"}).valid_token()
    assert write(path, {"id_token_jwt": jwt(), "token_expiry": None}).valid_token()


@pytest.mark.parametrize("when", ["soon", "0001-01-01T00:00:00+14:00", "", 7])
def test_an_expiry_of_the_file_that_is_no_time_says_nothing(path: Path, when: object) -> None:
    assert write(path, {"id_token_jwt": jwt(), "token_expiry": when}).valid_token()


def test_a_renewed_file_is_picked_up_without_a_new_client(path: Path) -> None:
    credentials = write(path, {"id_token_jwt": jwt(exp=1)})
    with pytest.raises(CredentialsExpired):
        credentials.valid_token()
    for n in range(2):
        renewed = valid_jwt(n=n)
        write(path, {"id_token_jwt": renewed})
        assert credentials.valid_token().secret.reveal() == renewed


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not JSON"),
        (b'{"id_token_jwt":\n  eyJ', "line 2, column 3"),
        (b"\xff\xfe\xfd", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b" " * 1_100_000, "larger than"),
        ([], "not an object"),
        ({}, "no ID token"),
        ({"id_token": {"exp": 1}, "access_token": "ya29.x"}, "no ID token"),
        ({"id_token_jwt": "ya29.opaque"}, "not a JWT"),
        ({"id_token_jwt": valid_jwt() + "\r\nX-Evil: 1"}, "not a JWT"),
        ({"id_token_jwt": f"x.{segment([1])}.y"}, "not a JWT"),
        ({"id_token_jwt": jwt(exp="tomorrow")}, "expiry"),
        ({"id_token_jwt": jwt(exp=True)}, "expiry"),
        ({"id_token_jwt": jwt(exp=float("nan"))}, "expiry"),
        ({"id_token_jwt": jwt(exp=10**400)}, "expiry"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused_with_the_reason(path: Path, document: object, reason: str) -> None:
    with pytest.raises(CredentialsInvalid, match=reason):
        write(path, document).valid_token()


TOKEN = valid_jwt(marker="s3cr3t")
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.just(TOKEN),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
ALMOST = st.fixed_dictionaries(
    {},
    optional={
        "token_response": st.fixed_dictionaries({}, optional={"id_token": JSON}) | JSON,
        "id_token_jwt": JSON | st.just(TOKEN + "!") | st.just(TOKEN + "\n"),
        "token_expiry": JSON,
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary()
    | ALMOST.map(json.dumps).map(str.encode)
    | ALMOST.map(json.dumps).map(lambda text: text.encode()[:-1])
    | st.just(TOKEN.encode()) | st.just(b'{"id_token_jwt": "' + TOKEN.encode())
)  # fmt: skip
def test_any_content_gives_a_token_or_a_credentials_error_that_shows_none(path: Path, content: bytes) -> None:
    credentials = write(path, content)
    try:
        shows = repr(credentials.valid_token())
    except CredentialsError as error:
        shows = loggable_text(error) + pickle.dumps(error).decode("latin-1")
    assert TOKEN not in shows


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r:>20}".format, "%s".__mod__, lambda it: repr(dir(it))])
def test_a_secret_shows_nothing(show: Any) -> None:
    assert "abc" not in show(Secret("abc"))
    assert "abc" not in show([Secret("abc")])
    assert "abc" not in f"{Secret('abc'):>20}"


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy, lambda it: it.__getstate__(), json.dumps])
def test_a_secret_is_neither_pickled_nor_copied(take: Any) -> None:
    with pytest.raises(TypeError, match="Secret"):
        take(Secret("abc"))


def sent(idc_url: str, path: Path, url: str, method: str = "GET", **more: Any) -> list[httpx.Request]:
    """The requests that go out when a client at `idc_url` asks for `url`."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if request.url.path.endswith("/moved"):
            return httpx.Response(307, headers={"location": "http://127.0.0.1:10/v1/cohorts"})
        return httpx.Response(200, json={"code": 200})

    with connect(idc_url, credentials=path, transport=httpx.MockTransport(answer), **more) as idc:
        idc.get_httpx_client().request(method, url)
    return requests


@pytest.mark.parametrize(
    ("method", "url", "attached"),
    [
        ("GET", "/v1/cohorts", True),
        ("POST", "/v1/cohorts/", True),
        ("GET", "/v1/cohorts/146/manifest", True),
        ("GET", "/v1/versions", False),
        ("POST", "/v1/cohorts/preview/query", False),
        ("GET", f"{NOWHERE}/v1/cohorts", True),
        ("GET", "http://127.0.0.1:10/v1/cohorts", False),
        ("GET", "http://127.0.0.2:9/v1/cohorts", False),
        ("GET", "https://127.0.0.1:9/v1/cohorts", False),
        ("GET", "https://example.org/v1/cohorts", False),
    ],
)
def test_the_token_goes_to_the_operations_of_a_user_at_the_base_url_only(
    path: Path, method: str, url: str, attached: bool
) -> None:
    write(path, {"id_token_jwt": TOKEN})
    headers = [request.headers.get("authorization") for request in sent(NOWHERE, path, url, method)]
    assert headers == [f"Bearer {TOKEN}" if attached else None]


def test_the_token_finds_its_operations_below_a_base_url_with_a_path(path: Path) -> None:
    write(path, {"id_token_jwt": TOKEN})
    assert "authorization" in sent(f"{NOWHERE}/proxy", path, "/v1/cohorts")[0].headers
    assert "authorization" not in sent(f"{NOWHERE}/proxy", path, f"{NOWHERE}/v1/cohorts")[0].headers


def test_the_token_does_not_follow_a_redirect_to_another_origin(path: Path) -> None:
    write(path, {"id_token_jwt": TOKEN})
    more = {"follow_redirects": True, "headers": {"Authorization": f"Bearer {TOKEN}"}}
    first, second = sent(NOWHERE, path, "/v1/moved", **more)
    assert first.headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in second.headers


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost"])
def test_plain_http_is_good_enough_on_this_machine(path: Path, host: str) -> None:
    write(path, {"id_token_jwt": TOKEN})
    assert "authorization" in sent(f"http://{host}:9", path, "/v1/cohorts")[0].headers


@pytest.mark.parametrize("host", ["example.org", "10.0.0.1", "localhost.example.org", "[2001:db8::1]"])
def test_no_token_travels_over_plain_http_to_another_machine(path: Path, host: str) -> None:
    write(path, {"id_token_jwt": TOKEN})
    with pytest.raises(CredentialsInsecure, match="plain http"):
        sent(f"http://{host}", path, "/v1/cohorts")
    assert len(sent(f"http://{host}", path, "/v1/versions")) == 1


def test_a_wrong_file_stops_the_request_before_it_is_sent(path: Path) -> None:
    idc = connect(NOWHERE, credentials=write(path, {"id_token_jwt": jwt(exp=1)}).path)
    with pytest.raises(CredentialsExpired):
        get_account_details.sync(client=idc)


def test_no_token_shows_in_the_traceback_of_a_request_that_fails(path: Path) -> None:
    write(path, {"id_token_jwt": TOKEN})

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with (
        connect(NOWHERE, credentials=path, transport=httpx.MockTransport(fail)) as idc,
        pytest.raises(httpx.ConnectError) as caught,
    ):
        get_account_details.sync(client=idc)
    assert TOKEN not in loggable_text(caught.value)


def test_a_client_shows_where_its_credentials_come_from_and_no_token(path: Path) -> None:
    write(path, {"id_token_jwt": TOKEN})
    with connect(NOWHERE, credentials=path, transport=httpx.MockTransport(lambda _: httpx.Response(200))) as idc:
        idc.get_httpx_client().get("/v1/cohorts")
        assert str(path) in repr(idc)
        assert TOKEN not in repr(idc) + repr(idc.token) + repr(idc.get_httpx_client().headers)


async def test_sync_and_async_clients_attach_the_token(path: Path) -> None:
    write(path, {"id_token_jwt": TOKEN})
    requests = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"code": 200, "versions": []})

    async with connect(NOWHERE, credentials=path, transport=httpx.MockTransport(answer)) as idc:
        await idc.get_async_httpx_client().get("/v1/cohorts")
        await list_versions.asyncio(client=idc)
    assert [request.headers.get("authorization") for request in requests] == [f"Bearer {TOKEN}", None]


def test_the_auth_knows_no_operation_by_itself(path: Path) -> None:
    write(path, {"id_token_jwt": TOKEN})
    auth = IdTokenAuth(Credentials.locate(path), NOWHERE, lambda method, path: path == "/v9/mine")
    flow = auth.sync_auth_flow(httpx.Request("GET", f"{NOWHERE}/v9/mine"))
    assert next(flow).headers["authorization"] == f"Bearer {TOKEN}"
    flow = auth.sync_auth_flow(httpx.Request("GET", f"{NOWHERE}/v1/cohorts"))
    assert "authorization" not in next(flow).headers


def test_nothing_is_printed_about_a_wrong_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CredentialsError):
        write(path, {"id_token_jwt": TOKEN + "!"}).valid_token()
    assert capsys.readouterr() == ("", "")
