"""Writers of files, of every package: the file appears complete or not at all, and no other file is touched."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from idc_contract.report.files import replace as write_contract_report
from idc_drift.__main__ import _write as write_drift_report
from idc_ext._atomic import atomic_replacement
from idc_standin.v1.identity import write_private
from tests.support import atomic_writers

Write = Callable[[Path, str], object]


def write_client_file(path: Path, content: str) -> None:
    with atomic_replacement(path) as file:
        file.write(content.encode())


WRITERS: dict[str, Write] = {
    "idc_ext": write_client_file,
    "idc_drift": lambda path, content: write_drift_report(path, content),
    "idc_standin": lambda path, content: write_private(path, content.encode()),
    "contract": lambda path, content: write_contract_report(path, content.encode()),
}
pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, modes and signals are those of POSIX")


@pytest.fixture(params=sorted(WRITERS))
def write(request: pytest.FixtureRequest) -> Write:
    return WRITERS[request.param]


@pytest.mark.parametrize("name", sorted(set(WRITERS) - {"idc_standin"}))  # which writes secrets alone: always 0600
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path, name: str) -> None:
    atomic_writers.check_mode_is_kept(tmp_path / "file", WRITERS[name])


def test_a_link_stays_and_links_in_a_circle_are_one_sentence(tmp_path: Path, write: Write) -> None:
    atomic_writers.check_links(tmp_path / "file", write)


def test_files_of_others_are_not_touched_whatever_their_names(tmp_path: Path, write: Write) -> None:
    atomic_writers.check_files_of_others_stay(tmp_path / "file", write)


def test_a_writer_that_is_killed_at_any_step_leaves_the_old_file_or_the_new_one(tmp_path: Path, write: Write) -> None:
    atomic_writers.check_kills(tmp_path / "file", write)


def test_a_writer_that_fails_leaves_the_old_file_and_no_draft(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    atomic_writers.check_failures_leave_the_old_file(tmp_path / "file", write, monkeypatch)
