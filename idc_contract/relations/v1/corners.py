"""Rare requests to v1: large pages, many attributes, many patients, unusual names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.oracle.v1_archive import admitted
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import exactly, one, values
from idc_contract.relations.v1.questions import COLUMNS, Filters, manifest, page, query, relation, rows_of, spec, total
from idc_contract.relations.v1.saved import saved

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

NAMES = ("<b>&amp;\"'", "a%20b", "{}", "\\u0041", " blanks ", "100 % Ümläut 𝔘", "x" * 255)
MANY = 2500
ATTRIBUTES = ("collection_id", "Modality", "BodyPartExamined", "SOPClassUID", "StudyDate", "SeriesNumber", "PatientID")


@relation()
def pages_of_thousands_are_whole(service: Service, draw: Draw) -> None:
    """A page of several thousand rows has the rows of several smaller pages, and the next page continues after it."""
    for question in (manifest({}, ["SeriesInstanceUID"]), query({}, ["SeriesInstanceUID", "Modality"])):
        large = page(service, question, MANY)
        number = len(large.rows)  # a service may return fewer rows than requested, but may not lose rows
        small = [page(service, question, 700)]
        while small[-1].token and sum(len(each.rows) for each in small) < number + 700:
            small.append(page(service, question, 700, small[-1].token))
        rows = [row for each in small for row in each.rows]
        same(large.rows, rows[:number], f"the rows of {question.operation} in large pages and in small ones")
        if large.token:
            beyond = page(service, question, MANY, large.token)
            same(beyond.rows[:700], rows[number : number + 700], "the page after a large one")


@relation(examples=2)
def rows_of_many_patients_ascend_by_the_last_column(service: Service, draw: Draw) -> None:
    """If patients and studies have another order than series and URLs, rows are sorted by the last column."""
    filters: Filters = {"collection_id": exactly(one(draw, values(service, "collection_id")))}
    lasts = ("StudyInstanceUID", "SeriesInstanceUID", "CRDC_Study_GUID", "CRDC_Series_GUID")
    for last, more in ((last, more) for last in lasts for more in ({"Collection_ID", "Patient_ID"}, {"Patient_ID"})):
        columns = [name for name in COLUMNS if name in {*more, last}]
        rows = page(service, manifest(filters, columns), 300).rows
        found = [row[last] for row in rows]
        same(found, sorted(found, key=lambda text: (text is not None, text or "")), f"rows by {last}")
        fields = ["SeriesInstanceUID", "PatientID"]
        requested = [[row[name] for name in fields] for row in page(service, query(filters, fields), 300).rows]
        same(requested, sorted(requested), f"rows of a query by {fields}")


@relation(examples=3)
def all_of_many_attributes_count(service: Service, draw: Draw) -> None:
    """Each of several attributes is applied, the last as well as the first: any of them can exclude every row."""
    base: Filters = {"collection_id": exactly(one(draw, values(service, "collection_id")))}
    rows = page(service, query(base, ATTRIBUTES), 400).rows
    row = one(draw, [row for row in rows if all(row[name] is not None for name in ATTRIBUTES)] or rows)
    names = draw(st.permutations([name for name in ATTRIBUTES if row[name] is not None]))
    whole: Filters = {name: exactly(row[name]) for name in names}
    number = total(service, whole)
    holds(number > 0, "a series is found by all that it has", f"{whole}")
    for name in names:
        excluded = total(service, {**whole, name: ["no such value", "nor this"]})
        same(excluded, 0, f"series with another {name}")
        holds(total(service, {key: value for key, value in whole.items() if key != name}) >= number,
              "an attribute less selects no less", f"{name} of {whole}")  # fmt: skip


@relation(examples=3)
def a_single_value_matches_exactly(service: Service, draw: Draw) -> None:
    """A value that is part of other values (beginning, middle, end) selects only exact matches."""
    for name in ("collection_id", "Modality", "BodyPartExamined", "PatientID", "SOPClassUID"):
        known = values(service, name)
        text = one(draw, [value for value in known if len(value) > 1])
        for part in (text[:-1], text[1:], text[: len(text) // 2], text[1:-1]):
            if not part or "%" in part:
                continue
            expected = admitted(name, [part], known)
            found = {row[name] for row in page(service, query({name: [part]}, [name]), 50).rows}
            holds(found <= expected, "a value is matched as a whole", f"{name} {part!r}: {sorted(map(str, found))[:3]}")
            same(bool(found), bool(expected), f"{name} is {part!r}")


@relation(examples=2)
def many_values_are_all_wanted(service: Service, draw: Draw) -> None:
    """Each of many values of an attribute is applied."""
    wanted = values(service, "PatientID")[draw(st.integers(0, 50)) :][:300]
    same(total(service, {"PatientID": wanted}, "Patient_ID"), len(wanted), f"patients of {len(wanted)} asked for")
    modalities = values(service, "Modality")
    found = rows_of(service, query({"Modality": modalities}, ["Modality"]))
    same([row["Modality"] for row in found], modalities, "modalities of all asked for")


@relation(examples=2, needs={"write"})
def odd_names_are_kept(service: Service, draw: Draw) -> None:
    """Names and descriptions come back unchanged, wherever a saved cohort is returned."""
    for name in NAMES:
        description = "" if len(name) > 200 else f"{name} {name}"
        with saved(service, spec({"Modality": ["CT"]}, name, description)) as number:
            listed = [one for one in service.call("listCohorts")["cohorts"] if one["cohort_id"] == number]
            query = {"Patient_ID": "True", "page_size": 1}
            content = service.call("getCohortManifest", query=query, cohort_id=number, status=(200, 202))
            reported: list[Any] = [listed[0], content]
            same(
                [reported[0]["name"], reported[0]["description"]],
                [name, description],
                "name and description in the list",
            )
            if reported[1]["code"] == 200:
                echo = reported[1]["cohort"]
                same([echo["name"], echo["description"]], [name, description], "name and description in the manifest")


@relation()
def every_parameter_is_ignored_beside_a_token(service: Service, draw: Draw) -> None:
    """With a page token, columns have no effect, chosen or not."""
    collection = exactly(values(service, "collection_id")[0])
    question = manifest({"collection_id": collection}, ["Patient_ID", "StudyInstanceUID"])
    first = page(service, question, 1)
    if first.token:
        expected = page(service, question, 1, first.token).rows
        for more in ([(name, "True")] for name in COLUMNS):
            same(page(service, question, 1, first.token, more).rows, expected, f"rows beside {more}")
        flags = [(name, "False") for name in COLUMNS]
        same(page(service, question, 1, first.token, flags).rows, expected, "rows beside columns not chosen")


@relation()
def cohorts_of_nothing_are_empty(service: Service, draw: Draw) -> None:
    """A selection without rows has no rows, no token and a total of 0, in manifests and in queries."""
    nothing: Filters = {"Modality": ["no such value", "nor this"]}
    for question in (manifest(nothing, ["Patient_ID"]), query(nothing, ["Modality"])):
        found = page(service, question, 10)
        same([found.rows, found.total, found.token], [[], 0, ""], f"{question.operation} of nothing")
        same(rows_of(service, question), [], "rows of nothing")
