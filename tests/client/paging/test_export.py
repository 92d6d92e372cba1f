"""Files of rows: whole or not there, the same whatever interrupts the walk, and never a row lost or doubled."""

import asyncio
import csv
import io
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pyarrow
import pyarrow.dataset
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idc_contract.oracle.index import Index, installed
from idc_ext import CheckpointError, ContractError, PagingError, Rows, connect, v1, v3
from idc_ext.aio import AsyncRows
from tests.support import patching
from tests.support.applied_filters import with_filters_echo
from tests.support.killed_walk import main as _killed  # noqa: F401 - so that a test fails where it cannot be loaded
from tests.support.kills import FILES, killed, same, write_uninterrupted, wrong_file, wrong_notes
from tests.support.standin_process import NOWHERE
from tests.support.v1_service import query_rows
from tests.support.v3_service import RIDER, client, manifest_service, row
from tests.support.walks import resealed

ROOT = Path(__file__).parents[3]
Answer = Callable[[str, Any], Any]


@pytest.fixture(scope="module")
def index() -> Index:
    return installed()


def part_of(path: Path) -> Path:
    """The rows of an interrupted walk into a file."""
    (part,) = path.parent.glob(f"{path.name}.*.part")
    return part


@pytest.fixture(scope="module")
def uninterrupted(standin: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `tests.support.killed_walk` writes if it is not killed, with the pages of either of its ways."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    write_uninterrupted(standin, folder)
    return folder


# Every kind of file at steps drawn at random; make torture-client kills them at moments, too.
@pytest.mark.parametrize(
    ("name", "how"), [("rows.csv", "time"), *((name, "step") for name in (*FILES, "asynchronous.csv"))]
)
def test_a_walk_that_is_killed_again_and_again_writes_the_same_file_as_one_that_is_not(
    standin: str, uninterrupted: Path, tmp_path: Path, name: str, how: str
) -> None:
    assert killed(standin, tmp_path, name, how, seed=1) > 1
    assert wrong_file(uninterrupted, tmp_path, name, how) == ""


@pytest.mark.parametrize(("name", "how"), [("loop", "time"), ("loop", "step"), ("asynchronous.loop", "step")])
def test_a_loop_that_is_killed_again_and_again_gets_every_row_and_only_the_one_in_hand_once_more(
    standin: str, uninterrupted: Path, tmp_path: Path, name: str, how: str
) -> None:
    kills = killed(standin, tmp_path, name, how, seed=1)
    assert kills > 1
    assert wrong_notes(uninterrupted, tmp_path, name, kills) == ""


# What is in the files:


def test_each_format_holds_the_rows_of_the_index(index: Index, uninterrupted: Path) -> None:
    columns = list(row(0))
    expected = index.rows(
        f"SELECT {', '.join(columns)} FROM index WHERE collection_id = 'rider_pilot' "
        "AND Modality IN ('CT', 'PR', 'SR') ORDER BY collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID"
    )
    folder = uninterrupted / "time"
    lines = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    assert [tuple(line) for line in lines] == [tuple(columns)] * len(expected)
    assert [tuple(line.values()) for line in lines] == expected
    with (folder / "rows.csv").open(newline="") as file:
        assert [*csv.reader(file)] == [columns, *([("" if x is None else str(x)) for x in one] for one in expected)]
    for files in ("rows.parquet", "folders/**/*.parquet"):
        source = f"read_parquet('{folder}/{files}', hive_partitioning=true)"
        found = duckdb.sql(f"SELECT {', '.join(columns)} FROM {source} ORDER BY ALL").fetchall()
        assert found == sorted(expected, key=lambda one: one[:4])


def test_folders_are_those_of_hive_and_hold_their_rows_in_order(uninterrupted: Path) -> None:
    folder = uninterrupted / "time" / "folders"
    assert {path.name for path in folder.iterdir()} == {"Modality=CT", "Modality=PR", "Modality=SR"}
    for path in folder.rglob("*.parquet"):
        found = pyarrow.parquet.ParquetFile(path).read(["SeriesInstanceUID"]).column(0).to_pylist()
        assert found == sorted(found)


VALUE = st.none() | st.sampled_from(["", "a", "a/b", "..", "ü%", "x=y", "A"])


@given(values=st.lists(st.tuples(VALUE, st.none() | st.integers(1, 5)), max_size=12), row_group=st.integers(1, 3))
def test_any_values_make_folders_that_others_read_with_all_rows_in_order(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], row_group: int
) -> None:
    rows = [{**row(n), "Modality": one, "instanceCount": other} for n, (one, other) in enumerate(values)]
    folder = tmp_path_factory.mktemp("folders") / "rows"
    walk = v3.manifest(client(manifest_service(rows)), RIDER, page_size=5)
    with pytest.MonkeyPatch.context() as patch:
        patching.rows_a_group(patch, row_group)
        patching.open_partitions(patch, 2)
        assert walk.write_parquet(folder, partition_by=["Modality", "instanceCount"]) == len(rows)
    kinds = pyarrow.schema([("Modality", pyarrow.string()), ("instanceCount", pyarrow.int64())])
    hive = pyarrow.dataset.partitioning(kinds, flavor="hive")
    found = pyarrow.dataset.dataset(folder, partitioning=hive, format="parquet").to_table()
    assert sorted(found.to_pylist(), key=lambda one: one["SeriesInstanceUID"]) == [
        {**{name: one[name] for name in found.schema.names}} for one in rows
    ]
    for path in folder.rglob("*.parquet"):
        found = pyarrow.parquet.ParquetFile(path).read(["SeriesInstanceUID"]).column(0).to_pylist()
        assert found == sorted(found)


