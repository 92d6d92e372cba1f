"""docs/scale.md: its commands and its example run, against the stand-in and a scripted BigQuery."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

import duckdb
import pytest

from idc_contract.oracle.index import installed
from idc_ext import bigquery, v3
from idc_ext.cli import main
from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bigquery.scripted import ServeScript

TEXT = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (idc-ext .*)$", TEXT, re.MULTILINE)
(PYTHON_EXAMPLE,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(autouse=True)
def empty_folder(standin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands run in a folder of their own, and the service is the stand-in."""
    monkeypatch.setenv("IDC_BASE_URL", standin)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_command(command: str, *more: str) -> int:
    return main([*shlex.split(command)[1:], *more])


def test_the_commands_about_parquet_run_as_they_are_printed() -> None:
    (write,) = [one for one in COMMANDS if " manifest " in one]
    # The printed one has 270,830 series; the filter more makes it quick.
    assert run_command(write, "--where", "collection_id=rider_pilot,tcga_read") == 0
    (query,) = re.findall(r'^\$ duckdb -c "(.*)"$', TEXT, re.MULTILINE)
    wanted = "Modality = 'CT' AND collection_id IN ('rider_pilot', 'tcga_read')"
    expected = installed().rows(f"SELECT collection_id, sum(instanceCount) FROM index WHERE {wanted} GROUP BY 1")
    assert sorted(duckdb.sql(query).fetchall()) == sorted(expected)


def test_the_commands_about_bigquery_run_as_they_are_printed(
    empty_folder: Path, scripts: ServeScript, capsys: pytest.CaptureFixture[str]
) -> None:
    write, measure, run = [one for one in COMMANDS if " sql " in one]
    assert run_command(write) == 0
    statement = bigquery.statement(v3.where(collection_id="nlst", Modality="CT"), release=25)
    assert (empty_folder / "cohort.sql").read_text() == statement
    with scripts("manifest") as service:
        assert run_command(measure) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == 20 * 2**30
    assert service.statements(dry_run=True) == [statement]
    with scripts("manifest"):
        assert run_command(run) == 0
    assert duckdb.sql("SELECT count(*) FROM 'cohort.parquet'").fetchall() == [(5,)]


def test_the_example_runs_as_it_is_printed(scripts: ServeScript, capsys: pytest.CaptureFixture[str]) -> None:
    with scripts("measured_twice"):  # by the example, and by running it
        exec(compile(PYTHON_EXAMPLE, "docs/scale.md", "exec"), {})  # noqa: S102 - the page is ours
    said = capsys.readouterr().out.splitlines()
    assert said[0] == re.findall(r"# (21.*)", PYTHON_EXAMPLE)[0]
    assert said[1].startswith("5 [")


def test_figures_that_follow_from_limits_are_those_of_the_index() -> None:
    series = installed().value("SELECT count(*) FROM index")
    assert f"all {series:,} series" in TEXT
    assert f"{-(-series // 5000)} requests" in TEXT
    assert f"{installed().value('''SELECT count(*) FROM index WHERE Modality = 'CT' '''):,} series of CT" in TEXT
    patients = installed().value(
        "SELECT count(DISTINCT PatientID) FROM index WHERE try_cast(PatientID AS DOUBLE) IS NOT NULL"
    )
    assert f"{patients:,} of the patient" in TEXT
