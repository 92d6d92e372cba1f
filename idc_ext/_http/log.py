"""What is told to the logger `idc_ext`, and who hears it.

Nobody does unless the program configures logging, or the variable IDC_LOG asks for it. A line shows no header, no body
and no token; page tokens in a URL are cut short.
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
#: What the variable may say. `info` tells of failures and repeats, `debug` of every attempt.
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

logger = logging.getLogger("idc_ext")
logger.addHandler(logging.NullHandler())
_configure_lock = threading.Lock()


def configure() -> None:
    """Write to stderr what IDC_LOG asks for. Done once, when the first client is made; importing changes nothing."""
    level_name = os.environ.get(VARIABLE, "").strip().lower()
    with _configure_lock:
        if not level_name or any(isinstance(handler, _StderrHandler) for handler in logger.handlers):
            return
        handler = _StderrHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(LEVELS.get(level_name, logging.INFO))
    if level_name not in LEVELS:
        logger.warning("%s is none of %s; taken for info", VARIABLE, ", ".join(LEVELS))


class _StderrHandler(logging.StreamHandler):  # type: ignore[type-arg] # generic for type checkers only, in Python 3.11
    """A handler of ours, so that it is not added a second time."""


def log_attempt(
    request: httpx.Request, outcome: str, *, seconds: float, number: int, most: int, then: str = ""
) -> None:
    """Tell of one attempt: how it ended, how long it took, and what comes of it."""
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
