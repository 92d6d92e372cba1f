"""The functions of `drs`, awaitable."""

from .. import drs as _drs
from .._http.steps import awaitable as _awaitable
from ..drs import AccessMethod, AccessURL, Checksum, Content, DrsObject

__all__ = ["AccessMethod", "AccessURL", "Checksum", "Content", "DrsObject", "access", "resolve"]

access = _awaitable(_drs.access)
resolve = _awaitable(_drs.resolve)
