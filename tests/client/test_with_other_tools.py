"""The client in the hands of others: libraries that mock HTTP, pools of threads and processes, trio."""

from __future__ import annotations

import gc
import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx
import trio
import vcr

from idc_ext import APIError, aio, connect, v3
from tests.support.pooled import count
from tests.support.standin_process import NOWHERE
from tests.support.v3_service import client, manifest_service, row

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_httpx import HTTPXMock

STATS = {
    "idc_version": "v25", "collections": 1, "analysis_results": 1, "patients": 1, "studies": 1, "series": 7,
    "instances": 9, "size_TB": 0.1,
}  # fmt: skip
CT = {"collection_id": "rider_pilot", "Modality": "CT"}


def test_a_transport_of_httpx_stands_in_for_the_service() -> None:
    with connect(NOWHERE, transport=httpx.MockTransport(lambda _: httpx.Response(200, json=STATS))) as idc:
        assert v3.stats(idc).series == 7


async def test_respx_stands_in_for_the_service_sync_and_async() -> None:
    with respx.mock(base_url=NOWHERE) as routes:
        routes.get("/v3/stats").respond(json=STATS)
        async with connect(NOWHERE) as idc:
            assert (v3.stats(idc), await aio.v3.stats(idc)) == (v3.stats(idc),) * 2
        routes.get("/v3/stats").respond(500)
        with connect(NOWHERE, retries=0) as idc, pytest.raises(APIError, match="500"):
            v3.stats(idc)


async def test_pytest_httpx_stands_in_for_the_service_sync_and_async(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=f"{NOWHERE}/v3/stats", json=STATS, is_reusable=True)
    async with connect(NOWHERE) as idc:
        assert v3.stats(idc).series == (await aio.v3.stats(idc)).series == 7


def test_vcr_records_a_session_and_replays_it_without_the_service(standin: str, tmp_path: Path) -> None:
    def session() -> list[Any]:
        with connect(standin) as idc:
            rows = v3.manifest(idc, CT, page_size=100)
            return [v3.stats(idc), v3.counts(idc, CT), [one.series_instance_uid for one in rows]]

    cassette = str(tmp_path / "session.yaml")
    with vcr.use_cassette(cassette) as recorded:
        expected = session()
        assert recorded.play_count == 0
    with vcr.use_cassette(cassette, record_mode="none") as replayed:
        assert session() == expected
        assert replayed.all_played


def test_one_client_serves_a_pool_of_threads(standin: str) -> None:
    with connect(standin) as idc, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda modality: v3.counts(idc, {"Modality": modality}).series, ["CT", "MR", "PT"] * 4))
    assert len(set(found)) == 3
    assert found[:3] == found[-3:]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_each_process_of_a_pool_connects_for_itself(standin: str, method: str) -> None:
    here = count(standin, "CT")
    with ProcessPoolExecutor(2, multiprocessing.get_context(method)) as pool:
        assert list(pool.map(count, [standin] * 2, ["CT"] * 2)) == [here] * 2


def test_everything_is_awaited_in_trio_too(tmp_path: Path) -> None:
    rows = [row(n) for n in range(12)]

    async def main() -> None:
        async with client(manifest_service(rows, clamp=5)) as idc:
            listed = aio.v3.manifest(idc, CT)
            assert [one.series_instance_uid async for one in listed] == [one["SeriesInstanceUID"] for one in rows]
            assert (await listed.to_arrow()).num_rows == 12
            assert await listed.walk(ahead=2).write(tmp_path / "rows.csv") == 12
            with pytest.warns(RuntimeWarning, match="blocks the event loop of trio"):
                next(v3.manifest(idc, CT).pages())
            with trio.move_on_after(0):
                await listed.write(tmp_path / "cancelled.csv")

    trio.run(main)
    assert re.findall(r"\w+\.\w+", " ".join(one.name for one in tmp_path.iterdir())) == ["rows.csv"]


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # the connections of a run that has ended
def test_the_real_service_is_awaited_in_one_run_of_trio_after_another(standin: str, tmp_path: Path) -> None:
    idc = connect(standin)

    async def write() -> int:
        return (await aio.manifests.write(idc, CT, tmp_path / "ct.s5cmd", cite=None)).series

    async def count() -> int:
        async with idc:
            return (await aio.v3.counts(idc, CT)).series

    # One client in two runs: its connections end with the first one.
    assert trio.run(write) == trio.run(count) > 0
    gc.collect()
