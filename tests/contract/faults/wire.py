"""Changes of an answer's bytes and headers and of a request's method, for the faults of both generations.

Law: names no operation; the faults of each generation choose the answers.
"""

from __future__ import annotations

import asyncio
import http
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.contract.faults.fault import operation

if TYPE_CHECKING:
    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

MARK = b"\xef\xbb\xbf"


def in_latin_1(answer: Answer) -> Answer:
    """The answer in Latin-1, where that has all its letters."""
    try:
        return answer.with_body(answer.text.encode("latin-1"))
    except UnicodeEncodeError:
        return answer


def with_byte_order_mark(answer: Answer) -> Answer:
    """The answer behind a byte order mark."""
    return answer.with_body(MARK + answer.body)


def as_web_page(answer: Answer) -> Answer:
    """The answer as a web page that names its status."""
    title = f"{answer.status} {http.HTTPStatus(answer.status).phrase}"
    page = f"<!doctype html><title>{title}</title>".encode()
    return answer.with_body(page).with_header("content-type", "text/html")


def without_allow(answer: Answer) -> Answer:
    """The answer without its list of methods, if it refuses one."""
    return answer.with_header("allow", None) if answer.status == http.HTTPStatus.METHOD_NOT_ALLOWED else answer


def as_get(request: Request, *methods: str) -> Request:
    """The request as a GET, if it is of these methods and there is such a GET."""
    known = request.method in methods and operation(replace(request, method="GET"))
    return replace(request, method="GET") if known else request


async def late(request: Request, forward: Serve, slow: str) -> Answer:
    """The answer, six seconds late for one operation."""
    await asyncio.sleep(6 if operation(request) == slow else 0)
    return await forward(request)
