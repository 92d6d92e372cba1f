"""Law: a manifest is written complete or not at all, described by a sidecar, and can be compared with later data.

All functions use v3 and need no credentials. Counts, lines, sizes and licences are of one data release; otherwise it is
an error. `idc_ext.aio.manifests` has the same functions for async code.
"""

from ._compare import Change, Changes, diff, history, verify
from ._licenses import COMMERCIAL, check_licenses
from ._sidecar import Format, LicenseCount, Receipt, read
from ._write import write

__all__ = [
    "COMMERCIAL",
    "Change",
    "Changes",
    "Format",
    "LicenseCount",
    "Receipt",
    "check_licenses",
    "diff",
    "history",
    "read",
    "verify",
    "write",
]
