"""The answer of a Data Repository Service as values, and how its JSON becomes them. Pure.

What a service leaves out is None or empty; what it gives of the wrong type is a ValueError that says where.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from attrs import field, frozen

T = TypeVar("T")


@frozen
class Checksum:
    """A checksum of an object: its hexadecimal digits, and the name of the kind, such as `md5`."""

    checksum: str
    type: str


@frozen
class AccessMethod:
    """One way to get at the bytes.

    Attributes:
        type: `gs`, `s3`, `https` and so on.
        url: The address; None if it must be asked for by `access_id` (`idc_ext.drs.access`).
        access_id: What the service calls this way.
        region: Where the bytes are, if the service says.
    """

    type: str
    url: str | None
    access_id: str | None
    region: str | None


@frozen
class AccessURL:
    """Where the bytes are to be had, maybe for a while only.

    Attributes:
        url: The address. A signature in its query is as good as a password: repr leaves the query out.
        headers: Lines such as `Authorization: …` that go with the request.
    """

    url: str = field(repr=lambda url: repr(url.partition("?")[0]))
    headers: tuple[str, ...] = field(default=(), repr=False)


@frozen
class Content:
    """A part of a bundle: its name in there, the GUID to resolve, its URIs, and its own parts if they were given."""

    name: str
    id: str | None
    drs_uris: tuple[str, ...]
    contents: tuple[Content, ...]


@frozen
class DrsObject:
    """What a GUID stands for.

    Attributes:
        id: The GUID.
        name: A name for people, if any.
        size: In bytes; None if the service does not know.
        checksums: Of the bytes; of a bundle, of its parts' checksums.
        access_methods: Where the bytes are. A bundle may have none.
        contents: The parts of a bundle, such as the instances of a series. A file has none.
        self_uri: The drs:// URI.
        version, mime_type, description, aliases, created_time, updated_time: As the service gives them.
    """

    id: str
    name: str | None
    size: int | None
    checksums: tuple[Checksum, ...]
    access_methods: tuple[AccessMethod, ...]
    contents: tuple[Content, ...]
    self_uri: str | None
    version: str | None
    mime_type: str | None
    description: str | None
    aliases: tuple[str, ...]
    created_time: datetime | None
    updated_time: datetime | None

    @property
    def is_bundle(self) -> bool:
        """Whether it has parts, as a series has."""
        return bool(self.contents)

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of the bytes, of all access methods that give one."""
        return tuple(method.url for method in self.access_methods if method.url is not None)


def drs_object(body: object) -> DrsObject:
    """Read a DrsObject; raises ValueError."""
    if not isinstance(body, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - one error for every misfit
    return DrsObject(
        id=_needed(body, "id"),
        name=_one(body, "name", str),
        size=_one(body, "size", int),
        checksums=tuple(Checksum(_needed(one, "checksum"), _needed(one, "type")) for one in _many(body, "checksums")),
        access_methods=tuple(_access(one) for one in _many(body, "access_methods")),
        contents=_contents(body),
        self_uri=_one(body, "self_uri", str),
        version=_one(body, "version", str),
        mime_type=_one(body, "mime_type", str),
        description=_one(body, "description", str),
        aliases=_texts(body, "aliases"),
        created_time=_time(body, "created_time"),
        updated_time=_time(body, "updated_time"),
    )


def access_url(body: object) -> AccessURL:
    """Read an AccessURL; raises ValueError."""
    if not isinstance(body, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - one error for every misfit
    return AccessURL(_needed(body, "url"), _texts(body, "headers"))


def _access(one: dict[str, Any]) -> AccessMethod:
    given = one.get("access_url")
    url = _one(given, "url", str) if isinstance(given, dict) else _one(one, "access_url", str)
    return AccessMethod(_needed(one, "type"), url, _one(one, "access_id", str), _one(one, "region", str))


def _contents(body: dict[str, Any]) -> tuple[Content, ...]:
    return tuple(
        Content(_needed(one, "name"), _one(one, "id", str), _texts(one, "drs_uri"), _contents(one))
        for one in _many(body, "contents")
    )


def _needed(body: dict[str, Any], name: str) -> str:
    value = _one(body, name, str)
    if value is None:
        raise ValueError(f"it has no {name}")
    return value


def _one(body: dict[str, Any], name: str, kind: type[T]) -> T | None:
    value = body.get(name)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise ValueError(f"its {name} is {type(value).__name__} and not {kind.__name__}")
    return value


def _many(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    values = _one(body, name, list) or []
    if not all(isinstance(value, dict) for value in values):
        raise ValueError(f"its {name} are not objects")
    return values


def _texts(body: dict[str, Any], name: str) -> tuple[str, ...]:
    """Read a list of texts; a text alone, as some services write it, is a list of one."""
    value = body.get(name)
    values = [value] if isinstance(value, str) else _one(body, name, list) or []
    if not all(isinstance(one, str) for one in values):
        raise ValueError(f"its {name} are not texts")
    return tuple(values)


def _time(body: dict[str, Any], name: str) -> datetime | None:
    text = _one(body, name, str)
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"its {name} is not a time") from None
    return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
