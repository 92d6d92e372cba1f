"""Walks over eleven rows of v3, and over pages of numbers of which each says what asks for the next."""

import hashlib
import json
import time
import zlib
from collections.abc import Callable
from typing import Any

import httpx
from hypothesis import strategies as st

from idc_ext import Rows, connect, v3
from idc_ext._paging.request import PollingPolicy
from tests.support.number_pages import FIRST, parse, resume
from tests.support.standin_process import NOWHERE
from tests.support.v3_service import RIDER, client, manifest_service, row

ROWS = [row(n) for n in range(11)]
UIDS = [one["SeriesInstanceUID"] for one in ROWS]
OPTIONS = {
    "total": st.integers(0, 12),
    "size": st.integers(1, 5),
    "ahead": st.integers(0, 4),
    "most": st.none() | st.integers(0, 14),
}


def uids(rows: Any) -> list[str]:
    return [one.series_instance_uid for one in rows]


def manifest(size: int = 3, answer: Callable[[str, Any], Any] | None = None, **how: Any) -> Rows[Any]:
    return v3.manifest(client(answer or manifest_service(ROWS)), RIDER, page_size=size).walk(**how)


def linked(pages: list[list[int]], seen: list[str | None] | None = None) -> Rows[int]:
    """Rows whose pages each say what asks for the next, as those of v1 do."""

    def answer(request: httpx.Request) -> httpx.Response:
        token = request.url.params.get("token")
        if seen is not None:
            seen.append(token)
        n = int(token or 0)
        following = str(n + 1) if n + 1 < len(pages) else ""
        return httpx.Response(200, json={"rows": pages[n], "total": None, "token": following})

    return Rows(
        connect(NOWHERE, transport=httpx.MockTransport(answer)), FIRST, resume, parse, PollingPolicy(first=0.001)
    )


def wait_until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def resealed(document: dict[str, Any]) -> str:
    """The text of a checkpoint with other members, and digests that agree with them."""
    members = {name: document[name] for name in ("request", "position", "output", "finished")}
    digest = hashlib.sha256(json.dumps(members, sort_keys=True).encode()).hexdigest()
    crc = zlib.crc32(f"{document['within']} {digest}".encode())
    return json.dumps({**document, "sha256": digest, "within_crc32": crc})
