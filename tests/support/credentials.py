"""Credentials files and ID tokens as tests write them, and everything that a log may show of an error."""

import json
import time
import traceback
from pathlib import Path
from typing import Any

from idc_ext.auth._credentials import Credentials
from tests.support import token_issuer


def jwt(**claims: Any) -> str:
    return token_issuer.jwt(**{"email": "ada@example.org", **claims})


def valid_jwt(**claims: Any) -> str:
    return jwt(exp=int(time.time()) + 3600, **claims)


def write(path: Path, document: object, mode: int = 0o600) -> Credentials:
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    path.chmod(mode)
    return Credentials.locate(path)


def loggable_text(error: BaseException) -> str:
    """Everything a log may show of an error, with the locals of all frames below the test's own."""
    assert error.__traceback__ is not None
    below = error.__traceback__.tb_next
    frames = traceback.TracebackException(type(error), error, below, capture_locals=True)
    chain: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        chain += [repr(seen), str(seen), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    return "".join(frames.format()) + "".join(chain)
