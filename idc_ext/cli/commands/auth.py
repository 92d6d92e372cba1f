"""Commands beside the API: GUIDs, who one is, and completion."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import attrs

from .. import _exit
from .._options import DASH, Count, Flag, Given, InputError
from .._output.destination import Output, emit
from .._output.escaping import visible
from .._output.results import Record, Text, listing

_OUTPUT = Output()


def resolve(*guids: str, resolver: str | None = None, out: Output = _OUTPUT, context: Given) -> None:
    """Say what CRDC GUIDs stand for, and where their bytes are.

    The resolver is another service than the API: --base-url does not count here, and no credentials are sent.

    Args:
        guids: `dg.4DFC/<uuid>`, the UUID alone or a `drs://` URI; `-` reads them from standard input, one a line.
        resolver: Where the resolver is; else the variable IDC_DRS_URL, else the CRDC's.
    """
    from ... import drs

    named = [guid for one in guids for guid in (sys.stdin.read().split() if one == DASH else [one])]
    if not named:
        raise InputError("resolve takes GUIDs, such as dg.4DFC/099a1844-dc1c-44bd-91f8-e6f1860cbfce")
    base = resolver or os.environ.get(drs.VARIABLE) or drs.RESOLVER
    with attrs.evolve(context, base_url=base, credentials=None).connect() as client:
        found = [drs.resolve(guid, base_url=base, client=client) for guid in named]
    if len(found) == 1 and out.format in (None, "json", "table"):
        emit(Record(_plain(attrs.asdict(found[0]))), out)
        return
    rows = [
        {
            "id": one.id,
            "size": one.size,
            "name": one.name,
            "urls": [method.url for method in one.access_methods if method.url],
            "contents": len(one.contents),
        }
        for one in found
    ]
    emit(listing(rows, columns=("id", "size", "name", "urls", "contents")), out)


def auth_status(*, out: Output = _OUTPUT, context: Given) -> int:
    """Say whose token there is, until when it lives and where it is from. Nothing is sent.

    It ends with 2 if there is none or it cannot be used, with 1 if it has expired and cannot be renewed.
    """
    from ... import auth

    found = auth.status(context.credentials)
    emit(Record(_plain({**attrs.asdict(found), "usable": found.usable})), out)
    return _exit.DONE if found.usable else _exit.REFUSED


def auth_login(
    *,
    client_secrets: Path,
    email: str | None = None,
    no_browser: Flag = False,
    port: Count = 0,
    wait: Count = 300,
    out: Output = _OUTPUT,
    context: Given,
) -> None:
    """Log in with a browser, and write the credentials file.

    Args:
        client_secrets: The file of an installed app (type Desktop app) from Google's console.
        email: The address to suggest.
        no_browser: The browser is on another machine: show the address to open there, and ask for the one it ends at.
        port: Where to wait for the browser on this machine, if not anywhere.
        wait: Seconds to wait for it.
    """
    from ... import auth

    how: dict[str, Any] = {"show": _show, "ask": _ask} if no_browser else {"show": _browse}
    done = auth.login(client_secrets, credentials=context.credentials, email=email, port=port, seconds=wait, **how)
    emit(Record(_plain(attrs.asdict(done))), out)


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
            _load_in_zsh(Path.home() / ".zshrc", str(where.parent))
        print(f"installed in {where}: start a new shell", file=sys.stderr)
    else:
        emit(Text(app.generate_completion(shell=shell).splitlines()))


def _load_in_zsh(start: Path, folder: str) -> None:
    """Have zsh look for completions once it has been told of the folder; what it did before does not count."""
    before, told, after = (start.read_text(encoding="utf-8") if start.exists() else "").rpartition(f"fpath=({folder} ")
    if told and "compinit" not in after:
        start.write_text(f"{before}{told}{after.rstrip()}\nautoload -Uz compinit && compinit\n", encoding="utf-8")


def _show(url: str) -> None:
    print(f"open this address in a browser:\n{visible(url)}", file=sys.stderr, flush=True)


def _browse(url: str) -> None:
    import webbrowser

    _show(url)
    webbrowser.open(url)


def _ask() -> str:
    from getpass import getpass

    # It holds a code that is worth a login: it is not shown, and does not stay in the terminal's history.
    if sys.stdin.isatty():
        return getpass("paste the address at which the browser ended: ", stream=sys.stderr)
    return sys.stdin.readline().strip()


def _plain(value: Any) -> Any:
    """Make of dates and tuples what JSON has."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
