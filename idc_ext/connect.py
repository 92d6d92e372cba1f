"""`connect`: the generated client with credentials, errors, retries and deadlines installed.

Installed and not wrapped: its httpx clients are those of `_http.transport` and have an auth, so every generated
function has all of that, too. Law: no models and no endpoints.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import util
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast

import httpx
from attrs import define, evolve, field
from idc_client import AuthenticatedClient

from ._http.addresses import Proxies, check_proxy_argument, problem_with_url
from ._http.attempts import CallPolicy
from ._http.bodies import ACCEPT_ENCODING, MAX_BODY
from ._http.deadline import checked_seconds
from ._http.failures import ServiceRelease
from ._http.redaction import configure_log
from ._http.retry import Retries, RetryBudget
from ._lazy import package_version
from ._operations import needs_user
from ._suggest import did_you_mean, release_notice
from .auth._bearer import IdTokenAuth
from .auth._credentials import locate_token_source
from .errors import InvalidBaseURL, InvalidProxy, MissingExtra

if TYPE_CHECKING:
    import ssl

__all__ = ["IDC", "connect"]

VARIABLE = "IDC_BASE_URL"
LIVE = "https://api.imaging.datacommons.cancer.gov"
#: In seconds. The service lets a query run for 30 s before it answers "not yet".
TIMEOUT = httpx.Timeout(60, connect=10)


class HttpxArguments(TypedDict, total=False):
    """What `connect` passes on to `httpx.Client` and `httpx.AsyncClient`."""

    auth: Any
    cert: Any
    cookies: Any
    default_encoding: str | Callable[[bytes], str]
    event_hooks: Mapping[str, list[Callable[..., Any]]] | None
    follow_redirects: bool
    http1: bool
    http2: bool
    limits: httpx.Limits
    max_redirects: int
    mounts: Mapping[str, Any] | None
    params: Any
    proxy: str | httpx.URL | httpx.Proxy | None
    transport: httpx.BaseTransport | httpx.AsyncBaseTransport | None
    trust_env: bool
    verify: ssl.SSLContext | str | bool


@define(repr=False)
class IDC(AuthenticatedClient):
    """The generated client that `connect` makes. Every generated function accepts it as `client=`.

    It holds no token: `token` is always empty, and the credentials are read when an operation needs a user.
    """

    token: str = field(default="", init=False)
    _auth: IdTokenAuth = field(kw_only=True, alias="auth")
    _policy: CallPolicy = field(kw_only=True, alias="policy")
    _proxies: Proxies = field(kw_only=True, alias="proxies")
    #: Whether a warning of the service is an error (`ServiceWarned`) instead of a Python warning.
    strict: bool = field(default=False, kw_only=True)
    _lock: threading.RLock = field(factory=threading.RLock, init=False, eq=False)
    #: The httpx clients that were made here, with the process and the event loop that their connections belong to.
    _made_client: tuple[httpx.Client, int] | None = field(default=None, init=False, eq=False)
    _made_async_client: tuple[httpx.AsyncClient, int, Any] | None = field(default=None, init=False, eq=False)

    def __repr__(self) -> str:
        return f"<IDC {self._base_url} credentials={self._auth.credentials.origin!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "a client cannot be pickled: its connections are of one process, and its credentials are not passed on. "
            "Call connect() in each process"
        )

    def get_httpx_client(self) -> httpx.Client:
        """Return the underlying `httpx.Client`, made on first use, and again in a forked process.

        Two processes that share a connection would read each other's responses.
        """
        with self._lock:
            made = self._made_client
            if made is not None and self._client is made[0] and made[1] != os.getpid():
                self._client = None
            if self._client is None:
                from ._http.transport import SyncClient  # imported late, as below: it is needed when something is sent

                def check(request: httpx.Request) -> None:
                    self._auth.remove_token_for_other_origins(request)

                self._client = SyncClient(self._policy, self._auth.base_url, self._proxies, **self._settings(check))
                self._made_client = self._client, os.getpid()
            return self._client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the underlying `httpx.AsyncClient`, made on first use.

        It is made again in a forked process, and after its event loop has ended: connections end with their loop. So
        one client can be used in one `asyncio.run` after another.
        """
        with self._lock:
            made = self._made_async_client
            if made is not None and self._async_client is made[0]:
                _, process, loop = made
                if process != os.getpid() or (loop is not None and _has_ended(loop)):
                    self._async_client = None
                elif loop is None:  # it was made outside of any loop
                    self._made_async_client = self._async_client, process, _running_loop()
            if self._async_client is None:
                from ._http.transport import AsyncClient

                async def check(request: httpx.Request) -> None:
                    self._auth.remove_token_for_other_origins(request)

                home = self._auth.base_url
                self._async_client = AsyncClient(self._policy, home, self._proxies, **self._settings(check))
                self._made_async_client = self._async_client, os.getpid(), _running_loop()
            return self._async_client

    def with_headers(self, headers: dict[str, str]) -> IDC:
        """Return a client that sends these headers, too. This one does not change; each has its own connections."""
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> IDC:
        """Return a client that sends these cookies, too, and keeps none of the service. This one does not change."""
        from ._http.transport import fixed_cookies

        settings = {**self._httpx_args, "cookies": fixed_cookies(self._httpx_args.get("cookies"), cookies)}
        return evolve(self, httpx_args=settings)

    def with_timeout(self, timeout: httpx.Timeout) -> IDC:
        """Return a client with other time-outs. This one does not change."""
        return evolve(self, timeout=timeout)

    @property
    def base_url(self) -> str:
        """The URL of the API, without a version."""
        return self._base_url

    def close(self) -> None:
        """Close the connections of synchronous calls, as the end of `with` does."""
        if self._client is not None:
            self._client.close()

    async def aclose(self) -> None:
        """Close all connections, of asynchronous and synchronous calls, as the end of `async with` does."""
        if self._async_client is not None:
            await self._async_client.aclose()
        self.close()

    async def __aexit__(self, *args: object, **kwargs: object) -> None:
        """Close both httpx clients: synchronous calls are possible within `async with`, too."""
        await super().__aexit__(*args, **kwargs)
        if self._client is not None:
            self._client.close()

    def _settings(self, check: Callable[[httpx.Request], object]) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "auth": self._auth,
            "base_url": self._base_url,
            "cookies": self._cookies,
            "follow_redirects": self._follow_redirects,
            "headers": self._headers,
            "timeout": self._timeout,
            "verify": self._verify_ssl,
            **self._httpx_args,
        }
        hooks = settings.get("event_hooks") or {}
        settings["event_hooks"] = {**hooks, "request": [*hooks.get("request", ()), check]}
        return settings


