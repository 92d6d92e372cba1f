"""Law: who one is to v1 is decided here: the ID token, its file, its renewal and its header; no token is shown."""

from ._login import Status, login, status

__all__ = [
    "Status",
    "login",
    "status",
]
