"""A statement harms its own process at most: crashes, time, memory, sizes, queues, the ends of clients and servers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from idc_standin.budget import MB, SQL
from idc_standin.v3.sql.guard import Refused, select
from idc_standin.v3.sql.process import FOLDERS, LOCK, Folder
from tests.standin.v3_requests import refusal
from tests.support.standin_process import server_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")

LONG = "SELECT sleep_ms(600000)"


def sql(http: httpx.Client, statement: str, **members: Any) -> httpx.Response:
    return http.post("/v3/sql", json={"sql": statement, **members})


@contextmanager
def limited(limits: str, *options: str) -> Iterator[str]:
    """The URL of a stand-in with other limits of SQL."""
    with server_process(*options, first=f"budget.SQL = budget.SqlLimits({limits})") as (_, url):
        yield url


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A stand-in whose statements may take four seconds."""
    state = str(tmp_path_factory.mktemp("state"))
    options = ("--check-answers", "--state", state)
    with limited("seconds=4", *options) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


def workers_of(server: int) -> list[int]:
    """The processes for SQL of a server process, and of those that it has started."""
    found = []
    for children in Path(f"/proc/{server}/task").glob("*/children"):
        for child in map(int, children.read_text(encoding="ascii").split()):
            command = Path(f"/proc/{child}/cmdline").read_bytes()
            found += [child] if b"v3.sql.worker" in command else workers_of(child)
    return found


def settings_of(worker: int) -> dict[str, Any]:
    """What a process for SQL was started with."""
    found: dict[str, Any] = json.loads(Path(f"/proc/{worker}/cmdline").read_bytes().split(b"\0")[-2])
    return found


def eventually(what: Callable[[], Any]) -> Any:
    """What is true within a while."""
    for _ in range(400):
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come true")


@contextmanager
def asking(http: httpx.Client, statement: str, clients: int) -> Iterator[list[Any]]:
    """A statement that many clients send at the same time; gives the futures of their answers."""
    url = str(http.base_url.join("/v3/sql"))
    with ThreadPoolExecutor(clients) as threads:
        yield [threads.submit(httpx.post, url, json={"sql": statement}, timeout=60) for _ in range(clients)]


# --- one statement ---------------------------------------------------------------------------------------------------

CRASHES = {
    "json": "SELECT json_transform('1', repeat('[',30000)||'\"INT\"'||repeat(']',30000))",
    "brackets": "SELECT " + "(" * 40_000 + "1" + ")" * 40_000,
    "operators": "SELECT " + "-".join("1" * 40_000),
}


@pytest.mark.parametrize("statement", CRASHES.values(), ids=CRASHES)
def test_a_statement_that_ends_its_process_gets_one_sentence_and_no_other_one_is_affected(
    quick: httpx.Client, statement: str
) -> None:
    with asking(quick, "SELECT sleep_ms(1000), 7 AS n", 1) as (other,):
        assert refusal(sql(quick, statement)).count("\n") < 5
        assert other.result().json()["rows"][0]["n"] == 7
    assert sql(quick, "SELECT 1 AS n").json()["rows"] == [{"n": 1}]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT levenshtein(repeat('ab', 100000), repeat('ba', 100000))",
        "SELECT count(*) FROM index a, index b WHERE a.SeriesInstanceUID < b.StudyInstanceUID",
        LONG,
    ],
)
def test_a_statement_that_takes_too_long_is_stopped_inside_of_one_value_too(
    quick: httpx.Client, statement: str
) -> None:
    answer = sql(quick, statement)
    assert answer.status_code == 504
    assert answer.json()["error"]["code"] == "query_timeout"
    assert "4 s" in answer.json()["error"]["message"]
    assert sql(quick, "SELECT 1 AS n").json()["rows"] == [{"n": 1}]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT len(range(600000000))",
        "SELECT list(SeriesInstanceUID || r) FROM index, range(200) AS t(r)",
        "SELECT string_agg(SeriesInstanceUID || r, '') FROM index, range(200) AS t(r)",
        "SELECT repeat('x', 900000000)",
    ],
)
def test_a_statement_that_needs_too_much_memory_is_refused_with_the_figure(http: httpx.Client, statement: str) -> None:
    assert f"{SQL.engine_memory // MB} MB of memory" in refusal(sql(http, statement))
    assert sql(http, "SELECT 1 AS n").json()["rows"] == [{"n": 1}]


def test_where_the_address_space_cannot_be_bounded_the_server_watches_the_memory(tmp_path: Path) -> None:
    limits = "address_space=9 * 10**11, resident=3 * 10**8"
    with limited(limits, "--state", str(tmp_path)) as url, httpx.Client(base_url=url, timeout=60) as http:
        assert "MB of memory" in refusal(sql(http, "SELECT len(range(600000000))"))
        assert sql(http, "SELECT 1 AS n").json()["rows"] == [{"n": 1}]


