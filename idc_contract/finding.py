"""A finding: a rule that an operation broke, with the request that shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A broken rule. ``curl`` sends the request again, with a variable in place of a token."""

    layer: str
    """``schemathesis`` or ``relations``."""
    generation: str
    check: str
    operation: str
    message: str
    curl: str = ""

    @property
    def key(self) -> str:
        """The name in a baseline, which does not depend on messages or examples."""
        return f"{self.generation} · {self.layer} · {self.operation or '-'} · {self.check}"
