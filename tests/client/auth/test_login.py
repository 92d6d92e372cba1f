"""Logging in, with a browser here or anywhere, and looking at what one is logged in with."""

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from idc_client.api.v1 import list_cohorts

from idc_ext import (
    CredentialsError,
    CredentialsExpired,
    CredentialsInsecure,
    CredentialsInvalid,
    CredentialsNotFound,
    aio,
    auth,
    connect,
)
from idc_ext.auth._credentials import Credentials
from idc_ext.auth._oauth import ClientSecrets, Consent
from idc_ext.auth._redirect_server import RedirectServer
from idc_standin.v1.identity import Identity
from tests.support import patching
from tests.support.credentials import loggable_text, write
from tests.support.sync_async import until
from tests.support.token_issuer import CLIENT_ID, CLIENT_SECRET, Issuer, token


@pytest.fixture
def secrets_file(issuer: Issuer, tmp_path: Path) -> Path:
    return put(tmp_path / "client_secret.json", issuer.client_secrets())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".idc_credentials"


def put(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def browse(url: str) -> None:
    """A user who consents at once, in a browser on this machine."""
    answer = httpx.get(url, follow_redirects=True)
    assert answer.status_code == 200, answer.text


class Elsewhere:
    """A user who consents in a browser on another machine, and copies the address where it got stuck."""

    def __init__(self, issuer: Issuer, copy: Callable[[str], str] = str) -> None:
        self.issuer, self.copy, self.shown = issuer, copy, ""

    def show(self, url: str) -> None:
        self.shown = url

    def ask(self) -> str:
        return self.copy(str(httpx.get(self.shown).headers["location"]))


def code(url: str) -> str:
    return parse_qs(urlsplit(url).query)["code"][0]


def test_a_login_with_a_browser_writes_a_file_that_opens_a_session_of_the_standin(
    standin: str, state: Path, path: Path, tmp_path: Path
) -> None:
    identity = Identity(state)
    with Issuer(lambda seconds: identity.issue("ada@example.org", "Ada Lovelace", seconds)[0]) as issuer:
        file = put(tmp_path / "client_secret.json", issuer.client_secrets())
        status = auth.login(file, credentials=path, show=browse)
        assert (status.email, status.origin, status.renewable) == ("ada@example.org", str(path), True)
        with connect(standin, credentials=path) as idc:
            assert list_cohorts.sync(client=idc) is not None
        old = {"id_token_jwt": issuer.sign(-60), "token_response": {}}
        write(path, {**json.loads(path.read_text()), **old})
        with connect(standin, credentials=path) as idc:  # an hour later
            assert list_cohorts.sync(client=idc) is not None
        assert issuer.refreshes == 1


def test_the_file_is_the_one_that_upstreams_program_wrote(issuer: Issuer, secrets_file: Path, path: Path) -> None:
    auth.login(secrets_file, credentials=path, show=browse)
    document = json.loads(path.read_text())
    assert set(document) == set(issuer.document())
    assert document["token_response"]["id_token"] == document["id_token_jwt"]  # as the notebook reads it
    assert document["id_token"]["email"] == "ada@example.org"
    assert document["refresh_token"] == issuer.refresh_token
    assert (document["client_id"], document["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
    assert document["_class"] == "OAuth2Credentials"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {one.name for one in path.parent.glob(f"*{path.name}*")} == {path.name, f"{path.name}.lock"}
    assert not list(path.parent.glob(".idc-ext-*"))


def test_the_issuer_is_asked_with_pkce_and_a_state_and_for_a_refresh_token(
    issuer: Issuer, secrets_file: Path, path: Path
) -> None:
    auth.login(secrets_file, credentials=path, show=browse, email="ada@example.org")
    (asked,) = issuer.asked
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert (asked["access_type"], asked["prompt"], asked["login_hint"]) == ("offline", "consent", "ada@example.org")
    assert len(asked["state"]) >= 43
    assert len(issuer.forms[0]["code_verifier"]) >= 43
    assert CLIENT_SECRET not in str(asked)


@pytest.mark.parametrize("copy", [str, lambda url: f"  {url}\n", code], ids=["the URL", "with blanks", "the code"])
def test_a_login_without_a_browser_on_this_machine_takes_what_is_pasted(
    issuer: Issuer, secrets_file: Path, path: Path, copy: Callable[[str], str]
) -> None:
    user = Elsewhere(issuer, copy)
    auth.login(secrets_file, credentials=path, show=user.show, ask=user.ask)
    assert auth.status(path).usable


@pytest.mark.parametrize(
    ("pasted", "reason"),
    [
        ("", "neither a URL with a code nor a code"),
        ("http://127.0.0.1:1/", "neither a URL with a code nor a code"),
        ("http://127.0.0.1:1/?code=4/abc", "another login"),
        ("http://127.0.0.1:1/?state=x&code=4/abc", "another login"),
        ("http://127.0.0.1:1/?state=x&error=access_denied", "no code"),
        ("http://[::1/?code=1", "not a URL"),
        ("4/never-issued", "invalid_grant"),
    ],
)
def test_what_is_pasted_must_be_the_answer_to_this_login(
    issuer: Issuer, secrets_file: Path, path: Path, pasted: str, reason: str
) -> None:
    with pytest.raises(CredentialsError, match=reason) as caught:
        auth.login(secrets_file, credentials=path, show=lambda url: None, ask=lambda: pasted)
    assert not path.exists()
    assert not pasted.startswith("4/") or pasted not in str(caught.value)


def test_the_code_of_another_login_is_worth_nothing(issuer: Issuer, secrets_file: Path, path: Path) -> None:
    other = Consent(ClientSecrets.read(secrets_file), "http://127.0.0.1:1/")
    stolen = code(issuer.consent(other.url()))
    with pytest.raises(CredentialsError, match="invalid_grant"):
        auth.login(secrets_file, credentials=path, show=lambda url: None, ask=lambda: stolen)


def test_what_knocks_without_the_state_is_turned_away_and_the_login_goes_on(secrets_file: Path, path: Path) -> None:
    seen: list[int] = []

    def pestered(url: str) -> None:
        here = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        for knock in ("", "favicon.ico", "?code=evil", "?code=evil&state=wrong", "?state=<script>", "/[bad"):
            try:
                answer = httpx.get(here + knock)
            except httpx.TransportError:
                continue  # the door in one's face will do
            assert "evil" not in answer.text
            assert "script" not in answer.text
            seen.append(answer.status_code)
        browse(url)

    auth.login(secrets_file, credentials=path, show=pestered)
    assert set(seen) == {404}


def test_connections_that_say_nothing_do_not_hold_up_the_login(
    secrets_file: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patching.seconds_for_a_browser(monkeypatch, 60)
    quiet: list[socket.socket] = []

    def beside(url: str) -> None:
        port = urlsplit(parse_qs(urlsplit(url).query)["redirect_uri"][0]).port
        quiet.extend(socket.create_connection(("127.0.0.1", port or 0)) for _ in range(3))
        browse(url)

    auth.login(secrets_file, credentials=path, show=beside)
    for one in quiet:
        one.setblocking(False)
        with pytest.raises(BlockingIOError):  # the server still waits for it
            one.recv(1)
        one.close()


def test_the_server_listens_on_this_machine_alone_and_is_gone_afterwards() -> None:
    with RedirectServer("state") as loopback:
        port = urlsplit(loopback.redirect_uri).port or 0
        assert loopback._server.server_address[0] == "127.0.0.1"
        assert httpx.get(loopback.redirect_uri).headers["cache-control"] == "no-store"
        assert loopback.wait_for_redirect(0.01) is None
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port))


def test_who_says_no_is_taken_at_their_word(issuer: Issuer, secrets_file: Path, path: Path) -> None:
    issuer.denying = True
    with pytest.raises(CredentialsError, match="the login was refused: access_denied"):
        auth.login(secrets_file, credentials=path, show=browse)
    assert issuer.forms == []


def test_a_login_that_is_not_finished_in_time_ends_and_leaves_the_file_as_it_is(secrets_file: Path, path: Path) -> None:
    write(path, {"id_token_jwt": token(n=1)})
    before, threads = path.read_bytes(), threading.active_count()
    with pytest.raises(CredentialsError, match="the login was not finished within 0 s"):
        auth.login(secrets_file, credentials=path, show=lambda url: None, seconds=0.1)
    assert path.read_bytes() == before
    assert threading.active_count() <= threads + 1


async def test_a_login_is_awaited_and_a_cancelled_one_stops_listening_at_once(
    issuer: Issuer, secrets_file: Path, path: Path
) -> None:
    found = await aio.auth.login(secrets_file, credentials=path, show=browse)
    assert found == auth.status(path)
    shown: list[str] = []
    task = asyncio.create_task(aio.auth.login(secrets_file, credentials=path, show=shown.append))
    await until(lambda: shown)
    task.cancel()
    started = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - started < 5
    address = urlsplit(parse_qs(urlsplit(shown[0]).query)["redirect_uri"][0])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((address.hostname, address.port))
    assert auth.status(path) == found


def test_a_port_that_is_taken_is_said_to_be(secrets_file: Path, path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CredentialsError, match=f"port {port}"):
            auth.login(secrets_file, credentials=path, show=browse, port=port)
    auth.login(secrets_file, credentials=path, show=browse, port=port)


@pytest.mark.parametrize("answer", [(500, "text/html", b"<html>"), (200, "application/json", b"{}")])
def test_an_issuer_that_fails_leaves_no_file(
    issuer: Issuer, secrets_file: Path, path: Path, answer: tuple[int, str, bytes]
) -> None:
    issuer.answer = lambda form: answer
    with pytest.raises(CredentialsError, match="the login failed") as caught:
        auth.login(secrets_file, credentials=path, show=browse)
    assert not path.exists()
    everything = loggable_text(caught.value)
    assert CLIENT_SECRET not in everything
    assert issuer.forms[0]["code"] not in everything
    assert issuer.forms[0]["code_verifier"] not in everything


@pytest.mark.parametrize(
    ("sign", "reason"),
    [
        (lambda seconds: token(seconds, aud="another-app"), "another app"),
        (lambda seconds: token(-60), "clock"),
    ],
)
def test_an_id_token_that_is_not_for_this_app_or_of_the_past_is_not_kept(
    issuer: Issuer, secrets_file: Path, path: Path, sign: Callable[[int], str], reason: str
) -> None:
    issuer.sign = sign
    with pytest.raises(CredentialsError, match=reason):
        auth.login(secrets_file, credentials=path, show=browse)
    assert not path.exists()


def test_a_place_that_cannot_be_written_is_known_before_the_user_is_sent_anywhere(
    issuer: Issuer, secrets_file: Path, tmp_path: Path
) -> None:
    for place in (tmp_path / "no" / "such" / "folder", tmp_path, "a\0b"):
        with pytest.raises(CredentialsError):
            auth.login(secrets_file, credentials=place, show=browse)
    assert issuer.asked == []
    assert not (tmp_path / "no").exists()


def test_a_link_stays_a_link_after_a_login(secrets_file: Path, path: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path.symlink_to(tmp_path / "real" / "file")
    auth.login(secrets_file, credentials=path, show=browse)
    assert path.is_symlink()
    assert auth.status(path).usable


@pytest.mark.parametrize(
    ("document", "kind", "reason"),
    [
        ({"web": {"client_id": "a"}}, CredentialsInvalid, "type Desktop app"),
        ({}, CredentialsInvalid, "no client of an installed app"),
        ([], CredentialsInvalid, "no client of an installed app"),
        ({"installed": {"client_id": "a", "auth_uri": "https://h/a"}}, CredentialsInvalid, "lacks token_uri"),
        (
            {"installed": {"client_id": "a", "auth_uri": "http://example.org/a", "token_uri": "https://h/t"}},
            CredentialsInsecure,
            "an auth_uri that is plain http",
        ),
        (
            {"installed": {"client_id": "a", "auth_uri": "https://h/a", "token_uri": "http://example.org/t"}},
            CredentialsInsecure,
            "a token_uri that is plain http",
        ),
    ],
)
def test_client_secrets_that_cannot_be_used_are_refused_with_the_reason(
    tmp_path: Path, document: object, kind: type[Exception], reason: str
) -> None:
    with pytest.raises(kind, match=reason):
        auth.login(put(tmp_path / "client.json", document), credentials=tmp_path / "c", show=browse)


def test_client_secrets_that_are_not_there_are_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(CredentialsNotFound, match="does not exist"):
        auth.login(tmp_path / "none.json", show=browse)


def test_neither_client_nor_consent_shows_a_secret(secrets_file: Path) -> None:
    consent = Consent(ClientSecrets.read(secrets_file), "http://127.0.0.1:1/")
    assert CLIENT_SECRET not in repr(consent)
    assert consent.state not in repr(consent)


def test_logging_in_without_authlib_says_what_to_install(secrets_file: Path, path: Path) -> None:
    program = (
        "import sys; sys.modules['authlib'] = None\n"
        "from idc_ext import auth\n"
        "from idc_ext.errors import MissingExtra\n"
        "try: auth.login(sys.argv[1], credentials=sys.argv[2], show=print)\n"
        "except MissingExtra as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, secrets_file, path], check=True, capture_output=True, text=True
    )
    assert "pip install 'idc-client[auth]'" in done.stdout


def test_importing_the_modules_brings_no_web_server_no_browser_and_no_authlib() -> None:
    program = (
        "import sys, idc_ext.auth, idc_ext.connect, idc_ext.drs\n"
        "print([name for name in ('authlib', 'http.server', 'webbrowser', 'filelock') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


# --- status ----------------------------------------------------------------------------------------------------------


def test_the_status_says_whose_token_it_is_until_when_and_from_where(issuer: Issuer, path: Path) -> None:
    now = int(time.time())
    write(path, issuer.document(id_token_jwt="", token_response={"id_token": token(600, iss="https://issuer.example")}))
    found = auth.status(path)
    assert (found.email, found.issuer, found.audience) == ("ada@example.org", "https://issuer.example", CLIENT_ID)
    assert found.origin == str(path)
    assert found.expires is not None
    assert 599 <= (found.expires - datetime.fromtimestamp(now, UTC)).total_seconds() <= 602
    assert (found.expired, found.renewable, found.usable) == (False, True, True)
    assert issuer.forms == []
    assert "eyJ" not in repr(found)


def test_the_status_of_the_variable_and_of_a_token_that_has_run_out(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setenv("IDC_TOKEN", token(-60))
    found = auth.status()
    assert (found.origin, found.expired, found.renewable, found.usable) == ("IDC_TOKEN", True, False, False)
    assert auth.status(write(path, {"id_token_jwt": token()}).path).origin == str(path)


def test_the_status_of_nothing_says_how_to_log_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("IDC_TOKEN", raising=False)
    monkeypatch.delenv("IDC_CREDENTIALS", raising=False)
    with pytest.raises(CredentialsNotFound, match="idc-ext auth login"):
        auth.status()


def test_what_has_run_out_for_good_says_how_to_log_in(path: Path) -> None:
    write(path, {"id_token_jwt": token(-60)})
    with pytest.raises(CredentialsExpired, match="idc-ext auth login"):
        Credentials.locate(path).valid_token()
    assert os.listdir(path.parent) == [path.name]
