"""Request bodies as upstream's framework reads them: types are coerced, unknown names are refused.

openapi.yaml says what a client should send; these models say what the server accepts.
"""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    Field,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from idc_standin.v3.filters import Filters

# Each thing that is wrong is an entry of the 422 and takes 10 µs of everybody's time, and a body may have 150,000.
LONG = 1_000


def _cut(value: Any) -> Any:
    """An object without its members beyond 1,000: so many cannot all be right, and the others are enough to say so."""
    return dict(islice(value.items(), LONG)) if isinstance(value, dict) and len(value) > LONG else value


def _listed(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """A list; of a long one only the first value that is wrong."""
    return LONG_LIST.validate_python(value) if isinstance(value, list) and len(value) > LONG else handler(value)


LONG_LIST = TypeAdapter(Annotated[list[str], FailFast()])
Values = Annotated[list[str], WrapValidator(_listed)]


class StrictModel(BaseModel):
    """An object that refuses unknown members: an ignored one might be a filter that the client relies on."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _few(cls, body: Any) -> Any:
        return _cut(body)


class Range(StrictModel):
    """A range; both bounds are inclusive."""

    gte: float | str | None = None
    lte: float | str | None = None


class CohortFilters(StrictModel):
    """Filters as they are sent."""

    terms: Annotated[dict[str, Values], BeforeValidator(_cut)] = Field(default_factory=dict)
    ranges: Annotated[dict[str, Range], BeforeValidator(_cut)] = Field(default_factory=dict)

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
