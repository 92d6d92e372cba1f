"""The command line `idc-ext`: it touches argv, stdout and stderr, and never HTTP.

Commands compute results, `_output` writes them, `_exit` has the exit codes. This module answers `--version` before
anything heavy is imported, and reports in one sentence that the extra `cli` is not installed.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

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
    if sys.stdout is None or sys.stderr is None:  # closed by the parent process
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open until the end
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    words = [*(sys.argv[1:] if argv is None else argv)]
    if words[:1] in (["--version"], ["-V"]):
        print(f"idc-ext {version()}")
        return 0
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
    return run(words)


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


def version() -> str:
    """Read the version of the installed package."""
    from importlib import metadata

    try:
        return metadata.version("idc-client")
    except metadata.PackageNotFoundError:  # run from a source tree
        return "unknown"
