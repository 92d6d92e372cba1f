"""The contract, openapi.yaml, as data that every package may import; it imports none of them, and no YAML parser."""

from __future__ import annotations

from ._document import Upstream, content, digest, path, upstream
from ._releases import ReleaseComparison, apart, compare_releases, describe_release_difference, steps
from ._unreleased import SINCE, UNRELEASED, released, unreleased

__all__ = [
    "SINCE",
    "UNRELEASED",
    "ReleaseComparison",
    "Upstream",
    "apart",
    "compare_releases",
    "content",
    "describe_release_difference",
    "digest",
    "path",
    "released",
    "steps",
    "unreleased",
    "upstream",
]
