"""The pairs of this folder can be compared with oasdiff's judgement."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from . import oasdiff_comparison

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def command(folder: Path, answer: str) -> str:
    """A command that answers as oasdiff does, whatever it is asked."""
    file = folder / "oasdiff"
    file.write_text(f"#!{sys.executable}\n{answer}\n")
    file.chmod(0o755)
    return str(file)


def test_each_pair_is_counted_by_what_is_said_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oasdiff_comparison, "PAIRS", oasdiff_comparison.PAIRS[:2])
    monkeypatch.setattr(oasdiff_comparison, "SAME", oasdiff_comparison.SAME[:1])
    wrong = command(tmp_path, 'print(\'[{"id": "x", "level": 3}]\')')
    assert "| breaking | 2 | 2 | 0 | 0 | 0 |\n| the same | 2 | 2 | 0 | 0 | 0 |" in oasdiff_comparison.table(wrong)
    blind = command(tmp_path, "print('[]')")
    assert "| breaking | 2 | 0 | 0 | 2 | 0 |\n| the same | 2 | 0 | 0 | 2 | 0 |" in oasdiff_comparison.table(blind)
    lost = command(tmp_path, "raise SystemExit(102)")
    assert "| breaking | 2 | 0 | 0 | 0 | 2 |" in oasdiff_comparison.table(lost)


def test_a_command_that_does_not_run_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert oasdiff_comparison.main(["/nowhere/oasdiff"]) == 2
    reported = capsys.readouterr().err
    assert reported.startswith("oasdiff_comparison: /nowhere/oasdiff does not run")
    assert reported.count("\n") == 1
