"""Rows and totals, compared with the public index and with the answers of 2021."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.oracle.v1_archive import CURRENT, DESCRIBED, KNOWN, Truth, truth
from idc_contract.oracle.v1_sql import selected
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import active, exactly, one, patients, some
from idc_contract.relations.v1.echoed import check_sql, column
from idc_contract.relations.v1.questions import (
    COLUMNS,
    DICOM,
    DICOM_ORDER,
    GUID,
    NO_SUCH_VALUE,
    Filters,
    Page,
    Question,
    Row,
    manifest,
    page,
    query,
    relation,
    rows_of,
    total,
    walk,
)

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

KNOWN_COLUMNS = {
    name: source for name, source in COLUMNS.items() if source in KNOWN
}  # columns that the index knows for sure
ASKABLE = ("Modality", "StudyInstanceUID", "PatientID", "SeriesInstanceUID", "collection_id", "tcia_species")
MORE = ("SOPClassUID", "BodyPartExamined", "StudyDate", "StudyDescription", "SeriesDescription", "SeriesNumber")
NOTEBOOK: Filters = {"collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "Modality": ["CT", "MR"], "race": ["ASIAN"]}
FIRST_SERIES = (
    "099a1844-dc1c-44bd-91f8-e6f1860cbfce", "0cda1d25-1c66-4e45-bf4a-e77718debed8",
    "32305644-df68-4667-a22d-867725b63670", "3446f5bb-4a73-4460-8df8-30ef115a66bb",
    "3faa6ee2-a9e2-419a-b56f-679a26b1cd9c", "450c9725-a794-4712-a205-88bb31a5e5ca",
    "493f3664-d789-419f-a01a-954eb566c96a", "533d0601-2ca4-436b-b581-ae0a3be5fa36",
    "53bee101-08b8-44e7-acd7-6bf9744ac524", "562640ef-cced-4cef-9a06-d65cf402ae0d",
)  # fmt: skip
CL_5917 = {
    "Collection_ID": "tcga_read",
    "Patient_ID": "TCGA-CL-5917",
    "StudyInstanceUID": "1.3.6.1.4.1.14519.5.2.1.3671.4018.768291480177931556369061239508",
    "SeriesInstanceUID": "1.3.6.1.4.1.14519.5.2.1.3671.4018.183714953600569164837490663631",
}
BM_6198 = {"Patient_ID": "TCGA-BM-6198", "CRDC_Series_GUID": "dg.4DFC/67e22f90-36e1-40aa-88bb-9b2efb5616f2"}


def _truth(service: Service) -> Truth:
    assert service.index is not None
    return truth(service.index, active(service))


def _filters(draw: Draw, known: Truth) -> Filters:
    """Filters of what the index knows for sure, near one of its series."""
    patient = one(draw, known.values("PatientID"))
    near = dict(
        zip(KNOWN, known.rows(", ".join(KNOWN), "PatientID = ?", "ORDER BY ALL LIMIT 1", [patient])[0], strict=True)
    )
    found: Filters = {}
    for name in draw(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=3, unique=True)):
        text = near[name]
        others = some(draw, known.values(name), 3)
        cut = draw(st.integers(1, max(1, len(text) - 1)))
        found[name] = draw(st.sampled_from([
            [text, *others], [text, *others], [text.upper(), NO_SUCH_VALUE], [text], [text[:cut].lower() + "%"],
            [f"%{text[cut:]}"],
            [text[: cut - 1] + "_" + text[cut:]], [text, "None"], [*others, text.swapcase(), "None"], ["%"],
        ]))  # fmt: skip
    return found


@relation(examples=9, needs={"index"})
def a_manifest_is_what_the_index_says(service: Service, draw: Draw) -> None:
    """The rows and the total of any manifest of series, studies, patients or collections are those of the index."""
    known = _truth(service)
    filters = _filters(draw, known)
    question = manifest(filters, some(draw, list(KNOWN_COLUMNS), 4))
    where, parameters = known.where(filters)
    columns = ", ".join(KNOWN_COLUMNS[name] for name in question.names)
    expected = {
        tuple(f"{GUID}{v}" if name == "CRDC_Series_GUID" else v for name, v in zip(question.names, row, strict=True))
        for row in known.rows(f"DISTINCT {columns}", where, "", parameters)
    }
    _compare(service, question, filters, expected)


@relation(examples=8, needs={"index"})
def a_query_is_what_the_index_says(service: Service, draw: Draw) -> None:
    """The rows and the total of any query of series, studies, patients or collections are those of the index."""
    known = _truth(service)
    filters = _filters(draw, known)
    question = query(filters, some(draw, ASKABLE, 4))
    where, parameters = known.where(filters)
    expected = set(known.rows("DISTINCT " + ", ".join(question.names), where, "", parameters))
    _compare(service, question, filters, expected)


def _compare(service: Service, question: Question, filters: Filters, expected: set[Any]) -> None:
    names = question.names
    if len(expected) <= 2000:
        pages = walk(service, question.with_sql(), (2000,))
        _same_sql(service, question, filters, pages[0], expected)
        rows = [row for each in pages for row in each.rows]
        found = {tuple(row[name] for name in names) for row in rows}
        same(len(rows), len(expected), f"rows of {question.body!r:.300} {names}")
        wrong = sorted(map(repr, found ^ expected))[:3]
        holds(not wrong, "rows are those of the index", f"{question.body!r:.300}: {wrong}")
        return
    first = page(service, question.with_sql(), 50)
    same(first.total, len(expected), f"rows of {question.body!r:.300} {names}")
    _same_sql(service, question, filters, first, expected)
    lead = [names.index(name) for name in question.order[:1]]
    least = sorted((row[i] is not None, row[i] or "") for row in expected for i in lead)[: len(first.rows)]
    same([row[question.order[0]] or "" for row in first.rows], [text for _, text in least], "the first rows of many")
    holds(
        all(tuple(row[n] for n in names) in expected for row in first.rows),
        "rows are those of the index",
        f"{first.rows[:3]}",
    )


def _same_sql(service: Service, question: Question, filters: Filters, first: Page, expected: set[Any]) -> None:
    """The SQL of a first page, run over the index, selects the rows of the manifest or query."""
    if first.echo is None:  # the answer came later, without the cohort
        return
    tree = check_sql(first.echo["sql"], question.names, filters, active(service))
    found = selected(tree, _truth(service), [column(name) for name in question.names])
    if found is not None:
        bare = {tuple(value.removeprefix(GUID) if value else value for value in row) for row in expected}
        wrong = sorted(map(repr, found ^ bare))[:3]
        holds(not wrong, "SQL selects the rows of the answer", f"{question.body!r:.300}: {wrong}")


@relation(examples=5, needs={"index"})
def fields_of_a_series_are_those_of_the_index(service: Service, draw: Draw) -> None:
    """A query returns the values of the index for a series that is still in the archive."""
    known = _truth(service)
    column = draw(st.sampled_from(["PatientID", *MORE]))
    filters = {column: exactly(*some(draw, known.values(column), 4, 2))}
    collection = one(
        draw,
        known.rows("DISTINCT collection_id", f'lower("{column}") = lower(?)', "ORDER BY ALL", [filters[column][0]]),
    )
    filters["collection_id"] = exactly(*collection)
    where, parameters = known.where(filters)
    names = ("SeriesInstanceUID", *MORE, "tcia_species", "Modality")
    requested = ", ".join(f'"{name}"' for name in names)
    expected = {
        row[0]: dict(zip(names, row, strict=True))
        for row in known.rows(requested, f"current AND {where}", "", parameters)
    }
    replaced = {row[0] for row in known.rows("SeriesInstanceUID", "NOT current")}
    question = query(filters, names)
    first = page(service, question, 300)
    for row in first.rows:
        if row["SeriesInstanceUID"] not in replaced:
            same(row, expected.get(row["SeriesInstanceUID"]), f"a series of {filters}")
    holds(
        len(expected) <= first.total <= len(expected) + len(replaced),
        "series of the index",
        f"{filters}: {first.total}",
    )


@relation(examples=4, needs={"index"})
def instances_are_as_many_as_the_index_counts(service: Service, draw: Draw) -> None:
    """A manifest has as many instances as the index for series that are still in the archive."""
    known = _truth(service)
    chosen = some(draw, patients(service), 3)
    expected = dict(
        known.rows(f"'{GUID}' || crdc_series_uuid, instanceCount", "PatientID IN (SELECT unnest(?))", "", [chosen])
    )
    filters = {"PatientID": exactly(*chosen)}
    found: dict[str, int] = {}
    for row in rows_of(service, manifest(filters, ["CRDC_Series_GUID", "CRDC_Instance_GUID", "Source_DOI"])):
        found[row["CRDC_Series_GUID"]] = found.get(row["CRDC_Series_GUID"], 0) + 1
    same(found, expected, f"instances of {chosen}")
    same(total(service, filters, "SOPInstanceUID"), sum(expected.values()), f"SOPInstanceUIDs of {chosen}")
    many = one(draw, known.rows("collection_id, sum(instanceCount)::BIGINT", "true",
                                "GROUP BY 1 HAVING bool_and(current) ORDER BY 1"))  # fmt: skip
    same(total(service, {"collection_id": exactly(many[0])}, "GCS_URL"), many[1], f"instances of {many[0]}")


@relation(examples=3, needs={"index"})
def origins_are_those_of_the_index(service: Service, draw: Draw) -> None:
    """The DOI of a series that is still in the archive is that of the index, and a filter on it selects the series."""
    known = _truth(service)
    patient = one(draw, patients(service))
    expected = known.rows("SeriesInstanceUID, source_DOI", "PatientID = ?", "ORDER BY 1", [patient])
    found = rows_of(service, manifest({"PatientID": exactly(patient)}, ["SeriesInstanceUID", "Source_DOI"]))
    same(
        sorted([row["SeriesInstanceUID"], row["Source_DOI"]] for row in found),
        sorted(map(list, expected)),
        f"{patient}",
    )
    doi = one(draw, known.values("source_DOI"))
    least = known.rows("count(*)", "source_DOI = ?", "", [doi])[0][0]
    most = least + known.rows("count(*)", "NOT current")[0][0]
    holds(least <= total(service, {"source_DOI": exactly(doi)}) <= most, "series of a DOI", f"{doi}: {least} to {most}")


@relation(needs={"index"})
def everything_is_what_the_index_holds(service: Service, draw: Draw) -> None:
    """Without filters there are as many series, studies, patients and collections as in the index of the version."""
    known = _truth(service)
    for name, source in KNOWN_COLUMNS.items():
        same(total(service, {}, name), known.rows(f"count(DISTINCT {source})")[0][0], f"{name} of everything")


@relation(needs={"index"})
def each_collection_has_the_series_of_the_index(service: Service, draw: Draw) -> None:
    """Of every collection a query of everything has as many studies, series and modalities as the index."""
    known = _truth(service)
    names = ("collection_id", "StudyInstanceUID", "Modality")
    rows = rows_of(service, query({}, names), (50_000,))
    found, expected = (Counter(row[:1] for row in some) for some in (
        [tuple(row[name] for name in names) for row in rows],
        known.rows(f"DISTINCT {', '.join(names)}"),
    ))  # fmt: skip
    wrong = sorted((found - expected) + (expected - found))[:3]
    holds(not wrong, "collections of a query of everything", f"{wrong}: {[(found[w], expected[w]) for w in wrong]}")


@relation(needs={"index"})
def the_metadata_begins_as_the_index_does(service: Service, draw: Draw) -> None:
    """The first rows of /dicomMetadata are the instances of the first series of the index."""
    known = _truth(service)
    names = (*DICOM_ORDER[:4], "crdc_series_uuid", "Modality", *CURRENT, *DESCRIBED, "current")
    order = ", ".join(DICOM_ORDER[:4])
    series = [
        dict(zip(names, row, strict=True))
        for row in known.rows(", ".join(f'"{name}"' for name in names), "true", f"ORDER BY {order} LIMIT 40")
    ]
    found = page(service, DICOM, 200)
    rows = found.rows
    for _ in range(3):
        if found.token and len({row["SeriesInstanceUID"] for row in rows}) < 4:
            found = page(service, DICOM, 200, found.token)
            rows += found.rows
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["SeriesInstanceUID"]] = counts.get(row["SeriesInstanceUID"], 0) + 1
    same(list(counts), [reported["SeriesInstanceUID"] for reported in series[: len(counts)]], "the first series")
    for reported, number in list(zip(series, counts.values(), strict=False))[:-1]:
        same(number, reported["instanceCount"] if reported["current"] else number, "instances of the first series")
    by_uid = {reported["SeriesInstanceUID"]: reported for reported in series}
    for row in rows:
        _instance(row, by_uid[row["SeriesInstanceUID"]])


def _instance(row: Row, reported: Row) -> None:
    if reported["current"]:
        for name in (*CURRENT, *DESCRIBED):
            here = "Source_DOI" if name == "source_DOI" else name
            if here in row:
                same(row[here], reported[name], f"{here} of an instance is that of the index")
    for name in (*DICOM_ORDER[:4], "Modality"):
        same(row[name], reported[name], f"{name} of an instance is that of the index")
    holds(row["crdc_series_uuid"] in ("", GUID + reported["crdc_series_uuid"]), "the series GUID", f"{row} {reported}")


@relation()
def what_the_service_said_in_2021_still_holds(service: Service, draw: Draw) -> None:
    """In data version 2.0 the cohort of the notebook has its 1581 instances in 26 series, in the same order."""
    if active(service) != "2.0":
        return
    question = manifest(NOTEBOOK, ["Collection_ID", "Patient_ID", "CRDC_Instance_GUID", "GCS_URL"])
    found = page(service, question, 2)
    same(found.total, 1581, "instances of the notebook's cohort")
    if found.echo is not None:
        echoed = {**NOTEBOOK, "collection_id": ["tcga_luad", "tcga_kirc"]}
        same(found.echo["filterSet"], {"idc_data_version": "2.0", "filters": echoed}, "the notebook's cohort")
    series = rows_of(service, manifest(NOTEBOOK, ["CRDC_Series_GUID"]))
    same([len(series), *(row["CRDC_Series_GUID"] for row in series[:10])], [26, *(GUID + g for g in FIRST_SERIES)],
         "series of the notebook's cohort")  # fmt: skip
    rectum = {"collection_id": ["tcga_read"], "Modality": ["CT", "MR"]}
    for row in (CL_5917, BM_6198):
        holds(row in rows_of(service, manifest(rectum, row)), "a series of tcga_read", f"{row}")
