"""Law: everything about the user's ID token for v1: its file, its renewal and its header; no token is ever shown."""

from typing import TYPE_CHECKING

from .._lazy import lazy_attributes as _lazy_attributes

if TYPE_CHECKING:
    from ._login import Status, login, status

__all__ = [
    "Status",
    "login",
    "status",
]

if not TYPE_CHECKING:  # or type checkers would accept any name
    __getattr__, __dir__ = _lazy_attributes(__name__, dict.fromkeys(__all__, "_login"))
