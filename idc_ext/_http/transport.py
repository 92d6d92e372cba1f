"""httpx clients, sync and async, that raise errors, retry calls and enforce deadlines.

Both override only `send`, through which every request goes, streamed or not. There, and not in a transport: the auth
runs for each attempt and sees a 401 before it becomes an error, and a body that breaks off is a failed attempt. A
streamed body is returned unread, and is not retried from then on. Two hooks of httpx see each request and each response
of a call, those of redirects included: no header of the caller leaves its origin, and no body is read without a bound.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpx

from ..errors import ClientClosed, ContractError, IDCError, InvalidFilter, InvalidRequest
from . import deadline
from .addresses import Proxies, origin, redirect_target
from .attempts import FIRST_URL, Attempts, CallPolicy, keep_body_headers, raise_for_failure
from .bodies import allow_any_size, bound_body, check_declared_size
from .deadline import Deadline
from .failures import RELEASE_SECONDS, needs_body
from .httpcore_hooks import (
    close_connection_if_more_came,
    enforce_deadline_on_sockets,
    is_error_of_socks,
    read_large_bodies_directly,
)
from .steps import warn_if_loop_is_blocked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from contextlib import AbstractContextManager


class SyncClient(httpx.Client):
    """The synchronous client.

    Sending raises APIError or ContractError where the response reports a failure, DeadlineExceeded where the deadline
    is over, and `httpx.TransportError` where there is no response.
    """

    def __init__(self, policy: CallPolicy, home: httpx.URL, proxies: Proxies, **settings: Any) -> None:
        def check_request(request: httpx.Request) -> None:
            _check_request(request)

        def check_response(response: httpx.Response) -> None:
            _check_response(response, policy)

        settings = _without_cookie_jar(_with_hooks(settings, check_request, check_response))
        super().__init__(**proxies.settings(home, settings, httpx.HTTPTransport))
        self._policy, self._proxy_for = policy, partial(proxies.name_for, settings)
        enforce_deadline_on_sockets(self)

    def build_request(self, method: str, url: httpx.URL | str, **parts: Any) -> httpx.Request:
        """Build a request; raises InvalidFilter if a part of it fits in none."""
        with _unsendable_parts_refused(method):
            return super().build_request(method, url, **parts)

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request, with retries. Options are those of `httpx.Client.send`."""
        warn_if_loop_is_blocked()
        attempts = Attempts(self._policy, request, self.timeout, self._proxy_for)
        try:
            return self._send_with_retries(attempts, stream=stream, **options)
        except InvalidRequest as error:
            path = self._policy.release_path_to_ask(error, request)
            if path is not None:
                self._policy.release.note_answer(path, self._ask_release(path, attempts.until), error)
            raise

    def _ask_release(self, path: str, until: Deadline | None) -> httpx.Response | None:
        """Request the service's release once, within the deadline of the refused call; None if there is no response."""
        until = deadline.earliest(until, Deadline.after(RELEASE_SECONDS))
        seconds = deadline.cap_timeout(RELEASE_SECONDS, until)
        request = self.build_request("GET", path, timeout=seconds, extensions={FIRST_URL: self.base_url})
        try:
            # A time-out limits each read alone: a response that comes byte by byte would never exceed it.
            with deadline.use_deadline(until), _errors_of_the_tree(self, request):
                return super().send(request)
        except (httpx.HTTPError, TimeoutError, IDCError):
            return None

    def _send_with_retries(self, attempts: Attempts, *, stream: bool, **options: Any) -> httpx.Response:
        request = attempts.request
        while True:
            attempts.begin_attempt()
            try:
                with deadline.use_deadline(attempts.until), _errors_of_the_tree(self, request):
                    response = attempts.note_seconds_to_headers(super().send(request, stream=True, **options))
                    self._read_and_check(response, attempts, stream=stream)
            except Exception as error:
                pause = attempts.pause_or_raise(error)
            else:
                return attempts.finish_call(response)
            finally:
                attempts.end_attempt()
            deadline.sleep(pause, attempts.call_name)

    @staticmethod
    def _read_and_check(response: httpx.Response, attempts: Attempts, *, stream: bool) -> None:
        try:
            if not stream or needs_body(response):
                check_declared_size(response, attempts.policy.max_body)
                read_large_bodies_directly(response)
                response.read()
            raise_for_failure(response)
            if not response.is_stream_consumed:
                assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - for the type checker
                allow_any_size(response)
                response.stream = _DeadlineBody(response.stream, attempts)
        except BaseException:
            response.close()
            raise


