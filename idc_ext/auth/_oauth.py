"""The OAuth part of a login: the authorization code flow of an installed app, with PKCE (RFC 6749, 7636, 8252).

Authlib makes the URL, checks the state and reads the redirect; it sends nothing: the only request carries secrets, and
`_token_endpoint` sends it as all others. Functions that hold a code or a token return errors and do not raise them.
"""

from __future__ import annotations

import functools
import json
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from attrs import field, frozen

from .._files import read_input
from .._http import deadline
from ..errors import (
    CredentialsError,
    CredentialsInsecure,
    CredentialsInvalid,
    CredentialsNotFound,
    DeadlineExceeded,
    MissingExtra,
)
from ._credentials_file import CredentialsFailure, FileContent, merge_token_answer
from ._id_token import Secret
from ._token_endpoint import TokenRequestError, printable_reason, problem_with, request_tokens

if TYPE_CHECKING:
    import os

SCOPES = ("openid", "https://www.googleapis.com/auth/userinfo.email")
LARGEST_FILE = 65_536
_NEEDED = ("client_id", "auth_uri", "token_uri")


@frozen
class ClientSecrets:
    """The client secrets file of an installed app, from Google's console (`client_secret_….json`)."""

    client_id: str
    client_secret: Secret
    auth_uri: str
    token_uri: str

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> ClientSecrets:
        """Read a client secrets file.

        Raises:
            CredentialsNotFound: there is no such file.
            CredentialsInvalid: it is not a client secrets file, or of an app of another type.
            CredentialsInsecure: an address in it is neither https nor on this machine.
        """
        found = _read_client_secrets(path)
        if isinstance(found, CredentialsFailure):
            raise found.kind(f"the client secrets file {path} {found.sentence}")
        return found


