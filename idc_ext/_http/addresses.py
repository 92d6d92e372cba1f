"""Addresses that requests go to: those of services and redirects, of proxies in the environment; TLS on the way there.

All are checked before anything is sent. Law: names variables and never shows their values, which may hold a password;
no function that holds one raises, since the traceback would show it.
"""

from __future__ import annotations

import functools
import ipaddress
import os
import re
import ssl
import urllib.request
from importlib import util
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
from attrs import field, frozen

from ..errors import InvalidProxy, InvalidTLSSettings, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: Settings of a client for httpx that concern connections to any server, also that of other requests than the client's.
CONNECTION_SETTINGS = ("cert", "proxy", "trust_env", "verify")
NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})
#: Settings of a client for httpx that its transports take, too.
_TRANSPORT_SETTINGS = ("http1", "http2", "limits")
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
#: The limit of RFC 1035 on a host name, in bytes; that on each part of it is 63.
_LONGEST_NAME = 253

_DEFAULT_PORTS = {"http": 80, "https": 443}
_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def problem_with_url(url: httpx.URL) -> str | None:
    """Return why nothing can be requested from a URL, as a clause; None if it can."""
    if url.scheme not in ("http", "https"):
        return "is not an http or https URL"
    try:
        host = url.host
    except UnicodeError:  # it looks like an internationalized name and is none
        return "has a host name that cannot be read"
    if not host or re.search(r"\s", host):
        return "has no host"
    labels = url.raw_host.removesuffix(b".").split(b".")
    if ip_address(host) is None and not (
        all(re.fullmatch(rb"[A-Za-z0-9_-]{1,63}", label) for label in labels) and len(url.raw_host) <= _LONGEST_NAME
    ):
        return "has a host name with an empty part, one of more than 63 letters, or an odd character"
    return None if (url.port or 0) < 65_536 else "has a port above 65535"


def ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read a host as an IP address; None if it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_loopback(url: httpx.URL) -> bool:
    """Say whether the host of a URL is this machine: 127.0.0.0/8, ::1 or localhost."""
    address = ip_address(url.host)
    return url.host == "localhost" if address is None else address.is_loopback


def origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    """Return scheme, host and port of a URL."""
    return url.scheme, url.raw_host, url.port


def redirect_target(response: httpx.Response) -> httpx.URL | None:
    """Return the URL that a redirect leads to; None if nothing can be requested from it."""
    try:
        given = httpx.URL(response.headers["location"])
        url = response.request.url.join(given)
    except (httpx.InvalidURL, ValueError):
        return None
    # httpx would take the host of the request where a URL has a scheme and no host.
    return None if problem_with_url(url) or (given.scheme and not given.raw_host) else url


@frozen
class Proxies:
    """The proxies that the environment names, and the hosts that it exempts from them.

    Attributes:
        urls: `http`, `https` or `all` -> the proxy, or why the variable cannot be used.
        exempt: The entries of NO_PROXY.
    """

    urls: Mapping[str, httpx.Proxy | InvalidProxy | MissingExtra] = field(factory=dict, repr=False)
    exempt: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of_environment(cls) -> Proxies:
        """Read the variables HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, or the settings of the system."""
        # Every value stays within this expression: a frame that keeps none can raise.
        return cls(
            {
                scheme: _read_proxy(urllib.request.getproxies()[scheme].strip(), f"the variable {variable_of(scheme)}")
                for scheme in ("http", "https", "all")
                if urllib.request.getproxies().get(scheme, "").strip()
            },
            tuple(
                entry.strip().lower() for entry in urllib.request.getproxies().get("no", "").split(",") if entry.strip()
            ),
        )

    def scheme_for(self, url: httpx.URL) -> str | None:
        """Return the key in `urls` of the proxy for a URL; None for a direct connection.

        A proxy could not reach an address of this machine, and would see the token.
        """
        if is_loopback(url) or any(_is_exempt(entry, url) for entry in self.exempt):
            return None
        return next((scheme for scheme in (url.scheme, "all") if scheme in self.urls), None)

    def name_for(self, settings: Mapping[str, Any], url: httpx.URL) -> str | None:
        """Name the argument or variable of the proxy for a URL; None for a direct connection.

        Args:
            settings: The settings of the client that sends.
            url: Where it sends to.
        """
        if settings.get("transport") is not None:
            return None
        if settings.get("proxy") is not None:
            return "the argument proxy"
        scheme = self.scheme_for(url)
        return None if scheme is None else variable_of(scheme)

    def check(self, url: httpx.URL) -> None:
        """Check that the proxy for a URL, if there is one, can be used; raises InvalidProxy or MissingExtra."""
        found = self.urls.get(self.scheme_for(url) or "")
        if isinstance(found, InvalidProxy | MissingExtra):
            raise type(found)(str(found))

    def settings(self, home: httpx.URL, settings: Mapping[str, Any], transport: Callable[..., Any]) -> dict[str, Any]:
        """Return the settings of a client that uses these proxies, in place of what httpx reads of the environment.

        httpx reads the same variables, but ends with a traceback at many of their values.

        Args:
            home: The URL that most requests go to.
            settings: The settings of the client, `proxy` and `trust_env` among them.
            transport: Makes a transport: that of sync or of async clients.
        """
        if settings.get("transport") is not None:
            return dict(settings)
        context = tls_context(settings)
        if settings.get("trust_env") is False or settings.get("proxy") is not None:
            return {**{name: value for name, value in settings.items() if name != "cert"}, "verify": context}
        more = {name: settings[name] for name in _TRANSPORT_SETTINGS if name in settings}
        mounts: dict[str, Any] = {
            f"{scheme}://": transport(proxy=proxy, verify=context, **more)
            if isinstance(proxy, httpx.Proxy)
            else _NoTransport(proxy)
            for scheme, proxy in ({} if "*" in self.exempt else self.urls).items()
        }
        mounts.update(dict.fromkeys(filter(_is_pattern, map(_pattern, self.exempt))))
        if self.scheme_for(home) is None:
            mounts[f"all://{f'[{home.host}]' if ':' in home.host else home.host}"] = None
        own = {name: value for name, value in settings.items() if name not in ("cert", "mounts")}
        return {**own, "verify": context, "trust_env": False, "mounts": {**mounts, **(settings.get("mounts") or {})}}


