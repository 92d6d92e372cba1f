"""The sentence to put before an error that may come of a service of another release. Pure.

Which release is newer is said in `idc_openapi`, for the other programs say it, too.
"""

from __future__ import annotations

import idc_openapi


def lag(service_api_version: str) -> str | None:
    """Give the sentence; None if the service is of the release that this client was made for.

    Args:
        service_api_version: The `api_version` that the service names.
    """
    found = idc_openapi.difference(service_api_version)
    return None if found is None else f"{found}; see idc-ext doctor"
