"""Rules are literals in the modules that judge them, and each is explained with an example."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import idc_drift
from idc_drift.__main__ import CLEAN, UNCHECKED, main
from idc_drift.changes import rules
from idc_drift.changes.change import LEVELS
from idc_drift.changes.examples import example
from idc_drift.compare.documents import compare

from . import sample_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(idc_drift.__file__).parent
STEMS = {stem: rule.judged for stem, rule in rules.SCHEMA_RULES.items()}
NAMES = {name: rule.judged for name, rule in {**rules.RULES, **rules.OWN_RULES}.items()}
COMPLETE = [*NAMES, *(f"{prefix}-{stem}" for stem in STEMS for prefix in rules.PREFIXES)]
NAMED_TWICE = STEMS.keys() & NAMES.keys()
"""What is promised of an operation and of a property: one name, two rules, judged by one module."""


def modules() -> dict[str, ast.Module]:
    """The judging modules: all of judge and compare, and others that a rule lists."""
    named = {module for judged in (*STEMS.values(), *NAMES.values()) for module in judged}
    named |= {f"{folder}.{path.stem}" for folder in ("judge", "compare") for path in (PACKAGE / folder).glob("*.py")}
    return {name: ast.parse((PACKAGE / f"{name.replace('.', '/')}.py").read_text()) for name in sorted(named)}


MODULES = modules()


def nodes_that_only_read(tree: ast.Module) -> set[int]:
    """The nodes that only read a rule's name: a comparison, a lookup, or a part of a sentence."""
    found: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.Compare | ast.Set | ast.JoinedStr):
            parts = [node]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            parts = list(node.args)
        found |= {id(inner) for part in parts for inner in ast.walk(part)}
    return found


def rule_names(text: str) -> Iterator[str]:
    """The rule that a literal contains: a name or a stem, or the stem of a schema rule's complete name."""
    if text in NAMES or text in STEMS:
        yield text
    elif stem := rules.stem_of(text):
        yield stem


def test_each_rule_is_a_literal_in_exactly_the_modules_that_judge_it() -> None:
    found: dict[str, set[str]] = {}
    for module, tree in MODULES.items():
        only_asked = nodes_that_only_read(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in only_asked:
                for name in rule_names(node.value):
                    found.setdefault(name, set()).add(module)
    assert {name: set(STEMS[name]) for name in NAMED_TWICE} == {name: set(NAMES[name]) for name in NAMED_TWICE}
    assert found == {name: set(judged) for name, judged in {**STEMS, **NAMES}.items()}


def pattern(node: ast.expr) -> str:
    """The texts that an expression can give, as far as its constants tell."""
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    if isinstance(node, ast.JoinedStr):
        return "".join(map(pattern, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return pattern(node.left) + pattern(node.right)
    if isinstance(node, ast.IfExp):
        return f"(?:{pattern(node.body)}|{pattern(node.orelse)})"
    return ".*"


def test_no_rule_s_name_is_put_together_from_parts() -> None:
    composed = []
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr | ast.BinOp) and "-" in (made := pattern(node)):
                hits = [name for name in (*STEMS, *NAMES) if re.fullmatch(made, name)]
                composed += [(module, ast.unparse(node))] if hits else []
    # The one place where it is said of a schema's rule what the schema describes.
    assert composed == [("judge.context", "f'{self.mode.prefix}-{stem}'")]


def test_no_change_has_a_level_that_is_not_of_the_table() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Change", "Impact", "Rule", "SchemaRule"):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                literal = [each for each in given if isinstance(each, ast.Constant) and each.value in LEVELS]
                assert not literal, f"{path}:{node.lineno}"


@pytest.mark.parametrize("name", [*rules.RULES, *STEMS])
def test_an_example_gives_the_rule_that_it_is_of(name: str) -> None:
    for rule in [name, f"request-{name}"] if name in NAMED_TWICE else [name if name in NAMES else f"request-{name}"]:
        shown = example(rule)
        wanted = f"{shown.direction}-{name}" if shown.kind == "schemas" else rule
        found = {change.rule: change for change in compare(*sample_documents.documents_of_example(shown))}
        assert wanted in found
        assert found[wanted].level == rules.level_of(wanted)
        assert found[wanted].documentation_only == rules.is_documentation_only(wanted)


@pytest.mark.parametrize("name", [*COMPLETE, *STEMS])
def test_a_rule_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name]) == CLEAN
    said = capsys.readouterr().out
    for rule in [rule for rule in (name, f"request-{name}") if rule in NAMES or rules.stem_of(rule)]:
        known, shown = rules.rule_of(rule), example(rule)
        for text in (shown.means, known.why, *(f"idc_drift/{m.replace('.', '/')}.py" for m in known.judged)):
            assert text in said
        assert all((PACKAGE.parent / path).is_file() for path in re.findall(r"idc_drift/\S+\.py", said))
        levels = (known.sent, known.received) if isinstance(known, rules.SchemaRule) else (known.level or "depends",)
        assert all(re.search(rf": +{level}", said) for level in levels)
        assert ("before:" in said and "after:" in said) or shown.kind == "files"


def test_each_component_that_an_example_refers_to_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    for name in [*NAMES, *STEMS]:
        main(["explain", name])
        said = capsys.readouterr().out
        for component in re.findall(r"#/components/schemas/(\w+)", said):
            leads_nowhere = name == "reference-changed"
            assert leads_nowhere or re.search(rf"\b{component}:", said), (name, component)


@pytest.mark.parametrize(("alias", "name"), rules.ALIASES.items())
def test_a_rule_is_explained_by_its_plain_alias_as_by_the_name_in_reports(
    alias: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", alias]) == main(["explain", name]) == CLEAN
    first, second = capsys.readouterr().out.split(f"{name}\n", 2)[1:]
    assert first.removesuffix("…-") == second
    assert re.search(rf"also accepted as: +(…-)?{alias}\n", second)


def test_an_alias_is_no_rule_and_stands_for_one() -> None:
    assert not rules.ALIASES.keys() & {*NAMES, *STEMS}
    assert all(not rules.stem_of(alias) for alias in rules.ALIASES)
    assert all(name in STEMS or rules.rule_of(name) for name in rules.ALIASES.values())
    assert len(set(rules.ALIASES.values())) == len(rules.ALIASES)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("request-type-chnaged", "there is no rule `request-type-chnaged`; did you mean `request-type-changed`?"),
        ("enum-value-aded", "there is no rule `enum-value-aded`; did you mean `enum-value-added`?"),
        ("\x1b[31mxyzzy", "there is no rule `\\x1b[31mxyzzy`; `idc-drift explain` lists all rules"),
        ("", "there is no rule ``; `idc-drift explain` lists all rules"),
    ],
)
def test_a_rule_that_there_is_not_is_one_sentence(wrong: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", wrong]) == UNCHECKED
    reported = capsys.readouterr()
    assert (reported.out, reported.err) == ("", f"idc-drift: {said}\n")


def test_without_a_name_every_rule_is_listed_with_its_level(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == CLEAN
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert sorted(line[0] for line in lines) == sorted([*NAMES, *STEMS])
    assert all(line[1].strip(":,") in (*LEVELS, "depends") for line in lines)


def test_every_rule_says_what_it_means_in_a_sentence() -> None:
    for name in COMPLETE:
        assert example(name).means.endswith("."), name
