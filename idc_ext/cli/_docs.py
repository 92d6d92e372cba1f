"""docs/cli.md: written from the commands by `python -m idc_ext.cli._docs docs/cli.md`, and held against them by a test.

The part above the mark is written by hand and kept.
"""

from __future__ import annotations

import re
import sys
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from . import _app
from ._app import COMMANDS
from ._options import ALL, FILTERS, OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cyclopts import Argument, Group

MARK = "<!-- What follows is written by python -m idc_ext.cli._docs docs/cli.md -->"


def document(by_hand: str) -> str:
    """Write the document anew, below what was written by hand."""
    parts = [by_hand.partition(MARK)[0].rstrip("\n"), "", MARK, ""]
    parts += _shared("Options of every command", arguments(_app.app.meta), ALL)
    parts += _shared("Filters", arguments(_app.command("counts")), FILTERS)
    parts += _shared("Output", arguments(_app.command("stats")), OUTPUT)
    parts += ["## Commands", ""]
    for words, _, _ in COMMANDS:
        parts += _command(words)
    return "\n".join(parts).rstrip("\n") + "\n"


def arguments(command: App) -> list[Argument]:
    """List what a command takes, without what nobody can write."""
    return [one for one in command.assemble_argument_collection(parse_docstring=True) if one.show]


def _shared(title: str, found: Iterable[Argument], group: Group) -> list[str]:
    return [f"## {title}", "", *_table(one for one in found if group in groups(one)), ""]


def _command(words: str) -> list[str]:
    command = _app.command(words)
    said = cleandoc(command.help).partition("\nArgs:")[0].strip()
    found = arguments(command)
    own = [one for one in found if not {FILTERS, OUTPUT} & groups(one)]
    # Where filters or output differ from the usual ones, they are listed with the command.
    usual = {id_of(one) for one in (*arguments(_app.command("counts")), *arguments(_app.command("stats")))}
    odd = [one for one in found if one not in own and id_of(one) not in usual]
    takes = [group.name for group in (FILTERS, OUTPUT) if any(group in groups(one) for one in found)]
    also = f"Also takes: {', '.join(f'[{one}](#{one.lower()})' for one in takes)}." if takes else ""
    named = [one for one in own if not one.names[0].startswith("-")]
    places = [one.names[0] if one.required else f"[{one.names[0]}]" for one in named]
    usage = " ".join(["idc-ext", words, *places, "[OPTIONS]"])
    table = _table([*own, *odd])
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


def groups(argument: Argument) -> set[Any]:
    """Give the groups that an argument is shown in."""
    return {*argument.parameter.group}  # type: ignore[misc] # a tuple, whatever it was made of


def id_of(argument: Argument) -> tuple[Any, ...]:
    """Tell an argument from others of the same name."""
    return argument.names, _help(argument)


def _table(found: Iterable[Argument]) -> list[str]:
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
        said = _help(one) + (f" ({'; '.join(extra)})" if extra else "")
        rows.append(f"| {names} | {said.replace('|', chr(92) + '|')} |")
    return ["| option | what it says |", "|---|---|", *rows] if rows else []


def _help(argument: Argument) -> str:
    return _plain(argument.parameter.help or "")


def _plain(text: object) -> str:
    return re.sub(r"\s+", " ", str(text or "")).strip()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(document(target.read_text(encoding="utf-8") if target.exists() else ""), encoding="utf-8")
