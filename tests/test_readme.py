"""The README's Python runs as it is printed, but for the address of the service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


def run(block: str, standin: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What a block prints when the service is the stand-in."""
    code = block.replace("http://127.0.0.1:8021", standin)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102  the README is ours
    return capsys.readouterr().out.splitlines()


def test_there_are_two_examples() -> None:
    assert len(BLOCKS) == 2


def test_todays_api_in_ten_lines(
    standin: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IDC_BASE_URL", standin)
    printed = run(BLOCKS[0], standin, capsys)
    assert printed[0] == "1044191"
    assert len([line for line in printed if "s3://" in line]) == 172
    assert "CT 270830" in printed


def test_the_notebook_in_ten_lines(
    standin: str, credentials_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IDC_CREDENTIALS", str(credentials_file))
    printed = run(BLOCKS[1], standin, capsys)
    assert printed[0] == "1581"
    assert len([line for line in printed if "gs://idc-standin/" in line]) == 1581
    assert printed[-1] == "26"
