"""The classes of the API model, the same for every version of the specification.

Law: the model holds what requests and responses contain, and keeps documentation apart from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .lifecycle import UNSPECIFIED, Lifecycle

if TYPE_CHECKING:
    from ..documents.document import Document
    from ..documents.node import Node, Schema
    from ..schemas.reader import Schemas


class Reference(NamedTuple):
    """The ``$ref`` through which an operation names a component; empty if there is none."""

    pointer: str = ""
    target: str = ""
    node: Node | None = None
    """The object with the ``$ref``."""

    @property
    def place(self) -> str:
        """The pointer of the object with the ``$ref``; empty if there is none."""
        return self.node.pointer if self.node is not None else ""


NO_REFERENCE = Reference()


@dataclass(slots=True, eq=False)
class Parameter:
    """A parameter or a header."""

    name: str
    location: str
    pointer: str
    required: bool = False
    declared_required: bool = True
    """Whether the document says `required: true` of a path parameter, which is always required."""
    misnamed: bool = False
    """Whether the name of a path parameter differs from the name in the path."""
    schema: Schema = ()
    style: str = ""
    explode: bool = False
    media: str = ""
    """The media type, if the parameter has ``content``."""
    allow_reserved: bool = False
    allow_empty_value: bool = False
    lifecycle: Lifecycle = UNSPECIFIED
    words: dict[str, Any] = field(default_factory=dict)
    reference: Reference = NO_REFERENCE

    @property
    def where(self) -> str:
        """The location and the name, such as ``query limit``."""
        return f"{self.location} {self.name or '(no name)'}"


@dataclass(slots=True, eq=False)
class Media:
    """The content of a body for one media type."""

    name: str
    pointer: str
    schema: Schema | None
    encoding: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)
    spelling: str = ""
    """The media type as the document spells it, in lower case."""
    other_spellings: list[Media] = field(default_factory=list)
    """Entries for the same media type in other spellings, such as with a charset."""


@dataclass(slots=True, eq=False)
class Body:
    """A request body."""

    pointer: str
    required: bool
    content: dict[str, Media]
    words: dict[str, Any] = field(default_factory=dict)
    reference: Reference = NO_REFERENCE


@dataclass(slots=True, eq=False)
class Response:
    """A response to one status, or to a class of statuses."""

    status: str
    pointer: str
    content: dict[str, Media]
    headers: dict[str, Parameter]
    links: dict[str, tuple[str, Any]]
    """The pointer and the canonical content of each link."""
    words: dict[str, Any] = field(default_factory=dict)
    reference: Reference = NO_REFERENCE


@dataclass(slots=True, eq=False)
class Operation:
    """One method of one path."""

    method: str
    path: str
    pointer: str
    path_pointer: str = ""
    """The pointer of the path item, or of the reference in its place."""
    id: str = ""
    lifecycle: Lifecycle = UNSPECIFIED
    tags: tuple[str, ...] = ()
    parameters: dict[tuple[str, str], Parameter] = field(default_factory=dict)
    body: Body | None = None
    responses: dict[str, Response] = field(default_factory=dict)
    callbacks: dict[tuple[str, str], Operation] = field(default_factory=dict)
    security: list[dict[str, tuple[str, ...]]] = field(default_factory=list)
    """The alternatives, each a set of schemes (by their content, not by name) with scopes."""
    security_pointer: str = ""
    servers: tuple[str, ...] | None = None
    """The operation's own servers, or its path's."""
    words: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """``METHOD /path``."""
        return f"{self.method.upper()} {self.path}"


@dataclass(slots=True, eq=False)
class Api:
    """The API that a document describes."""

    document: Document
    schemas: Schemas
    operations: dict[tuple[str, str], Operation]
    """The operations by path and method; without the names of parameters, unless another path differs only in those."""
    webhooks: dict[tuple[str, str], Operation]
    servers: tuple[str, ...]
    schemes: dict[str, dict[str, Any]]
    """The security schemes by name."""
    components: dict[str, str]
    """The schemas that nothing refers to, with their pointers."""
    words: dict[str, Any] = field(default_factory=dict)