def check_proxy_argument(proxy: object) -> None:
    """Check the argument `proxy` of a client; raises InvalidProxy or MissingExtra."""
    problem = _problem_with_argument(proxy)
    del proxy
    if problem is not None:
        raise problem


def variable_of(scheme: str) -> str:
    """Return the name of the variable that is set for `http`, `https`, `all` or `no`, as it is spelled."""
    lower = f"{scheme}_proxy"
    return next((name for name in (lower, lower.upper()) if os.environ.get(name)), lower.upper())


class _NoTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """What sends nothing, since the proxy for it cannot be used."""

    def __init__(self, problem: InvalidProxy | MissingExtra) -> None:
        self._problem = problem

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise type(self._problem)(str(self._problem))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise type(self._problem)(str(self._problem))


def _problem_with_argument(proxy: object) -> InvalidProxy | MissingExtra | None:
    if not isinstance(proxy, str | httpx.URL):
        return None
    found = _read_proxy(str(proxy) if isinstance(proxy, str) else _text_of(proxy), "the argument proxy")
    return None if isinstance(found, httpx.Proxy) else found


def _text_of(url: httpx.URL) -> str:
    # Its str() hides the password.
    userinfo = url.userinfo.decode("ascii")
    return f"{url.scheme}://{userinfo}{'@' if userinfo else ''}{url.netloc.decode('ascii')}"


def _read_proxy(text: str, named: str) -> httpx.Proxy | InvalidProxy | MissingExtra:
    """Read the address of a proxy, or return why it cannot be used. Raises nothing: its frame holds the address."""
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "http", text
    scheme = scheme.lower()
    if scheme == "socks":
        return InvalidProxy(f"{named} names a proxy as socks://, without a version: write socks5:// or socks5h://")
    if scheme not in _PROXY_SCHEMES:
        return InvalidProxy(f"{named} does not name a proxy: its address begins with {' or '.join(_PROXY_SCHEMES)}://")
    userinfo = rest.rpartition("@")[0]
    if re.search(r"[/?#@\s]", userinfo):
        return InvalidProxy(
            f"{named} has a user name or a password with /, ?, #, @ or a blank in it: "
            "write them as %2F, %3F, %23, %40 and %20"
        )
    try:
        url = httpx.URL(f"{scheme}://{rest}")
        as_http = url.copy_with(scheme="http", userinfo=b"", port=url.port)
        problem = problem_with_url(as_http) or ("is not an address" if url.path not in ("", "/") or url.query else None)
        found = None if problem else httpx.Proxy(url)
    except (httpx.InvalidURL, ValueError):
        found = None
    if found is None:
        return InvalidProxy(f"{named} cannot be read as the address of a proxy: write http://HOST:PORT")
    if scheme.startswith("socks") and util.find_spec("socksio") is None:
        return MissingExtra(
            f"{named} names a SOCKS proxy, which needs the package socksio: pip install 'idc-client[socks]'",
            name="socksio",
        )
    return found