def test_a_statement_uses_no_more_disk_than_it_may(tmp_path: Path) -> None:
    limits = "processes=1, engine_memory=10**8, spill=40 * budget.MB"
    with (
        server_process("--state", str(tmp_path), first=f"budget.SQL = budget.SqlLimits({limits})") as (server, url),
        httpx.Client(base_url=url, timeout=60) as http,
    ):
        sorting = "SELECT md5(range::VARCHAR) AS r FROM range(3000000) ORDER BY r LIMIT 1 OFFSET 2000000"
        assert sql(http, "SELECT 1 AS n").json()["rows"] == [{"n": 1}]  # now its process is ready
        with asking(http, "SELECT sleep_ms(20000)", 1) as (answer,):
            (worker,) = eventually(lambda: workers_of(server.pid))
            folder = Path(settings_of(worker)["spill"])
            folder.mkdir(exist_ok=True)
            (folder / "what the engine did not count").write_bytes(bytes(50 * MB))
            assert "40 MB of disk" in refusal(answer.result())
        assert "40 MB of disk" in refusal(sql(http, sorting))


def test_a_large_sort_is_done_on_disk_and_leaves_nothing_there(http: httpx.Client) -> None:
    found = sql(http, "SELECT * FROM index ORDER BY md5(SeriesInstanceUID)", max_rows=1).json()
    assert (found["row_count"], found["truncated"]) == (1, True)


def test_a_result_is_cut_where_it_has_too_many_bytes_and_says_so(http: httpx.Client) -> None:
    most = SQL.result_bytes
    answer = sql(http, "SELECT repeat('x', 100000) AS t FROM range(2000)", max_rows=2000)
    found = answer.json()
    assert (found["truncated"], found["row_count"]) == (True, len(found["rows"]))
    assert most - 200_000 < len(answer.content) < most + 1000
    wide = "SELECT repeat('x', 12000000) AS a, repeat('y', 12000000) AS b, repeat('z', 12000000) AS c"
    assert f"more than {most // MB} MB" in refusal(sql(http, wide))


def test_a_result_that_fits_exactly_is_complete(http: httpx.Client) -> None:
    found = sql(http, "SELECT * FROM range(500)", max_rows=500).json()
    assert (found["row_count"], found["truncated"]) == (500, False)


HOSTILE = {
    "dollar quotes": " ".join(f"$t{number}$" for number in range(20_000)),
    "quotes": "'" * 99_001,
    "escaped quotes": "e'\\'" * 24_000,
    "comments": "/*" * 49_000,
    "closed comments": "/**/" * 24_000,
    "line comments": "--\n" * 33_000,
    "semicolons": "a;" * 49_000,
    "dollars": "$" * 99_000,
    "names": "$a" * 49_000,
    "words": "a " * 49_000,
    "one word": "e" * 99_000 + "'",
    "minus": "- " * 49_000,
}


def test_any_text_is_read_in_time_linear_in_its_length() -> None:
    """In a process of so many seconds of CPU that reading twice over would exceed them."""
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (8, 8))\n"
        "from contextlib import suppress\n"
        "from tests.standin.test_v3_sql_processes import HOSTILE, Refused, select\n"
        "for text in HOSTILE.values():\n"
        "    with suppress(Refused): select('SELECT ' + text[:99_990])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_statement_that_is_too_long_is_refused_with_both_figures(http: httpx.Client) -> None:
    said = refusal(sql(http, "SELECT " + " OR ".join(["Modality = 'CT'"] * 20_000) + " FROM index"))
    assert f"{SQL.characters:,}" in said
    with pytest.raises(Refused, match="characters"):
        select("SELECT '" + "x" * 4_000_000 + "'")


def test_the_table_of_deviations_has_the_figures_that_hold() -> None:
    rows = yaml.safe_load((files("idc_standin.v3") / "deviations.yaml").read_text(encoding="utf-8"))
    reported = {row["id"]: " ".join(row["standin"].split()) for row in rows}
    limits = SQL
    for figure in (limits.engine_memory, limits.resident, limits.spill):
        assert f"{figure // MB} MB" in reported["memory"]
    assert f"{limits.characters:,} characters" in reported["statement-sizes"]
    assert f"{limits.result_bytes // MB} MB of JSON" in reported["statement-sizes"]
    for figure in (f"to {limits.queue} wait", f"to {limits.queue_seconds:g} s", f"{limits.seconds:g} s count"):
        assert figure in reported["statement-queue"]


# --- many statements -------------------------------------------------------------------------------------------------


