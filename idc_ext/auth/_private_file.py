"""Private files: read, locked and replaced safely, also if their path changes its meaning meanwhile.

A link is followed if it belongs to the user; its target is checked, locked and replaced, and the link stays. A file is
replaced atomically. The lock file beside it (`.lock`) is never removed: removing it could let two processes in.
Law: knows no JSON and no tokens, and no error shows the content of a file.
"""

from __future__ import annotations

import atexit
import errno
import os
import shlex
import stat
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from .._atomic import Draft, remove_leftovers
from ..errors import CredentialsError, CredentialsInsecure, CredentialsInvalid, CredentialsNotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

#: In bytes. Real files have some 3 KB.
LARGEST_FILE = 1_048_576

#: In seconds: how long the end of a program waits for a file that is being written.
_LONGEST_WRITE = 5.0
_MOST_LINKS = 40
# Without O_NONBLOCK, opening a FIFO waits for a writer for ever.
_SAFE_OPEN_FLAGS = sum(
    getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
)


def resolve_link(path: str) -> str:
    """Follow links to the file of a path.

    Raises:
        CredentialsInsecure: one of the links belongs to another user.
    """
    for _ in range(_MOST_LINKS):
        try:
            status = os.lstat(path)
        except (OSError, ValueError):
            return path  # opening it will raise the error
        if not stat.S_ISLNK(status.st_mode):
            return path
        if _owned_by_another_user(status) and status.st_uid != 0:
            raise CredentialsInsecure(
                f"the credentials file {path} is a link that belongs to user {status.st_uid} and not to you: "
                "name a file of your own"
            )
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    return path


def read_private_file(path: str, *, follow: bool = True) -> bytes:
    """Read a private file; the checks are made on the opened file, and not on its path.

    Without `follow`, the path is a result of `resolve_link`, and must not have become a link since.

    Raises:
        CredentialsNotFound: there is no such file.
        CredentialsInsecure: it belongs to another user, or other users have permissions on it.
        CredentialsInvalid: it is not a regular file, or too large for a credentials file.
    """
    descriptor = _open_file(path, follow=follow)
    try:
        _check_private(path, os.fstat(descriptor))
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CredentialsInvalid(f"the credentials file {path} cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)
    if len(content) > LARGEST_FILE:
        del content
        raise CredentialsInvalid(f"the credentials file {path} is larger than {LARGEST_FILE} bytes; write it again")
    return content


def check_replaceable(path: str) -> None:
    """Check that the file at a path, links followed, can be replaced; it need not exist yet.

    Raises:
        CredentialsInvalid: the path is not a regular file, or its folder does not exist.
        CredentialsInsecure: the file belongs to another user.
    """
    if "\0" in path or not os.path.isdir(os.path.dirname(path) or "."):
        raise CredentialsInvalid(f"the folder of {path!r} does not exist: make it, or name another file")
    with suppress(FileNotFoundError):
        _check_private(path, os.lstat(path), mode=False)


@contextmanager
def file_lock(path: str, seconds: float) -> Iterator[bool]:
    """Lock a file against all other threads and processes that change it; yields False if it stayed locked.

    Args:
        path: The file, with links followed.
        seconds: How long to wait for the lock.

    Raises:
        CredentialsError: the lock file cannot be written.
    """
    from filelock import FileLock, Timeout  # imported late: most programs never need it

    lock = FileLock(f"{path}.lock", timeout=seconds, mode=0o600)
    try:
        lock.acquire()
        got = True
    except Timeout:
        got = False
    except OSError as error:
        raise CredentialsError(f"{path}.lock cannot be locked, so {path} is left as it is: {error.strerror}") from None
    try:
        yield got
    finally:
        if got:
            lock.release()


class FileDraft:
    """The new version of a file, opened beside it before its content is known, so that no request is sent in vain.

    A draft that a killed process left is removed by the next one; at the end of a program, those that a thread has not
    written yet are removed.
    """

    def __init__(self, path: str) -> None:
        """Open the draft of the file at `path`, links followed; raises CredentialsError."""
        self._path = path
        with _DRAFTS.lock:
            if _DRAFTS.ended:
                raise CredentialsError(f"{path} is left as it is: the program ends")
            try:
                self._draft = Draft(Path(path), mode=0o600, follow=False)
            except OSError as error:
                raise CredentialsError(f"{path} cannot be written: {error.strerror}") from None
            _DRAFTS.open.add(self)

    def __enter__(self) -> FileDraft:
        return self

    def __exit__(self, *error: object) -> None:
        """Remove the draft, unless it has become the file."""
        with _DRAFTS.lock:
            if self in _DRAFTS.open:
                _DRAFTS.open.remove(self)
                self._draft.discard()

    def publish(self, content: bytes) -> str | None:
        """Write the content and replace the file, atomically and on the disk; return the error, if there was one."""
        with _DRAFTS.lock:
            if self not in _DRAFTS.open:
                return f"{self._path} is left as it is: the program ends"
            try:
                self._draft.file.write(content)
                self._draft.publish()
            except OSError as error:
                return f"{self._path} cannot be replaced: {error.strerror}"
        remove_leftovers(Path(self._path))
        return None


class _Drafts:
    """The open drafts of this process. A thread that renews a token may still hold one when the program ends."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.open: set[FileDraft] = set()
        self.ended = False

    def discard_all(self) -> None:
        """Remove all drafts, after the one that is being written, and let no thread open another one."""
        if self.lock.acquire(timeout=_LONGEST_WRITE):
            self.ended = True
            for draft in self.open:
                draft._draft.discard()
            self.open.clear()
            self.lock.release()

    def forget(self) -> None:
        """Leave all drafts to the process that this one was forked from, whose threads do not exist here."""
        self.lock = threading.RLock()
        self.open = set()


_DRAFTS = _Drafts()
atexit.register(_DRAFTS.discard_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_DRAFTS.forget)


def _open_file(path: str, *, follow: bool) -> int:
    try:
        return os.open(resolve_link(path) if follow else path, os.O_RDONLY | _SAFE_OPEN_FLAGS)
    except ValueError:
        raise CredentialsNotFound("the path of the credentials file contains a null character") from None
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise CredentialsNotFound(
                f"there is no credentials file {path}: log in (idc-ext auth login), or set IDC_CREDENTIALS "
                "to where it is"
            ) from None
        raise CredentialsInvalid(f"the credentials file {path} cannot be opened: {error.strerror}") from None


def _check_private(path: str, status: os.stat_result, *, mode: bool = True) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise CredentialsInvalid(f"{path} is not a regular file, so it cannot be a credentials file")
    if _owned_by_another_user(status):
        raise CredentialsInsecure(
            f"the credentials file {path} belongs to user {status.st_uid} and not to you: use a file of your own"
        )
    if mode and hasattr(os, "geteuid") and stat.S_IMODE(status.st_mode) & 0o077:
        raise CredentialsInsecure(
            f"other users may read the credentials file {path}: run `chmod 600 {shlex.quote(path)}` and try again"
        )


def _owned_by_another_user(status: os.stat_result) -> bool:
    # A platform without POSIX owners has no geteuid.
    return hasattr(os, "geteuid") and status.st_uid != os.geteuid()
