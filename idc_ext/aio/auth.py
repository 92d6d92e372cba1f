"""The functions of `auth`: the login is awaitable, and runs in threads; `status` reads a file and sends nothing."""

from .. import auth as _auth
from .._http.steps import awaitable as _awaitable
from ..auth import Status, status

__all__ = ["Status", "login", "status"]

login = _awaitable(_auth.login)
