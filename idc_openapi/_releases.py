"""The release of a service compared with the one that the document describes: which is newer, and by how many.

Law: pure; sends nothing. Releases are ordered as PEP 440 orders versions (3.0.0b5 < 3.0.0b7 < 3.0.0rc1 < 3.0.0),
without epochs and local parts: upstream's server has such a version.
"""

from __future__ import annotations

import math
import re
from typing import Literal, TypeAlias

from ._document import upstream

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
    described = contract or upstream().api_version
    if service.strip() == described.strip():
        return "same"  # also a name of a build that is no version
    service_key, contract_key = _version_key(service), _version_key(described)
    if service_key is None or contract_key is None:
        return "incomparable"
    return "same" if service_key == contract_key else "newer" if service_key > contract_key else "older"


def describe_release_difference(service: str, contract: str | None = None) -> str | None:
    """Return a sentence that the two releases differ; None if they are the same.

    Args:
        service: The `api_version` that the service names.
        contract: As in `compare_releases`.
    """
    ours = contract or upstream().api_version
    found = compare_releases(service, ours)
    if found == "same":
        return None
    named = f"{service!r:.{_LONGEST}}, which is not a version" if found == "incomparable" else service.strip()
    count = steps(service, ours)
    distance = f", {_counted(count)}" if count else ""
    return f"the service is {named}{distance}, this client was made for {ours}"


def steps(service: str, contract: str) -> int | None:
    """Count the releases from the contract's to the service's; negative if that is older, None if that cannot be known.

    Two betas of one version can be counted, and two releases that differ only in their last number.
    """
    theirs, ours = _VERSION.fullmatch(service.strip()), _VERSION.fullmatch(contract.strip())
    if theirs is None or ours is None or max(len(service), len(contract)) > _LONGEST:
        return None
    if any(found["is_post"] or found["is_dev"] for found in (theirs, ours)):
        return None
    one, other = ([int(part) for part in found["release"].split(".")] for found in (theirs, ours))
    if len(one) != len(other) or one[:-1] != other[:-1]:
        return None
    phases = [(found["phase"] or "").lower() for found in (theirs, ours)]
    if phases[0] != phases[1]:
        return None
    if not phases[0]:
        return one[-1] - other[-1]
    return int(theirs["pre"] or 0) - int(ours["pre"] or 0) if one == other else None


def apart(service: str, contract: str) -> str:
    """Say in words how the service's release stands to the contract's: `two releases on`, `older`, `no version`."""
    found, count = compare_releases(service, contract), steps(service, contract)
    if found == "same":
        return "the same"
    if found == "incomparable":
        return "no version to compare"
    return found if count is None else _counted(count)


_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _counted(count: int) -> str:
    number = _WORDS[abs(count)] if abs(count) < len(_WORDS) else str(abs(count))
    return f"{number} release{'s' if abs(count) != 1 else ''} {'on' if count > 0 else 'behind'}"


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
