"""The walk over pages, as a generator: the part of paging that decides what comes next.

Law: yields calls to send, pauses to make and finished pages, and is sent the answers. It sends nothing, pauses nowhere
and names no endpoint, so that sync and async code can drive it, and tests can do so without either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from attrs import evolve, frozen

from .._http.calls import parse_answer, result_of
from ..errors import DataReleaseChanged, InvalidRequest, PagingError
from .completeness import Completeness, Position
from .page import Page, Pending

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .._http.calls import Answer, Call, TypedCall
    from .request import PollingPolicy

T = TypeVar("T")


@frozen
class Pause:
    """A pause that the driver has to make, in seconds."""

    seconds: float


def walk(
    call: Call,
    resume: Callable[[str], Call],
    parse: Callable[[int, Any], Page[T] | Pending],
    polling: PollingPolicy,
    pin: TypedCall[str] | None = None,
    *,
    expected_total: TypedCall[int] | None = None,
    start: Position = Position(),  # noqa: B008 - a value that cannot change
    max_items: int | None = None,
    decode_bytes: Callable[[bytes], Page[T] | None] | None = None,
) -> Generator[Call | Pause | Page[T], Answer, None]:
    """Yield page after page, and check that they are complete. The only place where a walk is decided.

    Args:
        call: The call of the first page.
        resume: Makes the call of a page from its token.
        parse: Parses an answer.
        polling: How often to ask again after "not yet" (202), and after which pauses.
        pin: The call that names the data release, if the walk is pinned to one: sent before the first page, and again
            before the last one is yielded.
        expected_total: Counts the rows to expect, where the total that the pages report cannot be trusted alone.
        start: The first position: earlier pages are skipped, and so are the finished rows of the first page.
        max_items: After how many rows to end, those before `start` included; None for all.
        decode_bytes: Decodes the body of a page faster than `parse`; returns None for a body that it leaves to `parse`.
    """
    if max_items is not None and start.rows_done >= max_items:
        return
    state = Completeness.resumed_at(str(call), PagingError if pin is None else DataReleaseChanged, start)
    release = None if pin is None else (yield from result_of(pin))
    expected_rows = None if expected_total is None else (yield from result_of(expected_total))
    if start.release not in (None, release):
        raise DataReleaseChanged(
            f"{state.name}: the data release changed from {start.release} to {release} since the checkpoint was "
            "written; remove it to start anew"
        )
    position = evolve(start, release=release)
    call = call if start.token is None else resume(start.token)
    while True:
        page = yield from _fetch_page(call, resume, parse, decode_bytes, polling)
        # Checked before the page is yielded: a caller that takes only the last page must not miss an error.
        state.add(page)
        if expected_rows is not None and page.total != expected_rows:
            raise PagingError(f"{state.name}: {page.total} rows are listed where {expected_rows} were counted")
        ended = not page.next_token or (max_items is not None and state.count >= max_items)
        if pin is not None and ended:
            current_release = yield from result_of(pin)
            if current_release != release:
                raise DataReleaseChanged(
                    f"{state.name}: the data release changed from {release} to {current_release} during the walk; "
                    "start anew"
                )
        if position.skip > len(page.content):
            raise PagingError(
                f"{state.name}: {position.skip} rows of a page were done that now holds fewer; start anew"
            )
        next_position = None if ended else state.position(page.next_token, release)
        content = page.content.slice_rows(
            position.skip, None if max_items is None else max(max_items - position.rows, 0)
        )
        current = evolve(position, total=state.total)
        yield evolve(page, content=content, release=release, position=current, next_position=next_position)
        if next_position is None or page.next_token is None:
            return
        position, call = next_position, resume(page.next_token)
        del page, content  # so that the rows of the next page are made in the same memory, which is still cached


def _fetch_page(
    original: Call,
    resume: Callable[[str], Call],
    parse: Callable[[int, Any], Page[T] | Pending],
    decode_bytes: Callable[[bytes], Page[T] | None] | None,
    polling: PollingPolicy,
) -> Generator[Call | Pause | Page[T], Answer, Page[T]]:
    """Request one page until the answer is a page and not a "not yet" (202).

    A "not yet" has a token for the next request. The service of 2021 refused it (400) for all but one operation; then
    the original request is sent again.
    """
    call, resumable, waited = original, True, 0.0
    pauses = polling.pauses()
    while True:
        answer: Answer = None
        while answer is None:  # None: no response came, and the caller resumes the walk
            answer = yield call
        try:
            page = parse_answer(call, answer, parse, decode_bytes)
        except InvalidRequest as refusal:
            if refusal.status != 400 or call is original:
                raise
            call, resumable = original, False
            continue
        if isinstance(page, Page):
            return evolve(page, size=_body_size(answer))
        pause = next(pauses, None)
        if pause is None:
            raise PagingError(
                f"{original}: no answer after {polling.answers + 1} attempts and {waited:g} s of pauses; "
                "try later, or ask for less"
            )
        yield Pause(pause)
        waited += pause
        if resumable and page.token:
            call = resume(page.token)


def _body_size(answer: httpx.Response | InvalidRequest) -> int:
    # A body that was not streamed has not been counted.
    return answer.num_bytes_downloaded or len(answer.content) if isinstance(answer, httpx.Response) else 0
