"""Users from credentials files: tokens that have expired are refused, or renewed if the file allows that."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

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
    try:
        content: dict[str, Any] = json.loads(path.expanduser().read_text(encoding="utf-8"))
        token = str(content["token_response"]["id_token"])
        email = str(content.get("id_token", {}).get("email", path.name))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Mistake(f"{path} is not a credentials file with token_response.id_token: {_why(error)}") from None
    if content.get("refresh_token"):
        source = FileToken(path.expanduser())
        return User(email, source(), source)
    found = parse_id_token(token)
    if isinstance(found, IdToken) and found.expired(time.time()):
        raise Unusable(
            f"the ID token in {path} expired at {expiry(found.expires)} (ID tokens live for an hour), and the file has "
            f"no refresh token to renew it: {LOGIN}"
        )
    return User(email, token)


def _why(error: Exception) -> str:
    """Why a credentials file cannot be read, in words."""
    if isinstance(error, OSError):
        return f"it cannot be read ({error.strerror or error})"
    if isinstance(error, RuntimeError):
        return "the home folder of its path is not known"
    if isinstance(error, ValueError):
        return "it is not JSON"
    return f"it has no {error.args[0]}" if isinstance(error, KeyError) else "its members are of other types"


def expires(who: User) -> float | None:
    """When the token of a user expires, if it has a time and cannot be renewed."""
    if who.source is not None:
        return None
    found = parse_id_token(who.first)
    return found.expires if isinstance(found, IdToken) else None


def expiry(seconds: float | None) -> str:
    """A time as text."""
    return f"{datetime.fromtimestamp(seconds or 0, UTC):%Y-%m-%d %H:%M:%S} UTC"
