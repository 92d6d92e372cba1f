"""docs/cli.md: up to date, with every command, option and exit code."""

from __future__ import annotations

import pytest

from idc_ext.cli import _app, _docs
from idc_ext.cli._app import COMMANDS
from tests.support.standin_process import ROOT

TEXT = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_the_document_is_what_the_commands_say() -> None:
    assert _docs.cli_document(TEXT) == TEXT, "run: python -m idc_ext.cli._docs docs/cli.md"


@pytest.mark.parametrize("words", [words for words, _, _ in COMMANDS])
def test_every_command_and_every_option_is_described(words: str) -> None:
    command = _app.find_command(words)
    assert f"### {words}\n" in TEXT
    for argument in _docs.visible_arguments(command):
        assert argument.parameter.help, f"{words}: {argument.names[0]} says nothing"
        assert all(f"`{name}`" in TEXT for name in argument.names)


@pytest.mark.parametrize(("words", "line"), [(words, line) for words, _, line in COMMANDS])
def test_the_line_in_the_list_begins_as_the_command_does(words: str, line: str) -> None:
    said = _app.find_command(words).help.split("\n")[0]
    assert said.split()[:2] == line.split()[:2]


def test_every_exit_code_is_described() -> None:
    from idc_ext.cli import _exit

    names = (
        "DONE",
        "REFUSED",
        "INPUT_ERROR",
        "NO_RESPONSE",
        "INTERNAL_ERROR",
        "INTERRUPTED",
        "BROKEN_PIPE",
        "TERMINATED",
    )
    assert all(f"\n| {getattr(_exit, name)} | " in TEXT for name in names)
