"""What requests may hold, as upstream's framework reads them: lax about types, blind to what it does not know.

openapi.yaml says what a client should send; this says what the service makes of whatever it is sent.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from idc_standin.filters import Filters


class Range(BaseModel):
    """Bounds, both included."""

    gte: float | str | None = None
    lte: float | str | None = None


class CohortFilters(BaseModel):
    """Filters as they are sent."""

    terms: dict[str, list[str]] = Field(default_factory=dict)
    ranges: dict[str, Range] = Field(default_factory=dict)

    def value(self) -> Filters:
        """The same as a plain value."""
        return Filters(self.terms, {name: (bounds.gte, bounds.lte) for name, bounds in self.ranges.items()})


class ManifestRequest(BaseModel):
    """A page of a manifest."""

    filters: CohortFilters = Field(default_factory=CohortFilters)
    page: int = 0
    page_size: int | None = None
    include_rows: bool = True


class ManifestTextRequest(BaseModel):
    """A manifest as text."""

    filters: CohortFilters = Field(default_factory=CohortFilters)
    source: str = "aws"
    limit: int | None = None


class SqlRequest(BaseModel):
    """A statement."""

    sql: str
    max_rows: int | None = None


class CitationsRequest(BaseModel):
    """Citations of a selection."""

    filters: CohortFilters = Field(default_factory=CohortFilters)
    citation_format: str = "apa"
