"""The notice for an error that a service of another release may have caused. Pure.

`idc_openapi` compares the releases, because other programs do that, too.
"""

from __future__ import annotations


def release_notice(service_api_version: str) -> str | None:
    """Return the notice; None if the service is of the release that this client was made for.

    Args:
        service_api_version: The `api_version` that the service names.
    """
    import idc_openapi  # imported late: few errors need it

    found = idc_openapi.describe_release_difference(service_api_version)
    return None if found is None else f"{found}; see idc-ext doctor"
