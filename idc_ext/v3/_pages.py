"""How the pages of a v3 manifest are read. Pure.

A page is held against what it says of itself, and its rows against the document and the order that they are to be in,
whichever way they are decoded.
"""

from __future__ import annotations

import functools
import itertools
import json
import operator
from typing import TYPE_CHECKING, Any

from idc_client.models import V3ManifestRow

from .._paging.page import Page
from .._tables import decoding
from .._tables.columns import Columns, attributes_by_wire_name
from .._tables.records import DecodedRows, JsonRows
from ._responses import count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._tables.records import PageRows

#: What rows of a manifest strictly ascend by: code points of text compare as the server's bytes do.
_ORDER = ("collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID")
#: What a page of one says of itself.
_NUMBERS = ("page", "page_size", "returned", "total_series")
#: The columns of a manifest.
MANIFEST = Columns.of(V3ManifestRow)
_ATTRIBUTES = attributes_by_wire_name(V3ManifestRow)
_members = operator.itemgetter(*_ATTRIBUTES)
#: The most pages that are asked for before they are wanted.
_MOST_AHEAD = 16


def manifest_page(_status: int, body: Any) -> Page[V3ManifestRow]:
    """Read a page of a manifest: by what it reports, not by what was asked, which the service adjusts."""
    rows = body["series"]
    if not isinstance(rows, list):
        raise TypeError("series is no list")
    said = {name: count(body, name) for name in _NUMBERS}
    _due(len(rows), **said)
    keys = [tuple(row[name] for name in _ORDER) for row in rows]
    if not all(isinstance(part, str) for key in keys for part in key):
        raise TypeError("a row without identifiers")
    if any(later <= earlier for earlier, later in itertools.pairwise(keys)):
        raise ValueError("rows twice or out of order")
    MANIFEST.check(rows)
    info = {name: value for name, value in body.items() if name != "series"}
    return _numbered(JsonRows(rows, _row), info, (keys[0], keys[-1]) if keys else None, **said)


def manifest_bytes(content: bytes) -> Page[V3ManifestRow] | None:
    """Read a page of a manifest that is as `manifest_page` wants it; give None for any other."""
    body = _reader()(content)
    if body is None:
        return None
    rows, said = body.series, {name: getattr(body, name) for name in _NUMBERS}
    try:
        _due(len(rows), **said)
        # Rows compare by all members, those that they are to ascend by first: so they do, unless those were equal.
        if not all(map(operator.lt, rows, itertools.islice(rows, 1, None))):
            return None
        series = [row.series_instance_uid for row in rows]
        if any(map(operator.eq, series, itertools.islice(series, 1, None))):
            return None
        info = {name: json.loads(bytes(getattr(body, name))) for name in ("counts", "download")}
    except (TypeError, ValueError, RecursionError):
        return None
    ends = [tuple(getattr(row, _ATTRIBUTES[name]) for name in _ORDER) for row in (*rows[:1], *rows[-1:])]
    return _numbered(DecodedRows(rows, _ATTRIBUTES), {**info, **said}, (ends[0], ends[-1]) if ends else None, **said)


def _row(record: Mapping[str, Any]) -> V3ManifestRow:
    """Make a row of a record that has been checked: what `from_dict` makes of it, in a fifth of the time."""
    return V3ManifestRow(**dict(zip(_ATTRIBUTES.values(), _members(record), strict=True)))


def _due(came: int, *, page: int, page_size: int, returned: int, total_series: int) -> None:
    """Hold the rows that came against what the page says of itself."""
    due = min(page_size, max(total_series - page * page_size, 0))
    if min(page, page_size - 1, returned, total_series) < 0 or not returned == came == due:
        raise ValueError(f"returned is {returned}, and {came} rows came, where {due} are due")


def _numbered(
    content: PageRows[V3ManifestRow],
    info: Mapping[str, Any],
    ends: tuple[Any, Any] | None,
    *,
    page: int,
    page_size: int,
    returned: int,
    total_series: int,
) -> Page[V3ManifestRow]:
    """Make a page of what has been checked. Pages are asked for by number, so those after the next can be, too."""
    offset, last = page * page_size, -(-total_series // page_size)
    return Page(
        content,
        total_series,
        str(page + 1) if offset + returned < total_series else None,
        info,
        offset=offset,
        ends=ends,
        upcoming=tuple(map(str, range(page + 1, min(last, page + 1 + _MOST_AHEAD)))),
    )


@functools.cache
def _reader() -> Callable[[bytes], Any]:
    names = frozenset(MANIFEST.names)
    rows = decoding.row_list_type(V3ManifestRow, names, never_null=frozenset(_ORDER), ordered=True)
    rest = decoding.raw_members(["counts", "download"])
    numbers = [(name, int) for name in _NUMBERS]
    return decoding.body_decoder("V3ManifestPage", [*numbers, ("series", rows), *rest])
