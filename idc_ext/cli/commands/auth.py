"""Commands about credentials for v1: the status of the ID token, and login."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import attrs

from .. import _exit
from .._options import ContextParameter, Flag, whole_number
from .._output.destination import Output, write_result
from .._output.escaping import escape_text
from .._output.results import Record, json_value

_OUTPUT = Output()


def auth_status(*, out: Output = _OUTPUT, context: ContextParameter) -> int:
    """Show the ID token in use: its user, expiry and source. Nothing is sent.

    The exit code is 2 if there is no usable token, and 1 if the token has expired and cannot be renewed.
    """
    from ... import auth

    found = auth.status(context.credentials)
    write_result(Record(json_value({**attrs.asdict(found), "usable": found.usable})), out)
    return _exit.DONE if found.usable else _exit.REFUSED


def auth_login(
    *,
    client_secrets: Path,
    email: str | None = None,
    no_browser: Flag = False,
    port: Annotated[int, whole_number(0, 65_535)] = 0,
    wait: Annotated[int, whole_number(1)] = 300,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """Log in with a browser, and write the credentials file.

    Args:
        client_secrets: The client secrets file of an installed app (type Desktop app), from the Google Cloud console.
        email: The e-mail address to suggest at login.
        no_browser: Use a browser on another machine: print the address to open there, and ask for the address at which
            the browser ends.
        port: Port on this machine for the redirect of the browser; 0 for any free port.
        wait: Seconds to wait for the login in the browser.
    """
    from ... import auth

    out.check_columns(one.name for one in attrs.fields(auth.Status))
    how: dict[str, Any] = (
        {"show": _print_login_address, "ask": _read_redirect_address} if no_browser else {"show": _open_login_address}
    )
    done = auth.login(client_secrets, credentials=context.credentials, email=email, port=port, seconds=wait, **how)
    write_result(Record(json_value(attrs.asdict(done))), out)


def _print_login_address(url: str) -> None:
    print(f"open this address in a browser:\n{escape_text(url)}", file=sys.stderr, flush=True)


def _open_login_address(url: str) -> None:
    import webbrowser

    _print_login_address(url)
    webbrowser.open(url)


def _read_redirect_address() -> str:
    from getpass import getpass

    # The address has a login code: it is not shown, and not kept in the terminal's history.
    if sys.stdin.isatty():
        return getpass("paste the address at which the browser ended: ", stream=sys.stderr)
    return sys.stdin.readline().strip()
