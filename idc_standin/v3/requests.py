"""Request bodies as upstream's framework reads them: types are coerced, unknown names are refused.

openapi.yaml says what a client should send; these models say what the server accepts.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from idc_standin.v3.filters import Filters


class StrictModel(BaseModel):
    """An object that refuses unknown members: an ignored one might be a filter that the client relies on."""

    model_config = ConfigDict(extra="forbid")


class Range(StrictModel):
    """A range; both bounds are inclusive."""

    gte: float | str | None = None
    lte: float | str | None = None


class CohortFilters(StrictModel):
    """Filters as they are sent."""

    terms: dict[str, list[str]] = Field(default_factory=dict)
    ranges: dict[str, Range] = Field(default_factory=dict)

    def value(self) -> Filters:
        """The filters as a plain value."""
        return Filters(self.terms, {name: (bounds.gte, bounds.lte) for name, bounds in self.ranges.items()})


class FilteredRequest(StrictModel):
    """A request with filters."""

    filters: CohortFilters = Field(default_factory=CohortFilters)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unwrapped_filters(cls, body: Any) -> Any:
        """Refuse filters at the top level, where releases before 3.0.0b3 took them, and report nothing else."""
        if isinstance(body, dict) and (stray := [name for name in ("terms", "ranges") if name in body]):
            raise ValueError(f"filters belong under 'filters', but the body has {' and '.join(map(repr, stray))}")
        return body


class SelectionRequest(FilteredRequest):
    """A selection alone."""


class ManifestRequest(FilteredRequest):
    """A page of a manifest."""

    page: int = 0
    page_size: int | None = None
    include_rows: bool = True


class ManifestTextRequest(FilteredRequest):
    """A manifest as text."""

    source: str = "aws"
    limit: int | None = None


class CitationsRequest(FilteredRequest):
    """Citations of a selection."""

    citation_format: str = "apa"


class SqlRequest(BaseModel):
    """A statement. Unknown members are ignored, as upstream does."""

    sql: str
    max_rows: int | None = None
