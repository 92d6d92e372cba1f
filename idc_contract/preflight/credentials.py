"""Users from credentials files: tokens that have expired are refused, or renewed if the file allows that."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from idc_contract.preflight.unusable import Unusable
from idc_contract.service import User
from idc_ext.auth._credentials import Credentials
from idc_ext.auth._id_token import IdToken, parse_id_token
from idc_ext.errors import CredentialsError

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = "log in again with `idc-ext auth login`, or renew the file with the program that wrote it"


class Mistake(Exception):
    """A wrong combination of options, or a file that is not what an option needs; the message says what to do."""


class FileToken:
    """The token in a file that can renew it."""

    def __init__(self, path: Path) -> None:
        self.credentials = Credentials.locate(path)

    def __call__(self) -> str:
        """The token to send now; raises Unusable if it cannot be renewed."""
        try:
            return self.credentials.valid_token().secret.reveal()
        except CredentialsError as error:
            raise Unusable(str(error)) from None


def user(path: Path) -> User:
    """The user of a credentials file; raises Mistake, or Unusable if the token has expired."""
    source = FileToken(path)
    try:
        found = source.credentials.read_token()
    except CredentialsError as error:
        raise Mistake(str(error)) from None
    email = str(found.claims.get("email") or path)
    if found.renewable:
        return User(email, source(), source)
    if found.expired(time.time()):
        raise Unusable(
            f"the ID token in {path} expired at {expiry(found.expires)} (ID tokens live for an hour), and the file has "
            f"no refresh token to renew it: {LOGIN}"
        )
    return User(email, found.secret.reveal())


def expires(who: User) -> float | None:
    """When the token of a user expires, if it has a time and cannot be renewed."""
    if who.source is not None:
        return None
    found = parse_id_token(who.first)
    return found.expires if isinstance(found, IdToken) else None


def expiry(seconds: float | None) -> str:
    """A time as text."""
    return f"{datetime.fromtimestamp(seconds or 0, UTC):%Y-%m-%d %H:%M:%S} UTC"
