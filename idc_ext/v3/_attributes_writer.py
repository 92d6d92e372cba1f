"""Writer of `_attributes.py`, for `make generate`: the document's filter attributes as keyword arguments of `where`."""

from __future__ import annotations

import sys

from idc_client.models import V3RangeAttribute, V3TermAttribute

_HEAD = '''"""The attributes of the document as keyword arguments of `where`. Written by `make generate`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypedDict

#: A value, or several.
Terms: TypeAlias = str | Sequence[str]
#: Inclusive bounds, (low, high) or {"gte": low, "lte": high}; None for an open end.
Days: TypeAlias = (
    tuple[str | datetime.date | None, str | datetime.date | None] | Mapping[str, str | datetime.date | None]
)
Numbers: TypeAlias = tuple[str | float | None, str | float | None] | Mapping[str, str | float | None]


class FilterAttributes(TypedDict, total=False):
    """The filter of each attribute."""

'''


def attributes_module() -> str:
    """Return the text of `_attributes.py`."""
    kinds = dict.fromkeys(map(str, V3TermAttribute), "Terms")
    kinds |= {name: "Days" if name.endswith("Date") else "Numbers" for name in map(str, V3RangeAttribute)}
    return _HEAD + "".join(f"    {name}: {kind}\n" for name, kind in sorted(kinds.items()))


if __name__ == "__main__":
    sys.stdout.write(attributes_module())
