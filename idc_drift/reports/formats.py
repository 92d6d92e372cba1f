"""The seven report formats.

Law: a report is a pure function of the outcome: the same findings give the same bytes, and all document text is
escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .ci import github, junit, sarif
from .html import page
from .json import as_json
from .markdown import markdown
from .text import text

if TYPE_CHECKING:
    from ..changes.outcome import Outcome

FORMATS = ("text", "json", "markdown", "html", "github", "junit", "sarif")
CI_FORMATS = ("github", "junit", "sarif")
"""The formats whose places a service shows beside the files of a pull request."""


def render(outcome: Outcome, form: str, *, verbose: bool = False, color: bool = False) -> str:
    """The report in one of ``FORMATS``."""
    match form:
        case "json":
            return as_json(outcome)
        case "markdown":
            return markdown(outcome, verbose=verbose)
        case "html":
            return page(outcome)
        case "github":
            return github(outcome)
        case "junit":
            return junit(outcome)
        case "sarif":
            return sarif(outcome, verbose=verbose)
        case _:
            return text(outcome, verbose=verbose, color=color)
