"""Requests, answers, and two callers: an ASGI application in this process, and a URL.

Law: knows HTTP and nothing of this API. Requests are built here byte by byte, so the same seed sends the same bytes.
"""

from __future__ import annotations

import asyncio
import json
import shlex
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = tuple[tuple[str, str], ...]
ATTEMPTS = 4
"""The number of attempts for a request that is answered with 429."""
LONGEST_WAIT = 30.0
JSON = (("content-type", "application/json"),)


class Unreachable(Exception):
    """No response at all: the contract cannot be checked."""


class Broken(AssertionError):
    """A broken rule of the contract; ``check`` is its name, ``answer`` the evidence."""

    def __init__(self, check: str, message: str, answer: Answer | None = None) -> None:
        super().__init__(message)
        self.check, self.answer = check, answer


@dataclass(frozen=True)
class Request:
    """A request. ``target`` is the path and query as they are sent."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(urlsplit(self.target).path)

    @cached_property
    def query(self) -> dict[str, str]:
        """The query parameters, decoded; the last one of equal names."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def json(self) -> Any:
        """The body as JSON; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):  # text that is not JSON, or nested too deeply
            return None

    def with_json(self, body: Any) -> Request:
        """The same request with another JSON body."""
        return replace(self, body=dumps(body))

    def with_query(self, **changes: Any) -> Request:
        """The same request with query parameters set, or removed by None."""
        query = {name: value for name, value in {**self.query, **changes}.items() if value is not None}
        path = self.target.partition("?")[0]
        return replace(self, target=f"{path}?{urlencode(query)}" if query else path)

    def curl(self, base: str) -> str:
        """A command that sends the request again; a variable stands for the token."""
        words = ["curl", "--silent", "--show-error", "--include", "--globoff"]
        words += ["--request", self.method] if self.method != "GET" else []
        line = " ".join(words)
        for name, value in self.headers:
            secret = name.lower() == "authorization"
            line += ' --header "Authorization: Bearer $IDC_TOKEN"' if secret else f" --header '{name}: {value}'"
        if self.body:
            line += f" --data-raw {shlex.quote(self.body.decode('utf-8', 'backslashreplace'))}"
        return f"{line} {shlex.quote(base + self.target)}"


@dataclass(frozen=True)
class Answer:
    """An answer, and the seconds that it took."""

    request: Request
    status: int
    headers: Headers
    body: bytes
    seconds: float = 0.0

    def header(self, name: str) -> str | None:
        """The value of a header, in any case of its name; None if it was not sent."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @cached_property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @cached_property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def content(self) -> Any:
        """The body as JSON, parsed once; treat it as read-only."""
        return json.loads(self.body)

    def json(self) -> Any:
        """The body as JSON, parsed again for each call, so it may be changed."""
        return json.loads(self.body)

    def with_json(self, content: Any) -> Answer:
        """The same answer with another JSON body."""
        return self.with_body(dumps(content))

    def with_body(self, body: bytes) -> Answer:
        """The same answer with other bytes, and their length."""
        return replace(self, body=body).with_header("content-length", str(len(body)))

    def with_header(self, name: str, value: str | None) -> Answer:
        """The same answer with a header set, or removed by None."""
        kept = tuple((key, old) for key, old in self.headers if key.lower() != name)
        return replace(self, headers=(*kept, (name, value)) if value is not None else kept)


