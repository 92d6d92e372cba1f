"""The map in CONTRIBUTING.md agrees with the folders and modules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAP = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## The map")[2].partition("### Where")[0]
FOLDERS = sorted(
    folder.relative_to(ROOT)
    for package in ("idc_ext", "idc_drift", "idc_standin", "idc_contract")
    for folder in [ROOT / package, *(ROOT / package).rglob("*")]
    if folder.is_dir() and any(folder.glob("*.py"))
)


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_every_module_stands_in_the_row_of_its_folder(folder: Path) -> None:
    package, *below = folder.parts
    part = MAP.partition(f"`{package}`, ")[2].partition("\n`idc_")[0]
    rows = [row for row in part.splitlines() if row.startswith("| ")]
    own = [row for row in rows if not below or f"`{'/'.join(below)}/`" in row.split("|")[1]]
    named = {name.removesuffix(".py") for row in own for name in re.findall(r"`([a-z0-9_.]+)`", row)}
    modules = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__", "__main__"}
    assert modules <= named


def test_every_place_that_is_named_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("### Where")[2].partition("\n## ")[0]
    places = re.findall(r"`((?:idc_\w+|tests|docs)/[\w./]+)`", text)
    assert len(places) > 8
    assert [place for place in places if not (ROOT / place).exists()] == []
