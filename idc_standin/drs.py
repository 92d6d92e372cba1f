"""The CRDC's resolver of GUIDs on this machine: GA4GH's Data Repository Service, version 1, for objects of the archive.

Law: HTTP shapes only — no SQL. Upstream, this is a service of another host, so openapi.yaml does not describe it.
It resolves studies, series and instances of every data release and ignores ``--as-of``: a GUID stays valid in later
releases. Values that the index lacks (checksums, the sizes of instances) stay empty.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from idc_standin.archive.buckets import on_google
from idc_standin.archive.objects import Bundle, Instance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.exceptions import HTTPException
    from starlette.requests import Request

    from idc_standin import door
    from idc_standin.archive.objects import Objects

PATH = "/ga4gh/drs/v1/objects"
PREFIX = "dg.4DFC/"
HOST = "nci-crdc.datacommons.io"  # the host named in GUIDs, also here
GUID = re.compile(rf"(?:{re.escape(PREFIX)})?([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})")


def create(objects: Objects) -> Starlette:
    """The resolver."""

    async def described(request: Request) -> dict[str, Any] | None:
        guid = GUID.fullmatch(request.path_params["guid"])
        found = await run_in_threadpool(objects.find, guid[1]) if guid else None
        return None if found is None else _instance(found) if isinstance(found, Instance) else _bundle(found)

    async def resolve(request: Request) -> Response:
        found = await described(request)
        return _error(404, "no record found") if found is None else _json(200, found)

    async def access(request: Request) -> Response:
        for method in (await described(request) or {}).get("access_methods", ()):
            if method["access_id"] == request.path_params["access_id"]:
                return _json(200, method["access_url"])
        return _error(404, "no record found")

    handlers_of_errors: Any = {404: _failed, 405: _failed}
    routes = [Route(f"{PATH}/{{guid:path}}/access/{{access_id}}", access), Route(f"{PATH}/{{guid:path}}", resolve)]
    return Starlette(routes=routes, exception_handlers=handlers_of_errors)


def _bundle(bundle: Bundle) -> dict[str, Any]:
    """A series with its folders and instances, or a study with its series and no address."""
    return {
        **_common(bundle.uuid, bundle.uid, bundle.since),
        "description": bundle.description,
        "size": bundle.size,
        "access_methods": [] if bundle.address is None else _folders(bundle.address),
        "contents": [
            {"name": PREFIX + uuid, "id": PREFIX + uuid, "drs_uri": [f"drs://{HOST}/{PREFIX}{uuid}"]}
            for uuid in bundle.parts
        ],
        "form": "bundle",
    }


def _folders(on_amazon: str) -> list[dict[str, Any]]:
    return [_access("s3", on_amazon), _access("gs", on_google(on_amazon, "gs"))]


def _instance(instance: Instance) -> dict[str, Any]:
    return {
        **_common(instance.uuid, instance.uid, instance.since),
        "description": None,
        "size": None,
        "mime_type": "application/dicom",
        "access_methods": [_access("gs", instance.address)],
        "contents": [],
        "form": "object",
    }


def _common(uuid: str, uid: str, since: str) -> dict[str, Any]:
    when = f"{since}T00:00:00Z"
    return {
        "id": PREFIX + uuid,
        "self_uri": f"drs://{HOST}/{PREFIX}{uuid}",
        "name": uid,
        "aliases": [],
        "checksums": [],
        "created_time": when,
        "updated_time": when,
        "version": None,
    }


def _access(kind: str, url: str) -> dict[str, Any]:
    return {"access_id": kind, "access_url": {"url": url}, "region": "", "type": kind}


def refuse(refusal: door.Refusal) -> Response:
    """The response to a request that is refused before it comes here."""
    return _json(refusal.status, {"msg": refusal.message, "status_code": refusal.status}, refusal.headers)


async def _failed(request: Request, error: HTTPException) -> Response:
    return _error(error.status_code, error.detail)


def _error(status: int, message: str) -> Response:
    return _json(status, {"msg": message, "status_code": status})


def _json(status: int, content: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status, headers, "application/json")
