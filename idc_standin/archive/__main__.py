"""Builds the archive file in a process of its own: ``python -m idc_standin.archive PATH``."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from idc_standin.archive.build import build

if __name__ == "__main__":
    try:
        build(Path(sys.argv[1]))
    except (OSError, duckdb.Error) as failure:
        sys.exit(" ".join(str(failure).split()))
