"""A file that is its owner's alone: read, locked and replaced without trusting what its name meant a moment ago.

A link is followed if it is one's own; what it leads to is judged, locked and replaced, and the link stays. A file is
replaced whole or not at all. The lock file beside it (`.lock`) stays for good: removing it would let two in.
This module knows no JSON and no tokens, and what it raises shows no content.
"""

from __future__ import annotations

import errno
import os
import shlex
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ..errors import CredentialsError, CredentialsInsecure, CredentialsInvalid, CredentialsNotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Real files have some 3 KB. In bytes.
LARGEST_FILE = 1_048_576

_MOST_LINKS = 40
# Without O_NONBLOCK, opening a FIFO waits for a writer for ever.
_SAFE_OPEN_FLAGS = sum(
    getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
)


def resolve_link(path: str) -> str:
    """Follow links to the file that a path means.

    Raises:
        CredentialsInsecure: a link on the way belongs to somebody else.
    """
    for _ in range(_MOST_LINKS):
        try:
            status = os.lstat(path)
        except (OSError, ValueError):
            return path  # opening it will say what is wrong
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
    """Read the file that a path means, having looked at what was opened and not at its name.

    Without `follow`, the path is what `followed` gave, and must not have become a link since.

    Raises:
        CredentialsNotFound: there is no such file.
        CredentialsInsecure: it belongs to somebody else or others may touch it.
        CredentialsInvalid: it is no regular file, or larger than any credentials file is.
    """
    descriptor = _open_file(path, follow=follow)
    try:
        _check_pause_fits(path, os.fstat(descriptor))
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CredentialsInvalid(f"the credentials file {path} cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)
    if len(content) > LARGEST_FILE:
        del content
        raise CredentialsInvalid(f"the credentials file {path} is larger than {LARGEST_FILE} bytes; write it anew")
    return content


def check_replaceable(path: str) -> None:
    """Make sure that the file at a path, links followed, can be written anew; there need not be one yet.

    Raises:
        CredentialsInvalid: something else has that name, or there is no folder for it.
        CredentialsInsecure: it belongs to somebody else.
    """
    if "\0" in path or not os.path.isdir(os.path.dirname(path) or "."):
        raise CredentialsInvalid(f"there is no folder for {path!r}: make it, or name another file")
    with suppress(FileNotFoundError):
        _check_pause_fits(path, os.lstat(path), mode=False)


@contextmanager
def file_lock(path: str, seconds: float) -> Iterator[bool]:
    """Keep all others, here and in other processes, from changing the file; gives False if the wait was in vain.

    Args:
        path: The file, with links followed.
        seconds: How long to wait for whoever is changing it.

    Raises:
        CredentialsError: the folder cannot be written to.
    """
    from filelock import FileLock, Timeout  # most programs never come here

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
    """The next content of a file, made beside it before it is known, so that nothing is asked for in vain.

    Only who holds the lock may draft. What a killed writer left behind is removed by the next.
    """

    def __init__(self, path: str) -> None:
        """Open the draft of the file at `path`, links followed; raises CredentialsError."""
        self._path, self._draft = path, f"{path}.new"
        try:
            with suppress(FileNotFoundError):
                os.unlink(self._draft)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE_OPEN_FLAGS
            self._descriptor = os.open(self._draft, flags, 0o600)
        except OSError as error:
            raise CredentialsError(f"{path} cannot be written: {error.strerror}") from None

    def __enter__(self) -> FileDraft:
        return self

    def __exit__(self, *error: object) -> None:
        """Take the draft away, unless it has become the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        with suppress(OSError):
            os.unlink(self._draft)

    def publish(self, content: bytes) -> str | None:
        """Make it the file, whole and on the disk; gives what went wrong, if anything did."""
        try:
            descriptor, self._descriptor = self._descriptor, -1
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            os.replace(self._draft, self._path)
        except OSError as error:
            return f"{self._path} cannot be replaced: {error.strerror}"
        if hasattr(os, "O_DIRECTORY"):
            with suppress(OSError):  # not every file system can; the file is whole either way
                folder = os.open(os.path.dirname(self._path) or ".", os.O_RDONLY | os.O_DIRECTORY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        return None


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


def _check_pause_fits(path: str, status: os.stat_result, *, mode: bool = True) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise CredentialsInvalid(f"{path} is not a regular file, so it cannot be a credentials file")
    if _owned_by_another_user(status):
        raise CredentialsInsecure(
            f"the credentials file {path} belongs to user {status.st_uid} and not to you: use a file of your own"
        )
    if mode and hasattr(os, "geteuid") and stat.S_IMODE(status.st_mode) & 0o077:
        raise CredentialsInsecure(
            f"others may read the credentials file {path}: run `chmod 600 {shlex.quote(path)}` and try again"
        )


def _owned_by_another_user(status: os.stat_result) -> bool:
    # A platform without POSIX owners has no geteuid.
    return hasattr(os, "geteuid") and status.st_uid != os.geteuid()
