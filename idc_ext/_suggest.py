"""What somebody may have meant by a name that is not known. Pure."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Give `: did you mean X?` for the closest known name, a mistake of case being the closest, or nothing."""
    if not isinstance(name, str):
        return ""
    folded = {one.casefold(): one for one in sorted(known)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f": did you mean {folded[close[0]]}?" if close else ""
