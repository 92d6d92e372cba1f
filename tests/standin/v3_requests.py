"""Requests with filters as raw JSON text, so that a row of a test can hold what no Python value can."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

#: The five operations that take filters, by path, with members of their own and values that are right for them.
POSTS = {
    "cohort/counts": {},
    "licenses": {},
    "citations": {"citation_format": "apa"},
    "cohort/manifest": {"page": 0, "page_size": 1, "include_rows": False},
    "cohort/manifest.txt": {"source": "aws", "limit": 1},
}
#: Those that answer what was applied, and where in the answer.
ECHOING = {"cohort/counts": (), "licenses": (), "citations": (), "cohort/manifest": ("counts",)}


def post(http: httpx.Client, path: str, body: object, content_type: str | None = "application/json") -> httpx.Response:
    """The answer to a body: text and bytes are sent as they are, other values as JSON."""
    raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return http.post(f"/v3/{path}", content=raw, headers={"Content-Type": content_type} if content_type else {})


def problems(answer: httpx.Response) -> list[dict[str, Any]]:
    """The entries of a 422 in their order, without their sentences."""
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert list(body) == ["detail"]
    assert all(entry["msg"] for entry in body["detail"])
    return [{key: value for key, value in entry.items() if key != "msg"} for entry in body["detail"]]


def problem(kind: str, where: list[Any], sent: Any, **more: Any) -> dict[str, Any]:
    """The expected entry."""
    return {"type": kind, "loc": ["body", *where], "input": sent, **more}


def refusal(answer: httpx.Response) -> str:
    """The sentence of a 400 in the service's envelope."""
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "message"]
    assert body["error"]["code"] == "invalid_query"
    return str(body["error"]["message"])


def echoed(answer: httpx.Response, path: str) -> tuple[dict[str, Any], list[str]]:
    """What an answer says it applied, and its warnings."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    for member in ECHOING[path]:
        body = body[member]
    return body["filters_applied"], body["warnings"]
