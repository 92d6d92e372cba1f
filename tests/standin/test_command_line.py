"""The command idc-standin: its options, its mistakes in one line, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from idc_standin.__main__ import main
from tests.standin.v1_requests import write_facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "idc_standin"]


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command with these options, to its end."""
    return subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, timeout=30, check=False, env={**os.environ, **environment}
    )


def assert_one_line_error(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """A mistake: exit code 2, one line on stderr, nothing on stdout."""
    assert "Traceback" not in done.stderr
    assert done.returncode == 2, done.stderr
    assert done.stderr.endswith("\n")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr


@pytest.fixture(scope="module")
def free() -> str:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.mark.parametrize("command", [(), ("serve",), ("token",), ("build",)])
def test_help_lists_every_option_with_its_default(command: tuple[str, ...]) -> None:
    done = run(*command, "--help", COLUMNS="200")
    assert (done.returncode, done.stderr) == (0, "")
    for option in re.findall(r"^  (--[a-z-]+)", done.stdout, re.MULTILINE):
        assert re.search(rf"{option}( [A-Z]+)? .*\w", done.stdout)
    if command == ("serve",):
        for option in (
            "--host",
            "--port",
            "--as-of",
            "--facts",
            "--quirks",
            "--retired",
            "--patience",
            "--allow-origin",
            "--check-answers",
            "--cache",
            "--state",
        ):
            assert option in done.stdout


def test_the_version_is_printed() -> None:
    assert re.fullmatch(r"idc-standin \S+\n", run("--version").stdout)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("nonsense",),
        ("serve", "--nonsense"),
        ("serve", "--port", "x"),
        ("serve", "--port", "65536"),
        ("serve", "--port", "-1"),
        ("serve", "--port", ""),
        ("serve", "--as-of", "two"),
        ("serve", "--as-of", "2.5"),
        ("serve", "--as-of", "-2.0"),
        ("serve", "--patience", "long"),
        ("serve", "--patience", "-1"),
        ("serve", "--patience", "nan"),
        ("serve", "--patience"),
        ("serve", "--datacite", "api.datacite.org"),
        ("serve", "--datacite", "http://"),
        ("serve", "--datacite", "http://127.0.0.1:99999"),
        ("serve", "--doi-resolver", "ftp://127.0.0.1"),
        ("serve", "--doi-resolver", "http://[::1"),
        ("serve", "--doi-resolver", "http://127.0.0.1/?x="),
        ("serve", "--allow-origin", "example.org"),
        ("serve", "--allow-origin", "https://example.org/page"),
        ("serve", "--allow-origin", ""),
        ("serve", "more"),
        ("token",),
        ("token", "--email", "a@b.c"),
        ("token", "--output", "x"),
        ("token", "--email", "nobody", "--output", "x"),
        ("token", "--email", "a b@c.d", "--output", "x"),
        ("token", "--email", "a@b.c", "--output", "x", "--expires-in", "1h"),
        ("build", "--as-of", "2.0"),
    ],
    ids=" ".join,
)
def test_a_wrong_option_is_one_line_and_exit_code_2(
    options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as result:
        main(options)
    said = capsys.readouterr()
    assert_one_line_error(subprocess.CompletedProcess([], int(result.value.code or 0), said.out, said.err), "--help")


def test_a_taken_port_is_one_line(standin: str, tmp_path: Path) -> None:
    port = standin.rpartition(":")[2]
    assert_one_line_error(run("serve", "--port", port, "--state", str(tmp_path)), port, "--port")


def test_of_two_servers_started_at_once_on_one_port_the_second_reports_one_line(tmp_path: Path, free: str) -> None:
    options = [*COMMAND, "serve", "--port", free, "--as-of", "2.0"]
    with (
        subprocess.Popen(
            [*options, "--state", str(tmp_path / "a")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as a,
        subprocess.Popen(
            [*options, "--state", str(tmp_path / "b")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as b,
    ):
        try:
            deadline = time.monotonic() + 20
            while a.poll() is None and b.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
            loser = a if a.poll() is not None else b
            assert loser.poll() is not None, "both seem to run"
            assert loser.stdout is not None
            assert loser.stderr is not None
            done = subprocess.CompletedProcess([], loser.returncode, loser.stdout.read(), loser.stderr.read())
        finally:
            for process in (a, b):
                process.kill()
    assert_one_line_error(done, free)


def test_an_address_that_is_not_of_this_machine_is_one_line(tmp_path: Path) -> None:
    assert_one_line_error(run("serve", "--port", "0", "--host", "192.0.2.1", "--state", str(tmp_path)), "192.0.2.1")
    assert_one_line_error(
        run("serve", "--port", "0", "--host", "no.such.host.invalid", "--state", str(tmp_path)), "with --host"
    )


@pytest.mark.parametrize("version", ["v26"])
def test_an_unknown_data_version_is_one_line_that_names_the_known_ones(version: str, tmp_path: Path) -> None:
    assert_one_line_error(run("serve", "--port", "0", "--as-of", version, "--state", str(tmp_path)), "1.0 to 25.0")


def test_a_folder_of_facts_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    for facts in (tmp_path / "missing", write_facts(tmp_path / "file", []) / "clinical.csv"):
        assert_one_line_error(
            run("serve", "--port", "0", "--facts", str(facts), "--state", str(tmp_path / "state")), "facts"
        )


@pytest.mark.parametrize(
    "content", [b"nonsense\n1\n", b"PatientID,attribute,value\n\xff,race,X\n", b"PatientID,attribute,value\nP,race\n"]
)
def test_an_invalid_table_of_facts_is_a_one_line_error(tmp_path: Path, content: bytes) -> None:
    folder = write_facts(tmp_path / "facts", [])
    (folder / "clinical.csv").write_bytes(content)
    assert_one_line_error(
        run("serve", "--port", "0", "--facts", str(folder), "--state", str(tmp_path / "state")), "clinical"
    )


def test_a_table_of_facts_with_a_name_that_no_table_has_is_a_one_line_error(tmp_path: Path) -> None:
    folder = write_facts(tmp_path / "facts", [])
    (folder / "clinicals.csv").write_bytes(b"PatientID,attribute,value\n")
    assert_one_line_error(
        run("serve", "--port", "0", "--facts", str(folder), "--state", str(tmp_path / "state")), "clinicals.csv"
    )


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    for folder in (file / "below",):
        assert_one_line_error(run("serve", "--port", "0", "--state", str(folder)), "--state")
        assert_one_line_error(run("serve", "--port", "0", "--cache", str(folder), "--state", str(tmp_path)), "--cache")
        assert_one_line_error(run("build", "--cache", str(folder)), "--cache")
        assert_one_line_error(
            run("token", "--email", "a@b.c", "--output", str(tmp_path / "t"), "--state", str(folder)), "--state"
        )


@pytest.mark.parametrize("name", ["id-token-key.pem", "page-token-key", "cohorts.sqlite"])
def test_a_damaged_state_is_one_line_that_names_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nonsense, and more of it")
    assert_one_line_error(run("serve", "--port", "0", "--as-of", "2.0", "--state", str(tmp_path)), str(tmp_path))


def test_a_damaged_archive_file_is_one_line_that_names_it(archive_file: Path, tmp_path: Path) -> None:
    for file in archive_file.parent.glob(f"{archive_file.stem}*.duckdb"):
        (tmp_path / file.name).write_bytes(b"nonsense")
    assert_one_line_error(
        run("serve", "--port", "0", "--cache", str(tmp_path), "--state", str(tmp_path / "s")), archive_file.name
    )


def test_build_prints_the_contents_of_the_archive() -> None:
    done = run("build")
    assert done.returncode == 0
    assert "1,044,191 series and 58,784,975 instances in the newest" in done.stdout


# --- token -------------------------------------------------------------------------------------------------------


def token(state: Path, output: object, *options: str) -> subprocess.CompletedProcess[str]:
    return run("token", "--state", str(state), "--email", "ada@example.org", "--output", str(output), *options)


def test_a_credentials_file_is_readable_by_its_owner_alone_even_over_an_open_one(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o666)
    done = token(tmp_path / "state", file)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = json.loads(file.read_text(encoding="utf-8"))
    assert content["token_response"]["id_token"] == content["id_token_jwt"]
    assert content["id_token_jwt"] not in done.stdout
    assert content["id_token"]["email"] == "ada@example.org"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["credentials", "state"]
    for path in (tmp_path / "state").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_credentials_cannot_be_written_to_a_folder_or_a_missing_one(tmp_path: Path) -> None:
    assert_one_line_error(token(tmp_path / "state", tmp_path), "folder")
    assert_one_line_error(token(tmp_path / "state", tmp_path / "missing" / "file"), "missing")
    assert_one_line_error(token(tmp_path / "state", tmp_path / ("x" * 300)), "x")
    assert_one_line_error(token(tmp_path / "state", "~nosuchuser/file"))


@pytest.mark.parametrize("seconds", ["99999999999999", "-99999999999999", "9" * 30])
def test_a_lifetime_beyond_the_calendar_is_one_line(tmp_path: Path, seconds: str) -> None:
    assert_one_line_error(token(tmp_path / "state", tmp_path / "file", "--expires-in", seconds))


# --- serving -----------------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A separate server and its URL; it is killed if it does not end."""
    command = [*COMMAND, "serve", "--port", "0", "--as-of", "2.0", "--state", str(tmp_path), "--patience", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found
            yield process, found[0]
        finally:
            process.kill()


def test_a_signal_ends_the_server_at_once_and_in_silence(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    process, url = server
    with httpx.Client(base_url=url) as client:  # with a connection still open
        assert client.get("/v1/about").status_code == 200
        process.terminate()
        _, errors = process.communicate(timeout=8)
    assert errors == ""
    assert process.returncode in {0, -signal.SIGTERM}


def slow(client: httpx.Client, pattern: str) -> httpx.Response:
    """A pattern on instance identifiers: it has to be tried on each of nine million."""
    body = {"name": "n", "description": "", "filters": {"SOPInstanceUID": [pattern]}}
    return client.post("/v1/cohorts/preview/manifest", params={"Collection_ID": "True"}, json=body)


def test_two_slow_patterns_do_not_block_other_requests(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    with httpx.Client(base_url=url, timeout=30) as client:
        for pattern in ("1.3.6.1.4%", "1.2.840%"):
            assert slow(client, pattern).status_code in {200, 202, 400}
        body = {"name": "n", "description": "", "filters": {"Modality": ["PT"]}}
        for _ in range(4):
            response = client.post("/v1/cohorts/preview/manifest", params={"Collection_ID": "True"}, json=body)
            if response.status_code == 200:
                break
        assert response.status_code == 200, "one query of five rows waits behind the two patterns"


def test_a_signal_ends_the_server_even_while_a_slow_query_runs(server: tuple[subprocess.Popen[str], str]) -> None:
    process, url = server
    with httpx.Client(base_url=url, timeout=30) as client:
        slow(client, "1.3.6.1.4%")
        process.terminate()
        process.communicate(timeout=8)
    assert process.returncode in {0, -signal.SIGTERM}


def test_the_api_description_is_shown_with_assets_of_this_machine(http: httpx.Client) -> None:
    for path in ("/v1/swagger", "/v1/swagger/"):
        response = http.get(path, follow_redirects=True)
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/html")
        assert re.findall(r"https?://|[\"'(]//", response.text) == []
        assert '<link rel="icon" href="data:,">' in response.text  # so that no icon is requested
        sources = re.findall(r"(?:src|href|fetch\()[=(]?\"(/[^\"]+)\"", response.text)
        assert len(sources) == 3
        for source in sources:
            asset = http.get(source)
            assert asset.status_code == 200
            assert len(asset.content) > 1000
