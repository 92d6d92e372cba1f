"""Text from a server, made harmless: what a terminal or a reader would obey or not show is written out. Pure."""

from __future__ import annotations

import re

# Control characters, C1 included; what changes direction or has no width; line separators of Unicode; lone surrogates;
# tags. One of them in a terminal may hide, recolour or retype what stands beside it.
_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f"
)
_ANY_INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_INVISIBLE_IN_LINES = re.compile(f"(?![\n\t])[{_INVISIBLE}]")
_SHORT_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def escape_text(text: str) -> str:
    r"""Write out everything unseen: `\x1b`, `\u202e`, `\n`."""
    return _ANY_INVISIBLE.sub(_text_escape, text)


def escape_lines(text: str) -> str:
    """The same for text of several lines, which keeps its line ends and tabs."""
    return _INVISIBLE_IN_LINES.sub(_text_escape, text.replace("\r\n", "\n"))


def escape_json(encoded: str) -> str:
    """Write out everything unseen in JSON that keeps its letters; it means the same as before."""
    return _INVISIBLE_IN_LINES.sub(_json_escape, encoded)


def escape_formula(text: str) -> str:
    """Keep a spreadsheet from taking text for a formula: an apostrophe before it, as spreadsheets write it."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _text_escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
