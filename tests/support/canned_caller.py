"""A service that answers from a table, without a socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from idc_contract.calls import Answer

if TYPE_CHECKING:
    from idc_contract.calls import Request

JSON = "application/json"


class Canned:
    """A service that answers from a table, by path."""

    base = "http://here"
    slowdown = 1.0

    def __init__(
        self, answers: dict[str, Any], headers: tuple[tuple[str, str], ...] = (), seconds: float = 0.0
    ) -> None:
        self.answers, self.headers, self.seconds = answers, headers, seconds

    def __call__(self, request: Request) -> Answer:
        content = self.answers.get(request.path)
        status, body = (404, b"{}") if content is None else (200, json.dumps(content).encode())
        return Answer(request, status, (("content-type", JSON), *self.headers), body, self.seconds)

    def close(self) -> None:
        pass


HEALTHY: dict[str, Any] = {
    "/v3/version": {"api_version": "3.0.0b5", "idc_version": "v24"}, "/v3/health": {}, "/v3/collections": [],
}  # fmt: skip
