"""The command `completion`: the script by which a shell completes words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from .._options import Flag
from .._output.destination import write_result
from .._output.results import Text


def completion(shell: Literal["bash", "zsh", "fish"], /, *, install: Flag = False) -> None:
    """Give the script that completes words with the Tab key, or install it.

    Args:
        shell: Which shell.
        install: Write it where the shell looks, and have the shell's start file load it.
    """
    from .._app import app

    if install:
        where = app.install_completion(shell=shell)
        if shell == "zsh":
            _load_completions_in_zsh(Path.home() / ".zshrc", str(where.parent))
        print(f"installed in {where}: start a new shell", file=sys.stderr)
    else:
        write_result(Text(app.generate_completion(shell=shell).splitlines()))


def _load_completions_in_zsh(start: Path, folder: str) -> None:
    """Have zsh look for completions once it has been told of the folder; what it did before does not count."""
    before, told, after = (start.read_text(encoding="utf-8") if start.exists() else "").rpartition(f"fpath=({folder} ")
    if told and "compinit" not in after:
        start.write_text(f"{before}{told}{after.rstrip()}\nautoload -Uz compinit && compinit\n", encoding="utf-8")
