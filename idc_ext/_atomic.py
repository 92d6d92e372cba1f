"""Atomic files: complete or absent, also after a crash. Written beside their path, then renamed to it."""

from __future__ import annotations

import glob
import os
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def path_beside(path: Path, ending: str) -> Path:
    """Return the path of a file beside another: the same name with this ending."""
    return path.with_name(path.name + ending)


_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@contextmanager
def atomic_replacement(path: Path, *, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """Open a new file that replaces the one at a path when the block ends, and is removed if the block fails.

    Args:
        path: The file to replace; it need not exist. A link is followed, so that it stays a link.
        mode: The permissions of the new file, before the umask of the process.
    """
    path = path.resolve() if path.is_symlink() else path
    new = path_beside(path, f".{os.getpid()}.new")
    with suppress(FileNotFoundError):
        new.unlink()  # left by a killed process with the same number
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
    """Remove the temporary files that killed processes left beside a file."""
    if os.name != "posix":
        return  # on Windows, os.kill would end the process
    for left in path.parent.glob(f"{glob.escape(path.name)}.*"):
        number, _, ending = left.name.removeprefix(f"{path.name}.").rpartition(".")
        if ending not in ("new", "part"):
            continue
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            left.unlink(missing_ok=True)
        except (OSError, OverflowError, ValueError):
            continue  # the process is another user's, or the file is not ours


def rename_durably(new: Path, path: Path) -> None:
    """Rename a file or folder so that the new name survives a power cut."""
    os.replace(new, path)
    with suppress(OSError):  # some systems cannot open a folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def flush_to_disk(file: IO[bytes]) -> None:
    """Flush a file to the disk, so that it survives a power cut."""
    file.flush()
    os.fsync(file.fileno())
