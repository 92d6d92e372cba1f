"""SQL of users, before any engine sees it: what a statement may be, and what it may use.

Law: pure, and linear in the length of the text. Reading the text only decides what is refused with a clear sentence;
safety does not depend on it (see ``engine`` and ``worker``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from idc_standin import budget

if TYPE_CHECKING:
    from idc_standin.budget import SqlLimits

DEFAULT_ROWS = 5_000
MAX_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Table:
    """The result of a statement: the pieces of ``rows`` are a JSON array of objects."""

    columns: list[str]
    rows: list[bytes]
    count: int
    truncated: bool


class Refused(ValueError):
    """The statement is not run, or fails; the text says why."""


def too_much_memory(limits: SqlLimits) -> Refused:
    """The refusal of a statement that exceeds memory or disk."""
    return Refused(
        f"The statement needs more than the {limits.engine_memory // budget.MB} MB of memory and "
        f"{limits.spill // budget.MB} MB of disk that it may use; select fewer rows or columns, or shorter lists."
    )


# The pieces that the engine's lexer sees, so that what looks like a comment or a semicolon inside of one is neither.
# No piece can be read in two ways and none is given up again (possessive quantifiers), so the time is linear. A doubled
# quote needs no rule: it ends one piece and begins the next. Only what is left open gets as far as the last rule.
PIECE = re.compile(
    r"""
      (?P<plain> (?: (?![eE]') [A-Za-z_\x80-\U0010ffff] [\w$\x80-\U0010ffff]*+
                   | [^A-Za-z_\x80-\U0010ffff'"$;/-]
                   | -(?!-) | /(?!\*) | \$(?! (?:[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*+)? \$) )++ )
    | (?P<comment> --[^\r\n]*+ )
    | (?P<block> /\* )
    | (?P<semicolon> ; )
    | (?P<quoted> '[^']*+' | "[^"]*+" | [eE]'(?:[^'\\]++|\\.|'')*+' )
    | \$(?P<tag>[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*+)?\$ .*? \$(?(tag)(?P=tag))\$
    | (?P<open> . )
    """,
    re.VERBOSE | re.DOTALL,
)
PARENTHESIS = re.compile("[()]")
BLOCK_MARK = re.compile(r"/\*|\*/")


def select(text: str, characters: int = budget.SQL.characters) -> str:
    """The one SELECT of a text, without comments and the last semicolon; raises Refused."""
    if len(text) > characters:
        raise Refused(f"The statement has {len(text):,} characters; at most {characters:,} are accepted.")
    if "\0" in text or re.search("[\ud800-\udfff]", text):
        raise Refused("The statement holds a null character or half of a surrogate pair.")
    bare, ends, parentheses = _without_comments(text)
    statement = bare.strip()
    if not statement:
        raise Refused("The statement is empty.")
    if not re.match(r"(?:select|with)\b", statement, re.IGNORECASE):
        raise Refused("Only a single SELECT is run, or WITH ... SELECT; this statement begins otherwise.")
    last = len(bare.rstrip()) - 1
    if any(position != last for position in ends):
        raise Refused("Only one statement is run at a time; there is more after a semicolon.")
    if not _balanced(parentheses):
        raise Refused("The parentheses of the statement are unbalanced; each one needs its counterpart.")
    return statement.removesuffix(";") if ends else statement


def _without_comments(text: str) -> tuple[str, list[int], list[str]]:
    """The text with a blank for each comment, the positions in it where statements end, and its parentheses."""
    parts: list[str] = []
    ends: list[int] = []
    parentheses: list[str] = []
    length = position = 0
    while found := PIECE.match(text, position):
        position = found.end()
        kind, piece = found.lastgroup, found[0]
        if kind == "open":
            raise Refused(f"A quotation that begins with {piece} is not closed.")
        if kind == "block":
            position = _end_of_block(text, position)
        if kind == "semicolon":
            ends.append(length)
        if kind == "plain":
            parentheses += PARENTHESIS.findall(piece)
        parts.append(" " if kind in ("block", "comment") else piece)
        length += len(parts[-1])
    return "".join(parts), ends, parentheses


def _balanced(parentheses: list[str]) -> bool:
    """Whether none closes what was not opened, so that a statement stays inside of those that the engine adds."""
    depths = list(accumulate((1 if one == "(" else -1 for one in parentheses), initial=0))
    return min(depths) == depths[-1] == 0


def _end_of_block(text: str, position: int) -> int:
    depth = 1
    for mark in BLOCK_MARK.finditer(text, position):
        depth += 1 if mark[0] == "/*" else -1
        if not depth:
            return mark.end()
    raise Refused("A comment is not closed.")
