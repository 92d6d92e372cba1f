"""v1 and v2 as the live host has answered them since 2026: 410 Gone.

Law: imports neither a generation nor the archive, so that it stays when ``v1/`` is deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

PATHS = (
    "about", "versions", "collections", "analysis_results", "attributes", "cohorts", "cohorts/manifest",
    "cohorts/manifest/preview", "cohorts/manifest/nextPage", "cohorts/query", "cohorts/query/preview",
)  # fmt: skip


def create() -> Starlette:
    """The application: 410 to GET of paths of v1 and of all of v2, 405 to other methods of them, else 404."""

    def gone(request: Request) -> Response:
        generation = request.url.path.split("/")[1]
        body = {
            "code": 410,
            "message": f"IDC {generation} API endpoints have been deprecated",
            "documentation": "Use v3: https://api.imaging.datacommons.cancer.gov/v3",
        }
        content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
        return Response(content, 410, media_type="application/json")

    first = [Route(f"/v1/{path}", gone, methods=["GET"]) for path in PATHS]
    return Starlette(routes=[*first, Route("/v2/{path:path}", gone, methods=["GET"])])
