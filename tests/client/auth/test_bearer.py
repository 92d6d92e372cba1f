"""Who gets the ID token: the operations of a user, one more time after a 401, without holding up the event loop."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from idc_client.api.v1 import create_cohort, list_cohorts
from idc_client.models import V1CohortSpec

from idc_ext import CredentialsExpired, CredentialsInvalid, CredentialsNotFound, Unauthorized, connect
from idc_ext.auth._credentials import Credentials, TokenVariable, locate_token_source
from tests.support.credentials import loggable_text, write
from tests.support.standin_process import NOWHERE
from tests.support.token_issuer import Issuer, token

COHORTS = {"code": 200, "cohorts": []}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "credentials.json"


# --- 401 -------------------------------------------------------------------------------------------------------------


class Service:
    """The API as far as it lets users in: only with the token that it is given."""

    def __init__(self, good: Any) -> None:
        self.good, self.requests = good, []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append((request.headers["authorization"], request.content))
        if self.good(request.headers["authorization"].removeprefix("Bearer ")):
            return httpx.Response(200, json=COHORTS)
        return httpx.Response(401, json={"code": 16, "message": "JWT validation failed: BAD_SIGNATURE"})


def test_after_a_401_the_token_is_renewed_and_the_request_sent_once_more(issuer: Issuer, path: Path) -> None:
    old = issuer.document()
    write(path, old)
    service = Service(lambda sent: sent != old["id_token_jwt"])
    with connect(NOWHERE, credentials=path, transport=httpx.MockTransport(service)) as idc:
        list_cohorts.sync(client=idc)
        list_cohorts.sync(client=idc)
    assert (issuer.refreshes, len(service.requests)) == (1, 3)


def test_the_body_goes_with_it(issuer: Issuer, path: Path) -> None:
    old = issuer.document()
    write(path, old)
    service = Service(lambda sent: sent != old["id_token_jwt"])
    with connect(NOWHERE, credentials=path, transport=httpx.MockTransport(service)) as idc:
        spec = V1CohortSpec.from_dict({"name": "n", "description": "d", "filters": {"collection_id": ["a"]}})
        idc.get_httpx_client().request(**create_cohort._get_kwargs(body=spec))
    assert len(service.requests) == 2
    assert service.requests[0][1] == service.requests[1][1] != b""


def test_a_second_401_is_final_and_the_issuer_left_alone(issuer: Issuer, path: Path) -> None:
    write(path, issuer.document())
    service = Service(lambda sent: False)
    with connect(NOWHERE, credentials=path, transport=httpx.MockTransport(service)) as idc:
        for number in (2, 3):
            with pytest.raises(Unauthorized):
                list_cohorts.sync(client=idc)
            assert len(service.requests) == number
    assert issuer.refreshes == 1


def test_without_a_refresh_token_a_401_is_final(path: Path) -> None:
    write(path, {"id_token_jwt": token()})
    service = Service(lambda sent: False)
    with (
        connect(NOWHERE, credentials=path, transport=httpx.MockTransport(service)) as idc,
        pytest.raises(Unauthorized),
    ):
        list_cohorts.sync(client=idc)
    assert len(service.requests) == 1


def test_a_request_that_is_refused_while_another_thread_is_renewing_gets_the_renewed_token_too(
    issuer: Issuer, path: Path
) -> None:
    issuer.delay = 0.5
    old = issuer.document()
    write(path, old)
    service = Service(lambda sent: sent != old["id_token_jwt"])

    def late(number: int) -> object:
        time.sleep(number * 0.02)
        return list_cohorts.sync(client=idc)

    with (
        connect(NOWHERE, credentials=path, transport=httpx.MockTransport(service)) as idc,
        ThreadPoolExecutor(20) as pool,
    ):
        assert None not in list(pool.map(late, range(20)))
    assert issuer.refreshes == 1


def test_after_a_401_a_token_that_another_process_has_renewed_is_used(issuer: Issuer, path: Path) -> None:
    old, new = issuer.document(), issuer.document()
    write(path, old)

    def good(sent: str) -> bool:
        write(path, new)  # meanwhile, in another process
        return sent == new["id_token_jwt"]

    with connect(NOWHERE, credentials=path, transport=httpx.MockTransport(Service(good))) as idc:
        list_cohorts.sync(client=idc)
    assert issuer.forms == []


def test_a_401_whose_token_cannot_be_renewed_says_both(issuer: Issuer, path: Path) -> None:
    write(path, issuer.document(refresh_token="1//revoked-long-ago"))
    service = Service(lambda sent: False)
    with (
        connect(NOWHERE, credentials=path, transport=httpx.MockTransport(service)) as idc,
        pytest.raises(CredentialsExpired, match=r"refused the ID token \(401\), and .*invalid_grant"),
    ):
        list_cohorts.sync(client=idc)


# --- asynchronous ----------------------------------------------------------------------------------------------------


async def test_renewing_does_not_hold_up_the_event_loop(issuer: Issuer, path: Path) -> None:
    issuer.let.clear()
    old = issuer.document(-60)
    write(path, old)
    answered: list[dict[str, str]] = []

    async def tick() -> None:
        await asyncio.to_thread(issuer.arrived.wait)
        answered.extend(issuer.forms)
        issuer.let.set()

    service = Service(lambda sent: sent != old["id_token_jwt"])
    async with connect(NOWHERE, credentials=path, transport=httpx.MockTransport(service)) as idc:
        await asyncio.gather(tick(), *(list_cohorts.asyncio(client=idc) for _ in range(10)))
    assert answered == []  # the loop turned before the issuer answered
    assert issuer.refreshes == 1


async def test_the_async_401_is_retried_too(issuer: Issuer, path: Path) -> None:
    old = issuer.document()
    write(path, old)
    service = Service(lambda sent: sent != old["id_token_jwt"])
    async with connect(NOWHERE, credentials=path, transport=httpx.MockTransport(service)) as idc:
        await list_cohorts.asyncio(client=idc)
    assert (issuer.refreshes, len(service.requests)) == (1, 2)


async def test_who_is_cancelled_does_not_wait_and_the_renewal_is_kept(issuer: Issuer, path: Path) -> None:
    issuer.let.clear()
    write(path, issuer.document(-60))
    async with connect(NOWHERE, credentials=path, transport=httpx.MockTransport(Service(lambda sent: True))) as idc:
        asking = asyncio.ensure_future(list_cohorts.asyncio(client=idc))
        await asyncio.to_thread(issuer.arrived.wait)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert issuer.forms == []  # it has not answered
    issuer.let.set()
    for _ in range(200):
        await asyncio.sleep(0.05)
        if issuer.refreshes and Credentials.locate(path).read_token().expires > time.time():  # type: ignore[operator] # the issuer's files always say when they expire
            break
    assert not Credentials.locate(path).valid_token().expired(time.time())
    assert issuer.refreshes == 1


# --- IDC_TOKEN -------------------------------------------------------------------------------------------------------


def test_the_order_is_argument_token_variable_file_variable_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("IDC_TOKEN", token())
    monkeypatch.setenv("IDC_CREDENTIALS", "~/variable")
    assert locate_token_source("~/argument").origin == str(tmp_path / "argument")
    assert locate_token_source().origin == "IDC_TOKEN"
    monkeypatch.setenv("IDC_TOKEN", "")
    assert locate_token_source().origin == str(tmp_path / "variable")
    monkeypatch.delenv("IDC_CREDENTIALS")
    assert locate_token_source().origin == str(tmp_path / ".idc_credentials")


def test_the_token_of_the_variable_is_sent_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    text = token()
    monkeypatch.setenv("IDC_TOKEN", f"{text}\n")
    service = Service(lambda sent: sent == text)
    with connect(NOWHERE, transport=httpx.MockTransport(service)) as idc:
        list_cohorts.sync(client=idc)
        assert "IDC_TOKEN" in repr(idc)
        assert text not in repr(idc)


@pytest.mark.parametrize(
    ("value", "kind"),
    [("ya29.opaque", CredentialsInvalid), ("eyJ.e30.x\r\ny", CredentialsInvalid), (None, CredentialsNotFound)],
)
def test_a_variable_without_an_id_token_is_an_error_that_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, value: str | None, kind: type[Exception]
) -> None:
    if value is None:
        monkeypatch.delenv("IDC_TOKEN", raising=False)
    else:
        monkeypatch.setenv("IDC_TOKEN", value)
    with pytest.raises(kind, match="IDC_TOKEN") as caught:
        TokenVariable().valid_token()
    assert value is None or value not in loggable_text(caught.value)


def test_a_token_of_the_variable_that_has_run_out_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDC_TOKEN", token(-60))
    with pytest.raises(CredentialsExpired, match=r"IDC_TOKEN expired at .* set a new one"):
        TokenVariable().valid_token()


# --- redirects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("home", "target", "kept_there"),
    [
        ("https://api.example.org", "https://api.example.org/v1/elsewhere", True),
        ("https://api.example.org", "https://API.example.org:443/v1/elsewhere", True),
        ("https://api.example.org", "http://api.example.org/v1/cohorts", False),
        ("https://api.example.org", "https://api.example.org:8443/v1/cohorts", False),
        ("https://api.example.org", "https://api.example.org.evil.example/v1/cohorts", False),
        ("https://api.example.org", "https://api.example.org@evil.example/v1/cohorts", False),
        ("http://127.0.0.1:9", "https://127.0.0.1/v1/cohorts", False),
        ("http://localhost", "https://localhost/v1/cohorts", False),  # httpx by itself would let it pass
        ("http://127.0.0.1:9", "http://127.0.0.1:10/v1/cohorts", False),
        ("http://127.0.0.1:9", "//localhost:9/v1/cohorts", False),
    ],
)
def test_a_redirect_takes_the_token_along_within_the_origin_only(
    path: Path, home: str, target: str, kept_there: bool
) -> None:
    write(path, {"id_token_jwt": token()})
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=COHORTS) if len(sent) > 1 else httpx.Response(307, headers={"location": target})

    more: dict[str, Any] = {"transport": httpx.MockTransport(answer), "follow_redirects": True}
    with connect(home, credentials=path, **more) as idc:
        idc.get_httpx_client().get("/v1/cohorts")
    assert "authorization" in sent[0].headers
    assert ("authorization" in sent[1].headers) is kept_there


def test_a_401_from_where_a_redirect_led_renews_nothing(issuer: Issuer, path: Path) -> None:
    write(path, issuer.document())

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.port == 9:
            return httpx.Response(307, headers={"location": "http://127.0.0.1:10/v1/cohorts"})
        return httpx.Response(401, json={})

    more: dict[str, Any] = {"transport": httpx.MockTransport(answer), "follow_redirects": True}
    with connect(NOWHERE, credentials=path, **more) as idc, pytest.raises(Unauthorized):
        idc.get_httpx_client().get("/v1/cohorts")
    assert issuer.forms == []
