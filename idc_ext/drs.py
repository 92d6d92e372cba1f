"""CRDC GUIDs, resolved to objects: GA4GH's Data Repository Service (DRS), version 1, at the CRDC's resolver.

This is another service than the API, so it is not in openapi.yaml; no credentials are ever sent to it. The
CRDC_Series_GUID and CRDC_Instance_GUID of v1's manifests (`dg.4DFC/…`), the crdc_series_uuid of v3, and the drs:// URIs
of both all name the same objects. The stand-in resolves the GUIDs of its own manifests.
"""

from __future__ import annotations

import os
import re
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

from attrs import field, frozen

from ._http.addresses import ip_address
from ._http.calls import Call
from ._http.steps import Close, Send, arun, sending, steps_of
from ._warnings import warn_deprecated
from .connect import IDC, connect
from .errors import ContractError, InvalidGUID, InvalidRequest

if TYPE_CHECKING:
    import httpx

    from ._http.steps import Steps


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


def __dir__() -> list[str]:
    return __all__


VARIABLE = "IDC_DRS_URL"
#: The schemes of addresses of bytes, from those that the specification of DRS lists. `file` is none of them.
SCHEMES = ("https", "http", "s3", "gs", "ftp", "gsiftp", "globus", "htsget")
#: Those whose host is the name of a bucket, or of a collection.
_BUCKET_SCHEMES = frozenset({"globus", "gs", "s3"})
#: https://learn.canceridc.dev/data/organization-of-data/guids-and-uuids
RESOLVER = "https://nci-crdc.datacommons.io"
PATH = "/ga4gh/drs/v1/objects/"
PREFIX = "dg.4DFC"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@frozen
class Checksum:
    """A checksum of an object: its hexadecimal digits, and its type, such as `md5`."""

    checksum: str
    type: str


@frozen
class AccessMethod:
    """One way to access the bytes of an object.

    Attributes:
        type: `gs`, `s3`, `https` and so on.
        url: The address; None if it must be requested with `access_id` (`idc_ext.drs.access`).
        access_id: The service's identifier of this access method.
        region: The region of the storage; None if the service does not give it.
    """

    type: str
    url: str | None
    access_id: str | None
    region: str | None


@frozen
class AccessURL:
    """The address of the bytes, which may expire.

    Attributes:
        url: The address. A signature in its query is as secret as a password: repr omits the query.
        headers: Header lines for the request, such as `Authorization: …`.
    """

    url: str = field(repr=lambda url: repr(url.partition("?")[0]))
    headers: tuple[str, ...] = field(default=(), repr=False)


@frozen
class Content:
    """A part of a bundle: its name in the bundle, its GUID, its URIs, and its own parts if the service gives them."""

    name: str
    id: str | None
    drs_uris: tuple[str, ...]
    contents: tuple[Content, ...]


@frozen
class DrsObject:
    """The object of a GUID.

    Attributes:
        id: The GUID.
        name: A readable name; None if it has none.
        size: The size in bytes; None if the service does not know it.
        checksums: The checksums of the bytes; for a bundle, of the checksums of its parts.
        access_methods: The ways to access the bytes. A bundle may have none.
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
        """Whether the object has parts, as a series has."""
        return bool(self.contents)

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of the bytes, from all access methods that have one."""
        return tuple(method.url for method in self.access_methods if method.url is not None)


