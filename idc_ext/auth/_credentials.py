"""Sources of the ID token: a credentials file, or the variable IDC_TOKEN.

The argument comes first, then the variable IDC_TOKEN (a token), then IDC_CREDENTIALS (a file), then
~/.idc_credentials. A source is read for each request, and returns tokens as `Secret`.
"""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, Any, Protocol

from attrs import define, field, frozen

from .._http import deadline
from .._http.addresses import CONNECTION_SETTINGS, NO_SETTINGS
from ..errors import CredentialsError, CredentialsExpired, CredentialsInvalid, CredentialsNotFound, DeadlineExceeded
from ._id_token import IdToken, Secret, format_time, parse_id_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLE = "IDC_CREDENTIALS"
TOKEN_VARIABLE = "IDC_TOKEN"  # noqa: S105 - a name
DEFAULT_PATH = "~/.idc_credentials"
#: In seconds: how long to wait for another process that is renewing the token in the file.
LOCK_SECONDS = 60.0
#: In seconds: how long to pause after a renewal that failed or did not help.
RENEWAL_PAUSE = 60.0

logger = logging.getLogger("idc_ext.credentials")


class TokenSource(Protocol):
    """A source of the ID token. It is read for each request, so a renewed token is used at once."""

    @property
    def origin(self) -> str:
        """The origin of the token, for messages: a path or the name of a variable."""

    def read_token(self) -> IdToken:
        """Read the ID token, expired or not; raises CredentialsError."""

    def valid_token(self) -> IdToken:
        """Return the ID token to send now, renewed if necessary; raises CredentialsError."""

    def renewed_token(self, refused: IdToken) -> IdToken:
        """Return another ID token than the one that the server refused; raises CredentialsError."""

    def worth_renewing(self, token: IdToken) -> bool:
        """Say whether another token could help if the server refuses this one."""


@frozen
class TokenVariable:
    """The ID token in the variable IDC_TOKEN. It cannot be renewed."""

    origin: str = TOKEN_VARIABLE

    def read_token(self) -> IdToken:
        """Read the ID token, expired or not.

        Raises:
            CredentialsNotFound: the variable is not set any more.
            CredentialsInvalid: its value is not an ID token.
        """
        found = _token_from_variable()
        if found is None:
            raise CredentialsNotFound(f"the variable {TOKEN_VARIABLE} is not set any more: set it, or connect again")
        if isinstance(found, str):
            raise CredentialsInvalid(f"the variable {TOKEN_VARIABLE} {found}; set it to a Google ID token")
        return found

    def valid_token(self) -> IdToken:
        """Return the ID token; raises CredentialsExpired, and everything that `read_token` raises."""
        found = self.read_token()
        if found.expired(time.time()):
            raise CredentialsExpired(
                f"the ID token in {TOKEN_VARIABLE} {_expiry_text(found)} and is not sent: set a new one"
            )
        return found

    def renewed_token(self, refused: IdToken) -> IdToken:
        """Raise CredentialsExpired: there is no other token."""
        raise CredentialsExpired(f"the server refused the ID token in {TOKEN_VARIABLE}: set a new one")

    def worth_renewing(self, token: IdToken) -> bool:
        """Return False: the token cannot be renewed."""
        return False


