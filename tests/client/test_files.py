"""Files that others may have made: no pipe is waited for, and none is read without a bound."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from idc_ext import DeadlineExceeded, auth, connect, deadline, errors, manifests, v3
from idc_ext._files import read_input, read_regular
from tests.support.v3_service import RIDER, ROWS, client, manifest_service

HUGE = 3 << 30


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_huge_file(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(HUGE)


ODD = pytest.mark.parametrize("make", [a_pipe, a_folder, a_device, a_huge_file])


@ODD
def test_what_cannot_be_a_checkpoint_is_refused_at_once(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "checkpoint")
    rows = v3.manifest(client(manifest_service(ROWS)), RIDER).walk(checkpoint=tmp_path / "checkpoint")
    for walk in (lambda: rows.write(tmp_path / "x.csv"), lambda: list(rows)):
        with pytest.raises(errors.CheckpointError, match=r"cannot be read: (not a regular|larger than|Is a directory)"):
            walk()
    assert os.listdir(tmp_path) == ["checkpoint"]


@pytest.mark.filterwarnings("ignore:the selection is empty")
@ODD
@pytest.mark.parametrize("which", ["manifest", "sidecar"])
def test_what_cannot_be_a_manifest_or_its_sidecar_is_refused_at_once(
    make: Callable[[Path], None], which: str, tmp_path: Path, standin: str
) -> None:
    path = tmp_path / "x.s5cmd"
    with connect(standin) as idc:
        manifests.write(idc, {**RIDER, "Modality": "US"}, path, cite=None)
        replaced = path if which == "manifest" else tmp_path / "x.s5cmd.json"
        replaced.unlink()
        make(replaced)
        with pytest.raises(errors.IDCError) as refused, deadline(0.2):
            manifests.verify(idc, path)
    late = make is a_huge_file and which == "manifest"
    assert isinstance(refused.value, DeadlineExceeded if late else errors.ManifestError)


@ODD
def test_what_cannot_be_client_secrets_is_refused_in_time(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "secrets.json")
    with pytest.raises(errors.IDCError) as refused, deadline(0.2):
        auth.login(tmp_path / "secrets.json")
    assert isinstance(refused.value, DeadlineExceeded if make is a_pipe else errors.CredentialsInvalid)


def test_a_pipe_that_a_user_names_is_read_to_its_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    def write() -> None:
        with open(tmp_path / "pipe", "wb") as pipe:
            for _ in range(3):
                pipe.write(b"1" * 100_000)

    writer = threading.Thread(target=write)
    writer.start()
    assert read_input(tmp_path / "pipe", 300_000, lambda: None) == b"1" * 300_000
    writer.join()
    with pytest.raises(OSError, match="larger than 1,000 bytes"):
        read_input("/dev/zero", 1000, lambda: None)
    assert read_input("/dev/null", 1000, lambda: None) == b""
    with pytest.raises(OSError, match="not a regular file"):
        read_regular("/dev/null", 1000)


@pytest.mark.parametrize("option", ["--filters", "--file"])
@pytest.mark.parametrize("source", ["pipe", "/dev/zero", "folder", "-", "<(", "/dev/stdin"])
def test_the_command_reads_any_input_within_its_bounds(option: str, source: str, tmp_path: Path, standin: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    text = json.dumps(RIDER) if option == "--filters" else "SELECT 1 AS a"
    given = f"<(printf '%s' '{text}')" if source == "<(" else source
    command = f"'{sys.executable}' -m idc_ext {'counts' if option == '--filters' else 'sql'} {option} {given}"
    done = subprocess.run(
        ["bash", "-c", f"{command} --base-url {standin} --deadline {1 if source == 'pipe' else 30}"],
        input=text, capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    expected: dict[str, Any] = {"pipe": (3, "deadline"), "/dev/zero": (2, "larger than"), "folder": (2, "directory")}
    code, sentence = expected.get(source, (0, ""))
    assert (done.returncode, sentence in done.stderr) == (code, True), done.stderr
    assert code == 0 or len(done.stderr.splitlines()) == 1
