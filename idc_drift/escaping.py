"""What somebody else wrote, made harmless for the place it is shown in.

Law: a document is never trusted with the reader's terminal, browser, runner or parser; what cannot be shown is named.
"""

from __future__ import annotations

import html as _html
import re
import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"})
"""Categories that steer instead of showing: controls, text direction, unassigned, half characters, separators."""


def visible(text: str) -> str:
    r"""One line in which everything can be seen: control and direction characters as ``\x1b``, ``\u202e``."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_named(c) if unicodedata.category(c) in _UNSEEN else c for c in text)
    return text.replace("##[", r"#\x23[")  # runners take it for a command wherever it stands


def _named(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def html(text: str) -> str:
    """For element content and quoted attributes."""
    return _html.escape(visible(text), quote=True)


_MARKDOWN = re.compile(r"[\\`*_\[\]|~@#<>&!{}]|://|(?<=www)\.", re.IGNORECASE)


def markdown(text: str) -> str:
    """Markdown (GitHub's) that shows the text: no markup, table cell, mention, issue link, HTML or link in it."""
    return _MARKDOWN.sub(lambda found: f"&#{ord(found[0][0])};{found[0][1:]}", visible(text))


def markdown_code(text: str) -> str:
    """A sentence in which `...` stays code and everything else is shown as it is."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return markdown(text)
    return "".join(f"<code>{markdown(p)}</code>" if i % 2 else markdown(p) for i, p in enumerate(parts))


def html_code(text: str) -> str:
    """The same for HTML."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return html(text)
    return "".join(f"<code>{html(p)}</code>" if i % 2 else html(p) for i, p in enumerate(parts))


def workflow_data(text: str) -> str:
    """The message of a workflow command: a runner reads one command a line."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """A property of a workflow command, which ``,`` and ``:`` would end."""
    return workflow_data(text).replace(":", "%3A").replace(",", "%2C")