def test_parquet_has_the_declared_types_and_row_groups_of_one_size(
    uninterrupted: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    schema = pyarrow.parquet.read_schema(uninterrupted / "time" / "rows.parquet")
    kinds = {"instanceCount": pyarrow.int64(), "series_size_MB": pyarrow.float64()}
    assert {one.name: one.type for one in schema} == {name: kinds.get(name, pyarrow.string()) for name in row(0)}
    patching.rows_a_group(monkeypatch, 4)
    rows = v3.manifest(client(manifest_service([row(n) for n in range(11)])), RIDER, page_size=3)
    assert rows.write_parquet(tmp_path / "rows") == 11
    file = pyarrow.parquet.ParquetFile(tmp_path / "rows")
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [4, 4, 3]
    assert file.read().num_rows == 11


TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]))


@given(texts=st.lists(TEXT, max_size=7), page_size=st.integers(1, 4))
def test_any_text_comes_back_from_any_format(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str | None], page_size: int
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    rows = v3.manifest(
        client(manifest_service([{**row(n), "SeriesDescription": text} for n, text in enumerate(texts)])),
        RIDER,
        page_size=page_size,
    )
    for name in FILES[:3]:
        assert rows.write(folder / name) == len(texts)
    lines = (folder / "rows.jsonl").read_bytes().decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line)["SeriesDescription"] for line in lines] == texts
    table = pyarrow.parquet.read_table(folder / "rows.parquet")
    assert table.column("SeriesDescription").to_pylist() == texts
    assert table.schema.field("SeriesDescription").type == pyarrow.string()
    content = (folder / "rows.csv").read_bytes().decode()
    assert [one["SeriesDescription"] for one in csv.DictReader(io.StringIO(content, newline=""))] == [
        text or "" for text in texts
    ]


@pytest.mark.parametrize("name", FILES)
def test_no_rows_make_a_file_of_none_that_has_its_columns(tmp_path: Path, name: str) -> None:
    by = ["Modality"] if name == "folders" else []
    rows = v3.manifest(client(manifest_service([])), RIDER)
    assert rows.write(tmp_path / name, "parquet" if by else None, partition_by=by) == 0
    if name == "rows.csv":
        assert (tmp_path / name).read_text() == ",".join(row(0)) + "\n"
    if name == "rows.parquet":
        assert pyarrow.parquet.read_schema(tmp_path / name).names == list(row(0))


