"""Walks that go on where an earlier one was."""

import asyncio
import itertools
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idc_ext import CheckpointError, DataReleaseChanged, InvalidRequest, PagingError, connect, v3
from idc_ext._http.calls import Call
from tests.support.v3_service import RIDER, VERSION, client, manifest_service, row
from tests.support.walks import ROWS, UIDS, linked, manifest, resealed, uids


@given(stops=st.lists(st.integers(0, 6), max_size=8), size=st.integers(1, 5), ahead=st.integers(0, 3))
def test_a_walk_that_is_left_again_and_again_gives_every_row_but_that_in_hand_once(
    tmp_path_factory: pytest.TempPathFactory, stops: list[int], size: int, ahead: int
) -> None:
    path, got = tmp_path_factory.mktemp("walk") / "checkpoint", []
    for stop in stops:
        for n, one in enumerate(manifest(size, checkpoint=path, ahead=ahead)):
            if n == stop:
                break  # with this row in hand: it comes again
            got.append(one.series_instance_uid)
        else:
            break
    else:
        got += uids(manifest(size, checkpoint=path, ahead=ahead))
    assert got == UIDS
    assert not path.exists()


@given(stop=st.integers(0, 11), size=st.integers(1, 5), most=st.none() | st.integers(0, 12))
def test_a_sync_walk_resumes_async_and_counts_the_rows_before(
    tmp_path_factory: pytest.TempPathFactory, stop: int, size: int, most: int | None
) -> None:
    path = tmp_path_factory.mktemp("walk") / "checkpoint"
    rows = manifest(size, checkpoint=path, max_items=most)

    async def some() -> list[str]:
        got: list[str] = []
        async for one in rows:
            if len(got) == stop:
                break
            got.append(one.series_instance_uid)
        return got

    got = asyncio.run(some())
    if path.exists():
        got += uids(rows)
    assert got == UIDS[:most]


def test_after_every_page_the_checkpoint_says_so_and_is_its_owners_alone(tmp_path: Path) -> None:
    path, done = tmp_path / "checkpoint", []
    for _ in manifest(4, checkpoint=path).pages():
        done.append(json.loads(path.read_text())["position"] if path.exists() else None)
        assert not path.exists() or os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert done[0] is None
    assert [(one["token"], one["rows"], one["total"], one["release"]) for one in done[1:]] == [
        ("1", 4, 11, "v25 (25.0.5)"),
        ("2", 8, 11, "v25 (25.0.5)"),
    ]
    assert not path.exists()


def test_only_what_is_left_is_asked_for(tmp_path: Path) -> None:
    asked = []

    def answer(path: str, body: Any) -> Any:
        asked.append(body.get("page", path))
        return manifest_service(ROWS)(path, body)

    rows = manifest(4, answer, checkpoint=tmp_path / "checkpoint")
    pages = rows.pages()
    assert len([next(pages), next(pages)]) == 2
    pages.close()
    asked.clear()
    assert [len(page.rows) for page in rows.pages()] == [4, 3]
    assert asked == ["/v3/version", 1, 2, "/v3/version"]


def left(path: Path, rows: Any) -> None:
    """Walk five rows and leave."""
    for n, _ in enumerate(rows):
        if n == 5:
            break
    assert path.exists()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (lambda path: manifest(5, checkpoint=path), "another request"),
        (lambda path: v3.manifest(client(manifest_service(ROWS)), {"Modality": "CT"}, page_size=3), "another request"),
        (
            lambda path: v3.manifest(
                connect("http://127.0.0.1:10", transport=httpx.MockTransport(lambda _: httpx.Response(500))),
                RIDER,
                page_size=3,
            ),
            "another request",
        ),
    ],
)
def test_a_checkpoint_of_another_request_is_refused_and_stays(tmp_path: Path, other: Any, says: str) -> None:
    path = tmp_path / "checkpoint"
    left(path, manifest(3, checkpoint=path))
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match=f"{says}.*remove it to start anew"):
        list(other(path).walk(checkpoint=path))
    assert path.read_bytes() == before
    assert uids(manifest(3, checkpoint=path)) == UIDS[5:]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"idc_ext_checkpoint": 2}', b'{"position": {"rows": -1}}'],
)
def test_what_is_no_checkpoint_is_refused_and_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        list(manifest(checkpoint=path))
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rows": -1}, "not a checkpoint"),
        ({"rows": "3"}, "not a checkpoint"),
        ({"token": 7}, "not a checkpoint"),
        ({"more": 1}, "not a checkpoint"),
    ],
)
def test_a_checkpoint_that_was_changed_is_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    path = tmp_path / "checkpoint"
    left(path, manifest(3, checkpoint=path))
    said = json.loads(path.read_text())
    path.write_text(resealed({**said, "position": {**said["position"], **change}}))
    with pytest.raises(CheckpointError, match=says):
        list(manifest(3, checkpoint=path))


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("within", -3),
        ("within", "3"),
        ("within", 1.0),
        ("within", True),
        ("within", None),
        ("within", 10**30),
        ("finished", "yes"),
        ("position", None),
        ("output", []),
        ("rows", True),
        ("rows", 12),
        ("skip", -1),
        ("total", 2),
        ("total", "11"),
        ("token", 0),
        ("release", 25),
        ("last", "c"),
        ("last", [1]),
    ],
)
def test_nonsense_in_a_checkpoint_is_refused_in_one_sentence_and_stays(tmp_path: Path, change: str, value: Any) -> None:
    path = tmp_path / "checkpoint"
    left(path, manifest(3, checkpoint=path))
    document = json.loads(path.read_text())
    (document if change in document else document["position"])[change] = value
    path.write_text(resealed(document))
    before = path.read_bytes()
    with pytest.raises(
        CheckpointError, match=r"is damaged, or not a checkpoint; remove it to start anew|another output"
    ):
        list(manifest(3, checkpoint=path))
    assert path.read_bytes() == before


