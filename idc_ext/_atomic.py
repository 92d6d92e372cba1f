"""Files that are there whole or not at all, also after a crash: written beside their name, then renamed to it."""

from __future__ import annotations

import glob
import os
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def path_beside(path: Path, ending: str) -> Path:
    """Name a file next to another."""
    return path.with_name(path.name + ending)


_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@contextmanager
def atomic_replacement(path: Path, *, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of another when the block ends, and is removed if the block fails.

    Args:
        path: What is replaced. A link is followed, so that it stays one.
        mode: Its permissions, less those that the process withholds from all its files.
    """
    path = path.resolve() if path.is_symlink() else path
    new = path_beside(path, f".{os.getpid()}.new")
    with suppress(FileNotFoundError):
        new.unlink()  # of a process that had this number before
    try:
        with open(os.open(new, _FRESH, mode), "wb") as file:
            yield file
            flush_to_disk(file)
        rename_durably(new, path)
    except BaseException:
        with suppress(FileNotFoundError):
            new.unlink()
        raise


def remove_leftovers(path: Path) -> None:
    """Remove what processes that are no more have left of replacing a file."""
    if os.name != "posix":
        return  # elsewhere, asking whether a process lives would end it
    for left in path.parent.glob(f"{glob.escape(path.name)}.*"):
        number, _, ending = left.name.removeprefix(f"{path.name}.").rpartition(".")
        if ending not in ("new", "part"):
            continue
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            left.unlink(missing_ok=True)
        except (OSError, OverflowError, ValueError):
            continue  # somebody else's, or not one of ours


def rename_durably(new: Path, path: Path) -> None:
    """Give a file or folder another name for good."""
    os.replace(new, path)
    with suppress(OSError):  # not every system can open a folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def flush_to_disk(file: IO[bytes]) -> None:
    """Have what was written survive a power cut."""
    file.flush()
    os.fsync(file.fileno())
