"""What a CRDC GUID stands for: GA4GH's Data Repository Service, version 1, as the CRDC's resolver speaks it.

This is another service than the API, with no place in openapi.yaml; no credentials ever go to it. What v1's
manifests list as CRDC_Series_GUID and CRDC_Instance_GUID (`dg.4DFC/…`), what v3 lists as crdc_series_uuid, and
drs:// URIs of both all name the same objects. The stand-in resolves the GUIDs of its own manifests.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

from attrs import field, frozen

from .connect import connect
from .errors import ContractError, InvalidGUID

if TYPE_CHECKING:
    import httpx

    from .connect import IDC


__all__ = [
    "AccessMethod",
    "AccessURL",
    "Checksum",
    "Content",
    "DrsObject",
    "access",
    "access_async",
    "resolve",
    "resolve_async",
]

T = TypeVar("T")

VARIABLE = "IDC_DRS_URL"
#: https://learn.canceridc.dev/data/organization-of-data/guids-and-uuids
RESOLVER = "https://nci-crdc.datacommons.io"
PATH = "/ga4gh/drs/v1/objects/"
PREFIX = "dg.4DFC"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


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


def resolve(guid: str, *, base_url: str | None = None, client: IDC | None = None, **settings: Any) -> DrsObject:
    """Find out what a GUID stands for and where its bytes are.

    Args:
        guid: `dg.4DFC/<uuid>`, the UUID alone, `drs://<host>/dg.4DFC/<uuid>` or `drs://dg.4DFC:<uuid>`.
        base_url: The resolver, without a path; else the variable IDC_DRS_URL, else the CRDC's. The host in a
            drs:// URI is never asked for being in it: it must be one of these.
        client: What `connect` made for the resolver's base URL, to resolve many over one connection.
        settings: What `connect` takes otherwise, such as `timeout`.

    Returns:
        One object: a series is a bundle, whose `contents` are its instances; an instance is a file. Sizes are in
        bytes, times in UTC.

    Raises:
        InvalidGUID: it is no GUID of the CRDC's, or one of another resolver. Nothing has been sent.
        NotFound: the resolver does not know it. Other answers raise as those of the API do.
        ContractError: the answer is not of the shape that DRS gives it, or is another object.
        httpx.TransportError: nobody answered.
    """
    name, base = _asked(guid, base_url, client)
    if client is not None:
        return _answered(name, client.get_httpx_client().get(PATH + name))
    with connect(base, **settings) as idc:
        return _answered(name, idc.get_httpx_client().get(PATH + name))


async def resolve_async(
    guid: str, *, base_url: str | None = None, client: IDC | None = None, **settings: Any
) -> DrsObject:
    """Do what `resolve` does, for asynchronous code."""
    name, base = _asked(guid, base_url, client)
    if client is not None:
        return _answered(name, await client.get_async_httpx_client().get(PATH + name))
    async with connect(base, **settings) as idc:
        return _answered(name, await idc.get_async_httpx_client().get(PATH + name))


def access(
    found: DrsObject, method: AccessMethod, *, base_url: str | None = None, client: IDC | None = None, **settings: Any
) -> AccessURL:
    """Find out the address of a way to the bytes, where the resolver gives it only to who asks for it.

    Args:
        found: What `resolve` gave.
        method: One of its `access_methods`. If it has an address already, nothing is sent.
        base_url: As that of `resolve`.
        client: As that of `resolve`.
        settings: As those of `resolve`.

    Raises:
        ValueError: the method has neither an address nor an identifier.
        Unauthorized, Forbidden: the bytes are not for everybody. Other answers raise as those of the API do.
        ContractError: the answer is not of the shape that DRS gives it.
        httpx.TransportError: nobody answered.
    """
    if method.url is not None:
        return AccessURL(method.url)
    path, base = _way(found, method, base_url, client)
    if client is not None:
        return _address(path, client.get_httpx_client().get(path))
    with connect(base, **settings) as idc:
        return _address(path, idc.get_httpx_client().get(path))


async def access_async(
    found: DrsObject, method: AccessMethod, *, base_url: str | None = None, client: IDC | None = None, **settings: Any
) -> AccessURL:
    """Do what `access` does, for asynchronous code."""
    if method.url is not None:
        return AccessURL(method.url)
    path, base = _way(found, method, base_url, client)
    if client is not None:
        return _address(path, await client.get_async_httpx_client().get(path))
    async with connect(base, **settings) as idc:
        return _address(path, await idc.get_async_httpx_client().get(path))


def _way(found: DrsObject, method: AccessMethod, base_url: str | None, client: IDC | None) -> tuple[str, str]:
    """Say what to ask for, and whom."""
    identifier = quote(method.access_id or "", safe="")
    if not identifier.strip("."):
        raise ValueError(f"the access method {method.type!r:.40} has neither an address nor an identifier to ask with")
    name, base = _asked(found.id, base_url, client)
    return f"{PATH}{name}/access/{identifier}", base


def _address(path: str, response: httpx.Response) -> AccessURL:
    try:
        return access_url(response.json())
    except (ValueError, RecursionError) as error:
        raise ContractError(f"GET {path} was answered with what is no AccessURL: {error}") from None


def _asked(guid: str, base_url: str | None, client: IDC | None) -> tuple[str, str]:
    """Say which object to ask for, and whom."""
    base = re.sub(r"/ga4gh/drs/v1(/objects)?/*$", "", base_url or os.environ.get(VARIABLE) or RESOLVER)
    name, host = _read(str(guid))
    asked = base if client is None else client._base_url
    if host is not None and host not in (urlsplit(asked).netloc.lower(), urlsplit(RESOLVER).netloc):
        raise InvalidGUID(
            f"{guid!r:.200} is a URI of another resolver: to ask it, pass base_url='https://{host}', if you trust it"
        )
    return name, base


def _read(guid: str) -> tuple[str, str | None]:
    """Find the GUID in what people write for it, and the host that a URI names."""
    bare, host = guid.strip(), None
    if bare[:6].lower() == "drs://":
        bare = unquote(bare[6:])
        if not bare.startswith(f"{PREFIX}:"):
            host, _, bare = bare.partition("/")
            host = host.lower()
    # In a compact identifier, a colon follows the prefix, and no host is named.
    uuid = bare.removeprefix(f"{PREFIX}:" if host is None and ":" in bare else f"{PREFIX}/").lower()
    if not _UUID.fullmatch(uuid) or host == "":
        raise InvalidGUID(
            f"{guid!r:.200} is no GUID of the CRDC's: it looks like {PREFIX}/ and a UUID, such as "
            f"{PREFIX}/099a1844-dc1c-44bd-91f8-e6f1860cbfce"
        )
    return f"{PREFIX}/{uuid}", host


def _answered(name: str, response: httpx.Response) -> DrsObject:
    try:
        found = drs_object(response.json())
    except (ValueError, RecursionError) as error:
        raise ContractError(f"GET {PATH}{name} was answered with what is no DrsObject: {error}") from None
    if found.id.rpartition("/")[2].lower() != name.rpartition("/")[2]:
        raise ContractError(f"GET {PATH}{name} was answered with another object, {found.id!r:.200}")
    return found
