"""Law: a manifest is written complete or not at all, described beside itself, and compared with the data later.

Everything is over v3 and needs no credentials. Sizes and licences, counts and lines are of one data release, or it is
an error. From asynchronous code, `await asyncio.to_thread(manifests.write, idc, filters, path)` blocks nobody.
"""

from ._compare import Change, Changes, diff, verify
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
    "read",
    "verify",
    "write",
]
