"""The deciding half of paging: given the answers so far, it says what comes next.

A generator yields calls to send, pauses to make and pages to give away, and is handed answers. It sends
nothing, waits for nothing and knows no endpoint, so both colours can run it and it can be tested
without either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import httpx
from attrs import Factory, define, evolve, field, frozen

from ._failures import failure
from .errors import ContractError, DataReleaseChanged, InvalidRequest, PagingError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

T = TypeVar("T")

#: This many empty pages in a row may announce another one.
MOST_EMPTY_PAGES = 20


@frozen
class Call:
    """What one request is, as a value.

    Attributes:
        method: In capitals.
        path: Relative to the base URL.
        params: The query.
        json: The body.
        timeout: How many seconds to wait for its answer; None if the client is to decide.
    """

    method: str
    path: str
    params: Mapping[str, Any] = Factory(dict)
    json: Any = None
    timeout: float | None = None

    @classmethod
    def of(cls, kwargs: Mapping[str, Any]) -> Call:
        """Take over what a generated `_get_kwargs` computed."""
        return cls(kwargs["method"].upper(), kwargs["url"], kwargs.get("params", {}), kwargs.get("json"))

    def keywords(self) -> dict[str, Any]:
        """Give what `request` and `stream` of an httpx client take."""
        asked = {"method": self.method, "url": self.path, "params": self.params, "json": self.json}
        return asked if self.timeout is None else {**asked, "timeout": self.timeout}

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@frozen
class Page(Generic[T]):
    """One answer: its rows, and what the server says of the whole.

    Attributes:
        rows: The rows of this page; may be fewer than asked for, even none.
        total: How many rows all pages hold together; None if the server does not say.
        next_token: What asks for the following page; None at the end.
        info: The rest of the body as it came, such as the echo of the cohort.
        release: The data release that the walk holds on to; None if it does not.
        offset: How many rows the server says come before this page; None if it does not say.
        ends: Sort keys of the first and the last row, where rows strictly ascend; None where they need not.
    """

    rows: list[T]
    total: int | None
    next_token: str | None
    info: Mapping[str, Any] = field(factory=dict, repr=False)
    release: str | None = None
    offset: int | None = field(default=None, repr=False)
    ends: tuple[Any, Any] | None = field(default=None, repr=False)


@frozen
class Pending:
    """In place of a page: not yet, ask again with the token (if there is one)."""

    token: str | None


@frozen
class Wait:
    """A pause that a driver has to make, in seconds."""

    seconds: float


@frozen
class Patience:
    """How long to put up with "not yet": so many answers, and pauses in seconds between them."""

    answers: int = 12
    first: float = 0.5
    growth: float = 2.0
    longest: float = 10.0

    def pauses(self) -> Iterator[float]:
        """Give the pause after each answer."""
        return (min(self.first * self.growth**n, self.longest) for n in range(self.answers))


#: None says that the request failed to get through and that the walk is asked to go on nevertheless.
Answer: TypeAlias = httpx.Response | InvalidRequest | None


@frozen
class Pin:
    """What names the data release: asked before the first page and again before the last one is given away."""

    call: Call
    parse: Callable[[int, Any], str]


def walk(
    call: Call,
    resume: Callable[[str], Call],
    parse: Callable[[int, Any], Page[T] | Pending],
    patience: Patience,
    pin: Pin | None = None,
) -> Generator[Call | Wait | Page[T], Answer, None]:
    """Give page after page, checking that they make up a whole. The only place where a walk is decided."""
    whole = _Whole(str(call), PagingError if pin is None else DataReleaseChanged)
    release = None if pin is None else (yield from _asked(pin))
    while True:
        page = yield from _settled(call, resume, parse, patience)
        # Checked before the page is given away: who takes the last page only must not miss it.
        whole.add(page)
        if pin is not None and not page.next_token:
            now = yield from _asked(pin)
            if now != release:
                raise DataReleaseChanged(
                    f"{whole.name}: the data release moved from {release} to {now} during the walk; start anew"
                )
        yield page if pin is None else evolve(page, release=release)
        if not page.next_token:
            return
        call = resume(page.next_token)


@define
class _Whole:
    """What is known of a walk so far, and whether the next page goes with it."""

    name: str
    moved: type[PagingError]
    total: int | None = None
    count: int = 0
    empty: int = 0
    seen: set[str] = Factory(set)
    last: Any = None

    def add(self, page: Page[Any]) -> None:
        name, token = self.name, page.next_token or None
        if page.total is not None and self.total is not None and page.total != self.total:
            raise self.moved(
                f"{name}: the total moved from {self.total} to {page.total} rows during the walk; start anew"
            )
        self.total = page.total if self.total is None else self.total
        if page.offset is not None and page.offset != self.count:
            raise PagingError(f"{name}: {self.count} rows came, then a page that follows on {page.offset}; start anew")
        if page.ends is not None:
            if self.last is not None and page.ends[0] <= self.last:
                raise PagingError(f"{name}: rows came a second time or out of order; start anew")
            self.last = page.ends[1]
        self.count += len(page.rows)
        if self.total is not None and (self.count > self.total or (token is None and self.count != self.total)):
            raise PagingError(f"{name}: {self.count} rows came, but the server said there are {self.total}; start anew")
        if token in self.seen:
            raise PagingError(f"{name}: a page token came a second time, so the walk would never end")
        self.empty = 0 if page.rows else self.empty + 1
        if token is not None:
            if self.empty > MOST_EMPTY_PAGES:
                raise PagingError(f"{name}: {self.empty} pages in a row were empty and announced another one")
            self.seen.add(token)


def _asked(pin: Pin) -> Generator[Call, Answer, str]:
    answer: Answer = None
    while answer is None:  # None: the request failed, and the walk is asked to go on
        answer = yield pin.call
    return read(pin.call, answer, pin.parse)


def _settled(
    original: Call,
    resume: Callable[[str], Call],
    parse: Callable[[int, Any], Page[T] | Pending],
    patience: Patience,
) -> Generator[Call | Wait | Page[T], Answer, Page[T]]:
    """Ask at one position until the answer is a page.

    The token of a "not yet" is meant to be asked with; the service of 2021 refused that (400) for all but one
    operation, so the position's own request is repeated then.
    """
    call, resumable, waited = original, True, 0.0
    pauses = patience.pauses()
    while True:
        answer: Answer = None
        while answer is None:  # None: the request failed, and the walk is asked to go on
            answer = yield call
        try:
            page = read(call, answer, parse)
        except InvalidRequest as refusal:
            if refusal.status != 400 or call is original:
                raise
            call, resumable = original, False
            continue
        if isinstance(page, Page):
            return page
        pause = next(pauses, None)
        if pause is None:
            raise PagingError(
                f"{original}: no answer after {patience.answers + 1} attempts and {waited:g} s of pauses; "
                "try later, or ask for less"
            )
        yield Wait(pause)
        waited += pause
        if resumable and page.token:
            call = resume(page.token)


def read(call: Call, answer: httpx.Response | InvalidRequest, parse: Callable[[int, Any], T]) -> T:
    """Parse an answer, or raise what it is in place of one: an APIError or a ContractError."""
    # A client from `connect` raises by itself; any other generated client hands over whatever came.
    if isinstance(answer, InvalidRequest):
        raise answer
    error = failure(answer)
    if error is not None:
        raise error
    told = f"{call} was answered with {answer.status_code}"
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        # Not chained: the decoder's error would carry the whole body along.
        body = None
    if body is None:
        raise ContractError(f"{told} and {len(answer.content)} bytes that are not JSON")
    try:
        return parse(answer.status_code, body)
    except (AttributeError, LookupError, TypeError, ValueError) as cause:
        raise ContractError(f"{told} and a body that does not fit the document: {cause!r}"[:400]) from cause
