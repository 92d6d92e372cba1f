"""Suggestions for a name that is not known. Law: pure."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return `: did you mean X?` for the closest known name, ignoring case; an empty text if none is close."""
    if not isinstance(name, str):
        return ""
    folded = {one.casefold(): one for one in sorted(known)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f": did you mean {folded[close[0]]}?" if close else ""
