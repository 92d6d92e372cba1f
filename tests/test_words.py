"""Texts that users read have plain technical English: private words of this project stay out of them.

Every package and page is checked: Markdown as text, Python by its docstrings and string literals, commands by their
``--help``. A string without a space is a key or a name that machines read, so it is left out.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
WORDS = {
    r"(?<!terminal )colours?": "sync and async (colours of a terminal are 'terminal colours')",
    r"told": "reported, shown",
    r"retold|misheard": "changed, misread",
    r"whoever": "the user, the caller, the server",
    r"somebody|everybody|anybody": "a user, another user, every user",
    r"theirs": "the user's, the server's",
    r"nobody": "no user; 'nobody answers' is 'no response'",
    r"(?<!aims are )met": "matched, found, occurred",
    r"set apart": "documentation-only",
    r"(?:gone|goes|going|go) on with": "resumed, continues",
    r"how far (?:it|a walk) came": "progress",
    r"seldom": "rarely",
    r"untouched": "unchanged",
    r"straight (?:from|into|to)": "directly",
    r"(?<!there )(?:is|are) none if": "is not a change if",
    r"for want of": "because … is missing; skipped: it needs …",
    r"heed(?:s|ed|ing)?": "used; 'not heeded' is 'ignored'",
    r"(?:hold|holds|held|holding)(?:\W+\w+){0,4}\W+against": "compared with, checked against",
    r"without a word": "without notice",
    r"takes saying so": "is needed",
    r"say which with": "choose one with",
    r"(?:may|can|to|must) be repeated|(?:are|is) repeated after": "retried",
    r"(?<!there )is no (?:filter|attribute|form|address|number|column|day|file|credentials file)": "is not a",
    r"as it likes|at will": "without limits; say what exactly cannot happen",
    r"put to the test": "checked, tested",
    r"that there (?:is|are) not": "unknown, missing",
}
PATTERNS = [(re.compile(rf"\b(?:{word})\b", re.IGNORECASE), word, use) for word, use in WORDS.items()]
#: Tables of former names, which users may still have in their files.
FORMER = {"FORMER_NAMES"}
PYTHON = ("idc_contract", "idc_drift", "idc_ext", "idc_openapi", "idc_standin", "benchmarks", "notebooks", "tests")
PAGES = (
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "generator-config.yml", "openapi.yaml"),
    *("SECURITY.md", "CODE_OF_CONDUCT.md", "CITATION.cff", ".pre-commit-config.yaml"),
    *("benchmarks/notes.md", ".ci/run", ".github/workflows/check.yml", ".github/workflows/drift.yml"),
    *(f".github/workflows/{name}.yml" for name in ("contract-live", "docs", "release")),
    *(
        "tests/contract/faults/excused.yaml",
        "docs/client.md",
        "docs/contract.md",
        "docs/contract-in-ci.md",
        "docs/contract-power.md",
    ),
    "docs/cli.md",
    *("idc_standin/v1/deviations.yaml", "idc_standin/facts/README.md"),
    *("docs/drift.md", "idc_drift/accepted.yaml", "idc_drift/changes/examples.yaml"),
    *(
        "docs/index.md",
        "docs/install.md",
        "docs/tutorial.md",
        "docs/explanation.md",
        "docs/reliability.md",
        "mkdocs.yml",
    ),
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/guides/*.md")),
    *(
        "docs/notebooks.md",
        "docs/notebook-2021.md",
        "docs/performance.md",
        "docs/scale.md",
        "docs/standin.md",
        "docs/v3-b2-to-b5.md",
    ),
)
#: Pages that are still being reworded; take a page out of here when it has no hits any more.
PENDING: tuple[str, ...] = ()
COMMANDS = ("idc_contract", "tests.contract.faults.power")


def hits(place: str, line: int, text: str) -> Iterator[str]:
    """A sentence for each word in a text that users should not read."""
    for pattern, _, use in PATTERNS:
        for found in pattern.finditer(text):
            at = line + text.count("\n", 0, found.start())
            yield f"{place}:{at}: {' '.join(found[0].split())!r}: use {use!r}"


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The docstrings and string literals of a module, with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    former = {
        id(part)
        for node in tree.body
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id in FORMER for one in node.targets)
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in former:
            yield from [(node.lineno, node.value)] if re.search(r"\s", node.value) else []


@pytest.mark.parametrize("folder", PYTHON)
def test_the_strings_of_a_package_have_no_private_words(folder: str) -> None:
    paths = sorted(path for path in (ROOT / folder).rglob("*.py") if path != Path(__file__))  # it quotes the words
    assert paths
    found = [(path, *one) for path in paths for one in texts(path)]
    assert [hit for path, line, text in found for hit in hits(str(path.relative_to(ROOT)), line, text)] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_private_words(page: str) -> None:
    assert list(hits(page, 1, (ROOT / page).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_has_no_private_words(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert [hit for cell in cells for hit in hits(f"{notebook.name} {cell['id']}", 1, "".join(cell["source"]))] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_has_no_private_words(command: str) -> None:
    words = [sys.executable, "-m", *command.split(), "--help"]
    shown = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    assert "--help" in shown
    assert list(hits(f"{command} --help", 1, shown)) == []


def test_every_page_is_checked_or_is_pending() -> None:
    pages = {str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]}
    assert pages - set(PAGES) == set(PENDING)


@pytest.mark.parametrize(
    "text",
    [
        "A name of another colour",
        "The rows are told apart\nby somebody",
        "a page is held, row by row, against the total",
        "what may be repeated",
        "'x' is no filter attribute of v3",
    ],
)
def test_a_private_word_is_found_with_its_place_and_the_word_to_use(text: str) -> None:
    (first, *_) = hits("page.md", 7, text)
    assert re.match(r"page\.md:[78]: '.+': use .+", first)


def test_plain_sentences_have_no_hits() -> None:
    plain = (
        "There is no release. Terminal colours are off. 40 of 43 aims are met. The answer is compared with the total."
    )
    assert list(hits("page.md", 1, plain)) == []
