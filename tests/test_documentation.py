"""The tutorial and the guides: every block of Python and every command runs as printed, against the stand-in."""

from __future__ import annotations

import contextlib
import gc
import importlib
import inspect
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import griffe
import pytest
import yaml

from idc_ext import IDC
from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    from tests.support.command_result import RunCommand

PAGES = [ROOT / "docs" / "index.md", ROOT / "docs" / "tutorial.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
#: What a page says -> what is there instead when it is tested.
ADDRESSES = {"http://127.0.0.1:8021": "{standin}", "https://service.example.org/openapi.json": "openapi.yaml"}
#: Where this machine has the archive: a page that starts a server must not build it anew in an empty home.
CACHE = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
#: Commands that run until they are stopped, or install: only their words are checked.
STARTED, INSTALLED = "idc-standin serve", "pip install"
#: A command may report what it found by its exit code.
REPORTED = {"idc-drift": {0, 1}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, standin: str, no_settings: None) -> Path:
    """An empty folder with the documents that the pages name, and the stand-in as the service."""
    for name in ("openapi.yaml", "old.yaml", "new.yaml"):
        shutil.copy(ROOT / "openapi.yaml", tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IDC_BASE_URL", standin)
    monkeypatch.setenv("XDG_CACHE_HOME", CACHE)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def with_addresses(text: str, standin: str) -> str:
    for printed, tested in ADDRESSES.items():
        text = text.replace(printed, tested.format(standin=standin))
    return text


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.stem)
@pytest.mark.usefixtures("folder")
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_python_of_a_page_runs_from_top_to_bottom(page: Path, standin: str) -> None:
    code = "\n".join(blocks(page, "python"))
    printed, names = io.StringIO(), dict[str, object]()
    with contextlib.redirect_stdout(printed):
        exec(compile(with_addresses(code, standin), page.name, "exec"), names)  # noqa: S102  the pages are ours
    for value in names.values():
        if isinstance(value, IDC):  # left open, as in a notebook; a later test must not find its sockets
            value.get_httpx_client().close()
    gc.collect()
    assert printed.getvalue() or "print" not in code


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "console")], ids=lambda page: page.stem)
def test_the_commands_of_a_page_run_one_after_another(
    page: Path, standin: str, run: RunCommand, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line in re.findall(r"^\$ (.*?)(?:  +#.*)?$", "\n".join(blocks(page, "console")), re.MULTILINE):
        words = shlex.split(with_addresses(line, standin))
        while re.fullmatch(r"[A-Z_]+=\S*", words[0]):  # variables before a command
            monkeypatch.setenv(*words.pop(0).split("=", 1))
        name = words[0]
        if line.startswith((STARTED, INSTALLED)) or name in ("export", "unset"):
            continue
        if name == "idc-ext":
            ended = run(*words[1:])
            code, said = ended.code, ended.err
        else:
            process = subprocess.run(words, cwd=folder, capture_output=True, text=True)
            code, said = process.returncode, process.stderr
        assert code in REPORTED.get(name, {0}), (line, said)


def test_what_is_started_or_installed_is_spelled_right() -> None:
    from idc_standin.options import parser

    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    for line in re.findall(rf"^\$ {STARTED}(.*)$", text, re.MULTILINE):
        assert parser().parse_args(["serve", *shlex.split(line)])
    extras = set(re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE))
    for wanted in re.findall(rf"{INSTALLED} '[^\[']*\[([^\]]*)\]'", text):
        assert set(wanted.split(",")) <= extras


def test_every_page_of_the_documentation_is_in_its_table_of_contents() -> None:
    contents = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8").replace("!!python", "!python"))["nav"]

    def pages(entry: object) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        values = entry.values() if isinstance(entry, dict) else entry
        return [page for value in values for page in pages(value)]  # type: ignore[attr-defined]

    written = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    assert written <= set(pages(contents))
    assert {page for page in pages(contents) if not page.startswith("reference/")} <= written


def test_the_reference_says_of_a_function_what_its_caller_gets() -> None:
    (extension,) = re.findall(r"extensions: \[(docs/.*\.py)\]", (ROOT / "mkdocs.yml").read_text("utf-8"))
    read = griffe.load_extensions(str(ROOT / extension))
    package = griffe.load("idc_ext", extensions=read, search_paths=[str(ROOT), str(ROOT / "generated")])
    for name in ("v3", "v1", "drs", "manifests", "bigquery", "auth"):
        module = importlib.import_module(f"idc_ext.{name}")
        for public in module.__all__:
            made = getattr(module, public)
            if inspect.isfunction(made):
                written = package[made.__module__.removeprefix("idc_ext.")][made.__name__]
                assert str(written.returns) == inspect.signature(made).return_annotation, made
