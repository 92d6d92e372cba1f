"""Files that several threads, processes and containers write at once, and what killed ones leave behind."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from idc_ext import ManifestError, manifests, v3
from idc_ext._atomic import Draft, DraftFolder, PathLock, atomic_replacement, remove_leftovers
from tests.support import patching
from tests.support.atomic_writers import MOST_STEPS, NAMES, die_before
from tests.support.many_writers import FILTERS, answers, can_unshare, writers_at_once
from tests.support.v3_service import RIDER, client, manifest_service, row

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, locks and signals are those of POSIX")


@pytest.mark.parametrize("container", [False, True], ids=["processes", "containers"])
def test_every_manifest_that_is_reported_was_there_whatever_else_wrote_it(tmp_path: Path, container: bool) -> None:
    if container and not can_unshare():
        pytest.skip("needs the right to make PID namespaces")
    assert writers_at_once(tmp_path, container=container) == []


def test_no_writer_touches_files_of_the_user_that_are_named_like_drafts(tmp_path: Path) -> None:
    names = ["y.csv", "y.jsonl", "y.parquet", "y.s5cmd", "folders"]
    planted = {tmp_path / pattern.format(name) for name in names for pattern in NAMES}
    for number, one in enumerate(sorted(planted)):
        one.symlink_to(tmp_path / "victim") if number % 2 else one.write_text("the user's")
    (tmp_path / "victim").write_text("the user's")
    rows = v3.manifest(client(manifest_service([row(n) for n in range(9)])), RIDER, page_size=2)
    for name in names[:3]:
        assert rows.walk(checkpoint=tmp_path / f"{name}.checkpoint").write(tmp_path / name) == 9
        assert rows.write(tmp_path / name) == 9
    rows.write_parquet(tmp_path / "folders", partition_by=["Modality"])
    manifests.write(client(answers([row(n) for n in range(9)])), FILTERS, tmp_path / "y.s5cmd", cite=None)
    assert {one.read_text() for one in planted} == {"the user's"}
    assert {one.name for one in tmp_path.iterdir()} == {one.name for one in planted} | {
        *names,
        "y.s5cmd.json",
        "victim",
    }


# What killed processes leave:

HOLDS = """
import sys
from pathlib import Path
from idc_ext._atomic import Draft, DraftFolder, PathLock
target = Path(sys.argv[1])
held = [Draft(target), DraftFolder(target.with_name("folder"))]
(held[1].path / "file").write_text("half of it")
lock = PathLock(target)
assert lock.acquire()
print(flush=True)
sys.stdin.read()
"""


def leftovers(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name.startswith(".idc-ext-"))


def test_drafts_of_the_dead_are_removed_and_those_of_the_living_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "file"
    command = [sys.executable, "-c", HOLDS, str(target)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"\n"
        left = leftovers(tmp_path)
        assert len(left) == 3
        remove_leftovers(target)
        assert not PathLock(target).acquire()
        assert leftovers(tmp_path) == left
        child.kill()
    with monkeypatch.context() as patch:
        patching.no_locks(patch)
        remove_leftovers(target)
        assert leftovers(tmp_path) == left
    remove_leftovers(target)
    assert leftovers(tmp_path) == []


def test_a_draft_of_another_machine_is_removed_after_a_week_only(tmp_path: Path) -> None:
    other = tmp_path / f".idc-ext-00000000-{'0' * 24}.draft"
    for age, stays in ((0, True), (8 * 24 * 3600, False)):
        other.write_text("")
        os.utime(other, (time.time() - age,) * 2)
        remove_leftovers(tmp_path / "file")
        assert other.exists() is stays


def test_where_nothing_can_be_locked_files_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patching.no_locks(monkeypatch)
    rows = v3.manifest(client(manifest_service([row(n) for n in range(9)])), RIDER, page_size=2)
    assert rows.walk(checkpoint=tmp_path / "checkpoint").write(tmp_path / "y.csv") == 9
    assert len(list(rows.walk(checkpoint=tmp_path / "checkpoint"))) == 9
    rows.write_parquet(tmp_path / "folders", partition_by=["Modality"])
    manifests.write(client(answers([row(n) for n in range(9)])), FILTERS, tmp_path / "y.s5cmd", cite=None)
    assert {one.name for one in tmp_path.iterdir()} == {"y.csv", "folders", "y.s5cmd", "y.s5cmd.json"}


def test_a_draft_that_another_removed_or_replaced_does_not_become_the_file(tmp_path: Path) -> None:
    for replacement in (None, "another's"):
        (tmp_path / "file").write_text("before")
        with Draft(tmp_path / "file") as draft:
            draft.file.write(b"after")
            draft.path.unlink()
            if replacement is not None:
                draft.path.write_text(replacement)
            with pytest.raises(OSError, match="removed or replaced"):
                draft.publish()
        assert (tmp_path / "file").read_text() == "before"
    assert [one.read_text() for one in tmp_path.glob(".idc-ext-*")] == ["another's"]


def series_of(path: Path) -> int:
    """The series of a manifest; 0 if it was killed between its two renames, which is reported to its reader."""
    try:
        return manifests.read(path).series
    except ManifestError:
        return 0


def test_a_manifest_that_is_killed_at_any_step_is_the_old_one_or_the_new_one_or_refused(tmp_path: Path) -> None:
    path, old, new = tmp_path / "y.s5cmd", [row(n) for n in range(3)], [row(n) for n in range(5)]
    seen = []
    for step in range(MOST_STEPS):
        manifests.write(client(answers(old)), FILTERS, path, cite=None)
        child = os.fork()
        if child == 0:
            die_before(step)
            manifests.write(client(answers(new)), FILTERS, path, cite=None)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        seen.append(series_of(path))
        if os.WIFEXITED(status):
            break
    assert os.WIFEXITED(status)
    assert seen == sorted(seen, key=[3, 0, 5].index)
    assert {3, 5} <= set(seen)
    manifests.write(client(answers(old)), FILTERS, path, cite=None)
    assert {one.name for one in tmp_path.iterdir()} == {"y.s5cmd", "y.s5cmd.json"}


def test_a_forked_process_does_not_end_the_lock_of_its_parent(tmp_path: Path) -> None:
    lock = PathLock(tmp_path / "file")
    assert lock.acquire()
    child = os.fork()
    if child == 0:
        lock.release()
        os._exit(0)
    os.waitpid(child, 0)
    assert not PathLock(tmp_path / "file").acquire()
    lock.release()
    assert PathLock(tmp_path / "file").acquire()


# Permissions, links, disks:


def test_what_is_private_is_so_while_it_is_written_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("before")
    (tmp_path / "file").chmod(0o600)
    with Draft(tmp_path / "file") as draft:
        assert stat.S_IMODE(draft.path.stat().st_mode) == 0o600
        draft.publish()
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_the_modes_of_a_manifest_and_its_sidecar_are_kept(tmp_path: Path) -> None:
    for name in ("y.s5cmd", "y.s5cmd.json"):
        (tmp_path / name).write_text("before")
        (tmp_path / name).chmod(0o604)
    manifests.write(client(answers([row(0)])), FILTERS, tmp_path / "y.s5cmd", cite=None)
    assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o604}


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to("circle")
    for name, says in (
        ("pipe", "not a regular file"),
        ("folder", "folder"),
        ("circle", "symbolic links"),
        ("no/file", "No such"),
    ):
        with pytest.raises(OSError, match=says) as caught, atomic_replacement(tmp_path / name):
            pass
        assert caught.value.filename == str(tmp_path / name)
    assert leftovers(tmp_path) == []
    with DraftFolder(tmp_path / "folder") as folder, pytest.raises(FileExistsError):
        folder.publish()
    assert leftovers(tmp_path) == []


FULL = """
import resource, signal, sys
from pathlib import Path
from tests.support.v3_service import RIDER, client, manifest_service, row
from idc_ext import v3
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, resource.RLIM_INFINITY))
rows = v3.manifest(client(manifest_service([row(n) for n in range(40)])), RIDER, page_size=3)
try:
    rows.walk(checkpoint=None if sys.argv[2] == "no" else sys.argv[2]).write(sys.argv[1])
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.parametrize("resumable", [False, True])
def test_a_walk_that_finds_no_room_leaves_nothing_half_or_resumes_when_there_is_some(
    tmp_path: Path, resumable: bool
) -> None:
    path, checkpoint = tmp_path / "rows.csv", tmp_path / "checkpoint"
    command = [sys.executable, "-c", FULL, str(path), str(checkpoint) if resumable else "no"]
    done = subprocess.run(command, env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{os.strerror(27)}\n", done.stderr
    assert not path.exists()
    assert len(list(tmp_path.iterdir())) == (2 if resumable else 0)
    rows = v3.manifest(client(manifest_service([row(n) for n in range(40)])), RIDER, page_size=3)
    assert rows.walk(checkpoint=checkpoint if resumable else None).write(path) == 40
    rows.write(tmp_path / "whole.csv")
    assert path.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert {one.name for one in tmp_path.iterdir()} == {"rows.csv", "whole.csv"}
