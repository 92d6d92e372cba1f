"""The reference in docs/cli.md, generated from the commands by `python -m idc_ext.cli._docs docs/cli.md`.

A test checks that it is up to date. The part above the mark is written by hand and kept.
"""

from __future__ import annotations

import re
import sys
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from .._atomic import atomic_replacement
from . import _app
from ._app import COMMANDS
from ._options import COMMON_OPTIONS, FILTERS, OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cyclopts import Argument, Group

MARK = "<!-- Generated from here on by python -m idc_ext.cli._docs docs/cli.md -->"


def cli_document(by_hand: str) -> str:
    """Generate the document below the mark, and keep the part above it."""
    parts = [by_hand.partition(MARK)[0].rstrip("\n"), "", MARK, ""]
    parts += _options_section("Options of every command", visible_arguments(_app.app.meta), COMMON_OPTIONS)
    parts += _options_section("Filters", visible_arguments(_app.find_command("counts")), FILTERS)
    parts += _options_section("Output", visible_arguments(_app.find_command("stats")), OUTPUT)
    parts += ["## Commands", ""]
    for words, _, _ in COMMANDS:
        parts += _command_section(words)
    return "\n".join(parts).rstrip("\n") + "\n"


def visible_arguments(command: App) -> list[Argument]:
    """List the arguments of a command that users can write."""
    return [one for one in command.assemble_argument_collection(parse_docstring=True) if one.show]


def _options_section(title: str, found: Iterable[Argument], group: Group) -> list[str]:
    return [f"## {title}", "", *_options_table(one for one in found if group in groups_of_argument(one)), ""]


def _command_section(words: str) -> list[str]:
    command = _app.find_command(words)
    said = cleandoc(command.help).partition("\nArgs:")[0].strip()
    found = visible_arguments(command)
    own = [one for one in found if not {FILTERS, OUTPUT} & groups_of_argument(one)]
    # Filters and output options that differ from the usual ones are listed with the command.
    usual = {
        argument_key(one)
        for one in (*visible_arguments(_app.find_command("counts")), *visible_arguments(_app.find_command("stats")))
    }
    odd = [one for one in found if one not in own and argument_key(one) not in usual]
    takes = [group.name for group in (FILTERS, OUTPUT) if any(group in groups_of_argument(one) for one in found)]
    also = f"Also takes: {', '.join(f'[{one}](#{one.lower()})' for one in takes)}." if takes else ""
    named = [one for one in own if not one.names[0].startswith("-")]
    places = [one.names[0] if one.required else f"[{one.names[0]}]" for one in named]
    usage = " ".join(["idc-ext", words, *places, "[OPTIONS]"])
    table = _options_table([*own, *odd])
    return [
        f"### {words}",
        "",
        f"`{usage}`",
        "",
        said,
        "",
        *([*table, ""] if table else []),
        *([also, ""] if also else []),
    ]


def groups_of_argument(argument: Argument) -> set[Any]:
    """Give the groups of an argument in the help."""
    return {*argument.parameter.group}  # type: ignore[misc] # always a tuple


def argument_key(argument: Argument) -> tuple[Any, ...]:
    """Make the key that distinguishes arguments of the same name."""
    return argument.names, _help_text(argument)


def _options_table(found: Iterable[Argument]) -> list[str]:
    rows = []
    for one in found:
        names = ", ".join(f"`{name}`" for name in one.names)
        choices = one.get_choices()
        extra = [f"one of {', '.join(f'`{choice}`' for choice in choices)}"] if choices else []
        default = one.field_info.default
        if one.required:
            extra.append("required")
        elif isinstance(default, str | int | float) and not isinstance(default, bool):
            extra.append(f"default `{default}`")
        said = _help_text(one) + (f" ({'; '.join(extra)})" if extra else "")
        rows.append(f"| {names} | {said.replace('|', chr(92) + '|')} |")
    return ["| option | meaning |", "|---|---|", *rows] if rows else []


def _help_text(argument: Argument) -> str:
    return _single_line(argument.parameter.help or "")


def _single_line(text: object) -> str:
    return re.sub(r"\s+", " ", str(text or "")).strip()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    page = cli_document(target.read_text(encoding="utf-8") if target.exists() else "")
    with atomic_replacement(target) as file:
        file.write(page.encode())
