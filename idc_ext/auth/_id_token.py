"""ID tokens: a secret text, and the claims in it.

Law: pure; reads no file, no clock and no network. Functions that hold the text of a token return an error and do not
raise it, so that no traceback can show the text.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeGuard

from attrs import evolve, field, frozen

#: A token with less than this many seconds left counts as expired: it may expire on the way to the server.
EXPIRY_MARGIN = 30
#: A token that can be renewed is renewed from this many seconds before it expires.
RENEWAL_MARGIN = 300

# Only the characters of a JWT get into a header: an HTTP library that refuses other bytes may quote them.
_JWT = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*", re.ASCII)
_YEAR_10000 = 253_402_300_800


class Secret:
    """A text that only `reveal` returns; `repr`, `str`, `format` and `pickle` never show it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "<Secret>"

    def __format__(self, form: str) -> str:
        return format(repr(self), form)

    def __getstate__(self) -> NoReturn:
        raise TypeError("a Secret has no state to show")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied: read the credentials where they are needed")

    def equals(self, other: Secret) -> bool:
        """Say whether both hold the same text, in constant time."""
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text


@frozen
class IdToken:
    """An ID token and its claims, which only the server can verify.

    Attributes:
        secret: The token itself.
        claims: The claims about its user: `email`, `sub`, `iss`, `aud` and more.
        expires: Its expiry, in seconds since 1970; None if neither token nor file has it.
        renewable: Whether the file has a refresh token to get another one.
    """

    secret: Secret
    claims: dict[str, Any] = field(repr=False, eq=False)
    expires: float | None
    renewable: bool = False

    def expired(self, now: float) -> bool:
        """Say whether the token has expired, or may on the way to the server."""
        return self.expires is not None and self.expires - EXPIRY_MARGIN <= now

    def renewal_due(self, now: float) -> bool:
        """Say whether to renew the token: five minutes before it expires, or in the last quarter of a short life."""
        if self.expires is None:
            return False
        issued = self.claims.get("iat")
        life = self.expires - issued if is_time(issued) and issued < self.expires else RENEWAL_MARGIN * 4
        return self.expires - max(EXPIRY_MARGIN, min(RENEWAL_MARGIN, life / 4)) <= now

    def with_renewable(self, renewable: bool) -> IdToken:
        """Return the token with another value of `renewable`."""
        return evolve(self, renewable=renewable)


def parse_id_token(text: str, default_expiry: float | None = None) -> IdToken | str:
    """Parse a JWT, or return what is wrong with it without quoting it.

    Args:
        text: The token.
        default_expiry: The expiry of a token that does not have its own, in seconds since 1970.
    """
    claims = _claims(text)
    if claims is None:
        return "holds an ID token that is not a JWT"
    expires = claims.get("exp", default_expiry)
    if "exp" in claims and not is_time(expires):
        return "holds an ID token whose time of expiry (exp) is not a time"
    return IdToken(Secret(text), claims, expires)


def is_time(value: object) -> TypeGuard[float]:
    """Say whether a value is a number of seconds since 1970 that a calendar can show."""
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 <= value < _YEAR_10000


def format_time(seconds: float) -> str:
    """Format seconds since 1970 as date and time in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def parse_time(text: object) -> float | None:
    """Parse the time in a file, `YYYY-MM-DDTHH:MM:SSZ` (UTC), to seconds since 1970; None if it is not a time."""
    try:
        when = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        return None
    seconds = when.replace(tzinfo=when.tzinfo or UTC).timestamp()
    return seconds if is_time(seconds) else None


def _claims(token: str) -> dict[str, Any] | None:
    parts = _JWT.fullmatch(token)
    if parts is None:
        return None
    payload = parts[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None
