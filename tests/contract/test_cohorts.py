"""Cohorts that a user had before a run are there after it, and none of the run is."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from idc_contract import local_standin
from idc_contract.calls import Answer, InProcess, Layered, Request, Unreachable
from idc_contract.document.openapi import OPERATIONS, examples
from idc_contract.layers import cohorts, engine, hooks, suite
from idc_contract.relations import v1
from idc_contract.relations.relation import Relations, holds
from idc_contract.relations.v1.saved import create
from idc_contract.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

    from idc_contract.relations.relation import Draw
    from idc_contract.service import User

CT: Any = examples(OPERATIONS["createCohort"].body or {})[0]
OWN = 160
"""More cohorts than the numbers in the document's examples, which are 146 and 147."""
DELETIONS = frozenset({"deleteCohort", "deleteCohorts", "createCohort"})


class Account:
    """Two users of a stand-in who have cohorts, and services that are the same one behind a layer."""

    def __init__(self, app: ASGIApp, users: tuple[User, ...], stack: ExitStack) -> None:
        self.app, self.users, self.stack = app, users[:2], stack
        plain = self.service()
        for number in range(OWN):
            plain.answer("createCohort", CT, user=number % 2)
        self.had = self.listed()

    def service(self, layer: Any = None) -> Service:
        app: Any = Layered(self.app, layer) if layer else self.app
        return Service(self.stack.enter_context(closing(InProcess(app))), self.users, write=True)

    def listed(self) -> list[set[int]]:
        plain = self.service()
        return [{one["cohort_id"] for one in plain.call("listCohorts", user=user)["cohorts"]} for user in (0, 1)]


@pytest.fixture
def account() -> Iterator[Account]:
    with ExitStack() as stack:
        yield Account(*stack.enter_context(local_standin.standin()), stack)


@pytest.fixture
def empty() -> Iterator[Callable[..., Service]]:
    """A function that makes a service whose users have no cohorts."""
    with ExitStack() as stack:
        app, users = stack.enter_context(local_standin.standin())

        def make(layer: Any = None) -> Service:
            layered: Any = Layered(app, layer) if layer else app
            return Service(stack.enter_context(closing(InProcess(layered))), users[:2], write=True)

        yield make


def failing(operation: str, time: int, answer: Answer | Exception) -> Any:
    """A layer that gives one answer, or none, to the request of an operation that comes at this time, from 1."""
    seen = [0]

    async def layer(request: Request, forward: Any) -> Answer:
        node = OPERATIONS[operation]
        if (request.method, request.path) == (node.method, node.path):
            seen[0] += 1
            if seen[0] == time:
                if isinstance(answer, Exception):
                    raise answer
                return replace(answer, request=request)
        found: Answer = await forward(request)
        return found

    return layer


BROKEN = Answer(Request("GET", "/"), 500, (("content-type", "application/json"),), b'{"code": 500, "message": "x"}')
CUT = Answer(Request("GET", "/"), 200, (("content-type", "application/json"),), b'{"code": 200, "cohorts": []}')


def test_schemathesis_deletes_no_cohort_that_it_did_not_save(account: Account) -> None:
    found = engine.run(account.service(), "v1", examples=10, only=DELETIONS)
    assert found.statuses["deleteCohort"][200] > 3
    assert found.statuses["deleteCohorts"][200] > 3
    assert not found.findings
    assert account.listed() == account.had


@pytest.mark.parametrize(
    ("time", "answer"),
    [(1, BROKEN), (2, BROKEN), (3, CUT)],
    ids=["the first list fails", "that of the other user", "the list with new cohorts is empty"],
)
def test_a_list_that_cannot_be_used_makes_no_cohort_ones_own(account: Account, time: int, answer: Answer) -> None:
    engine.run(account.service(failing("listCohorts", time, answer)), "v1", examples=1, only=DELETIONS)
    assert account.listed() == account.had


def test_a_service_that_is_gone_while_cohorts_are_saved_keeps_none(empty: Callable[..., Service]) -> None:
    service = empty()
    caller, left = service.caller, [4]

    class Stopping:
        base, slowdown, app, close = caller.base, 1.0, caller.app, caller.close  # type: ignore[attr-defined]

        def __call__(self, request: Request) -> Answer:
            left[0] -= request.method == "POST"
            if left[0] == 0:
                left[0] -= 1
                raise Unreachable("busy")
            return caller(request)

    service.caller = Stopping()  # type: ignore[assignment]
    with pytest.raises(Unreachable, match="busy"):
        engine.run(service, "v1", examples=1, only=DELETIONS)
    assert empty().call("listCohorts")["cohorts"] == []
    assert cohorts.left(service) == ""


def test_what_a_failed_relation_saved_is_deleted_at_the_end(
    empty: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    relation = Relations("v1")

    @relation(needs={"write"})
    def saves_and_fails(service: Service, draw: Draw) -> None:
        """It does not hold."""
        create(service, CT, 1)
        holds(False, "never", "it never holds")

    monkeypatch.setattr(v1, "RELATIONS", relation.all)
    service = empty()
    assert suite.run(service, suite.Plan(("v1",), ("relations",))).findings
    assert service.call("listCohorts", user=1)["cohorts"] == []
    assert cohorts.left(service) == ""


def test_cohorts_that_cannot_be_deleted_are_named(empty: Callable[..., Service]) -> None:
    service = empty(failing("deleteCohorts", 1, BROKEN))
    with cohorts.removed(service):
        number = create(service, CT)["cohort_id"]
    assert cohorts.left(service).endswith(f"could not delete them: {number}")


@pytest.mark.parametrize(
    ("drawn", "sent"),
    [
        (146, 2**60), (7, 7), (-146, -146), (10**20, 10**20), (146.0, 2.0**51), (146.5, 2.0**51 + 0.5),
        ("0146", str(2**60)),
        ("146 ", f"{2**60} "), ("٧", "٧"), ("x", "x"), (True, "True"), (None, None), (b"[146]", f"[{2**60}]".encode()),
        ({"cohorts": [146, 7, "7", "147"]}, {"cohorts": [2**60, 7, "7", str(2**60)]}),
        (10**15, 2**60), (2**70, 2**60),
    ],
)  # fmt: skip
def test_a_deletion_names_no_number_that_may_be_a_users_cohort(
    monkeypatch: pytest.MonkeyPatch, drawn: Any, sent: Any
) -> None:
    service = Service(InProcess(lambda *_: None), saved={7: 0}, kept={2**70})  # type: ignore[arg-type, return-value]
    monkeypatch.setattr(hooks, "GUARDED", [service])
    found = hooks._sparing(drawn)
    assert (found, type(found)) == (sent, type(sent))
    service.caller.close()
