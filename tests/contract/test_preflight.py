"""What is found out about a service before the first relation: what is unusable is exit code 2 and one sentence."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from idc_contract.__main__ import main
from idc_contract.calls import OverHTTP, Request
from idc_contract.document.openapi import OPERATIONS, examples
from idc_contract.layers.suite import Plan
from idc_contract.preflight import checks
from idc_contract.preflight.credentials import user
from idc_contract.preflight.unusable import Unusable
from idc_contract.service import Service
from tests.support.canned_caller import HEALTHY, Canned
from tests.support.fixed_answer import answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.token_issuer import Issuer

JSON, HTML = "application/json", "text/html; charset=utf-8"
LOGIN = b"<!doctype html><form>Sign in <input type=password></form>"
UNUSABLE: dict[str, tuple[tuple[Any, ...], dict[str, str], str]] = {
    "a web page": (
        (200, HTML, b"<html><p>Hello"),
        {},
        "with a web page (HTML, 200), not with JSON: is that the address",
    ),
    "a login page": (
        (200, HTML, LOGIN),
        {},
        "with a login page (HTML): a gateway in front of the service wants a login",
    ),
    "401 everywhere": ((401, JSON, b"{}"), {}, "with 401, and the contract asks no credentials for that"),
    "403 everywhere": ((403, HTML, b"<p>no"), {}, "with 403, and the contract asks no credentials for that"),
    "302 to a login": (
        (302, HTML, b""),
        {"Location": "https://accounts.google.com/o"},
        "to a login (https://accounts.",
    ),
    "302 elsewhere": ((302, HTML, b""), {"Location": "https://new.example.org/"}, "to https://new.example.org/ (302)"),
    "404 everywhere": ((404, JSON, b"{}"), {}, "has nothing at GET /v3/version (404): is that the address"),
    "503 everywhere": ((503, HTML, b"busy"), {}, "with 503: a gateway without a service behind it"),
    "503 for an hour": (
        (503, JSON, b"{}"),
        {"Retry_After": "3600"},
        "asks to come back in 3600 s, and that is too long",
    ),
    "500 everywhere": ((500, JSON, b"{}"), {}, "with 500: the service does not work; look into its log"),
    "text": ((200, "text/plain", b"ok"), {}, "with text/plain, not with application/json"),
    "an empty body": ((200, JSON, b""), {}, "with 200 and an empty body: is that the address"),
    "half a body": ((200, JSON, b'{"api'), {}, "with 200 and a body that is not JSON"),
    "other JSON": ((200, JSON, b'{"hello":"world"}'), {}, 'with {"hello": "world"}, nothing that the document says'),
    "a list": ((200, JSON, b"[]"), {}, "with [], nothing that the document says of it"),
    "bad gzip": ((200, JSON, b"{}"), {"Content_Encoding": "gzip"}, "compressed, and cannot be decompressed"),
}


@pytest.mark.parametrize(("answer", "headers", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_service_gets_one_sentence(
    capsys: pytest.CaptureFixture[str], answer: tuple[int, str, bytes], headers: dict[str, str], words: str
) -> None:
    with answering(*answer, **headers) as url:
        assert main(["--url", url, "--generation", "v3"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("contract: could not check: ")
    assert printed.err.count("\n") == 1
    assert words in printed.err


def test_an_address_that_ends_with_the_generation_is_corrected(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(404, JSON, b"{}") as url:
        assert main(["--url", f"{url}/v3"]) == 2
    assert f"use --url {url}\n" in capsys.readouterr().err


def test_what_is_not_http_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            while True:
                try:
                    peer = server.accept()[0]
                except OSError:
                    return
                peer.sendall(b"220 mail.example.org ESMTP\r\n")
                peer.close()

        threading.Thread(target=greet, daemon=True).start()
        assert main(["--url", f"http://127.0.0.1:{server.getsockname()[1]}"]) == 2
        server.shutdown(socket.SHUT_RDWR)
    assert "is that an HTTP service?" in capsys.readouterr().err


# --- tokens ------------------------------------------------------------------------------------------------------


def credentials(path: Path, **claims: Any) -> Path:
    """A credentials file with a token of some claims."""
    parts = ({"alg": "none"}, {"email": "ada@example.org", **claims})
    token = ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts) + ".s"
    path.write_text(json.dumps({"token_response": {"id_token": token}}), encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_credentials_file_is_read_as_the_client_reads_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, standin: str
) -> None:
    file = credentials(tmp_path / "c.json", exp=time.time() + 600)
    token = json.loads(file.read_text(encoding="utf-8"))["token_response"]["id_token"]
    file.write_text(json.dumps({"id_token_jwt": token}), encoding="utf-8")
    assert (user(file).email, user(file).token) == ("ada@example.org", token)
    file.chmod(0o644)
    assert main(["--url", standin, "--credentials", str(file)]) == 2
    assert f"chmod 600 {file}" in capsys.readouterr().err


def test_two_files_of_one_user_are_refused_before_one_seems_to_see_what_is_the_other_s(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, standin: str
) -> None:
    files = [credentials(tmp_path / name, exp=time.time() + 600) for name in ("a.json", "b.json")]
    assert main(["--url", standin, *(word for file in files for word in ("--credentials", str(file)))]) == 2
    assert "two files are of the same user" in capsys.readouterr().err


def test_an_expired_token_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path, standin: str) -> None:
    file = credentials(tmp_path / "c.json", exp=1_600_000_000)
    assert main(["--url", standin, "--credentials", str(file)]) == 2
    said = capsys.readouterr().err
    assert f"the ID token in {file} expired at 2020-09-13 12:26:40 UTC" in said
    assert "log in again" in said
    assert said.count("\n") == 1


def test_a_token_that_the_service_refuses_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, standin: str
) -> None:
    file = credentials(tmp_path / "c.json", exp=time.time() + 600)
    assert main(["--url", standin, "--credentials", str(file), "--generation", "v1"]) == 2
    assert "refuses the ID token of ada@example.org (401)" in capsys.readouterr().err


def test_an_expired_token_is_renewed_and_no_token_is_shown(issuer: Issuer, tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    old = issuer.document(-60)
    file.write_text(json.dumps(old), encoding="utf-8")
    file.chmod(0o600)
    ada = user(file)
    assert issuer.refreshes == 1
    assert ada.token != old["token_response"]["id_token"]
    file.write_text(json.dumps(issuer.document(-60)), encoding="utf-8")  # an hour later
    service = Service(Canned({}), (ada,))
    sent = [service.answer("getAccountDetails").request for _ in range(2)]
    assert issuer.refreshes == 2
    assert len({request.headers for request in sent}) == 1
    for token in (ada.first, ada.token):
        line = service.curl(Request("GET", "/", (("authorization", f"Bearer {token}"),)))
        assert (
            line
            == "curl --silent --show-error --include --globoff --header 'authorization: Bearer '\"$IDC_TOKEN\" http://here/"
        )


# --- services that are not as usual --------------------------------------------------------------------------------


def test_a_mock_is_found_and_another_run_is_proposed() -> None:
    example = examples(OPERATIONS["countCohort"].answer(200))[0]
    service = Service(Canned({**HEALTHY, "/v3/cohort/counts": example}))
    with pytest.raises(Unusable, match=r"is a mock: .* with --only shapes"):
        checks.run(service, Plan(("v3",)), limit=None)
    assert checks.run(service, Plan(("v3",), ("shapes",)), limit=None).generations == ["v3"]


def test_a_generation_that_is_not_there_is_left_out_unless_named() -> None:
    found = checks.run(Service(Canned(HEALTHY)), Plan(), limit=None, named=False)
    assert found.generations == ["v3"]
    assert "v1 is not there (404)" in found.notes[0]
    with pytest.raises(Unusable, match="nothing at GET /v1/about"):
        checks.run(Service(Canned(HEALTHY)), Plan(), limit=None, named=True)


def test_a_slow_service_gets_a_longer_limit_and_a_wrong_clock_a_note() -> None:
    service = Service(Canned(HEALTHY, (("date", "Mon, 01 Jan 2024 00:00:00 GMT"),), seconds=0.5))
    found = checks.run(service, Plan(("v3",)), limit=None)
    assert service.limit == 10.0
    assert "s behind the one here" in found.notes[0]
    checks.run(service, Plan(("v3",)), limit=3.0)
    assert "limit        10 s for an answer" in str(found)


@pytest.fixture
def restarting() -> Iterator[str]:
    """A service that restarts: its first two answers are 503 with Retry-After."""
    with answering(200, JSON, b"{}") as url, closing(OverHTTP(url)) as caller:
        really, left = caller._once, [2]

        def once(self: OverHTTP, request: Request) -> checks.Answer:
            answer = really(request)
            left[0] -= 1
            return checks.Answer(request, 503, (("retry-after", "7"),), b"") if left[0] >= 0 else answer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(OverHTTP, "_once", once)
            yield url


def test_retry_after_of_a_restarting_server_is_kept(restarting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    with closing(OverHTTP(restarting)) as caller:
        assert caller(Request("GET", "/")).status == 200
    assert slept == [7.0, 7.0]
