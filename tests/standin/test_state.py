"""The state folder when it is full, read-only, locked, or its server is killed: nothing acknowledged is lost."""

from __future__ import annotations

import ctypes
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.standin.conftest import bearer
from tests.standin.v1_requests import CT, listed, refused, save
from tests.support.standin_process import server_process, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
"""


def user(state: Path, email: str = "ada@example.org") -> dict[str, str]:
    """Headers of a user of the stand-in of a state folder."""
    path = state.parent / f"{email}.json"
    command = [sys.executable, "-m", "idc_standin", "token", "--state", str(state), "--email", email]
    subprocess.run([*command, "--output", str(path)], check=True, capture_output=True)
    return bearer(path)


@contextmanager
def client(state: Path, *options: str, **more: Any) -> Iterator[httpx.Client]:
    """A client of a server of its own on a state folder."""
    options = ("--as-of", "2.0", "--state", str(state), *options)
    with server_process(*options, **more) as (_, url), httpx.Client(base_url=url, timeout=30) as http:
        yield http


def unavailable(response: httpx.Response) -> str:
    """The sentence of a 503."""
    refused(response, status=503)
    assert int(response.headers["retry-after"]) > 0
    return str(response.json()["message"])


# --- previews ----------------------------------------------------------------------------------------------------


def test_previews_of_any_size_leave_nothing_in_the_state_folder(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with client(state) as http:
        before = {path.name: path.stat().st_size for path in state.iterdir()}
        for number in range(5):
            long = [f"no such patient {number} " + "x" * 7_000_000, "TCGA-CL-5917"]
            spec = {"name": "n", "description": "", "filters": {"PatientID": long}}
            more: dict[str, Any] = {"json": spec, "timeout": 60}
            params = {"SOPInstanceUID": "True", "page_size": 3}
            page = http.post("/v1/cohorts/preview/manifest", params=params, **more).json()
            following = {"next_page": page["next_page"], "page_size": 3}
            assert http.post("/v1/cohorts/preview/manifest", params=following, **more).status_code == 200
        assert {path.name: path.stat().st_size for path in state.iterdir()} == before


def test_a_state_file_that_still_has_previews_of_earlier_versions_gives_their_room_back(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with client(state) as http:
        ada = user(state)
        number = save(http, ada)
    path = state / "cohorts.sqlite"
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE queries (id TEXT PRIMARY KEY, content TEXT NOT NULL, used REAL NOT NULL)")
        file.execute("INSERT INTO queries VALUES ('x', ?, 0)", ["x" * 5_000_000])
    assert path.stat().st_size > 5_000_000
    with client(state) as http:
        assert number in listed(http, ada)
    assert path.stat().st_size < 100_000


@pytest.mark.parametrize("change", [{"Modality": ["MR"]}, {"Modality": ["CT", "MR"]}, {"BodyPartExamined": ["LUNG"]}])
def test_a_page_token_with_other_filters_is_a_400_that_says_so(
    http: httpx.Client, change: dict[str, list[str]]
) -> None:
    path, params = "/v1/cohorts/preview/manifest", {"Patient_ID": "True", "page_size": 1}
    token = http.post(path, params=params, json=CT).json()["next_page"]
    renamed = {**CT, "name": "another name", "description": "another description"}
    assert http.post(path, params={"next_page": token}, json=renamed).status_code == 200
    other = http.post(path, params={"next_page": token}, json={**CT, "filters": change})
    refused(other, f"Invalid next_page token {token} (it is for other filters or fields")


def test_a_page_token_of_a_query_with_other_fields_is_a_400_that_says_so(http: httpx.Client) -> None:
    def body(*fields: str) -> dict[str, Any]:
        return {"cohort_def": CT, "queryFields": {"fields": list(fields)}}

    path = "/v1/cohorts/preview/query"
    token = http.post(path, params={"page_size": 1}, json=body("PatientID")).json()["next_page"]
    assert http.post(path, params={"next_page": token}, json=body("PatientID")).status_code == 200
    for fields in (("Modality",), ("PatientID", "Modality")):
        other = http.post(path, params={"next_page": token}, json=body(*fields))
        refused(other, f"Invalid next_page token {token} (it is for other filters or fields")


# --- a folder that cannot be written -----------------------------------------------------------------------------


def test_a_locked_state_is_a_503_after_two_seconds_and_reading_goes_on(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with client(state) as http, closing(sqlite3.connect(state / "cohorts.sqlite", isolation_level=None)) as other:
        ada, eve = user(state), user(state, "eve@example.org")
        number = save(http, ada)
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(14) as pool:  # if each of them waited for the one before, the last would time out
            saves = [pool.submit(http.post, "/v1/cohorts", json=CT, headers=ada, timeout=20) for _ in range(13)]
            deletion = pool.submit(http.delete, f"/v1/cohorts/{number}", headers=ada)
            assert set(listed(http, ada)) == {number}
            assert http.post("/v1/cohorts/preview/manifest?Patient_ID=True", json=CT).status_code == 200
            sentences = {unavailable(future.result()) for future in [*saves, deletion]}
        assert "locked" in sentences.pop()
        assert not sentences
        unavailable(http.get("/v1/users/account_details", headers=eve))  # somebody new cannot be written down
        other.execute("ROLLBACK")
        assert set(listed(http, ada)) == {number}
        assert save(http, ada) > number


@pytest.mark.skipif(sys.platform == "win32", reason="has no limits of the sizes of files")
def test_a_full_state_is_a_503_and_what_was_acknowledged_is_still_there_and_read(tmp_path: Path) -> None:
    state = tmp_path / "state"
    large = {"filters": {"PatientID": ["x" * 50_000]}}
    with client(state, first=LIMITED) as http:  # a file that grows beyond the limit fails as on a full disk
        ada = user(state)
        acknowledged = set()
        for _ in range(40):
            response = http.post("/v1/cohorts", json={**CT, **large}, headers=ada)
            if response.status_code == 200:
                acknowledged.add(response.json()["cohort_properties"]["cohort_id"])
            else:
                assert "full" in unavailable(response)
        assert 0 < len(acknowledged) < 40
        assert set(listed(http, ada)) == acknowledged
        assert http.get("/v3/health").status_code == 200
    with client(state) as http:
        assert set(listed(http, ada)) == acknowledged
        assert save(http, ada) not in acknowledged


def obey_modes() -> None:
    """Take from root, in a process to be, what lets it write where modes forbid that (CAP_DAC_OVERRIDE)."""
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux" and not os.geteuid(), reason="modes of folders do not hold root")
def test_a_read_only_state_is_served_and_saves_are_a_503_until_it_can_be_written(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with client(state) as http:
        ada = user(state)
        number = save(http, ada)
    (state / "cohorts.sqlite").chmod(0o444)
    state.chmod(0o555)
    popen: dict[str, Any] = {} if os.geteuid() else {"preexec_fn": obey_modes}
    with client(state, stderr=subprocess.DEVNULL, **popen) as http:
        assert set(listed(http, ada)) == {number}
        assert http.get(f"/v1/cohorts/{number}/manifest?Patient_ID=True", headers=ada).status_code == 200
        assert "cannot be written" in unavailable(http.post("/v1/cohorts", json=CT, headers=ada))
        assert "cannot be written" in unavailable(http.delete(f"/v1/cohorts/{number}", headers=ada))
        state.chmod(0o755)
        (state / "cohorts.sqlite").chmod(0o644)
        another = save(http, ada)
        assert set(listed(http, ada)) == {number, another}


def keep_saving(url: str, head: dict[str, str], acknowledged: set[int]) -> None:
    """Save cohorts until the server is gone."""
    with httpx.Client(base_url=url, timeout=30) as http, suppress(httpx.TransportError):
        while True:
            acknowledged.add(save(http, head))


def test_nothing_acknowledged_is_lost_when_the_server_is_killed_while_it_saves(tmp_path: Path) -> None:
    state = tmp_path / "state"
    acknowledged: set[int] = set()
    ada: dict[str, str] = {}
    for _ in range(3):
        with server_process("--as-of", "2.0", "--state", str(state)) as (process, url):
            ada = ada or user(state)
            savers = [threading.Thread(target=keep_saving, args=(url, ada, acknowledged)) for _ in range(4)]
            for saver in savers:
                saver.start()
            before = len(acknowledged)
            while len(acknowledged) < before + 30:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            for saver in savers:
                saver.join()
    with serving("--as-of", "2.0", "--state", str(state)) as url, httpx.Client(base_url=url, timeout=30) as http:
        assert acknowledged <= set(listed(http, ada))
