"""The cost of starting: imports and the command line, compared with `import httpx`; and `make generate`.

    .venv/bin/python -m benchmarks.start [--json FILE]

Processor time of whole processes, without that of the bare interpreter: the aims concern the modules that we load.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, in_turn, run_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 15
BIN = Path(sys.executable).parent
ROOT = Path(__file__).parent.parent


def seconds(*command: str, cwd: Path = ROOT) -> float:
    """Return the processor time of a command and its child processes."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure() -> Iterator[Figure]:
    """Measure imports, the command line, and `make generate`."""
    python, tool = sys.executable, str(BIN / "idc-ext")
    runs = {
        "nothing": (python, "-c", ""),
        "import httpx": (python, "-c", "import httpx"),
        "import idc_ext": (python, "-c", "import idc_ext"),
        "from idc_ext import connect, v3": (python, "-c", "from idc_ext import connect, v3"),
        "idc-ext --version": (tool, "--version"),
        "idc-ext --help": (tool, "--help"),
    }
    work = [functools.partial(seconds, *command) for command in runs.values()]
    in_turn(2, *work)
    bare, peer, *found = in_turn(ROUNDS, *work)
    less = [value - least for value, least in zip(peer, bare, strict=True)]
    group = "Start"
    yield Figure.of(group, "import httpx", "the interpreter alone", peer, bare)
    names = list(runs)[2:]
    for name, values, target in zip(names[:2], found[:2], (1.3, 1.5), strict=True):
        loaded = [value - least for value, least in zip(values, bare, strict=True)]
        yield Figure.of(group, name, "import httpx", loaded, less, target=target)
    for name, values, target in zip(names[2:], found[2:], (2, 1.2), strict=True):
        yield Figure.of(group, name, "python -c 'import httpx'", values, peer, target=target, limits=bare)
    yield from _generation()


def _generation() -> Iterator[Figure]:
    """Measure `make generate`, compared with loading the generator alone."""
    with tempfile.TemporaryDirectory() as folder:
        tool = str(BIN / "openapi-python-client")

        def once() -> float:
            target = Path(tempfile.mkdtemp(dir=folder)) / "idc_client"
            options = ["--path", "openapi.yaml", "--meta", "none", "--config", "generator-config.yml"]
            options += ["--custom-template-path", "generator-templates"]
            os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
            return seconds(tool, "generate", *options, "--output-path", str(target))

        generated, loaded = in_turn(3, once, functools.partial(seconds, tool, "--version"))
    yield Figure.of("Start", "make generate", "loading the generator", generated, loaded)


if __name__ == "__main__":
    run_alone(measure)
