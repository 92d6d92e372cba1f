"""The archive file: its path, whether it is complete, and how a connection opens it.

Law: names paths and gives SQL; opens nothing itself.
"""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = 6  # raise it when build(), archive.sql or identifiers.sql changes: a file of another layout is built anew
NEWEST = 32767  # last_release of the revisions that are still there (also in archive.sql)


def index_version() -> str:
    """Version of the installed idc-index-data, such as ``25.0.5``: the first number is the newest data release."""
    return version("idc-index-data")


def macros() -> str:
    """SQL that defines the derived identifiers; a connection that computes them runs it first."""
    return (files("idc_standin.archive") / "identifiers.sql").read_text(encoding="utf-8")


def attach(path: Path, name: str = "archive", *, read_only: bool = True) -> str:
    """SQL that makes a file a database of a connection."""
    quoted = str(path).replace("'", "''")
    return f"ATTACH '{quoted}' AS {name}{' (READ_ONLY)' if read_only else ''}"


def settings(path: Path, memory: str) -> dict[str, str | bool | int | float | list[str]]:
    """Settings of a connection to an archive file: its memory, and where it may spill (not the working directory).

    The engine's allocator returns freed memory to the system when it is used again, so that a server at rest keeps
    what its last large query took (250 MB); with threads of its own it does so within seconds.
    """
    return {
        "memory_limit": memory,
        "threads": 1,
        "temp_directory": str(path.parent / "spill"),
        "allocator_background_threads": True,
    }


def published(path: Path) -> Path:
    """The file beside an archive file that holds the published tables, unchanged, for the SQL of callers."""
    return path.with_suffix(".published.duckdb")


def path_in(cache: Path) -> Path:
    """Where the archive file of the installed index belongs."""
    return cache / f"archive-{index_version()}-layout{LAYOUT}.duckdb"


def complete(path: Path) -> bool:
    """Whether both files are there; each is moved into place when complete, the archive last."""
    return path.exists() and published(path).exists()
