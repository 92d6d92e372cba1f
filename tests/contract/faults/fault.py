"""Faults: each is one mistake that such a service might make, put between the service and its callers.

Law: a fault follows from the document and from failures of other services, never from the tests; it changes only its
own generation, and keeps no state between runs.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from idc_contract.calls import JSON, Answer, Request, dumps
from idc_contract.document.openapi import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    Serve: TypeAlias = Callable[[Request], Awaitable[Answer]]
    Layer: TypeAlias = Callable[[Request, Serve], Awaitable[Answer]]
    Alter: TypeAlias = Callable[[Any, Request], Any]
    RequestChange: TypeAlias = Callable[[Request], "Request | None"]


@dataclass(frozen=True)
class Fault:
    """A mistake, and the sentence that describes it."""

    name: str
    generation: str
    kind: str
    sentence: str
    layer_factory: Callable[[], Layer]
    operations: frozenset[str] = frozenset()
    """The operations whose requests or answers it changes; empty for any operation."""

    def new(self) -> Layer:
        """A layer with this fault for one run, without state from other runs."""
        layer = self.layer_factory()

        async def scoped(request: Request, forward: Serve) -> Answer:
            in_generation = request.path.split("/")[1:2] == [self.generation]
            return await (layer(request, forward) if in_generation else forward(request))

        return scoped


FAULTS: dict[str, Fault] = {}


def fault(generation: str, kind: str, *operations: str) -> Callable[[Any], Any]:
    """Decorator of a layer without state, or of a class whose instances are layers."""

    def add(made: Any) -> Any:
        factory = made if inspect.isclass(made) else lambda: made
        _register(made, generation, kind, factory, frozenset(operations))
        return made

    return add


def altered(generation: str, kind: str, *operations: str, status: int = 200) -> Callable[[Alter], Alter]:
    """Decorator of a function that changes the answers of some operations, in place or by returning another content."""

    def add(change: Alter) -> Alter:
        async def layer(request: Request, forward: Serve) -> Answer:
            answer = await forward(request)
            if answer.status != status or operation(request) not in operations or not is_json(answer):
                return answer
            content = answer.json()
            changed = change(content, request)
            return with_content(answer, content if changed is None else changed)

        _register(change, generation, kind, lambda: layer, frozenset(operations))
        return change

    return add


def altered_request(generation: str, kind: str, *operations: str) -> Callable[[RequestChange], RequestChange]:
    """Decorator of a function that replaces requests of some operations; None leaves a request unchanged."""

    def add(change: RequestChange) -> RequestChange:
        async def layer(request: Request, forward: Serve) -> Answer:
            return await forward((change(request) or request) if operation(request) in operations else request)

        _register(change, generation, kind, lambda: layer, frozenset(operations))
        return change

    return add


def _register(
    made: Any, generation: str, kind: str, layer_factory: Callable[[], Layer], operations: frozenset[str] = frozenset()
) -> None:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", made.__name__).lower()
    sentence = " ".join((made.__doc__ or "").split())
    assert sentence, name
    name = f"{generation}_{name}"
    assert name not in FAULTS, name
    FAULTS[name] = Fault(name, generation, kind, sentence, layer_factory, operations)


# --- reading requests ------------------------------------------------------------------------------------------------


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], str]]:
    literal_first = sorted(OPERATIONS.values(), key=lambda one: one.path.count("{"))
    return [(one.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", one.path)), one.id) for one in literal_first]


@cache
def _operation(method: str, path: str) -> str:
    found = (name for verb, pattern, name in _patterns() if verb == method and pattern.fullmatch(path))
    return next(found, "")


def operation(request: Request) -> str:
    """The operation of a request; empty if it has none."""
    path = request.path
    return _operation(request.method, path.rstrip("/") if path.startswith("/v1/") else path)


def last(request: Request) -> str:
    """The last part of the path."""
    return request.path.rpartition("/")[2]


def header(request: Request, name: str) -> str | None:
    """The value of a header of a request."""
    return next((value for key, value in request.headers if key.lower() == name), None)


def with_header(request: Request, name: str, value: str | None) -> Request:
    """The request with a header set, or removed by None."""
    kept = tuple((key, old) for key, old in request.headers if key.lower() != name)
    return replace(request, headers=(*kept, (name, value)) if value is not None else kept)


def get(target: str, like: Request) -> Request:
    """A GET request by the same caller."""
    return replace(with_header(like, "content-type", None), method="GET", target=target, body=b"")


def post(target: str, body: Any, like: Request) -> Request:
    """A POST request by the same caller."""
    bare = with_header(like, "content-type", None)
    return replace(bare, method="POST", target=target, headers=(*bare.headers, *JSON), body=dumps(body))


# --- making answers --------------------------------------------------------------------------------------------------


def is_json(answer: Answer) -> bool:
    """Whether an answer has a JSON body."""
    return answer.media_type == "application/json" and bool(answer.body)


def with_content(answer: Answer, content: Any) -> Answer:
    """The answer with other content, formatted as in its generation; the same object if nothing changed."""
    body = dumps(content) + (b"\n" if answer.body.endswith(b"\n") else b"")
    return answer if body == answer.body else answer.with_body(body)


def reply(request: Request, status: int, content: Any, *headers: tuple[str, str]) -> Answer:
    """A new answer: JSON, or text if the content is bytes."""
    kind, body = ("text/plain; charset=utf-8", content) if isinstance(content, bytes) else (JSON[0][1], dumps(content))
    return Answer(request, status, (("content-type", kind), *headers), b"").with_body(body)


def failed(request: Request) -> Answer:
    """The 500 of a service that failed."""
    if request.path.startswith("/v1"):
        return reply(request, 500, {"code": 500, "message": "Encountered an error while attempting to get metadata."})
    return reply(request, 500, b"Internal Server Error")


def refused(request: Request, status: int, message: str, code: str = "invalid_query") -> Answer:
    """A refusal in the envelope of the generation."""
    if request.path.startswith("/v1"):
        return reply(request, status, {"code": status, "message": message})
    return reply(request, status, {"error": {"code": code, "message": message}})


def with_status(answer: Answer, status: int) -> Answer:
    """The same answer with another status."""
    return replace(answer, status=status)