def test_open_columns_are_text_and_their_lists_json_except_in_json(tmp_path: Path) -> None:
    rows = query_rows([{"PatientID": "p", "Modality": ["CT", "MR"]}, {"PatientID": None, "Modality": "CT"}])
    for name in FILES[:3]:
        assert rows.write(tmp_path / name) == 2
    assert (tmp_path / "rows.csv").read_text() == 'PatientID,Modality\np,"[""CT"",""MR""]"\n,CT\n'
    lines = (tmp_path / "rows.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [one.copy() for one in rows]
    found = pyarrow.parquet.read_table(tmp_path / "rows.parquet").to_pylist()
    assert found == [{"PatientID": "p", "Modality": '["CT","MR"]'}, {"PatientID": None, "Modality": "CT"}]


# What goes wrong:


@pytest.mark.parametrize(
    ("by", "says", "sent"),
    [
        (["Modality", "Modality"], "Modality is named twice", 0),
        (["modality"], "no column modality to partition by", 1),
        (["Modality", "PatientID"], "all columns leaves none for the files", 1),
    ],
)
@pytest.mark.parametrize("checkpoint", [None, "checkpoint"])
def test_open_columns_that_cannot_be_partitioned_by_are_refused_by_the_first_page_and_leave_nothing(
    tmp_path: Path, by: list[str], says: str, sent: int, checkpoint: str | None
) -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        table = {"json": [{"PatientID": "p", "Modality": "CT"}], "rowsReturned": 1, "totalFound": 9}
        return httpx.Response(200, json={"code": 200, "query_results": table, "next_page": "t"})

    rows = v1.dicom_metadata(connect(NOWHERE, transport=httpx.MockTransport(answer)))
    rows = rows.walk(ahead=0, checkpoint=checkpoint and tmp_path / checkpoint)
    with pytest.raises(ValueError, match=says):
        rows.write_parquet(tmp_path / "folders", partition_by=by)
    assert len(requests) == sent
    assert [*tmp_path.iterdir()] == []


def failing(after: int) -> tuple[Answer, list[int]]:
    """A server that serves so many pages and then breaks down for good."""
    served: list[int] = []

    def answer(path: str, body: Any) -> Any:
        if path == "/v3/cohort/manifest":
            served.append(body["page"])
            if len(served) > after:
                return httpx.Response(400, json={"error": {"code": "invalid_query", "message": "no"}})
        return manifest_service([row(n) for n in range(20)])(path, body)

    return answer, served


@pytest.mark.parametrize("name", FILES)
def test_a_walk_that_fails_leaves_nothing_and_what_was_there_as_it_was(tmp_path: Path, name: str) -> None:
    by = ["Modality"] if name == "folders" else []
    if not by:
        (tmp_path / name).write_text("before")
    there = [path.name for path in tmp_path.iterdir()]
    with pytest.raises(Exception, match="no"):
        v3.manifest(client(failing(2)[0]), RIDER, page_size=3).write(
            tmp_path / name, "parquet" if by else None, partition_by=by
        )
    assert [path.name for path in tmp_path.iterdir()] == there
    assert by or (tmp_path / name).read_text() == "before"


@pytest.mark.parametrize("name", FILES)
def test_a_sync_walk_that_failed_resumes_async_from_its_checkpoint(tmp_path: Path, name: str) -> None:
    by = ["Modality"] if name == "folders" else []
    form: Any = "parquet" if by else None
    checkpoint = tmp_path / "checkpoint"
    with pytest.raises(Exception, match="no"):
        v3.manifest(client(failing(2)[0]), RIDER, page_size=3).walk(checkpoint=checkpoint).write(
            tmp_path / name, form, partition_by=by
        )
    assert not (tmp_path / name).exists()
    answer, served = failing(99)
    again = v3.manifest(client(answer), RIDER, page_size=3).walk(checkpoint=checkpoint)
    assert asyncio.run(AsyncRows(again).write(tmp_path / name, form, partition_by=by)) == 20
    assert served == [2, 3, 4, 5, 6]
    assert [path.name for path in tmp_path.iterdir()] == [name]
    v3.manifest(client(manifest_service([row(n) for n in range(20)])), RIDER, page_size=3).write(
        tmp_path / "whole", form or name.rpartition(".")[2], partition_by=by
    )
    assert same(tmp_path / "whole", tmp_path / name)


def test_a_checkpoint_is_not_what_is_written(tmp_path: Path) -> None:
    answer, served = failing(99)
    with pytest.raises(ValueError, match="cannot be both the checkpoint and the output"):
        v3.manifest(client(answer), RIDER).walk(checkpoint=tmp_path / "rows.csv").write(tmp_path / "rows.csv")
    assert served == []


def test_an_existing_folder_is_not_replaced_and_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "folders").mkdir()
    answer, served = failing(0)
    with pytest.raises(FileExistsError, match="a folder is not replaced"):
        v3.manifest(client(answer), RIDER).write_parquet(tmp_path / "folders", partition_by=["Modality"])
    assert served == []


