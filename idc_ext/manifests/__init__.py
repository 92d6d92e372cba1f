"""Manifests proven complete: written whole or not at all, described beside themselves, and held against the data later.

Everything is over v3 and needs no credentials. Sizes and licences, counts and lines are of one data release, or it is
an error. From asynchronous code, `await asyncio.to_thread(manifests.write, idc, filters, path)` blocks nobody.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..v3._filters import checked
from . import _licenses
from ._compare import Change, Changes, diff, verify
from ._licenses import COMMERCIAL
from ._sidecar import Format, LicenseCount, Receipt, proven
from ._write import write

if TYPE_CHECKING:
    import os

    from .._http.calls import Client
    from ..v3 import Selection

__all__ = [
    "COMMERCIAL",
    "Change",
    "Changes",
    "Format",
    "LicenseCount",
    "Receipt",
    "check_licenses",
    "diff",
    "read",
    "verify",
    "write",
]


def read(path: str | os.PathLike[str]) -> Receipt:
    """Read what is said of a manifest, having seen that it is the manifest it is said of.

    Raises:
        ManifestError: one of the two is missing or damaged, or they do not belong together.
    """
    return proven(Path(path))


def check_licenses(idc: Client, filters: Selection, *, all_of_idc: bool = False) -> tuple[LicenseCount, ...]:
    """List the licences of a selection if all allow commercial use.

    Raises:
        LicenseRefused: some do not; `.offenders` lists collection, licence and number of series, each.
    """
    parts = _licenses.parts(idc, checked(filters, all_of_idc=all_of_idc))
    _licenses.check(parts)
    return _licenses.licenses(parts)
