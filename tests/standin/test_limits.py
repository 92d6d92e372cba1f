"""The limits of a request and of all requests at once: what is beyond them gets one sentence, and others are served."""

from __future__ import annotations

import http.server
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idc_standin import budget
from idc_standin.contract import Contract
from idc_standin.door import nesting
from idc_standin.v3.filters import Filters, apply
from idc_standin.v3.index import Index
from tests.standin.v3_requests import POSTS
from tests.support.standin_process import server_process, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


JSON = {"Content-Type": "application/json"}
V1_PATHS = ["/v1/cohorts/preview/manifest?Patient_ID=True", "/v1/cohorts/preview/query", "/v1/cohorts"]
V3_PATHS = [f"/v3/{path}" for path in POSTS] + ["/v3/sql"]
PATHS = [*V1_PATHS, *V3_PATHS]
HEALTH = ("/v3/health", "/v3/version", "/v3", "/v1/about")


def refused(answer: httpx.Response, status: int) -> str:
    """The sentence of a refusal, in the error shape of its generation."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    if answer.url.path.startswith("/v1"):
        assert (set(body), body["code"]) == ({"code", "message"}, status)
        return str(body["message"])
    assert answer.headers["strict-transport-security"]
    return str(body["detail"] if status == 400 else body["error"]["message"])


# --- one request -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
def test_a_body_of_more_than_8_megabytes_is_a_413(http: httpx.Client, ada: dict[str, str], path: str) -> None:
    too_large = b" " * (budget.BODY_BYTES + 1)
    assert "8,388,608" in refused(http.post(path, content=too_large, headers={**JSON, **ada}), 413)


@pytest.mark.parametrize("path", [V1_PATHS[0], V3_PATHS[0]])
def test_a_body_without_a_length_is_counted_while_it_arrives(http: httpx.Client, path: str) -> None:
    pieces = (b" " * 500_000 for _ in range(20))
    assert "8,388,608" in refused(http.post(path, content=pieces, headers=JSON), 413)


@pytest.mark.parametrize("path", [V1_PATHS[0], V3_PATHS[0]])
def test_more_than_150000_values_are_a_413_before_they_are_parsed(http: httpx.Client, path: str) -> None:
    body = b"[" + b"0," * 150_001 + b"0]"
    assert "150,000" in refused(http.post(path, content=body, headers=JSON), 413)


@pytest.mark.parametrize("depth", [129, 256, 500, 989, 990, 20_000])
@pytest.mark.parametrize("path", PATHS)
def test_json_that_is_nested_too_deeply_is_a_400_that_says_how_deep_it_may_be(
    http: httpx.Client, ada: dict[str, str], path: str, depth: int
) -> None:
    for body in ("[" * depth + "]" * depth, '{"a":' * depth + "0" + "}" * depth, "[" * depth):
        assert "128 levels" in refused(http.post(path, content=body, headers={**JSON, **ada}), 400)
    utf16 = ("[" * depth + "]" * depth).encode("utf-16")
    assert "128 levels" in refused(http.post(path, content=utf16, headers={**JSON, **ada}), 400)


@pytest.mark.parametrize("path", PATHS)
def test_json_of_128_levels_is_read_and_refused_for_what_it_says(
    http: httpx.Client, ada: dict[str, str], path: str
) -> None:
    answer = http.post(path, content="[" * 128 + "]" * 128, headers={**JSON, **ada})
    assert answer.status_code == (422 if "/v3/" in path else 400)
    assert "128 levels" not in answer.text


VALUES = st.recursive(
    st.none() | st.integers() | st.text(alphabet='ab[]{}\\"\n\u2222\u5b5b\U0001f4a9'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='a[{"\\'), inner, max_size=4),
    max_leaves=30,
)


def depth_of(value: Any) -> int:
    if isinstance(value, dict | list):
        return 1 + max((depth_of(inner) for inner in (value.values() if isinstance(value, dict) else value)), default=0)
    return 0


@given(VALUES, st.booleans(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be"]))
def test_the_depth_of_any_json_is_found_whatever_its_texts_hold(value: Any, ascii_only: bool, encoding: str) -> None:
    padded = [value, "0000"]  # four characters, by which an encoding is recognized
    body = json.dumps(padded, ensure_ascii=ascii_only).encode(encoding)
    assert max(nesting(body)) == depth_of(padded)


def test_a_long_body_that_is_all_brackets_is_looked_through_in_slices() -> None:
    assert len(list(nesting(b"[]" * 1_000_000))) > 5
    assert next(nesting(b"[" * 1_000_000)) > budget.BODY_DEPTH


def test_a_422_of_a_body_with_100000_mistakes_is_short(http: httpx.Client) -> None:
    numbers = ",".join(map(str, range(100_000)))
    members = ",".join(f'"x{number}": 1' for number in range(100_000))
    for body in (
        f'{{"filters": {{"terms": {{"Modality": [{numbers}]}}}}}}',
        f'{{"filters": {{"terms": {{{members}}}}}}}',
        f'{{"filters": {{"ranges": {{{members}}}}}}}',
        f"{{{members}}}",
    ):
        answer = http.post("/v3/cohort/counts", content=body, headers=JSON)
        assert answer.status_code == 422
        assert 0 < len(answer.json()["detail"]) <= 100


def test_headers_beyond_the_limit_are_a_400(http: httpx.Client) -> None:
    answer = http.get("/v3/health", headers={"X-Long": "a" * 400_000})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", PATHS)
def test_a_body_of_too_many_small_chunks_is_a_413(http: httpx.Client, ada: dict[str, str], path: str) -> None:
    for count in (budget.BODY_CHUNKS + 100, 100_000):
        answer = http.post(path, content=(b" " for _ in range(count)), headers={**JSON, **ada})
        assert "too many chunks" in refused(answer, 413)
        assert answer.headers["connection"] == "close"


def test_many_chunks_are_read_if_they_are_few_or_have_bytes_enough(http: httpx.Client) -> None:
    body = json.dumps(CITED).encode()
    wide = [b" " * budget.CHUNK_BYTES] * (2 * budget.BODY_CHUNKS)
    few = [b" "] * (budget.BODY_CHUNKS - len(body))
    for pieces in (few, wide):
        sent = [*pieces, *(body[i : i + 1] for i in range(len(body)))]
        answer = http.post("/v3/cohort/counts", content=iter(sent), headers=JSON)
        assert answer.json()["series"] > 0
        assert "connection" not in answer.headers


def test_chunks_that_arrive_at_once_are_answered_and_end_the_connection(http: httpx.Client) -> None:
    chunks = b"1\r\n \r\n" * 500_000
    for head, status in (
        (b"POST /v3/cohort/counts HTTP/1.1\r\nContent-Type: application/json\r\n", b"413"),
        (b"GET /v3/health HTTP/1.1\r\n", b"200"),  # reads no body
        (b"POST /v3/nothing HTTP/1.1\r\n", b"404"),
    ):
        with connected(str(http.base_url)) as client:
            client.sendall(head + b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
            answer = everything(client)
        assert answer.startswith(b"HTTP/1.1 " + status)
        assert answer.count(b"HTTP/1.1") == 1


# --- slow clients ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with little time for slow clients."""
    limits = {"HEADER_SECONDS": 0.5, "BODY_SECONDS": 0.5, "STALL_SECONDS": 0.5}
    with serving("--as-of", "2.0", "--state", str(tmp_path_factory.mktemp("hurried")), limits=limits) as url:
        yield url


