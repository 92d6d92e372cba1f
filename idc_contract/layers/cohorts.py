"""Cohorts that a run saves as its users: some for schemathesis, those of relations, those of schemathesis itself.

Law: only what the service confirmed as saved by this run is deleted. A list is no proof of that: it may be incomplete.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from idc_contract.calls import Broken, Unreachable
from idc_contract.document.openapi import OPERATIONS
from idc_contract.document.openapi import examples as examples_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from idc_contract.service import Service

NUMBER = 20
AT_ONCE = 500
"""The number of cohorts that one request deletes."""
USERS = 2
"""The number of users that schemathesis knows."""


@contextmanager
def removed(service: Service) -> Iterator[None]:
    """Delete afterwards what was saved meanwhile, if the service lets that happen; see ``left``."""
    try:
        yield
    finally:
        with suppress(Broken, Unreachable):  # the error that matters is that of the run; what is left is said later
            remove(service)


def remove(service: Service) -> None:
    """Delete the cohorts that were saved and are still there, also those of relations that failed."""
    for user in sorted(set(service.saved.values())):
        own = {number for number, owner in service.saved.items() if owner == user}
        there = _listed(service, user)
        still = sorted(own if there is None else own & there)
        for number in own.difference(still):
            del service.saved[number]
        for start in range(0, len(still), AT_ONCE):
            some = still[start : start + AT_ONCE]
            if service.answer("deleteCohorts", {"cohorts": some}, user=user).status == 200:
                for number in some:
                    del service.saved[number]


def left(service: Service) -> str:
    """A sentence on the cohorts that could not be deleted; empty if there are none."""
    if not service.saved:
        return ""
    numbers = ", ".join(map(str, sorted(service.saved)))
    return f"cohorts that this run saved may be left, for it could not delete them: {numbers}"


@contextmanager
def for_schemathesis(service: Service, generation: str) -> Iterator[tuple[list[int], bool]]:
    """Saved cohorts of the first user that are not to be deleted, and whether the users have no cohorts but the run's.

    If they have, or if that cannot be known, no other cohort may be deleted.
    """
    if generation != "v1" or not (service.write and service.users):
        yield [], True
        return
    with removed(service):
        before = [_listed(service, user) for user in range(len(service.users[:USERS]))]
        known = [there for there in before if there is not None]
        service.kept |= set().union(*known) - service.saved.keys()
        earlier = set(service.saved)
        body = examples_of(OPERATIONS["createCohort"].body or {})[0]
        for _ in range(NUMBER):
            service.answer("createCohort", body)
        new = service.saved.keys() - earlier
        after = _listed(service, 0)
        alone = not service.kept and len(known) == len(before) and after is not None and new <= after
        yield sorted(new)[NUMBER // 2 :], alone


def _listed(service: Service, user: int) -> set[int] | None:
    """The cohorts of a user; None if the list cannot be read, which the checks report."""
    try:
        return {cohort["cohort_id"] for cohort in service.answer("listCohorts", user=user).json()["cohorts"]}
    except (Broken, ValueError, KeyError, TypeError):
        return None
