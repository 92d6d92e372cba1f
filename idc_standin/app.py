"""The gateway: finds the operation of a request, lets users in, and sends what the dialect answers.

Law: HTTP in, HTTP out. Routes come from the contract alone: an operation without a handler cannot start, and a path
that the document does not have is not served (but for the document itself and its pages).
"""

from __future__ import annotations

import json
import logging
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import orjson
import swagger_ui_bundle
import yaml
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from idc_standin import v1
from idc_standin.contract import Contract, Misfit, NotJSON, Operation
from idc_standin.identity import Identity, Unauthorized

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from starlette.exceptions import HTTPException
    from starlette.requests import Request

    from idc_standin.cohorts import Cohorts
    from idc_standin.store import Store

logger = logging.getLogger(__name__)

LARGEST_BODY = 8 * 2**20
DEBUG_INFO = "type.googleapis.com/google.rpc.DebugInfo"
JSON_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
GONE_PATHS = (
    "about", "versions", "collections", "analysis_results", "attributes", "cohorts", "cohorts/manifest",
    "cohorts/manifest/preview", "cohorts/manifest/nextPage", "cohorts/query", "cohorts/query/preview",
)  # fmt: skip
SWAGGER = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>IDC API on this machine</title>
<link rel="stylesheet" href="/v1/swagger/assets/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/v1/swagger/assets/swagger-ui-bundle.js"></script>
<script>
fetch("/v1/openapi.json").then(answer => answer.json()).then(spec => {
  spec.servers = [{url: location.origin, description: "This stand-in"}];
  window.ui = SwaggerUIBundle({spec, dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});
});
</script></body></html>
"""


def quirks() -> frozenset[str]:
    """The deviations that can be had upstream's way."""
    rows = yaml.safe_load((files("idc_standin") / "deviations.yaml").read_text(encoding="utf-8"))
    return frozenset(row["id"] for row in rows if row["quirk"])


def create(
    contract: Contract,
    store: Store,
    cohorts: Cohorts,
    identity: Identity,
    *,
    quirks: frozenset[str] = frozenset(),
    patience: float = 30.0,
    check_answers: bool = False,
) -> Starlette:
    """The whole API as an ASGI application.

    ``check_answers`` holds every answer against the contract and turns one that does not fit into a 500.
    """
    service = v1.V1(contract, store, cohorts, identity, quirks=quirks, patience=patience)
    paths: dict[str, dict[str, Operation]] = {}
    for operation in contract.operations:
        paths.setdefault(operation.path, {})[operation.method] = operation
    gateway = Gateway(identity, check_answers=check_answers)
    routes: list[Route | Mount] = []
    for path, operations in paths.items():
        handlers = {method: (operation, getattr(service, operation.id)) for method, operation in operations.items()}
        pattern = path.replace("{cohort_id}", "{cohort_id:int}")
        spellings = (pattern, f"{pattern}/")  # with or without a slash at the end, as upstream
        routes += [Route(spelling, gateway.endpoint(handlers), methods=list(handlers)) for spelling in spellings]
    if "fields-stub" in quirks:
        body = {"code": 500, "message": "/fields not yet supported."}
        routes += [Route(spelling, lambda _: _json(200, body)) for spelling in ("/v1/fields", "/v1/fields/")]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        store.close()
        cohorts.close()

    handlers_of_errors: Any = {404: _not_found, 405: _wrong_method}
    return Starlette(routes=[*routes, *_pages(contract)], exception_handlers=handlers_of_errors, lifespan=lifespan)


def create_retired() -> Starlette:
    """v1 as the live host has answered it since February 2026."""
    body = {
        "code": 410,
        "message": "IDC v1 API endpoints have been deprecated",
        "documentation": "Use v3: https://api.imaging.datacommons.cancer.gov/v3",
    }
    return Starlette(routes=[Route(f"/v1/{path}", lambda _: _json(410, body), methods=["GET"]) for path in GONE_PATHS])


class Gateway:
    """What happens to every request before and after its operation's handler."""

    def __init__(self, identity: Identity, *, check_answers: bool) -> None:
        self.identity = identity
        self.check_answers = check_answers

    def endpoint(self, handlers: Mapping[str, tuple[Operation, Callable[[v1.Request], dict[str, Any]]]]) -> Any:
        """The ASGI endpoint of one path."""

        async def answer(request: Request) -> Response:
            operation, handler = handlers["GET" if request.method == "HEAD" else request.method]
            user = None
            if operation.secured:
                try:
                    user = self.identity.verify(request.headers.get("authorization"))
                except Unauthorized as error:
                    return _gateway_error(
                        401, 16, f"JWT validation failed: {error}", "auth", {"WWW-Authenticate": "Bearer"}
                    )
            body = await _body(request)
            if body is None:
                return _json(400, {"code": 400, "message": f"The body is larger than {LARGEST_BODY:,} bytes."})
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            asked = v1.Request(
                operation,
                request.path_params,
                request.query_params.multi_items(),
                body,
                is_json=kind == "application/json" or kind.endswith("+json"),
                user=user,
            )
            status, content = await run_in_threadpool(_handle, handler, asked)
            response = _json(status, content)
            return self._checked(operation, response) if self.check_answers else response

        return answer

    def _checked(self, operation: Operation, response: Response) -> Response:
        try:
            operation.check_answer(response.status_code, "application/json", bytes(response.body))
        except (Misfit, NotJSON) as error:
            logger.error("The answer breaks the contract: %s", error)  # noqa: TRY400  the message says it all
            return _json(500, {"code": 500, "message": f"The answer breaks the contract: {error}"})
        return response


def _handle(handler: Callable[[v1.Request], dict[str, Any]], request: v1.Request) -> tuple[int, dict[str, Any]]:
    try:
        content = handler(request)
    except v1.Refusal as refusal:
        return refusal.status, refusal.body
    except Exception:
        logger.exception("%s failed", request.operation.id)
        return 500, {"code": 500, "message": "The stand-in failed; its log says where. Please report it."}
    return content["code"], content


async def _body(request: Request) -> bytes | None:
    received = bytearray()
    async for part in request.stream():
        received += part
        if len(received) > LARGEST_BODY:
            return None
    return bytes(received)


def _json(status: int, content: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(_dumps(content), status, headers, "application/json")


def _dumps(content: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(content, option=JSON_OPTIONS)
    except TypeError:  # an integer beyond 64 bits, as cohort identifiers may be
        return (json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def _gateway_error(
    status: int, code: int, message: str, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    details = [{"@type": DEBUG_INFO, "stackEntries": [], "detail": detail}]
    return _json(status, {"code": code, "message": message, "details": details}, headers)


async def _not_found(request: Request, error: HTTPException) -> Response:
    return _gateway_error(404, 5, "Method does not exist.", "service_control")


async def _wrong_method(request: Request, error: HTTPException) -> Response:
    return _gateway_error(405, 12, "Method not allowed.", "service_control", error.headers)


def _pages(contract: Contract) -> list[Route | Mount]:
    async def document(request: Request) -> Response:
        return Response(contract.json, media_type="application/json")

    async def swagger(request: Request) -> Response:
        return HTMLResponse(SWAGGER)

    assets = StaticFiles(directory=str(swagger_ui_bundle.swagger_ui_path))
    return [
        Route("/v1/openapi.json", document),
        Mount("/v1/swagger/assets", assets),
        Route("/v1/swagger", swagger),
        Route("/v1/swagger/", swagger),
    ]
