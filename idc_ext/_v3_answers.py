"""How the bodies of v3 are read, and the values made of them. Pure.

What a body says of itself is held against what it holds; generated models trust it.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

from attrs import field, frozen
from idc_client.models import V3AttributeValues, V3Counts, V3License, V3ManifestRow, V3ViewerUrl

from ._walk import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: A citation: text, or an object for csl-json.
Citation: TypeAlias = str | dict[str, Any]

#: What rows of a manifest strictly ascend by: code points of text compare as the server's bytes do.
_ORDER = ("collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID")
#: A line of a manifest as text; bucket, and what ascends within it.
LINE = re.compile(r"s3://([a-z0-9.-]+)/([0-9a-f-]{36})/\*")


@frozen
class Table:
    """A table that SQL gave; iterating it gives the rows.

    Attributes:
        columns: Their names, in the order of the statement.
        rows: Each by column name.
        truncated: Whether the statement has more rows than these.
        max_rows: The limit that the server applied.
    """

    columns: list[str]
    rows: list[dict[str, Any]] = field(repr=False)
    truncated: bool
    max_rows: int

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@frozen
class Citations:
    """How to cite a selection.

    Attributes:
        citations: One for each dataset that doi.org knew to cite, in no promised order.
        unresolved: The DOIs of the selection that none of the citations names.
        acknowledgment: How to cite IDC itself; None if doi.org did not say.
    """

    citations: list[Citation]
    unresolved: list[str]
    acknowledgment: Citation | None


def version(_status: int, body: Any) -> str:
    """Read what names the data release. Other software over the same data is no other release."""
    release, package = body["idc_version"], body["idc_index_data_version"]
    if not isinstance(release, str) or not isinstance(package, str):
        raise TypeError("a version that is no text")
    return f"{release} ({package})"


def counts(_status: int, body: Any) -> V3Counts:
    """Read counts."""
    for name in ("patients", "studies", "series", "instances"):
        _count(body, name)
    return V3Counts.from_dict(body)


def licenses(_status: int, body: Any) -> list[V3License]:
    """Read licences."""
    return [V3License.from_dict(one) for one in body["licenses"]]


def manifest_page(_status: int, body: Any) -> Page[V3ManifestRow]:
    """Read a page of a manifest: by what it reports, not by what was asked, which the service adjusts."""
    page, size, total = (_count(body, name) for name in ("page", "page_size", "total_series"))
    returned, rows, offset = _count(body, "returned"), body["series"], page * size
    due = min(size, max(total - offset, 0))
    if not isinstance(rows, list) or not returned == len(rows) == due:
        raise ValueError(f"returned is {returned}, and {len(rows)} rows came, where {due} are due")
    keys = [tuple(row[name] for name in _ORDER) for row in rows]
    if not all(isinstance(part, str) for key in keys for part in key):
        raise TypeError("a row without identifiers")
    if any(later <= earlier for earlier, later in itertools.pairwise(keys)):
        raise ValueError("rows twice or out of order")
    return Page(
        [V3ManifestRow.from_dict(row) for row in rows],
        total,
        str(page + 1) if offset + returned < total else None,
        {name: value for name, value in body.items() if name != "series"},
        offset=offset,
        ends=(keys[0], keys[-1]) if keys else None,
    )


def table(_status: int, body: Any) -> Table:
    """Read what SQL gave."""
    columns, rows, truncated = body["columns"], body["rows"], body["truncated"]
    if _count(body, "row_count") != len(rows) or not isinstance(truncated, bool):
        raise ValueError(f"row_count is {body['row_count']}, but {len(rows)} rows came")
    if any(row.keys() != set(columns) for row in rows):
        raise ValueError("a row without all the columns")
    return Table(columns, rows, truncated, _count(body, "max_rows"))


def viewer_url(_status: int, body: Any) -> V3ViewerUrl:
    """Read where to look."""
    found = V3ViewerUrl.from_dict(body)
    if not isinstance(found.viewer_url, str):
        raise TypeError("viewer_url is no text")
    return found


def attribute_values(_status: int, body: Any) -> V3AttributeValues:
    """Read the values of a column."""
    found = V3AttributeValues.from_dict(body)
    if not isinstance(found.truncated, bool):
        raise TypeError("truncated is neither true nor false")
    return found


def categorical(_status: int, body: Any) -> set[str]:
    """Read which attributes have values that are worth listing."""
    if not isinstance(body, list):
        raise TypeError("attributes are no list")
    return {one["name"] for one in body if one["categorical"]}


def cited(_status: int, body: Any) -> tuple[list[Citation], Citation | None]:
    """Read citations, and the one of IDC itself."""
    citations, acknowledgment = body["citations"], body["idc_acknowledgment"]
    if not isinstance(citations, list) or not all(isinstance(one, str | dict) for one in citations):
        raise TypeError("a citation that is neither text nor an object")
    if not isinstance(acknowledgment, str | dict | None):
        raise TypeError("an acknowledgment that is neither text nor an object")
    return citations, acknowledgment


def unresolved(dois: Iterable[str], citations: Iterable[Citation]) -> list[str]:
    """Find the DOIs that no citation names: the service leaves out what doi.org did not answer."""
    # In URLs a DOI may be escaped, in BibTeX its underscores are; its case means nothing.
    texts = [unquote(str(one)).replace("\\", "").casefold() for one in citations]
    found = [re.compile(rf"(?<![\w.]){re.escape(doi.casefold())}(?![\w/-]|\.\w)") for doi in dois]
    return [doi for doi, pattern in zip(dois, found, strict=True) if not any(map(pattern.search, texts))]


def _count(body: Mapping[str, Any], name: str) -> int:
    value = body[name]
    if type(value) is not int or value < 0:
        raise TypeError(f"{name} is no count")
    return value
