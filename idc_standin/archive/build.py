"""Builds the archive file: every revision of every series of the public index, in page order, in one DuckDB file.

Law: runs once per index release, writes one file atomically, and knows nothing of requests. Everything
derived (see *Derived* below) is derived in archive.sql.

The index is the PyPI package idc-index-data. ``idc_index`` holds the series of the newest data release, each with
the release of its last revision; ``prior_versions_index`` holds the revisions since replaced or withdrawn, with the
first and last release they belonged to. Together they give the archive as of any release N: the rows with
``first_release <= N <= last_release``.

Derived, because the index lacks it:

* ``instanceCount`` of replaced revisions: today's count of the same series, scaled by size where the sizes differ by
  more than 5 %; for series that no longer exist, size over the median instance size of the modality; at least 1.
* The other DICOM attributes of replaced revisions: those of today's revision of the series, else null.
* Instance identifiers (see the macros in ``identifiers.sql``), which are expanded from ``instanceCount``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from filelock import FileLock, Timeout

from idc_standin.archive.file import NEWEST, attach, complete, index_version, macros, path_in, published
from idc_standin.errors import StandinError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.resources.abc import Traversable

DRAFT = ".draft-"  # after the name of the file, so that no build takes the folder of another release for its own
BUILD_MEMORY = "2GB"  # DuckDB spills the rest to disk, beside the new file


def ensure(cache: Path, announce: Callable[[], object] = lambda: None) -> Path:
    """The archive file, built first if need be; safe when several processes want it at once.

    The build takes about a minute and, for that time, two gigabytes; it runs in a process of its own so that the
    server never holds that memory.
    """
    path = path_in(cache)
    if complete(path):
        return path
    with _only_builder(path):
        if not complete(path):
            announce()
            if reason := _run_builder(path):
                raise StandinError(f"The archive could not be built in {cache}: {reason}")
            for older in path.parent.glob(f"archive-{index_version()}-layout*.duckdb"):
                if older not in (path, published(path)):
                    older.unlink(missing_ok=True)
    return path


def _run_builder(path: Path) -> str:
    """Build in a process of its own; returns the reason of a failure, or nothing.

    The builder reads from a pipe that this process holds, so that it ends when this process does.
    """
    command = [sys.executable, "-m", "idc_standin.archive", str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe, text=True) as builder:  # noqa: S603  our own interpreter and our own module
        assert builder.stderr is not None  # noqa: S101  it is a pipe
        lines = builder.stderr.read().strip().splitlines()
    return (lines or ["no message"])[-1] if builder.returncode else ""


def build_alone(path: Path) -> None:
    """Build the archive file unless it is there, as the only builder of the folder.

    The builder of a server that was killed may still be about to end: this one waits for it, and removes its files.
    """
    with FileLock(f"{path}.building", timeout=600):
        remove_unfinished(path)
        if not complete(path):
            build(path)


def remove_unfinished(path: Path) -> None:
    """Remove the folders of builds that were interrupted."""
    for abandoned in path.parent.glob(f"{path.name}{DRAFT}*"):
        shutil.rmtree(abandoned, ignore_errors=True)


@contextmanager
def _only_builder(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=600):
            yield
    except Timeout as error:
        raise StandinError(
            f"Another process has been building {path} for ten minutes; it may hang: end it, then start again."
        ) from error
    except OSError as error:
        raise StandinError(
            f"The cache folder {path.parent} cannot be written ({error.strerror}); choose another with --cache."
        ) from error


def build(path: Path, index: Traversable | None = None) -> None:
    """Build the archive file at ``path``; nothing is left behind if it fails. ``index``: another folder of tables."""
    index = index or files("idc_index_data")
    parameters = {
        "current": str(index / "idc_index.parquet"),
        "replaced": str(index / "prior_versions_index.parquet"),
        "collections": str(index / "collections_index.parquet"),
        "analysis_results": str(index / "analysis_results_index.parquet"),
        "releases": str(index / "version_metadata_index.parquet"),
    }
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{path.name}{DRAFT}") as folder:
        unfinished = Path(folder) / path.name
        statements = (files("idc_standin.archive") / "archive.sql").read_text(encoding="utf-8")
        with duckdb.connect(config={"temp_directory": folder, "memory_limit": BUILD_MEMORY}) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute(attach(unfinished, read_only=False))
            connection.execute(attach(published(unfinished), "published", read_only=False))
            connection.execute(macros())
            for statement in statements.split(";\n"):
                if statement.strip():
                    used = {name: value for name, value in parameters.items() if f"${name})" in statement}
                    connection.execute(statement, used)
            connection.execute("DETACH archive")
            connection.execute("DETACH published")
        for file in (published(unfinished), unfinished):
            _flush(file)
        published(unfinished).replace(published(path))
        unfinished.replace(path)  # last: its presence means that the build is complete


def _flush(path: Path) -> None:
    """Write a file to the disk, so that after a power failure its name never stands for a part of it."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def describe(path: Path) -> str:
    """One line about an archive file, for people."""
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute(
            "SELECT count(*), count(*) FILTER (last_release = ?), sum(instanceCount) FILTER (last_release = ?), "
            "(SELECT max(release) FROM releases) FROM series",
            [NEWEST, NEWEST],
        ).fetchall()[0]
    return (
        f"{path} ({path.stat().st_size / 1e6:.0f} MB): data releases 1.0 to {row[3]}.0, {row[0]:,} series revisions, "
        f"{row[1]:,} series and {row[2]:,} instances in the newest"
    )
