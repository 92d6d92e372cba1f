"""Where things stand in v3's requests and answers."""

from __future__ import annotations

from typing import Any

from tests.contract.calls import Request
from tests.contract.faults.fault import operation

BARE = ("countCohort", "getLicenses")
NESTED = ("getManifest", "getManifestText", "getCitations")
FILTERED = (*BARE, *NESTED)


def filters_in(said: Request | Any, request: Request | None = None) -> dict[str, Any]:
    """The filters in a request, or in its body, there to be changed in place; empty if there are none."""
    if isinstance(said, Request):
        said, request = said.json(), said
    assert request is not None
    name = operation(request)
    found = said.get("filters") if isinstance(said, dict) and name in NESTED else said if name in BARE else None
    return found if isinstance(found, dict) else {}
