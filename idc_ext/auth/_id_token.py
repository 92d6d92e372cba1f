"""An ID token: a text that never shows itself, and what it says of itself.

Functions that hold a token's text return what is wrong with it and do not raise, so that no traceback can show it.
Nothing here reads a file, a clock or the network.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeGuard

from attrs import evolve, field, frozen

#: A token with less than this many seconds to live may run out on the way.
EXPIRY_MARGIN = 30
#: A token that can be renewed is, from this many seconds before it runs out.
RENEWAL_MARGIN = 300

# Only what a JWT may consist of gets into a header: an HTTP library that refuses other bytes may quote them.
_JWT = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*", re.ASCII)
_YEAR_10000 = 253_402_300_800


class Secret:
    """A text that shows itself only when told to, and never to `repr`, `str`, `format` or `pickle`."""

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
        """Say whether both hide the same text, in a time that says nothing of where they differ."""
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text


@frozen
class IdToken:
    """An ID token and what it claims, which only the server can say is true.

    Attributes:
        secret: The token itself.
        claims: What it says of its user: `email`, `sub`, `iss`, `aud` and more.
        expires: When it runs out, in seconds since 1970; None if neither token nor file says.
        renewable: Whether the file has what it takes to get another one.
    """

    secret: Secret
    claims: dict[str, Any] = field(repr=False, eq=False)
    expires: float | None
    renewable: bool = False

    def expired(self, now: float) -> bool:
        """Say whether it has run out or may on the way."""
        return self.expires is not None and self.expires - EXPIRY_MARGIN <= now

    def renewal_due(self, now: float) -> bool:
        """Say whether it is time for another one: five minutes ahead, or a quarter of what a short life is."""
        if self.expires is None:
            return False
        issued = self.claims.get("iat")
        life = self.expires - issued if is_time(issued) and issued < self.expires else RENEWAL_MARGIN * 4
        return self.expires - max(EXPIRY_MARGIN, min(RENEWAL_MARGIN, life / 4)) <= now

    def with_renewable(self, renewable: bool) -> IdToken:
        """Say of the same token whether it can be renewed."""
        return evolve(self, renewable=renewable)


def parse_id_token(text: str, default_expiry: float | None = None) -> IdToken | str:
    """Read a JWT, or say what is wrong with it without quoting it.

    Args:
        text: The token.
        default_expiry: When it runs out if it does not say so itself.
    """
    claims = _claims(text)
    if claims is None:
        return "holds an ID token that is not a JWT"
    expires = claims.get("exp", default_expiry)
    if "exp" in claims and not is_time(expires):
        return "holds an ID token whose time of expiry (exp) is not a time"
    return IdToken(Secret(text), claims, expires)


def is_time(value: object) -> TypeGuard[float]:
    """Say whether it is a number of seconds since 1970 that a calendar can show."""
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 <= value < _YEAR_10000


def format_time(seconds: float) -> str:
    """Write seconds since 1970 for people."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def parse_time(text: object) -> float | None:
    """Read a file's own `YYYY-MM-DDTHH:MM:SSZ` (UTC); what is not a time says nothing."""
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