def dumps(content: Any) -> bytes:
    """JSON, compact, in UTF-8; lone surrogates stay escaped."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(content, separators=(",", ":")).encode()


class Caller(Protocol):
    """A way to send requests."""

    base: str

    def __call__(self, request: Request) -> Answer:
        """The answer; raises Unreachable without a response, Broken if the response is not valid HTTP."""

    def close(self) -> None:
        """Close connections and event loops."""


class InProcess:
    """A caller of an ASGI application, without a socket."""

    base = "http://127.0.0.1:8021"

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()

    def __call__(self, request: Request) -> Answer:
        """The answer; an exception of the application becomes a 500, as in a server."""
        return self.loop.run_until_complete(serve(self.app, request))

    def close(self) -> None:
        """Close the event loop."""
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


class OverHTTP:
    """A caller of a URL, at most ``rate`` times a second (0: no limit)."""

    def __init__(self, base: str, rate: float = 0.0, patience: float = 60.0) -> None:
        self.base, self.pause, self.next = base.rstrip("/"), 1 / rate if rate else 0.0, 0.0
        self.client = httpx.Client(timeout=patience, follow_redirects=False, trust_env=True)

    def __call__(self, request: Request) -> Answer:
        """The answer."""
        for _ in range(ATTEMPTS):
            answer = self._once(request)
            if answer.status != httpx.codes.TOO_MANY_REQUESTS:
                return answer
            after = answer.header("retry-after") or ""
            time.sleep(min(float(after), LONGEST_WAIT) if after.isdecimal() else self.pause or 1.0)
        raise Unreachable(f"{self.base} answers 429 again and again: use a lower --rate")

    def _once(self, request: Request) -> Answer:
        wait = self.next - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self.next = time.monotonic() + self.pause
        started = time.monotonic()
        try:
            response = self._send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.ProxyError) as error:
            raise Unreachable(f"{self.base} cannot be reached: {error}") from error
        except httpx.RequestError as error:  # cut off, too late, or encoded in a way that cannot be decoded
            raise Broken("an answer", f"{request.method} {request.target}: {error or type(error).__name__}") from error
        seconds = time.monotonic() - started
        return Answer(request, response.status_code, tuple(response.headers.multi_items()), response.content, seconds)

    def _send(self, request: Request) -> httpx.Response:
        sent = self.client.build_request(
            request.method, self.base + request.target, headers=list(request.headers), content=request.body or None
        )
        try:
            return self.client.send(sent)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # A failing server may close a connection without notice; the next request on it is sent once more.
            if request.method == "DELETE" or (request.method, request.path) == ("POST", "/v1/cohorts"):
                raise
            return self.client.send(sent)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


async def serve(app: ASGIApp, request: Request) -> Answer:
    """What an ASGI application answers."""
    path, _, query = request.target.partition("?")
    body, messages = [request.body], []
    host = (b"host", b"127.0.0.1:8021")
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    if request.body or request.method in {"POST", "PUT", "PATCH"}:
        headers.append((b"content-length", str(len(request.body)).encode()))
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii", "replace"),
        "query_string": query.encode("ascii", "replace"),
        "root_path": "",
        "headers": [host, *headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8021),
        "state": {},
    }

    async def receive() -> Message:
        if body:
            return {"type": "http.request", "body": body.pop(), "more_body": False}
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        messages.append(message)

    started = time.monotonic()
    try:
        await app(scope, receive, send)
    except Exception:
        if not messages:
            plain = (("content-type", "text/plain; charset=utf-8"),)
            return Answer(request, 500, plain, b"Internal Server Error", time.monotonic() - started)
    seconds = time.monotonic() - started
    start = messages[0]
    sent = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"])
    return Answer(request, start["status"], sent, b"".join(m.get("body", b"") for m in messages[1:]), seconds)


Serve = "Callable[[Request], Awaitable[Answer]]"
Layer = "Callable[[Request, Serve], Awaitable[Answer]]"


class Layered:
    """An ASGI application with something between it and its callers: a memory, a fault."""

    def __init__(self, app: ASGIApp, layer: Callable[[Request, Any], Awaitable[Answer]]) -> None:
        self.app, self.layer = app, layer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; starts and stops go through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        query = scope["query_string"].decode("latin-1")
        path = scope.get("raw_path", scope["path"].encode()).partition(b"?")[0].decode("latin-1")
        skipped = {b"content-length", b"host"}
        headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"] if n not in skipped)
        request = Request(scope["method"], f"{path}?{query}" if query else path, headers, body)

        async def forward(request: Request) -> Answer:
            return await serve(self.app, request)

        answer = await self.layer(request, forward)
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})