@define
class Credentials:
    """The ID token in a credentials file of the format of oauth2client, renewed if necessary."""

    path: str
    #: The settings of httpx for requests to the issuer. The address of a proxy may hold a password.
    _settings: Mapping[str, Any] = field(default=NO_SETTINGS, eq=False, repr=False)
    #: On the monotonic clock: a token is not renewed early before this moment.
    _no_early_renewal_before: float = field(default=float("-inf"), init=False, eq=False, repr=False)
    #: The token that was renewed after the last 401, and the moment, on that clock, until which renewing it again
    #: would not help.
    _renewed_after_401: tuple[Secret, float] | None = field(default=None, init=False, eq=False, repr=False)

    @classmethod
    def locate(
        cls, path: str | os.PathLike[str] | None = None, settings: Mapping[str, Any] = NO_SETTINGS
    ) -> Credentials:
        """Choose the file: the argument, else the variable IDC_CREDENTIALS, else ~/.idc_credentials."""
        chosen = os.path.abspath(os.path.expanduser(path or os.environ.get(VARIABLE) or DEFAULT_PATH))
        return cls(chosen, {name: settings[name] for name in CONNECTION_SETTINGS if name in settings})

    @property
    def origin(self) -> str:
        """The path of the file."""
        return self.path

    def read_token(self) -> IdToken:
        """Read the ID token, expired or not.

        Raises:
            CredentialsNotFound: there is no such file.
            CredentialsInsecure: it belongs to another user, or other users may read it.
            CredentialsInvalid: it is not a readable file, not JSON or has no ID token.
        """
        from ._credentials_file import load_token  # imported late: few programs need a token

        return load_token(self.path)

    def valid_token(self) -> IdToken:
        """Return the ID token to send now; one that expires within five minutes is renewed if possible.

        Raises:
            CredentialsExpired: it has expired or will within 30 seconds, and cannot be renewed.
            CredentialsError: it has expired, and the renewal failed; and everything that `read_token` raises.
            DeadlineExceeded: it has expired, and the renewal was not done in time.
        """
        found = self.read_token()
        now = time.time()
        if not found.renewal_due(now):
            return found
        if found.expired(now):
            from ._credentials_file import LOGIN

            if found.renewable:
                return self._renew(lambda token: not token.expired(time.time()), LOCK_SECONDS)
            raise CredentialsExpired(
                f"the ID token in {self.path} {_expiry_text(found)} and is not sent (ID tokens live for an hour), "
                f"and the file has no refresh token to renew it: {LOGIN}, "
                "or renew the file with the program that wrote it"
            )
        return (self._renew_early() or found) if found.renewable else found

    def renewed_token(self, refused: IdToken) -> IdToken:
        """Return another ID token than the one that the server refused.

        Raises:
            CredentialsError: as for `valid_token`.
        """

        def is_acceptable(token: IdToken) -> bool:
            return not token.secret.equals(refused.secret) and not token.expired(time.time())

        try:
            found = self._renew(is_acceptable, LOCK_SECONDS)
        except CredentialsError as error:
            raise type(error)(f"the server refused the ID token (401), and {error}") from None
        self._renewed_after_401 = found.secret, time.monotonic() + RENEWAL_PAUSE
        return found

    def worth_renewing(self, token: IdToken) -> bool:
        """Say whether another token could help if the server refuses this one: not if a 401 has just renewed it."""
        if self._renewed_after_401 is None or not token.renewable:
            return token.renewable
        last, until = self._renewed_after_401
        return not last.equals(token.secret) or time.monotonic() >= until

    def _renew_early(self) -> IdToken | None:
        """Renew a token that is still valid. Of many processes, one does; None if it is not done or fails."""
        if time.monotonic() < self._no_early_renewal_before:
            return None
        from ._credentials_file import renew_token

        try:
            token = renew_token(self.path, lambda token: not token.renewal_due(time.time()), 0, self._settings)
        except (CredentialsError, DeadlineExceeded) as error:
            logger.warning("the ID token was not renewed early: %s", error)
            token = None
        else:
            if token is not None and not token.renewal_due(time.time()):
                return token
        self._no_early_renewal_before = time.monotonic() + RENEWAL_PAUSE
        return token

    def _renew(self, is_acceptable: Callable[[IdToken], bool], seconds: float) -> IdToken:
        from ._credentials_file import renew_token

        token = renew_token(self.path, is_acceptable, seconds, self._settings)
        if token is None:
            until = deadline.current()
            if until is not None and until.over():
                raise until.exceeded(f"another process is renewing {self.path}")
            raise CredentialsError(
                f"another process has been renewing {self.path} all the time: "
                "try again, or end that process if it is stuck"
            )
        return token


def locate_token_source(
    path: str | os.PathLike[str] | None = None, settings: Mapping[str, Any] = NO_SETTINGS
) -> TokenSource:
    """Choose the source of the token: the argument, IDC_TOKEN, IDC_CREDENTIALS, ~/.idc_credentials.

    The settings of httpx for connections (`verify`, `proxy` …) hold for renewals, too.
    """
    return TokenVariable() if path is None and os.environ.get(TOKEN_VARIABLE) else Credentials.locate(path, settings)


def _token_from_variable() -> IdToken | str | None:
    text = os.environ.get(TOKEN_VARIABLE)
    return parse_id_token(text.strip()) if text else None


def _expiry_text(token: IdToken) -> str:
    expires = token.expires or 0
    return f"{'expired' if expires <= time.time() else 'expires'} at {format_time(expires)}"
