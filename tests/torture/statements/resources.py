"""Statements that take much: work inside one value, patterns, and answers of a size that their text shows."""

from __future__ import annotations

from itertools import product

from tests.torture.statements.kind import Kind, kind, parts

LONG = "repeat('ab', {n})"
SIZES = (200_000, 20_000_000)
CALLS = (
    "regexp_matches(repeat('a', {n}), '{p}')",
    "len(regexp_replace(repeat('a', {n}), '{p}', 'b', 'g'))",
    "len(regexp_extract_all(repeat('a', {n}), '{p}'))",
)


def kinds() -> list[Kind]:
    """The kinds of this module."""
    text = {n: LONG.format(n=n // 2) for n in SIZES}
    inside = [
        f"SELECT {form.format(t=text[n], n=n)}"
        for index, form in enumerate(parts()["functions"])
        for n in (SIZES if index % 2 else SIZES[1:])
    ]
    patterns = [
        f"SELECT {CALLS[(index + more) % 3].format(n=n, p=pattern)}"
        for (index, pattern), (more, n) in product(enumerate(parts()["patterns"]), enumerate((30, 100_000)))
    ]
    wide = [
        "SELECT " + ", ".join(f"repeat('x', 100000) AS a{i}" for i in range(100)) + " FROM range(1000)",
        "SELECT " + ", ".join(f"1 AS a{i}" for i in range(10_000)) + " FROM range(10000)",
        'SELECT 1 AS "' + "a" * 100_000 + '" FROM range(10000)',
        "SELECT " + ", ".join("*" for _ in range(200)) + " FROM index",
    ]
    return [
        kind("work inside one value", "work where no check between rows stops it", inside),
        kind("patterns", "make a regular expression slow or large", patterns),
        kind("wide answers", "make an answer large by its columns and their names", wide, max_rows=10_000),
    ]