def drs_object(body: object) -> DrsObject:
    """Parse a DrsObject; raises ValueError."""
    if not isinstance(body, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 - one error for every misfit
    return DrsObject(
        id=_required_text(body, "id"),
        name=_optional(body, "name", str),
        size=_size(body),
        checksums=tuple(
            Checksum(_required_text(one, "checksum"), _required_text(one, "type"))
            for one in _objects(body, "checksums")
        ),
        access_methods=tuple(_access_method(one) for one in _objects(body, "access_methods")),
        contents=_contents(body),
        self_uri=_optional(body, "self_uri", str),
        version=_optional(body, "version", str),
        mime_type=_optional(body, "mime_type", str),
        description=_optional(body, "description", str),
        aliases=_texts(body, "aliases"),
        created_time=_optional_time(body, "created_time"),
        updated_time=_optional_time(body, "updated_time"),
    )


def access_url(body: object) -> AccessURL:
    """Parse an AccessURL; raises ValueError."""
    if not isinstance(body, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 - one error for every misfit
    headers = _texts(body, "headers")
    if not all(line.isprintable() for line in headers):
        raise ValueError("its headers are not lines")
    return AccessURL(_address(_required_text(body, "url")), headers)


def _access_method(one: dict[str, Any]) -> AccessMethod:
    given = one.get("access_url")
    url = _optional(given, "url", str) if isinstance(given, dict) else _optional(one, "access_url", str)
    return AccessMethod(
        _required_text(one, "type"),
        None if url is None else _address(url),
        _optional(one, "access_id", str),
        _optional(one, "region", str),
    )


def _contents(body: dict[str, Any]) -> tuple[Content, ...]:
    return tuple(
        Content(_required_text(one, "name"), _optional(one, "id", str), _texts(one, "drs_uri"), _contents(one))
        for one in _objects(body, "contents")
    )


def _size(body: dict[str, Any]) -> int | None:
    size = _optional(body, "size", int)
    if size is not None and not 0 <= size < 2**63:  # int64 in the specification
        raise ValueError("its size is negative, or more than 64 bits hold")
    return size


def _address(text: str) -> str:
    """Check an address of bytes: a resolver could otherwise lead its callers to files and services of their own."""
    try:
        parts = urlsplit(text)
        host = unquote(parts.hostname or "").removesuffix(".")
        _ = parts.port
    except ValueError:
        raise ValueError("its address is not a URL") from None
    if parts.scheme not in SCHEMES or not host:
        raise ValueError(f"its address is not one of {', '.join(SCHEMES)}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("its address is one with a user name or a password")
    plain = unquote(text)
    if not plain.isprintable() or " " in text:
        raise ValueError("its address is one with a blank or a control character")
    # Programs that copy an object to a file of its name would leave their folder.
    if {".", ".."} & set(re.split(r"[/\\]", unquote(parts.path))):
        raise ValueError("its address is one with the name of a folder above")
    if parts.scheme in _BUCKET_SCHEMES:
        return text
    address = ip_address(host)
    # Programs read 2130706433, 0x7f.1 and 127.1 as addresses, too.
    local = host == "localhost" or host.endswith(".localhost") or re.search(r"(^|\.)(0x[0-9a-f]*|[0-9]+)$", host)
    if local if address is None else not address.is_global or address.is_multicast:
        raise ValueError("its address is one of a local network")
    return text


def _required_text(body: dict[str, Any], name: str) -> str:
    value = _optional(body, name, str)
    if value is None:
        raise ValueError(f"it has no {name}")
    return value


def _optional(body: dict[str, Any], name: str, kind: type[T]) -> T | None:
    value = body.get(name)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise ValueError(f"its {name} is {type(value).__name__} and not {kind.__name__}")
    return value


def _objects(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    values = _optional(body, name, list) or []
    if not all(isinstance(value, dict) for value in values):
        raise ValueError(f"its {name} are not objects")
    return values


def _texts(body: dict[str, Any], name: str) -> tuple[str, ...]:
    """Read a list of texts; a single text, as some services write it, is a list of one."""
    value = body.get(name)
    values = [value] if isinstance(value, str) else _optional(body, name, list) or []
    if not all(isinstance(one, str) for one in values):
        raise ValueError(f"its {name} are not texts")
    return tuple(values)


def _optional_time(body: dict[str, Any], name: str) -> datetime | None:
    text = _optional(body, name, str)
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"its {name} is not a time") from None
    return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)


@sending
def resolve(guid: str, *, base_url: str | None = None, client: IDC | None = None, **settings: Any) -> Steps[DrsObject]:
    """Resolve a GUID to its object: what it is, and where its bytes are.

    Args:
        guid: `dg.4DFC/<uuid>`, the UUID alone, `drs://<host>/dg.4DFC/<uuid>` or `drs://dg.4DFC:<uuid>`.
        base_url: The resolver, without a path; else the variable IDC_DRS_URL, else the CRDC's. The host of a
            drs:// URI must be one of these: a URI alone never makes this function contact another host.
        client: A client from `connect` for the resolver's base URL, to resolve many GUIDs over one connection.
        settings: Other arguments of `connect`, such as `timeout`.

    Returns:
        One object: a series is a bundle, whose `contents` are its instances; an instance is a file. Sizes are in
        bytes, times in UTC.

    Raises:
        InvalidGUID: it is not a GUID of the CRDC, or one of another resolver. Nothing has been sent.
        NotFound: the resolver does not know it. Other failures raise the errors of the API.
        ContractError: the body is not a DrsObject, or is another object.
        httpx.TransportError: no response.
    """
    name, base = _object_and_resolver(guid, base_url, client)
    return _parse_object(name, (yield from _get(PATH + name, base, client, settings)))


def resolve_async(
    guid: str, *, base_url: str | None = None, client: IDC | None = None, **settings: Any
) -> Coroutine[Any, Any, DrsObject]:
    """Resolve a GUID to its object, in asynchronous code. Deprecated: see `idc_ext.aio.drs`."""
    warn_deprecated("drs.resolve_async", "idc_ext.aio.drs, where resolve is awaited")
    return arun(steps_of(resolve)(guid, base_url=base_url, client=client, **settings))


@sending
def access(
    found: DrsObject, method: AccessMethod, *, base_url: str | None = None, client: IDC | None = None, **settings: Any
) -> Steps[AccessURL]:
    """Request the address of an access method, where the object does not give it.

    Args:
        found: The result of `resolve`.
        method: One of its `access_methods`. If it has an address already, nothing is sent.
        base_url: As in `resolve`.
        client: As in `resolve`.
        settings: As in `resolve`.

    Raises:
        ValueError: the method has neither an address nor an identifier.
        Unauthorized, Forbidden: the bytes are not public. Other failures raise the errors of the API.
        ContractError: the body is not an AccessURL.
        httpx.TransportError: no response.
    """
    if method.url is not None:
        return AccessURL(method.url)
    path, base = _access_path(found, method, base_url, client)
    return _parse_access_url(path, (yield from _get(path, base, client, settings)))


def access_async(
    found: DrsObject, method: AccessMethod, *, base_url: str | None = None, client: IDC | None = None, **settings: Any
) -> Coroutine[Any, Any, AccessURL]:
    """Request the address of an access method, in asynchronous code. Deprecated: see `idc_ext.aio.drs`."""
    warn_deprecated("drs.access_async", "idc_ext.aio.drs, where access is awaited")
    return arun(steps_of(access)(found, method, base_url=base_url, client=client, **settings))


def _get(path: str, base: str, client: IDC | None, settings: dict[str, Any]) -> Steps[httpx.Response]:
    """Request a path of the resolver, with the client that is given, or with one for this request."""
    sender = connect(base, **settings) if client is None else client
    try:
        answer: httpx.Response | InvalidRequest = yield Send(sender, Call("GET", path))
    finally:
        if client is None:
            yield Close(sender)
    if isinstance(answer, InvalidRequest):
        raise answer
    return answer


def _access_path(found: DrsObject, method: AccessMethod, base_url: str | None, client: IDC | None) -> tuple[str, str]:
    """Return the path of an access method, and the resolver to send it to."""
    identifier = quote(method.access_id or "", safe="")
    if not identifier.strip("."):
        raise ValueError(f"the access method {method.type!r:.40} has neither an address nor an identifier to ask with")
    name, base = _object_and_resolver(found.id, base_url, client)
    return f"{PATH}{name}/access/{identifier}", base


def _parse_access_url(path: str, response: httpx.Response) -> AccessURL:
    try:
        return access_url(response.json())
    except (ValueError, RecursionError) as error:
        raise ContractError(f"GET {path} was answered with a body that is not an AccessURL: {error}") from None


def _object_and_resolver(guid: str, base_url: str | None, client: IDC | None) -> tuple[str, str]:
    """Return the name of an object, and the resolver to ask for it."""
    base = re.sub(r"/ga4gh/drs/v1(/objects)?/*$", "", base_url or os.environ.get(VARIABLE) or RESOLVER)
    name, host = _parse_guid(str(guid))
    resolver = base if client is None else client._base_url
    if host is not None and "@" in host:
        raise InvalidGUID("the GUID is a drs:// URI with a user name or a password: write it without")
    if host is not None and host not in (urlsplit(resolver).netloc.lower(), urlsplit(RESOLVER).netloc):
        raise InvalidGUID(
            f"{guid!r:.200} is a URI of another resolver: if you trust it, pass base_url='https://{host}'"
        )
    return name, base


def _parse_guid(guid: str) -> tuple[str, str | None]:
    """Parse a GUID in any of its spellings; return it, and the host that a URI names."""
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
            f"{guid!r:.200} is not a GUID of the CRDC, which is {PREFIX}/ and a UUID, such as "
            f"{PREFIX}/099a1844-dc1c-44bd-91f8-e6f1860cbfce"
        )
    return f"{PREFIX}/{uuid}", host


def _parse_object(name: str, response: httpx.Response) -> DrsObject:
    try:
        found = drs_object(response.json())
    except (ValueError, RecursionError) as error:
        raise ContractError(f"GET {PATH}{name} was answered with a body that is not a DrsObject: {error}") from None
    if found.id.rpartition("/")[2].lower() != name.rpartition("/")[2]:
        raise ContractError(f"GET {PATH}{name} was answered with another object, {found.id!r:.200}")
    return found
