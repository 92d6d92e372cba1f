"""Validators for each report format, and hostile texts that a report must escape."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Tree

from idc_drift.reports import formats

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = json.loads((Path(formats.__file__).parents[1] / "report.schema.json").read_text())
HOSTILE = [
    "\x1b[31mred\x1b[0m\x07",
    "two\nlines\r::error::injected",
    "::error file=x::injected",
    "##[error]injected",
    "<script>alert(1)</script>",
    "</pre><img src=x onerror=alert(1)>",
    "\" onload='alert(1)",
    "a | b | c `code` *bold* @a-user #1 [x](http://evil.example)",
    "\u202egnp.exe \u200b \ufffe \x00 \ud800",
    "]]> & &amp; --> %0A::error::x",
]


def validator_for(form: str) -> Callable[[str], object]:
    """What fails if a report in a form is damaged by a text of a document."""
    checks: dict[str, Any] = {"json": json.loads, "sarif": json.loads, "junit": Tree.fromstring, "html": _check_html}
    checked: Callable[[str], object] = checks.get(form, _check_single_line)
    return checked


def _check_single_line(report: str) -> None:
    """No line begins as a command, but for the ones that the report itself gives, and no markup survives."""
    assert "##[" not in report
    for line in report.splitlines():
        if line.lstrip().startswith("::"):
            assert re.match(r"::(error|notice|warning) (file=x[^:]*,line=\d+,col=\d+,)?title=[^:]*::", line)
    assert "http://evil.example)" not in report or "| |" not in report


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {
            name for name, value in attrs if not (name == "href" and re.match("#[a-z0-9-]+$", value or ""))
        }


def _check_html(report: str) -> None:
    parser = _Tags()
    parser.feed(report)
    assert parser.tags.isdisjoint({"script", "img", "iframe", "link", "object"})
    assert not {a for a in parser.attributes if a.startswith("on") or a in ("src", "href")}