@frozen
class Consent:
    """A login in progress: its URL is for the browser, its other values are secret."""

    client: ClientSecrets
    redirect_uri: str
    state: str = field(factory=lambda: secrets.token_urlsafe(32), repr=False)
    _verifier: Secret = field(factory=lambda: Secret(secrets.token_urlsafe(64)), init=False)

    def url(self, hint: str | None = None) -> str:
        """Return the URL where the user gives consent; `hint` is the e-mail address to suggest.

        Raises:
            MissingExtra: the extra `auth` is not installed.
        """
        url, _ = _authlib_client(self).create_authorization_url(
            self.client.auth_uri,
            state=self.state,
            code_verifier=self._verifier.reveal(),
            access_type="offline",  # Google's parameter for a refresh token
            prompt="consent",  # without it, Google sends a refresh token the first time only
            login_hint=hint,
        )
        return str(url)

    def redeem(self, answer: Secret) -> FileContent | CredentialsFailure:
        """Exchange the answer of the browser (the whole URL, or the code) for the content of a credentials file."""
        found = self._authorization_code(answer.reveal().strip())
        if isinstance(found, CredentialsFailure):
            return found
        form = {
            "grant_type": "authorization_code",
            "code": found.reveal(),
            "code_verifier": self._verifier.reveal(),
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
        }
        if self.client.client_secret.reveal():
            form["client_secret"] = self.client.client_secret.reveal()
        token_answer = request_tokens(self.client.token_uri, form)
        if isinstance(token_answer, TokenRequestError):
            kind = DeadlineExceeded if token_answer.late else CredentialsError
            return CredentialsFailure(kind, f"the login failed: {token_answer.clause}")
        content = merge_token_answer(self._new_file_document(token_answer), token_answer, time.time())
        if isinstance(content, str):
            return CredentialsFailure(CredentialsError, f"the login failed: the issuer {content}")
        audience = content.token.claims.get("aud")
        if self.client.client_id not in (audience if isinstance(audience, list) else [audience]):
            return CredentialsFailure(CredentialsError, "the login failed: the issuer sent an ID token for another app")
        if content.token.expired(time.time()):
            return CredentialsFailure(
                CredentialsError, "the login failed: its ID token has already expired; check the clock"
            )
        return content

    def _authorization_code(self, answer: str) -> Secret | CredentialsFailure:
        """Find the code in the answer of the browser. PKCE ties it to this login, also without the state."""
        try:
            query = urlsplit(answer).query
        except ValueError:
            return CredentialsFailure(CredentialsInvalid, "the login failed: the text given is not a URL")
        if not query:
            if answer.isprintable() and answer and "://" not in answer and not set(" &?#").intersection(answer):
                return Secret(answer)
            return CredentialsFailure(
                CredentialsInvalid, "the login failed: neither a URL with a code nor a code was given"
            )
        from authlib.oauth2.rfc6749 import OAuth2Error  # `url` has imported it already
        from authlib.oauth2.rfc6749.parameters import parse_authorization_code_response

        given = parse_qs(query)
        if given.get("state", [""])[0] == self.state and "error" in given:
            reason = printable_reason(" ".join(given["error"] + given.get("error_description", [])), ())
            return CredentialsFailure(CredentialsError, f"the login was refused: {reason}")
        try:
            return Secret(parse_authorization_code_response(answer, state=self.state)["code"])
        except OAuth2Error as error:
            kind = "is the answer to another login" if "state" in str(error.error) else "holds no code"
            return CredentialsFailure(CredentialsInvalid, f"the login failed: the URL {kind}; start again")

    def _new_file_document(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Make the document of a new file as oauth2client's Storage writes it; the token answer is merged in later."""
        scope = answer.get("scope")
        return {
            "access_token": None,
            "client_id": self.client.client_id,
            "client_secret": self.client.client_secret.reveal(),
            "refresh_token": None,
            "token_expiry": None,
            "token_uri": self.client.token_uri,
            "user_agent": None,
            "revoke_uri": "https://oauth2.googleapis.com/revoke" if _is_google(self.client) else None,
            "id_token": None,
            "id_token_jwt": None,
            "token_response": None,
            "scopes": scope.split() if isinstance(scope, str) else list(SCOPES),
            "token_info_uri": "https://oauth2.googleapis.com/tokeninfo" if _is_google(self.client) else None,
            "invalid": False,
            "_class": "OAuth2Credentials",
            "_module": "oauth2client.client",
        }


def _authlib_client(consent: Consent) -> Any:
    try:
        from authlib.oauth2 import OAuth2Client
    except ModuleNotFoundError as error:
        raise MissingExtra("logging in needs Authlib: pip install 'idc-client[auth]'", name=error.name) from None
    return OAuth2Client(
        None,
        client_id=consent.client.client_id,
        scope=" ".join(SCOPES),
        redirect_uri=consent.redirect_uri,
        code_challenge_method="S256",
    )


def _read_client_secrets(path: str | os.PathLike[str]) -> ClientSecrets | CredentialsFailure:
    try:
        raw = read_input(path, LARGEST_FILE, functools.partial(deadline.seconds_left, "reading the client secrets"))
    except FileNotFoundError:
        return CredentialsFailure(CredentialsNotFound, "does not exist")
    except DeadlineExceeded:  # an OSError, too
        raise
    except (OSError, ValueError) as error:
        return CredentialsFailure(
            CredentialsInvalid, f"cannot be read: {getattr(error, 'strerror', None) or 'what a name'}"
        )
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        document = None
    found = document.get("installed") if isinstance(document, dict) else None
    if not isinstance(found, dict):
        web = isinstance(document, dict) and "web" in document
        kind = (
            "is of a web app; make a client of the type Desktop app" if web else "holds no client of an installed app"
        )
        return CredentialsFailure(CredentialsInvalid, kind)
    missing = [name for name in _NEEDED if not isinstance(found.get(name), str) or not found[name]]
    if missing or not isinstance(found.get("client_secret") or "", str):
        return CredentialsFailure(
            CredentialsInvalid, f"lacks {' and '.join(missing) or 'a client_secret that is text'}"
        )
    for name in ("auth_uri", "token_uri"):
        wrong = problem_with(found[name])
        if wrong is not None:
            return CredentialsFailure(CredentialsInsecure, f"has an {name} that {wrong}".replace("an token", "a token"))
    secret = Secret(found.get("client_secret") or "")
    return ClientSecrets(found["client_id"], secret, found["auth_uri"], found["token_uri"])


def _is_google(client: ClientSecrets) -> bool:
    return (urlsplit(client.token_uri).hostname or "").endswith(".googleapis.com")
