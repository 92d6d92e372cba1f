"""Requests, answers, and two callers: an ASGI application in this process, and a URL.

Law: knows HTTP and nothing of this API. Requests are built here byte by byte, so the same seed sends the same bytes.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import shlex
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = tuple[tuple[str, str], ...]
ATTEMPTS = 4
"""The number of attempts for a request that is answered with 429, or with 503 and Retry-After."""
LONGEST_WAIT = 60.0
"""The seconds that a request waits for the service in all."""
BUSIER = 10
"""A request in this process may wait for as many times its own processor time, because other programs use the cores."""
FAILURE = 500
"""The status from which an answer says that the service failed, whatever was asked."""
SPIN = 0.05
"""Seconds of work that show how much of a core this process gets."""
SECRET = 12
"""The length from which a part of a token is hidden."""
JSON = (("content-type", "application/json"),)


class Unreachable(Exception):
    """No response at all: the contract cannot be checked."""


class Broken(AssertionError):
    """A broken rule of the contract: ``check`` is its name, ``answer`` the evidence.

    ``place`` is set by rules that follow from the document: the part of the document that the answer does not fit.
    ``trail`` has all requests of the example that broke the rule.
    """

    def __init__(self, check: str, message: str, answer: Answer | None = None, place: str = "") -> None:
        super().__init__(message)
        self.check, self.answer, self.place = check, answer, place
        self.trail: tuple[Sent, ...] = ()


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

    def curl(self, base: str, tokens: Sequence[Sequence[str]] = ()) -> str:
        """A command that sends the request again; variables stand for the tokens of users, old ones included."""
        words = ["curl", "--silent", "--show-error", "--include", "--globoff"]
        words += {"GET": [], "HEAD": ["--head"]}.get(self.method, ["--request", self.method])
        line = " ".join(words)
        for name, value in self.headers:
            line += f" --header {quoted(f'{name}: {value}', tokens)}"
        if self.body:
            line += f" --data-raw {shlex.quote(self.body.decode('utf-8', 'backslashreplace'))}"
        return f"{line} {shlex.quote(base + self.target)}"


def quoted(text: str, tokens: Sequence[Sequence[str]]) -> str:
    """A word of a shell command, with variables in place of tokens and of their parts."""
    shown = shlex.quote(text)
    names = ["IDC_TOKEN", *(f"IDC_TOKEN_{number}" for number in range(2, len(tokens) + 1))]
    known = [(name, token) for name, some in zip(names, tokens, strict=False) for token in some]
    for name, token in known:
        shown = shown.replace(token, f"'\"${name}\"'")
    for name, token in known:
        for at, part in enumerate(token.split("."), 1):  # of a token that a test has changed
            if len(part) >= SECRET:
                cut = f'cut -d. -f{at} <<< "${name}"'
                shown = shown.replace(part, f"'\"$({cut})\"'").replace(part[:-8], f"'\"$({cut} | head -c-9)\"'")
    return shown.removeprefix("''").removesuffix("''")


@dataclass(frozen=True)
class Sent:
    """A request that was sent, and the status of its answer; 0 if there was none."""

    request: Request
    status: int = 0


@dataclass(frozen=True)
class Answer:
    """An answer, and the seconds that it took."""

    request: Request
    status: int
    headers: Headers
    body: bytes
    seconds: float = 0.0
    processor: float | None = None
    """The seconds of processor time that it took, if it was made in this process."""
    wire: int | None = None
    """The number of bytes that were sent, if these were compressed."""
    waited: float = 0.0
    """The seconds for which the service had asked to wait, before this answer."""

    def late(self, limit: float) -> bool:
        """Whether it took too long; in this process, waiting for a core that other programs use does not count."""
        if self.processor is None:
            return self.seconds > limit
        return self.processor > limit or self.seconds > limit + BUSIER * self.processor

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
        return replace(self, body=body, wire=None).with_header("content-length", str(len(body)))

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

    @property
    def slowdown(self) -> float:
        """How many times slower than at the start of the run answers may be now, through no fault of the service."""

    def __call__(self, request: Request) -> Answer:
        """The answer; raises Unreachable without a response, Broken if the response is not valid HTTP."""

    def together(self, requests: Sequence[Request]) -> list[Answer]:
        """The answers to requests that are sent at the same time, in their order."""

    def close(self) -> None:
        """Close connections and event loops."""


class InProcess:
    """A caller of an ASGI application, without a socket."""

    base = "http://127.0.0.1:8021"
    slowdown = 1.0  # answers of this process are judged by its processor time

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()

    def __call__(self, request: Request) -> Answer:
        """The answer; an exception of the application becomes a 500, as in a server."""
        return decoded(self.loop.run_until_complete(serve(self.app, _accepting(request))))

    def together(self, requests: Sequence[Request]) -> list[Answer]:
        """The answers, made in turns by one event loop and its threads."""

        async def all_of_them() -> list[Answer]:
            return await asyncio.gather(*(serve(self.app, _accepting(request)) for request in requests))

        return [decoded(answer) for answer in self.loop.run_until_complete(all_of_them())]

    def close(self) -> None:
        """Close the event loop."""
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


class OverHTTP:
    """A caller of a URL, at most ``rate`` times a second (0: no limit)."""

    def __init__(self, base: str, rate: float = 0.0, patience: float = 60.0) -> None:
        self.base, self.pause, self.next = base.rstrip("/"), 1 / rate if rate else 0.0, 0.0
        try:
            self.client = httpx.Client(timeout=patience, follow_redirects=False, trust_env=True)
        except (httpx.InvalidURL, ValueError, ImportError):  # of addresses that may hold a password
            raise Unreachable(
                "a proxy of the environment cannot be used: correct or remove HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
            ) from None
        self.reference: tuple[Request, float] | None = None
        """A request, and the seconds that its answer took at the start."""

    def __call__(self, request: Request) -> Answer:
        """The answer; waits if the service asks for that, as it does while it restarts."""
        left = LONGEST_WAIT
        for attempt in range(ATTEMPTS):
            answer = self._once(request)
            restarting = answer.status == httpx.codes.SERVICE_UNAVAILABLE and answer.header("retry-after") is not None
            if answer.status != httpx.codes.TOO_MANY_REQUESTS and not restarting:
                return answer
            answer = replace(answer, waited=LONGEST_WAIT - left)
            after = retry_after(answer)
            wait = (self.pause or 1.0) * 2**attempt if after is None else after
            if wait > left:
                break
            time.sleep(wait)
            left -= wait
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            raise Unreachable(f"{self.base} answers 429 again and again: use a lower --rate")
        return answer

    def together(self, requests: Sequence[Request]) -> list[Answer]:
        """The answers, on as many connections; one after the other if there is a rate to keep."""
        if self.pause:
            return [self(request) for request in requests]
        with ThreadPoolExecutor(len(requests)) as threads:
            return list(threads.map(self, requests))

    @property
    def slowdown(self) -> float:
        """How many times slower the network, the service or this machine is than at the start; at least 1."""
        started, processor = time.monotonic(), time.process_time()
        while time.process_time() - processor < SPIN:
            pass
        shared = (time.monotonic() - started) / SPIN
        if self.reference is None:
            return max(1.0, shared)
        request, then = self.reference
        try:
            now = min(self._once(request).seconds for _ in range(3))
        except Broken:
            return max(1.0, shared)
        return max(1.0, shared, now / max(then, SPIN))

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
            raise Broken(
                "an answer", f"{request.method} {request.target}: {str(error) or type(error).__name__}"
            ) from error
        seconds = time.monotonic() - started
        wire = response.num_bytes_downloaded if "content-encoding" in response.headers else None
        headers = tuple(response.headers.multi_items())
        return Answer(request, response.status_code, headers, response.content, seconds, wire=wire)

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


CRASH: tuple[dict[str, Any], ...] = (
    {"type": "", "status": 500, "headers": [(b"content-type", b"text/plain; charset=utf-8")]},
    {"type": "", "body": b"Internal Server Error"},
)
"""What a server answers if its application fails."""


def _accepting(request: Request) -> Request:
    """The request as a client over HTTP sends it: compressed answers are welcome."""
    if any(name.lower() == "accept-encoding" for name, _ in request.headers):
        return request
    return replace(request, headers=(*request.headers, ("accept-encoding", "gzip, deflate")))


def decoded(answer: Answer) -> Answer:
    """The answer without the coding of its body; raises Broken if that cannot be decoded."""
    coding = (answer.header("content-encoding") or "identity").strip().lower()
    if coding == "identity" or not answer.body:
        return answer
    try:
        body = gzip.decompress(answer.body) if coding in ("gzip", "x-gzip") else zlib.decompress(answer.body)
    except (OSError, EOFError, zlib.error) as error:
        raise Broken("an answer", f"{answer.request.method} {answer.request.target}: {coding}: {error}") from error
    return replace(answer, body=body, wire=len(answer.body))


def retry_after(answer: Answer) -> float | None:
    """The seconds to wait that an answer asks for, as a number or as a date; None if it does not."""
    text = (answer.header("retry-after") or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


async def serve(app: ASGIApp, request: Request) -> Answer:
    """What an ASGI application answers."""
    path, _, query = request.target.partition("?")
    body, messages = [request.body], list[Any]()
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

    started, processor = time.monotonic(), time.process_time()
    try:
        await app(scope, receive, send)
    except Exception:
        if not messages:
            messages += CRASH
    seconds, used = time.monotonic() - started, time.process_time() - processor
    start = messages[0]
    sent = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"])
    content = b"".join(message.get("body", b"") for message in messages[1:])
    return Answer(request, start["status"], sent, content, seconds, used)


Serve = "Callable[[Request], Awaitable[Answer]]"
Layer = "Callable[[Request, Serve], Awaitable[Answer]]"


class Layered:
    """An ASGI application with something between it and its callers: a memory, a fault, a gate."""

    def __init__(self, app: ASGIApp | None, layer: Callable[[Request, Any], Awaitable[Answer]]) -> None:
        """``app`` may be None for a layer that never forwards."""
        self.app, self.layer = app, layer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; starts and stops go through."""
        if scope["type"] != "http":
            if self.app is not None:
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
            assert self.app is not None
            return await serve(self.app, request)

        answer = await self.layer(request, forward)
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})
