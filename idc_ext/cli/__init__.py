"""The command line `idc-ext`: it touches argv, stdout and stderr, and never HTTP.

Commands compute what to show, `_output` shows it, `_exit` says how it ended. This module answers `--version` before
anything heavy is imported, and says so in one sentence when the extra `cli` is not installed.
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

#: What the extra `cli` brings.
_EXTRA = frozenset({"cyclopts", "rich"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Its words; by default those of this process.

    Returns:
        The exit code: 0 done, 1 the service said no, 2 the input was wrong, 3 nobody could be reached, 130 interrupted,
        143 ended by SIGTERM, 141 nobody read on, 70 a fault of this program.
    """
    if sys.stdout is None or sys.stderr is None:  # closed by who started this
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for good
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
        # So that what is half written is taken away, or kept in a state that can be resumed.
        signal.signal(signal.SIGTERM, _raise_terminated)
    return run(words)


def _buffer_standard_output() -> None:
    """Have every write to standard output finished or fail.

    With PYTHONUNBUFFERED, Python leaves to the system how much of a write is done, and forgets the rest: a disk that
    fills up or a reader that leaves would go unnoticed.
    """
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper) and isinstance(out.buffer, io.RawIOBase):
        said = {"encoding": out.encoding, "errors": out.errors, "line_buffering": out.line_buffering}
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(out.detach()), **said)  # type: ignore[arg-type] # as they were


def _raise_terminated(*_: object) -> NoReturn:
    from ._exit import Terminated

    raise Terminated


def version() -> str:
    """Give the version of this distribution."""
    from importlib import metadata

    try:
        return metadata.version("idc-client")
    except metadata.PackageNotFoundError:  # run from a source tree
        return "unknown"
