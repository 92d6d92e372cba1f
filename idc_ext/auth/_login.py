"""Who one is to the API: log in, and look at what one is logged in with.

Both give values and print nothing; neither gives a token. The file is the one that upstream's retired idc_auth.py
wrote, so that old programs and notebooks read it, too.
"""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import frozen

from ..errors import CredentialsError
from . import _private_file as private
from ._credentials import LOCK_SECONDS, Credentials, locate_token_source
from ._credentials_file import CredentialsFailure, encode_file
from ._id_token import Secret, is_time
from ._oauth import ClientSecrets, Consent

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from ._id_token import IdToken


@frozen
class Status:
    """What an ID token says of itself. Only the server can say whether it is true.

    Attributes:
        origin: Where the token is from: the path of a file, or `IDC_TOKEN`.
        email: Whose it is, if it says.
        issuer: Who gave it.
        audience: For which app.
        issued: Since when, in UTC; None if it does not say.
        expires: Until when, in UTC; None if neither token nor file says.
        expired: Whether that is over, or will be within 30 seconds.
        renewable: Whether it is renewed without asking anybody.
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
        """Whether a request can be sent with it, as it is or renewed."""
        return self.renewable or not self.expired


def status(credentials: str | os.PathLike[str] | None = None) -> Status:
    """Say whose ID token `connect` would use, until when it lives and where it is from. Nothing is sent.

    Args:
        credentials: A credentials file; else IDC_TOKEN, IDC_CREDENTIALS or ~/.idc_credentials, in this order.

    Raises:
        CredentialsNotFound: there is none.
        CredentialsInsecure, CredentialsInvalid: it cannot be used.
    """
    source = locate_token_source(credentials)
    return _token_status(source.origin, source.read_token())


def login(
    client_secrets: str | os.PathLike[str],
    *,
    credentials: str | os.PathLike[str] | None = None,
    email: str | None = None,
    show: Callable[[str], object] | None = None,
    ask: Callable[[], str] | None = None,
    port: int = 0,
    seconds: float = 300,
) -> Status:
    """Log in with a browser, and write the credentials file.

    Without `ask`, a browser on this machine is opened and comes back to a server on the loopback address. With
    `ask`, the browser may be anywhere: it ends on an address that it cannot open, and that address is what `ask`
    is to return (or the code in it).

    Args:
        client_secrets: The file of an installed app (type Desktop app) from Google's console.
        credentials: Where to write; else where IDC_CREDENTIALS says, else ~/.idc_credentials. What is there is
            replaced whole once the login has succeeded, and is left alone otherwise.
        email: The address to suggest to the issuer.
        show: Gets the URL to open in a browser. By default a browser is opened, without a word.
        ask: Returns what the user pasted.
        port: Where to wait for the browser, if not anywhere (0).
        seconds: How long to wait for it.

    Returns:
        The status of what was written.

    Raises:
        CredentialsError: the login was refused, did not happen in time, or its file cannot be written.
        CredentialsNotFound, CredentialsInvalid, CredentialsInsecure: the client secrets cannot be used.
        MissingExtra: the extra `auth` is not installed.
    """
    client = ClientSecrets.read(client_secrets)
    path = Credentials.locate(credentials).path
    target = private.resolve_link(path)
    with _locked_draft(target):
        pass  # better now than after the user has been through it all
    if ask is None:
        consent, answer = _login_by_redirect(client, email, show or _open_browser, port, seconds)
    else:
        consent, answer = _login_by_pasting(client, email, show or _open_browser, ask, port)
    outcome = _redeem_and_write(path, target, consent, answer)
    if isinstance(outcome, CredentialsFailure):
        raise outcome.kind(outcome.sentence)
    return outcome


def _login_by_redirect(
    client: ClientSecrets, email: str | None, show: Callable[[str], object], port: int, seconds: float
) -> tuple[Consent, Secret]:
    from ._redirect_server import RedirectServer  # a web server is not what most programs need

    state = secrets.token_urlsafe(32)
    try:
        server = RedirectServer(state, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CredentialsError(f"nothing can listen on 127.0.0.1 port {port} for the browser: {reason}") from None
    with server:
        consent = Consent(client, server.redirect_uri, state)
        show(consent.url(email))
        answer = server.wait_for_redirect(seconds)
    if answer is None:
        raise CredentialsError(f"nobody finished the login within {seconds:.0f} s: start again")
    return consent, answer


def _login_by_pasting(
    client: ClientSecrets, email: str | None, show: Callable[[str], object], ask: Callable[[], str], port: int
) -> tuple[Consent, Secret]:
    # Nothing listens there, on this machine or on that of the browser.
    consent = Consent(client, f"http://127.0.0.1:{port or 49152 + secrets.randbelow(16384)}/")
    show(consent.url(email))
    return consent, Secret(ask())


def _redeem_and_write(path: str, target: str, consent: Consent, answer: Secret) -> Status | CredentialsFailure:
    """Redeem the answer and write the file, holding what must not show."""
    content = consent.redeem(answer)
    if isinstance(content, CredentialsFailure):
        return content
    try:
        with _locked_draft(target) as draft:
            unwritten = draft.publish(encode_file(content))
    except CredentialsError as error:
        unwritten = str(error)
    return (
        CredentialsFailure(CredentialsError, f"the login is lost: {unwritten}")
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
            "no browser can be opened here: log in without one on this machine (idc-ext auth login --no-browser)"
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
