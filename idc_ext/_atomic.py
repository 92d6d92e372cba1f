"""Atomic files and folders: complete or absent, whatever else writes there, also after a crash.

A new file is a draft beside its target: a random name that only this package makes, opened with O_EXCL and O_NOFOLLOW,
locked as long as its writer lives, known by its descriptor and not by its name, and renamed to the target at the end.
A process that can lock a draft knows that its writer is dead, and may remove it; where the file system cannot lock,
nothing is removed. A file with any other name is never touched.
Law: files only; no format, no request.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
import time
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAFE = sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_FRESH = os.O_RDWR | os.O_CREAT | os.O_EXCL | _SAFE
_OURS = re.compile(r"\.idc-ext-(?P<machine>[0-9a-f]{8})-[0-9a-f]{24}\.draft|\.idc-ext-[0-9a-f]{16}\.lock")
#: Seconds. A draft of another machine is removed after this time only: its lock may not be visible here.
_FOREIGN_DRAFT_AGE = 7 * 24 * 3600
#: From this number of files on, the whole system is flushed once.
_MANY_FILES = 100
#: How often another random name is tried, if a name was taken.
_NAMES = 100
#: Seconds between two attempts to take a lock.
_LOCK_PAUSE = 0.01


def path_beside(path: Path, ending: str) -> Path:
    """Return the path of a file beside another: the same name with this ending; raises OSError for `/` and `.`."""
    if not path.name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return path.with_name(path.name + ending)


def follow_links(path: Path) -> Path:
    """Return the path that a link leads to, so that the link stays when its target is replaced.

    Raises:
        OSError: the links lead in a circle.
    """
    if not path.is_symlink():
        return path
    with suppress(RuntimeError):  # before Python 3.13, of a circle
        found = path.resolve()
        if not found.is_symlink():
            return found
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


class Draft:
    """A new file that becomes the file at a path when it is published, and is removed if it is closed before.

    Attributes:
        target: The path that it will have, links followed.
        path: The path of the draft.
        file: The open file.
    """

    def __init__(self, target: Path, *, mode: int | None = None, path: Path | None = None, follow: bool = True) -> None:
        """Open a draft.

        Args:
            target: The file to replace; it need not exist. A link is followed, so that it stays a link.
            mode: The permissions; by default those of the file that is replaced, or those that the umask leaves.
            path: The path of a draft that outlives its process, since a checkpoint names it; no other removes it.
            follow: False refuses a link.

        Raises:
            OSError: something other than a file has that name, or the folder cannot be written.
        """
        self.target, self._mode = follow_links(target) if follow else target, mode
        existing = self._replaced()
        # What is private stays so while it is written.
        first_mode = mode if mode is not None else 0o666 if existing is None else stat.S_IMODE(existing.st_mode) & 0o777
        for _ in range(_NAMES):
            self.path = path or _random_path(self.target)
            try:
                descriptor = os.open(self.path, _FRESH, first_mode | 0o600)
            except FileExistsError:
                continue
            except OSError as error:
                raise _named(error, target) from None
            if try_lock(descriptor) is not False and is_same_file(descriptor, self.path):
                break
            os.close(descriptor)  # another process took it for the draft of a dead one, in this instant
        else:
            raise OSError(errno.EEXIST, "no name is free for a new file", str(target))
        self.file: IO[bytes] = open(descriptor, "w+b")  # noqa: SIM115 - closed on exit

    @classmethod
    def reopened(cls, path: Path, target: Path) -> Draft:
        """Open a draft that outlived its process, to continue it.

        Raises:
            BlockingIOError: another process writes it. OSError: it cannot be opened, or is not a file.
        """
        draft = cls.__new__(cls)
        draft.target, draft.path, draft._mode = follow_links(target), path, None
        draft.file = open(os.open(path, os.O_RDWR | _SAFE), "r+b")  # noqa: SIM115 - closed on exit
        if not stat.S_ISREG(os.fstat(draft.file.fileno()).st_mode):
            draft.file.close()
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        if try_lock(draft.file.fileno()) is False or not is_same_file(draft.file.fileno(), path):
            draft.file.close()
            raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK), str(path))
        return draft

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def publish(self) -> None:
        """Make it the file at the target, complete and on the disk.

        Raises:
            OSError: it cannot be written or renamed, or is no longer there.
        """
        self.prepare()
        self.rename()

    def prepare(self) -> None:
        """Do everything that can fail before the draft is renamed; raises OSError."""
        flush_to_disk(self.file)
        existing = self._replaced()
        if hasattr(os, "fchmod"):
            if self._mode is None and existing is not None:
                _take_owner_and_mode(self.file.fileno(), existing)
            elif self._mode is not None:
                os.fchmod(self.file.fileno(), self._mode)
        if not is_same_file(self.file.fileno(), self.path):
            raise OSError(errno.ESTALE, "another process removed or replaced its draft", str(self.target))

    def rename(self) -> None:
        """Give a prepared draft its name; raises OSError."""
        if os.name == "nt":
            self.file.close()  # an open file could not be renamed; elsewhere, the lock is kept to the end
        try:
            rename_durably(self.path, self.target)
        except OSError as error:
            if os.name == "nt":
                with suppress(OSError):
                    self.path.unlink()
            raise _named(error, self.target) from None
        with suppress(OSError):
            self.file.close()

    def close(self) -> None:
        """Close the file and leave it where it is, for another process to continue."""
        with suppress(OSError):  # the disk is full: what was not written is not counted either
            self.file.close()

    def discard(self) -> None:
        """Remove the draft, unless it was published or closed."""
        if not self.file.closed:
            ours = is_same_file(self.file.fileno(), self.path)
            if os.name == "nt":
                self.close()
            if ours:
                with suppress(OSError):
                    self.path.unlink()
            self.close()

    def _replaced(self) -> os.stat_result | None:
        try:
            existing = os.lstat(self.target)
        except FileNotFoundError:
            return None
        if stat.S_ISDIR(existing.st_mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder, not a file", str(self.target))
        if not stat.S_ISREG(existing.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(self.target))
        return existing


class DraftFolder:
    """A new folder that gets its name when it is published, and is removed with its files if it is closed before."""

    def __init__(self, target: Path) -> None:
        """Make the folder beside its target; raises OSError."""
        self.target, self._published = target, False
        for _ in range(_NAMES):
            self.path = _random_path(target)
            try:
                self.path.mkdir()
            except FileExistsError:
                continue
            except OSError as error:
                raise _named(error, target) from None
            self._descriptor = -1
            if os.name == "nt":
                return  # a folder cannot be opened there, and nobody removes one
            with suppress(FileNotFoundError):  # another process took it for the folder of a dead one, in this instant
                self._descriptor = os.open(self.path, os.O_RDONLY | _SAFE)
                if try_lock(self._descriptor) is not False and is_same_file(self._descriptor, self.path):
                    return
                os.close(self._descriptor)
        raise OSError(errno.EEXIST, "no name is free for a new folder", str(target))

    def __enter__(self) -> DraftFolder:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._published:
            shutil.rmtree(self.path, ignore_errors=True)
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def publish(self) -> None:
        """Give the folder its name, which no other folder or file may have; raises OSError."""
        if os.path.lexists(self.target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self.target))
        _flush_folder(self.path)
        rename_durably(self.path, self.target)
        self._published = True


class PathLock:
    """A lock on everything that belongs to a path: a file beside it that only this package names, held by its owner.

    It is released when its process ends, however that happens. Where the file system cannot lock, none is kept out.
    """

    def __init__(self, path: Path) -> None:
        """Name the lock of a path."""
        final = Path(os.path.abspath(follow_links(path)))
        self._path = final.with_name(f".idc-ext-{hashlib.sha256(os.fsencode(final.name)).hexdigest()[:16]}.lock")
        self._descriptor, self._owner = -1, 0

    def acquire(self, seconds: float = 0) -> bool:
        """Take the lock; say whether it could be had in that time.

        Raises:
            OSError: the lock file cannot be made.
        """
        if sys.platform == "win32":
            return True
        end = time.monotonic() + seconds
        while True:
            descriptor, created = self._open()
            got = try_lock(descriptor)
            if got and is_same_file(descriptor, self._path):
                self._descriptor, self._owner = descriptor, os.getpid()
                return True
            if got is None and created:
                with suppress(OSError):
                    self._path.unlink()
            os.close(descriptor)
            if got is None:
                return True
            if got is False:
                if time.monotonic() >= end:
                    return False
                time.sleep(_LOCK_PAUSE)

    def release(self) -> None:
        """Let the lock go, and remove its file; nothing, if it is not held."""
        if self._descriptor >= 0:
            # A forked process has the descriptor, too, and must not end its parent's lock.
            if self._owner == os.getpid() and is_same_file(self._descriptor, self._path):
                with suppress(OSError):
                    self._path.unlink()  # while it is held: who waits for it sees that it is gone, and makes another
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        if getattr(self, "_descriptor", -1) >= 0:
            self.release()

    def _open(self) -> tuple[int, bool]:
        with suppress(FileExistsError):
            return os.open(self._path, _FRESH, 0o666), True
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | _SAFE, 0o666), False
        except PermissionError:
            return os.open(self._path, os.O_RDONLY | _SAFE), False  # another user's; it can be locked nevertheless


@contextmanager
def atomic_replacement(path: Path, *, mode: int | None = None) -> Iterator[IO[bytes]]:
    """Open a new file that replaces the one at a path when the block ends, and is removed if the block fails.

    Args:
        path: The file to replace; it need not exist. A link is followed, so that it stays a link.
        mode: The permissions; by default those of the file that is replaced, or those that the umask leaves.
    """
    with Draft(path, mode=mode) as draft:
        yield draft.file
        draft.publish()


def remove_leftovers(path: Path) -> None:
    """Remove what killed processes left in the folder of a file: what they had locked, and no process locks now."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        for entry in os.scandir(follow_links(path).parent):
            found = _OURS.fullmatch(entry.name)
            if found is not None:
                with suppress(OSError):
                    _remove_if_dead(Path(entry.path), found["machine"])


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


