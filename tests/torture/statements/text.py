"""Statements whose text is the attack: what a reader of quotes, comments and letters makes of them."""

from __future__ import annotations

import random
from itertools import product

from tests.torture.statements.kind import Kind, Statement, kind, parts


def _quadratic() -> list[str]:
    texts = [
        "SELECT " + "".join(opening.replace("{i}", str(i)) for i in range(count))
        for opening, count in product(parts()["openings"], (3_000, 20_000))
    ]
    texts += [
        "SELECT '" + "a" * 900_000 + "'",
        "SELECT " + "a" * 900_000,
        "SELECT 1" + "0" * 200_000,
        "SELECT " + "1_" * 100_000 + "1",
        " " * 900_000 + "SELECT 1",
        "SELECT 1" + "\n" * 900_000,
        "/*" * 200_000 + "*/" * 200_000 + "SELECT 1",
        "WITH " + ",".join(f"a{i} AS (SELECT {i})" for i in range(3_000)) + " SELECT 1",
    ]
    return texts


def _quoted() -> list[Statement]:
    """Pieces that look like comments or ends inside quotes, and the text that they must come back as."""
    draw = random.Random(21)
    inner = ["--", "/*", "*/", ";", "$$", "$a$", "\\", '"', "''", "SELECT", "\n", " ", "$", "a", "é", "0"]
    found = []
    for _ in range(40):
        text = "".join(draw.choices(inner, k=draw.randint(1, 7)))
        forms = ["'" + text.replace("'", "''") + "'"]
        if "$" not in text:
            forms += [f"$${text}$$", f"$q${text}$q$"]
        forms.append("E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'")
        quoted = draw.choice(forms)
        before, after = draw.choice(
            [("", ""), ("/* ' */ ", ""), ("-- '\n", ""), ("", " -- ' ;"), ('/* /* " */ */', ";")]
        )
        found.append(Statement(f"{before}SELECT {quoted} AS a{after}", rows=[{"a": text}]))
    return [*found, Statement("SELECT 1 AS a /* /* */; DROP TABLE index; */", rows=[{"a": 1}])]


LETTERS = (
    ("SELECT 'a\u202eb' AS a", "a\u202eb"),
    ("SELECT '\u2028' AS a", "\u2028"),
    ("SELECT '\U0001f9e0' AS a", "\U0001f9e0"),
    ("SELECT 'e\u0301' AS a", "e\u0301"),
    ("SELECT '\ufffd\ufeff' AS a", "\ufffd\ufeff"),
    ("SELECT reverse('a\u0301b') AS a", "ba\u0301"),
    ("SELECT '" + "\u0301" * 50_000 + "' AS a", "\u0301" * 50_000),
    ("SELECT $ü$;--$ü$ AS a", ";--"),
    ("SELECT chr(1114111) AS a", chr(1114111)),
    ("SELECT\u00a0'x' AS a", "x"),
    ("SELECT chr(10) || chr(8) || chr(27) AS a", "\n\b\x1b"),
    ("SELECT '</script><!--' AS a", "</script><!--"),
)


def kinds() -> list[Kind]:
    """The kinds of this module."""
    exact = [Statement(sql, rows=[{"a": value}]) for sql, value in LETTERS]
    return [
        kind("quadratic parsing", "make the parser look for the same end again and again", _quadratic()),
        Kind(
            "quotes and comments", "have what is quoted taken for a comment or an end, and change the answer", _quoted()
        ),
        Kind("letters", "have letters altered, or taken for others", exact),
    ]
