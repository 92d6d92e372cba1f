"""The deciding half of paging: given the answers so far, it says what comes next.

A generator yields calls to send, pauses to make and pages to give away, and is handed answers. It sends
nothing, waits for nothing and knows no endpoint, so both colours can run it and it can be tested
without either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import httpx
from attrs import Factory, field, frozen

from ._failures import failure
from .errors import ContractError, InvalidRequest, PagingError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

T = TypeVar("T")

#: This many empty pages in a row may announce another one.
MOST_EMPTY_PAGES = 20


@frozen
class Call:
    """What one request is, as a value. The path is relative to the base URL."""

    method: str
    path: str
    params: Mapping[str, Any] = Factory(dict)
    json: Any = None

    @classmethod
    def of(cls, kwargs: Mapping[str, Any]) -> Call:
        """Take over what a generated `_get_kwargs` computed."""
        return cls(kwargs["method"].upper(), kwargs["url"], kwargs.get("params", {}), kwargs.get("json"))

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
    """

    rows: list[T]
    total: int | None
    next_token: str | None
    info: Mapping[str, Any] = field(factory=dict, repr=False)


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


def walk(
    call: Call,
    resume: Callable[[str], Call],
    parse: Callable[[int, Any], Page[T] | Pending],
    patience: Patience,
) -> Generator[Call | Wait | Page[T], Answer, None]:
    """Give page after page, checking that they make up a whole. The only place where a walk is decided."""
    name = str(call)
    seen: set[str] = set()
    total: int | None = None
    count = empty = 0
    while True:
        page = yield from _settled(call, resume, parse, patience)
        if page.total is not None and total is not None and page.total != total:
            raise PagingError(f"{name}: the total moved from {total} to {page.total} rows during the walk; start anew")
        total = page.total if total is None else total
        count += len(page.rows)
        token = page.next_token or None
        # Checked before the page is given away: who takes the last page only must not miss it.
        if total is not None and (count > total or (token is None and count != total)):
            raise PagingError(f"{name}: {count} rows came, but the server said there are {total}; start anew")
        if token in seen:
            raise PagingError(f"{name}: a page token came a second time, so the walk would never end")
        empty = 0 if page.rows else empty + 1
        if token is not None and empty > MOST_EMPTY_PAGES:
            raise PagingError(f"{name}: {empty} pages in a row were empty and announced another one")
        yield page
        if token is None:
            return
        seen.add(token)
        call = resume(token)


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
