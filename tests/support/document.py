"""The document, read once for all tests of the client, and its operations by method and path."""

from __future__ import annotations

from typing import Any

import yaml

import idc_openapi

DOCUMENT: dict[str, Any] = yaml.safe_load(idc_openapi.content())
OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    (method.upper(), path): operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if isinstance(operation, dict) and "operationId" in operation
}
