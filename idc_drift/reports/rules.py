"""The rules as tables, for docs/drift.md; ``python -m idc_drift.reports.rules docs/drift.md`` writes them anew.

Law: the tables say what rules.py says, and nothing of their own.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..changes import accepted, rules
from ..impact import attribution

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN, END = "<!-- rules: made by python -m idc_drift.reports.rules -->", "<!-- end of rules -->"

_OWN = {
    attribution.ORPHAN: (
        "as it breaks",
        "The generated client changes, and no single change of the document says why.",
    ),
    accepted.STALE: ("warning", "A row that accepts nothing hides the next difference; it is to be deleted."),
}
"""Rules that speak of our files and not of the two documents."""


def why(rule: str) -> str:
    """The reason of any rule; its name, should there be none."""
    if rule in _OWN:
        return _OWN[rule][1]
    try:
        return rules.why(rule)
    except KeyError:
        return rule


def tables() -> str:
    """Both tables and what stands between them."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "| rule | level | why |"
    yield "|---|---|---|"
    for name, rule in rules.RULES.items():
        yield f"| `{name}` | {rule.level}{', set apart' if rule.noise else ''} | {rule.why} |"
    for name, (level, reason) in _OWN.items():
        yield f"| `{name}` | {level} | {reason} |"
    yield ""
    yield f"Rules of schemas begin with where the schema is: {', '.join(f'`{p}-`' for p in rules.PREFIXES)}."
    yield ""
    yield "| rule | sent (`request-`, `parameter-`) | received (`response-`, `header-`) | why |"
    yield "|---|---|---|---|"
    for stem, schema in rules.SCHEMA_RULES.items():
        sent = schema.sent + (f"; {schema.parameter} in a parameter" if schema.parameter else "")
        received = schema.received + (", set apart" if schema.noise else "")
        yield f"| `…-{stem}` | {sent}{', set apart' if schema.noise else ''} | {received} | {schema.why} |"


def written(text: str) -> str:
    """The page with the tables as they are now."""
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    return f"{head}{BEGIN}\n\n{tables()}\n{END}{tail}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
