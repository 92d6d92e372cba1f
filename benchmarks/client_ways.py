"""The ways to get the same pages: with this client, and with its peers.

Each way is a function of the server's URL and a number of pages that does the whole work and keeps nothing. Clients are
made once, as in a program.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import socket
import zlib
from collections.abc import AsyncIterable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pandas
import polars
import pyarrow
import requests
import urllib3
from idc_client import Client
from idc_client.api.v3 import get_manifest
from idc_client.models import V3Filters, V3ManifestPage, V3ManifestRequest, V3ManifestRow

from benchmarks.client_peaks import FILTERS, ROWS, SELECTION
from idc_ext import IDC, Rows, connect, v3
from idc_ext._tables.columns import Columns
from idc_ext._tables.decoding import row_list_type
from idc_ext.aio import AsyncRows

Way = Callable[[str, int], None]

PATH = "/v3/cohort/manifest"
HEADERS = {"content-type": "application/json", "accept-encoding": "gzip, deflate"}


def _body(page: int) -> dict[str, Any]:
    return {"filters": FILTERS, "page": page, "page_size": ROWS}


_session = functools.cache(lambda: requests.Session())
_pool = functools.cache(lambda: urllib3.PoolManager())
_plain = functools.cache(lambda url: httpx.Client(base_url=url, timeout=60))
_plain_async = functools.cache(lambda url: httpx.AsyncClient(base_url=url, timeout=60))
_loop = functools.cache(lambda: asyncio.Runner())
_generated = functools.cache(lambda url: Client(base_url=url, timeout=httpx.Timeout(60)))


@functools.cache
def _ours(url: str) -> IDC:
    return connect(url, retries=0)


def _manifest(idc: IDC, pages: int) -> Rows[V3ManifestRow]:
    return v3.manifest(idc, SELECTION).walk(max_items=pages * ROWS)


def _use(rows: Iterable[Any]) -> None:
    for _ in rows:
        pass


async def _ause(rows: AsyncIterable[Any]) -> None:
    async for _ in rows:
        pass


# The notebook's way:


def notebook_page(url: str, page: int) -> list[Any]:
    """Request one page as the 2021 notebook did."""
    rows: list[Any] = _session().post(url + PATH, json=_body(page)).json()["series"]
    return rows


def notebook(url: str, pages: int) -> None:
    """Rows as dicts."""
    for page in range(pages):
        _use(notebook_page(url, page))


def notebook_arrow(url: str, pages: int) -> None:
    """An Arrow table."""
    parts = [pyarrow.Table.from_pylist(notebook_page(url, page)) for page in range(pages)]
    pyarrow.concat_tables(parts, promote_options="default")


def notebook_pandas(url: str, pages: int) -> None:
    """A pandas frame."""
    pandas.DataFrame(list(itertools.chain.from_iterable(notebook_page(url, page) for page in range(pages))))


def notebook_polars(url: str, pages: int) -> None:
    """A polars frame."""
    polars.concat([polars.DataFrame(notebook_page(url, page)) for page in range(pages)], how="vertical_relaxed")


# The limits:


@functools.cache
def _socket(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 80))


def loopback(url: str, pages: int) -> None:
    """Bytes over a bare socket, into memory that is used again."""
    connection, room = _socket(url), memoryview(bytearray(1_000_000))
    for page in range(pages):
        body = json.dumps(_body(page)).encode()
        connection.sendall(b"POST %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (PATH.encode(), len(body), body))
        head, _, rest = connection.recv(65_536).partition(b"\r\n\r\n")
        due = int(head.rpartition(b"content-length: ")[2]) - len(rest)
        while due:
            due -= connection.recv_into(room, min(due, len(room)))


@functools.cache
def _received(url: str, page: int) -> tuple[bytes, bool]:
    """Return the bytes of a page as they come, and whether they are compressed."""
    answer = requests.post(url + PATH, json=_body(page), stream=True, timeout=60)
    return answer.raw.read(decode_content=False), "content-encoding" in answer.headers


@functools.cache
def _page_decoder() -> Callable[[bytes], Any]:
    names = frozenset(Columns.of(V3ManifestRow).names)
    members = [("series", row_list_type(V3ManifestRow, names))]
    return msgspec.json.Decoder(msgspec.defstruct("Page", members)).decode


def json_reader(url: str, pages: int) -> None:
    """Bytes that are in memory, through the JSON reader to rows (and decompressed before, if they are compressed)."""
    decode = _page_decoder()
    for page in range(pages):
        content, compressed = _received(url, page)
        decode(zlib.decompress(content, zlib.MAX_WBITS | 16) if compressed else content)


def httpx_raw(url: str, pages: int) -> None:
    """Bytes alone, with httpx, which the client uses."""
    for page in range(pages):
        _ = _plain(url).post(PATH, json=_body(page)).content


def urllib3_raw(url: str, pages: int) -> None:
    """Bytes alone, with urllib3, the fastest library."""
    for page in range(pages):
        _ = _pool().request("POST", url + PATH, body=json.dumps(_body(page)).encode(), headers=HEADERS).data


def httpx_raw_async(url: str, pages: int) -> None:
    """Bytes alone, asynchronously."""

    async def run() -> None:
        for page in range(pages):
            _ = (await _plain_async(url).post(PATH, json=_body(page))).content

    _loop().run(run())


def generated(url: str, pages: int) -> None:
    """Rows as the generated client gives them."""
    filters = V3Filters.from_dict(FILTERS)
    for page in range(pages):
        found = get_manifest.sync(client=_generated(url), body=V3ManifestRequest(filters, page=page, page_size=ROWS))
        assert isinstance(found, V3ManifestPage)
        _use(found.series)


# Ours:


def rows(url: str, pages: int) -> None:
    """Typed rows."""
    _use(_manifest(_ours(url), pages))


def dicts(url: str, pages: int) -> None:
    """Rows as dicts."""
    for page in _manifest(_ours(url), pages).pages():
        _use(page.records)


def arrow(url: str, pages: int) -> None:
    """An Arrow table."""
    _manifest(_ours(url), pages).to_arrow()


def to_pandas(url: str, pages: int) -> None:
    """A pandas frame."""
    _manifest(_ours(url), pages).to_pandas()


def to_polars(url: str, pages: int) -> None:
    """A polars frame."""
    _manifest(_ours(url), pages).to_polars()


def rows_async(url: str, pages: int) -> None:
    """Typed rows, asynchronously."""
    _loop().run(_ause(_manifest(_ours(url), pages)))


def arrow_async(url: str, pages: int) -> None:
    """An Arrow table, asynchronously."""
    _loop().run(AsyncRows(_manifest(_ours(url), pages)).to_arrow())


def first_row(url: str, pages: int) -> None:
    """The first row alone, with a client of its own."""
    with connect(url, retries=0) as idc:
        for _ in range(pages):
            next(iter(v3.manifest(idc, SELECTION)))


def notebook_first_row(url: str, pages: int) -> None:
    """The first row alone, with a session of its own."""
    with requests.Session() as session:
        for _ in range(pages):
            _ = session.post(url + PATH, json=_body(0)).json()["series"][0]
