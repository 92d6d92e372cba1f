"""How the pages of v1 are read. Pure.

What a body says of itself is held against what it holds, and its types against the document's, which generated models
trust.
"""

from __future__ import annotations

import functools
import itertools
import json
import operator
import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from idc_client.models import V1ManifestRow

from .._paging.page import Page, Pending
from .._tables import decoding
from .._tables.columns import Columns, attributes
from .._tables.records import Made, Records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._tables.records import RecordSet

#: The member of a body that holds its rows.
PageKind: TypeAlias = Literal["manifest", "query_results"]

#: Where the rows are in it, and what makes one of them: rows of queries stay as they came.
_ROW_MEMBERS: Mapping[PageKind, tuple[str, Callable[[Any], Any] | None]] = {
    "manifest": ("json_manifest", V1ManifestRow.from_dict),
    "query_results": ("json", None),
}
#: Members of a body beside rows and token, by what holds the rows.
_OTHER_MEMBERS: Mapping[PageKind, tuple[str, ...]] = {
    "manifest": ("cohort",),
    "query_results": ("cohort", "cohort_def"),
}
#: What comes last in a body, if there is a next page; a quotation mark within text has a backslash before it.
_NEXT_PAGE_TOKEN = re.compile(rb'"next_page" *: *"([\w.~+/=-]+)"\s*\}\s*$', re.ASCII)
#: Further from the end it is not looked for.
_TOKEN_SEARCH_BYTES = 4096


def parse_page(holder: PageKind, columns: Columns, status: int, body: Any) -> Page[Any] | Pending:
    """Read a body."""
    if status == 202:
        # The token stands within `manifest_info` or `query_info`; from September 2021 on, at the top.
        inner = (part.get("next_page") for part in body.values() if isinstance(part, dict))
        return Pending(next(filter(None, inner), None) or body.get("next_page"))
    member, make = _ROW_MEMBERS[holder]
    table, token = body[holder], body["next_page"]
    rows, total, returned = table[member], table["totalFound"], table["rowsReturned"]
    if type(total) is not int or not isinstance(rows, list) or not isinstance(token, str | None):
        raise TypeError("rows, totalFound or next_page of the wrong type")
    if not all(isinstance(row, dict) for row in rows):
        raise TypeError("a row that is no object")
    _check_row_columns(rows, columns)
    columns.check(rows)
    rest = {name: value for name, value in body.items() if name not in ("code", holder, "next_page")}
    return _checked_page(Records(rows, make), total, returned, token, rest)


def parse_page_bytes(holder: PageKind, columns: Columns, content: bytes) -> Page[Any] | None:
    """Read a body that is as `page` wants it; give None for any other."""
    body = _page_decoder(holder, columns)(content)
    if body is None:
        return None
    table = getattr(body, holder)
    rows = getattr(table, _ROW_MEMBERS[holder][0])
    found: RecordSet[Any] = Made(rows, attributes(V1ManifestRow)) if holder == "manifest" else Records(rows)
    try:
        if holder == "query_results":
            _check_row_columns(rows, columns)
            if columns.others:  # of types that differ from column to column
                columns.check(rows)
        came = {name: bytes(getattr(body, name)) for name in _OTHER_MEMBERS[holder]}
        rest = {name: json.loads(value) for name, value in came.items() if value}
        return _checked_page(found, table.totalFound, table.rowsReturned, body.next_page, rest)
    except (LookupError, TypeError, ValueError, RecursionError):
        return None


def find_next_token(content: bytes) -> str | None:
    """Find the token of the next page at the end of a body, where the service writes it."""
    found = _NEXT_PAGE_TOKEN.search(content, max(len(content) - _TOKEN_SEARCH_BYTES, 0))
    return None if found is None else found[1].decode("ascii")


def _check_row_columns(rows: list[dict[str, Any]], columns: Columns) -> None:
    """Hold rows against the columns that were asked for. Where columns are open, none were."""
    wanted = frozenset[str]() if columns.others else frozenset(columns.names)
    if not all(map(operator.ge, map(dict.keys, rows), itertools.repeat(wanted))):
        raise ValueError("a row without all the columns asked for")


def _checked_page(
    content: RecordSet[Any], total: int, returned: object, token: str | None, rest: Mapping[str, Any]
) -> Page[Any]:
    if returned != len(content):
        raise ValueError(f"rowsReturned is {returned}, but {len(content)} rows came")
    return Page(content, total, token or None, rest)


@functools.lru_cache(64)
def _page_decoder(holder: PageKind, columns: Columns) -> Callable[[bytes], Any]:
    rows: Any
    if holder == "manifest":
        rows = decoding.rows(V1ManifestRow, frozenset(columns.names))
    elif columns.others:
        rows = list[dict[str, str | list[str] | int | float | None]]
    else:
        rows = list[dict[str, str | list[str] | None]]
    table = [(_ROW_MEMBERS[holder][0], rows), ("totalFound", int), ("rowsReturned", int)]
    body = [("next_page", str | None), *decoding.members(["code", *_OTHER_MEMBERS[holder]])]
    return decoding.reader(holder, body, **{holder: table})
