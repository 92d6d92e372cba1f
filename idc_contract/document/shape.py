"""The place of v3's filters in requests and answers, and what each operation does with them.

Law: data of the release that openapi.yaml describes, in this module only. Relations, faults, exemptions and hooks use
it, so a release that moves filters elsewhere is a change of this table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from idc_contract.document.openapi import OPERATIONS, resolved, target

if TYPE_CHECKING:
    from collections.abc import Mapping

Filters = dict[str, dict[str, Any]]
Path = tuple[str, ...]
PARTS = ("terms", "ranges")
SIDES = ("gte", "lte")
APPLIED, WARNINGS = "filters_applied", "warnings"


@dataclass(frozen=True)
class Filtered:
    """An operation that takes filters.

    ``echo`` is the place of APPLIED and WARNINGS in the answer; None if it has neither.
    """

    operation: str
    echo: Path | None
    unfiltered: bool
    """Whether a request without a predicate is accepted, for the complete archive."""
    hints: bool = False
    """Whether a warning names values that occur in another letter case."""
    few: Mapping[str, Any] = field(default_factory=dict)
    """Members of the body that keep the answer small."""
    where: Path = ("filters",)
    """The place of the filters in the body; empty if they are the body."""

    @property
    def own(self) -> tuple[str, ...]:
        """Names of the members of the body that are not filters."""
        body = OPERATIONS[self.operation].body or {}
        members = resolved(body["schema"])["properties"]
        return tuple(name for name in members if name not in (self.where[:1] or PARTS))


SHAPES = {
    shape.operation: shape
    for shape in (
        Filtered("countCohort", (), unfiltered=True, hints=True),
        Filtered("getManifest", ("counts",), unfiltered=False, hints=True, few={"page_size": 2}),
        Filtered("getManifestText", None, unfiltered=False, few={"limit": 5}),
        Filtered("getLicenses", (), unfiltered=True),
        Filtered("getCitations", (), unfiltered=True),
    )
}
FILTERED = tuple(SHAPES)
ECHOING = tuple(name for name, shape in SHAPES.items() if shape.echo is not None)
QUICK = tuple(name for name in SHAPES if name != "getCitations")
"""Operations that use no other service."""

_RANGES = target("#/components/schemas/V3Ranges")["properties"]
_KINDS = {name: member["$ref"].rpartition("/")[2] for name, member in _RANGES.items()}
TERMS: tuple[str, ...] = tuple(target("#/components/schemas/V3TermAttribute")["enum"])
RANGES: tuple[str, ...] = tuple(target("#/components/schemas/V3RangeAttribute")["enum"])
NUMBERS = tuple(name for name in RANGES if _KINDS[name] == "V3NumberRange")
DATES = tuple(name for name in RANGES if _KINDS[name] == "V3DateRange")


def request_body(operation: str, filters: Any, /, **own: Any) -> dict[str, Any]:
    """The body of a request with these filters."""
    body: Any = filters
    for name in reversed(SHAPES[operation].where):
        body = {name: body}
    return {**body, **own}


def misplaced(filters: dict[str, Any], /, **own: Any) -> dict[str, Any]:
    """A body with the filters at its top, as in counts and licences of b2."""
    return {**filters, **own}


def filters_in(operation: str, body: Any) -> dict[str, Any]:
    """The filters in the body of a request, which may be changed in place; empty if there are none."""
    if operation not in SHAPES:
        return {}
    for name in SHAPES[operation].where:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, dict) else {}


def with_filters(operation: str, body: dict[str, Any], filters: Any) -> dict[str, Any]:
    """The same body with other filters."""
    top = SHAPES[operation].where[:1] or PARTS
    return request_body(operation, filters, **{name: value for name, value in body.items() if name not in top})


def place(operation: str, *parts: str | int) -> tuple[str | int, ...]:
    """The place of a part of the filters, as a refusal names it."""
    return ("body", *SHAPES[operation].where, *parts)


def echo(operation: str, content: Any) -> dict[str, Any]:
    """The part of an answer with APPLIED and WARNINGS, which may be changed in place."""
    for name in SHAPES[operation].echo or ():
        content = content[name]
    return content  # type: ignore[no-any-return]
