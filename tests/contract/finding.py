"""What was found: one rule that one operation broke, with the request that shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A failure. ``curl`` sends the request again; a token in it is named and not shown."""

    layer: str
    """``schemathesis`` or ``relations``."""
    generation: str
    check: str
    operation: str
    message: str
    curl: str = ""

    @property
    def key(self) -> str:
        """What it is called in a baseline: it stays when words or examples change."""
        return f"{self.generation} · {self.layer} · {self.operation or '-'} · {self.check}"
