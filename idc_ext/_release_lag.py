"""The release of a service compared with the one that this client was made for: the newer one, and a sentence.

Law: pure; sends nothing. Releases are ordered as PEP 440 orders versions (3.0.0b5 < 3.0.0b7 < 3.0.0rc1 < 3.0.0),
without epochs and local parts: upstream's server has such a version.
"""

from __future__ import annotations

import math
import re
from typing import Literal, TypeAlias

import idc_openapi

#: The release of the service relative to the client's. `incomparable`: it cannot be read as a version.
ReleaseComparison: TypeAlias = Literal["same", "newer", "older", "incomparable"]

#: A longer text is not a version.
_LONGEST = 64
_VERSION = re.compile(
    r"""v?(?P<release>[0-9]+(?:\.[0-9]+)*)
    (?:[-_.]?(?P<phase>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre>[0-9]*))?
    (?P<is_post>-(?P<implied>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post>[0-9]*))?
    (?P<is_dev>[-_.]?dev[-_.]?(?P<dev>[0-9]*))?
    (?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def compare_releases(service: str, contract: str | None = None) -> ReleaseComparison:
    """Compare the release of the service with that of the contract.

    Args:
        service: The `api_version` that the service names.
        contract: The release to compare with; by default the one that the packaged document describes.
    """
    service_key, contract_key = _version_key(service), _version_key(contract or idc_openapi.upstream().api_version)
    if service_key is None or contract_key is None:
        return "incomparable"
    return "same" if service_key == contract_key else "newer" if service_key > contract_key else "older"


def describe_release_difference(service: str, contract: str | None = None) -> str | None:
    """Return a sentence that the two releases differ; None if they are the same.

    Args:
        service: The `api_version` that the service names.
        contract: As in `compare_releases`.
    """
    ours = contract or idc_openapi.upstream().api_version
    found = compare_releases(service, ours)
    if found == "same":
        return None
    named = f"{service!r:.{_LONGEST}}, which is not a version" if found == "incomparable" else service.strip()
    return f"the service is {named}, this client was made for {ours}"


def release_notice(service_api_version: str) -> str | None:
    """Return the notice for an error that another release may have caused; None if the releases are the same."""
    found = describe_release_difference(service_api_version)
    return None if found is None else f"{found}; see idc-ext doctor"


def _version_key(version: str) -> tuple[object, ...] | None:
    """Return the sort key of a version; None if it is not one. PEP 440's order: dev < a < b < rc < final < post."""
    found = _VERSION.fullmatch(version.strip()) if len(version) <= _LONGEST else None
    if found is None:
        return None
    release = [int(part) for part in found["release"].split(".")]
    while len(release) > 1 and not release[-1]:
        release.pop()
    if found["phase"]:
        phase = found["phase"].lower()
        before: tuple[float, int] = ("abr".index({"p": "r", "c": "r"}.get(phase[0], phase[0])), int(found["pre"] or 0))
    elif found["is_dev"] and not found["is_post"]:
        before = (-math.inf, 0)
    else:
        before = (math.inf, 0)
    after = int(found["implied"] or found["post"] or 0) if found["is_post"] else -1
    development = int(found["dev"] or 0) if found["is_dev"] else math.inf
    return tuple(release), before, after, development
