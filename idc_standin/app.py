"""One application of both generations, as on the live host, and of the resolver of GUIDs.

Law: sends each request to its generation and imports neither, so that it stays when one of them is deleted; closes what
was opened.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from idc_standin.contract import Contract, ContractViolation, InvalidJSON
from idc_standin.door import first_part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)


class Standin:
    """The whole API as an ASGI application."""

    def __init__(
        self, v1: ASGIApp, v3: ASGIApp, close: Sequence[Callable[[], None]] = (), *, drs: ASGIApp | None = None
    ) -> None:
        """``close``: functions to call at the end; ``drs``: the resolver of GUIDs (upstream: another host)."""
        self.v1, self.v3, self.close = v1, v3, close
        self.others = {"v1": v1, "v2": v1} | ({"ga4gh": drs} if drs else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self.others.get(first_part(scope["path"]), self.v3)(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
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
