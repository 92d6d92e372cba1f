"""The v3 API as an application: thin handlers over the index, in the framework that upstream uses.

Law: HTTP shapes only — no SQL. Upstream's server is a FastAPI application, and much of what a client sees (coercions,
the 422 answers, the router's 404 and 405, the redirects) comes from FastAPI; so this server uses it, too. openapi.yaml
still defines the shape of the API: each of its operations must have a handler; FastAPI's own document is not served.
"""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from idc_standin import budget, docs
from idc_standin.origins import LocalPages
from idc_standin.v3.citations import PUBLIC, Registries
from idc_standin.v3.coming import Next
from idc_standin.v3.handlers import V3, Refusal
from idc_standin.v3.json import dumps, encodable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from idc_standin import door
    from idc_standin.contract import Contract
    from idc_standin.v3.index import Index
    from idc_standin.v3.releases import Releases
    from idc_standin.v3.sql.pool import SqlPool

CORS: Any = {"allow_origins": ["*"], "allow_methods": ["*"], "allow_headers": ["*"]}
MOST_PROBLEMS = 100  # entries of a 422
HSTS = b"max-age=31536000; includeSubDomains"


def create(
    contract: Contract,
    index: Index,
    sql: SqlPool,
    *,
    quirks: frozenset[str] = frozenset(),
    registries: Registries = PUBLIC,
    releases: Releases | None = None,
    allowed_origins: Iterable[str] = (),
) -> FastAPI:
    """The v3 half of the API; with `releases`, and a contract that has what they are for, that of the next release.

    ``allowed_origins``: web pages of other machines that may send SQL to this one.
    """
    service = V3(index, sql, quirks=quirks, registries=registries)
    if releases is not None:
        service = Next(index, sql, releases, quirks=quirks, registries=registries)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for operation in contract.operations:
        if operation.path.startswith("/v3"):
            handler = operation.handler(service)
            if budget.OPERATIONS.get(operation.id, budget.OTHERS) is None and not iscoroutinefunction(handler):
                handler = _without_a_thread(handler)
            app.add_api_route(operation.path, handler, methods=[operation.method], response_model=None)
    app.router.routes.extend(docs.routes(contract, "/v3/openapi.json", "/v3/docs"))
    app.add_api_route("/", lambda: RedirectResponse("/v3/docs", 307), methods=["GET"])
    app.add_exception_handler(Refusal, _refusal_response)
    app.add_exception_handler(RequestValidationError, _validation_response)
    sql_path = next(operation.path for operation in contract.operations if operation.id == "runSql")
    app.add_middleware(LocalPages, paths=(sql_path, f"{sql_path}/"), allowed=allowed_origins, refuse=_forbidden)
    app.add_middleware(CORSMiddleware, **CORS)
    app.add_middleware(Headers)
    return app


def refuse(refusal: door.Refusal) -> ASGIApp:
    """The response to a request that is refused before it comes to an operation."""
    code = "invalid_query" if refusal.status == 413 else "idc_api_error"
    # 400 is of a body that cannot be read, which the framework refuses in the router's shape.
    router = refusal.status == 400
    content = dumps({"detail": refusal.message} if router else {"error": {"code": code, "message": refusal.message}})
    return Headers(CORSMiddleware(Response(content, refusal.status, refusal.headers, "application/json"), **CORS))


def _without_a_thread(handler: Callable[[], Response]) -> Callable[[], Awaitable[Response]]:
    async def answer() -> Response:
        return handler()

    return answer


async def _refusal_response(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101  registered for nothing else
    return Response(dumps(refusal.body), refusal.status, refusal.headers, "application/json")


def _forbidden(message: str) -> Response:
    body = {"error": {"code": "idc_api_error", "message": message}}
    return Response(dumps(body), 403, media_type="application/json")


async def _validation_response(request: Request, error: Exception) -> Response:
    """The framework's 422, except where it would fail: values without a JSON form, and bodies nested too deeply.

    The framework's encoder is used: its numbers have other bytes than those of other answers (`1e-06` for `1e-6`).
    """
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for nothing else
    return await run_in_threadpool(_problems, error.errors()[:MOST_PROBLEMS])  # the echo of a large body takes seconds


def _problems(errors: Sequence[Any]) -> Response:
    try:
        content: Any = encodable(jsonable_encoder(errors, custom_encoder={bytes: _escaped_text}))
        return JSONResponse({"detail": content}, 422)
    except RecursionError:
        return JSONResponse({"detail": "The body is nested too deeply."}, 400)  # as for a deeper body


def _escaped_text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


class Headers:
    """Middleware: the headers of every answer except that to an unhandled failure."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (b"strict-transport-security", HSTS)]
                if not any(name == b"vary" for name, _ in headers):
                    headers.append((b"vary", b"Origin"))
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, with_headers)
