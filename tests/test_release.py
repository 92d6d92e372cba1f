"""The version: one place says it, and the changelog, the citation, the commands and the requests agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import httpx
import pytest
import yaml

from idc_ext import NotFound, connect, v3
from idc_ext._warnings import END_OF_DEPRECATED

ROOT = Path(__file__).resolve().parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def test_the_newest_section_of_the_changelog_and_the_citation_have_the_version_and_its_date() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    version, _, date = next(one for one in headings if one != "Unreleased").partition(" — ")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert (version, citation["version"]) == (VERSION, VERSION)
    assert str(citation["date-released"]) == date


def test_no_code_repeats_the_version() -> None:
    folders = ("idc_contract", "idc_drift", "idc_ext", "idc_openapi", "idc_standin")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > 100
    assert [
        str(path) for path in paths if re.search(rf"[\"'/]{re.escape(VERSION)}[\"']", path.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize("command", ["idc-contract", "idc-drift", "idc-ext", "idc-standin"])
def test_every_command_says_the_version(command: str) -> None:
    path = Path(sys.executable).with_name(command)
    found = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    assert found == f"{command} {VERSION}\n"


def test_requests_say_the_version() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(404, json={})

    idc = connect("http://idc.test", transport=httpx.MockTransport(answer), retries=0)
    with idc, pytest.raises(NotFound):
        v3.stats(idc)
    assert sent[0].headers["user-agent"].split()[0] == f"idc-client/{VERSION}"
    assert metadata.version("idc-client") == VERSION


def test_every_deprecated_name_warns_and_stands_in_the_changelog() -> None:
    section = (ROOT / "CHANGELOG.md").read_text("utf-8").partition("### Deprecated")[2].partition("\n###")[0]
    assert f"Removed in {END_OF_DEPRECATED};" in section
    assert f"end with {END_OF_DEPRECATED} and warn" in (ROOT / "docs" / "client.md").read_text("utf-8")
    before = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    listed = set(re.findall(r"\b(\w+)\(", " ".join(before)))
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "idc_ext").rglob("*.py"))
    assert {name.rpartition(".")[2] for name in re.findall(r"warn_deprecated\(\s*\"([^\"]+)\"", sources)} == listed
    assert len(listed) == 6
