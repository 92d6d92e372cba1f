"""A server of manifest pages that costs almost nothing, so that benchmarks measure the client.

    .venv/bin/python -m benchmarks.page_server --pages 200 --delay 0.05 --gzip

It listens on loopback and prints its port. Pages are real rows of the public index, 5,000 each, sorted as v3 sorts
them, encoded (and compressed) before the first request; `GET /v3/version` is answered as by v3; every other
request is treated as `POST /v3/cohort/manifest`, of which only the page number counts.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import re
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import duckdb
import idc_index_data
import msgspec

from benchmarks.client_peaks import FILTERS, ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = (
    "collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID, Modality, SeriesDescription, "
    "instanceCount, series_size_MB, aws_bucket, crdc_series_uuid, series_aws_url"
)
VERSION = {"idc_version": "v25", "idc_index_data_version": "25.0.5", "idc_api_version": "0"}
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def bodies(pages: int) -> Iterator[bytes]:
    """Encode that many pages."""
    index = str(idc_index_data.IDC_INDEX_PARQUET_FILEPATH)
    statement = f"SELECT {COLUMNS} FROM read_parquet(?) ORDER BY ALL LIMIT {pages * ROWS}"
    found = duckdb.connect().execute(statement, [index])
    names = COLUMNS.split(", ")
    said = {"filters_applied": {"terms": {}, **FILTERS}, "warnings": []}
    counts = {"patients": 1, "studies": 1, "series": pages * ROWS, "instances": pages * ROWS, "size_TB": 1.0, **said}
    download = {"total_series": pages * ROWS, "size_TB": 1.0, "idc_commands": [], "manifest_preview": []}
    for page in range(pages):
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchmany(ROWS)]
        head = {"counts": counts, "page": page, "page_size": ROWS, "returned": len(rows), "total_series": pages * ROWS}
        more = {**download, "manifest_truncated": True, "note": "none"}
        yield msgspec.json.encode({**head, "series": rows, "download": more})


def answer(body: bytes, *, packed: bool) -> bytes:
    """Return a whole response with this body."""
    body = gzip.compress(body, 1) if packed else body
    coding = "content-encoding: gzip\r\n" if packed else ""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{coding}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def serve(connection: socket.socket, pages: list[bytes], delay: float) -> None:
    """Answer the requests of one connection."""
    version, waiting = answer(json.dumps(VERSION).encode(), packed=False), b""
    with connection, contextlib.suppress(OSError):
        while True:
            while b"\r\n\r\n" not in waiting:
                piece = connection.recv(65_536)
                if not piece:
                    return
                waiting += piece
            head, _, waiting = waiting.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            due = int(length[1]) if length else 0
            while len(waiting) < due:
                waiting += connection.recv(65_536)
            body, waiting = waiting[:due], waiting[due:]
            if b" /v3/version" in head.partition(b"\r\n")[0]:
                connection.sendall(version)
                continue
            if delay:
                time.sleep(delay)
            connection.sendall(pages[json.loads(body).get("page", 0)])


@contextlib.contextmanager
def running(pages: int, *, delay: float = 0.0, packed: bool = False) -> Iterator[str]:
    """Run the server in its own process; yields its URL."""
    command = [sys.executable, "-m", __name__, "--pages", str(pages), "--delay", str(delay), *(["--gzip"] * packed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


def main() -> None:
    """Serve until terminated."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    options.add_argument("--pages", type=int, default=200)
    options.add_argument("--delay", type=float, default=0.0, help="seconds before each page")
    options.add_argument("--gzip", action="store_true")
    asked = options.parse_args()
    pages = [answer(body, packed=asked.gzip) for body in bodies(asked.pages)]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        while True:
            connection, _ = listening.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(connection, pages, asked.delay), daemon=True).start()


if __name__ == "__main__":
    main()