def connect(
    base_url: str | None = None,
    *,
    credentials: str | os.PathLike[str] | None = None,
    timeout: float | httpx.Timeout | None = None,
    deadline: float | None = None,
    retries: Retries | int | None = None,
    headers: Mapping[str, str] | None = None,
    strict: bool = False,
    max_body: int = MAX_BODY,
    **httpx_args: Unpack[HttpxArguments],
) -> IDC:
    """Make a client. Nothing is sent until an operation is called with it.

    `with` or `close()` (for synchronous calls) and `async with` or `aclose()` (for asynchronous calls) close its
    connections. `base_url` is the URL it sends to.

    Args:
        base_url: The URL of the API, without a version; else the variable IDC_BASE_URL, else the live host.
        credentials: A credentials file, read now. By default, when an operation needs a user: the ID token in
            IDC_TOKEN, else the file of IDC_CREDENTIALS, else ~/.idc_credentials. The expiry of the token is always
            checked then; with a refresh token in the file, an expired token is renewed.
        timeout: Seconds without progress after which `httpx.TimeoutException` is raised; by default 10 for
            connecting and 60 otherwise. `math.inf` sets no limit. Any byte received is progress.
        deadline: Seconds for each call, with all its attempts, the pauses between them and the reading of its response;
            then `DeadlineExceeded` is raised. By default there is none. For a whole walk see `idc_ext.deadline`.
        retries: When and how often to retry calls that may be retried: `Retries`, or the number of retries, 0 for none.
        headers: Sent with every request.
        strict: Raise `ServiceWarned` where the service of v3 warns of an answer, instead of a Python warning
            (`ServiceWarning`).
        max_body: The most bytes of an answer, after decompression; a larger one raises `ContractError`. Of an error's
            body, the first 64 kB are kept. A streamed answer has no limit: it is not kept.
        httpx_args: Passed to `httpx.Client` and `httpx.AsyncClient`: `proxy`, `http2`, `follow_redirects` and so on.
            A CA bundle of your own is `verify=ssl.create_default_context(cafile=...)` or the variable SSL_CERT_FILE;
            the proxy variables of the environment count. An `auth` given here replaces the credentials file. Cookies of
            the service are not kept, unless `cookies` is a jar for them (`httpx.Cookies` or a `CookieJar`).

    With the variable IDC_LOG, every attempt (debug) or every failed one (info) is written to stderr. For raw responses,
    use `sync_detailed` and `asyncio_detailed` of a generated module, or `idc.get_httpx_client().get(...)`, whose bytes
    are not checked; those of errors are in the error's `.response`.

    Raises:
        InvalidBaseURL: the base URL is not an http or https URL, or ends in a version.
        CredentialsError: the file passed as `credentials` is missing, insecure or not a credentials file.
        InvalidProxy: the proxy for the base URL, of the environment or of `proxy`, cannot be used.
        ValueError, TypeError: `timeout`, `deadline`, `retries` or `max_body` is not a valid number, or neither
            `connect` nor httpx has an argument of this name.
        MissingExtra: `http2=True` or a SOCKS proxy, and the package for it is not installed.

    The first call raises InvalidTLSSettings if SSL_CERT_FILE, SSLKEYLOGFILE, `verify` or `cert` names a file that
    cannot be used; a call after the end of the client raises ClientClosed.
    """
    configure_log()
    settings = cast("dict[str, Any]", httpx_args)
    unknown = _unknown_argument(settings)
    if unknown is not None:
        settings.clear()  # as below
        raise TypeError(unknown)
    where = _checked_base_url(base_url or os.environ.get(VARIABLE) or LIVE)
    source = locate_token_source(credentials, settings)
    if credentials is not None:
        source.read_token()
    if settings.get("http2") and util.find_spec("h2") is None:
        raise MissingExtra("http2=True needs the package h2: pip install 'httpx[http2]'", name="h2")
    try:
        check_proxy_argument(settings.get("proxy"))
    except (InvalidProxy, MissingExtra):
        settings.clear()  # a report of the error may show the variables of this frame
        raise
    proxies = Proxies.of_environment() if settings.get("trust_env", True) else Proxies()
    if settings.get("proxy") is None and settings.get("transport") is None:
        proxies.check(httpx.URL(where))
    number: object = max_body  # whatever the type says, a user wrote it
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ValueError(f"max_body takes a number of bytes, more than 0, not {max_body!r:.40}")
    policy = retries if isinstance(retries, Retries) else Retries() if retries is None else Retries(most=retries)
    limit = None if deadline is None else checked_seconds(deadline)
    sent = httpx.Headers({"User-Agent": _user_agent(), "Accept-Encoding": ACCEPT_ENCODING})
    sent.update(headers)
    return IDC(
        base_url=where,
        headers=dict(sent),
        timeout=TIMEOUT if timeout is None else _as_timeout(timeout),
        # A generated function would turn an undocumented 2xx into None.
        raise_on_unexpected_status=True,
        strict=strict,
        httpx_args=settings,
        auth=IdTokenAuth(source, where, needs_user),
        proxies=proxies,
        policy=CallPolicy(
            policy,
            limit,
            httpx.URL(where).path.removesuffix("/"),
            max_body,
            RetryBudget(policy),
            ServiceRelease(release_notice),
        ),
    )


