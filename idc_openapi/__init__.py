"""The contract, openapi.yaml, as data that every package may import; it imports none of them, and no YAML parser."""

from __future__ import annotations

from ._document import Upstream, content, digest, path, upstream
from ._standing import Standing, apart, difference, standing, steps
from ._unreleased import SINCE, UNRELEASED, released, unreleased

__all__ = [
    "SINCE",
    "UNRELEASED",
    "Standing",
    "Upstream",
    "apart",
    "content",
    "difference",
    "digest",
    "path",
    "released",
    "standing",
    "steps",
    "unreleased",
    "upstream",
]
