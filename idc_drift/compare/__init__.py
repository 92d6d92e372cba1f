"""Two APIs: operations, parameters, bodies, responses; what is inside a schema is asked of ``judge``."""

from .documents import compare

__all__ = ["compare"]
