"""The command `completion`: the completion script of a shell."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from ..._atomic import atomic_replacement
from .._options import Flag
from .._output.destination import write_result
from .._output.results import Text


def completion(shell: Literal["bash", "zsh", "fish"], /, *, install: Flag = False) -> None:
    """Print or install the script for completion with the Tab key.

    Args:
        shell: The shell.
        install: Install the script, and make the start file of the shell load it.
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
    """Make zsh load completions after their folder is in `fpath`; a `compinit` before that line has no effect."""
    before, fpath, after = (start.read_text(encoding="utf-8") if start.exists() else "").rpartition(f"fpath=({folder} ")
    if fpath and "compinit" not in after:
        with atomic_replacement(start) as file:
            file.write(f"{before}{fpath}{after.rstrip()}\nautoload -Uz compinit && compinit\n".encode())
