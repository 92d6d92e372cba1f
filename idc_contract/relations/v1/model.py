"""Saved cohorts of two users, compared with a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import active, one, some
from idc_contract.relations.v1.questions import manifest, page, relation
from idc_contract.relations.v1.saved import (
    BEYOND,
    create,
    deleted,
    gone,
    listed,
    refused,
    remove,
    same_cohort,
    some_spec,
)

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service


@dataclass
class Model:
    """What ought to be there."""

    version: str
    owner: dict[int, int] = field(default_factory=dict)
    body: dict[int, dict[str, Any]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)

    def known(self, number: int, user: int) -> str:
        """What a cohort is to a user."""
        if number not in self.owner:
            return "unknown"
        return "foreign" if self.owner[number] != user else "deleted" if number in self.deleted else "own"


@relation(examples=4, needs={"write", "users"})
def cohorts_behave_as_a_model_of_them(service: Service, draw: Draw) -> None:
    """If two users create, read, list and delete cohorts in any order, each sees what a simple model predicts."""
    model, before = Model(active(service)), [listed(service, user) for user in (0, 1)]
    steps = draw(st.lists(st.sampled_from(["create", "create", "delete", "delete many", "read", "list"]), min_size=6,
                          max_size=12))  # fmt: skip
    for step in ["create", *steps, "list"]:
        _step(service, draw, model, step, draw(st.integers(0, 1)), before)
    for user in (0, 1):
        own_cohorts = [number for number in sorted(model.owner) if model.known(number, user) == "own"]
        for number, reported in zip(own_cohorts, remove(service, own_cohorts, user), strict=True):
            deleted(reported, number, model.body[number], model.version)
        same(listed(service, user), before[user], "the list is as before")


def _step(service: Service, draw: Draw, model: Model, step: str, user: int, before: list[Any]) -> None:
    numbers = [*sorted(model.owner), BEYOND[1]]
    if step == "create":
        body = some_spec(service, draw)
        reported = create(service, body, user)
        holds(model.known(reported["cohort_id"], user) == "unknown", "ids are of one cohort", f"{reported}")
        model.owner[reported["cohort_id"]], model.body[reported["cohort_id"]] = user, body
    elif step == "read":
        number = one(draw, numbers)
        if (known := model.known(number, user)) == "own":
            echo = page(service, manifest(None, ["Modality", "Patient_ID"], cohort=number, user=user), 1).echo
            if echo is not None:
                same_cohort(echo, model.body[number], model.version, "a cohort read")
        else:
            gone(service, number, user, 400 if known == "unknown" else 403)
    elif step == "list":
        for each in (0, 1):
            cohorts = listed(service, each)
            own_cohorts = {number for number in model.owner if model.known(number, each) == "own"}
            same(sorted(cohorts.keys() - before[each].keys()), sorted(own_cohorts), "cohorts listed")
            for number in sorted(own_cohorts):
                same_cohort(cohorts[number], model.body[number], model.version, "a cohort listed")
    else:
        chosen = some(draw, numbers, 1 if step == "delete" else 4)
        if step == "delete":
            rows = service.call("deleteCohort", cohort_id=chosen[0], user=user)["cohorts"]
        else:
            rows = remove(service, chosen, user)
        same([row["cohort_id"] for row in rows], chosen, "deletions in the order asked")
        for row, number in zip(rows, chosen, strict=True):
            if (known := model.known(number, user)) == "own":
                deleted(row, number, model.body[number], model.version)
                model.deleted.add(number)
            else:
                refused(service, row, number, known, user)
