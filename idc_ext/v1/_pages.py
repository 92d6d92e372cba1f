"""Pages of v1, parsed from JSON values or from bytes. Pure.

The totals in a body are checked against its rows, and its types against openapi.yaml; generated models check neither.
"""

from __future__ import annotations

import functools
import itertools
import operator
import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from idc_client.models import V1ManifestRow

from .._answers import check_bounds, decode_json
from .._paging.page import Page, Pending
from .._tables import decoding
from .._tables.columns import Columns, attributes_by_wire_name
from .._tables.html import print_without_absent
from .._tables.records import DecodedRows, JsonRows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._tables.records import PageRows

print_without_absent(V1ManifestRow)

#: The kind of a page: the member of its body that holds the rows.
PageKind: TypeAlias = Literal["manifest", "query_results"]

#: Kind of page -> the member with its rows, and the function that makes a row; query rows stay dictionaries.
_ROW_MEMBERS: Mapping[PageKind, tuple[str, Callable[[Any], Any] | None]] = {
    "manifest": ("json_manifest", V1ManifestRow.from_dict),
    "query_results": ("json", None),
}
#: Kind of page -> members of the body beside rows and token.
_OTHER_MEMBERS: Mapping[PageKind, tuple[str, ...]] = {
    "manifest": ("cohort",),
    "query_results": ("cohort", "cohort_def"),
}
#: Kind of page -> the schema that bounds its numbers.
_PAGE_SCHEMAS: Mapping[PageKind, str] = {"manifest": "V1ManifestPage", "query_results": "V1QueryPage"}
#: The token of the next page, last in a body. A quotation mark within text has a backslash before it.
_NEXT_PAGE_TOKEN = re.compile(rb'"next_page" *: *"([\w.~+/=-]+)"\s*\}\s*$', re.ASCII)
#: A token goes into a URL, where httpx takes 65,536 characters and a character may become three.
LONGEST_TOKEN = 16_384
#: The token is searched in so many bytes at the end.
_TOKEN_SEARCH_BYTES = 4096


def parse_page(holder: PageKind, columns: Columns, status: int, body: Any) -> Page[Any] | Pending:
    """Parse the JSON value of a page; Pending for status 202."""
    if status == 202:
        # The token stands within `manifest_info` or `query_info`; from September 2021 on, at the top.
        inner = (part.get("next_page") for part in body.values() if isinstance(part, dict))
        return Pending(_checked_token(next(filter(None, inner), None) or body.get("next_page")))
    member, make = _ROW_MEMBERS[holder]
    table, token = body[holder], body["next_page"]
    rows, total, returned = table[member], table["totalFound"], table["rowsReturned"]
    if type(total) is not int or not isinstance(rows, list) or not isinstance(token, str | None):
        raise TypeError("rows, totalFound or next_page has the wrong type")
    if not all(isinstance(row, dict) for row in rows):
        raise TypeError("a row is not an object")
    _check_row_columns(rows, columns)
    columns.check(rows)
    rest = {name: value for name, value in body.items() if name not in ("code", holder, "next_page")}
    return _checked_page(JsonRows(rows, make), total, returned, token, rest)


def parse_page_bytes(holder: PageKind, columns: Columns, content: bytes) -> Page[Any] | None:
    """Parse the bytes of a page that `parse_page` would accept; return None for any other."""
    body = _page_decoder(holder, columns)(content)
    if body is None:
        return None
    table = getattr(body, holder)
    rows = getattr(table, _ROW_MEMBERS[holder][0])
    found: PageRows[Any] = (
        DecodedRows(rows, attributes_by_wire_name(V1ManifestRow)) if holder == "manifest" else JsonRows(rows)
    )
    try:
        if holder == "query_results":
            _check_row_columns(rows, columns)
            if columns.open_ended:  # whose types differ from column to column
                columns.check(rows)
        came = {name: bytes(getattr(body, name)) for name in _OTHER_MEMBERS[holder]}
        rest = {name: decode_json(value) for name, value in came.items() if value}
        stated = {"totalFound": table.totalFound, "rowsReturned": table.rowsReturned}
        check_bounds(_PAGE_SCHEMAS[holder], {holder: stated, **rest})
        return _checked_page(found, table.totalFound, table.rowsReturned, body.next_page, rest)
    except (LookupError, TypeError, ValueError, RecursionError):
        return None


def find_next_token(content: bytes) -> str | None:
    """Find the token of the next page at the end of a body without parsing the body."""
    found = _NEXT_PAGE_TOKEN.search(content, max(len(content) - _TOKEN_SEARCH_BYTES, 0))
    return None if found is None else found[1].decode("ascii")


def _check_row_columns(rows: list[dict[str, Any]], columns: Columns) -> None:
    """Check that rows have all requested columns. Where other columns are allowed, none were requested."""
    wanted = frozenset[str]() if columns.open_ended else frozenset(columns.names)
    if not all(map(operator.ge, map(dict.keys, rows), itertools.repeat(wanted))):
        raise ValueError("a row lacks a requested column")


def _checked_page(
    content: PageRows[Any], total: int, returned: object, token: str | None, rest: Mapping[str, Any]
) -> Page[Any]:
    if returned != len(content):
        raise ValueError(f"rowsReturned is {returned}, but {len(content)} rows came")
    return Page(content, total, _checked_token(token), rest)


def _checked_token(token: object) -> str | None:
    """Return a token that can be sent; raises ValueError for any other."""
    if not token:
        return None
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN or not token.isascii():
        raise ValueError(f"next_page is not a token of up to {LONGEST_TOKEN} characters of ASCII")
    return token


@functools.lru_cache(64)
def _page_decoder(holder: PageKind, columns: Columns) -> Callable[[bytes], Any]:
    rows: Any
    if holder == "manifest":
        rows = decoding.row_list_type(V1ManifestRow, frozenset(columns.names))
    elif columns.open_ended:
        rows = list[dict[str, str | list[str] | int | float | None]]
    else:
        rows = list[dict[str, str | list[str] | None]]
    table = [(_ROW_MEMBERS[holder][0], rows), ("totalFound", int), ("rowsReturned", int)]
    body = [("next_page", str | None), *decoding.raw_members(["code", *_OTHER_MEMBERS[holder]])]
    return decoding.body_decoder(holder, body, **{holder: table})
