"""ID tokens and page tokens: everything that is signed or encrypted with the keys of this machine.

Law: keys live in the state folder, readable by their owner only, and never leave it. ID tokens are JWTs signed with
an RSA key, as Google's are, but the issuer is clearly not Google. Page tokens are Fernet tokens, as
upstream's are: encrypted, tamper-proof, and dated.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from idc_standin.errors import StandinError
from idc_standin.options import EMAIL

if TYPE_CHECKING:
    from collections.abc import Callable

ISSUER = "https://idc-standin.invalid"
AUDIENCE = "idc-standin"
PAGE_TOKEN_SECONDS = 24 * 3600  # as long as BigQuery keeps anonymous results


class Unauthorized(Exception):
    """The gateway rejects the token; the text is the gateway's own."""


class BadPageToken(Exception):
    """The token is not from this service, was changed, or has expired."""


@dataclass(frozen=True, slots=True)
class User:
    """The person an ID token names; ``email`` is empty when the token has none."""

    email: str
    first_name: str
    last_name: str


class Identity:
    """Issues and verifies tokens with the keys in ``state`` (made at the first use)."""

    def __init__(self, state: Path) -> None:
        try:
            state.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._signing = _key(state / "id-token-key.pem", _new_signing_key)
            private = serialization.load_pem_private_key(self._signing, password=None)
            self._pages = Fernet(_key(state / "page-token-key", Fernet.generate_key))
        except OSError as error:
            raise StandinError(
                f"The state folder {state} cannot be used ({error.strerror}); choose another with --state."
            ) from error
        except ValueError as error:
            raise StandinError(f"A key in {state} is damaged; delete the two key files there.") from error
        if not isinstance(private, rsa.RSAPrivateKey):
            raise StandinError(f"The key in {state} is not an RSA key; delete it.")
        self._public = private.public_key()

    # --- ID tokens -----------------------------------------------------------------------------------------------

    def issue(self, email: str, name: str, seconds: int) -> tuple[str, dict[str, Any]]:
        """An ID token for a person, valid for so many seconds from now, and its claims."""
        now = int(time.time())
        first, _, last = name.partition(" ")
        claims = {
            "iss": ISSUER, "aud": AUDIENCE, "azp": AUDIENCE, "sub": f"standin|{email}", "email": email,
            "email_verified": True, "name": name, "given_name": first, "family_name": last, "iat": now,
            "exp": now + seconds,
        }  # fmt: skip
        return jwt.encode(claims, self._signing, algorithm="RS256"), claims

    def verify(self, authorization: str | None) -> User:
        """The user behind an Authorization header; raises Unauthorized with the gateway's reason."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthorized("Missing or invalid credentials")
        try:
            claims = jwt.decode(
                token.strip(), self._public, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER,
                options={"require": ["exp", "iat", "sub"]},
            )  # fmt: skip
        except jwt.ExpiredSignatureError:
            raise Unauthorized("TIME_CONSTRAINT_FAILURE") from None
        except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError):
            raise Unauthorized("BAD_SIGNATURE") from None
        except (jwt.InvalidIssuerError, jwt.InvalidAudienceError):
            raise Unauthorized("Issuer not allowed") from None
        except jwt.PyJWTError:
            raise Unauthorized("BAD_FORMAT") from None
        email = claims.get("email")
        if not isinstance(email, str) or not EMAIL.fullmatch(email):
            return User("", "", "")  # a valid token without an account
        given, family = (str(claims.get(name) or "") for name in ("given_name", "family_name"))
        return User(email, given or email.partition("@")[0], family)

    # --- page tokens ---------------------------------------------------------------------------------------------

    def seal(self, content: dict[str, Any]) -> str:
        """A page token that holds ``content``."""
        return self._pages.encrypt(json.dumps(content, separators=(",", ":")).encode()).decode("ascii")

    def unseal(self, token: str) -> dict[str, Any]:
        """What a page token holds; raises BadPageToken."""
        try:
            content: dict[str, Any] = json.loads(self._pages.decrypt(token.encode(), ttl=PAGE_TOKEN_SECONDS))
        except (InvalidToken, UnicodeEncodeError):
            raise BadPageToken from None
        return content


def credentials(identity: Identity, email: str, name: str, seconds: int) -> dict[str, Any]:
    """The content of a credentials file, in the shape that oauth2client's file Storage writes."""
    token, claims = identity.issue(email, name, seconds)
    expiry = datetime.fromtimestamp(claims["exp"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    response = {
        "access_token": "standin-access-token",
        "expires_in": seconds,
        "scope": "https://www.googleapis.com/auth/userinfo.email openid",
        "token_type": "Bearer",
        "id_token": token,
    }
    return {
        "access_token": response["access_token"],
        "client_id": f"{AUDIENCE}.invalid",
        "client_secret": "",
        "refresh_token": None,
        "token_expiry": expiry,
        "token_uri": "https://oauth2.googleapis.com/token",
        "user_agent": None,
        "revoke_uri": "https://oauth2.googleapis.com/revoke",
        "id_token": claims,
        "id_token_jwt": token,
        "token_response": response,
        "scopes": ["https://www.googleapis.com/auth/userinfo.email"],
        "token_info_uri": "https://oauth2.googleapis.com/tokeninfo",
        "invalid": False,
        "_class": "OAuth2Credentials",
        "_module": "oauth2client.client",
    }


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, atomically. A link stays one."""
    try:
        path = path.resolve()
    except RuntimeError:  # before Python 3.13, of links that lead in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp's mode is 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(unfinished).unlink()
        raise


def _key(path: Path, make: Callable[[], bytes]) -> bytes:
    """The key in the file, created if it is missing; processes that start at once get the same key."""
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            fresh = Path(folder) / path.name
            write_private(fresh, make())
            with suppress(FileExistsError):
                os.link(fresh, path)
    return path.read_bytes()


def _new_signing_key() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
