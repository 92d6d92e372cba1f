"""A selection as Parquet in folders: others read it as it is, with all rows and the types that were declared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb
import pandas
import polars
import pyarrow as pa
import pyarrow.dataset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idc_contract.oracle.index import installed
from idc_ext import v3
from idc_ext.cli import main
from tests.support.v3_service import RIDER, client, manifest_service, row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WHERE = "collection_id IN ('rider_pilot', 'cmb_aml', 'tcga_read') AND Modality IN ('CT', 'MR', 'SR', 'PR', 'SM')"
BY = ("collection_id", "Modality")
WORDS = ("-w", "collection_id=rider_pilot,cmb_aml,tcga_read", "-w", "Modality=CT,MR,SR,PR,SM")
COLUMNS = list(row(0))
TYPES = pa.schema(
    [(name, {"instanceCount": pa.int64(), "series_size_MB": pa.float64()}.get(name, pa.string())) for name in COLUMNS]
)
HIVE = pyarrow.dataset.partitioning(pa.schema([(name, pa.string()) for name in BY]), flavor="hive")


@pytest.fixture(scope="module")
def dataset(standin: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command line writes."""
    folder = tmp_path_factory.mktemp("dataset") / "cohort"
    by = [word for name in BY for word in ("--partition-by", name)]
    assert main(["--base-url", standin, "manifest", *WORDS, "-f", "parquet", *by, "-o", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def expected() -> list[dict[str, Any]]:
    """What the public index has."""
    return installed().records(f"SELECT {', '.join(COLUMNS)} FROM index WHERE {WHERE} ORDER BY SeriesInstanceUID")


def by_duckdb(folder: Path) -> pa.Table:
    return duckdb.sql(
        f"SELECT {', '.join(COLUMNS)} FROM read_parquet('{folder}/**/*.parquet', hive_partitioning=true)"
    ).to_arrow_table()


def by_arrow(folder: Path) -> pa.Table:
    return pyarrow.dataset.dataset(folder, partitioning="hive").to_table(columns=COLUMNS)


def by_arrow_with_types(folder: Path) -> pa.Table:
    return pyarrow.dataset.dataset(folder, partitioning=HIVE).to_table(columns=COLUMNS)


def by_polars(folder: Path) -> pa.Table:
    return polars.scan_parquet(folder, hive_partitioning=True).select(COLUMNS).collect().to_arrow()


def by_pandas(folder: Path) -> pa.Table:
    return pa.Table.from_pandas(pandas.read_parquet(folder)[COLUMNS], preserve_index=False)


@pytest.mark.parametrize("read", [by_duckdb, by_arrow, by_arrow_with_types, by_polars, by_pandas])
def test_others_read_all_rows_in_the_types_that_were_declared(
    dataset: Path, expected: list[dict[str, Any]], read: Callable[[Path], pa.Table]
) -> None:
    table = read(dataset)
    plain = [kind.value_type if pa.types.is_dictionary(kind) else kind for kind in table.schema.types]
    assert [pa.string() if kind == pa.large_string() else kind for kind in plain] == TYPES.types
    assert sorted(table.to_pylist(), key=lambda one: one["SeriesInstanceUID"]) == expected
    assert len(expected) > 1000


def test_only_the_folders_that_are_asked_for_are_read(dataset: Path) -> None:
    source = f"read_parquet('{dataset}/**/*.parquet', hive_partitioning=true, filename=true)"
    found = duckdb.sql(f"SELECT DISTINCT filename FROM {source} WHERE Modality = 'PR'").fetchall()
    assert found
    assert all("/Modality=PR/" in name for (name,) in found)
    plan = duckdb.sql(f"EXPLAIN ANALYZE SELECT count(*) FROM {source} WHERE Modality = 'PR'").fetchall()[0][1]
    assert re.search(r"Scanning Files: [1-3]/[0-9]+", plan)


def test_it_is_laid_out_as_spark_and_bigquery_ask_for(dataset: Path) -> None:
    files = sorted(path.relative_to(dataset) for path in dataset.rglob("*") if path.is_file())
    assert files
    for path in files:
        assert [part.partition("=")[0] for part in path.parts[:-1]] == list(BY)  # always in one order
        assert re.fullmatch(r"part-[0-9]+\.parquet", path.name)
        schema = pyarrow.parquet.read_schema(dataset / path)
        assert not set(schema.names) & set(BY)  # a column of a folder's name is in no file
        assert schema == pa.schema([field for field in TYPES if field.name not in BY])


def test_no_name_of_a_column_needs_quoting_anywhere() -> None:
    assert all(re.fullmatch("[A-Za-z_][A-Za-z0-9_]{0,299}", name) for name in COLUMNS)
    assert len({name.lower() for name in COLUMNS}) == len(COLUMNS)


def test_no_folder_by_collection_or_modality_is_escaped_in_the_whole_archive() -> None:
    for name in BY:
        assert all(re.fullmatch("[A-Za-z0-9_.-]+", value) for value in installed().values(name))


@given(numbers=st.lists(st.integers(0, 999), min_size=1, max_size=5, unique=True))
def test_folders_that_are_all_numbers_are_text_to_a_reader_that_declares_it(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int]
) -> None:
    patients = [f"{number:03}" for number in sorted(numbers)]
    rows = [{**row(n), "PatientID": patient} for n, patient in enumerate(patients)]
    folder = tmp_path_factory.mktemp("numbers") / "rows"
    v3.manifest(client(manifest_service(rows)), RIDER).write_parquet(folder, partition_by=["PatientID"])
    reported = "hive_partitioning=true, hive_types={'PatientID': VARCHAR}"
    found = duckdb.sql(f"SELECT PatientID FROM read_parquet('{folder}/**/*.parquet', {reported})").fetchall()
    assert sorted(patient for (patient,) in found) == sorted(patients)
    hive = pyarrow.dataset.partitioning(pa.schema([("PatientID", pa.string())]), flavor="hive")
    table = pyarrow.dataset.dataset(folder, partitioning=hive).to_table(["PatientID"])
    assert sorted(table.column(0).to_pylist()) == sorted(patients)
