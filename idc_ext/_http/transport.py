"""httpx clients that judge answers, repeat what may be repeated and keep deadlines.

Both override `send` alone, through which every request goes, streamed or not. There, and not in a transport: the auth
runs anew for each attempt and sees a 401 before it is judged, proxies of the environment stay in use, and a body that
breaks off counts as a failed attempt. What is streamed is handed over unread, and not repeated from then on.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import httpx

from ..errors import InvalidRequest
from . import deadline
from .attempts import Attempts, Rules, cleaned, judged
from .deadline import Deadline
from .failures import garbled, needs_body
from .httpcore_hooks import hasten, watch
from .refusals import SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from contextlib import AbstractContextManager


class SyncClient(httpx.Client):
    """The synchronous one.

    Whatever it sends raises APIError or ContractError where the answer is a failure, DeadlineExceeded where there
    was no time for one, and `httpx.TransportError` where nobody answered.
    """

    def __init__(self, rules: Rules, **settings: Any) -> None:
        super().__init__(**settings)
        self._rules = rules
        watch(self)

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request as often as it takes and may be. Options are those of `httpx.Client.send`."""
        attempts = Attempts(self._rules, request, self.timeout)
        try:
            return self._send(attempts, stream=stream, **options)
        except InvalidRequest as error:
            path = self._rules.question(error, request)
            if path is not None:
                self._rules.release.answered(path, self._ask(path, attempts.until), error)
            raise

    def _ask(self, path: str, until: Deadline | None) -> httpx.Response | None:
        """Ask once, within the deadline of the refused call; without an answer give None."""
        until = deadline.earliest(until, Deadline.after(SECONDS))
        request = self.build_request("GET", path, timeout=deadline.shrunk(SECONDS, until))
        try:
            # A time-out ends a pause of the server only: an answer that drips would never meet it.
            with deadline.in_force(until):
                return super().send(request)
        except (httpx.HTTPError, TimeoutError):
            return None

    def _send(self, attempts: Attempts, *, stream: bool, **options: Any) -> httpx.Response:
        request = attempts.request
        while True:
            attempts.begin()
            try:
                with deadline.in_force(attempts.until):
                    response = attempts.answered(super().send(request, stream=True, **options))
                    self._finish(response, attempts, stream=stream)
            except Exception as error:
                pause = attempts.failed(error)
            else:
                return attempts.succeeded(response)
            finally:
                attempts.ended()
            deadline.sleep(pause, attempts.name)

    @staticmethod
    def _finish(response: httpx.Response, attempts: Attempts, *, stream: bool) -> None:
        try:
            if not stream or needs_body(response):
                try:
                    hasten(response)
                    response.read()
                except httpx.DecodingError as cause:
                    raise garbled(response) from cleaned(cause)
            judged(response)
            if not response.is_stream_consumed:
                assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - for the type checker
                response.stream = _Body(response.stream, attempts)
        except BaseException:
            response.close()
            raise


class AsyncClient(httpx.AsyncClient):
    """The asynchronous one; what it raises is the same."""

    def __init__(self, rules: Rules, **settings: Any) -> None:
        super().__init__(**settings)
        self._rules = rules

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request as often as it takes and may be. Options are those of `httpx.AsyncClient.send`."""
        attempts = Attempts(self._rules, request, self.timeout)
        try:
            return await self._send(attempts, stream=stream, **options)
        except InvalidRequest as error:
            path = self._rules.question(error, request)
            if path is not None:
                self._rules.release.answered(path, await self._ask(path, attempts.until), error)
            raise

    async def _ask(self, path: str, until: Deadline | None) -> httpx.Response | None:
        seconds = deadline.shrunk(SECONDS, until)
        try:
            with _limit(seconds):
                return await super().send(self.build_request("GET", path, timeout=seconds))
        except (httpx.HTTPError, TimeoutError):
            return None

    async def _send(self, attempts: Attempts, *, stream: bool, **options: Any) -> httpx.Response:
        request = attempts.request
        while True:
            attempts.begin()
            try:
                with deadline.in_force(attempts.until), _limit(attempts.limit()):
                    response = attempts.answered(await super().send(request, stream=True, **options))
                    await self._finish(response, attempts, stream=stream)
            except Exception as error:
                pause = attempts.failed(error)
            else:
                return attempts.succeeded(response)
            finally:
                attempts.ended()
            await deadline.asleep(pause, attempts.name)

    @staticmethod
    async def _finish(response: httpx.Response, attempts: Attempts, *, stream: bool) -> None:
        try:
            if not stream or needs_body(response):
                try:
                    hasten(response)
                    await response.aread()
                except httpx.DecodingError as cause:
                    raise garbled(response) from cleaned(cause)
            judged(response)
            if not response.is_stream_consumed:
                assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - for the type checker
                response.stream = _AsyncBody(response.stream, attempts)
        except BaseException:
            await response.aclose()
            raise


class _Body(httpx.SyncByteStream):
    """A body that its reader gets in pieces, under the deadline of its call and that of its reader."""

    def __init__(self, stream: httpx.SyncByteStream, attempts: Attempts) -> None:
        self._stream, self._attempts = stream, attempts

    def __iter__(self) -> Iterator[bytes]:
        pieces = iter(self._stream)
        while True:
            until = self._attempts.reading()
            try:
                with deadline.in_force(until):
                    piece = next(pieces, None)
            except Exception as error:
                self._attempts.broken(error)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        self._stream.close()


class _AsyncBody(httpx.AsyncByteStream):
    """The same, for asynchronous code."""

    def __init__(self, stream: httpx.AsyncByteStream, attempts: Attempts) -> None:
        self._stream, self._attempts = stream, attempts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        while True:
            until = self._attempts.reading()
            try:
                with _limit(deadline.shrunk(None, until)):
                    piece = await anext(pieces, None)
            except Exception as error:
                self._attempts.broken(error)
            if piece is None:
                return
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


def _limit(seconds: float | None) -> AbstractContextManager[object]:
    """Cancel what takes longer, and raise TimeoutError in its place.

    By anyio: httpcore cleans up behind its cancellations, but loses a connection at times when asyncio cancels it.
    """
    import anyio  # not before it is needed: synchronous programs do without

    return nullcontext() if seconds is None else anyio.fail_after(seconds)
