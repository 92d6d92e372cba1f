"""What an error suggests: the closest known name; a service of another release as the cause. Law: pure."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return `: did you mean X?` for the closest known name, ignoring case; an empty text if none is close."""
    if not isinstance(name, str):
        return ""
    folded = {one.casefold(): one for one in sorted(known)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f": did you mean {folded[close[0]]}?" if close else ""


def release_notice(service_api_version: str) -> str | None:
    """Return the notice; None if the service is of the release that this client was made for.

    Args:
        service_api_version: The `api_version` that the service names.
    """
    import idc_openapi  # imported late: few errors need it

    found = idc_openapi.describe_release_difference(service_api_version)
    return None if found is None else f"{found}; see idc-ext doctor"