def _unknown_argument(settings: Mapping[str, Any]) -> str | None:
    """Say which argument neither `connect` nor httpx takes, here and not at the first call; None if there is none."""
    for name in settings:
        if name not in HttpxArguments.__annotations__:
            guess = did_you_mean(name, [*HttpxArguments.__annotations__, *(connect.__kwdefaults__ or ())])
            return f"connect takes no argument {name!r:.80}{guess or ', nor does httpx.Client'}"
    return None


def _checked_base_url(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError):
        raise InvalidBaseURL("the base URL cannot be read as a URL") from None
    # It may hold a password or a key, however badly written.
    shown = "" if re.search(r"[@?#]", base_url) else f" {base_url!r:.300}"
    if url.userinfo:
        raise InvalidBaseURL("the base URL must hold no user name and no password")
    problem = "contains a blank" if re.search(r"\s", base_url) else problem_with_url(url)
    if problem or "?" in base_url or "#" in base_url:
        raise InvalidBaseURL(f"the base URL{shown} {problem or 'has a query or a fragment'}: it must look like {LIVE}")
    bare = base_url.rstrip("/")
    version = re.search(r"/v[0-9]+$", bare)
    if version:
        raise InvalidBaseURL(
            f"the base URL{shown} ends in a version, which the paths contain already: use {bare[: version.start()]!r}"
        )
    return bare


def _as_timeout(timeout: float | httpx.Timeout) -> httpx.Timeout:
    if isinstance(timeout, httpx.Timeout):
        return timeout
    number: object = timeout  # whatever the type says, a user wrote it
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"timeout takes seconds as a number, or httpx.Timeout, not {timeout!r:.40}")
    if not timeout > 0:
        raise ValueError(f"timeout takes seconds, more than 0, not {timeout!r}")
    # A number that is too large for a socket means no limit.
    return httpx.Timeout(timeout if timeout < threading.TIMEOUT_MAX else None)


def _running_loop() -> Any:
    """Return the running event loop: asyncio's loop, or the token of a run of trio; None if there is none."""
    import asyncio  # imported late: asynchronous programs have imported it already

    with suppress(RuntimeError):
        return asyncio.get_running_loop()
    trio = sys.modules.get("trio")
    with suppress(RuntimeError):
        return None if trio is None else trio.lowlevel.current_trio_token()
    return None


def _has_ended(loop: Any) -> bool:
    """Say whether an event loop has ended; a run of trio has when another one runs."""
    return bool(loop.is_closed()) if hasattr(loop, "is_closed") else loop is not _running_loop()


def _user_agent() -> str:
    python = ".".join(platform.python_version_tuple()[:2])
    return f"idc-client/{package_version()} python/{python} httpx/{httpx.__version__}"
