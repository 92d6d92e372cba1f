"""SECURITY.md names the test of each protection."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"`(tests/\S+\.py)::(\w+)`")


def test_each_threat_is_met_by_tests_that_exist() -> None:
    threats = [line for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines() if re.match(r"\| [A-Z]", line)]
    assert threats
    for threat in threats:
        named = NAMED.findall(threat)
        assert named, threat
        for path, name in named:
            tree = ast.parse((ROOT / path).read_text("utf-8"))
            assert name in {
                node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            }, name
