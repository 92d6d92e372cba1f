"""The contract, openapi.yaml, as data that every package may import; it imports none of them, and no YAML parser."""

from __future__ import annotations

from ._document import Upstream, content, digest, path, upstream

__all__ = ["Upstream", "content", "digest", "path", "upstream"]
