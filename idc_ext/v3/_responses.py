"""How the bodies of v3 are read, and the values made of them. Pure.

What a body says of itself is held against what it holds, and its types against the generated models', which
trust it.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import unquote

from attrs import frozen
from idc_client import models
from idc_client.models import (
    V3AttributeValue,
    V3AttributeValues,
    V3Counts,
    V3License,
    V3Version,
    V3ViewerUrl,
)

from ..errors import ContractError
from ._table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class _GeneratedModel(Protocol):
    """What every generated model has."""

    @classmethod
    def from_dict(cls, src_dict: Any) -> Self: ...


M = TypeVar("M", bound=_GeneratedModel)

#: A citation: text, or an object for csl-json.
Citation: TypeAlias = str | dict[str, Any]

#: A line of a manifest as text; bucket, and what ascends within it.
MANIFEST_LINE = re.compile(r"s3://([a-z0-9.-]+)/([0-9a-f-]{36})/\*")
#: What comes with 200, too, for a DOI that nobody describes: nothing, or a page to look at.
_EMPTY_OR_HTML = re.compile(r"\s*|\s*<(!doctype|html)\b.*", re.DOTALL | re.IGNORECASE)


@frozen
class Citations:
    """How to cite a selection.

    Attributes:
        citations: One for each dataset that DataCite or doi.org knew to cite, in no promised order.
        unresolved: The DOIs of the selection that none of the citations names.
        acknowledgment: How to cite IDC itself; None if doi.org did not say.
    """

    citations: list[Citation]
    unresolved: list[str]
    acknowledgment: Citation | None


def parse_server_version(_status: int, body: Any) -> V3Version:
    """Read what the server says of itself and its data."""
    return _make_model(V3Version, body)


def release_number(said: V3Version) -> int:
    """Give the number of the data release."""
    number = said.idc_version.removeprefix("v")
    if not number.isdecimal():
        raise ContractError(f"GET /v3/version names the data release {said.idc_version!r:.40}, which holds no number")
    return int(number)


def parse_release_name(_status: int, body: Any) -> str:
    """Read what names the data release. Other software over the same data is no other release."""
    release, package = body["idc_version"], body["idc_index_data_version"]
    if not isinstance(release, str) or not isinstance(package, str):
        raise TypeError("a version that is no text")
    return f"{release} ({package})"


def parse_counts(_status: int, body: Any) -> V3Counts:
    """Read counts."""
    for name in ("patients", "studies", "series", "instances"):
        parse_count(body, name)
    return _make_model(V3Counts, body)


def parse_archive_series(_status: int, body: Any) -> int:
    """Read how many series the archive has."""
    return parse_count(body, "series")


def parse_licenses(_status: int, body: Any) -> list[V3License]:
    """Read licences."""
    return [_make_model(V3License, one) for one in _checked_list(body, "licenses")]


def parse_sql_table(_status: int, body: Any) -> Table:
    """Read what SQL gave."""
    columns, rows, truncated = _checked_list(body, "columns"), _checked_list(body, "rows"), body["truncated"]
    if parse_count(body, "row_count") != len(rows) or not isinstance(truncated, bool):
        raise ValueError(f"row_count is {body['row_count']}, but {len(rows)} rows came")
    if any(type(name) is not str for name in columns) or any(row.keys() != set(columns) for row in rows):
        raise ValueError("a row without all the columns")
    return Table(columns, rows, truncated, parse_count(body, "max_rows"))


def column_types_of_table(said: Table) -> dict[str, str]:
    """Take the types of columns out of the table that names them."""
    found = {row.get("column_name"): row.get("column_type") for row in said}
    return {str(name): str(kind) for name, kind in found.items()}


def parse_viewer_url(_status: int, body: Any) -> V3ViewerUrl:
    """Read where to look."""
    return _make_model(V3ViewerUrl, body)


def parse_attribute_values(_status: int, body: Any) -> V3AttributeValues:
    """Read the values of a column."""
    for one in _checked_list(body, "values"):
        _make_model(V3AttributeValue, one)
    return _make_model(V3AttributeValues, body)


def parse_categorical_attributes(_status: int, body: Any) -> dict[str, bool]:
    """Read of each attribute whether its values are worth listing."""
    if not isinstance(body, list):
        raise TypeError("attributes are no list")
    listed = {one["name"]: one["categorical"] for one in body}
    if not all(isinstance(name, str) and isinstance(worth, bool) for name, worth in listed.items()):
        raise TypeError("an attribute without its name, or neither categorical nor not")
    return listed


def parse_citations(_status: int, body: Any) -> tuple[list[Citation], Citation | None]:
    """Read citations, and the one of IDC itself."""
    citations, acknowledgment = _checked_list(body, "citations"), body["idc_acknowledgment"]
    if not all(isinstance(one, str | dict) for one in citations):
        raise TypeError("a citation that is neither text nor an object")
    if not isinstance(acknowledgment, str | dict | None):
        raise TypeError("an acknowledgment that is neither text nor an object")
    return list(filter(_is_citation, citations)), acknowledgment if _is_citation(acknowledgment) else None


def dois_of_table(found: Table) -> list[str]:
    """Take the DOIs out of the table that names them."""
    named = [doi for row in found if isinstance(doi := row.get("source_DOI"), str)]
    if len(named) < len(found):
        raise ContractError("POST /v3/sql was asked for DOIs and answered with what is none")
    return named


def unresolved_dois(dois: Iterable[str], citations: Iterable[Citation]) -> list[str]:
    """Find the DOIs that no citation is of: the service leaves out what no registry answered.

    A citation is of one DOI and may name others that it is derived from; those that name fewest tell first.
    """
    # In URLs a DOI may be escaped, in BibTeX its underscores are; its case means nothing.
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
    """Make a generated model, whose `from_dict` takes values of any type."""
    made = model.from_dict(body)
    for name, kinds in _model_types(model):
        if type(getattr(made, name)) not in kinds:
            raise TypeError(f"{name} is {getattr(made, name)!r:.80}")
    return made


@functools.cache
def _model_types(model: type[Any]) -> list[tuple[str, set[Any]]]:
    """List the types that the attributes of a generated model may have; its lists are not looked into."""
    hints = get_type_hints(model, localns=vars(models)).items()
    kinds = {name: {list} if get_origin(hint) is list else {*get_args(hint)} or {hint} for name, hint in hints}
    return [(name, kind | {int} if float in kind else kind) for name, kind in kinds.items()]


def _checked_list(body: Mapping[str, Any], name: str) -> list[Any]:
    value = body[name]
    if not isinstance(value, list):
        raise TypeError(f"{name} is no list")
    return value


def parse_count(body: Mapping[str, Any], name: str) -> int:
    """Read a whole number from 0 on; TypeError for anything else."""
    value = body[name]
    if type(value) is not int or value < 0:
        raise TypeError(f"{name} is no count")
    return value