def _is_exempt(entry: str, url: httpx.URL) -> bool:
    """Say whether an entry of NO_PROXY matches a URL: a name with all names below it, an address, a network, or `*`."""
    if entry == "*":
        return True
    scheme, host, port = _entry_parts(entry)
    if scheme not in ("all", url.scheme) or (port is not None and port != (url.port or _DEFAULT_PORTS[url.scheme])):
        return False
    network = _network(host)
    if network is not None:
        address = ip_address(url.host)
        return address is not None and address in network
    name = url.host.removesuffix(".")
    return bool(host) and (name == host or name.endswith(f".{host}"))


def _entry_parts(entry: str) -> tuple[str, str, int | None]:
    """Split an entry of NO_PROXY into scheme (`all` for any), host or network, and port."""
    scheme, mark, rest = entry.rpartition("://")
    scheme = scheme if mark else "all"
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::([0-9]{1,5}))?(/[0-9]+)?", rest)
    if bracketed is not None:
        return scheme, bracketed[1] + (bracketed[3] or ""), int(bracketed[2]) if bracketed[2] else None
    if _network(rest) is not None:
        return scheme, rest, None
    with_port = re.fullmatch(r"([^:]*):([0-9]{1,5})", rest)
    host, port = (with_port[1], int(with_port[2])) if with_port else (rest, None)
    return scheme, host.removeprefix("*").strip("."), port


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _pattern(entry: str) -> str:
    """Return the pattern of httpx for an entry of NO_PROXY; it has none for networks."""
    scheme, host, port = _entry_parts(entry)
    network = _network(host)
    if network is not None:
        host = str(network.network_address) if network.num_addresses == 1 else ""
        host = f"[{host}]" if ":" in host else host
    elif host:
        host = f"*{host}"
    return f"{scheme}://{host}{'' if port is None else f':{port}'}" if host else ""


def _is_pattern(pattern: str) -> bool:
    """Say whether httpx can read a pattern."""
    try:
        return pattern != "" and httpx.URL(pattern).host != ""
    except (httpx.InvalidURL, ValueError):
        return False


def proxy_variables() -> Iterator[str]:
    """Yield the names of the variables for proxies that are set."""
    for scheme in ("http", "https", "all", "no"):
        name = variable_of(scheme)
        if os.environ.get(name):
            yield name


# --- TLS: variables hold paths, so their values are shown ---------------------------------------------------------


def tls_context(settings: Mapping[str, Any]) -> ssl.SSLContext:
    """Make the TLS context of a client from its settings; clients with the default settings share one.

    Reading the certificates of all authorities takes longer than all else until the first row.

    Raises:
        InvalidTLSSettings: a file that a variable or the settings name cannot be used.
    """
    try:
        return _make_context(settings)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        # A folder that does not exist is not read before there is a certificate to check.
        found = unusable_variable(folder=False)
        reason = getattr(error, "strerror", None) or error
    if found is not None:
        raise InvalidTLSSettings(f"{found[0]} names {found[1]}: correct or unset it")
    raise InvalidTLSSettings(f"the argument verify or cert names a file that cannot be used ({reason})")


def unusable_variable(*, folder: bool = True) -> tuple[str, str] | None:
    """Return a variable with which TLS cannot be used, and what it names; None if all is well.

    Args:
        folder: Whether SSL_CERT_DIR counts, too.
    """
    keys, file, directory = map(os.environ.get, ("SSLKEYLOGFILE", "SSL_CERT_FILE", "SSL_CERT_DIR"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if keys:
        try:
            context.keylog_filename = keys
        except (OSError, ValueError) as error:
            return "SSLKEYLOGFILE", f"{keys}, which cannot be written ({getattr(error, 'strerror', None) or error})"
    if file and not os.path.exists(file):
        return "SSL_CERT_FILE", f"{file}, which does not exist"
    if file:
        try:
            context.load_verify_locations(cafile=file)
        except (OSError, ValueError):
            return "SSL_CERT_FILE", f"{file}, which holds no certificates"
    if folder and directory and not os.path.exists(directory):
        return "SSL_CERT_DIR", f"{directory}, which does not exist"
    return None


def _make_context(settings: Mapping[str, Any]) -> ssl.SSLContext:
    verify, cert, trust_env = settings.get("verify", True), settings.get("cert"), settings.get("trust_env", True)
    file, folder, keys = map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"))
    # A context keeps what it has found in a folder of certificates, also if it is removed there.
    if verify is True and cert is None and trust_env and not keys and (file or not folder):
        state = os.stat(file) if file else None
        identity = None if state is None else (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
        # Each connection sets the protocols that it offers, with HTTP/2 or without.
        return _default_context(file, identity, bool(settings.get("http2")))
    return httpx.create_ssl_context(verify=verify, cert=cert, trust_env=trust_env)


@functools.lru_cache(maxsize=4)
def _default_context(file: str | None, identity: tuple[int, ...] | None, http2: bool) -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=True)
