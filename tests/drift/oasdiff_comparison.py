"""The comparison with oasdiff: its judgement of the pairs of this folder beside the expected one.

    .venv/bin/python -m tests.drift.oasdiff_comparison [OASDIFF]

OASDIFF is its command (default: ``oasdiff``); it is asked for a changelog of every pair, with allOf and path-level
parameters resolved as our judge does. Prints a table in Markdown. Exits 2 if the command does not run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

from .test_equivalent_schemas import SAME
from .test_pairs import PAIRS

Verdict = Literal["breaking", "change", "nothing", "unread"]
_OPTIONS = ["--flatten-allof", "--flatten-params", "--case-insensitive-headers", "--format", "json"]
_BREAKING = 3
"""What oasdiff calls an error."""


def judged(command: str, base: Any, revision: Any) -> Verdict:
    """What oasdiff says of two documents."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{name}.json" for name in ("base", "revision")]
        for file, content in zip(files, (base, revision), strict=True):
            file.write_text(json.dumps(content, default=str))
        run = subprocess.run(
            [command, "changelog", *map(str, files), *_OPTIONS], capture_output=True, text=True, check=False
        )
    if run.returncode:
        return "unread"
    levels = [change["level"] for change in json.loads(run.stdout or "[]") or []]
    return "breaking" if _BREAKING in levels else "change" if levels else "nothing"


def table(command: str) -> str:
    """Every kind of pair, how many there are, and how oasdiff judges them."""
    asked: list[tuple[str, Any, Any]] = []
    for pair in PAIRS:
        base, revision, level, _ = pair.values
        asked.append((_kind(base.content, level), base.content, revision.content))
    for pair in SAME:
        one, other = (document.content for document in pair.values)
        kind = "the same, in Swagger 2.0" if "swagger" in one or "swagger" in other else "the same"
        asked += [(kind, one, other), (kind, other, one)]
    found: dict[str, Counter[Verdict]] = {}
    with ThreadPoolExecutor(2) as pool:  # on some of the pairs it takes gigabytes
        for (kind, _, _), verdict in zip(asked, pool.map(lambda each: judged(command, *each[1:]), asked), strict=True):
            found.setdefault(kind, Counter())[verdict] += 1
    lines = ["| pairs that are | of them | breaking | a change | nothing | not read |", "|---|---|---|---|---|---|"]
    for kind, counts in sorted(found.items()):
        cells = [counts.total(), *(counts[verdict] for verdict in ("breaking", "change", "nothing", "unread"))]
        lines.append(f"| {kind} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _kind(base: Any, level: str) -> str:
    word = "breaking" if level == "breaking" else "not breaking"
    return f"{word}, in Swagger 2.0" if "swagger" in base else word


def main(arguments: list[str]) -> int:
    """Print the table."""
    command = arguments[0] if arguments else "oasdiff"
    try:
        subprocess.run([command, "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"oasdiff_comparison: {command} does not run ({error}); give the command of oasdiff\n")
        return 2
    print(table(command))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
