"""The Authorization header with the ID token, and the requests that get it.

Law: a token becomes text only in the request that carries it. No endpoint is named here: a predicate says which
operations need a token.
"""

from __future__ import annotations

import contextvars
import threading
import time
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import httpx
from attrs import field, frozen

from .._http.addresses import is_loopback, origin
from ..errors import CredentialsInsecure

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from ._credentials import TokenSource
    from ._id_token import IdToken

T = TypeVar("T")


@frozen
class IdTokenAuth(httpx.Auth):
    """The httpx auth that adds the ID token to operations that need a user, and to no request outside the base URL.

    After a 401, the request is sent once more with a renewed token, if the token can be renewed.
    """

    credentials: TokenSource
    base_url: httpx.URL = field(converter=httpx.URL)
    needs_user: Callable[[str, str], bool]

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token to a request that needs it."""
        if not self._needs_token(request):
            yield request
            return
        token = self.credentials.valid_token()
        renewable = self._may_renew(request, token)
        response = yield _with_bearer_header(request, token)
        if renewable and self._token_refused(response):
            yield _with_bearer_header(request, self.credentials.renewed_token(token))

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the token to a request that needs it, in asynchronous code: a thread renews the token."""
        if not self._needs_token(request):
            yield request
            return
        token = self.credentials.read_token()
        if token.renewal_due(time.time()):
            token = await _in_thread(self.credentials.valid_token)
        renewable = self._may_renew(request, token)
        response = yield _with_bearer_header(request, token)
        if renewable and self._token_refused(response):
            yield _with_bearer_header(request, await _in_thread(self.credentials.renewed_token, token))

    def remove_token_for_other_origins(self, request: httpx.Request) -> None:
        """Remove the token from a request that a redirect sends to another origin."""
        if not self._same_origin(request.url):
            request.headers.pop("Authorization", None)

    def _needs_token(self, request: httpx.Request) -> bool:
        root = self.base_url.path.removesuffix("/")
        path = request.url.path
        if not self._same_origin(request.url) or not path.startswith(root):
            return False
        if not self.needs_user(request.method, path[len(root) :]):
            return False
        if request.url.scheme != "https" and not is_loopback(request.url):
            raise CredentialsInsecure(
                f"{request.method} {path} needs an ID token, which is never sent to {request.url.host} "
                "over plain http: use an https base URL"
            )
        return True

    def _may_renew(self, request: httpx.Request, token: IdToken) -> bool:
        # The body of a stream cannot be sent a second time.
        return self.credentials.worth_renewing(token) and isinstance(request.stream, httpx.ByteStream)

    def _token_refused(self, response: httpx.Response) -> bool:
        # A 401 from the target of a redirect says nothing about the token, which was not sent there.
        return response.status_code == 401 and self._same_origin(response.request.url)

    def _same_origin(self, url: httpx.URL) -> bool:
        return origin(url) == origin(self.base_url)


def _with_bearer_header(request: httpx.Request, token: IdToken) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token.secret.reveal()}"
    return request


async def _in_thread(call: Callable[..., T], *arguments: object) -> T:
    """Run a blocking function in a thread. A caller that is cancelled does not wait for its end, nor does the process.

    The thread has the deadline of the caller. It is a daemon, since nothing can interrupt the look-up of a host name;
    the thread of anyio only waits for it, and stops doing so when the caller is cancelled.
    """
    import anyio.to_thread  # as httpx does; imported late: most programs never need it

    outcome: Future[T] = Future()

    def run() -> None:
        try:
            result = call(*arguments)
        except BaseException as error:
            with suppress(InvalidStateError):  # no caller waits any more
                outcome.set_exception(error)
        else:
            with suppress(InvalidStateError):
                outcome.set_result(result)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), daemon=True, name="renewal of the ID token").start()
    try:
        return await anyio.to_thread.run_sync(outcome.result, abandon_on_cancel=True)
    finally:
        outcome.cancel()