def _flush_folder(path: Path) -> None:
    """Flush all files of a folder to the disk: one by one, or by one call if there are many."""
    found = [Path(folder) / name for folder, _, names in os.walk(path) for name in names]
    if len(found) > _MANY_FILES and hasattr(os, "sync"):
        os.sync()
        return
    for one in found:
        with one.open("r+b") as file:
            os.fsync(file.fileno())


def try_lock(descriptor: int) -> bool | None:
    """Lock an open file for its writer; False if another holds it, None if it cannot be locked here.

    The lock belongs to what was opened, so two threads keep each other out as two processes do, also processes of
    different containers. It ends with the process.
    """
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def is_same_file(descriptor: int, path: Path) -> bool:
    """Say whether a path still names what was opened."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except OSError:
        return False


def _random_path(target: Path) -> Path:
    return target.with_name(f".idc-ext-{_machine()}-{secrets.token_hex(12)}.draft")


def _remove_if_dead(path: Path, machine: str | None) -> None:
    descriptor = os.open(path, os.O_RDONLY | _SAFE)
    try:
        status = os.fstat(descriptor)
        young = time.time() - status.st_mtime < _FOREIGN_DRAFT_AGE
        if machine not in (None, _machine()) and young:
            return
        if try_lock(descriptor) and is_same_file(descriptor, path):
            if stat.S_ISDIR(status.st_mode):
                shutil.rmtree(path, ignore_errors=True)
            elif stat.S_ISREG(status.st_mode):
                path.unlink()
    finally:
        os.close(descriptor)


@cache
def _machine() -> str:
    """Name the running system: its containers have the same name, other machines of a network folder another one."""
    try:
        name = Path("/proc/sys/kernel/random/boot_id").read_bytes()
    except OSError:
        name = os.uname().nodename.encode() if hasattr(os, "uname") else b""
    return hashlib.sha256(name).hexdigest()[:8]


def _take_owner_and_mode(descriptor: int, existing: os.stat_result) -> None:
    status = os.fstat(descriptor)
    if (status.st_uid, status.st_gid) != (existing.st_uid, existing.st_gid):
        with suppress(OSError):  # another user's file becomes one's own, as everywhere
            os.fchown(descriptor, existing.st_uid, existing.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(existing.st_mode) & 0o777)


def _named(error: OSError, path: Path) -> OSError:
    """Make the same error about the path that the caller knows, and not about a draft."""
    return OSError(error.errno, error.strerror, str(path))
