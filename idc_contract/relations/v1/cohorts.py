"""Saved cohorts: how they are kept, read, listed and deleted."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import active, exactly, one, patients, some
from idc_contract.relations.v1.echoed import check_sql, normal
from idc_contract.relations.v1.questions import COLUMNS, FIELDS, Filters, manifest, page, query, relation, spec
from idc_contract.relations.v1.saved import (
    BEYOND,
    create,
    deleted,
    gone,
    listed,
    refused,
    remove,
    same_cohort,
    saved,
    some_filters,
    some_spec,
)

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service


LONG = 130
"""More ids than a hundred, which lists are often cut at."""


@relation(examples=5, needs={"write"})
def a_saved_cohort_is_kept_as_it_was_sent(service: Service, draw: Draw) -> None:
    """A new cohort is confirmed, listed and echoed as sent, with any text; the list grows by exactly this cohort."""
    body = some_spec(service, draw)
    version, before = active(service), listed(service)
    reported = create(service, body)
    number = reported["cohort_id"]
    same_cohort(reported, body, version, "a new cohort")
    after = listed(service)
    same(sorted(after.keys() - before.keys()), [number], "the list grows by the new cohort")
    same({known: after[known] for known in before}, before, "the others stay as they are")
    same_cohort(after[number], body, version, "a listed cohort")
    same(after[number]["permission"], "OWNER", "the cohort is one's own")
    for question in (manifest(None, ["Collection_ID"], cohort=number), query(None, ["Modality"], cohort=number)):
        echo = page(service, question).echo
        if echo is not None:
            same_cohort(echo, body, version, "the cohort of a page")
    same([row["cohort_id"] for row in remove(service, [number])], [number], "a deletion names its cohort")
    same(listed(service), before, "the list is as before")


@relation(examples=2, needs={"write"})
def a_saved_cohort_selects_what_its_preview_does(service: Service, draw: Draw) -> None:
    """A saved cohort has the same manifest, query and SQL as a preview with the same filters."""
    small: Filters = {"PatientID": exactly(one(draw, patients(service)))}
    filters = draw(st.sampled_from([some_filters(service, draw), small]))
    with saved(service, spec(small)) as number:
        for here, there in (
            (manifest(None, COLUMNS, cohort=number), manifest(small, COLUMNS)),
            (query(None, FIELDS, cohort=number), query(small, FIELDS)),
        ):
            same(page(service, here, 60).rows, page(service, there, 60).rows, "rows of the saved and the previewed")
    columns, fields = some(draw, list(COLUMNS), 4), some(draw, FIELDS, 4)
    with saved(service, spec(filters)) as number:
        for here, there in (
            (manifest(None, columns, cohort=number), manifest(filters, columns)),
            (query(None, fields, cohort=number), query(filters, fields)),
        ):
            a, b = page(service, here.with_sql(), 50), page(service, there.with_sql(), 50)
            same([a.rows, a.total, bool(a.token)], [b.rows, b.total, bool(b.token)], f"saved and previewed: {filters}")
            if a.echo is not None and b.echo is not None:
                same(a.echo["sql"], b.echo["sql"], f"SQL of the saved and the previewed: {filters}")
                check_sql(a.echo["sql"], here.names, filters, a.echo["filterSet"]["idc_data_version"])
                same(normal(a.echo["filterSet"]), b.echo["filterSet"], "filters of the saved and the previewed")


# --- deletion ----------------------------------------------------------------------------------------------------


@relation(examples=3, needs={"write"})
def a_deleted_cohort_is_gone(service: Service, draw: Draw) -> None:
    """A deleted cohort is not listed, GET and POST answer 403, and it cannot be deleted again."""
    version, body = active(service), some_spec(service, draw)
    number = create(service, body)["cohort_id"]
    begun = [
        (question, page(service, question, 1).token)
        for question in (manifest(None, ["GCS_URL"], cohort=number), query(None, ["SOPInstanceUID"], cohort=number))
    ]
    reported = service.call("deleteCohort", cohort_id=number)["cohorts"]
    same(len(reported), 1, "one deletion is answered once")
    deleted(reported[0], number, body, version)
    gone(service, number, 0, 403)
    for question, token in begun:
        if token:
            service.call(question.operation, question.body, query={"next_page": token}, cohort_id=number, status=403)
    holds(number not in listed(service), "a deleted cohort is not listed", f"{number}")
    for again in (service.call("deleteCohort", cohort_id=number)["cohorts"], remove(service, [number])):
        same(len(again), 1, "one deletion is answered once")
        refused(service, again[0], number, "deleted", 0)
    second = create(service, body)["cohort_id"]
    holds(second != number, "an id is not used again", f"{number}")
    service.call("deleteCohort", cohort_id=second)


@relation(examples=2, needs={"write"})
def many_cohorts_are_deleted_in_the_order_asked(service: Service, draw: Draw) -> None:
    """Each id has its own answer, in order: deleted, repeated, unknown, beyond 64 bits; an empty list is valid."""
    version, bodies = active(service), [some_spec(service, draw) for _ in range(3)]
    numbers = [create(service, body)["cohort_id"] for body in bodies]
    holds(len(set(numbers)) == 3, "ids are of one cohort", f"{numbers}")
    same(remove(service, []), [], "nothing is deleted")
    requested = [*draw(st.permutations(numbers)), BEYOND[0], numbers[0], *BEYOND[1:]]
    reported = remove(service, requested)
    same([row["cohort_id"] for row in reported], requested, "deletions in the order asked")
    for row, number in zip(reported[:3], requested, strict=False):
        deleted(row, number, bodies[numbers.index(number)], version)
    for row, number in zip(reported[3:], requested[3:], strict=True):
        refused(service, row, number, "deleted" if number in numbers else "unknown", 0)


@relation(needs={"write"})
def long_lists_are_deleted_to_the_last(service: Service, draw: Draw) -> None:
    """Of a list of more than a hundred ids, the first, the last and one between are deleted; the others are unknown."""
    version, body = active(service), spec({"Modality": ["CT"]})
    numbers = [create(service, body)["cohort_id"] for _ in range(3)]
    unknown = [BEYOND[0] + number for number in range(LONG)]
    half = LONG // 2
    requested = [numbers[0], *unknown[:half], numbers[1], *unknown[half:], numbers[2]]
    reported = remove(service, requested)
    same([row["cohort_id"] for row in reported], requested, "deletions in the order asked")
    for row in reported:
        if row["cohort_id"] in numbers:
            deleted(row, row["cohort_id"], body, version)
        else:
            refused(service, row, row["cohort_id"], "unknown", 0)
    left = sorted(listed(service).keys() & set(numbers))
    same(left, [], "cohorts that are left of a long list")


@relation()
def a_cohort_that_never_was_is_a_400(service: Service, draw: Draw) -> None:
    """An unknown id, also beyond 64 bits, is a 400 for manifest and query; an id that is not a number is a 404."""
    if not service.users:
        return
    for number in BEYOND:
        gone(service, number, 0, 400)
    for text in ("x", "-1", "1.0", "1e3", "\u0663"):
        service.call("getCohortManifest", query={"Patient_ID": "True"}, cohort_id=text, status=404)
        service.call("queryCohort", {"fields": ["Modality"]}, cohort_id=text, status=404)


@relation(needs={"write"})
def deleting_what_never_was_says_so(service: Service, draw: Draw) -> None:
    """Deleting an unknown id has an answer that says so; an id that is not a number is a 404."""
    for number in BEYOND:
        reported = service.call("deleteCohort", cohort_id=number)["cohorts"]
        same(len(reported), 1, "one deletion is answered once")
        refused(service, reported[0], number, "unknown", 0)
    for text in ("x", "-1", "1.0"):
        service.call("deleteCohort", cohort_id=text, status=404)
    for raw in (b"[1]", b'{"cohorts": 1}', b'{"cohorts": ["1"]}', b'{"cohorts": [-1]}', b'{"cohorts": [1.5]}', b"{}",
                b"",
                b"nonsense", b'{"cohorts": [null]}'):  # fmt: skip
        service.call("deleteCohorts", raw=raw, status=400)


@relation(examples=2, needs={"write", "users"})
def a_cohort_is_its_owners_alone(service: Service, draw: Draw) -> None:
    """Another user cannot list, read or delete a cohort; it still exists after the attempt."""
    body = some_spec(service, draw)
    others_cohorts = listed(service, 1)
    with saved(service, body) as number:
        same(listed(service, 1), others_cohorts, "another user's list stays")
        gone(service, number, 1, 403)
        for reported in (
            service.call("deleteCohort", cohort_id=number, user=1)["cohorts"],
            remove(service, [number], 1),
        ):
            same(len(reported), 1, "one deletion is answered once")
            refused(service, reported[0], number, "foreign", 1)
        own_cohorts = listed(service)
        holds(number in own_cohorts, "a cohort is there after another's deletion", f"{number}")
        page(service, manifest(None, ["Modality", "Collection_ID"], cohort=number))
        _owner(service, own_cohorts[number]["owner"])
    same([listed(service, 1), number in listed(service)], [others_cohorts, False], "lists afterwards")


def _owner(service: Service, owner: str) -> None:
    details = service.call("getAccountDetails")["user_details"]
    if "first_name" in details or "last_name" in details:
        names = f"{details.get('first_name', '')} {details.get('last_name', '')}".strip()
        same(owner, names, "the owner is the account")


@relation(needs={"write"})
def what_looks_alike_is_not_the_same(service: Service, draw: Draw) -> None:
    """The text of a cohort is not normalized: composed and decomposed letters and spaces stay as sent."""
    for text in ("é", "e\u0301", " é ", "É"):
        body = spec({"race": [text]}, text, text)
        with saved(service, body) as number:
            reported = listed(service)[number]
            same(
                [reported["name"], reported["filterSet"]["filters"]["race"]],
                [text, [text]],
                f"{unicodedata.name(text[0])}",
            )
