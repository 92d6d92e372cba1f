"""A generated client with credentials, errors and deadlines installed.

Installed and not wrapped: the httpx clients carry an auth and event hooks, so every generated function has
them too. This module knows no models and no endpoints.
"""

from __future__ import annotations

import os
import platform
import re
from importlib import metadata
from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, field
from idc_client import AuthenticatedClient

from ._credentials import Credentials, IdTokenAuth, is_loopback
from ._failures import failure, needs_body
from ._v1_security import needs_user
from .errors import InvalidBaseURL

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "IDC_BASE_URL"
LIVE = "https://api.imaging.datacommons.cancer.gov"
#: In seconds. The service lets a query run for 30 s before it answers that it is not done yet.
TIMEOUT = httpx.Timeout(60, connect=10)


@define(repr=False)
class IDC(AuthenticatedClient):
    """The generated client as `connect` makes it. Every generated function takes it as `client=`.

    It holds no token: `token` is empty for good, and the file is read when an operation needs a user.
    """

    token: str = field(default="", init=False)
    _auth: IdTokenAuth = field(kw_only=True, alias="auth")

    def __repr__(self) -> str:
        return f"<IDC {self._base_url} credentials={self._auth.credentials.path!r}>"

    def get_httpx_client(self) -> httpx.Client:
        """Get the underlying `httpx.Client`, made on first use."""
        if self._client is None:
            settings = self._settings()

            def check_request(request: httpx.Request) -> None:
                self._auth.forget_elsewhere(request)

            def check_response(response: httpx.Response) -> None:
                if needs_body(response):
                    response.read()
                _raise(response, settings)

            self._client = httpx.Client(**_hooked(settings, check_request, check_response))
        return self._client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Get the underlying `httpx.AsyncClient`, made on first use."""
        if self._async_client is None:
            settings = self._settings()

            async def check_request(request: httpx.Request) -> None:
                self._auth.forget_elsewhere(request)

            async def check_response(response: httpx.Response) -> None:
                if needs_body(response):
                    await response.aread()
                _raise(response, settings)

            self._async_client = httpx.AsyncClient(**_hooked(settings, check_request, check_response))
        return self._async_client

    async def __aexit__(self, *args: object, **kwargs: object) -> None:
        """Close both clients: synchronous calls are possible within `async with`, too."""
        await super().__aexit__(*args, **kwargs)
        if self._client is not None:
            self._client.close()

    def _settings(self) -> dict[str, Any]:
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
            # A proxy of the environment could not reach this machine's stand-in and would see the token.
            host = f"[{home.host}]" if ":" in home.host else home.host
            settings["mounts"] = {f"all://{host}": None, **settings.get("mounts", {})}
        return settings


def connect(
    base_url: str | None = None,
    *,
    credentials: str | os.PathLike[str] | None = None,
    timeout: float | httpx.Timeout | None = None,
    headers: Mapping[str, str] | None = None,
    **httpx_args: Any,
) -> IDC:
    """Make a client. Nothing is sent until an operation is called with it.

    Use it with `with` for synchronous and `async with` for asynchronous calls, which closes it; or plainly.

    Args:
        base_url: Where the API is, without a version; else the variable IDC_BASE_URL, else the live host.
        credentials: A credentials file, loaded now. Without it the file named by IDC_CREDENTIALS, or else
            ~/.idc_credentials, is looked for when an operation needs a user. Whether the token has expired is
            always judged then.
        timeout: Seconds without progress after which `httpx.TimeoutException` is raised; by default 10 for
            connecting and 60 otherwise. `httpx.Timeout(None)` waits for ever.
        headers: Sent with every request.
        httpx_args: Passed to `httpx.Client` and `httpx.AsyncClient`: `verify`, `proxy`, `follow_redirects`
            and so on. An `auth` given here takes the place of the credentials file.

    Raises:
        InvalidBaseURL: the base URL is no http or https URL, or ends in a version.
        CredentialsError: the file passed as `credentials` is missing, insecure or of the wrong shape.
    """
    where = _checked(base_url or os.environ.get(VARIABLE) or LIVE)
    source = Credentials.locate(credentials)
    if credentials is not None:
        source.read()
    sent = httpx.Headers({"User-Agent": _user_agent()})
    sent.update(headers)
    return IDC(
        base_url=where,
        headers=dict(sent),
        timeout=TIMEOUT if timeout is None else httpx.Timeout(timeout),
        # A generated function would turn an undocumented 2xx into None.
        raise_on_unexpected_status=True,
        httpx_args=httpx_args,
        auth=IdTokenAuth(source, where, needs_user),
    )


def _checked(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError):
        raise InvalidBaseURL("the base URL cannot be read as a URL") from None
    shown = "" if "@" in base_url else repr(base_url)  # it may hold a password, however badly written
    if url.userinfo:
        raise InvalidBaseURL("the base URL must hold no user name and no password")
    if url.scheme not in ("http", "https") or not url.host or url.query or url.fragment:
        raise InvalidBaseURL(
            f"the base URL {shown} must look like {LIVE}: http or https, a host, no query, no fragment"
        )
    bare = base_url.rstrip("/")
    version = re.search(r"/v[0-9]+$", bare)
    if version:
        raise InvalidBaseURL(
            f"the base URL {shown} ends in a version, which the paths carry already: use {bare[: version.start()]!r}"
        )
    return bare


def _user_agent() -> str:
    try:
        version = metadata.version("idc-client")
    except metadata.PackageNotFoundError:  # run from a source tree
        version = "unknown"
    python = ".".join(platform.python_version_tuple()[:2])
    return f"idc-client/{version} python/{python} httpx/{httpx.__version__}"


def _hooked(settings: dict[str, Any], request: object, response: object) -> dict[str, Any]:
    """Add our event hooks after the caller's, who may want to see what we refuse."""
    theirs = settings.get("event_hooks", {})
    hooks = {
        "request": [*theirs.get("request", ()), request],
        "response": [*theirs.get("response", ()), response],
    }
    return {**settings, "event_hooks": hooks}


def _raise(response: httpx.Response, settings: Mapping[str, Any]) -> None:
    error = failure(response, redirects=settings["follow_redirects"])
    if error is not None:
        raise error
