"""The contract, openapi.yaml, as data that every package may import; it imports none of them, and no YAML parser."""

from __future__ import annotations

from ._answers import answers, answers_text
from ._document import Upstream, content, digest, path, upstream
from ._releases import ReleaseComparison, apart, compare_releases, describe_release_difference, steps
from ._unreleased import SINCE, UNRELEASED, released, unreleased

__all__ = [
    "SINCE",
    "UNRELEASED",
    "ReleaseComparison",
    "Upstream",
    "answers",
    "answers_text",
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
