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
from contextlib import suppress
from importlib import metadata, util
from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, evolve, field
from idc_client import AuthenticatedClient

from ._http import log
from ._http.attempts import CallPolicy
from ._http.deadline import checked_seconds
from ._http.refusals import ServiceRelease
from ._http.retry import Retries, RetryBudget
from ._http.transport import AsyncClient, SyncClient
from ._operations import needs_user
from ._release_lag import release_notice
from .auth._bearer import IdTokenAuth, is_loopback
from .auth._credentials import locate_token_source
from .errors import InvalidBaseURL, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLE = "IDC_BASE_URL"
LIVE = "https://api.imaging.datacommons.cancer.gov"
#: In seconds. The service lets a query run for 30 s before it answers "not yet".
TIMEOUT = httpx.Timeout(60, connect=10)


@define(repr=False)
class IDC(AuthenticatedClient):
    """The generated client that `connect` makes. Every generated function accepts it as `client=`.

    It holds no token: `token` is always empty, and the credentials are read when an operation needs a user.
    """

    token: str = field(default="", init=False)
    _auth: IdTokenAuth = field(kw_only=True, alias="auth")
    _policy: CallPolicy = field(kw_only=True, alias="policy")
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

                def check(request: httpx.Request) -> None:
                    self._auth.remove_token_for_other_origins(request)

                self._client = SyncClient(self._policy, **self._settings(check))
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

                async def check(request: httpx.Request) -> None:
                    self._auth.remove_token_for_other_origins(request)

                self._async_client = AsyncClient(self._policy, **self._settings(check))
                self._made_async_client = self._async_client, os.getpid(), _running_loop()
            return self._async_client

    def with_headers(self, headers: dict[str, str]) -> IDC:
        """Return a client that sends these headers, too. This one does not change; each has its own connections."""
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> IDC:
        """Return a client that sends these cookies, too. This one does not change."""
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout) -> IDC:
        """Return a client with other time-outs. This one does not change."""
        return evolve(self, timeout=timeout)

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
        home = self._auth.base_url
        if is_loopback(home) and "proxy" not in settings:
            # A proxy of the environment could not reach a stand-in on this machine, and would see the token.
            host = f"[{home.host}]" if ":" in home.host else home.host
            settings["mounts"] = {f"all://{host}": None, **settings.get("mounts", {})}
        hooks = settings.get("event_hooks", {})
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
    **httpx_args: Any,
) -> IDC:
    """Make a client. Nothing is sent until an operation is called with it.

    `with` (for synchronous calls) and `async with` (for asynchronous calls) close it; it also works without them.

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
        httpx_args: Passed to `httpx.Client` and `httpx.AsyncClient`: `proxy`, `http2`, `follow_redirects` and so on.
            A CA bundle of your own is `verify=ssl.create_default_context(cafile=...)` or the variable SSL_CERT_FILE;
            the proxy variables of the environment count. An `auth` given here replaces the credentials file.

    With the variable IDC_LOG, every attempt (debug) or every failed one (info) is written to stderr. For raw responses,
    use `sync_detailed` and `asyncio_detailed` of a generated module, or `idc.get_httpx_client().get(...)`; those of
    errors are in the error's `.response`.

    Raises:
        InvalidBaseURL: the base URL is not an http or https URL, or ends in a version.
        CredentialsError: the file passed as `credentials` is missing, insecure or not a credentials file.
        ValueError, TypeError: `timeout`, `deadline` or `retries` is not a valid number.
        MissingExtra: `http2=True`, and the package h2 is not installed.
    """
    log.configure()
    where = _checked_base_url(base_url or os.environ.get(VARIABLE) or LIVE)
    source = locate_token_source(credentials, httpx_args)
    if credentials is not None:
        source.read_token()
    if httpx_args.get("http2") and util.find_spec("h2") is None:
        raise MissingExtra("http2=True needs the package h2: pip install 'httpx[http2]'", name="h2")
    policy = retries if isinstance(retries, Retries) else Retries() if retries is None else Retries(most=retries)
    limit = None if deadline is None else checked_seconds(deadline)
    sent = httpx.Headers({"User-Agent": _user_agent()})
    sent.update(headers)
    return IDC(
        base_url=where,
        headers=dict(sent),
        timeout=TIMEOUT if timeout is None else _as_timeout(timeout),
        # A generated function would turn an undocumented 2xx into None.
        raise_on_unexpected_status=True,
        strict=strict,
        httpx_args=httpx_args,
        auth=IdTokenAuth(source, where, needs_user),
        policy=CallPolicy(
            policy, limit, httpx.URL(where).path.removesuffix("/"), RetryBudget(policy), ServiceRelease(release_notice)
        ),
    )


def _checked_base_url(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError):
        raise InvalidBaseURL("the base URL cannot be read as a URL") from None
    shown = "" if "@" in base_url else repr(base_url)  # it may hold a password, however badly written
    if url.userinfo:
        raise InvalidBaseURL("the base URL must hold no user name and no password")
    host = bool(url.host) and not re.search(r"\s", base_url) and (url.port or 0) < 65_536
    if url.scheme not in ("http", "https") or not host or url.query or url.fragment:
        raise InvalidBaseURL(
            f"the base URL {shown} must look like {LIVE}: http or https, a host, no query, no fragment"
        )
    bare = base_url.rstrip("/")
    version = re.search(r"/v[0-9]+$", bare)
    if version:
        raise InvalidBaseURL(
            f"the base URL {shown} ends in a version, which the paths contain already: use {bare[: version.start()]!r}"
        )
    return bare


def _as_timeout(timeout: float | httpx.Timeout) -> httpx.Timeout:
    if isinstance(timeout, httpx.Timeout):
        return timeout
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
    try:
        version = metadata.version("idc-client")
    except metadata.PackageNotFoundError:  # run from a source tree
        version = "unknown"
    python = ".".join(platform.python_version_tuple()[:2])
    return f"idc-client/{version} python/{python} httpx/{httpx.__version__}"
