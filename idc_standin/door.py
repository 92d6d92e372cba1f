"""The outermost application: refuses requests that are too large, too deep, too slow, or too many.

Law: knows sizes, times and numbers (``budget.py``) and the operations of the document, and nothing of their responses.
A refused request gets one sentence in the error shape of its generation.
"""

from __future__ import annotations

import asyncio
from array import array
from collections import deque
from contextlib import suppress
from itertools import accumulate
from json import detect_encoding
from re import compile as pattern
from typing import TYPE_CHECKING, Any

from idc_standin import budget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from idc_standin.contract import Contract, Operation

    Refuse: TypeAlias = Callable[["Refusal"], ASGIApp]
    """The response to a refused request."""

BRACKETS = b'"[]{}'
NEITHER = bytes(set(range(256)) - set(BRACKETS))
STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")  # as signed bytes: one level down, one level up
STRING = pattern(rb'"[^"]*+(?:"|\Z)')
SLICE = 256 * budget.KB


class Refusal(Exception):
    """A request that is refused: its status, the sentence, and the seconds of ``Retry-After`` (0: none).

    ``ends``: its connection ends, because the body was not read.
    """

    def __init__(self, status: int, message: str, retry: int = 0, *, ends: bool = False) -> None:
        super().__init__(message)
        self.status, self.message, self.retry, self.ends = status, message, retry, ends

    @property
    def headers(self) -> dict[str, str]:
        """``Retry-After``, and the end of the connection."""
        retry = {"Retry-After": str(self.retry)} if self.retry else {}
        return retry | ({"Connection": "close"} if self.ends else {})


class Disconnected(Exception):
    """The client has disconnected before it got a response."""


