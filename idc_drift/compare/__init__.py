"""The comparison of two APIs: operations, parameters, bodies and responses; ``judge`` compares their schemas."""

from .documents import compare

__all__ = ["compare"]
