"""The deciding half of paging: given the answers so far, it says what comes next.

A generator yields calls to send, pauses to make and pages to give away, and is handed answers. It sends
nothing, waits for nothing and knows no endpoint, so sync and async code can run it and it can
be tested without either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from attrs import evolve, frozen

from .._http.calls import parse_answer, result_of
from ..errors import DataReleaseChanged, InvalidRequest, PagingError
from .completeness import Position, Whole
from .page import Page, Pending

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .._http.calls import Answer, Call, TypedCall
    from .request import PollingPolicy

T = TypeVar("T")


@frozen
class Wait:
    """A pause that a driver has to make, in seconds."""

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
    most: int | None = None,
    decode_bytes: Callable[[bytes], Page[T] | None] | None = None,
) -> Generator[Call | Wait | Page[T], Answer, None]:
    """Give page after page, checking that they make up a whole. The only place where a walk is decided.

    Args:
        call: What asks for the first page.
        resume: Makes of a token what asks for its page.
        parse: Reads an answer.
        polling: How often to ask again after "not yet" (202), and after which pauses.
        pin: What names the data release, if the walk is to hold on to one: asked before the first page and again before
            the last one is given away.
        expected_total: What counts the rows that there have to be, where the pages' own total does not suffice.
        start: Where to begin; the pages before are taken as seen, and of the first one the rows that are done left out.
        most: After how many rows to end, those before `start` included; None for all.
        decode_bytes: Decodes the body of a page faster than `parse`; returns None for a body that it leaves to `parse`.
    """
    if most is not None and start.done >= most:
        return
    whole = Whole.at(str(call), PagingError if pin is None else DataReleaseChanged, start)
    release = None if pin is None else (yield from result_of(pin))
    counted = None if expected_total is None else (yield from result_of(expected_total))
    if start.release not in (None, release):
        raise DataReleaseChanged(
            f"{whole.name}: the data release moved from {start.release} to {release} since the checkpoint was written; "
            "remove it to start anew"
        )
    here = evolve(start, release=release)
    call = call if start.token is None else resume(start.token)
    while True:
        page = yield from _settled(call, resume, parse, decode_bytes, polling)
        # Checked before the page is given away: who takes the last page only must not miss it.
        whole.add(page)
        if counted is not None and page.total != counted:
            raise PagingError(f"{whole.name}: {page.total} rows are listed where {counted} were counted")
        ended = not page.next_token or (most is not None and whole.count >= most)
        if pin is not None and ended:
            now = yield from result_of(pin)
            if now != release:
                raise DataReleaseChanged(
                    f"{whole.name}: the data release moved from {release} to {now} during the walk; start anew"
                )
        if here.skip > len(page.content):
            raise PagingError(f"{whole.name}: {here.skip} rows of a page were done that now holds fewer; start anew")
        then = None if ended else whole.position(page.next_token, release)
        content = page.content.cut(here.skip, None if most is None else max(most - here.rows, 0))
        yield evolve(page, content=content, release=release, at=evolve(here, total=whole.total), then=then)
        if then is None or page.next_token is None:
            return
        here, call = then, resume(page.next_token)
        del page, content  # the next rows are made where these were, in memory that is near


def _settled(
    original: Call,
    resume: Callable[[str], Call],
    parse: Callable[[int, Any], Page[T] | Pending],
    decode_bytes: Callable[[bytes], Page[T] | None] | None,
    polling: PollingPolicy,
) -> Generator[Call | Wait | Page[T], Answer, Page[T]]:
    """Ask at one position until the answer is a page.

    The token of a "not yet" is meant to be asked with; the service of 2021 refused that (400) for all but one
    operation, so the position's own request is repeated then.
    """
    call, resumable, waited = original, True, 0.0
    pauses = polling.pauses()
    while True:
        answer: Answer = None
        while answer is None:  # None: the request failed, and the walk is asked to go on
            answer = yield call
        try:
            page = parse_answer(call, answer, parse, decode_bytes)
        except InvalidRequest as refusal:
            if refusal.status != 400 or call is original:
                raise
            call, resumable = original, False
            continue
        if isinstance(page, Page):
            return evolve(page, size=_size(answer))
        pause = next(pauses, None)
        if pause is None:
            raise PagingError(
                f"{original}: no answer after {polling.answers + 1} attempts and {waited:g} s of pauses; "
                "try later, or ask for less"
            )
        yield Wait(pause)
        waited += pause
        if resumable and page.token:
            call = resume(page.token)


def _size(answer: httpx.Response | InvalidRequest) -> int:
    # What was not streamed has not been counted on the way.
    return answer.num_bytes_downloaded or len(answer.content) if isinstance(answer, httpx.Response) else 0
