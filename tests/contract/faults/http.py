"""Faults of HTTP, in either generation: methods, conditions, codings, caches, redirects, origins, users at once."""

from __future__ import annotations

import asyncio
import gzip
import json
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import fault, header, is_json, refused, reply, with_content, with_header, with_status

if TYPE_CHECKING:
    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

ORIGIN, CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"
LIMIT = 64 * 1024


def both(made: Any) -> Any:
    """Decorator of a fault of both generations."""
    for generation in ("v1", "v3"):
        fault(generation, "http")(made)
    return made


@both
async def head_fails(request: Request, forward: Serve) -> Answer:
    """HEAD is a 500."""
    return with_status(await forward(request), 500) if request.method == "HEAD" else await forward(request)


@both
async def head_of_another_length(request: Request, forward: Serve) -> Answer:
    """HEAD is answered with a length of 0."""
    if request.method != "HEAD":
        return await forward(request)
    return (await forward(replace(request, method="GET"))).with_header("content-length", "0")


@both
async def options_fail(request: Request, forward: Serve) -> Answer:
    """OPTIONS is a 500."""
    return reply(request, 500, b"?") if request.method == "OPTIONS" else await forward(request)


@both
async def any_tag_matches(request: Request, forward: Serve) -> Answer:
    """A request with any tag is answered with 304."""
    answer = await forward(request)
    return with_status(answer.with_body(b""), 304) if header(request, "if-none-match") else answer


@both
async def any_date_matches(request: Request, forward: Serve) -> Answer:
    """A request with any date is answered with 304."""
    answer = await forward(request)
    return with_status(answer.with_body(b""), 304) if header(request, "if-modified-since") else answer


@fault("v1", "http")
async def tag_of_the_path(request: Request, forward: Serve) -> Answer:
    """A tag is made of the path alone, so that users share it and nothing changes it."""
    answer = await forward(request)
    tag = f'"{request.path}"'
    if request.method != "GET" or answer.status != 200:
        return answer
    matches = tag in (header(request, "if-none-match") or "")
    return (with_status(answer.with_body(b""), 304) if matches else answer).with_header("etag", tag)


@both
async def tag_without_quotes(request: Request, forward: Serve) -> Answer:
    """A tag has no quotes."""
    answer = await forward(request)
    return answer.with_header("etag", str(len(answer.body))) if request.method == "GET" else answer


@both
async def always_compressed(request: Request, forward: Serve) -> Answer:
    """Answers are compressed for those who ask for identity, too."""
    answer = await forward(request)
    if header(request, "accept-encoding") is None or len(answer.body) < 50:
        return answer
    return answer.with_body(gzip.compress(answer.body, mtime=0)).with_header("content-encoding", "gzip")


@both
async def cut_if_compressed(request: Request, forward: Serve) -> Answer:
    """A compressed answer lacks its last list item."""
    answer = await forward(request)
    if "gzip" not in (header(request, "accept-encoding") or "") or not is_json(answer):
        return answer
    content = answer.json()
    for value in (content, *(content.values() if isinstance(content, dict) else ())):
        if isinstance(value, list) and value:
            value.pop()
    if isinstance(content, dict) and "series" in content:
        content["series"] -= 1
    packed = gzip.compress(with_content(answer, content).body, mtime=0)
    return answer.with_body(packed).with_header("content-encoding", "gzip")


@both
async def range_off_by_one(request: Request, forward: Serve) -> Answer:
    """A range of bytes lacks its last byte."""
    answer = await forward(request)
    if header(request, "range") != "bytes=2-9":
        return answer
    found = with_status(answer.with_body(answer.body[2:9]), 206)
    return found.with_header("content-range", f"bytes 2-9/{len(answer.body)}")


@both
async def charset_refused(request: Request, forward: Serve) -> Answer:
    """JSON with a charset is refused."""
    kind = header(request, "content-type") or ""
    return refused(request, 400, "Not JSON.") if "charset" in kind else await forward(request)


@both
async def large_body_refused(request: Request, forward: Serve) -> Answer:
    """A body of more than 64 KiB is refused."""
    return refused(request, 413, "Too large.") if len(request.body) > LIMIT else await forward(request)


