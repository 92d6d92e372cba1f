"""The document itself, and Swagger UI over it with assets from this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import swagger_ui_bundle
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.requests import Request

    from idc_standin.contract import Contract

SWAGGER = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>IDC API on this machine</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="{page}/assets/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="{page}/assets/swagger-ui-bundle.js"></script>
<script>
fetch("{document}").then(answer => answer.json()).then(spec => {{
  spec.servers = [{{url: location.origin, description: "This stand-in"}}];
  window.ui = SwaggerUIBundle({{spec, dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null}});
}});
</script></body></html>
"""


def routes(contract: Contract, document: str, *pages: str) -> list[Route | Mount]:
    """Routes of the document and of its page, by each of its spellings; assets hang on the first."""

    async def serve_document(request: Request) -> Response:
        return Response(contract.json, media_type="application/json")

    async def serve_page(request: Request) -> Response:
        return HTMLResponse(SWAGGER.format(page=pages[0], document=document))

    assets = StaticFiles(directory=str(swagger_ui_bundle.swagger_ui_path))
    return [
        Route(document, serve_document),
        Mount(f"{pages[0]}/assets", assets),
        *(Route(page, serve_page) for page in pages),
    ]
