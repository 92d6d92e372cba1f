"""The logger `idc_ext`: one record for each attempt of a call.

Nothing is written unless the program configures logging, or the variable IDC_LOG asks for it. A record shows no header,
no body and no token; page tokens in a URL are cut short.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING

from .redaction import one_line, url_without_secrets, without_secrets

if TYPE_CHECKING:
    import httpx

VARIABLE = "IDC_LOG"
#: The values of the variable. `info` logs failures and retries, `debug` every attempt.
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

logger = logging.getLogger("idc_ext")
logger.addHandler(logging.NullHandler())
_configure_lock = threading.Lock()


def configure() -> None:
    """Add a handler that writes to stderr, if IDC_LOG asks for it. Called when a client is made, never on import."""
    level_name = os.environ.get(VARIABLE, "").strip().lower()
    with _configure_lock:
        if not level_name or any(isinstance(handler, _StderrHandler) for handler in logger.handlers):
            return
        handler = _StderrHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(LEVELS.get(level_name, logging.INFO))
    if level_name not in LEVELS:
        logger.warning("%s is not one of %s; using info", VARIABLE, ", ".join(LEVELS))


class _StderrHandler(logging.StreamHandler):  # type: ignore[type-arg] # generic for type checkers only, in Python 3.11
    """The handler of this module, recognizable so that it is not added twice."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless the program's own logging writes it to the same stream."""
        others = logging.getLogger().handlers if logger.propagate else ()
        if not any(getattr(other, "stream", None) is self.stream for other in others):
            super().emit(record)


def log_attempt(
    request: httpx.Request, outcome: str, *, seconds: float, number: int, most: int, then: str = ""
) -> None:
    """Log one attempt: its outcome, its duration in seconds, and what follows from it (`then`)."""
    level = logging.INFO if then else logging.DEBUG
    if logger.isEnabledFor(level):
        tail = f"; {one_line(then)}" if then else ""
        logger.log(
            level,
            "%s %s: %s in %.2f s, attempt %d of %d%s",
            request.method,
            url_without_secrets(request.url),
            one_line(without_secrets(outcome, request)),
            seconds,
            number,
            most,
            tail,
        )
