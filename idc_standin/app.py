"""One application of both generations, as on the live host, and of the resolver of GUIDs.

Law: sends each request to its generation and imports neither, so that it stays when one of them is deleted; closes what
was opened.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, NamedTuple

import orjson
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from idc_standin import budget
from idc_standin.contract import Contract, ContractViolation, InvalidJSON
from idc_standin.door import Refusal, first_part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from idc_standin.door import Refuse

logger = logging.getLogger(__name__)


class Generation(NamedTuple):
    """One generation of the API: its application, its refusals, and what to call at the end."""

    app: ASGIApp
    refuse: Refuse
    close: Sequence[Callable[[], None]]


class Deferred:
    """A generation that is loaded when the others can be asked already: soon after the start, or at its first request.

    Loading takes the interpreter's lock for some tenths of a second, so first requests of the others go before it.
    """

    def __init__(self, load: Callable[[], Generation], close: Sequence[Callable[[], None]] = ()) -> None:
        """``close``: what else to call at the end, whether it was loaded or not."""
        self._load, self._close = load, close
        self._needed, self._closed = threading.Event(), False
        self._loaded: Future[Generation] = Future()
        self._loaded.set_running_or_notify_cancel()  # a request that is cancelled does not cancel it for all
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)

    def load(self) -> None:
        """Load it now; raises what is wrong with it."""
        self._loaded.set_result(self._load())

    def start(self) -> None:
        """The server listens."""
        if not self._loaded.done():
            self._thread.start()

    def _run(self) -> None:
        self._needed.wait(budget.DEFERRED_SECONDS)
        if self._closed:
            return
        try:
            self.load()
        except Exception as error:  # each request fails with it
            self._loaded.set_exception(error)

    async def _generation(self) -> Generation:
        self._needed.set()
        return self._loaded.result() if self._loaded.done() else await asyncio.wrap_future(self._loaded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await (await self._generation()).app(scope, receive, send)

    def refuse(self, refusal: Refusal) -> ASGIApp:
        """The response to a request that is refused at the door."""

        async def response(scope: Scope, receive: Receive, send: Send) -> None:
            await (await self._generation()).refuse(refusal)(scope, receive, send)

        return response

    def close(self) -> None:
        """Close everything that is open."""
        self._closed = True
        self._needed.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._loaded.done() and not self._loaded.exception():
            for close in self._loaded.result().close:
                close()
        for close in self._close:
            close()


class Standin:
    """The whole API as an ASGI application."""

    def __init__(
        self,
        v1: ASGIApp,
        v3: ASGIApp,
        close: Sequence[Callable[[], None]] = (),
        *,
        drs: ASGIApp | None = None,
        start: Sequence[Callable[[], None]] = (),
    ) -> None:
        """``start``, ``close``: functions to call then; ``drs``: the resolver of GUIDs (upstream: another host)."""
        self.v1, self.v3, self.start, self.close = v1, v3, start, close
        self.others = {"v1": v1, "v2": v1} | ({"ga4gh": drs} if drs else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self.others.get(first_part(scope["path"]), self.v3)(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        for start in self.start:
            start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for close in self.close:
            close()
        await send({"type": "lifespan.shutdown.complete"})


class CheckedAnswers:
    """Check of every response against the contract; one that breaks it becomes a 500 that names the reason."""

    def __init__(self, app: ASGIApp, contract: Contract) -> None:
        self.app, self.contract = app, contract

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        operation = self.contract.find(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if operation is None:
            await self.app(scope, receive, send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        if not messages:
            return  # the client has left
        start, body = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
        kind = dict(start["headers"]).get(b"content-type", b"").decode("latin-1").partition(";")[0]
        try:
            if (
                not 300 <= start["status"] < 400
            ):  # a redirect to the path with or without a slash is not a response of the operation
                operation.check_answer(start["status"], kind, body)
        except (ContractViolation, InvalidJSON) as error:
            logger.error("The answer breaks the contract: %s", error)  # noqa: TRY400  a traceback adds nothing
            await PlainTextResponse(f"The answer breaks the contract: {error}", 500)(scope, receive, send)
        else:
            for message in messages:
                await send(message)


RETIRED_PATHS = (
    "about", "versions", "collections", "analysis_results", "attributes", "cohorts", "cohorts/manifest",
    "cohorts/manifest/preview", "cohorts/manifest/nextPage", "cohorts/query", "cohorts/query/preview",
)  # fmt: skip


def retired() -> Starlette:
    """v1 and v2 as the live host has answered them since 2026.

    410 to GET of paths of v1 and of all of v2, 405 to other methods of them, else 404.
    """

    def gone(request: Request) -> Response:
        generation = request.url.path.split("/")[1]
        body = {
            "code": 410,
            "message": f"IDC {generation} API endpoints have been deprecated",
            "documentation": "Use v3: https://api.imaging.datacommons.cancer.gov/v3",
        }
        content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
        return Response(content, 410, media_type="application/json")

    first = [Route(f"/v1/{path}", gone, methods=["GET"]) for path in RETIRED_PATHS]
    return Starlette(routes=[*first, Route("/v2/{path:path}", gone, methods=["GET"])])
