"""The parts of an API that a program meets, whichever version of the specification describes them.

Law: a model holds what is on the wire, keyed as the wire has it, and documentation aside from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .lifecycle import UNSPECIFIED, Lifecycle

if TYPE_CHECKING:
    from ..documents.document import Document
    from ..documents.node import Schema
    from ..schemas.reader import Schemas


@dataclass(slots=True, eq=False)
class Parameter:
    """A parameter or a header."""

    name: str
    location: str
    pointer: str
    required: bool = False
    declared_required: bool = True
    """Whether a path parameter, which is required, is said to be."""
    misnamed: bool = False
    """Whether the path does not name it, although it has to be the one that the path names."""
    schema: Schema = ()
    style: str = ""
    explode: bool = False
    media: str = ""
    """The media type, if the value is written as ``content``."""
    allow_reserved: bool = False
    allow_empty_value: bool = False
    lifecycle: Lifecycle = UNSPECIFIED
    words: dict[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """Where it stands, and its name."""
        return f"{self.location} {self.name or '(no name)'}"


@dataclass(slots=True, eq=False)
class Media:
    """A body of one media type."""

    name: str
    pointer: str
    schema: Schema | None
    encoding: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)
    spelling: str = ""
    """Its name as the document has it, in small letters."""
    other_spellings: list[Media] = field(default_factory=list)
    """What the document says of the same media type in another spelling, such as with a charset."""


@dataclass(slots=True, eq=False)
class Body:
    """A request body."""

    pointer: str
    required: bool
    content: dict[str, Media]
    words: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Response:
    """What is answered with one status, or a class of them."""

    status: str
    pointer: str
    content: dict[str, Media]
    headers: dict[str, Parameter]
    links: dict[str, tuple[str, Any]]
    """Each with its pointer and what it says."""
    words: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Operation:
    """One method of one path."""

    method: str
    path: str
    pointer: str
    id: str = ""
    lifecycle: Lifecycle = UNSPECIFIED
    tags: tuple[str, ...] = ()
    parameters: dict[tuple[str, str], Parameter] = field(default_factory=dict)
    body: Body | None = None
    responses: dict[str, Response] = field(default_factory=dict)
    callbacks: dict[tuple[str, str], Operation] = field(default_factory=dict)
    security: list[dict[str, tuple[str, ...]]] = field(default_factory=list)
    """Alternatives, each a set of schemes (by what they are, not by name) with their scopes."""
    security_pointer: str = ""
    servers: tuple[str, ...] | None = None
    """Its own, or its path's."""
    words: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """``METHOD /path``."""
        return f"{self.method.upper()} {self.path}"


@dataclass(slots=True, eq=False)
class Api:
    """A document as a model."""

    document: Document
    schemas: Schemas
    operations: dict[tuple[str, str], Operation]
    """By path, its parameters' names left out, and method."""
    webhooks: dict[tuple[str, str], Operation]
    servers: tuple[str, ...]
    schemes: dict[str, dict[str, Any]]
    """By name: security schemes."""
    components: dict[str, str]
    """Schemas that nothing refers to, with their pointers."""
    words: dict[str, Any] = field(default_factory=dict)
