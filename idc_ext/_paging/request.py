"""A paged request as a value, and what is said of its progress. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import Factory, field, frozen

from .._tables.columns import Columns
from .checkpoint import Checkpoint

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from .._http.calls import Call, Client, TypedCall
    from .page import Page, Pending

T = TypeVar("T")


@frozen
class PollingPolicy:
    """How long to put up with "not yet": so many answers, and pauses in seconds between them."""

    answers: int = 12
    first: float = 0.5
    growth: float = 2.0
    longest: float = 10.0

    def pauses(self) -> Iterator[float]:
        """Give the pause after each answer."""
        return (min(self.first * self.growth**n, self.longest) for n in range(self.answers))


@frozen
class Progress:
    """How far a walk came.

    Attributes:
        rows: How many rows have come, those before a checkpoint included.
        total: How many there are; None if the server does not say.
        bytes: The bodies of this walk's pages, as they came over the wire.
    """

    rows: int
    total: int | None
    bytes: int


@frozen(repr=False, eq=False)
class Request(Generic[T]):
    """A paged request, and how its pages are to be walked."""

    client: Client
    first: Call
    resume: Callable[[str], Call]
    parse: Callable[[int, Any], Page[T] | Pending]
    polling: PollingPolicy = Factory(PollingPolicy)
    pin: TypedCall[str] | None = None
    #: What counts the rows that there have to be, where the pages' own total does not suffice.
    expected_total: TypedCall[int] | None = field(default=None, kw_only=True)
    #: What is declared of the columns; by default nothing, and any may come.
    columns: Columns = field(default=Columns((), open_ended=True), kw_only=True)
    #: Reads the bytes of a page that fits the document to the letter, and gives None for any other.
    decode_bytes: Callable[[bytes], Page[T] | None] | None = field(default=None, kw_only=True)
    #: Finds the token of the next page in the bytes of one, where that takes no time, before the page is read.
    find_next_token: Callable[[bytes], str | None] | None = field(default=None, kw_only=True)
    max_items: int | None = field(default=None, kw_only=True)
    ahead: int | None = field(default=None, kw_only=True)
    progress: Callable[[Progress], object] | None = field(default=None, kw_only=True)
    checkpoint: str | os.PathLike[str] | None = field(default=None, kw_only=True)

    def make_checkpoint(self, output: str | None = None) -> Checkpoint | None:
        """Make what writes down how far a walk came, if that is asked for."""
        if self.checkpoint is None:
            return None
        # Both generated clients know it; other servers number their pages otherwise.
        base_url = getattr(self.client, "_base_url", "")
        return Checkpoint.of(self.checkpoint, base_url, self.first, output)
