"""Escapes for text from a server: control characters and invisible characters become visible. Pure.

Text from the server cannot send control sequences to a terminal.
"""

from __future__ import annotations

import re

# Control characters (C0 and C1), characters that change the direction or have no width, Unicode line separators, lone
# surrogates, tags. On a terminal they may hide or change the text beside them.
_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f"
)
_ANY_INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_INVISIBLE_IN_LINES = re.compile(f"(?![\n\t])[{_INVISIBLE}]")
#: Text that a spreadsheet may read as a formula: it drops what is blank or invisible at the beginning, reads letters of
#: full width as others, and a tab or a line end begins another cell.
_FORMULA = re.compile(rf"[\t\r\n]|[\s{_INVISIBLE}]*[=+\-@＝＋－＠]")
_SHORT_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def escape_text(text: str) -> str:
    r"""Escape all invisible characters: `\x1b`, `\u202e`, `\n`."""
    return _ANY_INVISIBLE.sub(_text_escape, text)


def escape_lines(text: str) -> str:
    """Escape invisible characters except line ends and tabs, for text of several lines."""
    return _INVISIBLE_IN_LINES.sub(_text_escape, text.replace("\r\n", "\n"))


def escape_json(encoded: str) -> str:
    """Escape invisible characters in encoded JSON; its value stays the same."""
    return _INVISIBLE_IN_LINES.sub(_json_escape, encoded)


def escape_formula(text: str) -> str:
    """Write an apostrophe before text that a spreadsheet would read as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _text_escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
