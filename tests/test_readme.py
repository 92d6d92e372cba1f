"""The examples of README.md and docs/notebook-2021.md run as printed, except for the address of the service."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command_result import RunCommand

README = (ROOT / "README.md").read_text(encoding="utf-8")
NOTEBOOK = (ROOT / "docs" / "notebook-2021.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").rglob("*.md"))
CONSOLE = [
    line.removeprefix("$ ").partition("  #")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
COMMANDS = [line for line in CONSOLE if line.startswith("idc-ext ")]


def run_example(text: str, standin: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The output of the example of a page, with the stand-in as service."""
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    code = block.replace("http://127.0.0.1:8021", standin)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102  the README is ours
    return capsys.readouterr().out.splitlines()


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_first_example_runs(
    standin: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IDC_BASE_URL", standin)
    printed = run_example(README, standin, capsys)
    assert int(printed[0]) >= 172
    assert len([line for line in printed if "s3://" in line]) == 172
    assert "CT 270830" in printed


def test_the_example_of_the_2021_notebook_runs(
    standin: str, credentials_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IDC_CREDENTIALS", str(credentials_file))
    printed = run_example(NOTEBOOK, standin, capsys)
    assert printed[0] == "1581"
    assert len([line for line in printed if "gs://idc-standin/" in line]) == 1581
    assert printed[-1] == "26"


@pytest.mark.usefixtures("no_settings")
def test_the_commands_run_one_after_another(
    standin: str, run: RunCommand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IDC_BASE_URL", standin)
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) >= 4
    for command in COMMANDS:
        result = run(*shlex.split(command)[1:])
        assert result.code == 0, (command, result)
    assert (tmp_path / "rider.s5cmd").read_text(encoding="utf-8").count("cp s3://") > 172


def test_every_console_line_is_a_command_that_there_is() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", README)) <= targets
    assert [line for line in CONSOLE if line not in COMMANDS] == ["pip install '.[cli]'"]


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.name)
def test_every_link_to_a_file_or_heading_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        other = (page.parent / path).resolve() if path else page
        if not other.exists() or (anchor and anchor not in anchors(other)):
            broken.append(target)
    assert broken == []


def test_the_readme_is_one_screen_and_its_table_names_every_page() -> None:
    assert len(README.splitlines()) <= 80
    assert [page.name for page in PAGES if page.parent.name == "docs" and f"docs/{page.name}" not in README] == [
        "contract-power.md"
    ]


def test_the_readme_names_the_sources_of_what_the_local_server_has_beside_the_index() -> None:
    facts = (ROOT / "idc_standin" / "facts" / "README.md").read_text(encoding="utf-8")
    cited = [row for row in facts.splitlines() if row.startswith("|") and "CC BY" in row]
    links = re.findall(r"https://doi\.org/\S+?(?=\))", "".join(cited))
    assert len(links) == len(cited) == 2
    assert all(link in README for link in links)
    assert "(docs/standin.md#where-the-data-come-from)" in README
