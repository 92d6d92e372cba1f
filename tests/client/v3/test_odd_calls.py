"""Odd arguments and odd answers of v3: one sentence for each, and never a text of Python."""

import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from idc_ext import CheckpointError, ContractError, InvalidFilter, Unauthorized, aio, connect, v3
from idc_ext.aio import AsyncRows


def client(status: int, content: bytes) -> Any:
    """A client whose every call gets one answer."""
    head = {"content-type": "application/json"}
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content, headers=head))
    return connect("http://127.0.0.1:9", transport=transport, retries=0)


@pytest.mark.parametrize("name", ["", " ", "..", None])
@pytest.mark.parametrize("function", [v3.collection, v3.table, v3.clinical_table, v3.clinical_rows])
def test_a_name_that_would_lead_to_another_operation_is_refused_before_it_is_sent(function: Any, name: Any) -> None:
    with pytest.raises(InvalidFilter, match="a text that is not empty"):
        function(client(200, b"[]"), name)


@pytest.mark.parametrize("content", [b"null", b"[]", b"7", b'"text"', b"[null]", b"{}"])
@pytest.mark.parametrize("function", [v3.stats, lambda idc: list(v3.manifest(idc, {"Modality": ["CT"]}))])
def test_json_of_another_type_is_not_called_something_else_and_shows_no_text_of_python(
    function: Any, content: bytes
) -> None:
    with pytest.raises(ContractError) as caught:
        function(client(200, content))
    for word in ("not JSON", "indices", "NoneType", "subscriptable", "has no attribute"):
        assert word not in str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
def test_no_credentials_are_advised_for_v3_which_needs_none(status: int) -> None:
    with pytest.raises(Exception, match="v3 needs no user") as caught:
        v3.stats(client(status, b'{"detail": "no"}'))
    assert "credentials" not in str(caught.value)
    assert isinstance(caught.value, Unauthorized) == (status == 401)


def test_partition_by_takes_no_single_name(tmp_path: Path) -> None:
    rows = v3.manifest(client(200, b"{}"), {"Modality": ["CT"]})
    with pytest.raises(TypeError, match=r"write \['collection_id'\]"):
        rows.write_parquet(tmp_path / "x", partition_by="collection_id")


def test_a_line_of_the_log_is_written_once_also_where_the_program_logs_to_the_same_stream(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IDC_LOG", "debug")
    logger, root = logging.getLogger("idc_ext"), logging.getLogger()
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "level", logger.level)
    monkeypatch.setattr(root, "handlers", [])
    idc = client(404, b"{}")
    logging.basicConfig()
    for _ in range(2):
        with pytest.raises(Exception, match="404"):
            v3.stats(idc)
    assert capsys.readouterr().err.count("/v3/stats") == 2


def test_batches_are_not_resumed_from_a_checkpoint_sync_and_async(tmp_path: Path) -> None:
    rows = v3.manifest(client(500, b""), {"collection_id": ["rider_pilot"]}).walk(checkpoint=tmp_path / "c")
    for batches in (rows.batches, AsyncRows(rows).batches):
        with pytest.raises(CheckpointError, match="cannot be resumed from a checkpoint"):
            batches()


def test_batches_that_a_loop_leaves_early_leave_nothing_open_in_trio(standin: str) -> None:
    trio = pytest.importorskip("trio")

    async def first() -> int:
        async with connect(standin) as idc:
            async for batch in aio.v3.manifest(idc, {"collection_id": ["rider_pilot"]}).walk(max_items=5).batches():
                return int(batch.num_rows)
        return 0

    assert trio.run(first) == 5
