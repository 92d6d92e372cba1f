"""Which web pages may use a server that only this machine can reach.

Law: a browser sends a page's simple POST without asking the server first, so that headers of the response protect
nothing: what must not be done for any page of the web is refused before it is read. Pages of this machine, programs
(which send no Origin) and servers that others can reach are not concerned.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

ANY = "*"
SHOWN = 100
# What a browser sends, and nothing beside it: parsers of URLs also find a host in "127.0.0.1:80.example.org".
HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([\w.-]*))(?::[0-9]{0,5})?", re.ASCII | re.IGNORECASE)
ORIGIN = re.compile(rf"[a-z][a-z0-9+.-]*://{HOST.pattern}/?", re.ASCII | re.IGNORECASE)


class LocalPages:
    """Middleware: on a loopback address, some paths are only for pages of this machine and for allowed origins."""

    def __init__(
        self, app: ASGIApp, *, paths: Collection[str], allowed: Iterable[str], refuse: Callable[[str], ASGIApp]
    ) -> None:
        """``allowed``: origins such as ``https://example.org``, or ``*``; ``refuse`` makes a response of a sentence."""
        self.app, self.paths, self.refuse = app, paths, refuse
        self.allowed = {origin.lower() for origin in allowed}
        self.hosts = {_hostname(ORIGIN, origin) for origin in self.allowed} - {""}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it unread."""
        if scope["type"] == "http" and scope["path"] in self.paths and ANY not in self.allowed:
            address = scope.get("server") or ("", None)
            if is_this_machine(str(address[0])) and (reason := self._objection(scope)):
                await self.refuse(reason)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _objection(self, scope: Scope) -> str:
        """What is wrong with the headers of a request, or an empty text."""
        for name, raw in scope["headers"]:
            value = raw.decode("latin-1")
            if (
                name == b"origin"
                and value.lower() not in self.allowed
                and not is_this_machine(_hostname(ORIGIN, value))
            ):
                shown = ascii(value[:SHOWN])
                return f"Pages of {shown} may not do this here; start the server with --allow-origin to allow it."
            # A name of somebody else's that leads to this machine: the page believes that it asks its own server.
            host = _hostname(HOST, value) if name == b"host" else None
            if host is not None and host not in self.hosts and not is_this_machine(host):
                shown = ascii(value[:SHOWN])
                return f"This server is not {shown}; start it with --allow-origin to serve pages under that name."
        return ""


def is_this_machine(host: str) -> bool:
    """Whether a name or address can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _hostname(form: re.Pattern[str], text: str) -> str:
    """The name or address in a header's value, or an empty text if the value has another form."""
    found = form.fullmatch(text)
    return (found[1] or found[2]).lower().removesuffix(".") if found else ""
