"""Builds the archive file in a process of its own: ``python -m idc_standin.archive PATH``, with a pipe as its input.

Law: ends when the process that started it does; otherwise a build without a server would take two gigabytes.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import duckdb
from filelock import Timeout

from idc_standin.archive.build import build_alone, remove_unfinished


def _end_with_parent(path: Path) -> None:
    os.read(sys.stdin.fileno(), 1)  # returns when the parent has ended: nothing is ever written
    remove_unfinished(path)
    os._exit(1)


if __name__ == "__main__":
    archive = Path(sys.argv[1])
    threading.Thread(target=_end_with_parent, args=(archive,), daemon=True).start()
    try:
        build_alone(archive)
    except (OSError, duckdb.Error, Timeout) as failure:
        sys.exit(" ".join(str(failure).split()))
