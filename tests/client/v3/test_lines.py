"""Text manifests of v3: every line, in order, or an error each time they are read."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idc_client import Client

from idc_ext import ContractError, InvalidFilter, InvalidRequest, ServerError, TruncatedResult, connect, v3
from idc_ext._http.failures import needs_body
from tests.support.standin_process import NOWHERE
from tests.support.v3_service import (
    LINES,
    RIDER,
    VERSION,
    WIRE,
    Answer,
    client,
    collect,
    counts_body,
    row,
    text_service,
)


@settings(max_examples=30, deadline=None)  # each starts an event loop
@given(st.sets(st.integers(0, 99)).map(sorted))
def test_all_lines_come_sync_and_async(numbers: list[int]) -> None:
    lines = [row(n)["series_aws_url"] for n in numbers]
    manifest = v3.manifest_lines(client(text_service(lines)), RIDER)
    assert list(manifest) == lines
    assert asyncio.run(collect(manifest)) == lines


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (text_service(LINES, series=7), TruncatedResult, "6 of the 7 lines"),
        (text_service([], series=1), TruncatedResult, "0 of the 1 lines"),
        (text_service(LINES, series=5), TruncatedResult, "more than the 5 lines"),
        (text_service([*LINES[:5], ""]), ContractError, "line 6 does not fit the document"),
        (text_service([*LINES[:5], LINES[5][:-2]]), ContractError, "line 6 does not fit the document"),
        *(
            (text_service([f"s3://{bucket}/{LINES[0][-38:]}"]), ContractError, "line 1 does not fit the document")
            for bucket in ("--endpoint-url", "..", ".", "-a", "a..b", "a-", ".a", "a" * 64)
        ),
        (text_service([*LINES[:5], "gs://b/c"]), ContractError, "line 6 does not fit the document: 'gs://b/c'"),
        (text_service([*LINES[:5], LINES[4]]), ContractError, "line 6 comes a second time or out of order"),
        (text_service([*LINES[:4], LINES[5], LINES[4]]), ContractError, "line 6 comes a second time or out of order"),
        (text_service([*LINES[:4], "s3://c" + LINES[0][6:], LINES[3]]), ContractError, "line 6 comes a second time"),
    ],
)
@pytest.mark.parametrize("make", [connect, Client])
async def test_an_incomplete_text_is_an_error_each_time_it_is_read_sync_and_async(
    answer: Answer, kind: type, message: str, make: Any
) -> None:
    manifest = v3.manifest_lines(client(answer, make), RIDER)
    lines, got = iter(manifest), []
    for _ in range(3):
        with pytest.raises(kind, match=message):
            got.extend(lines)
    others = aiter(manifest)
    for _ in range(3):
        with pytest.raises(kind, match=message):
            got.extend([one async for one in others])


def test_the_last_line_comes_only_when_all_have() -> None:
    lines = iter(v3.manifest_lines(client(text_service(LINES, series=7)), RIDER))
    assert list(itertools.islice(lines, 5)) == LINES[:5]
    with pytest.raises(TruncatedResult):
        next(lines)


def test_the_text_is_asked_for_one_line_beyond_the_count_and_with_the_filters_at_their_levels() -> None:
    requests: list[Any] = []

    def answer(path: str, body: Any) -> Any:
        requests.append((path, body))
        return text_service(LINES)(path, body)

    manifest = v3.manifest_lines(client(answer), RIDER, source="gcs")
    assert repr(manifest) == "<Lines of POST /v3/cohort/manifest.txt>"
    assert requests == []
    list(manifest)
    assert requests == [
        ("/v3/version", {}),
        ("/v3/cohort/counts", {"filters": WIRE}),
        ("/v3/cohort/manifest.txt", {"filters": WIRE, "source": "gcs", "limit": 7}),
        ("/v3/version", {}),
    ]


def test_a_source_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidFilter, match="did you mean gcs"):
        v3.manifest_lines(connect(NOWHERE), RIDER, source="GCS")


@pytest.mark.parametrize("make", [connect, Client])
@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(500, text="Internal Server Error"), ServerError),
        (httpx.Response(400, json={"error": {"code": "invalid_query", "message": "no"}}), InvalidRequest),
        (httpx.Response(204), ContractError),
        (httpx.Response(200, html="<html>login"), ContractError),
        (httpx.Response(200, json={"detail": "x"}), ContractError),
    ],
)
async def test_what_is_no_text_is_an_error_sync_and_async(make: Any, response: httpx.Response, kind: type) -> None:
    def answer(path: str, body: Any) -> Any:
        copy = httpx.Response(response.status_code, headers=response.headers, content=response.content)
        return {"/v3/version": VERSION, "/v3/cohort/counts": counts_body(1)}.get(path, copy)

    manifest = v3.manifest_lines(client(answer, make), RIDER)
    with pytest.raises(kind):
        list(manifest)
    with pytest.raises(kind):
        await collect(manifest)


class CountedBody(httpx.SyncByteStream):
    """A body whose parts are counted as they are read."""

    def __init__(self) -> None:
        self.read = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in LINES:
            self.read += 1
            yield f"{line}\n".encode()


class InterruptedBody(CountedBody, httpx.AsyncByteStream):
    """A body that is interrupted half-way when read synchronously, and hangs when read asynchronously."""

    def __iter__(self) -> Iterator[bytes]:
        yield from itertools.islice(super().__iter__(), 3)
        raise KeyboardInterrupt

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in itertools.islice(super().__iter__(), 3):
            yield part
        await asyncio.sleep(60)


async def test_an_interrupted_text_does_not_look_complete_sync_or_async() -> None:
    def answer(path: str, _: Any) -> Any:
        if path == "/v3/cohort/manifest.txt":
            return httpx.Response(200, stream=InterruptedBody())
        return counts_body(6) if "counts" in path else VERSION

    manifest, got = v3.manifest_lines(client(answer), RIDER), []
    lines, others = iter(manifest), aiter(manifest)
    with pytest.raises(KeyboardInterrupt):
        got.extend(lines)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            got.extend([one async for one in others])
    for _ in range(2):
        with pytest.raises(TruncatedResult, match="interrupted before all lines had come"):
            next(lines)
        with pytest.raises(TruncatedResult, match="interrupted before all lines had come"):
            await anext(others)


@pytest.mark.parametrize("headers", [{"content-type": "text/plain; charset=utf-8"}, {}])
def test_a_stream_is_not_read_before_its_lines_are_taken(headers: dict[str, str]) -> None:
    body = CountedBody()

    def answer(path: str, _: Any) -> Any:
        if path == "/v3/cohort/manifest.txt":
            return httpx.Response(200, stream=body, headers=headers)
        return counts_body(6) if "counts" in path else VERSION

    lines = iter(v3.manifest_lines(client(answer), RIDER))
    assert next(lines) == LINES[0]
    assert body.read == 2
    assert list(lines) == LINES[1:]


@pytest.mark.parametrize(
    ("headers", "needed"),
    [
        ({"content-type": "application/json"}, True),
        ({"content-length": "20"}, True),
        ({"content-type": "application/json", "content-length": "70000"}, False),
        ({"content-type": "text/plain"}, False),
        ({}, False),
    ],
)
def test_only_what_may_hide_a_refusal_is_read_beforehand(headers: dict[str, str], needed: bool) -> None:
    assert needs_body(httpx.Response(200, headers=headers)) is needed


async def test_real_lines_are_the_manifests_addresses_sync_and_async(standin: str) -> None:
    async with connect(standin) as idc:
        manifest = v3.manifest_lines(idc, RIDER)
        lines = list(manifest)
        assert lines == sorted(one.series_aws_url or "" for one in v3.manifest(idc, RIDER))
        assert [one async for one in manifest] == lines
        others = [*v3.manifest_lines(idc, {"collection_id": ["rider_pilot", "gtex"]}, source="gcs")]
        assert len(others) == v3.counts(idc, {"collection_id": ["rider_pilot", "gtex"]}).series


async def test_lines_can_be_left_early_sync_and_async(standin: str) -> None:
    async with connect(standin) as idc:
        manifest = v3.manifest_lines(idc, {"collection_id": "ispy2"})
        async for line in manifest:
            assert line == next(iter(manifest))
            break


def test_more_lines_than_the_service_gives_unasked_come(standin: str) -> None:
    with connect(standin) as idc:
        selection = {"Modality": "MR"}
        assert sum(1 for _ in v3.manifest_lines(idc, selection)) == v3.counts(idc, selection).series > 100_000
