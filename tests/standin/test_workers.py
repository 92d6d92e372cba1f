"""Several processes answer on one socket as one does."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")


@contextmanager
def two_workers(
    state: Path, *options: str, ready: bool = True
) -> Iterator[tuple[subprocess.Popen[str], str, list[int]]]:
    """The server, its URL and its workers; if they need not be ready, as soon as there are two, and without a URL."""
    command = [sys.executable, "-m", "idc_standin", "serve", "--port", "0", "--workers", "2", "--state", str(state)]
    pipe = subprocess.PIPE
    with subprocess.Popen([*command, *options], stdout=pipe, stderr=pipe, text=True) as server:
        try:
            url = re.findall(r"http://\S+", server.stdout.readline())[0] if ready else ""
            children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
            while len(workers := children.read_text(encoding="ascii").split()) < 2:
                time.sleep(0.001)
            yield server, url, [int(worker) for worker in workers]
        finally:
            if server.poll() is None:
                server.terminate()


def has_exited(pid: int) -> bool:
    """Whether a process ends within a while."""
    for _ in range(400):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_workers_without_a_message(number: signal.Signals, tmp_path: Path) -> None:
    with two_workers(tmp_path, "--retired") as (server, url, workers):
        assert len(workers) == 2
        assert httpx.get(f"{url}/v3/health").json() == {"status": "ok"}
        server.send_signal(number)
        _, complaint = server.communicate(timeout=20)
        assert (server.returncode, complaint) == (0, "")
        assert all(map(has_exited, workers))


def test_a_worker_that_ends_unexpectedly_ends_the_others_and_the_server_reports_it(tmp_path: Path) -> None:
    with two_workers(tmp_path, "--retired") as (server, _, workers):
        os.kill(workers[0], signal.SIGKILL)
        _, complaint = server.communicate(timeout=20)
        assert server.returncode == 2
        assert (
            complaint
            == "idc-standin: A worker process ended unexpectedly, so all workers were ended; its messages are above.\n"
        )
        assert all(map(has_exited, workers))


@pytest.mark.parametrize("when", ["while they load", "when they serve", "while they answer"])
def test_workers_end_when_their_server_is_killed(when: str, tmp_path: Path) -> None:
    request = b"POST /v3/cohort/counts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
    ready = when != "while they load"
    with two_workers(tmp_path, "--retired", ready=ready) as (server, url, workers), ExitStack() as clients:
        assert len(workers) == 2
        for _ in range(4 if when == "while they answer" else 0):
            address = ("127.0.0.1", int(url.rpartition(":")[2]))
            clients.enter_context(socket.create_connection(address, timeout=20)).sendall(request)
        server.kill()
        server.wait()
        assert all(map(has_exited, workers))


def test_all_workers_see_what_one_of_them_saved(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with serving("--as-of", "2.0", "--state", str(state), "--workers", "2") as url:
        command = [sys.executable, "-m", "idc_standin", "token", "--state", str(state), "--email", "ada@example.org"]
        subprocess.run([*command, "--output", str(tmp_path / "ada")], check=True, capture_output=True)
        token = json.loads((tmp_path / "ada").read_text(encoding="utf-8"))["token_response"]["id_token"]
        head = {"Authorization": f"Bearer {token}"}
        spec = {"name": "one", "description": "", "filters": {"collection_id": ["tcga_read"]}}
        saved = httpx.post(f"{url}/v1/cohorts", json=spec, headers=head, timeout=60).json()
        listed = [httpx.get(f"{url}/v1/cohorts", headers=head, timeout=60).json() for _ in range(12)]
        assert [[one["cohort_id"] for one in answer["cohorts"]] for answer in listed] == [
            [saved["cohort_properties"]["cohort_id"]]
        ] * 12


@pytest.mark.parametrize("number", ["0", "-1", "two", "100", "1.5"])
def test_an_invalid_number_of_workers_is_a_one_line_error(number: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "idc_standin", "serve", "--workers", number], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "is not a number of processes (1 to 99)" in done.stderr
    assert done.stderr.count("\n") == 1
