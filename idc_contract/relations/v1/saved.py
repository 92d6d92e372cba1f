"""Saved cohorts for as long as a relation needs them."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.calls import Broken
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import exactly, one, patients, some, values
from idc_contract.relations.v1.echoed import alike
from idc_contract.relations.v1.questions import Filters, kept, spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

BEYOND = (2**63, 2**64, 99_999_999_999_999_999_999)
ODD = (
    "n", " ", "a b  c ", "'", '"', "\\", "%", "_", "é", "e\u0301", "𝔘𐐷", "\u202eabc", "null", "None", "0", "<b>",
    "a\nb\tc",
    "İIıi", "x" * 255, "-- ; DROP TABLE cohorts", "{}", "\u2028",
)  # fmt: skip


def create(service: Service, body: dict[str, Any], user: int = 0) -> dict[str, Any]:
    """Save a cohort and return its properties; raises Broken for a refusal inside a 200."""
    reported = service.call("createCohort", body, user=user)["cohort_properties"]
    holds("cohort_id" in reported, "a good cohort is saved", f"{body!r:.300}: {reported}")
    kept(service).setdefault("cohorts", {})[reported["cohort_id"]] = body
    as_sent(reported, body, "a new cohort")
    return dict(reported)


def as_sent(reported: dict[str, Any], body: dict[str, Any], what: str) -> None:
    """A cohort is the one that was sent, to the letter."""
    same(
        [reported["name"], reported["description"]],
        [body["name"], body["description"]],
        f"{what}: name and description",
    )
    alike(reported["filterSet"]["filters"], body["filters"], f"{what}: filters")


def remove(service: Service, numbers: list[int], user: int = 0) -> list[dict[str, Any]]:
    """Delete cohorts: what became of each."""
    return list(service.call("deleteCohorts", {"cohorts": numbers}, user=user)["cohorts"])


def listed(service: Service, user: int = 0) -> dict[int, dict[str, Any]]:
    """A user's cohorts, by id."""
    reported = service.call("listCohorts", user=user)["cohorts"]
    found = {cohort["cohort_id"]: cohort for cohort in reported}
    holds(len(found) == len(reported), "a cohort is listed once", f"{[cohort['cohort_id'] for cohort in reported]}")
    for number, body in kept(service).get("cohorts", {}).items():
        if number in found:
            as_sent(found[number], body, "a listed cohort")
    return found


def some_filters(service: Service, draw: Draw) -> Filters:
    """Filters of all sorts: lists, patterns, ranges, none at all."""
    collections = [name.upper().replace("_", "-") for name in some(draw, values(service, "collection_id"), 2)]
    found: dict[str, list[Any]] = {
        "collection_id": collections,
        "PatientID": exactly(one(draw, patients(service))),
        "Modality": ["ct", "Mr", "None"],
        "bmi_btw": [1, 99.5],
        "age_at_diagnosis_lt": [draw(st.integers(-5, 5))],
        "height": [1e300],
        "race": ["", "ASIAN\u2028𝔘'\"\\"],
        "SeriesNumber": ["4"],
    }
    return {name: found[name] for name in some(draw, sorted(found), 4, 0)}


def some_spec(service: Service, draw: Draw) -> dict[str, Any]:
    """Random properties of a cohort."""
    texts = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
    long = st.integers(256, 3000).map(lambda length: ("a long text ends here: " * length)[-length:])
    return spec(some_filters(service, draw), draw(texts), draw(st.one_of(st.just(""), texts, long)))


def same_cohort(reported: dict[str, Any], body: dict[str, Any], version: str, what: str) -> None:
    """A cohort is the one that was sent, of the version."""
    as_sent(reported, body, what)
    same(reported["filterSet"]["idc_data_version"], version, f"{what}: the version")


def deleted(reported: dict[str, Any], number: int, body: dict[str, Any], version: str) -> None:
    """A cohort of one's own is reported as deleted, with its properties."""
    same(reported["cohort_id"], number, "a deletion names its cohort")
    result = reported["result"]
    holds("notes" in result, "one's own cohort is deleted", f"{number}: {result}")
    same(result["notes"], f"Cohort {number} ('{body['name']}') has been deleted.", "the notes of a deletion")
    sets = result["data"]["filters"]
    same([each["data_version"] for each in sets], [version], "the version of what was deleted")
    expected = {name: [*map(str, wanted)] for name, wanted in body["filters"].items()}
    parts = sets[0]["filters"]
    same({part["name"]: part["values"] for part in parts}, expected, "the filters of what was deleted")
    same([part["display_name"] for part in parts], [part["name"] for part in parts], "names of deleted filters")
    holds(len({part["id"] for part in parts}) == len(parts) == len(expected), "deleted filters have ids", f"{parts}")


def refused(service: Service, reported: dict[str, Any], number: int, known: str, user: int) -> None:
    """``known``: what the cohort is to the user: unknown, deleted, foreign."""
    same(reported["cohort_id"], number, "a deletion names its cohort")
    result = reported["result"]
    holds("notes" not in result, "what cannot be deleted is not", f"{number}, {known}: {result}")
    same(
        result.get("delete_permission"),
        False if known == "foreign" else None,
        f"whether {number}, {known}, may be deleted",
    )
    text = result["message"]
    holds(
        str(number) in text and text[-1] in ".!" and "ohort" in text, "a refusal names the cohort", f"{known}: {text}"
    )
    if known == "unknown":
        same(text, f"A cohort with the ID {number} was not found!", "an unknown cohort")
    elif known == "deleted":
        holds("delete" in text, "a deleted cohort", text)
    else:
        holds(service.users[user].email in text, "a foreign cohort", text)


def gone(service: Service, number: int, user: int, status: int) -> None:
    """Neither the manifest nor the query of a cohort is to be had."""
    requested: dict[str, Any] = {"user": user, "status": status, "cohort_id": number}
    for reported in (
        service.call("getCohortManifest", query={"Patient_ID": "True"}, **requested),
        service.call("queryCohort", {"fields": ["Modality"]}, **requested),
    ):
        same(reported["code"], status, f"the code of a cohort's error: {reported}")


@contextmanager
def saved(service: Service, body: dict[str, Any], user: int = 0) -> Iterator[int]:
    """The id of a saved cohort, which is deleted afterwards."""
    number = create(service, body, user)["cohort_id"]
    try:
        yield number
    finally:
        with suppress(Broken):
            service.answer("deleteCohort", user=user, cohort_id=number)
