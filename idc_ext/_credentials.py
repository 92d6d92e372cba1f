"""One credentials file, read safely, and the header made of it.

Tokens leave the file as `Secret` and become text only in the request that carries them. Functions that hold
the file's text return what is wrong with it and do not raise, so that no traceback can show it. This module
knows no endpoint: who needs a token is a predicate handed in.
"""

from __future__ import annotations

import base64
import errno
import ipaddress
import json
import os
import re
import shlex
import stat
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import httpx
from attrs import field, frozen

from .errors import CredentialsExpired, CredentialsInsecure, CredentialsInvalid, CredentialsNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

VARIABLE = "IDC_CREDENTIALS"
DEFAULT_PATH = "~/.idc_credentials"
#: A token with less than this many seconds to live may run out on the way.
SLACK = 30
#: Real files have some 3 KB. In bytes.
LARGEST_FILE = 1_048_576

# Only what a JWT may consist of gets into a header: an HTTP library that refuses other bytes may quote them.
_JWT = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*", re.ASCII)
_YEAR_10000 = 253_402_300_800


class Secret:
    """A text that shows itself only when told to, and never to `repr`, `str` or `pickle`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "<Secret>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied: read the credentials file where it is needed")

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text


@frozen
class IdToken:
    """An ID token and when it runs out: seconds since 1970, None if neither token nor file says."""

    secret: Secret
    expires: float | None


@frozen
class Credentials:
    """An oauth2client-shaped credentials file. Read for each request: a renewed file counts at once."""

    path: str

    @classmethod
    def locate(cls, path: str | os.PathLike[str] | None = None) -> Credentials:
        """Choose the file: the argument, else the variable IDC_CREDENTIALS, else ~/.idc_credentials."""
        return cls(os.path.abspath(os.path.expanduser(path or os.environ.get(VARIABLE) or DEFAULT_PATH)))

    def read(self) -> IdToken:
        """Read the ID token, expired or not.

        Raises:
            CredentialsNotFound: there is no such file.
            CredentialsInsecure: it belongs to somebody else or others may read it.
            CredentialsInvalid: it is not a readable file, not JSON or has no ID token.
        """
        found = _id_token(_contents(self.path))
        if isinstance(found, str):
            raise CredentialsInvalid(f"the credentials file {self.path} {found}; write it anew")
        return found

    def token(self) -> Secret:
        """Read the ID token to send now.

        Raises:
            CredentialsExpired: it has run out or will within 30 seconds; and everything that `read` raises.
        """
        found = self.read()
        if found.expires is not None and found.expires - SLACK <= time.time():
            when = datetime.fromtimestamp(found.expires, UTC)
            verb = "expired" if found.expires <= time.time() else "expires"
            raise CredentialsExpired(
                f"the ID token in {self.path} {verb} at {when:%Y-%m-%d %H:%M:%S} UTC and is not sent: "
                "renew the file with the program that wrote it (ID tokens live for an hour) and try again"
            )
        return found.secret


@frozen
class IdTokenAuth(httpx.Auth):
    """Attaches the ID token to the operations that need a user, and to nothing outside the base URL."""

    credentials: Credentials
    base_url: httpx.URL = field(converter=httpx.URL)
    needs_user: Callable[[str, str], bool]

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Attach the token where it belongs. Works for both colours: it only reads one small file."""
        root = self.base_url.path.removesuffix("/")
        path = request.url.path
        if self._at_home(request.url) and path.startswith(root) and self.needs_user(request.method, path[len(root) :]):
            if request.url.scheme != "https" and not is_loopback(request.url):
                raise CredentialsInsecure(
                    f"{request.method} {path} needs an ID token, which does not go to {request.url.host} "
                    "over plain http: use an https base URL"
                )
            request.headers["Authorization"] = f"Bearer {self.credentials.token().reveal()}"
        yield request

    def forget_elsewhere(self, request: httpx.Request) -> None:
        """Take the token off a request that a redirect has turned to another origin."""
        if not self._at_home(request.url):
            request.headers.pop("Authorization", None)

    def _at_home(self, url: httpx.URL) -> bool:
        home = self.base_url
        return (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)


def is_loopback(url: httpx.URL) -> bool:
    """Say whether the URL stays on this machine: 127.0.0.0/8, ::1 or localhost."""
    try:
        return ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return url.host == "localhost"


def _contents(path: str) -> bytes:
    """Read the file, having looked at what was opened and not at what the name meant a moment earlier."""
    try:
        # Without O_NONBLOCK, opening a FIFO waits for a writer for ever.
        flags = ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
        descriptor = os.open(path, os.O_RDONLY | sum(getattr(os, flag, 0) for flag in flags))
    except ValueError:
        raise CredentialsNotFound("the path of the credentials file contains a null character") from None
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise CredentialsNotFound(
                f"there is no credentials file {path}: pass credentials=PATH or set {VARIABLE} to where it is"
            ) from None
        raise CredentialsInvalid(f"the credentials file {path} cannot be opened: {error.strerror}") from None
    try:
        _check_safety(path, os.fstat(descriptor))
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CredentialsInvalid(f"the credentials file {path} cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)


def _check_safety(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise CredentialsInvalid(f"{path} is not a regular file, so it cannot be a credentials file")
    if not hasattr(os, "geteuid"):
        return  # a platform without POSIX owners and modes
    if status.st_uid != os.geteuid():
        raise CredentialsInsecure(
            f"the credentials file {path} belongs to user {status.st_uid} and not to you: use a file of your own"
        )
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise CredentialsInsecure(
            f"others may read the credentials file {path}: run `chmod 600 {shlex.quote(path)}` and try again"
        )


def _id_token(raw: bytes) -> IdToken | str:
    """Find the ID token, or say what is wrong with the file without quoting it."""
    if len(raw) > LARGEST_FILE:
        return f"is larger than {LARGEST_FILE} bytes"
    try:
        document = json.loads(raw)
    except json.JSONDecodeError as error:
        return f"is not JSON (line {error.lineno}, column {error.colno})"
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(document, dict):
        return "holds JSON, but not an object"
    answer = document.get("token_response")
    candidates = [answer.get("id_token") if isinstance(answer, dict) else None, document.get("id_token_jwt")]
    text = next((one for one in candidates if isinstance(one, str) and one), None)
    if text is None:
        return "holds no ID token, neither at token_response.id_token nor at id_token_jwt"
    claims = _claims(text)
    if claims is None:
        return "holds an ID token that is not a JWT"
    if "exp" not in claims:
        return IdToken(Secret(text), _timestamp(document.get("token_expiry")))
    expires = claims["exp"]
    if isinstance(expires, bool) or not isinstance(expires, int | float) or not 0 <= expires < _YEAR_10000:
        return "holds an ID token whose time of expiry (exp) is not a time"
    return IdToken(Secret(text), expires)


def _claims(token: str) -> dict[str, Any] | None:
    """Decode what a JWT claims. Only the server can say whether it is true."""
    parts = _JWT.fullmatch(token)
    if parts is None:
        return None
    payload = parts[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _timestamp(text: object) -> float | None:
    """Read the file's own `YYYY-MM-DDTHH:MM:SSZ` (UTC); what is not a time says nothing."""
    try:
        when = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        return None
    expires = when.replace(tzinfo=when.tzinfo or UTC).timestamp()
    return expires if 0 <= expires < _YEAR_10000 else None
