"""Files of release 0.1.0 (`tests/support/release_0_1_0`): each is read, or refused in one sentence that says why."""

import datetime
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from idc_contract.report import baseline
from idc_ext import CheckpointError, ManifestError, manifests, v3
from idc_standin.errors import StandinError
from idc_standin.v1.cohorts import Cohorts
from tests.support.v3_service import RIDER, client, manifest_service, row
from tests.support.walks import manifest

OLD = Path(__file__).parent / "support" / "release_0_1_0"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in OLD.iterdir():
        shutil.copyfile(file, tmp_path / file.name)
    return tmp_path


def test_checkpoints_of_0_1_0_have_no_digest_and_are_refused(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(CheckpointError, match=r"release of idc_ext \(version 1\); remove it to start anew$"):
        list(manifest(3, checkpoint=folder / "loop.checkpoint"))
    rows = v3.manifest(client(manifest_service([row(n) for n in range(20)])), RIDER, page_size=3)
    with pytest.raises(CheckpointError, match=r"release of idc_ext \(version 1\); remove it to start anew$"):
        rows.walk(checkpoint=folder / "rows.checkpoint").write(folder / "rows.csv")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_manifests_of_0_1_0_are_read_and_those_of_a_later_format_are_refused(folder: Path) -> None:
    found = manifests.read(folder / "manifest.s5cmd")
    assert (found.series, found.format, found.data_release) == (12, "s5cmd", "v25")
    sidecar = folder / "manifest.s5cmd.json"
    sidecar.write_text(json.dumps({"idc_ext_manifest": 99, "shape": "another"}))
    with pytest.raises(ManifestError, match=r"another release of idc_ext \(version 99\)"):
        manifests.read(folder / "manifest.s5cmd")


def test_cohorts_of_0_1_0_are_read_and_those_of_a_later_format_are_refused(folder: Path) -> None:
    path = folder / "cohorts.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript((folder / "cohorts.sql").read_text())
    assert connection.execute("PRAGMA user_version").fetchone() == (0,)
    connection.close()
    cohorts = Cohorts(folder)
    assert [(one.name, one.filters, one.release) for one in cohorts.of(1)] == [("lung", {"collection_id": ["nlst"]}, 9)]
    cohorts.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StandinError, match=r"another release of idc-standin \(format 99, not 1\); choose another"):
        Cohorts(folder)


def test_baselines_of_0_1_0_are_read_and_those_of_a_later_format_are_refused(folder: Path) -> None:
    path = folder / "baseline.yaml"
    (entry,) = baseline.load(path)
    assert (entry.reason, entry.expires) == ("known upstream", datetime.date(2026, 12, 24))
    path.write_text(baseline.dump([], datetime.date(2026, 12, 1)))
    assert baseline.load(path) == []
    assert "idc_contract_baseline: 2" in path.read_text()
    path.write_text(path.read_text().replace("baseline: 2", "baseline: 99"))
    with pytest.raises(baseline.BadBaseline, match=r"another release \(format 99, not 2\)"):
        baseline.load(path)
