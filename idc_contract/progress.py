"""The progress of a run on stderr: a line that is rewritten on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idc_contract.service import Service

EVERY = 30.0
"""Seconds between two lines where there is no terminal."""


class Progress:
    """The progress of a run of which an estimate is known."""

    def __init__(self, service: Service, requests: int) -> None:
        self.service, self.requests = service, max(1, requests)
        self.terminal = sys.stderr.isatty()
        self.began = self.shown = time.monotonic()

    def __call__(self, what: str) -> None:
        """Show the current step."""
        now = time.monotonic()
        if self.terminal:
            sys.stderr.write(f"\r\x1b[K{self._text(now, what)[:110]}")
            sys.stderr.flush()
        elif now - self.shown > EVERY:
            self.shown = now
            sys.stderr.write(f"contract: {self._text(now, what)}\n")
            sys.stderr.flush()

    def _text(self, now: float, what: str) -> str:
        minutes, seconds = divmod(int(now - self.began), 60)
        sent = self.service.noted
        left = (now - self.began) * max(0, self.requests - sent) / max(1, sent) / 60
        remaining = f", about {left:.0f} min left" if sent and left >= 1 else ""
        return f"{minutes}:{seconds:02} {sent} of about {self.requests} requests{remaining}: {what}"

    def end(self) -> None:
        """Clear the line."""
        if self.terminal:
            sys.stderr.write("\r\x1b[K")