class AsyncClient(httpx.AsyncClient):
    """The asynchronous client; it raises the same errors."""

    def __init__(self, policy: CallPolicy, home: httpx.URL, proxies: Proxies, **settings: Any) -> None:
        async def check_request(request: httpx.Request) -> None:
            _check_request(request)

        async def check_response(response: httpx.Response) -> None:
            _check_response(response, policy)

        settings = _without_cookie_jar(_with_hooks(settings, check_request, check_response))
        super().__init__(**proxies.settings(home, settings, httpx.AsyncHTTPTransport))
        self._policy, self._proxy_for = policy, partial(proxies.name_for, settings)

    def build_request(self, method: str, url: httpx.URL | str, **parts: Any) -> httpx.Request:
        """Build a request; raises InvalidFilter if a part of it fits in none."""
        with _unsendable_parts_refused(method):
            return super().build_request(method, url, **parts)

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request, with retries. Options are those of `httpx.AsyncClient.send`."""
        attempts = Attempts(self._policy, request, self.timeout, self._proxy_for)
        try:
            return await self._send_with_retries(attempts, stream=stream, **options)
        except InvalidRequest as error:
            path = self._policy.release_path_to_ask(error, request)
            if path is not None:
                self._policy.release.note_answer(path, await self._ask_release(path, attempts.until), error)
            raise

    async def _ask_release(self, path: str, until: Deadline | None) -> httpx.Response | None:
        seconds = deadline.cap_timeout(RELEASE_SECONDS, until)
        try:
            with _cancel_after(seconds), deadline.use_deadline(Deadline.after(seconds or RELEASE_SECONDS)):
                request = self.build_request("GET", path, timeout=seconds, extensions={FIRST_URL: self.base_url})
                with _errors_of_the_tree(self, request):
                    return await super().send(request)
        except (httpx.HTTPError, TimeoutError, IDCError):
            return None

    async def _send_with_retries(self, attempts: Attempts, *, stream: bool, **options: Any) -> httpx.Response:
        request = attempts.request
        while True:
            attempts.begin_attempt()
            try:
                with (
                    deadline.use_deadline(attempts.until),
                    _errors_of_the_tree(self, request),
                    _cancel_after(attempts.seconds_left()),
                ):
                    response = attempts.note_seconds_to_headers(await super().send(request, stream=True, **options))
                    await self._read_and_check(response, attempts, stream=stream)
            except Exception as error:
                pause = attempts.pause_or_raise(error)
            else:
                return attempts.finish_call(response)
            finally:
                attempts.end_attempt()
            await deadline.async_sleep(pause, attempts.call_name)

    @staticmethod
    async def _read_and_check(response: httpx.Response, attempts: Attempts, *, stream: bool) -> None:
        try:
            if not stream or needs_body(response):
                check_declared_size(response, attempts.policy.max_body)
                read_large_bodies_directly(response)
                await response.aread()
            raise_for_failure(response)
            if not response.is_stream_consumed:
                assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - for the type checker
                allow_any_size(response)
                response.stream = _AsyncDeadlineBody(response.stream, attempts)
        except BaseException:
            await response.aclose()
            raise


def _with_hooks(settings: dict[str, Any], check_request: Any, check_response: Any) -> dict[str, Any]:
    """Put the checks of all requests and responses around the hooks of the caller, who sees what has been checked."""
    hooks = settings.get("event_hooks") or {}
    requests, responses = [*hooks.get("request", ()), check_request], [check_response, *hooks.get("response", ())]
    return {**settings, "event_hooks": {**hooks, "request": requests, "response": responses}}


class _KeepNoCookies(DefaultCookiePolicy):
    """The policy of cookies of a client whose user gave no jar: those of the service are not kept."""

    def set_ok(self, *_: object) -> bool:
        return False


def _without_cookie_jar(settings: dict[str, Any]) -> dict[str, Any]:
    """Have a client send the cookies of its user, and keep none of a service, unless its user gave a jar for them.

    The API has no sessions; cookies that are kept can grow until the service refuses the headers.
    """
    given = settings.get("cookies")
    if isinstance(given, CookieJar | httpx.Cookies):
        return settings
    return {**settings, "cookies": fixed_cookies(given)}


def fixed_cookies(*given: Any) -> CookieJar:
    """Make a jar of cookies, in which later ones replace earlier ones, and which keeps none of a service."""
    kept = httpx.Cookies(CookieJar(_KeepNoCookies()))
    for cookies in given:
        kept.update(cookies)
    return kept.jar


@contextmanager
def _unsendable_parts_refused(method: str) -> Iterator[None]:
    """Raise InvalidFilter for a name or value that fits in no request. It is not quoted: it may be very long."""
    try:
        yield
    except httpx.InvalidURL as error:
        problem = f"its address cannot be written ({error})"
    except UnicodeEncodeError:
        problem = "a name or value in it is no valid Unicode text"
    else:
        return
    raise InvalidFilter(f"a {method} request cannot be made: {problem}; correct or shorten its names and values")


@contextmanager
def _errors_of_the_tree(client: httpx.Client | httpx.AsyncClient, request: httpx.Request) -> Iterator[None]:
    """Raise errors of this package or of httpx's transports for what httpx and httpcore leave to others."""
    found: Exception
    try:
        yield
    except httpx.TooManyRedirects:
        path = request.url.raw_path.partition(b"?")[0].decode("ascii")
        found = ContractError(f"{request.method} {path} was answered with more than {client.max_redirects} redirects")
    except Exception as error:
        if is_error_of_socks(error):
            error.__traceback__ = None  # its frames hold the password of the proxy
            found = httpx.ProxyError("it answered with something that is not SOCKS", request=request)
        elif isinstance(error, RuntimeError) and client.is_closed:
            found = ClientClosed("the client has been closed: make another one with connect()")
        else:
            raise
    else:
        return
    raise found


