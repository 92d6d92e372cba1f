"""openapi.yaml, as it was packaged: the contract that this client was generated from. Read, and never parsed."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

#: Installed, it stands where the stand-in reads it, who shares nothing else with the client; in a source tree, above.
PLACES = (Path(__file__).parents[1] / "idc_standin" / "openapi.yaml", Path(__file__).parents[1] / "openapi.yaml")


def text() -> bytes | None:
    """Give the document; None where it was left out of the package."""
    return next((place.read_bytes() for place in PLACES if place.is_file()), None)


@functools.cache
def digest() -> str | None:
    """Give its SHA-256 in hexadecimal; None where it was left out."""
    content = text()
    return None if content is None else hashlib.sha256(content).hexdigest()
