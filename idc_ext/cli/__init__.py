"""The command line `idc-ext`: it touches argv, stdout and stderr, and never HTTP.

Commands compute results, `_output` writes them, `_exit` has the exit codes. This module answers `--version` before
anything heavy is imported, and reports in one sentence that the extra `cli` is not installed.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn, TextIO

from .._lazy import package_version

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

#: The packages of the extra `cli`.
_EXTRA = frozenset({"cyclopts", "rich"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The arguments; by default those of this process.

    Returns:
        The exit code: 0 success, 1 the service refused, 2 wrong input, 3 no response, 70 internal error, 130
        interrupted, 141 output pipe closed, 143 ended by SIGTERM.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _replace_closed_streams()
    words = [*(sys.argv[1:] if argv is None else argv)]
    if words[:1] in (["--version"], ["-V"]):
        return _print_version()
    if argv is None:
        gc.disable()  # until a command runs: what is imported is no garbage, and looking for it is a tenth of the start
    try:
        from ._app import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRA:
            raise
        print("idc-ext: the command line needs the extra `cli`: pip install 'idc-client[cli]'", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    if argv is None:
        _buffer_standard_output()
        # An exception, so that unfinished files are removed, or kept in a state that can be resumed.
        signal.signal(signal.SIGTERM, _raise_terminated)
    code = run(words)
    _flush_standard_error()
    return code


class _ClosedBytes(io.RawIOBase):
    """The bytes of a standard stream that the parent process has closed: writing them is an error."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def writable(self) -> bool:
        """Say that it is written to: the error of writing says more than one before."""
        return True

    def write(self, *_: object) -> NoReturn:
        raise self._error


class _ClosedStream(io.TextIOBase):
    """Standard input or output that the parent process has closed: using it is an error, and not using it is none."""

    def __init__(self, name: str) -> None:
        self._error = OSError(errno.EBADF, f"{name} is closed")
        self.buffer = _ClosedBytes(self._error)

    def read(self, *_: object) -> NoReturn:
        raise self._error

    def readline(self, *_: object) -> NoReturn:
        raise self._error

    def write(self, *_: object) -> NoReturn:
        raise self._error


def _replace_closed_streams() -> None:
    """Replace the standard streams that are closed."""
    # Or the next file or connection would get the number of a standard stream.
    while (taken := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(taken)
    if sys.stdin is None:
        sys.stdin = _ClosedStream("standard input")
    if sys.stdout is None:
        sys.stdout = _ClosedStream("standard output")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open until the end


def _print_version() -> int:
    try:
        print(f"idc-ext {package_version()}", flush=True)
    except BrokenPipeError:
        discard_standard_output()
        return 141
    except OSError as error:
        discard_standard_output()
        print(f"idc-ext: {error.strerror}", file=sys.stderr)
        return 2
    return 0


def discard_standard_output() -> None:
    """Redirect standard output to nowhere: Python would flush it again at exit, and report an error."""
    _discard(sys.stdout)


def _flush_standard_error() -> None:
    """Drop messages that cannot be written: Python would end with a code of its own where it flushes them at exit."""
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _buffer_standard_output() -> None:
    """Give standard output a buffer, so that every write is complete or fails.

    With PYTHONUNBUFFERED, the system may write only a part, and Python drops the rest: a full disk or a closed pipe
    would stay unnoticed.
    """
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper) and isinstance(out.buffer, io.RawIOBase):
        settings = {"encoding": out.encoding, "errors": out.errors, "line_buffering": out.line_buffering}
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(out.detach()), **settings)  # type: ignore[arg-type] # as they were


def _raise_terminated(*_: object) -> NoReturn:
    from ._exit import Terminated

    raise Terminated
