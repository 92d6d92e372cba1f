"""How the credentials file is renewed: when, how often, by whom, and what becomes of it when things go wrong."""

import json
import logging
import os
import pickle
import signal
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from idc_ext import (
    CredentialsError,
    CredentialsExpired,
    CredentialsInsecure,
    CredentialsInvalid,
    DeadlineExceeded,
    connect,
    deadline,
)
from idc_ext.auth import _credentials_file, _private_file
from idc_ext.auth._credentials import Credentials
from tests.support import patching
from tests.support.credentials import loggable_text, write
from tests.support.standin_process import NOWHERE
from tests.support.token_issuer import Issuer, token

SOON = 240  # seconds: less than five minutes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "credentials.json"


def kept(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def test_a_token_that_lives_is_sent_as_it_is(issuer: Issuer, path: Path) -> None:
    document = issuer.document()
    assert write(path, document).valid_token().secret.reveal() == document["id_token_jwt"]
    assert issuer.forms == []


@pytest.mark.parametrize("seconds", [-3600, 10, SOON])
def test_a_token_that_has_run_out_or_soon_will_is_renewed_and_the_file_with_it(
    issuer: Issuer, path: Path, seconds: int
) -> None:
    renewed = write(path, issuer.document(seconds)).valid_token()
    assert issuer.refreshes == 1
    assert renewed.secret.reveal() == kept(path)["id_token_jwt"] == kept(path)["token_response"]["id_token"]
    assert write(path, kept(path)).valid_token().secret.equals(renewed.secret)
    assert issuer.refreshes == 1


@pytest.mark.parametrize("sign", [token, lambda seconds: token(seconds, iat=None)])
def test_a_token_that_never_lives_long_is_not_renewed_all_the_time(issuer: Issuer, path: Path, sign: Any) -> None:
    issuer.lifetime, issuer.sign = 200, sign
    credentials = write(path, issuer.document(-1))
    assert len({credentials.valid_token().secret.reveal() for _ in range(5)}) <= 2
    assert issuer.refreshes <= 2


def test_what_the_file_holds_besides_stays_and_in_its_order(issuer: Issuer, path: Path) -> None:
    document = {"first": [1, {"b": 2, "a": "ü"}], **issuer.document(-1), "last": None}
    write(path, document).valid_token()
    assert list(kept(path)) == list(document)
    changed = {name for name in document if kept(path)[name] != document[name]}
    assert changed == {"access_token", "id_token", "id_token_jwt", "token_expiry", "token_response"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_refresh_token_takes_the_place_of_the_old_one(issuer: Issuer, path: Path) -> None:
    issuer.rotating = True
    credentials = write(path, issuer.document(-1))
    credentials.valid_token()
    assert kept(path)["refresh_token"] == issuer.refresh_token
    write(path, {**kept(path), "id_token_jwt": token(-1), "token_response": {}}).valid_token()
    assert issuer.refreshes == 2


def test_the_issuer_is_asked_in_the_way_of_rfc_6749(issuer: Issuer, path: Path) -> None:
    document = issuer.document(-1)
    write(path, document).valid_token()
    names = ("client_id", "client_secret", "refresh_token")
    assert issuer.forms == [{"grant_type": "refresh_token", **{name: document[name] for name in names}}]


def test_only_the_lock_file_is_left_beside_the_file(issuer: Issuer, path: Path) -> None:
    write(path, issuer.document(-1)).valid_token()
    lock = Path(f"{path}.lock")
    assert set(path.parent.iterdir()) == {path, lock}
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    assert lock.stat().st_size == 0


# --- many at once ----------------------------------------------------------------------------------------------------

# Imports once and forks: a crowd that begins within a millisecond.
CROWD = """
import hashlib, os, sys
from idc_ext.auth._credentials import Credentials
path, number = sys.argv[1], int(sys.argv[2])
ready, go = os.pipe()
for _ in range(number):
    if not os.fork():
        os.close(go)
        os.read(ready, 1)
        try:
            said = hashlib.sha256(Credentials.locate(path).valid_token().secret.reveal().encode()).hexdigest()
        except Exception as error:
            said = type(error).__name__
        os.write(1, (said + "\\n").encode())
        os._exit(0)
os.close(go)
for _ in range(number):
    os.wait()
"""


def crowd(path: Path, number: int = 20) -> list[str]:
    done = subprocess.run([sys.executable, "-c", CROWD, path, str(number)], check=True, capture_output=True, text=True)
    return done.stdout.split()


@pytest.mark.parametrize("seconds", [-60, SOON])
def test_twenty_processes_renew_once(issuer: Issuer, path: Path, seconds: int) -> None:
    issuer.delay = 0.3
    write(path, issuer.document(seconds))
    said = crowd(path)
    assert issuer.refreshes == 1
    assert len(said) == 20
    assert {len(digest) for digest in said} == {64}
    # Whose token still lives does not wait for the one who renews it.
    assert len(set(said)) == (1 if seconds < 0 else 2)


def test_twenty_processes_are_refused_once(issuer: Issuer, path: Path) -> None:
    write(path, issuer.document(-60, refresh_token="1//revoked-long-ago"))
    assert crowd(path) == ["CredentialsExpired"] * 20
    assert issuer.refreshes == 1


def test_twenty_threads_renew_once(issuer: Issuer, path: Path) -> None:
    issuer.delay = 0.2
    credentials = write(path, issuer.document(-60))
    with ThreadPoolExecutor(20) as pool:
        tokens = {found.secret.reveal() for found in pool.map(lambda _: credentials.valid_token(), range(20))}
    assert (len(tokens), issuer.refreshes) == (1, 1)


def test_a_process_that_has_forked_lets_go_of_the_lock_all_the_same(path: Path) -> None:
    with _private_file.file_lock(str(path), 0) as has_lock:
        assert has_lock
        child = os.fork()
        if not child:
            time.sleep(30)
            os._exit(0)
    try:
        with _private_file.file_lock(str(path), 0) as has_lock:
            assert has_lock
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


# --- violent ends ----------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from idc_ext.auth._credentials import Credentials
name = sys.argv[2].removeprefix("after ")
real = getattr(os, name)
def die(*arguments):
    if sys.argv[2] != name:
        real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(os, name, die)
Credentials.locate(sys.argv[1]).valid_token()
"""


@pytest.mark.parametrize(
    ("moment", "new"), [("fsync", False), ("after fsync", False), ("replace", False), ("after replace", True)]
)
def test_kill_9_while_writing_leaves_the_old_file_or_the_new_one(
    issuer: Issuer, path: Path, moment: str, new: bool
) -> None:
    document = issuer.document(-60)
    write(path, document)
    done = subprocess.run([sys.executable, "-c", KILLED, path, moment], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (kept(path) != document) is new
    assert set(kept(path)) == set(document)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    Credentials.locate(path).valid_token()
    assert {one.name for one in path.parent.iterdir()} == {path.name, f"{path.name}.lock"}


def test_a_file_that_cannot_be_replaced_is_known_before_the_issuer_is_asked(
    issuer: Issuer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = write(path, issuer.document(-60))
    patching.no_files_in(monkeypatch, path.parent)
    with pytest.raises(CredentialsError, match="cannot be written"):
        credentials.valid_token()
    assert issuer.forms == []


def test_a_disk_that_fills_up_leaves_the_old_file(issuer: Issuer, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = write(path, issuer.document(-60))
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CredentialsError, match="No space left") as caught:
        credentials.valid_token()
    assert path.read_bytes() == before
    assert "eyJ" not in loggable_text(caught.value)


# --- links -----------------------------------------------------------------------------------------------------------


def test_a_link_stays_and_what_it_leads_to_is_renewed(issuer: Issuer, path: Path, tmp_path: Path) -> None:
    write(path, issuer.document(-60))
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "here"
    link.symlink_to(Path("..") / path.name)
    renewed = Credentials.locate(link).valid_token()
    assert link.is_symlink()
    assert kept(path)["id_token_jwt"] == renewed.secret.reveal()
    assert list((tmp_path / "links").iterdir()) == [link]


def test_a_link_of_another_user_is_refused(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, {"id_token_jwt": token()})
    (tmp_path / "link").symlink_to(path)
    if os.geteuid() == 0:
        os.chown(tmp_path / "link", 12345, 12345, follow_symlinks=False)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(CredentialsInsecure, match="is a link that belongs to user"):
        Credentials.locate(tmp_path / "link").valid_token()


def test_a_file_named_like_a_draft_is_not_touched_nor_written_through(
    issuer: Issuer, path: Path, tmp_path: Path
) -> None:
    credentials = write(path, issuer.document(-60))
    (tmp_path / "victim").write_text("mine")
    Path(f"{path}.new").symlink_to(tmp_path / "victim")
    credentials.valid_token()
    assert (tmp_path / "victim").read_text() == "mine"
    assert Path(f"{path}.new").is_symlink()


# --- early, and no matter if it fails --------------------------------------------------------------------------------


def test_as_long_as_the_token_lives_an_issuer_that_fails_is_no_matter_and_is_left_alone(
    issuer: Issuer, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.answer = lambda form: (503, "text/html", b"<html>")
    document = issuer.document(SOON)
    credentials = write(path, document)
    with caplog.at_level(logging.DEBUG):
        assert {credentials.valid_token().secret.reveal() for _ in range(3)} == {document["id_token_jwt"]}
    assert issuer.refreshes == 1
    assert "HTTP 503" in caplog.text
    assert all(document[name] not in caplog.text for name in ("id_token_jwt", "refresh_token", "client_secret"))


def test_while_the_token_is_valid_no_request_waits_for_the_process_that_renews_it(
    issuer: Issuer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = write(path, issuer.document(SOON))
    patching.seconds_for_the_lock(monkeypatch, 3600)
    with ThreadPoolExecutor(1) as pool, _private_file.file_lock(str(path), 0):
        assert pool.submit(credentials.valid_token).result(timeout=60)
    assert issuer.forms == []


def test_a_wait_that_is_too_long_for_another_process_ends_in_an_error_that_says_so(
    issuer: Issuer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patching.seconds_for_the_lock(monkeypatch, 0.2)
    credentials = write(path, issuer.document(-60))
    with (
        _private_file.file_lock(str(path), 0),
        pytest.raises(CredentialsError, match="another process has been renewing"),
    ):
        credentials.valid_token()


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_refused_consent_is_an_expired_one_and_not_tried_again(issuer: Issuer, path: Path) -> None:
    document = issuer.document(-60, refresh_token="1//revoked-long-ago")
    credentials = write(path, document)
    with pytest.raises(CredentialsExpired, match=r"refused \(invalid_grant: Token has been .* revoked\); log in"):
        credentials.valid_token()
    assert kept(path) == {**document, "invalid": True}
    with pytest.raises(CredentialsExpired, match="log in"):
        credentials.valid_token()
    assert issuer.refreshes == 1


def said(status: int, content: object, kind: str = "application/json") -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return lambda form: (status, kind, body)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (said(200, b"<html>log in to the hotel</html>", "text/html"), "something that is no JSON object"),
        (said(500, b"<html>", "text/html"), "HTTP 500 and no reason"),
        (said(302, b""), "HTTP 302 and a redirect"),
        (said(200, []), "no JSON object"),
        (said(200, b" " * 1_100_000), "something that is no JSON object"),
        (said(401, {"error": "invalid_client"}), r"refused \(invalid_client\)"),
        (said(400, {"error": "x\x1b[31m\n" * 200}), "refused"),
        (said(200, {"access_token": "ya29.x"}), "no ID token.*openid"),
        (said(200, {"id_token": "ya29.opaque"}), "not a JWT"),
        (said(200, {"id_token": token(sub="standin|eve@example.org")}), "another user"),
        (said(200, {"id_token": token(-5)}), "clock"),
        (lambda form: said(400, {"error": "bad", "error_description": " ".join(form.values())})(form), "bad: "),
    ],
)
def test_an_answer_that_is_no_token_is_one_clear_sentence_without_a_secret(
    issuer: Issuer, path: Path, answer: Any, reason: str
) -> None:
    issuer.answer = answer
    document = issuer.document(-60)
    credentials = write(path, document)
    before = path.read_bytes()
    with pytest.raises(CredentialsError, match=reason) as caught:
        credentials.valid_token()
    assert str(path) in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600
    assert path.read_bytes() == before
    everything = loggable_text(caught.value) + pickle.dumps(caught.value).decode("latin-1")
    assert not any(document[name] in everything for name in ("id_token_jwt", "refresh_token", "client_secret"))


def test_an_issuer_that_does_not_answer_in_time_is_said_to(
    issuer: Issuer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patching.seconds_for_the_issuer(monkeypatch, 0.2)
    issuer.delay = 1
    with pytest.raises(DeadlineExceeded, match=r"did not answer within 0\.2 s"):
        write(path, issuer.document(-60)).valid_token()


def test_a_renewal_keeps_the_deadline_of_who_waits_for_it(issuer: Issuer, path: Path) -> None:
    issuer.let.clear()
    credentials = write(path, issuer.document(-60))
    with deadline(0.3), pytest.raises(DeadlineExceeded, match=r"did not answer within 0\.3 s"):
        credentials.valid_token()
    assert issuer.forms == []  # it has not answered


def test_the_proxy_of_a_client_is_that_of_its_renewals(issuer: Issuer, path: Path) -> None:
    write(path, issuer.document(-60))
    with Issuer() as proxy:  # any server that is asked for the whole URL will do
        proxy.refresh_token = issuer.refresh_token
        with connect(NOWHERE, credentials=path, proxy=proxy.url) as idc:
            idc._auth.credentials.valid_token()
            assert proxy.url not in repr(idc._auth)
        assert (issuer.refreshes, proxy.refreshes) == (0, 1)


def test_an_issuer_that_cannot_be_reached_is_named(path: Path) -> None:
    with Issuer() as gone:
        document = gone.document(-60)
    with pytest.raises(CredentialsError, match=r"127\.0\.0\.1 cannot be reached"):
        write(path, document).valid_token()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"token_uri": "http://accounts.example.org/token"}, CredentialsInsecure),
        ({"token_uri": "http://127.0.0.1.example.org/token"}, CredentialsInsecure),
        ({"token_uri": "ftp://127.0.0.1/token"}, CredentialsInsecure),
        ({"token_uri": "https://ada:pass@example.org/token"}, CredentialsInsecure),
        ({"token_uri": "nonsense"}, CredentialsInsecure),
        ({"client_id": 7}, CredentialsInvalid),
        ({"token_uri": None}, CredentialsExpired),
        ({"refresh_token": None}, CredentialsExpired),
        ({"refresh_token": {"a": 1}}, CredentialsExpired),
    ],
)
def test_a_file_whose_secrets_cannot_be_sent_safely_is_not_renewed(
    issuer: Issuer, path: Path, change: dict[str, Any], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        write(path, issuer.document(-60, **change)).valid_token()
    assert issuer.forms == []


def test_no_thread_is_left_behind(issuer: Issuer, path: Path) -> None:
    before = threading.active_count()
    write(path, issuer.document(-60)).valid_token()
    assert threading.active_count() <= before + 1  # the issuer's own


def test_the_content_of_a_file_does_not_show_in_its_values(issuer: Issuer, path: Path) -> None:
    document = issuer.document()
    write(path, document)
    content = _credentials_file._parse_file(path.read_bytes())
    assert document["id_token_jwt"] not in repr(content) + repr(Credentials.locate(path).read_token())
    assert document["refresh_token"] not in repr(content)
