"""What the service promises of an operation or a parameter beyond today: how stable it is, and until when it works.

Law: ``x-stability-level`` and ``x-sunset`` as the field's reference reads them; a promise taken back breaks it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._model import Operation, Value
    from ._operations import Comparison

_LEVELS = ("draft", "alpha", "beta", "stable")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def promises(c: Comparison, old: Operation | Value, new: Operation | Value, what: str, where: str = "") -> None:
    """Compare what is promised."""
    _sunset(c, old, new, what, where)
    was, is_ = old.stability, new.stability
    if was != is_:
        ranks = [_LEVELS.index(level) if level in _LEVELS else len(_LEVELS) - 1 for level in (was, is_)]
        stem = "lowered" if ranks[1] < ranks[0] else "raised"
        message = f"the stability of {what} changed from {was or 'none'} to {is_ or 'none'}"
        c.add(f"stability-{stem}", message, old.pointer, where)


def _sunset(c: Comparison, old: Operation | Value, new: Operation | Value, what: str, where: str) -> None:
    was, is_ = old.sunset, new.sunset
    if was == is_:
        return
    days = [_DAY.match(day) for day in (was, is_)]
    if was and not is_:
        stem = "removed" if old.deprecated and new.deprecated else "lifted"
    elif days[0] and days[1] and days[1][0] < days[0][0]:
        stem = "brought-forward"
    else:
        stem = "set"
    c.add(f"sunset-{stem}", f"the sunset of {what} changed from {was or 'none'} to {is_ or 'none'}", old.pointer, where)