def test_a_file_does_not_take_the_place_of_a_folder_and_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    answer, served = failing(99)
    with pytest.raises(IsADirectoryError, match="is a folder"):
        v3.manifest(client(answer), RIDER).write(tmp_path / "folder.csv")
    assert served == []
    (tmp_path / "link.csv").symlink_to(tmp_path / "folder.csv" / "rows.csv")
    assert v3.manifest(client(answer), RIDER).write(tmp_path / "link.csv") == 20
    assert (tmp_path / "link.csv").is_symlink()
    assert [path.name for path in (tmp_path / "folder.csv").iterdir()] == ["rows.csv"]


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        ("rows.txt", {}, "'txt' is not a format"),
        ("rows", {}, "is not a format"),
        ("rows.csv", {"format": "xml"}, "'xml' is not a format"),
        ("rows.csv", {"partition_by": ["Modality"]}, "works with the format parquet only"),
        ("rows", {"format": "parquet", "partition_by": ["modality"]}, "no column modality"),
        ("rows", {"format": "parquet", "partition_by": ["Modality", "Modality"]}, "Modality is named twice"),
        ("rows", {"format": "parquet", "partition_by": list(row(0))}, "all columns leaves none for the files"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_sent(
    tmp_path: Path, name: str, more: dict[str, Any], says: str
) -> None:
    answer, served = failing(0)
    with pytest.raises(ValueError, match=says):
        v3.manifest(client(answer), RIDER).write(tmp_path / name, **more)
    assert served == []
    assert [*tmp_path.iterdir()] == []


def test_a_checkpoint_is_refused_for_another_file_format_or_shorter_part(tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint"

    def rows(after: int) -> Rows[Any]:
        return v3.manifest(client(failing(after)[0]), RIDER, page_size=3).walk(checkpoint=checkpoint)

    with pytest.raises(Exception, match="no"):
        rows(2).write(tmp_path / "rows.csv")
    for path in (tmp_path / "rows.jsonl", tmp_path / "other.csv"):
        with pytest.raises(CheckpointError, match="another output"):
            rows(99).write(path)
    with pytest.raises(CheckpointError, match="another output"):
        list(rows(99))
    with pytest.raises(CheckpointError, match="another output"):
        rows(99).walk(checkpoint=checkpoint, max_items=3).write(tmp_path / "rows.csv")
    part = part_of(tmp_path / "rows.csv")
    content = part.read_bytes()
    part.write_bytes(content[:-1])
    with pytest.raises(CheckpointError, match="shorter"):
        rows(99).write(tmp_path / "rows.csv")
    part.write_bytes(content.replace(b"CT", b"MR"))
    with pytest.raises(CheckpointError, match=f"was changed.*; remove {part} and {checkpoint} to start anew"):
        rows(99).write(tmp_path / "rows.csv")
    assert part.read_bytes() == content.replace(b"CT", b"MR")
    part.unlink()
    part.symlink_to(tmp_path / "victim.csv")
    (tmp_path / "victim.csv").write_bytes(content)
    with pytest.raises(CheckpointError, match="cannot be opened"):
        rows(99).write(tmp_path / "rows.csv")
    assert (tmp_path / "victim.csv").read_bytes() == content
    checkpoint.unlink()
    assert rows(99).write(tmp_path / "rows.csv") == 20


@pytest.mark.skipif(sys.platform == "win32", reason="locks are those of POSIX")
def test_two_processes_do_not_write_one_output(tmp_path: Path) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def answer(path: str, body: Any) -> Any:
        if body.get("page") == 2:
            reached.set()
            assert go_on.wait(10)
        return manifest_service([row(n) for n in range(20)])(path, body)

    first = v3.manifest(client(answer), RIDER, page_size=3).walk(checkpoint=tmp_path / "checkpoint")
    writer = threading.Thread(target=first.write, args=(tmp_path / "rows.csv",))
    writer.start()
    assert reached.wait(10)
    second = v3.manifest(client(failing(99)[0]), RIDER, page_size=3).walk(checkpoint=tmp_path / "checkpoint")
    with pytest.raises(CheckpointError, match="another process"):
        second.write(tmp_path / "rows.csv")
    go_on.set()
    writer.join()
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 21


def test_an_old_file_is_not_taken_for_the_output_of_a_walk_whose_part_is_gone(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("old")
    checkpoint = tmp_path / "checkpoint"
    rows = v3.manifest(client(failing(2)[0]), RIDER, page_size=3).walk(checkpoint=checkpoint)
    with pytest.raises(Exception, match="no"):
        rows.write(tmp_path / "rows.csv")
    said = json.loads(checkpoint.read_text())
    # The rows are all there are, as far as the checkpoint knows.
    position = {**said["position"], "total": said["position"]["rows"]}
    checkpoint.write_text(resealed({**said, "position": position, "finished": True}))
    part_of(tmp_path / "rows.csv").unlink()
    with pytest.raises(CheckpointError, match="is gone"):
        rows.write(tmp_path / "rows.csv")


@pytest.mark.parametrize("seal", [json.dumps, resealed], ids=["altered", "resealed"])
@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(finished=True),
        lambda one: one["output"].pop("columns"),
        lambda one: one["output"].update(columns=None),
        lambda one: one["position"].update(token="x"),
        lambda one: one["position"].update(token="9" * 5000),
        lambda one: one["position"].update(token="4"),
        lambda one: one["position"].update(rows=3),
        lambda one: one["position"].update(total=9),
        lambda one: one.update(within=1),
    ],
)
def test_an_altered_checkpoint_never_makes_a_file_that_looks_whole(
    tmp_path: Path, change: Callable[[Any], Any], seal: Callable[[Any], str]
) -> None:
    checkpoint = tmp_path / "checkpoint"
    rows = v3.manifest(client(failing(2)[0]), RIDER, page_size=3).walk(checkpoint=checkpoint)
    with pytest.raises(Exception, match="no"):
        rows.write(tmp_path / "rows.csv")
    document = json.loads(checkpoint.read_text())
    change(document)
    checkpoint.write_text(seal(document))
    again = v3.manifest(client(failing(99)[0]), RIDER, page_size=3).walk(checkpoint=checkpoint)
    with pytest.raises((CheckpointError, PagingError)):
        again.write(tmp_path / "rows.csv")
    assert not (tmp_path / "rows.csv").exists()


@pytest.mark.parametrize("name", FILES[:3])
def test_text_that_cannot_be_written_is_a_contract_error(tmp_path: Path, name: str) -> None:
    broken = {**row(0), "SeriesDescription": "\ud800"}

    def answer(path: str, body: Any) -> Any:
        found = with_filters_echo(body, manifest_service([broken])(path, body))
        return httpx.Response(200, content=json.dumps(found).encode())

    with pytest.raises(ContractError, match="does not fit"):
        v3.manifest(client(answer), RIDER).write(tmp_path / name)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", FILES[:3])
def test_rows_of_open_columns_with_others_than_the_first_are_a_contract_error(tmp_path: Path, name: str) -> None:
    pages = iter([[{"a": "b"}], [{"a": "b", "c": "d"}]])

    def answer(_: httpx.Request) -> httpx.Response:
        rows = next(pages)
        table = {"json": rows, "rowsReturned": 1, "totalFound": 2}
        return httpx.Response(200, json={"code": 200, "query_results": table, "next_page": "t" * ("c" not in rows[0])})

    rows = v1.dicom_metadata(connect(NOWHERE, transport=httpx.MockTransport(answer)))
    with pytest.raises((ContractError, PagingError), match="columns"):
        rows.write(tmp_path / name)
    assert [*tmp_path.iterdir()] == []
