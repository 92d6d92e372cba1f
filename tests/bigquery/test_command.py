"""`idc-ext sql` with BigQuery: cost report and confirmation, output, and exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot

from idc_ext import bigquery, v3
from idc_ext.cli.commands.sql import parse_byte_size
from tests.bigquery.scripted import ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bigquery.oracle import Tables
    from tests.bigquery.scripted import ServeScript
    from tests.support.command_result import RunCommand


IN_BIGQUERY = ("--engine", "bigquery", "--project", "my-project")
SELECT = ("sql", "SELECT 1", *IN_BIGQUERY)
COST_MESSAGE = "BigQuery would read 21.47 GB, about 0.12 USD at 6.25 USD a TiB; my-project pays\n"


# Writing a statement:


def test_filters_are_written_as_bigquerys_sql(run: RunCommand) -> None:
    result = run("sql", "--dialect", "bigquery", "-w", "Modality=CT,MR", "-w", "StudyDate>=2015", "--release", "25")
    wanted = v3.where(Modality=["CT", "MR"], StudyDate=("2015-01-01", None))
    assert (result.code, result.out) == (0, bigquery.statement(wanted, release=25))


def test_columns_are_those_that_are_named(run: RunCommand, tmp_path: Path) -> None:
    result = run(
        "sql", "--dialect", "bigquery", "-w", "Modality=CT", "--columns", "PatientID,Modality", "-o", tmp_path / "x.sql"
    )
    assert (result.code, result.out) == (0, "")
    assert (tmp_path / "x.sql").read_text() == bigquery.statement({"Modality": "CT"}, columns=["PatientID", "Modality"])


def test_values_that_cannot_be_seen_come_through_a_terminal_and_mean_the_same(
    run: RunCommand,
) -> None:
    result = run("sql", "--dialect", "bigquery", "-w", "PatientID=a\u202eb\x1b[31m'\\")
    assert r"IN ('a\u202eb\u001b[31m\'\\')" in result.out


def test_both_dialects_find_the_same(run: RunCommand, tables: Tables, standin: str) -> None:
    words = ("-w", "collection_id=rider_pilot", "-w", "Modality=PR,SR", "--columns", "SeriesInstanceUID,Modality")
    bigquery_rows = tables.rows_of_bigquery_sql(run("sql", "--dialect", "bigquery", *words).out)
    duckdb_statement = run("sql", "--dialect", "duckdb", *words).out
    assert tables.rows(duckdb_statement) == bigquery_rows
    answer_of_service = run("--base-url", standin, "sql", *words, "-f", "jsonl")
    assert [json.loads(line) for line in answer_of_service.out.splitlines()] == bigquery_rows
    assert run("--base-url", standin, "sql", duckdb_statement, "-f", "jsonl").out == answer_of_service.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dialect", "bigquery"], "takes one of"),
        (["SELECT 1", "--dialect", "bigquery"], "use it with --where"),
        (["SELECT 1", "-w", "Modality=CT"], "takes one of"),
        (["-w", "Modality=CT", "--dialect", "bigquery", "-f", "json"], "without --format"),
        (["-w", "Modality=CT", "--dialect", "bigquery", *IN_BIGQUERY], "choose one"),
        (["-w", "Modality=CT", "--dialect", "bigquery", "--release", "x"], "not a data release"),
        (["-w", "Modality=CT", "--dialect", "bigquery", "--columns", "modality"], "did you mean Modality"),
        (["-w", "modality=CT", "--dialect", "bigquery"], "did you mean Modality"),
        (["-w", "Modality=CT", "--dry-run"], "need --engine bigquery"),
        (["-w", "Modality=CT", "--dialect", "duckdb", "--release", "24"], "need --engine bigquery"),
        (["SELECT 1", "--project", "p"], "need --engine bigquery"),
        (["SELECT 1", *IN_BIGQUERY, "--release", "24"], "names the tables of its release itself"),
        (["SELECT 1", *IN_BIGQUERY, "--max-bytes", "much"], "such as 20GB"),
        (["-w", "Modality=CT", "-f", "xml", *IN_BIGQUERY], "xml"),
    ],
)
def test_wrong_options_end_with_2_and_send_no_request(
    run: RunCommand, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.setenv("IDC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:9")
    result = run("--retries", "0", "sql", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("500000", 500_000), ("20GB", 20 * 10**9), ("1.5 TiB", 3 * 2**39), ("1tib", 2**40), ("10B", 10)],
)
def test_sizes_are_read_as_people_write_them(text: str, number: int) -> None:
    assert parse_byte_size(text) == number


# Cost and confirmation:


def test_in_a_pipe_nothing_is_run_without_yes(run: RunCommand, scripts: ServeScript) -> None:
    with scripts("manifest") as service:
        result = run(*SELECT)
        assert service.statements(dry_run=False) == []
    assert (result.code, result.out) == (2, "")
    assert COST_MESSAGE in result.err
    assert "use --yes to run it" in result.err


def test_a_dry_run_is_what_was_asked_for(run: RunCommand, scripts: ServeScript) -> None:
    with scripts("manifest") as service:
        result = run(*SELECT, "--dry-run", "--yes")
        assert service.statements(dry_run=False) == []
    expected = {"bytes": 20 * 2**30, "usd": 0.12207, "cached": False, "project": "my-project"}
    assert (result.code, json.loads(result.out)) == (0, expected)
    with scripts("cached"):
        assert "0 bytes, less than 0.01 USD at 6.25 USD a TiB (cached result)" in run(*SELECT, "--dry-run").err


def test_more_than_is_allowed_is_not_run_even_with_yes(run: RunCommand, scripts: ServeScript) -> None:
    with scripts("manifest") as service:
        result = run(*SELECT, "--yes", "--max-bytes", "20GB")
        assert service.statements(dry_run=False) == []
    assert (result.code, result.out) == (1, "")
    assert "20.00 GB are allowed" in result.err


def test_the_limit_goes_to_bigquery(run: RunCommand, scripts: ServeScript) -> None:
    with scripts("manifest") as service:
        assert run(*SELECT, "--yes", "--max-bytes", "1TiB").code == 0
    (started,) = [one["body"] for one in service.requests if one["path"].endswith("/jobs")][1:]
    assert started["configuration"]["query"]["maximumBytesBilled"] == str(2**40)


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("yes\n", 0), ("n\n", 1), ("\n", 1)])
def test_a_person_at_a_terminal_is_asked_for_confirmation(scripts: ServeScript, answer: str, code: int) -> None:
    with scripts("manifest") as service:
        controller, terminal = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "idc_ext", *SELECT],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ},
        ) as process:
            os.close(terminal)
            shown = b""
            while b"[y/N]" not in shown:
                shown += os.read(controller, 4096)
            assert COST_MESSAGE.encode().strip() in shown
            assert service.statements(dry_run=False) == []
            os.write(controller, answer.encode())
            try:
                while more := os.read(controller, 4096):
                    shown += more
            except OSError:  # the other end is closed
                pass
        os.close(controller)
        assert process.returncode == code
        assert len(service.statements(dry_run=False)) == (code == 0)
    if code == 0:
        assert b"=HYPERLINK(1)" in shown
        assert "\u202e".encode() not in shown
    else:
        assert b"nothing was run" in shown


# Output:


def test_filters_are_run_there_as_they_are_written(run: RunCommand, scripts: ServeScript) -> None:
    words = ("-w", "Modality=CT", "--release", "25")
    with scripts("manifest") as service:
        assert run("sql", *words, *IN_BIGQUERY, "--yes").code == 0
    assert service.statements(dry_run=False) == [run("sql", *words, "--dialect", "bigquery").out]


def test_rows_come_in_every_format(run: RunCommand, scripts: ServeScript, tmp_path: Path) -> None:
    for form in ("csv", "json", "jsonl", "tsv", "parquet"):
        with scripts("manifest"):
            result = run(*SELECT, "--yes", "-o", tmp_path / f"rows.{form}")
        assert (result.code, result.out, result.err) == (0, "", f"idc-ext: {COST_MESSAGE}")
    assert json.loads((tmp_path / "rows.json").read_text()) == ROWS
    assert [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()] == ROWS
    shown = [{name: "" if value is None else str(value) for name, value in row.items()} for row in ROWS]
    with (tmp_path / "rows.csv").open(newline="") as file:
        assert [*csv.DictReader(file)] == shown
    assert len((tmp_path / "rows.tsv").read_text().splitlines()) == 6
    table = pq.read_table(tmp_path / "rows.parquet")
    assert table.to_pylist() == ROWS
    assert table.schema.types == [pa.string(), pa.string(), pa.int64(), pa.float64()]


def test_columns_are_chosen_of_what_comes(run: RunCommand, scripts: ServeScript, tmp_path: Path) -> None:
    with scripts("manifest"):
        result = run(*SELECT, "--yes", "--columns", "Modality,PatientID", "-f", "csv")
    assert [*csv.reader(io.StringIO(result.out))][:2] == [["Modality", "PatientID"], ["CT", "1.3.6.1.4.1.9328.50.7.1"]]
    with scripts("manifest"):
        assert run(*SELECT, "--yes", "--columns", "Modality", "-o", tmp_path / "x.parquet").code == 0
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == [{"Modality": row["Modality"]} for row in ROWS]


def test_parquet_keeps_types_also_where_there_are_no_rows(
    run: RunCommand, scripts: ServeScript, tmp_path: Path
) -> None:
    with scripts("empty"):
        assert run(*SELECT, "--yes", "-o", tmp_path / "x.parquet").code == 0
    assert pq.read_schema(tmp_path / "x.parquet").types == [pa.string(), pa.string(), pa.int64(), pa.float64()]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_part_of_the_rows_is_written_only_if_that_is_allowed(
    run: RunCommand, scripts: ServeScript, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"x.{form}"
    words = (*SELECT, "--yes", "--max-rows", "3", "-o", path)
    with scripts("manifest"):
        result = run(*words)
    assert (result.code, path.exists()) == (1, False)
    assert "has 5 rows, more than 3" in result.err
    with scripts("manifest"):
        result = run(*words, "--allow-truncated")
    assert result.code == 0
    assert "more rows than these 3" in result.err
    if form == "parquet":
        assert pq.read_table(path).to_pylist() == ROWS[:3]
    else:
        with path.open(newline="") as file:
            assert [row["PatientID"] for row in csv.DictReader(file)] == [row["PatientID"] for row in ROWS[:3]]


def test_rows_that_are_missing_leave_no_file(run: RunCommand, scripts: ServeScript, tmp_path: Path) -> None:
    for form in ("csv", "parquet"):
        with scripts("short"):
            result = run(*SELECT, "--yes", "-o", tmp_path / f"x.{form}")
        assert (result.code, [*tmp_path.iterdir()]) == (1, [])
        assert "4 of its 5 rows" in result.err


# Errors and exit codes:


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("syntax", 1, "400 Bad Request, invalidQuery: Syntax error: Expected end of input"),
        ("denied", 1, "403 Forbidden, accessDenied: Access Denied: Project my-project"),
        ("missing", 1, "404 Not Found, notFound: Not found: Dataset bigquery-public-data:idc_v99"),
        ("over_the_limit", 1, "bytesBilledLimitExceeded: Query exceeded limit for bytes billed"),
        ("delete", 2, "only a SELECT is run in BigQuery; this statement is DELETE"),
        ("script", 2, "only a SELECT is run in BigQuery; this statement is SCRIPT"),
    ],
)
def test_what_bigquery_refuses_is_one_sentence(
    run: RunCommand, scripts: ServeScript, name: str, code: int, message: str
) -> None:
    with scripts(name):
        result = run(*SELECT, "--yes")
    assert (result.code, result.out) == (code, "")
    assert message in result.err.splitlines()[-1]
    assert "Traceback" not in result.err


def test_no_response_from_bigquery_ends_with_3(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:9")
    result = run("--retries", "0", *SELECT)
    assert result.code == 3
    assert "could not reach http://127.0.0.1:9" in result.err
    assert len(result.err.splitlines()) == 1


def test_a_deadline_ends_with_3_and_cancels_the_job(run: RunCommand, scripts: ServeScript) -> None:
    with scripts("slow") as service:
        result = run("--deadline", "1", *SELECT, "--yes")
        assert service.requests[-1]["path"].endswith("/cancel")
    assert result.code == 3
    assert "deadline" in result.err


def test_without_credentials_or_project_it_ends_with_2(run: RunCommand, scripts: ServeScript, tmp_path: Path) -> None:
    result = run(*SELECT)
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert "gcloud auth application-default login" in result.err
    with scripts("manifest"):
        result = run("sql", "SELECT 1", "--engine", "bigquery")
    assert result.code == 2
    assert "the project that pays" in result.err


def test_without_the_library_it_says_what_to_install(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud.bigquery", None)
    result = run(*SELECT)
    assert result.code == 2
    assert "pip install 'idc-client[bigquery]'" in result.err


def test_what_is_written_is_one_statement(run: RunCommand) -> None:
    result = run("sql", "--dialect", "bigquery", "-w", "PatientID=x'; DROP TABLE y; --")
    assert len(sqlglot.parse(result.out, read="bigquery")) == 1
