"""The tools of others, where `make interop` has installed them, and how each makes a client of openapi.yaml.

Law: what a tool generates is in a folder of the test; nothing generated is imported in this process.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
INSTALLED = ROOT / "reports" / "interop"
PYTHON = INSTALLED / "venv" / "bin" / "python"
NODE_TOOLS = INSTALLED / "node" / "node_modules"
DOCUMENT = str(ROOT / "openapi.yaml")
#: No tool may ask its maker for a newer release, or report its use.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


def run(*words: str | Path, text: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """A program that has ended."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(word) for word in words], input=text, env={**alone, **QUIET, **more}, capture_output=True, text=True
    )


def done(*words: str | Path, text: str = "", **more: str) -> str:
    """What a program printed that ended well."""
    ended = run(*words, text=text, **more)
    assert ended.returncode == 0, f"{words[0]} {words[1]}: {ended.stdout[-3000:]}{ended.stderr[-3000:]}"
    return ended.stdout


def node_tool(name: str, *words: str | Path) -> str:
    """What a tool of Node.js printed that ended well."""
    return done(NODE_TOOLS / ".bin" / name, *words)


def openapi_generator(language: str, folder: Path, *options: str) -> None:
    """Make a client with openapi-generator."""
    program = PYTHON.with_name("openapi-generator-cli")
    done(program, "generate", "-i", DOCUMENT, "-g", language, "-o", folder, *options)


def models(kind: str, folder: Path) -> None:
    """Make Python models with datamodel-code-generator, as the module `foreign_models`."""
    folder.mkdir()
    program = PYTHON.with_name("datamodel-codegen")
    options = ("--input-file-type", "openapi", "--output-model-type", kind, "--formatters", "black", "isort")
    done(program, "--input", DOCUMENT, *options, "--output", folder / "foreign_models.py")


def calls_in_python(name: str, folder: Path, base: str, asked: dict[str, Any]) -> Any:
    """What the calls of a script in Python say."""
    script = HERE / "clients" / f"{name}.py"
    return json.loads(done(PYTHON, script, base, json.dumps(asked), PYTHONPATH=str(folder)))


@contextmanager
def prism(log: Path) -> Iterator[str]:
    """Prism's mock of the document; gives its URL and ends it, however the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(NODE_TOOLS / ".bin" / "prism"), "mock", "--host", "127.0.0.1", "--port", str(port), DOCUMENT]
    with log.open("w") as file, subprocess.Popen(words, stdout=file, stderr=file) as process:
        try:
            while process.poll() is None and not re.search("Prism is listening", log.read_text()):
                time.sleep(0.1)
            assert process.poll() is None, log.read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)
