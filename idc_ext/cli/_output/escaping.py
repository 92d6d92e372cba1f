"""Text from a server, made harmless: what a terminal or a reader would obey or not show is written out. Pure."""

from __future__ import annotations

import re

# Control characters, C1 included; what changes direction or has no width; line separators of Unicode; lone surrogates;
# tags. One of them in a terminal may hide, recolour or retype what stands beside it.
_UNSEEN = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f"
)
_ANY = re.compile(f"[{_UNSEEN}]")
_IN_LINES = re.compile(f"(?![\n\t])[{_UNSEEN}]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str) -> str:
    r"""Write out everything unseen: `\x1b`, `\u202e`, `\n`."""
    return _ANY.sub(_written_out, text)


def lines(text: str) -> str:
    """The same for text of several lines, which keeps its line ends and tabs."""
    return _IN_LINES.sub(_written_out, text.replace("\r\n", "\n"))


def in_json(encoded: str) -> str:
    """Write out everything unseen in JSON that keeps its letters; it means the same as before."""
    return _IN_LINES.sub(_as_json, encoded)


def formula_free(text: str) -> str:
    """Keep a spreadsheet from taking text for a formula: an apostrophe before it, as spreadsheets write it."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _written_out(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _as_json(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
