"""Bodies of single v3 answers, parsed into values: counts, licences, SQL tables, citations, versions. Pure.

The counts in a body are checked against its lists, and its members against the document; generated models check
neither.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, TypeVar
from urllib.parse import unquote, urlsplit

from attrs import frozen
from idc_client.models import (
    V3AttributeValues,
    V3CollectionDetail,
    V3Counts,
    V3License,
    V3RangesApplied,
    V3ReleaseChanges,
    V3Stats,
    V3TableInfo,
    V3TableSchema,
    V3Version,
    V3ViewerUrl,
)

from .._answers import check_value
from .._tables.html import print_without_absent, show_model
from .._tables.listed import ModelList
from ..errors import ContractError
from ._table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import UnionType


class _GeneratedModel(Protocol):
    """The constructor that every generated model has."""

    @classmethod
    def from_dict(cls, src_dict: Any) -> Self: ...


M = TypeVar("M", bound=_GeneratedModel)

for _model, _rows in (
    (V3AttributeValues, "values"),
    (V3CollectionDetail, "licenses"),
    (V3Counts, None),
    (V3ReleaseChanges, "collections"),
    (V3Stats, None),
    (V3TableSchema, "columns"),
    (V3Version, None),
):
    show_model(_model, _rows)
print_without_absent(V3RangesApplied)
print_without_absent(V3TableInfo)

#: A citation: text, or an object for csl-json.
Citation: TypeAlias = str | dict[str, Any]

#: A line of a text manifest: bucket, and the UUID, by which lines of one bucket ascend. A bucket is named as S3 and GCS
#: allow it: the line becomes a part of a command, which must not read it as an option or as a path.
MANIFEST_LINE = re.compile(r"s3://((?!.*\.\.)[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?)/([0-9a-f-]{36})/\*")
#: A DICOM UID as a part of a path or as a value in a query.
_UIDS_IN_ADDRESS = re.compile(r"(?<=[/=,])[0-9.]+(?![^/&,?])")
#: The body that doi.org sends with status 200 for a DOI without metadata: nothing, or a web page.
_EMPTY_OR_HTML = re.compile(r"\s*|\s*<(!doctype|html)\b.*", re.DOTALL | re.IGNORECASE)


@frozen
class Citations:
    """Citations of a selection.

    Attributes:
        citations: One for each dataset that DataCite or doi.org has metadata of, in undefined order.
        unresolved: The DOIs of the selection for which there is no citation.
        acknowledgment: The citation of IDC itself; None if doi.org gave none.
    """

    citations: list[Citation]
    unresolved: list[str]
    acknowledgment: Citation | None


def parse_model(model: type[M], _status: int, body: Any) -> M:
    """Parse a body that is one model."""
    return _make_model(model, body)


def parse_models(model: type[M], _status: int, body: Any) -> ModelList[M]:
    """Parse a body that is a list of models."""
    if not isinstance(body, list):
        raise TypeError("the answer is not a list")
    return ModelList(_make_model(model, one) for one in body)


def release_number(server: V3Version) -> int:
    """Give the number of the data release of a server."""
    number = server.idc_version.removeprefix("v")
    if not number.isdecimal():
        raise ContractError(f"GET /v3/version names the data release {server.idc_version!r:.40}, which has no number")
    return int(number)


def parse_release_name(_status: int, body: Any) -> str:
    """Parse the name of the data release; the version of the server's software is no part of it."""
    release, package = body["idc_version"], body["idc_index_data_version"]
    if not isinstance(release, str) or not isinstance(package, str) or not release or not package:
        raise TypeError("a version is not text, or is empty")
    return f"{release} ({package})"


def parse_counts(_status: int, body: Any) -> V3Counts:
    """Parse the counts of a selection."""
    return _make_model(V3Counts, body)


def parse_archive_series(_status: int, body: Any) -> int:
    """Parse the number of series of the whole archive."""
    return parse_count(body, "series")


def parse_licenses(_status: int, body: Any) -> ModelList[V3License]:
    """Parse the licences of a selection."""
    return ModelList(_make_model(V3License, one) for one in _checked_list(body, "licenses"))


def parse_sql_table(_status: int, body: Any) -> Table:
    """Parse the result of an SQL statement."""
    columns, rows, truncated = _checked_list(body, "columns"), _checked_list(body, "rows"), body["truncated"]
    if parse_count(body, "row_count") != len(rows) or not isinstance(truncated, bool):
        raise ValueError(f"row_count is {body['row_count']}, but there are {len(rows)} rows")
    if any(type(name) is not str for name in columns) or any(row.keys() != set(columns) for row in rows):
        raise ValueError("a row lacks a column")
    return Table(columns, rows, truncated, parse_count(body, "max_rows"))


def column_types_of_table(table: Table) -> dict[str, str]:
    """Read the types of columns from the result of DESCRIBE."""
    found = [(row.get("column_name"), row.get("column_type")) for row in table]
    named = {name: kind for name, kind in found if isinstance(name, str) and isinstance(kind, str)}
    if len(named) < len(found):
        raise ContractError("POST /v3/sql was asked for the types of columns, and the answer has other values")
    return named


