"""A v3 in this process: a function of path and body answers, with the rows, pages, counts and lines of a service."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from idc_ext import connect
from tests.support.applied_filters import with_filters_echo
from tests.support.standin_process import NOWHERE

RIDER = {"collection_id": "rider_pilot"}
WIRE = {"terms": {"collection_id": ["rider_pilot"]}}
VERSION = {"idc_version": "v25", "idc_index_data_version": "25.0.5", "api_version": "3", "build": None}
Answer = Callable[[str, Any], Any]


def client(answer: Answer, make: Any = connect) -> Any:
    """A client whose server is a function of path and body: it gives a response, or its JSON without the echo."""

    def handle(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else dict(request.url.params)
        given = answer(request.url.path, body)
        return given if isinstance(given, httpx.Response) else httpx.Response(200, json=with_filters_echo(body, given))

    transport = httpx.MockTransport(handle)
    return make(NOWHERE, transport=transport) if make is connect else make(NOWHERE, httpx_args={"transport": transport})


def row(n: int) -> dict[str, Any]:
    uuid = f"00000000-0000-0000-0000-{n:012}"
    return {
        "collection_id": "rider_pilot", "PatientID": f"p{n // 3:04}", "StudyInstanceUID": "1.2",
        "SeriesInstanceUID": f"1.{n:04}", "Modality": "CT", "SeriesDescription": None, "instanceCount": 1,
        "series_size_MB": 0.5, "aws_bucket": "b", "crdc_series_uuid": uuid, "series_aws_url": f"s3://b/{uuid}/*",
    }  # fmt: skip


def counts_body(series: int) -> dict[str, Any]:
    return {"patients": 1, "studies": 1, "series": series, "instances": series, "size_TB": 0.0}


def page_of(rows: list[dict[str, Any]], page: int, size: int, **other: Any) -> dict[str, Any]:
    shown = rows[page * size : (page + 1) * size]
    reported = {"page": page, "page_size": size, "returned": len(shown), "total_series": len(rows)}
    return {"counts": counts_body(len(rows)), "series": shown, "download": {}, **reported, **other}


def manifest_service(rows: list[dict[str, Any]], clamp: int = 5000) -> Answer:
    """A faultless server of these rows, which adjusts the page size without notice."""

    def answer(path: str, body: Any) -> Any:
        if path == "/v3/version":
            return VERSION
        return page_of(rows, max(body["page"], 0), min(max(body["page_size"], 1), clamp))

    return answer


async def collect(rows: Any) -> list[Any]:
    return [one async for one in rows]


def text_service(lines: list[str], *, series: int | None = None, **headers: str) -> Answer:
    """A server of these lines, which obeys `limit` and reports this number of series."""

    def answer(path: str, body: Any) -> Any:
        if path == "/v3/version":
            return VERSION
        if path == "/v3/cohort/counts":
            return counts_body(len(lines) if series is None else series)
        shown = "".join(f"{line}\n" for line in lines[: body["limit"]])
        return httpx.Response(200, text=shown, headers=headers)

    return answer


ROWS = [row(n) for n in range(6)]
LINES = [one["series_aws_url"] for one in ROWS]
#: An answer of /v3/sql.
TABLE = {"columns": ["a"], "rows": [{"a": 1}], "row_count": 1, "truncated": False, "max_rows": 9}
