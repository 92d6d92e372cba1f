"""The report of the command `doctor`: findings, exit codes, and no secrets."""

from __future__ import annotations

import getpass
import os
import re
from email.utils import formatdate
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import idc_openapi
from idc_ext.cli.commands import doctor
from tests.support import patching
from tests.support.canned_service import canned_service
from tests.support.certificates import tls_server_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.canned_service import CannedService
    from tests.support.command_result import CommandResult, RunCommand

CONTRACT = idc_openapi.upstream()
VERSION = {
    "idc_version": "v25",
    "idc_index_data_version": "25.0.5",
    "api_version": CONTRACT.api_version,
    "build": None,
}


def states(result: CommandResult) -> dict[str, str]:
    return {one["check"]: one["state"] for one in result.json["findings"]}


def details(result: CommandResult) -> dict[str, str]:
    return {one["check"]: one["detail"] for one in result.json["findings"]}


@pytest.fixture
def service(canned: CannedService) -> CannedService:
    canned.answers["/v3/version"] = (200, VERSION)
    canned.answers["/v3/openapi.json"] = (500, "")
    canned.headers["Date"] = formatdate(usegmt=True)
    return canned


def test_all_is_well_with_the_stand_in(run_on_standin: RunCommand) -> None:
    result = run_on_standin("doctor", "--json")
    found = states(result)
    assert (result.code, result.json["exit_code"]) == (0, 0), result.out
    assert {found[name] for name in ("service", "clock", "data", "contract", "release", "v1", "document")} == {"ok"}


def test_the_report_is_text_between_fences(run_on_standin: RunCommand) -> None:
    lines = run_on_standin("doctor", "--offline").out.splitlines()
    assert (lines[0], lines[-1]) == ("```text", "```")


def test_no_response_from_the_service_ends_with_3(run: RunCommand) -> None:
    result = run("--base-url", "http://127.0.0.1:9", "--retries", "0", "doctor", "--json")
    assert result.code == 3
    assert states(result)["service"] == "unreached"


def test_the_contract_and_the_client_are_named_without_a_service(run: RunCommand) -> None:
    for words in (["--base-url", "http://127.0.0.1:9", "--retries", "0", "doctor"], ["doctor", "--offline"]):
        found = details(run(*words, "--json"))
        assert found["contract"] == f"made for {CONTRACT.api_version} of {CONTRACT.date}"
        assert found["idc-ext"].startswith(metadata.version("idc-client"))
        assert "release" not in found


@pytest.mark.parametrize(
    ("release", "sentence", "advice"),
    [
        ("99.0.0b7", "the service is 99.0.0b7, this client was made for {}", "upgrade idc-client"),
        ("1.0.0", "the service is 1.0.0, this client was made for {}", "an earlier idc-client"),
        ("a b7", "the service is 'a b7', which is not a version, this client was made for {}", "the right host?"),
        (None, "the service is 'None', which is not a version, this client was made for {}", "the right host?"),
    ],
    ids=["newer", "older", "nonsense", "null"],
)
def test_a_service_of_another_release_is_a_problem(
    run: RunCommand, service: CannedService, release: str | None, sentence: str, advice: str
) -> None:
    service.answers["/v3/version"] = (200, {**VERSION, "api_version": release, "build": "sha-1"})
    result = run("--base-url", service.url, "doctor", "--json")
    assert (result.code, states(result)["release"], states(result)["data"]) == (1, "problem", "ok")
    assert details(result)["release"] == f"{sentence.format(CONTRACT.api_version)} (build sha-1)"
    (given,) = [one["advice"] for one in result.json["findings"] if one["check"] == "release"]
    assert advice in given


def test_a_clock_that_is_wrong_is_a_problem(run: RunCommand, service: CannedService) -> None:
    service.headers["Date"] = formatdate(0, usegmt=True)
    result = run("--base-url", service.url, "doctor", "--json")
    assert result.code == 1
    assert states(result)["clock"] == "problem"
    assert "ahead of" in details(result)["clock"]


@pytest.mark.parametrize(("package", "state"), [("25.0.5", "ok"), ("25.9.9", "note"), ("99.0.0", "problem")])
def test_another_release_than_that_of_the_installed_index_is_reported(
    run: RunCommand, service: CannedService, monkeypatch: pytest.MonkeyPatch, package: str, state: str
) -> None:
    patching.installed_packages(monkeypatch, idc_index_data="25.0.5")
    service.answers["/v3/version"] = (200, {**VERSION, "idc_index_data_version": package})
    assert states(run("--base-url", service.url, "doctor", "--json"))["idc-index"] == state


@pytest.mark.parametrize("status", [404, 405, 410])
def test_a_retired_v1_is_no_problem(run: RunCommand, service: CannedService, status: int) -> None:
    service.answers["/v1/about"] = (status, {"code": status, "message": "gone"})
    assert states(run("--base-url", service.url, "doctor", "--json"))["v1"] == "note"


def test_a_document_that_moved_is_a_problem(run: RunCommand, service: CannedService) -> None:
    service.answers["/v3/openapi.json"] = (
        200,
        {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {}},
    )
    result = run("--base-url", service.url, "doctor", "--json")
    assert result.code == 1
    assert states(result)["document"] == "problem"


