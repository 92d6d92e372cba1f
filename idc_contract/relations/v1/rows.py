"""Rows: their values, and that the three ways to list instances agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import each_flag, exactly, one, patients, some
from idc_contract.relations.v1.questions import (
    COLUMNS,
    DICOM,
    FIELDS,
    GUID,
    NO_SUCH_VALUE,
    Row,
    ascending,
    distinct,
    frozen,
    manifest,
    page,
    query,
    relation,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

ONE_OF = {  # what each of these belongs to
    "SOPInstanceUID": ("CRDC_Instance_GUID", "GCS_URL", "SeriesInstanceUID"),
    "CRDC_Instance_GUID": ("SOPInstanceUID", "GCS_URL", "CRDC_Series_GUID"),
    "GCS_URL": ("SOPInstanceUID", "CRDC_Instance_GUID"),
    "SeriesInstanceUID": ("CRDC_Series_GUID", "StudyInstanceUID", "Source_DOI"),
    "CRDC_Series_GUID": ("SeriesInstanceUID", "CRDC_Study_GUID"),
    "StudyInstanceUID": ("CRDC_Study_GUID", "Patient_ID"),
    "CRDC_Study_GUID": ("StudyInstanceUID",),
    "Patient_ID": ("Collection_ID",),
}
IN_SERIES = ("Modality", "SOPClassUID", "SeriesDescription", "SeriesNumber", "BodyPartExamined", "StudyDate",
             "StudyDescription", "tcia_species")  # fmt: skip
PATTERNS = {  # the formats of values in DICOM and BigQuery
    "PatientAge": ("0123456789", "DWMY"), "PatientSize": ("0123456789.", ""), "PatientWeight": ("0123456789.", ""),
    "gcs_generation": ("0123456789", ""), "LastMenstrualDate": ("0123456789-", ""), "PregnancyStatus": ("1234", ""),
    "StudyDate": ("0123456789-", ""),
}  # fmt: skip
SMOKING = ("YES", "NO", "UNKNOWN")


def _projected(rows: Iterable[Row], names: Iterable[str]) -> set[tuple[Any, ...]]:
    chosen = list(names)
    return distinct({name: row[name] for name in chosen} for row in rows)


@relation(examples=2)
def columns_of_a_manifest_are_those_chosen_of_the_same_rows(service: Service, draw: Draw) -> None:
    """Any selection of columns of a manifest has the distinct rows of the manifest with all ten columns."""
    filters = {"PatientID": exactly(one(draw, patients(service)))}
    whole = rows_of(service, manifest(filters, COLUMNS))
    for names in [*each_flag(COLUMNS), some(draw, list(COLUMNS), 5, 2), some(draw, list(COLUMNS), 3, 2)]:
        question = manifest(filters, names)
        found = rows_of(service, question)
        same(sorted(map(repr, distinct(found))), sorted(map(repr, _projected(whole, names))), f"columns {names}")


@relation(examples=2)
def fields_of_a_query_are_those_chosen_of_the_same_rows(service: Service, draw: Draw) -> None:
    """Any selection of fields of a query has the distinct rows of the query with all fields, in their order."""
    filters = {"PatientID": exactly(one(draw, patients(service)))}
    whole = rows_of(service, query(filters, FIELDS))
    alone = [[name] for name in some(draw, FIELDS, 12, 12)]
    for names in [*alone, some(draw, FIELDS, 6, 2), ["Modality", "SOPInstanceUID"], ["SOPClassUID", "StudyDate"]]:
        found = rows_of(service, query(filters, names))
        same(sorted(map(repr, distinct(found))), sorted(map(repr, _projected(whole, names))), f"fields {names}")


@relation(examples=2)
def columns_not_chosen_with_true_are_not_there(service: Service, draw: Draw) -> None:
    """Only the exact text True selects a column; False does not; anything else does not, or is refused."""
    filters = {"PatientID": exactly(one(draw, patients(service)))}
    question = manifest(filters, ["SeriesInstanceUID"])
    expected = page(service, question)
    same(page(service, question, more=[("GCS_URL", "False"), ("sql", "False")]).rows, expected.rows, "False is false")
    for text in ("true", "TRUE", "1", "yes", "", " True", "false"):
        for name in ("GCS_URL", "sql"):
            reported = service.call(
                question.operation, question.body, query=[*question.flags, (name, text)], status=(200, 202, 400)
            )
            if reported["code"] == 200:
                same(reported["manifest"], {"json_manifest": expected.rows, "rowsReturned": len(expected.rows),
                     "totalFound": expected.total}, f"{name}={text!r} is false")  # fmt: skip
                same(reported["cohort"]["sql"], "", f"{name}={text!r} is false")
    for flags in ([], [("SeriesInstanceUID", "False")], [("sql", "True")]):
        service.call(question.operation, question.body, query=flags, status=400)


@relation(examples=2)
def the_same_question_has_the_same_answer(service: Service, draw: Draw) -> None:
    """A manifest, a query and the metadata have the same rows in the same order when requested again."""
    filters = {"PatientID": exactly(one(draw, patients(service)))}
    for question in (manifest(filters, ["Patient_ID", "Source_DOI"]), manifest({}, ["GCS_URL"]), DICOM,
                     query(filters, some(draw, FIELDS, 4)), query({}, ["Modality", "SOPClassUID"])):  # fmt: skip
        once, again = (page(service, question, 20) for _ in range(2))
        same([again.rows, again.total, again.echo], [once.rows, once.total, once.echo], "asked again")


@relation(examples=4)
def identifiers_belong_together(service: Service, draw: Draw) -> None:
    """An instance has one GUID, URL and series; a series has one GUID and study; a study has one GUID and patient."""
    rows = rows_of(service, manifest({"PatientID": exactly(one(draw, patients(service)))}, COLUMNS))
    for name, others in ONE_OF.items():
        for other in others:
            found: dict[Any, Any] = {}
            for row in rows:
                holds(found.setdefault(row[name], row[other]) == row[other], "identifiers belong together",
                      f"{name} {row[name]!r} has the {other} {found[row[name]]!r} and {row[other]!r}")  # fmt: skip
    for row in rows:
        for name, value in row.items():
            holds(isinstance(value, str) or name == "Source_DOI", "an identifier is there", f"{name} is {value!r}")
        holds(row["CRDC_Instance_GUID"].removeprefix(GUID) in row["GCS_URL"], "a URL has its instance's UUID", f"{row}")
        holds(row["GCS_URL"].endswith(".dcm"), "a URL is of a DICOM file", f"{row}")


@relation(examples=2)
def manifest_query_and_metadata_agree(service: Service, draw: Draw) -> None:
    """A manifest, a query and /dicomMetadata have the same values for the same instances."""
    token, size = None, draw(st.integers(2, 40))
    for _ in range(draw(st.integers(1, 3))):
        found = page(service, DICOM, size, token)
        token = found.token or None
    reported = {row["SOPInstanceUID"]: row for row in found.rows}
    filters = {name: exactly(*sorted({row[name] for row in found.rows})) for name in ("gcs_url", "PatientID")}
    columns = {row["SOPInstanceUID"]: row for row in rows_of(service, manifest(filters, COLUMNS))}
    fields = {row["SOPInstanceUID"]: row for row in rows_of(service, query(filters, FIELDS))}
    same(sorted(columns), sorted(reported), "a manifest has the instances that were asked for")
    same(sorted(fields), sorted(reported), "a query has the instances that were asked for")
    for uid, row in reported.items():
        for column, name in COLUMNS.items():
            seen = row["Source_DOI" if column == "Source_DOI" else name]
            if seen or not name.startswith("crdc_"):
                same(columns[uid][column], seen, f"{column} of an instance is the metadata's {name}")
            if name in fields[uid]:
                same(columns[uid][column], fields[uid][name], f"{column} of an instance is the query's {name}")
        for name, value in fields[uid].items():
            if name in row:
                same(value, row[name], f"a query's {name} is the metadata's")
        holds(row["gcs_bucket"] is None or (row["gcs_url"] or "").startswith(f"gs://{row['gcs_bucket']}/"),
              "a URL is in its bucket", f"{row['gcs_url']} {row['gcs_bucket']}")  # fmt: skip
        holds(row["gcs_bucket"] or row["gcs_url"] is None, "a URL has a bucket", f"{row['gcs_url']}")
        _form(row)


def _form(row: Row) -> None:
    for name, (letters, last) in PATTERNS.items():
        value = row.get(name)
        good = value is None or (value and not set(value) - set(letters + last) and (not last or value[-1] in last))
        holds(good, "a value has its form", f"{name} is {value!r}")
    holds(row["SmokingStatus"] in (None, *SMOKING), "a value has its form", f"SmokingStatus {row['SmokingStatus']!r}")


@relation(examples=2)
def instances_are_found_by_what_names_them(service: Service, draw: Draw) -> None:
    """A filter on the identifiers of an instance, in any case, selects this instance only."""
    rows = rows_of(service, manifest({"PatientID": exactly(one(draw, patients(service)))}, COLUMNS))
    chosen = some(draw, rows, 3)
    for column in ("GCS_URL", "CRDC_Instance_GUID"):
        wanted = [draw(st.sampled_from([str, str.upper]))(row[column].removeprefix(GUID)) for row in chosen]
        found = rows_of(service, manifest({COLUMNS[column]: [*wanted, NO_SUCH_VALUE]}, ["GCS_URL"]))
        same([row["GCS_URL"] for row in found], sorted(row["GCS_URL"] for row in chosen), f"instances by {column}")
    for column in ("SeriesInstanceUID", "StudyInstanceUID", "CRDC_Series_GUID", "CRDC_Study_GUID"):
        wanted = [row[column].removeprefix(GUID) for row in chosen]
        found = rows_of(service, manifest({COLUMNS[column]: exactly(*dict.fromkeys(wanted))}, ["GCS_URL"]))
        expected = sorted(row["GCS_URL"] for row in rows if row[column].removeprefix(GUID) in wanted)
        same([row["GCS_URL"] for row in found], expected, f"instances by {column}")


@relation()
def an_instance_is_found_by_its_uid(service: Service, draw: Draw) -> None:
    """A filter on a SOPInstanceUID selects this instance only."""
    uid = page(service, DICOM, 3).rows[-1]["SOPInstanceUID"]
    rows = rows_of(service, manifest({"SOPInstanceUID": [uid]}, ["SOPInstanceUID"]))
    same(rows, [{"SOPInstanceUID": uid}], "an instance by its SOPInstanceUID")


@relation(examples=3)
def fields_of_a_series_are_those_of_its_instances(service: Service, draw: Draw) -> None:
    """A query without instance fields has the distinct rows of a query with them."""
    filters = {"PatientID": exactly(one(draw, patients(service)))}
    series = rows_of(service, query(filters, ["SeriesInstanceUID", *IN_SERIES]))
    instances = rows_of(service, query(filters, ["SOPInstanceUID", "SeriesInstanceUID", *IN_SERIES]))
    without = [{name: row[name] for name in row if name != "SOPInstanceUID"} for row in instances]
    same(sorted(map(repr, distinct(series))), sorted(map(repr, map(frozen, _unique(without)))), "rows of series")
    holds(ascending(series, ["SeriesInstanceUID"]), "series ascend", f"{series[:3]}")


def _unique(rows: list[Row]) -> list[Row]:
    return list({frozen(row): row for row in rows}.values())


@relation(examples=2)
def attributes_without_data_have_no_values(service: Service, draw: Draw) -> None:
    """A field or column whose attribute is listed as inactive is always null; the identifiers are active."""
    reported = service.call("listAttributes")["data_sources"]
    on = {a["name"] for source in reported for a in source["attributes"] if a["active"]}
    off = {a["name"] for source in reported for a in source["attributes"]} - on
    holds(on >= {*COLUMNS.values(), "Modality"}, "identifiers are active", f"{set(COLUMNS.values()) - on} are not")
    filters = {"PatientID": exactly(one(draw, patients(service)))}
    for row in [*rows_of(service, query(filters, FIELDS)), *page(service, DICOM, 20).rows]:
        for name in sorted(off & row.keys()):
            holds(row[name] in (None, []), "what is not active has no value", f"{name} is {row[name]!r}")
