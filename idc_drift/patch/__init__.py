"""A patch for BASE, never BASE itself."""

from .proposal import propose

__all__ = ["propose"]
