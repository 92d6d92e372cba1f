"""Login with a browser, and the status of the ID token.

Both return values and print nothing; neither returns a token. The credentials file is the one that upstream's retired
idc_auth.py wrote, so that old programs and notebooks can read it, too.
"""

from __future__ import annotations

import functools
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import frozen

from .._http.steps import sending, work
from ..errors import CredentialsError
from . import _private_file as private
from ._credentials import LOCK_SECONDS, Credentials, locate_token_source
from ._credentials_file import CredentialsFailure, encode_file
from ._id_token import Secret, is_time
from ._oauth import ClientSecrets, Consent

if TYPE_CHECKING:
    from .._http.steps import Steps
    from ._id_token import IdToken

#: In seconds: how long one turn of waiting for the browser takes.
_TURN = 0.25


@frozen
class Status:
    """The claims of an ID token, which only the server can verify, and its state.

    Attributes:
        origin: The origin of the token: the path of a file, or `IDC_TOKEN`.
        email: The e-mail address of its user; None if it has none.
        issuer: The issuer of the token.
        audience: The app that it was issued for.
        issued: The time of issue, in UTC; None if it has none.
        expires: The time of expiry, in UTC; None if neither token nor file has it.
        expired: Whether it has expired, or will within 30 seconds.
        renewable: Whether it can be renewed without a new login.
    """

    origin: str
    email: str | None
    issuer: str | None
    audience: str | None
    issued: datetime | None
    expires: datetime | None
    expired: bool
    renewable: bool

    @property
    def usable(self) -> bool:
        """Whether a request can be sent with the token, as it is or renewed."""
        return self.renewable or not self.expired


def status(credentials: str | os.PathLike[str] | None = None) -> Status:
    """Return the status of the ID token that `connect` would use: its user, expiry and origin. Nothing is sent.

    Args:
        credentials: A credentials file; else IDC_TOKEN, IDC_CREDENTIALS or ~/.idc_credentials, in this order.

    Raises:
        CredentialsNotFound: there is no ID token.
        CredentialsInsecure, CredentialsInvalid: the file or the token cannot be used.
    """
    source = locate_token_source(credentials)
    return _token_status(source.origin, source.read_token())


@sending
def login(
    client_secrets: str | os.PathLike[str],
    *,
    credentials: str | os.PathLike[str] | None = None,
    email: str | None = None,
    show: Callable[[str], object] | None = None,
    ask: Callable[[], str] | None = None,
    port: int = 0,
    seconds: float = 300,
) -> Steps[Status]:
    """Log in with a browser, and write the credentials file.

    Without `ask`, a browser is opened on this machine and redirected to a server on the loopback address. With `ask`,
    the browser may be on any machine: it ends at an address that it cannot open, and `ask` must return that address
    (or the code in it).

    Args:
        client_secrets: The file of an installed app (type Desktop app) from Google's console.
        credentials: The file to write; else that of IDC_CREDENTIALS, else ~/.idc_credentials. An existing file is
            replaced once the login has succeeded, and left as it is otherwise.
        email: The e-mail address to suggest to the issuer.
        show: Called with the URL to open. By default, a browser is opened and nothing is printed.
        ask: Returns the address that the user pasted.
        port: The port on the loopback address that receives the redirect; 0 for any free one.
        seconds: How long to wait for the browser.

    Returns:
        The status of the token that was written.

    Raises:
        CredentialsError: the login was refused, was not finished in time, or the file cannot be written.
        CredentialsNotFound, CredentialsInvalid, CredentialsInsecure: the client secrets cannot be used.
        MissingExtra: the extra `auth` is not installed.
    """
    client = ClientSecrets.read(client_secrets)
    path = Credentials.locate(credentials).path
    target = private.resolve_link(path)
    with _locked_draft(target):
        pass  # fail now, and not after the user has logged in
    if ask is None:
        consent, answer = yield from _login_by_redirect(client, email, show or _open_browser, port, seconds)
    else:
        paste = functools.partial(_login_by_pasting, client, email, show or _open_browser, ask, port)
        consent, answer = yield from work(paste)
    outcome = yield from work(functools.partial(_redeem_and_write, path, target, consent, answer))
    if isinstance(outcome, CredentialsFailure):
        raise outcome.kind(outcome.sentence)
    return outcome


def _login_by_redirect(
    client: ClientSecrets, email: str | None, show: Callable[[str], object], port: int, seconds: float
) -> Steps[tuple[Consent, Secret]]:
    from ._redirect_server import RedirectServer  # imported late: most programs do not need a web server

    state = secrets.token_urlsafe(32)
    try:
        server = RedirectServer(state, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CredentialsError(f"cannot listen on 127.0.0.1 port {port} for the browser: {reason}") from None
    with server:
        consent = Consent(client, server.redirect_uri, state)
        yield from work(functools.partial(show, consent.url(email)))
        answer, left = None, seconds
        while answer is None and left > 0:  # in short turns: a thread that waits cannot be cancelled
            answer = yield from work(functools.partial(server.wait_for_redirect, min(left, _TURN)))
            left -= _TURN
    if answer is None:
        raise CredentialsError(f"the login was not finished within {seconds:.0f} s: start again")
    return consent, answer


def _login_by_pasting(
    client: ClientSecrets, email: str | None, show: Callable[[str], object], ask: Callable[[], str], port: int
) -> tuple[Consent, Secret]:
    # Nothing listens on this port, neither here nor on the machine of the browser.
    consent = Consent(client, f"http://127.0.0.1:{port or 49152 + secrets.randbelow(16384)}/")
    show(consent.url(email))
    return consent, Secret(ask())


def _redeem_and_write(path: str, target: str, consent: Consent, answer: Secret) -> Status | CredentialsFailure:
    """Exchange the answer for a token and write the file. Returns errors, since its frame holds secrets."""
    content = consent.redeem(answer)
    if isinstance(content, CredentialsFailure):
        return content
    try:
        with _locked_draft(target) as draft:
            unwritten = draft.publish(encode_file(content))
    except CredentialsError as error:
        unwritten = str(error)
    return (
        CredentialsFailure(CredentialsError, f"the login succeeded but could not be saved: {unwritten}")
        if unwritten
        else _token_status(path, content.token)
    )


@contextmanager
def _locked_draft(target: str) -> Iterator[private.FileDraft]:
    private.check_replaceable(target)
    with private.file_lock(target, LOCK_SECONDS) as has_lock:
        if not has_lock:
            raise CredentialsError(
                f"another process has been renewing {target} for {LOCK_SECONDS:.0f} s: "
                "try again, or end that process if it is stuck"
            )
        with private.FileDraft(target) as draft:
            yield draft


def _open_browser(url: str) -> None:
    import webbrowser

    if not webbrowser.open(url):
        raise CredentialsError(
            "cannot open a browser here: use a browser on another machine (idc-ext auth login --no-browser)"
        )


def _token_status(origin: str, token: IdToken) -> Status:
    def text(name: str) -> str | None:
        value = token.claims.get(name)
        value = ", ".join(map(str, value)) if isinstance(value, list) else value  # several audiences
        return value if isinstance(value, str) else None

    def when(value: object) -> datetime | None:
        return datetime.fromtimestamp(value, UTC) if is_time(value) else None

    return Status(
        origin=origin,
        email=text("email"),
        issuer=text("iss"),
        audience=text("aud"),
        issued=when(token.claims.get("iat")),
        expires=when(token.expires),
        expired=token.expired(time.time()),
        renewable=token.renewable,
    )
