"""The gateway in front of v1: finds the operation of a request, authenticates users, sends the handler's response.

Law: HTTP in, HTTP out; routes come from the contract alone, and each operation names its handler.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response
from starlette.routing import Mount, Route

from idc_standin import budget, docs
from idc_standin.contract import ContractViolation
from idc_standin.v1 import later
from idc_standin.v1.catalogues import Catalogues
from idc_standin.v1.cohorts import StateUnavailable
from idc_standin.v1.identity import Identity, Unauthorized
from idc_standin.v1.manifests import Manifests
from idc_standin.v1.request import BAD_JSON, Refusal
from idc_standin.v1.request import Request as HandlerRequest
from idc_standin.v1.saved_cohorts import SavedCohorts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.exceptions import HTTPException
    from starlette.requests import Request

    from idc_standin import door
    from idc_standin.contract import Contract, Operation

logger = logging.getLogger(__name__)

DEBUG_INFO = "type.googleapis.com/google.rpc.DebugInfo"
JSON_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


class Digits(Convertor[int]):
    """A number of at most 40 digits in a path; anything else is another path."""

    regex = "[0-9]{1,40}"

    def convert(self, value: str) -> int:
        """From the path."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Into a path."""
        return str(value)


register_url_convertor("digits", Digits())


class V1(Catalogues, Manifests, SavedCohorts):
    """The operations of v1 over a store."""


def create(contract: Contract, service: V1, identity: Identity) -> Starlette:
    """The v1 half of the API."""
    paths: dict[str, dict[str, Operation]] = {}
    for operation in contract.operations:
        if operation.path.startswith("/v1/"):
            paths.setdefault(operation.path, {})[operation.method] = operation
    gateway = Gateway(identity)
    routes: list[Route | Mount] = docs.routes(contract, "/v1/openapi.json", "/v1/swagger", "/v1/swagger/")
    for path, operations in paths.items():
        handlers = {method: (operation, operation.handler(service)) for method, operation in operations.items()}
        pattern = path.replace("{cohort_id}", "{cohort_id:digits}")
        spellings = (pattern, f"{pattern}/")  # with or without a slash at the end, as upstream
        routes += [Route(spelling, gateway.endpoint(handlers), methods=list(handlers)) for spelling in spellings]
    if "fields-stub" in service.quirks:
        body = {"code": 500, "message": "/fields not yet supported."}
        routes += [Route(spelling, lambda _: _json(200, body)) for spelling in ("/v1/fields", "/v1/fields/")]
    handlers_of_errors: Any = {404: _not_found, 405: _wrong_method}
    return Starlette(routes=routes, exception_handlers=handlers_of_errors)


class Gateway:
    """The steps before and after the handler of an operation."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def endpoint(self, handlers: Mapping[str, tuple[Operation, Callable[[HandlerRequest], dict[str, Any]]]]) -> Any:
        """The ASGI endpoint of one path."""

        async def answer(request: Request) -> Response:
            operation, handler = handlers["GET" if request.method == "HEAD" else request.method]
            try:
                for name, value in request.path_params.items():
                    operation.parameters[name].read(str(value))
            except ContractViolation:
                return await _not_found(request)
            user = None
            if operation.secured:
                try:
                    user = self.identity.verify(request.headers.get("authorization"))
                except Unauthorized as error:
                    return _gateway_error(
                        401, 16, f"JWT validation failed: {error}", "auth", {"WWW-Authenticate": "Bearer"}
                    )
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            handler_request = HandlerRequest(
                operation,
                request.path_params,
                request.query_params.multi_items(),
                await request.body(),
                is_json=kind == "application/json" or kind.endswith("+json"),
                user=user,
            )
            if budget.OPERATIONS.get(operation.id, budget.OTHERS) is None:
                return _handle(handler, handler_request)  # waits for no thread
            return await run_in_threadpool(_handle, handler, handler_request)

        return answer


def _handle(handler: Callable[[HandlerRequest], dict[str, Any]], request: HandlerRequest) -> Response:
    try:
        content = handler(request)
    except Refusal as refusal:
        return _json(refusal.status, refusal.body, refusal.headers)
    except StateUnavailable as error:
        retry = {"Retry-After": str(budget.STATE_RETRY_SECONDS)}
        return _json(503, {"code": 503, "message": str(error)}, retry)
    except Exception:
        logger.exception("%s failed", request.operation.id)
        return _json(500, {"code": 500, "message": "The stand-in failed; its log says where. Please report it."})
    return _json(content["code"], content)


def refuse(refusal: door.Refusal) -> Response:
    """The response to a request that is refused before it comes to an operation."""
    message = f"{BAD_JSON} {refusal.message}" if refusal.status == 400 else refusal.message
    return _json(refusal.status, {"code": refusal.status, "message": message}, refusal.headers)


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


async def _not_found(request: Request, error: HTTPException | None = None) -> Response:
    message = f"Method does not exist. {later.explain(request.url.path)}".rstrip()
    return _gateway_error(404, 5, message, "service_control")


async def _wrong_method(request: Request, error: HTTPException) -> Response:
    return _gateway_error(405, 12, "Method not allowed.", "service_control", error.headers)
