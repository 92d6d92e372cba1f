"""What is told to the logger `idc_ext`, and who hears it.

Nobody does unless the program configures logging, or the variable IDC_LOG asks for it. A line shows no header, no body
and no token; page tokens in a URL are cut short.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING

from .redaction import one_line, shown, without_secrets

if TYPE_CHECKING:
    import httpx

VARIABLE = "IDC_LOG"
#: What the variable may say. `info` tells of failures and repeats, `debug` of every attempt.
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

logger = logging.getLogger("idc_ext")
logger.addHandler(logging.NullHandler())
_configuring = threading.Lock()


def configure() -> None:
    """Write to stderr what IDC_LOG asks for. Done once, when the first client is made; importing changes nothing."""
    asked = os.environ.get(VARIABLE, "").strip().lower()
    with _configuring:
        if not asked or any(isinstance(handler, _Stderr) for handler in logger.handlers):
            return
        handler = _Stderr()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(LEVELS.get(asked, logging.INFO))
    if asked not in LEVELS:
        logger.warning("%s is none of %s; taken for info", VARIABLE, ", ".join(LEVELS))


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg] # generic for type checkers only, in Python 3.11
    """A handler of ours, so that it is not added a second time."""


def attempt(request: httpx.Request, outcome: str, *, seconds: float, number: int, most: int, then: str = "") -> None:
    """Tell of one attempt: how it ended, how long it took, and what comes of it."""
    level = logging.INFO if then else logging.DEBUG
    if logger.isEnabledFor(level):
        tail = f"; {one_line(then)}" if then else ""
        logger.log(
            level,
            "%s %s: %s in %.2f s, attempt %d of %d%s",
            request.method,
            shown(request.url),
            one_line(without_secrets(outcome, request)),
            seconds,
            number,
            most,
            tail,
        )