def _check_request(request: httpx.Request) -> None:
    first = request.extensions.get(FIRST_URL)
    if first is not None and origin(first) != origin(request.url):
        keep_body_headers(request)


def _check_response(response: httpx.Response, policy: CallPolicy) -> None:
    if response.has_redirect_location and redirect_target(response) is None:
        raise_for_failure(response)
    close_connection_if_more_came(response)
    bound_body(response, policy.max_body)


class _DeadlineBody(httpx.SyncByteStream):
    """A streamed body, under the deadline of its call and that of its reader."""

    def __init__(self, stream: httpx.SyncByteStream, attempts: Attempts) -> None:
        self._stream, self._attempts = stream, attempts

    def __iter__(self) -> Iterator[bytes]:
        pieces = iter(self._stream)
        while True:
            until = self._attempts.body_deadline()
            try:
                with deadline.use_deadline(until):
                    piece = next(pieces, None)
            except Exception as error:
                self._attempts.raise_for_broken_body(error)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        self._stream.close()


class _AsyncDeadlineBody(httpx.AsyncByteStream):
    """A streamed body, in asynchronous code."""

    def __init__(self, stream: httpx.AsyncByteStream, attempts: Attempts) -> None:
        self._stream, self._attempts = stream, attempts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        while True:
            until = self._attempts.body_deadline()
            try:
                with _cancel_after(deadline.cap_timeout(None, until)):
                    piece = await anext(pieces, None)
            except Exception as error:
                self._attempts.raise_for_broken_body(error)
            if piece is None:
                return
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


def _cancel_after(seconds: float | None) -> AbstractContextManager[object]:
    """Cancel the block if it takes longer, and raise TimeoutError; None for no limit.

    With anyio: httpcore cleans up after its cancellations, but sometimes loses a connection when asyncio cancels it.
    """
    import anyio  # imported late: synchronous programs do not need it

    return nullcontext() if seconds is None else anyio.fail_after(seconds)
