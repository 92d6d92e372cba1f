"""The content of the credentials file that upstream's idc_auth.py and similar programs write, and its renewal.

The file is JSON in the format of oauth2client. If several processes need a renewal, one does it: the process with the
lock reads the file again before it sends a request. Unknown keys and their order stay. Functions that hold the text of
the file return an error and do not raise it, so that no traceback can show the text.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .._http import deadline
from .._http.addresses import NO_SETTINGS
from ..errors import (
    CredentialsError,
    CredentialsExpired,
    CredentialsInsecure,
    CredentialsInvalid,
    DeadlineExceeded,
)
from . import _private_file as private
from ._id_token import IdToken, format_time, parse_id_token, parse_time
from ._token_endpoint import TokenRequestError, problem_with, request_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOGIN = "log in again (idc-ext auth login)"


@frozen
class FileContent:
    """The content of a credentials file: the JSON document, and the ID token in it."""

    document: dict[str, Any] = field(repr=False)
    token: IdToken


@frozen
class CredentialsFailure:
    """An error to raise later, in a frame that holds no secret: its class and its message."""

    kind: type[CredentialsError | DeadlineExceeded]
    sentence: str


def load_token(path: str) -> IdToken:
    """Read the ID token of the file, expired or not; raises as `Credentials.read_token`."""
    found = _parse_file(private.read_private_file(path))
    if isinstance(found, str):
        raise CredentialsInvalid(f"the credentials file {path} {found}; write it again")
    return found.token


def renew_token(
    path: str, is_acceptable: Callable[[IdToken], bool], seconds: float, settings: Mapping[str, Any] = NO_SETTINGS
) -> IdToken | None:
    """Get another ID token with the refresh token of the file, and write it to the file.

    Args:
        path: The file.
        is_acceptable: Says whether a token will do, so that one that another process has just got is used.
        seconds: How long to wait for another process that is renewing it, but never beyond the deadline.
        settings: The settings of httpx for the request to the issuer.

    Returns:
        The token; None if another process is still renewing it.

    Raises:
        CredentialsError: as `Credentials.valid_token`.
        DeadlineExceeded: the issuer did not answer in time.
    """
    target = private.resolve_link(path)
    with private.file_lock(target, deadline.cap_timeout(seconds, deadline.current()) or 0) as has_lock:
        outcome = _renew_under_lock(path, target, is_acceptable, settings) if has_lock else None
    if isinstance(outcome, CredentialsFailure):
        raise outcome.kind(outcome.sentence)
    return outcome


def merge_token_answer(document: dict[str, Any], answer: dict[str, Any], now: float) -> FileContent | str:
    """Merge the answer of a token endpoint into the document of a file, as oauth2client does; or return an error."""
    text = answer.get("id_token")
    if not isinstance(text, str) or not text:
        return "sent no ID token: the consent must include the scope openid"
    lifetime = answer.get("expires_in")
    ends = now + (lifetime if isinstance(lifetime, int | float) and 0 <= lifetime < 10**9 else 3600)
    token = parse_id_token(text, ends)
    if isinstance(token, str):
        return f"{token.replace('holds', 'sent', 1)}"
    update = {
        "access_token": answer.get("access_token"),
        "token_expiry": datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "id_token": token.claims,
        "id_token_jwt": text,
        "token_response": answer,
        "invalid": False,
    }
    if isinstance(answer.get("refresh_token"), str) and answer["refresh_token"]:
        update["refresh_token"] = answer["refresh_token"]  # some issuers give a new one each time
    updated = {**document, **update}
    return FileContent(updated, token.with_renewable(_is_renewable(updated)))


def encode_file(content: FileContent) -> bytes:
    """Encode the content of a file as JSON."""
    return json.dumps(content.document).encode()


def _renew_under_lock(
    path: str, target: str, is_acceptable: Callable[[IdToken], bool], settings: Mapping[str, Any]
) -> IdToken | CredentialsFailure:
    """Renew the token while holding the lock: read the file again, send the request, write the file."""
    try:
        found = _parse_file(private.read_private_file(target, follow=False))
    except CredentialsError as error:
        return CredentialsFailure(type(error), str(error))
    if isinstance(found, str):
        return CredentialsFailure(CredentialsInvalid, f"the credentials file {path} {found}; write it anew")
    if is_acceptable(found.token):
        return found.token
    document = found.document
    unable = _reason_not_renewable(path, document)
    if unable is not None:
        return unable
    form = {"grant_type": "refresh_token", "refresh_token": document["refresh_token"]}
    form.update({name: document[name] for name in ("client_id", "client_secret") if document.get(name)})
    try:
        draft = private.FileDraft(target)
    except CredentialsError as error:
        return CredentialsFailure(
            CredentialsError, f"{_expiry_sentence(path, found.token)} and is not renewed: {error}"
        )
    with draft:
        answer = request_tokens(document["token_uri"], form, settings)
        now = time.time()
        if isinstance(answer, TokenRequestError):
            if answer.code == "invalid_grant":
                # So the next process does not send the same request in vain; upstream's programs read this key, too.
                draft.publish(encode_file(FileContent({**document, "invalid": True}, found.token)))
                return CredentialsFailure(
                    CredentialsExpired,
                    f"{_expiry_sentence(path, found.token)} and cannot be renewed: {answer.clause}; {LOGIN}",
                )
            return CredentialsFailure(
                DeadlineExceeded if answer.late else CredentialsError,
                f"{_expiry_sentence(path, found.token)} and could not be renewed: {answer.clause}; try again",
            )
        new_content = merge_token_answer(document, answer, now)
        wrong = new_content if isinstance(new_content, str) else _reason_to_reject(found.token, new_content.token, now)
        if isinstance(new_content, str) or wrong is not None:
            return CredentialsFailure(
                CredentialsError,
                f"{_expiry_sentence(path, found.token)} and could not be renewed: the issuer {wrong}; {LOGIN}",
            )
        unwritten = draft.publish(encode_file(new_content))
    if unwritten is not None:
        return CredentialsFailure(CredentialsError, f"the renewed ID token could not be saved: {unwritten}")
    return new_content.token


def _parse_file(raw: bytes) -> FileContent | str:
    """Parse the file and find its ID token, or return what is wrong without quoting the file."""
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
    token = parse_id_token(text, parse_time(document.get("token_expiry")))
    return token if isinstance(token, str) else FileContent(document, token.with_renewable(_is_renewable(document)))


def _is_renewable(document: dict[str, Any]) -> bool:
    needed = [document.get("refresh_token"), document.get("token_uri")]
    return all(isinstance(value, str) and value for value in needed) and document.get("invalid") is not True


def _reason_not_renewable(path: str, document: dict[str, Any]) -> CredentialsFailure | None:
    """Return why the token in the file cannot be renewed; None if it can."""
    if document.get("invalid") is True and document.get("refresh_token"):
        return CredentialsFailure(
            CredentialsExpired, f"the issuer has refused the refresh token in {path} before: {LOGIN}"
        )
    if not _is_renewable(document):
        return CredentialsFailure(CredentialsExpired, f"{path} holds no refresh token: {LOGIN}")
    wrong = problem_with(document["token_uri"])
    if wrong is not None:
        return CredentialsFailure(CredentialsInsecure, f"the token_uri in {path} {wrong}, so no secret is sent there")
    if not all(isinstance(document.get(name) or "", str) for name in ("client_id", "client_secret")):
        return CredentialsFailure(CredentialsInvalid, f"client_id and client_secret in {path} must be text")
    return None


def _reason_to_reject(old: IdToken, new: IdToken, now: float) -> str | None:
    """Return why a new token cannot replace the old one; None if it can."""
    if "sub" in old.claims and new.claims.get("sub") != old.claims["sub"]:  # OpenID Connect Core 1.0, 12.2
        return "sent the ID token of another user"
    if new.expired(now):
        return "sent an ID token that has already expired, if this machine's clock is right"
    return None


def _expiry_sentence(path: str, token: IdToken) -> str:
    if token.expires is None:
        return f"the ID token in {path} was refused"
    verb = "expired" if token.expires <= time.time() else "expires"
    return f"the ID token in {path} {verb} at {format_time(token.expires)}"