def test_a_host_that_is_another_service_is_a_problem(run: RunCommand, service: CannedService) -> None:
    service.answers["/v3/version"] = (200, {"hello": "world"})
    assert states(run("--base-url", service.url, "doctor", "--json"))["data"] == "problem"


def test_a_file_that_others_can_read_is_a_problem(
    run: RunCommand, new_credentials: Callable[..., Path], tmp_path: Path
) -> None:
    path = new_credentials(tmp_path / "credentials")
    path.chmod(0o644)
    result = run("--credentials", path, "doctor", "--offline", "--json")
    assert (result.code, states(result)["credentials"]) == (1, "problem")


def test_a_missing_bundle_of_certificates_is_a_problem(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    assert states(run("doctor", "--offline", "--json"))["SSL_CERT_FILE"] == "problem"


def test_a_trusted_certificate_is_reported_with_its_issuer_and_its_expiry(
    run: RunCommand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secured = tls_server_context(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with canned_service(secured) as service:
        service.answers["/v3/version"] = (200, VERSION)
        result = run("--base-url", service.url, "doctor", "--json")
    assert (states(result)["service"], states(result)["TLS"]) == ("ok", "ok"), result.out
    assert re.fullmatch(r"TLSv1\.3, certificate by Loopback Trust until .+ GMT", details(result)["TLS"])


@pytest.mark.parametrize(
    ("made", "trusted", "sentence"),
    [
        ({}, False, r"not trusted here \(self-signed certificate\); .* SSL_CERT_FILE"),
        ({"days": -1}, True, r"not trusted here \(certificate has expired\); check the clock"),
        ({"name": "example.org"}, True, r"not trusted here \(Hostname mismatch, .*'localhost'\); check --base-url"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_reported_with_the_reason_and_what_to_do(
    run: RunCommand,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    made: dict[str, Any],
    trusted: bool,
    sentence: str,
) -> None:
    secured = tls_server_context(tmp_path / "ca.pem", **made)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with canned_service(secured) as service:
        report = run("--base-url", service.url, "doctor", "--json")
        result = run("--base-url", service.url, "stats")
    assert (report.code, states(report)["service"]) == (3, "unreached")
    assert re.search(sentence, details(report)["service"])
    assert (result.code, result.err) == (3, f"idc-ext: {details(report)['service']}\n")


def test_a_service_without_tls_is_not_taken_for_a_broken_network(run: RunCommand, canned: CannedService) -> None:
    result = run("--base-url", canned.url.replace("http:", "https:"), "--retries", "0", "stats")
    assert result.code == 3
    assert "does not use TLS; check --base-url: https, or http?" in result.err


def test_a_bundle_without_certificates_is_a_problem_that_is_named(
    run: RunCommand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tls_server_context(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.key"))
    assert states(run("doctor", "--offline", "--json"))["SSL_CERT_FILE"] == "problem"
    result = run("stats")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "ca.key, which holds no certificates: correct or unset it" in result.err
    # Other errors are not attributed to it.
    assert "nowhere.json: No such file" in run("counts", "--filters", "nowhere.json").err


@pytest.mark.parametrize(
    "url", ["nonsense", "http://h:99999", "https://ada:hunter2@h", "http://h/?key=hunter2", "h#hunter2"]
)
def test_an_address_that_cannot_be_one_is_a_problem_and_the_rest_is_reported(
    run: RunCommand, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("IDC_BASE_URL", url)
    result = run("doctor", "--json")
    assert (result.code, states(result)["address"]) == (1, "problem")
    assert "the base URL" in details(result)["address"]
    assert "hunter2" not in result.out
    assert states(result)["idc-ext"] == "ok"


def test_nothing_secret_is_in_the_report(
    run: RunCommand,
    monkeypatch: pytest.MonkeyPatch,
    new_credentials: Callable[..., Path],
    service: CannedService,
) -> None:
    home = Path.home()
    path = new_credentials(home / ".idc_credentials", "ada.lovelace@example.org")
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:hunter2@proxy.example:3128")
    token = path.read_text().partition('"id_token": "')[2].partition('"')[0]
    result = run("--base-url", service.url, "doctor")
    for secret in (token, "hunter2", "ada", str(home), *([] if getpass.getuser() == "root" else [getpass.getuser()])):
        assert secret
        assert secret not in result.out, result.out
    assert "~/.idc_credentials" in result.out
    assert "…@example.org" in result.out
    assert "set: HTTPS_PROXY" in result.out


def test_a_hostile_service_cannot_end_the_fence_or_write_to_the_terminal(
    run: RunCommand, service: CannedService
) -> None:
    hostile: dict[str, Any] = {**VERSION, "api_version": "```\n\x1b[31m<script>"}
    service.answers["/v3/version"] = (200, hostile)
    out = run("--base-url", service.url, "doctor").out
    assert out.count("```") == 2
    assert "\x1b" not in out


def test_a_check_that_breaks_does_not_stop_the_others(
    run_on_standin: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    patching.broken_release_check(monkeypatch)
    found = states(run_on_standin("doctor", "--json"))
    assert found["data"] == "problem"
    assert found["v1"] == "ok"


def test_a_home_of_root_cuts_nothing_else_out() -> None:
    assert doctor.without_personal_data("/rootless/x") == "/rootless/x"
    assert doctor.without_personal_data(f"{os.path.expanduser('~')}/x") == "~/x"