class Queue:
    """The requests of a lane that wait for a thread, in the order of their arrival."""

    def __init__(self, lane: budget.Lane) -> None:
        self.lane, self.free = lane, lane.running
        self.waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self, receive: Receive) -> None:
        """Wait for a turn; raises Refusal when there is none in time, and Disconnected when the client leaves."""
        if self.free:
            self.free -= 1
            return
        if len(self.waiting) >= self.lane.waiting:
            raise busy("has too many requests")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        left = asyncio.ensure_future(_until_disconnected(receive))
        granted = disconnected = False
        try:
            await asyncio.wait({turn, left}, timeout=self.lane.seconds, return_when=asyncio.FIRST_COMPLETED)
            disconnected = left.done()
            granted = turn.done() and not disconnected
        finally:
            left.cancel()
            if not granted:
                self._withdraw(turn)
        if disconnected:
            raise Disconnected
        if not granted:
            raise busy(f"was busy for {self.lane.seconds:g} s")

    def _withdraw(self, turn: asyncio.Future[None]) -> None:
        if turn.done():  # in the same moment
            self.leave()
        else:
            self.waiting.remove(turn)

    def leave(self) -> None:
        """Give the turn to the next request."""
        if self.waiting:
            self.waiting.popleft().set_result(None)
        else:
            self.free += 1


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Bytes:
    """A limit on the bytes that all requests hold at once."""

    def __init__(self, most: int) -> None:
        self.most, self.held, self.changed = most, 0, asyncio.Event()

    def take(self, size: int) -> bool:
        """Hold ``size`` more bytes if there is room. A size above the limit is held when nothing else is."""
        if self.held and self.held + size > self.most:
            return False
        self.held += size
        return True

    async def wait(self, size: int, seconds: float) -> bool:
        """Hold ``size`` more bytes as soon as there is room; False if there is none within the seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.take(size):
                    self.changed.clear()
                    await self.changed.wait()
                return True
        return False

    def give(self, size: int) -> None:
        """Hold ``size`` fewer bytes."""
        self.held -= size
        self.changed.set()


class Door:
    """The application behind the limits of ``budget.py``."""

    def __init__(self, app: ASGIApp, contract: Contract, refuse: Refuse, **of: Refuse) -> None:
        """``refuse``: makes the response to a refused request; ``of``: those of paths that begin otherwise."""
        self.app, self.refuse, self.refuse_of = app, refuse, of
        self.exact: dict[tuple[str, str], Operation] = {}
        self.others: list[Operation] = []
        for operation in contract.operations:
            if "{" in operation.path:
                self.others.append(operation)
            else:
                self.exact |= {(operation.method, operation.path + slash): operation for slash in ("", "/")}
        self.queues = {name: Queue(lane) for name, lane in budget.LANES.items()}
        self.receiving = Bytes(budget.RECEIVING_BYTES)
        self.parsed = Bytes(budget.PARSED_BYTES)
        self.sending = Bytes(budget.SENDING_BYTES)
        self.waiting_results = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's start and stop."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        operation = self._find(scope["method"], scope["path"])
        lane = budget.OTHERS if operation is None else budget.OPERATIONS.get(operation.id, budget.OTHERS)
        visit = Visit(self, receive, send)
        try:
            await self._admit(visit, scope, lane, has_body=operation is not None and operation.body is not None)
        except Refusal as refusal:
            refuse = self.refuse_of.get(first_part(scope["path"]), self.refuse)
            await refuse(refusal)(scope, receive, send)
        except Disconnected:
            pass
        finally:
            visit.end()

    async def _admit(self, visit: Visit, scope: Scope, lane: str | None, *, has_body: bool) -> None:
        if has_body:
            await visit.read(scope)
        if lane is not None:
            await visit.take_turn(self.queues[lane])
        await self.app(scope, visit.receive, visit.send)

    def _find(self, method: str, path: str) -> Operation | None:
        method = "GET" if method == "HEAD" else method
        found = self.exact.get((method, path))
        if found is None:
            for operation in self.others:
                if operation.method == method and operation.pattern.fullmatch(path):
                    return operation
        return found


class Visit:
    """One request: the resources that it holds, and the way of its body and its response."""

    def __init__(self, door: Door, receive: Receive, send: Send) -> None:
        self.door, self._receive, self._send = door, receive, send
        self.body: bytes | None = b""  # None when it has been handed on
        self.queue: Queue | None = None
        self.received = self.parsed = self.sent = 0

    def end(self) -> None:
        """Give back everything that is held."""
        self._let_go()
        self.door.receiving.give(self.received)
        self.door.sending.give(self.sent)
        self.received = self.sent = 0

    def _let_go(self) -> None:
        """Give back the thread and the bytes that the handler needed."""
        if self.queue is not None:
            self.queue.leave()
            self.queue = None
        if self.parsed:
            self.door.parsed.give(self.parsed)
            self.parsed = 0

    # --- the request ---------------------------------------------------------------------------------------------

    async def read(self, scope: Scope) -> None:
        """Receive the body, and refuse one that is beyond the budget."""
        headers = _headers(scope)
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared[:20]) > budget.BODY_BYTES:
            raise _too_large()
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(budget.BODY_SECONDS):
                more = True
                while more:
                    message = await self._receive()
                    if message["type"] == "http.disconnect":
                        raise Disconnected
                    parts.append(part := message.get("body", b""))
                    more = message.get("more_body", False)
                    self._count(len(part))
                    if "too_many_chunks" in (scope.get("extensions") or {}):
                        raise Refusal(
                            413, "The body has too many chunks for its size; send it in larger ones.", ends=True
                        )
        except TimeoutError:
            sentence = f"The body did not arrive within {budget.BODY_SECONDS:g} s; send it faster, or a smaller one."
            raise Refusal(408, sentence, ends=True) from None
        self.body = b"".join(parts)
        if _is_json(headers.get(b"content-type", b"")):
            await _check(self.body)
        if len(self.body) > budget.LARGE_BODY:
            size = len(self.body)
            if not await self.door.parsed.wait(size, budget.LANES[budget.OTHERS].seconds):
                raise busy("is busy with large requests")
            self.parsed = size

    def _count(self, size: int) -> None:
        if self.received + size > budget.BODY_BYTES:
            raise _too_large()
        if not self.door.receiving.take(size):
            raise busy("is receiving too many large requests")
        self.received += size

    async def take_turn(self, queue: Queue) -> None:
        """Wait for a thread of the lane."""
        await queue.enter(self._receive)
        self.queue = queue

    async def receive(self) -> Message:
        """The body, which has been read, then the messages of the client."""
        if self.body is None:
            return await self._receive()
        body, self.body = self.body, None
        self.door.receiving.give(self.received)
        self.received = 0
        return {"type": "http.request", "body": body, "more_body": False}

    # --- the response --------------------------------------------------------------------------------------------

    async def send(self, message: Message) -> None:
        """Send a part of the response; a large one in pieces, each sent when the client has read the one before."""
        if message["type"] == "http.response.start":
            # The thread stays taken until there is room for the response.
            size = int(_headers(message).get(b"content-length", 0))
            if size > budget.LARGE_RESPONSE:
                await self._wait_for_room(size)
            self._let_go()
        body = message.get("body", b"")
        if len(body) <= budget.LARGE_RESPONSE:
            await self._send(message)
            return
        view, more = memoryview(body), message.get("more_body", False)
        piece = min(budget.RESPONSE_PIECE, -(-len(body) // 2))  # two at least: the last one waits for the one before
        for start in range(0, len(body), piece):
            end = start + piece
            await self._send({**message, "body": view[start:end], "more_body": more or end < len(body)})

    async def _wait_for_room(self, size: int) -> None:
        """Wait until a large response may be sent; raises Refusal if too many results of SQL wait already.

        What waits is bounded: other responses keep the thread of their lane.
        """
        laneless = self.queue is None
        if laneless and self.door.waiting_results >= budget.WAITING_RESULTS:
            raise busy("is sending too many large results")
        self.door.waiting_results += laneless
        try:
            while not await self.door.sending.wait(size, budget.STALL_SECONDS):
                pass  # a client that stalls is disconnected by the protocol, which makes room
        finally:
            self.door.waiting_results -= laneless
        self.sent = size


def first_part(path: str) -> str:
    """The first part of a path: ``v1``, ``v3``, ``ga4gh``."""
    return path.partition("/")[2].partition("/")[0]


def busy(what: str) -> Refusal:
    """The refusal of a request that the client may send again soon."""
    return Refusal(503, f"The server {what}; try again in {budget.RETRY_SECONDS} s.", budget.RETRY_SECONDS)


def _too_large() -> Refusal:
    return Refusal(413, f"The body is larger than {budget.BODY_BYTES:,} bytes; send a smaller one.")


async def _check(body: bytes) -> None:
    """Refuse JSON that is costly to parse; takes linear time."""
    if body.count(b",") > budget.BODY_VALUES:
        raise Refusal(413, f"The body has more than {budget.BODY_VALUES:,} values; send fewer at once.")
    if body.count(b"[") + body.count(b"{") > budget.BODY_DEPTH:
        for deepest in nesting(body):
            if deepest > budget.BODY_DEPTH:
                levels = f"{budget.BODY_DEPTH} levels of lists and objects"
                raise Refusal(400, f"The body is nested too deeply: at most {levels} are read.")
            await asyncio.sleep(0)  # others are served meanwhile


def nesting(body: bytes) -> Iterator[int]:
    """The greatest depth of lists and objects in JSON, up to the end of each slice of its brackets.

    Every step is a single pass in C. Escaped characters are dropped first, so that each quote left begins or ends a
    string; two quotes without a bracket between them are dropped as well.
    """
    encoding = detect_encoding(body[:4])
    if not encoding.startswith("utf-8"):
        with suppress(UnicodeDecodeError):  # the parser will say so
            body = body.decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
    quoted = body.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, NEITHER).replace(b'""', b"")
    steps = STRING.sub(b"", quoted).translate(STEPS)
    depth = deepest = 0
    for start in range(0, len(steps), SLICE):
        depths = list(accumulate(array("b", steps[start : start + SLICE]), initial=depth))
        depth, deepest = depths[-1], max(deepest, max(depths))
        yield deepest


def _is_json(content_type: bytes) -> bool:
    kind = content_type.partition(b";")[0].strip().lower()
    return kind == b"application/json" or kind.endswith(b"+json")


def _headers(scope: Scope) -> dict[bytes, Any]:
    return dict(scope["headers"])