def checked_rows(table: Table, **kinds: type | UnionType) -> list[dict[str, Any]]:
    """Return the rows of an SQL result that was asked for; each column has the type that its argument names.

    Raises:
        ContractError: a column is missing, or a value is of another type.
    """
    for name, kind in kinds.items():
        for row in table.rows:
            value = row.get(name, ...)
            # A boolean is an integer to Python, and nowhere else.
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
                shown = "nothing" if value is ... else f"{value!r:.40}"
                raise ContractError(f"POST /v3/sql was asked for {name} and gave {shown}")
    return table.rows


def check_subject(name: object, /, **members: tuple[object, object]) -> None:
    """Check that an answer is about what was asked for: each member is, in the answer, what it was in the request.

    Raises:
        ContractError: it is about something else, such as an answer that a cache kept of another request.
    """
    for member, (asked, answered) in members.items():
        if answered != asked:
            raise ContractError(
                f"{name}: the {member} of the answer is {answered!r:.80} and not {asked!r:.80}, so this is not the "
                "answer to the request"
            )


def check_table_name(name: object, asked: str, answered: str) -> None:
    """Check that an answer is about a table; clinical tables have another name in SQL, which the answer may have."""
    check_subject(name, name=(asked, answered if answered == asked else answered.removeprefix("clinical.")))


def parse_viewer_url(_status: int, body: Any) -> V3ViewerUrl:
    """Parse the address of a viewer: one that a browser requests, and that names the study, and the series if any."""
    found = _make_model(V3ViewerUrl, body)
    address = urlsplit(found.viewer_url)
    if address.scheme not in ("https", "http") or not address.hostname:
        raise ValueError(f"the viewer_url {found.viewer_url!r:.80} is not the address of a web page")
    named = set(_UIDS_IN_ADDRESS.findall(unquote(f"{address.path}?{address.query}")))
    missing = {uid for uid in (found.study_instance_uid, found.series_instance_uid) if uid} - named
    if missing or not found.study_instance_uid:
        raise ValueError(
            f"the viewer_url {found.viewer_url!r:.200} does not name the study and the series of the answer"
        )
    return found


def parse_release_changes(_status: int, body: Any) -> V3ReleaseChanges:
    """Parse what a data release changed."""
    return _make_model(V3ReleaseChanges, body)


def parse_categorical_attributes(_status: int, body: Any) -> dict[str, bool]:
    """Parse the attributes: name -> whether it is categorical (its values are worth listing)."""
    if not isinstance(body, list):
        raise TypeError("attributes are not a list")
    listed = {one["name"]: one["categorical"] for one in body}
    if not all(isinstance(name, str) and isinstance(worth, bool) for name, worth in listed.items()):
        raise TypeError("an attribute has no name, or its categorical is not a boolean")
    return listed


def parse_citations(style: str, _status: int, body: Any) -> tuple[list[Citation], Citation | None]:
    """Parse the citations in a style, and the citation of IDC itself."""
    if body.get("format", style) != style:
        raise ValueError(f"the citations are {body['format']!r:.40} and not {style}")
    citations, acknowledgment = _checked_list(body, "citations"), body["idc_acknowledgment"]
    if not all(isinstance(one, str | dict) for one in citations):
        raise TypeError("a citation is neither text nor an object")
    if not isinstance(acknowledgment, str | dict | None):
        raise TypeError("an acknowledgment is neither text nor an object")
    return list(filter(_is_citation, citations)), acknowledgment if _is_citation(acknowledgment) else None


def dois_of_table(found: Table) -> list[str]:
    """Read the DOIs from the SQL result that lists them."""
    named = [doi for row in found if isinstance(doi := row.get("source_DOI"), str)]
    if len(named) < len(found):
        raise ContractError("POST /v3/sql was asked for DOIs, and the answer has other values")
    return named


def unresolved_dois(dois: Iterable[str], citations: Iterable[Citation]) -> list[str]:
    """Find the DOIs without a citation: the service omits those that no registry answered.

    A citation belongs to one DOI and may name others that its data is derived from; citations that name fewest DOIs
    are assigned first.
    """
    # URLs may escape a DOI, BibTeX escapes its underscores, and its letter case has no meaning.
    ids = [one.get("DOI", one) if isinstance(one, dict) else one for one in citations]
    texts = [unquote(str(one)).replace("\\", "").casefold() for one in ids]
    left = {doi: re.compile(rf"(?<![\w.]){re.escape(doi.casefold())}(?![\w/-]|\.\w)") for doi in dois}

    def named(text: str) -> list[tuple[int, str]]:
        return sorted((found.start(), doi) for doi, pattern in left.items() if (found := pattern.search(text)))

    for text in sorted(texts, key=lambda text: len(named(text))):
        for _, doi in named(text)[:1]:
            del left[doi]
    return list(left)


def _is_citation(citation: Citation | None) -> bool:
    return bool(citation) and not (isinstance(citation, str) and _EMPTY_OR_HTML.fullmatch(citation))


def _make_model(model: type[M], body: Any) -> M:
    """Make a generated model of a value that fits the schema of its name, which `from_dict` does not check."""
    check_value(model.__name__, body)
    return model.from_dict(body)


def _checked_list(body: Mapping[str, Any], name: str) -> list[Any]:
    value = body[name]
    if not isinstance(value, list):
        raise TypeError(f"{name} is not a list")
    return value


def parse_count(body: Mapping[str, Any], name: str) -> int:
    """Read an integer of 0 or more; raise TypeError for anything else."""
    value = body[name]
    if type(value) is not int or value < 0:
        raise TypeError(f"{name} is not a count")
    return value
