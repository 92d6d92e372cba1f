"""The stand-in as a process of its own, and where nothing listens."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:9"  # where nothing listens


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """A stand-in in a process of its own; gives its URL and ends it, however the block ends."""
    with running(*options) as (url, _):
        yield url


@contextmanager
def running(*options: str, **more: Any) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The same with its process; ``more`` goes to Popen."""
    registries = ("--doi-resolver", NOWHERE, "--datacite", NOWHERE)  # those of the internet are not for tests
    command = [sys.executable, "-m", "idc_standin", "serve", "--port", "0", *registries, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **more) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found, f"the stand-in did not start: {line!r}"
            yield found[0], process
        finally:
            process.terminate()
            process.wait(timeout=20)
