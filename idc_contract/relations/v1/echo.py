"""The echo of previews: the cohort as sent, and SQL if requested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.document.openapi import target
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import active, exactly, one, patients, some, values
from idc_contract.relations.v1.echoed import RANGED, check_sql
from idc_contract.relations.v1.questions import COLUMNS, FIELDS, manifest, page, query, relation

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

ATTRIBUTES: list[str] = target("#/components/schemas/V1AttributeName")["enum"]
BETWEEN = [name for name in ATTRIBUTES if name.endswith("_btw")]
BOUNDED = [name for name in ATTRIBUTES if name.endswith(RANGED) and name not in BETWEEN]
OTHERS = [name for name in ATTRIBUTES if not name.endswith(RANGED)]
NUMERIC = frozenset(name.removesuffix("_btw") for name in BETWEEN)
WANTED = (["Ab%", "None"], ["a_C"], ["Abc", "dE"], ["None"], ["x y", "Z", "None"])
MANY = 400
TEXTS = ("n", " a  b ", "é 𝔘", "e\u0301", "'\"\\%_", "\u202e", "x" * 255, "<b>&amp;", "a\nb", "null")


def _filters(service: Service, draw: Draw) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {
        "collection_id": [name.upper().replace("_", "-") for name in some(draw, values(service, "collection_id"), 3)],
        "PatientID": exactly(one(draw, patients(service))),
        "Modality": draw(st.sampled_from([["cT"], ["MR", "CT", "None"], ["None"], ["C%", "MR"]])),
        "bmi_btw": [-1, 99.5],
        "age_at_diagnosis_gte": [draw(st.integers(-9, 9))],
        "race": ["ASIAN", 'it\'s "é" \\ 𝔘'],
    }
    return {name: found[name] for name in some(draw, sorted(found), 4, 0)}


@relation(examples=6)
def a_preview_repeats_what_it_was_asked(service: Service, draw: Draw) -> None:
    """The first page has name, description and filters as sent, collections in normal form, SQL only if requested."""
    version, filters = active(service), _filters(service, draw)
    about = {"name": draw(st.sampled_from(TEXTS)), "description": draw(st.sampled_from(["", *TEXTS]))}
    columns, fields = some(draw, list(COLUMNS), 3), some(draw, FIELDS, 3)
    for question in (manifest(filters, columns, **about), query(filters, fields, **about)):
        echo = page(service, question, 2).echo
        if echo is None:
            continue
        same(echo["filterSet"]["idc_data_version"], version, "previews are of the active version")
        requested = page(service, question.with_sql(), 2).echo
        if requested is not None:
            check_sql(requested["sql"], question.names, filters, version)
            same({**requested, "sql": ""}, echo, "the rest is as without SQL")
        refused = page(service, question.with_sql("False"), 2).echo
        same((refused or echo)["sql"], "", "sql=False asks for none")


@relation(examples=8)
def sql_selects_what_the_filters_mean(service: Service, draw: Draw) -> None:
    """The SQL of any filters, run over rows near their values, selects the rows that the filters mean."""
    version, filters = active(service), dict[str, list[Any]]()
    kinds = (BETWEEN, BOUNDED, OTHERS, ATTRIBUTES)  # each kind of condition in every example, and one more
    for name in dict.fromkeys(draw(st.sampled_from(names)) for names in kinds):
        low, more = draw(st.sampled_from([-7, -1, 1, 20.5])), draw(st.sampled_from([0, 2, 30]))
        if name.endswith("_btw"):
            filters[name] = [low, low + more]
        elif name.endswith(RANGED) or name in NUMERIC:
            filters[name] = [low]
        else:
            filters[name] = draw(st.sampled_from(WANTED))
    columns, fields = some(draw, list(COLUMNS), 3), some(draw, FIELDS, 3)
    for question in (manifest(filters, columns).with_sql(), query(filters, fields).with_sql()):
        echo = page(service, question, 1).echo
        if echo is not None:
            check_sql(echo["sql"], question.names, filters, version)


@relation()
def long_sql_is_complete(service: Service, draw: Draw) -> None:
    """SQL of more than 8,000 characters names every value, and ends as it should."""
    wanted = [*(f"no such patient {number:04}" for number in range(MANY)), 'it\'s "é" \\']
    for question in (manifest({"PatientID": wanted}, ["Patient_ID"]), query({"PatientID": wanted}, ["PatientID"])):
        echo = page(service, question.with_sql(), 1).echo
        if echo is not None:
            holds(len(echo["sql"]) > 8000, "SQL names every value", f"{len(echo['sql'])} characters of {MANY} values")
            check_sql(echo["sql"], question.names, {"PatientID": wanted}, active(service))


@relation(examples=2)
def sql_stays_the_same_and_differs_for_other_filters(service: Service, draw: Draw) -> None:
    """The same request has the same SQL; a request with other filters has other SQL."""
    a, b = some(draw, values(service, "Modality"), 2, 2)
    for make, names in ((manifest, ["SeriesInstanceUID"]), (query, ["SeriesInstanceUID"])):
        first, again, other, more = (
            (page(service, question.with_sql(), 1).echo or {}).get("sql")
            for question in (
                make({"Modality": [a]}, names),
                make({"Modality": [a]}, names),
                make({"Modality": [b]}, names),
                make({"Modality": [a]}, [*names, "StudyInstanceUID"]),
            )
        )
        if first is not None:
            same(again, first, "the SQL of the same question")
            holds(first not in (other, more), "the SQL of other questions", f"{first}")


@relation()
def members_that_are_not_known_are_ignored(service: Service, draw: Draw) -> None:
    """Unknown members of a cohort have no effect."""
    question = manifest({"PatientID": exactly(patients(service)[0])}, ["SeriesInstanceUID"])
    expected = page(service, question)
    body = {**question.body, "filterSet": 1, "x": [None]}
    reported = service.call(question.operation, body, query=question.flags, status=(200, 202))
    if reported["code"] == 200:
        same(reported["manifest"]["json_manifest"], expected.rows, "rows with more members")
