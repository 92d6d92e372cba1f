"""v1's SQL is run: what it selects is what the filters mean, however it is written."""

from __future__ import annotations

from typing import Any

import pytest

from idc_contract.calls import Broken
from idc_contract.oracle import v1_sql
from idc_contract.oracle.index import installed
from idc_contract.oracle.v1_archive import truth
from idc_contract.relations.v1.echoed import check_sql

ALL = "FROM `bigquery-public-data.idc_v2.dicom_all` AS i"
CLINICAL = "JOIN `bigquery-public-data.idc_v2.tcga_clinical_rel9` AS c ON c.case_barcode = i.PatientID"
FILTERS: dict[str, list[Any]] = {"Modality": ["CT", "None"], "bmi_btw": [-1, 20], "race": ["ASIAN", "WHITE"]}
GOOD = (
    f"SELECT DISTINCT i.StudyInstanceUID {ALL} {CLINICAL} WHERE (LOWER(i.Modality) = 'ct' OR i.Modality IS NULL) "
    "AND c.bmi BETWEEN -1 AND 20 AND UPPER(c.race) IN ('ASIAN', 'WHITE')"
)


def checked(sql: str, filters: dict[str, list[Any]] = FILTERS) -> None:
    check_sql(f"#standardSQL\n{sql}", ["StudyInstanceUID"], filters, "2.0")


@pytest.mark.parametrize(
    "sql",
    [
        GOOD,
        GOOD.replace("SELECT DISTINCT", "SELECT") + " GROUP BY 1",
        GOOD.replace("UPPER(c.race) IN ('ASIAN', 'WHITE')", "LOWER(c.race) IN UNNEST(['asian', 'white'])"),
        GOOD.replace("c.bmi BETWEEN -1 AND 20", "c.bmi >= -1 AND NOT (c.bmi > 20.0)"),
        GOOD.replace("LOWER(i.Modality) = 'ct' OR i.Modality IS NULL",
                     "REGEXP_CONTAINS(IFNULL(i.Modality, 'CT'), '(?i)^ct$')"),
        GOOD.replace(CLINICAL, "JOIN (SELECT case_barcode, bmi, race FROM `x.idc_v2.tcga_clinical_rel9`) AS c "
                               "ON i.PatientID = c.case_barcode"),
        GOOD.replace("SELECT DISTINCT", "WITH t AS (SELECT 1 AS n) SELECT DISTINCT"),
        GOOD.replace("tcga_clinical_rel9", "patients_of_ours").replace("BETWEEN -1 AND 20", "BETWEEN 20 AND -1"),
    ],
    ids=["case folded by hand", "groups for distinct", "unnested", "negated", "a pattern", "a subquery", "a CTE",
         "a table that is not known"],
)  # fmt: skip
def test_sql_may_be_written_in_any_way_that_selects_the_same(sql: str) -> None:
    checked(sql)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (" AND c.bmi", " OR c.bmi"),
        ("BETWEEN -1", "BETWEEN 1"),
        ("-1 AND 20", "20 AND -1"),
        ("IN ('ASIAN'", "NOT IN ('ASIAN'"),
        ("DISTINCT ", ""),
        ("case_barcode = i.PatientID", "case_barcode = i.StudyInstanceUID"),
        ("ON c.case_barcode = i.PatientID", "ON TRUE"),
        (" OR i.Modality IS NULL", ""),
        ("OR i.Modality IS NULL", "OR i.Modality IS NOT NULL"),
        ("'WHITE')", "'WHITE') LIMIT 5000"),
        ("c.bmi BETWEEN", "b.bmi BETWEEN"),
        ("UPPER(c.race)", "c.race"),
    ],
    ids=lambda text: text.strip(),
)  # fmt: skip
def test_sql_that_selects_other_rows_is_broken(good: str, bad: str) -> None:
    assert good in GOOD
    with pytest.raises(Broken) as broken:
        checked(GOOD.replace(good, bad))
    assert broken.value.check.startswith("SQL selects")


def test_a_backslash_in_a_pattern_is_escaped_in_bigquery() -> None:
    text = f"SELECT DISTINCT i.StudyInstanceUID {ALL} WHERE LOWER(i.Modality) LIKE "
    checked(f"{text}LOWER('a\\\\\\\\b%')", {"Modality": ["a\\b%"]})
    with pytest.raises(Broken, match=r"it (selects|misses) an instance"):
        checked(f"{text}LOWER('a\\\\_b%')", {"Modality": ["a\\_b%"]})


def test_sql_is_run_over_the_index_where_that_has_its_columns() -> None:
    known = truth(installed(), "2.0")
    tree = check_sql(
        f"#standardSQL\nSELECT DISTINCT i.collection_id {ALL} WHERE LOWER(i.Modality) IN ('ct', 'mr')",
        ["collection_id"], {"Modality": ["CT", "MR"]}, "2.0",
    )  # fmt: skip
    expected = known.rows("DISTINCT collection_id", "Modality IN ('CT', 'MR')")
    assert v1_sql.selected(tree, known, ["collection_id"]) == set(expected)
    tree = check_sql(f"#standardSQL\n{GOOD}", ["StudyInstanceUID"], FILTERS, "2.0")
    assert v1_sql.selected(tree, known, ["StudyInstanceUID"]) is None