def connected(url: str) -> socket.socket:
    connection = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def everything(connection: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    received = b""
    while part := connection.recv(65_536):
        received += part
    return received


def until_the_end(connection: socket.socket) -> bytes:
    """What was sent before the server broke the connection off."""
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            received += part
    return received


@pytest.mark.parametrize(("path", "shape"), [("/v1/cohorts/preview/query", b'{"code":408,'), ("/v3/sql", b'{"error":')])
@pytest.mark.parametrize("length", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
def test_a_body_that_does_not_arrive_is_a_408_and_ends_the_connection(
    hurried: str, path: str, shape: bytes, length: bytes
) -> None:
    with connected(hurried) as client:
        client.sendall(b"POST " + path.encode() + b" HTTP/1.1\r\nHost: x\r\n" + length + b"\r\n\r\n")
        client.sendall(b"5\r\n12345\r\n" if b"chunked" in length else b"12345")
        answer = everything(client)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"within 0.5 s" in answer
    assert shape in answer


@pytest.mark.parametrize("sent", [b"", b"GET /v3/hea", b"GET /v3/health HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_client_that_does_not_send_its_headers_is_disconnected(hurried: str, sent: bytes) -> None:
    with connected(hurried) as client:
        client.sendall(sent)
        assert everything(client) == b""


def test_the_second_request_of_a_connection_has_the_same_time_for_its_headers(hurried: str) -> None:
    request = b"GET /v3/health HTTP/1.1\r\nHost: x\r\n\r\n"
    with connected(hurried) as client:
        client.sendall(request)
        answer = b""
        while not answer.endswith(b'{"status":"ok"}'):
            answer += client.recv(1000)
        assert answer.startswith(b"HTTP/1.1 200 ")
        client.sendall(request[:20])
        assert everything(client) == b""


def test_a_client_that_does_not_read_is_disconnected_and_a_slow_one_is_not(hurried: str) -> None:
    body = json.dumps({"filters": {"terms": {"Modality": ["CT", "MR"]}}, "limit": 400_000}).encode()
    head = "POST /v3/cohort/manifest.txt HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    asked = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    with connected(hurried) as idle, connected(hurried) as slow:
        for client in (idle, slow):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            client.sendall(asked)
        head, _, begun = slow.recv(65_536).partition(b"\r\n\r\n")
        length, got = int(head.lower().partition(b"content-length: ")[2].split()[0]), len(begun)
        while got < length:
            got += (part := len(slow.recv(65_536)))
            assert part
            time.sleep(0.005)
        assert length > 20_000_000
        time.sleep(1)
        assert len(until_the_end(idle)) < length


# --- requests at once --------------------------------------------------------------------------------------------


@contextmanager
def hanging_registry() -> Iterator[tuple[str, threading.Semaphore, threading.Event]]:
    """A resolver of DOIs that does not answer before the event; its URL, and a count of its requests."""
    asked, end = threading.Semaphore(0), threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.release()
            end.wait(60)
            self.send_error(503)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked, end
    finally:
        end.set()
        server.shutdown()
        server.server_close()


CITED = {"filters": {"terms": {"collection_id": ["rider_pilot"]}}}


def test_sixty_requests_that_hang_keep_no_other_from_being_answered(tmp_path: Path) -> None:
    with (
        hanging_registry() as (registry, asked, end),
        serving("--state", str(tmp_path), "--doi-resolver", registry, "--datacite", registry) as url,
        ThreadPoolExecutor(60) as pool,
        httpx.Client(base_url=url, timeout=10) as client,
    ):
        hanging = [pool.submit(httpx.post, f"{url}/v3/citations", json=CITED, timeout=60) for _ in range(60)]
        for _ in range(budget.LANES["citations"].running):
            assert asked.acquire(timeout=20)
        for path in HEALTH:
            assert client.get(path).status_code == 200
        assert client.post("/v3/cohort/counts", json=CITED).json()["series"] > 0
        assert client.get("/v1/collections").status_code == 200
        assert client.post("/v3/sql", json={"sql": "SELECT 1"}).status_code == 200
        assert not any(future.done() for future in hanging)
        end.set()


def test_a_request_that_waits_too_long_or_behind_too_many_is_a_503_that_says_when_to_come_again(tmp_path: Path) -> None:
    lanes = "{**budget.LANES, 'citations': budget.Lane(running=1, waiting=1, seconds=1.0)}"
    options = ("--state", str(tmp_path))
    with (
        hanging_registry() as (registry, asked, end),
        serving(*options, "--doi-resolver", registry, "--datacite", registry, limits={"LANES": Verbatim(lanes)}) as url,
        ThreadPoolExecutor(3) as pool,
    ):
        running = pool.submit(httpx.post, f"{url}/v3/citations", json=CITED, timeout=60)
        assert asked.acquire(timeout=20)
        waiting = pool.submit(httpx.post, f"{url}/v3/citations", json=CITED, timeout=60)
        answers = [waiting.result(20)]
        assert "busy for 1 s" in refused(answers[0], 503)
        # A client that leaves gives its place in the queue back.
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{url}/v3/citations", json=CITED, timeout=0.2)
        waiting = pool.submit(httpx.post, f"{url}/v3/citations", json=CITED, timeout=60)
        time.sleep(0.3)
        answers.append(httpx.post(f"{url}/v3/citations", json=CITED, timeout=60))
        assert "too many" in refused(answers[1], 503)
        answers.append(waiting.result(20))
        assert "busy for 1 s" in refused(answers[2], 503)
        assert {answer.headers["retry-after"] for answer in answers} == {str(budget.RETRY_SECONDS)}
        assert not running.done()
        end.set()


def test_responses_that_wait_for_slow_clients_are_few_and_others_get_a_503(tmp_path: Path) -> None:
    lanes = "{**budget.LANES, 'pages': budget.Lane(running=1, waiting=0, seconds=1.0)}"
    limits = {"SENDING_BYTES": 3_000_000, "LARGE_RESPONSE": 200_000, "WAITING_RESULTS": 1, "LANES": Verbatim(lanes)}
    page = ("/v3/cohort/manifest", {"filters": {"terms": {"Modality": ["CT"]}}, "page_size": 2_000})
    result = ("/v3/sql", {"sql": "SELECT SeriesInstanceUID, StudyInstanceUID FROM index", "max_rows": 10_000})
    with (
        serving("--state", str(tmp_path), limits=limits) as url,
        ThreadPoolExecutor(2) as pool,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        with connected(url) as idle:  # it does not read, and its 20 MB take all the room that there is
            idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            body = json.dumps({"filters": {"terms": {"Modality": ["CT", "MR"]}}, "limit": 400_000}).encode()
            head = "POST /v3/cohort/manifest.txt HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            idle.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            assert idle.recv(100).startswith(b"HTTP/1.1 200 ")
            waiting = [pool.submit(client.post, path, json=body) for path, body in (page, result)]
            time.sleep(1)
            answers = [client.post(path, json=body) for path, body in (page, result)]
            assert "too many requests" in refused(answers[0], 503)
            assert "too many large results" in refused(answers[1], 503)
            assert all(answer.headers["retry-after"] == str(budget.RETRY_SECONDS) for answer in answers)
            assert client.get("/v3/health").status_code == 200
            assert not any(future.done() for future in waiting)
        assert [future.result(30).status_code for future in waiting] == [200, 200]


class Verbatim(str):
    """Python text as the value of a limit."""

    __repr__ = str.__str__


@pytest.mark.parametrize("source", ["aws", "gcs"])
def test_a_list_that_is_fetched_in_pieces_has_every_address_once(http: httpx.Client, source: str) -> None:
    body = {"filters": {"terms": {"Modality": ["CT"]}}, "source": source}
    for limit in (1, budget.FETCHED_ROWS, 2 * budget.FETCHED_ROWS + 1):
        text = http.post("/v3/cohort/manifest.txt", json=body | {"limit": limit}).text
        assert text.endswith("\n")
        assert len(set(text.splitlines())) == text.count("\n") == limit


def test_all_lanes_together_take_fewer_threads_than_the_framework_has() -> None:
    assert sum(lane.running for lane in budget.LANES.values()) < 40


def test_every_operation_of_the_budget_is_one_of_the_document_with_a_known_lane() -> None:
    known = {operation.id for operation in Contract().operations}
    assert budget.OPERATIONS.keys() <= known
    assert {lane for lane in budget.OPERATIONS.values() if lane} <= budget.LANES.keys()


def test_the_document_declares_what_the_limits_answer() -> None:
    for operation in Contract().operations:
        # SQL has no lane: its own processes have a queue, and a 503.
        limited = budget.OPERATIONS.get(operation.id, budget.OTHERS) is not None or operation.id == "runSql"
        assert ("503" in operation.answers) is limited, operation.id
        assert ({"408", "413"} <= operation.answers.keys()) is (operation.body is not None), operation.id


# --- what is kept ------------------------------------------------------------------------------------------------


def test_selections_of_megabytes_leave_only_what_they_select_in_memory(
    archive_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "CACHED_SELECTIONS", 5)
    index = Index(archive_file)
    for number in range(12):
        index.find(apply(Filters({"PatientID": [f"{number}" + "x" * 1_000_000]}, {})))
    assert len(index._found) == 5
    assert max(map(len, index._found)) == 32
    assert index._held == 5 * budget.CACHE_ENTRY_BYTES
    monkeypatch.setattr(budget, "CACHED_BYTES_V3", 1_000_000)
    for modality in ("CT", "MR", "SEG"):
        assert len(index.find(apply(Filters({"Modality": [modality]}, {}))).numbers) > 100_000
    assert len(index._found) == 1  # the last one is kept, whatever its size
    index.close()


def test_a_large_body_is_given_back_when_its_request_is_answered(tmp_path: Path) -> None:
    with server_process("--state", str(tmp_path)) as (process, url), httpx.Client(base_url=url, timeout=60) as client:
        sizes = []
        assert client.get("/v1/about").status_code == 200  # v1 is loaded, which takes memory, too
        for number in range(12):
            body = {"filters": {"terms": {"SeriesInstanceUID": [f"{number}." + "1" * 5_000_000]}}}
            assert client.post("/v3/cohort/counts", json=body).json()["series"] == 0
            status = Path(f"/proc/{process.pid}/status")
            if not status.exists():
                pytest.skip("looks for memory in /proc")
            sizes.append(int(status.read_text(encoding="ascii").partition("VmRSS:")[2].split()[0]) // 1024)
        assert sizes[-1] - sizes[3] < 25  # MB; the eight texts between them have 40
