"""The escaping of documents' text for terminals, HTML, Markdown and workflow commands.

Law: text from a document cannot control a terminal, browser, runner or parser; invisible characters are shown as codes.
"""

from __future__ import annotations

import html as _html
import re
import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"})
"""Unicode categories without a visible form: controls, text direction, unassigned, surrogates, separators."""


def visible(text: str) -> str:
    r"""The text as one visible line, with control and direction characters as ``\x1b``, ``\u202e``."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_named(c) if unicodedata.category(c) in _UNSEEN else c for c in text)
    return text.replace("##[", r"#\x23[")  # CI runners read it as a command at any position


def _named(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def html(text: str) -> str:
    """The text escaped for HTML elements and quoted attributes."""
    return _html.escape(visible(text), quote=True)


_MARKDOWN = re.compile(r"[\\`*_\[\]|~@#<>&!{}]|://|(?<=www)\.", re.IGNORECASE)


def markdown(text: str) -> str:
    """The text escaped for GitHub's Markdown: it cannot contain markup, table cells, mentions, links or HTML."""
    return _MARKDOWN.sub(lambda found: f"&#{ord(found[0][0])};{found[0][1:]}", visible(text))


def markdown_code(text: str) -> str:
    """The text escaped for Markdown, with `...` kept as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return markdown(text)
    return "".join(f"<code>{markdown(p)}</code>" if i % 2 else markdown(p) for i, p in enumerate(parts))


def html_code(text: str) -> str:
    """The text escaped for HTML, with `...` kept as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return html(text)
    return "".join(f"<code>{html(p)}</code>" if i % 2 else html(p) for i, p in enumerate(parts))


def workflow_data(text: str) -> str:
    """The text escaped for the message of a workflow command (one line)."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """The text escaped for a property of a workflow command, where ``,`` and ``:`` are separators."""
    return workflow_data(text).replace(":", "%3A").replace(",", "%2C")
