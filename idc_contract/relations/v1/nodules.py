"""The nodules of LIDC-IDRI: their values in queries, and filters on their characteristics."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from idc_contract.oracle.v1_nodules import ALL, FIELDS, KNOWN, TOGETHER, annotation_names, digest, texts
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import active, one, some
from idc_contract.relations.v1.echoed import check_sql
from idc_contract.relations.v1.questions import NO_SUCH_VALUE, Filters, page, query, relation, rows_of, total

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

NOTEBOOK: Filters = {
    "collection_id": ["LIDC_IDRI"],
    "Spiculation": ["4 Out of 5", "5 out of 5 (Marked spiculation)"],
}
FEW = 2000  # rows that are read to the last


@relation(needs={"index"})
def nodules_are_as_their_readers_saw_them(service: Service, draw: Draw) -> None:
    """All nine characteristics of each nodule are those of its annotation in the structured report."""
    assert service.index is not None
    reports = annotation_names(service.index)
    fields = ("SeriesInstanceUID", "Modality", "collection_id", *FIELDS.values(), "Internal")
    rows = rows_of(service, query({"Malignancy": ["%"]}, fields))
    same(len(rows), ALL, "nodules")
    for row in rows:
        holds(row["SeriesInstanceUID"] in reports, "a nodule is a report of the index", f"{row}")
        same([row["Modality"], row["collection_id"]], ["SR", "lidc_idri"], "where nodules are")
        same(row["Internal"], row["Internal_structure"], "a field by its other name")
    for name, values in KNOWN.items():
        field = FIELDS[name]
        same(sorted({str(row[field]) for row in rows}), sorted(map(str, values)), f"the values of {name}")
        for text, (number, expected) in values.items():
            found = [reports[row["SeriesInstanceUID"]] for row in rows if row[field] == text]
            same(len(found), number, f"nodules with the {name} {text}")
            same(digest(found), expected, f"digest of the nodules with the {name} {text}")


@relation()
def a_characteristic_selects_as_many_nodules_as_have_it(service: Service, draw: Draw) -> None:
    """Characteristics are active; each value, in any case, alone or in a list, selects the known nodules."""
    listed = [a for source in service.call("listAttributes")["data_sources"] for a in source["attributes"]]
    missing = set(KNOWN) - {attribute["name"] for attribute in listed if attribute["active"]}
    holds(not missing, "characteristics are active", f"{sorted(missing)} are not")
    for name in KNOWN:
        for number, text in enumerate(texts(name)):
            near = (str.title, str.upper, str.lower, str.swapcase, str)[number % 5](text)
            wanted = [near, NO_SUCH_VALUE][: 1 + number % 2]
            same(total(service, {name: wanted}), KNOWN[name][text][0], f"nodules with the {name} {wanted}")
        without, _ = KNOWN[name].get(None, (0, ""))
        same(total(service, {name: ["%"]}), ALL - without, f"nodules with any {name}")


@relation(examples=4)
def a_characteristic_selects_the_nodules_that_say_so(service: Service, draw: Draw) -> None:
    """Values of a characteristic select exactly the nodules with one of these values."""
    name = draw(st.sampled_from(sorted(KNOWN)))
    chosen = some(draw, [text for text in texts(name) if KNOWN[name][text][0] <= FEW], 3)
    wanted = [draw(st.sampled_from([str, str.upper, str.swapcase]))(text) for text in chosen]
    rows = rows_of(service, query({name: [*wanted, NO_SUCH_VALUE]}, ["SeriesInstanceUID", FIELDS[name]]))
    found = Counter(row[FIELDS[name]] for row in rows)
    same(dict(found), {text: KNOWN[name][text][0] for text in chosen}, f"the {name} of what {wanted} selects")


@relation(examples=5)
def characteristics_together_are_an_intersection(service: Service, draw: Draw) -> None:
    """Two characteristics select the nodules that match both, with any number of values for each."""
    first, second = some(draw, sorted(KNOWN), 2, 2)
    lone = one(draw, [text for text in texts(first) if KNOWN[first][text][0] <= FEW])
    several = some(draw, texts(second), 3)
    names = ["SeriesInstanceUID", FIELDS[first], FIELDS[second]]
    base: Filters = {first: [lone, NO_SUCH_VALUE]}
    expected = [row for row in rows_of(service, query(base, names)) if row[FIELDS[second]] in several]
    found = rows_of(service, query({**base, second: [*several, NO_SUCH_VALUE]}, names))
    same(sorted(map(repr, found)), sorted(map(repr, expected)), f"{first} {lone} and {second} {several}")


@relation(examples=3)
def spiculation_and_malignancy_are_known_together(service: Service, draw: Draw) -> None:
    """A degree of spiculation and one of malignancy select as many nodules as have both."""
    spiculation, malignancy = (draw(st.integers(0, 4)) for _ in range(2))
    wanted = {
        "Spiculation": [texts("Spiculation")[spiculation]],
        "Malignancy": [texts("Malignancy")[malignancy].upper(), NO_SUCH_VALUE],
    }
    same(total(service, wanted), TOGETHER[spiculation][malignancy], f"nodules of {wanted}")


@relation()
def the_last_query_of_the_notebook_has_its_rows(service: Service, draw: Draw) -> None:
    """The query that failed with 500 in 2021 finds 522 structured reports, and its SQL has the same filters."""
    fields = ["PatientID", "SOPInstanceUID", "Modality", "Spiculation"]
    rows = rows_of(service, query(NOTEBOOK, fields), [10, 400])
    found = Counter((row["Modality"], row["Spiculation"]) for row in rows)
    expected = {("SR", text): KNOWN["Spiculation"][text][0] for text in texts("Spiculation")[3:]}
    same(sorted(map(repr, found.items())), sorted(map(repr, expected.items())), "the notebook's nodules")
    echo = page(service, query(NOTEBOOK, fields).with_sql(), 1).echo
    if echo is not None:
        check_sql(echo["sql"], fields, NOTEBOOK, active(service))
