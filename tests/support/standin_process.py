"""The stand-in as a process of its own, and where nothing listens."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:9"  # where nothing listens


WITH_LIMITS = """
import sys
from idc_standin import __main__, budget
{0}
sys.exit(__main__.main(sys.argv[1:]))
"""


@contextmanager
def serving(*options: str, limits: Mapping[str, object] | None = None) -> Iterator[str]:
    """A stand-in in a process of its own; gives its URL and ends it, however the block ends."""
    with server_process(*options, limits=limits) as (_, url):
        yield url


@contextmanager
def server_process(
    *options: str, limits: Mapping[str, object] | None = None, first: str = "", **popen: Any
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A stand-in's process and its URL; ``limits`` replace limits of its budget, ``first`` is Python to run first."""
    registries = ("--doi-resolver", NOWHERE, "--datacite", NOWHERE)  # those of the internet are not for tests
    program = ["-m", "idc_standin"]
    if limits or first:
        lines = [f"budget.{name} = {value!r}" for name, value in (limits or {}).items()]
        program = ["-c", WITH_LIMITS.format("\n".join([*lines, first]))]
    command = [sys.executable, *program, "serve", "--port", "0", *registries, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **popen) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found, f"the stand-in did not start: {line!r}"
            yield process, found[0]
        finally:
            process.terminate()
            process.wait(timeout=20)
