"""The content of files that others may have made: never more than a bound, and never a wait for ever.

A file of the client itself is a regular file: in its place, a pipe, a folder or a device is an error. What a user names
as input may also be a pipe, such as `/dev/stdin` or `<(command)`.
Law: opens files for reading, knows no format, and has no clock but that of its caller.
"""

from __future__ import annotations

import errno
import os
import select
import stat
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Bytes that are read at once.
PIECE = 1_048_576
# Without O_NONBLOCK, opening a pipe waits for a writer for ever.
_SAFE = sum(getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"))


def open_regular(path: str | os.PathLike[str]) -> IO[bytes]:
    """Open a regular file for reading.

    Raises:
        OSError: it cannot be opened, or is a pipe, a folder or a device.
    """
    descriptor = _open(path)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
    return open(descriptor, "rb")


def read_regular(path: str | os.PathLike[str], most: int) -> bytes:
    """Read a regular file of at most so many bytes.

    Raises:
        OSError: it cannot be read, is larger, or is a pipe, a folder or a device.
    """
    with open_regular(path) as file:
        content = file.read(most + 1)
    _check_size(len(content), most, path)
    return content


def pieces_of(file: IO[bytes], most: int | None = None) -> Iterator[bytes]:
    """Read a file piece by piece, up to so many bytes."""
    while piece := file.read(PIECE if most is None else min(PIECE, most)):
        most = None if most is None else most - len(piece)
        yield piece


def read_input(source: str | os.PathLike[str] | int, most: int, seconds_left: Callable[[], float | None]) -> bytes:
    """Read at most so many bytes of what a user named: a file, a pipe or a terminal.

    Args:
        source: The path, or an open descriptor.
        most: The bound in bytes.
        seconds_left: Says how long to wait, None for no limit; raises an error if the time is over.

    Raises:
        OSError: it cannot be read, is larger, or is a folder.
    """
    if isinstance(source, int):
        return _read_to_end(source, most, seconds_left, source)
    descriptor = _open(source)
    try:
        return _read_to_end(descriptor, most, seconds_left, source)
    finally:
        os.close(descriptor)


def _open(path: str | os.PathLike[str]) -> int:
    descriptor = os.open(path, os.O_RDONLY | _SAFE)
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    return descriptor


def _read_to_end(
    descriptor: int, most: int, seconds_left: Callable[[], float | None], source: str | os.PathLike[str] | int
) -> bytes:
    content = bytearray()
    while True:
        if not _is_readable(descriptor, seconds_left()):
            continue  # the time is over, and `seconds_left` says so
        try:
            piece = os.read(descriptor, PIECE)
        except BlockingIOError:  # another process has read it
            continue
        content += piece
        _check_size(len(content), most, source)
        if not piece:
            return bytes(content)


def _is_readable(descriptor: int, seconds: float | None) -> bool:
    """Wait until a read would not block; say whether that is so. Windows cannot wait for pipes, and always reads."""
    if not hasattr(select, "poll"):
        return True
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    # A day at most: the number of milliseconds must fit into 32 bits.
    return bool(waiting.poll(None if seconds is None else min(seconds, 86_400) * 1000 + 1))


def _check_size(size: int, most: int, source: str | os.PathLike[str] | int) -> None:
    if size > most:
        name = "standard input" if isinstance(source, int) else os.fspath(source)
        raise OSError(errno.EFBIG, f"larger than {most:,} bytes", name)
