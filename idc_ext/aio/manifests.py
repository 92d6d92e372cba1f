"""The functions of `manifests`, awaitable; tables are written in threads."""

from .. import manifests as _manifests
from .._http.steps import awaitable as _awaitable
from ..manifests import COMMERCIAL, Change, Changes, Format, LicenseCount, Receipt, read

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

check_licenses = _awaitable(_manifests.check_licenses)
diff = _awaitable(_manifests.diff)
history = _awaitable(_manifests.history)
verify = _awaitable(_manifests.verify)
write = _awaitable(_manifests.write)
