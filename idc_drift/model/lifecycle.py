"""The lifecycle of an operation, a parameter or a property: its deprecation, sunset date and stability level.

Law: ``x-stability-level`` and ``x-sunset`` have the meaning that oasdiff gives them; a guarantee that is reduced, or
that cannot be parsed any more, is a breaking change.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ..documents.spelling import transition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LEVELS = ("draft", "alpha", "beta", "stable")
"""The levels from the least stable; a missing level means ``stable``."""


class Lifecycle(NamedTuple):
    """The lifecycle of one operation, parameter or property."""

    deprecated: bool = False
    sunset: str = ""
    """The date until which it works."""
    stability: str = ""

    @property
    def sunset_date(self) -> datetime.date | None:
        """The date until which it works; None if there is none, or if it cannot be parsed."""
        try:
            return datetime.date.fromisoformat(self.sunset[:10])
        except ValueError:
            return None

    @property
    def removable(self) -> bool:
        """Whether it may be removed: it is draft or alpha, or it is deprecated without a sunset date in the future."""
        past = not self.sunset or (self.sunset_date is not None and self.sunset_date <= _today())
        return self.stability in ("draft", "alpha") or (self.deprecated and past)

    @property
    def premature(self) -> bool:
        """Whether its removal now would be before its sunset date."""
        return self.deprecated and bool(self.sunset) and not self.removable


UNSPECIFIED = Lifecycle()


def lifecycle_of(members: Mapping[str, Any], parent: Mapping[str, Any] | None = None) -> Lifecycle:
    """The lifecycle of an object, with the stability level of its parent as default."""
    stability = members.get("x-stability-level") or (parent or {}).get("x-stability-level") or ""
    return Lifecycle(members.get("deprecated") is True, str(members.get("x-sunset") or ""), str(stability))


def lifecycle_changes(old: Lifecycle, new: Lifecycle, what: str) -> Iterator[tuple[str, str]]:
    """The changes between two lifecycles: stems of rules, each with a sentence."""
    if old.sunset != new.sunset:
        yield _sunset(old, new), transition(f"sunset of {what}", old.sunset, new.sunset)
    if old.stability != new.stability:
        sentence = transition(f"stability of {what}", old.stability, new.stability)
        if {old.stability, new.stability} <= {"", *_LEVELS}:
            ranks = [_LEVELS.index(level or "stable") for level in (old.stability, new.stability)]
            if ranks[0] != ranks[1]:
                yield "stability-lowered" if ranks[1] < ranks[0] else "stability-raised", sentence
        else:
            yield "stability-unreadable", sentence


def _sunset(old: Lifecycle, new: Lifecycle) -> str:
    if not new.sunset:
        return "sunset-removed" if old.deprecated and new.deprecated else "sunset-lifted"
    if new.sunset_date is None or (old.sunset and old.sunset_date is None):
        return "sunset-unreadable"
    return (
        "sunset-brought-forward" if old.sunset_date is not None and new.sunset_date < old.sunset_date else "sunset-set"
    )


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()