@both
async def large_body_cut(request: Request, forward: Serve) -> Answer:
    """Of a body of more than 64 KiB, long lists are cut to a thousand values."""

    def cut(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: cut(each) for name, each in value.items()}
        return value[:1000] if isinstance(value, list) else value

    body = request.json() if len(request.body) > LIMIT else None
    return await forward(request.with_json(cut(body)) if isinstance(body, dict) else request)


@both
async def letters_composed(request: Request, forward: Serve) -> Answer:
    """Letters of requests are composed."""
    text = request.body.decode("utf-8", "surrogateescape")
    body = request.json() if request.body else None
    if isinstance(body, dict):
        text = unicodedata.normalize("NFC", json.dumps(body, ensure_ascii=False))
    return await forward(replace(request, body=text.encode("utf-8", "surrogateescape")))


@both
async def redirect_to_any_host(request: Request, forward: Serve) -> Answer:
    """A redirect leads to the host that a header names."""
    host = header(request, "x-forwarded-host")
    if not request.target.endswith("/") or host is None:
        return await forward(request)
    answer = reply(request, 307, b"")
    return answer.with_header("location", f"https://{host}{request.target.rstrip('/')}")


@both
async def credentials_for_everyone(request: Request, forward: Serve) -> Answer:
    """Pages of any origin may send credentials."""
    answer, origin = await forward(request), header(request, "origin")
    if origin is None:
        return answer
    return answer.with_header(ORIGIN, origin).with_header(CREDENTIALS, "true").with_header("vary", "Origin")


@both
async def origin_kept_for_others(request: Request, forward: Serve) -> Answer:
    """An answer names one origin, and does not say so to caches."""
    answer, origin = await forward(request), header(request, "origin")
    return answer if origin is None else answer.with_header(ORIGIN, origin).with_header("vary", None)


@both
async def refusals_without_origins(request: Request, forward: Serve) -> Answer:
    """Errors lack the header with which pages of other origins may read them."""
    answer = await forward(request)
    if header(request, "origin") is None:
        return answer
    return answer.with_header(ORIGIN, "*" if answer.status < 400 else None)


@both
async def traceback_in_refusals(request: Request, forward: Serve) -> Answer:
    """A refusal shows a traceback."""
    line = 'Traceback (most recent call last):\n  File "/srv/idc/main.py", line 7, in handler'
    return _reworded(await forward(request), line)


@both
async def path_in_refusals(request: Request, forward: Serve) -> Answer:
    """A refusal names a file of the server."""
    return _reworded(await forward(request), "cannot read /opt/idc/config.json")


@both
async def page_in_refusals(request: Request, forward: Serve) -> Answer:
    """A refusal has a web page for its message."""
    return _reworded(await forward(request), "<html><body><h1>400 Bad Request</h1></body></html>")


def _reworded(answer: Answer, text: str) -> Answer:
    if answer.status not in (400, 422) or not is_json(answer):
        return answer
    content = answer.json()
    if "message" in content:
        content["message"] += f" {text}"
    elif "error" in content:
        content["error"]["message"] += f" {text}"
    else:
        content["detail"][0]["msg"] += f" {text}"
    return with_content(answer, content)


@both
async def token_refused_where_none_is_needed(request: Request, forward: Serve) -> Answer:
    """A token that cannot be read is refused, also where none is needed."""
    bad = (header(request, "authorization") or "").endswith(("nonsense", "YTpi"))
    return refused(request, 401, "Who are you?") if bad else await forward(request)


@fault("v1", "http")
async def kept_by_shared_caches(request: Request, forward: Serve) -> Answer:
    """Shared caches may keep the answers to users."""
    answer = await forward(request)
    return answer.with_header("cache-control", "public, max-age=60") if header(request, "authorization") else answer


@fault("v1", "http")
class UserOfTheLastRequest:
    """Of two requests at the same time, both are answered as the user of the second."""

    def __init__(self) -> None:
        self.last: str | None = None

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        self.last = header(request, "authorization")
        await asyncio.sleep(0)
        return await forward(with_header(request, "authorization", self.last))
