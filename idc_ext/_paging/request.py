"""A paged request as a value, its polling policy, and its progress. Law: pure."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from attrs import Factory, evolve, field, frozen

from .._http.calls import Call, Client, TypedCall
from .._tables.columns import Columns
from .._tables.html import ROWS_SHOWN
from .checkpoint import Checkpoint
from .page import Page, Pending

T = TypeVar("T")


@frozen
class PollingPolicy:
    """How often to ask again after "not yet" (202), and the pauses between, in seconds.

    Attributes:
        answers: How many such answers are accepted.
        first: The first pause.
        growth: The factor by which pauses grow.
        longest: The longest pause.
    """

    answers: int = 12
    first: float = 0.5
    growth: float = 2.0
    longest: float = 10.0

    def pauses(self) -> Iterator[float]:
        """Yield the pause after each answer, in seconds."""
        return (min(self.first * self.growth**n, self.longest) for n in range(self.answers))


@frozen
class Progress:
    """The progress of a walk.

    Attributes:
        rows: The number of rows that have come, those before a checkpoint included.
        total: The number of all rows; None if the server does not report it.
        bytes: The size of the page bodies of this walk, as transferred.
    """

    rows: int
    total: int | None
    bytes: int


class Seen:
    """What walks of a request have seen of it: the first page, as far as a notebook shows it, and the total."""

    def __init__(self) -> None:
        self.first: Page[Any] | None = None

    def note(self, page: Page[Any]) -> None:
        """Note a page, if it is the first."""
        if self.first is None and not page.position.rows_done:
            self.first = evolve(page, content=page.content.slice_rows(0, ROWS_SHOWN))


@frozen(repr=False, eq=False)
class Request(Generic[T]):
    """A paged request: its client, its calls, the parsers of its pages, and the options of its walk."""

    client: Client
    first: Call
    resume: Callable[[str], Call]
    parse: Callable[[int, Any], Page[T] | Pending]
    polling: PollingPolicy = Factory(PollingPolicy)
    pin: TypedCall[str] | None = None
    #: Counts the rows to expect, where the total that the pages report cannot be trusted alone.
    expected_total: TypedCall[int] | None = field(default=None, kw_only=True)
    #: The declared columns; by default none, and any column may come.
    columns: Columns = field(default=Columns((), open_ended=True), kw_only=True)
    #: Decodes the bytes of a page that fits the document exactly; returns None for any other.
    decode_bytes: Callable[[bytes], Page[T] | None] | None = field(default=None, kw_only=True)
    #: Finds the token of the next page in the bytes of one, fast, before the page is decoded.
    find_next_token: Callable[[bytes], str | None] | None = field(default=None, kw_only=True)
    max_items: int | None = field(default=None, kw_only=True)
    ahead: int | None = field(default=None, kw_only=True)
    progress: Callable[[Progress], object] | bool | None = field(default=None, kw_only=True)
    checkpoint: str | os.PathLike[str] | None = field(default=None, kw_only=True)

    #: The first rows and the total that a walk has seen, for notebooks; shared by all walks of this request.
    seen: Seen = field(factory=Seen, kw_only=True)

    def make_checkpoint(self, output: str | None = None) -> Checkpoint | None:
        """Make the checkpoint of this request and output; None if no checkpoint was requested."""
        if self.checkpoint is None:
            return None
        # Both generated clients have it. Part of the identity: another server may have other pages.
        base_url = getattr(self.client, "_base_url", "")
        return Checkpoint.of(self.checkpoint, base_url, self.first, output)
