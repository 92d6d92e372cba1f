"""What the service promises of an operation, a parameter or a property beyond today: how stable it is, and until when.

Law: ``x-stability-level`` and ``x-sunset`` as the field's reference reads them; a promise taken back breaks it, and one
that nobody can read counts as taken back.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LEVELS = ("draft", "alpha", "beta", "stable")
"""From the least stable; who says nothing promises as much as ``stable``."""


class Lifecycle(NamedTuple):
    """What is promised of one thing."""

    deprecated: bool = False
    sunset: str = ""
    """The day until which it works."""
    stability: str = ""

    @property
    def sunset_date(self) -> datetime.date | None:
        """The day until which it works, if one can read it."""
        try:
            return datetime.date.fromisoformat(self.sunset[:10])
        except ValueError:
            return None

    @property
    def removable(self) -> bool:
        """Whether it may go: it never was stable, or is deprecated and no day is to come until which it works."""
        past = not self.sunset or (self.sunset_date is not None and self.sunset_date <= _today())
        return self.stability in ("draft", "alpha") or (self.deprecated and past)

    @property
    def premature(self) -> bool:
        """Whether it would go before the day until which it works."""
        return self.deprecated and bool(self.sunset) and not self.removable


UNSPECIFIED = Lifecycle()


def lifecycle_of(said: Mapping[str, Any], beside: Mapping[str, Any] | None = None) -> Lifecycle:
    """What an object says of itself, or what it is part of says of it."""
    stability = said.get("x-stability-level") or (beside or {}).get("x-stability-level") or ""
    return Lifecycle(said.get("deprecated") is True, str(said.get("x-sunset") or ""), str(stability))


def lifecycle_changes(old: Lifecycle, new: Lifecycle, what: str) -> Iterator[tuple[str, str]]:
    """What has become of the promises: stems of rules, each with a sentence."""
    if old.sunset != new.sunset:
        said = f"the sunset of {what} changed from {old.sunset or 'none'} to {new.sunset or 'none'}"
        yield _sunset(old, new), said
    if old.stability != new.stability:
        said = f"the stability of {what} changed from {old.stability or 'none'} to {new.stability or 'none'}"
        if {old.stability, new.stability} <= {"", *_LEVELS}:
            ranks = [_LEVELS.index(level or "stable") for level in (old.stability, new.stability)]
            if ranks[0] != ranks[1]:
                yield "stability-lowered" if ranks[1] < ranks[0] else "stability-raised", said
        else:
            yield "stability-unreadable", said


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
