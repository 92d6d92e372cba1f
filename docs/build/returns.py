"""An extension of griffe, which reads the sources for the reference: what a caller gets from a function.

A function under `@sending` is written as steps, and returns their result; its source alone would say `Steps[V3Counts]`.
"""

from __future__ import annotations

from typing import Any

import griffe


class Returns(griffe.Extension):
    """Functions whose source says `Steps[X]`, with X in its place."""

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        """Replace the annotation of the result."""
        returned = func.returns
        is_sent = any(decorator.callable_path.rpartition(".")[2] == "sending" for decorator in func.decorators)
        if is_sent and isinstance(returned, griffe.ExprSubscript) and str(returned.left) == "Steps":
            func.returns = returned.slice
