"""What requests may hold, as upstream's framework reads them: lax about types, closed to names it does not know.

openapi.yaml says what a client should send; this says what the service makes of whatever it is sent.
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


class Closed(BaseModel):
    """An object that refuses members of other names: one that went unread might be a predicate that went missing."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _few(cls, body: Any) -> Any:
        return _cut(body)


class Range(Closed):
    """Bounds, both included."""

    gte: float | str | None = None
    lte: float | str | None = None


class CohortFilters(Closed):
    """Filters as they are sent."""

    terms: Annotated[dict[str, Values], BeforeValidator(_cut)] = Field(default_factory=dict)
    ranges: Annotated[dict[str, Range], BeforeValidator(_cut)] = Field(default_factory=dict)

    def value(self) -> Filters:
        """The same as a plain value."""
        return Filters(self.terms, {name: (bounds.gte, bounds.lte) for name, bounds in self.ranges.items()})


class Filtered(Closed):
    """A request with filters."""

    filters: CohortFilters = Field(default_factory=CohortFilters)

    @model_validator(mode="before")
    @classmethod
    def _wrapped(cls, body: Any) -> Any:
        """Refuse filters in the place where releases before 3.0.0b3 took them, and look at nothing else then."""
        if isinstance(body, dict) and (stray := [name for name in ("terms", "ranges") if name in body]):
            raise ValueError(f"filters stand under 'filters', but the body itself has {' and '.join(map(repr, stray))}")
        return body


class SelectionRequest(Filtered):
    """A selection alone."""


class ManifestRequest(Filtered):
    """A page of a manifest."""

    page: int = 0
    page_size: int | None = None
    include_rows: bool = True


class ManifestTextRequest(Filtered):
    """A manifest as text."""

    source: str = "aws"
    limit: int | None = None


class CitationsRequest(Filtered):
    """Citations of a selection."""

    citation_format: str = "apa"


class SqlRequest(BaseModel):
    """A statement. Its object is open, upstream as well as here."""

    sql: str
    max_rows: int | None = None
