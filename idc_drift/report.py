"""An outcome, said in each of the seven forms.

Law: a report is a pure function of the outcome: the same findings give the same bytes, and no text of a document can
act on whoever reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _docs
from ._report_ci import github, junit, sarif
from ._report_html import page
from ._report_json import as_json
from ._report_markdown import markdown
from ._report_text import text

if TYPE_CHECKING:
    from .outcome import Outcome

FORMATS = ("text", "json", "markdown", "html", "github", "junit", "sarif")


def render(outcome: Outcome, form: str, *, verbose: bool = False, colour: bool = False) -> str:
    """The report in one of FORMATS."""
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
            return sarif(outcome, _docs.why)
        case _:
            return text(outcome, verbose=verbose, colour=colour)