def test_slow_statements_keep_no_other_call_waiting(quick: httpx.Client) -> None:
    with asking(quick, LONG, 40) as answers:
        time.sleep(0.5)
        for path in ("/v3/health", "/v1/about", "/v3/version"):
            assert quick.get(path).status_code == 200
        assert not any(answer.done() and answer.result().status_code == 504 for answer in answers)


def test_a_statement_that_finds_no_process_in_time_gets_503_and_when_to_try_again(tmp_path: Path) -> None:
    with (
        limited("queue=2, queue_seconds=0.5", "--check-answers", "--state", str(tmp_path)) as url,
        httpx.Client(base_url=url) as http,
        asking(http, "SELECT sleep_ms(2500)", 6) as futures,
    ):
        answers = [future.result() for future in futures]
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503, 503, 503]
    busy = [answer for answer in answers if answer.status_code == 503]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in busy)
    assert all("busy" in answer.json()["error"]["message"] for answer in busy)


def test_a_statement_ends_when_its_client_leaves(tmp_path: Path) -> None:
    limits = "seconds=600, queue_seconds=0.3"
    body = b'{"sql": "%s"}' % LONG.encode()
    head = b"POST /v3/sql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with limited(limits, "--state", str(tmp_path)) as url, httpx.Client(base_url=url, timeout=60) as http:
        clients = [socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) for _ in range(2)]
        for client in clients:
            client.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        eventually(lambda: sql(http, "SELECT 1").status_code == 503)
        for client in clients:
            client.close()
        eventually(lambda: sql(http, "SELECT 1").status_code == 200)


def test_several_server_processes_share_the_processes_for_sql(tmp_path: Path) -> None:
    with server_process("--retired", "--workers", "2", "--state", str(tmp_path)) as (server, url):
        with httpx.Client(base_url=url) as http, asking(http, "SELECT sleep_ms(500)", 12) as answers:
            assert {answer.result().status_code for answer in answers} == {200}
        assert 1 <= len(workers_of(server.pid)) <= 2


# --- the ends of processes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "options"),
    [(signal.SIGTERM, ()), (signal.SIGINT, ()), (signal.SIGKILL, ()), (signal.SIGTERM, ("--workers", "2"))],
)
def test_the_end_of_the_server_ends_statements_in_silence_and_leaves_no_process_and_no_folder(
    number: signal.Signals, options: tuple[str, ...], tmp_path: Path
) -> None:
    state = ("--retired", "--state", str(tmp_path))
    with (
        server_process(*state, *options, stderr=subprocess.PIPE) as (server, url),
        httpx.Client(base_url=url) as http,
        asking(http, LONG, 6) as answers,
    ):
        workers = eventually(lambda: len(found := workers_of(server.pid)) == 2 and found)
        folders = {Path(settings_of(pid)["folder"]) for pid in workers}
        assert all(folder.is_dir() for folder in folders)
        server.send_signal(number)
        _, complaint = server.communicate(timeout=30)
        assert complaint == ""
        failures = [answer.exception() or answer.result().status_code for answer in answers]
    assert all(failure == 503 or isinstance(failure, httpx.TransportError) for failure in failures)
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert not any(folder.exists() for folder in folders)


def test_only_the_folders_of_servers_that_were_killed_are_removed(tmp_path: Path) -> None:
    def old(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (0, 0))
        os.utime(path.parent, (0, 0))
        return path

    kept = [old(tmp_path / "sql-course" / "lock"), old(tmp_path / f"{FOLDERS}course" / "notes.sql")]
    old(tmp_path / f"{FOLDERS}killed" / LOCK)
    held = Folder(tmp_path)
    os.utime(held.path / LOCK, (0, 0))
    Folder(tmp_path).remove()
    assert all(path.exists() for path in kept)
    assert held.path.is_dir()
    assert not (tmp_path / f"{FOLDERS}killed").exists()
    held.remove()


def test_a_process_that_is_killed_from_outside_is_replaced(tmp_path: Path) -> None:
    with server_process("--retired", "--state", str(tmp_path)) as (server, url), httpx.Client(base_url=url) as http:
        for _ in range(3):
            assert sql(http, "SELECT 1 AS n").json()["rows"] == [{"n": 1}]
            for pid in workers_of(server.pid):
                os.kill(pid, signal.SIGKILL)
            eventually(lambda: not workers_of(server.pid))


def test_a_process_for_sql_has_nothing_of_the_environment_of_the_server(tmp_path: Path) -> None:
    environment = os.environ | {"SOMEBODYS_PASSWORD": "secret"}
    with server_process("--retired", "--state", str(tmp_path), env=environment) as (server, url):
        assert httpx.post(f"{url}/v3/sql", json={"sql": "SELECT 1"}).status_code == 200
        for pid in workers_of(server.pid):
            assert b"=" not in Path(f"/proc/{pid}/environ").read_bytes()