# One walk at a time:

HOLDS = """
import sys
from tests.support.walks import manifest
walk = iter(manifest(3, checkpoint=sys.argv[1]))
for _ in range(int(sys.argv[2])):
    next(walk)
print(flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="locks are those of POSIX")
@pytest.mark.parametrize("rows", [1, 5])
def test_a_second_loop_on_a_checkpoint_is_refused_and_a_killed_one_is_resumed(tmp_path: Path, rows: int) -> None:
    path, root = tmp_path / "checkpoint", Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "generated")])}
    command = [sys.executable, "-c", HOLDS, str(path), str(rows)]
    with subprocess.Popen(command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"\n"
        for again in (list, lambda walk: walk.write(tmp_path / "rows.csv"), lambda walk: next(walk.pages())):
            with pytest.raises(CheckpointError, match="another process or another loop is using the checkpoint"):
                again(manifest(3, checkpoint=path))
        child.kill()
    assert uids(manifest(3, checkpoint=path)) == UIDS[rows - 1 :]
    assert [*tmp_path.iterdir()] == []


def test_a_second_loop_of_the_same_process_is_refused_until_the_first_is_left(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    first = iter(manifest(3, checkpoint=path))
    got = uids(itertools.islice(first, 4))
    with pytest.raises(CheckpointError, match="another loop is using"):
        list(manifest(3, checkpoint=path))
    del first
    assert got[:-1] + uids(manifest(3, checkpoint=path)) == UIDS


def test_a_walk_that_failed_blocks_no_other_walk_and_is_refused_after_another_one(tmp_path: Path) -> None:
    path, failing = tmp_path / "checkpoint", [True]

    def answer(path: str, body: Any) -> Any:
        if body.get("page") == 2 and failing[0]:
            raise httpx.ConnectError("lost")
        return manifest_service(ROWS)(path, body)

    first = manifest(3, answer, checkpoint=path).pages()
    got = [uids(next(first).rows), uids(next(first).rows)]
    for _ in range(2):  # it may try again, and nobody else has come
        with pytest.raises(httpx.ConnectError):
            next(first)
    second = manifest(3, checkpoint=path).pages()
    got.append(uids(next(second).rows))
    with pytest.raises(CheckpointError, match="another loop is using"):
        next(first)
    got.append(uids(next(second).rows))
    second.close()
    failing[0] = False
    with pytest.raises(CheckpointError, match="another walk went on from"):
        next(first)
    assert [uid for page in got for uid in page] == UIDS


def test_a_walk_does_not_go_on_in_another_data_release(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    left(path, manifest(3, checkpoint=path))

    def later(path: str, body: Any) -> Any:
        return {**VERSION, "idc_version": "v26"} if path == "/v3/version" else manifest_service(ROWS)(path, body)

    with pytest.raises(DataReleaseChanged, match=r"from v25 .* to v26"):
        list(manifest(3, later, checkpoint=path))
    assert path.exists()


@pytest.mark.parametrize("others", [ROWS[1:], ROWS[:-1], [*ROWS, row(99)], [*ROWS[1:6], *ROWS[:1], *ROWS[6:]]])
def test_a_walk_does_not_go_on_over_others_than_before(tmp_path: Path, others: list[Any]) -> None:
    path = tmp_path / "checkpoint"
    left(path, manifest(1, checkpoint=path))
    with pytest.raises(PagingError):
        list(manifest(1, manifest_service(others), checkpoint=path))


def test_a_walk_of_linked_pages_resumes_with_its_token(tmp_path: Path) -> None:
    seen: list[str | None] = []
    rows = linked([[1, 2], [3, 4], [5]], seen).walk(checkpoint=tmp_path / "checkpoint")
    walk = iter(rows)
    assert [next(walk) for _ in range(4)] == [1, 2, 3, 4]
    del walk
    seen.clear()
    assert list(rows) == [4, 5]
    assert seen == ["1", "2"]


def test_a_refusal_leaves_the_checkpoint_where_it_was(tmp_path: Path) -> None:
    def answer(path: str, body: Any) -> Any:
        return (
            httpx.Response(400, json={"detail": "no"}) if body.get("page") == 2 else manifest_service(ROWS)(path, body)
        )

    path, got = tmp_path / "checkpoint", []
    with pytest.raises(InvalidRequest):
        got.extend(manifest(3, answer, checkpoint=path))
    got.extend(manifest(3, checkpoint=path))
    assert uids(got) == UIDS


def test_a_table_in_memory_does_not_take_a_checkpoint(tmp_path: Path) -> None:
    rows = manifest(checkpoint=tmp_path / "checkpoint")
    for make in (rows.to_arrow, rows.to_pandas, rows.to_polars, rows.batches, rows.__arrow_c_stream__):
        with pytest.raises(CheckpointError, match="write"):
            make()


def test_a_call_is_the_same_as_another_with_the_same_content() -> None:
    assert Call("GET", "/a", {"b": 1}) == Call("GET", "/a", {"b": 1})
