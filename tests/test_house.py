"""Rules for the tests: no test imports another, and one module has all patches of the client."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.glob("tests/**/*.py")}
MODULES = [path for path in FILES if path.name.startswith("test_")]
#: The only module that patches private parts of the client.
PATCHING = Path("tests/support/patching.py")


def imported(path: Path) -> dict[str, str]:
    """Every name that a file imports, with its origin: `package.module.name`, or `package.module`."""
    found: dict[str, str] = {}
    for node in ast.walk(FILES[path]):
        if isinstance(node, ast.Import):
            found |= {one.asname or one.name: one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = path.parts[: len(path.parts) - node.level] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            found |= {one.asname or one.name: f"{module}.{one.name}" for one in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_module_of_tests_imports_another_one_or_its_fixtures(path: Path) -> None:
    ours = [name for name in imported(path).values() if name.startswith("tests.")]
    assert [name for name in ours if any(part.startswith("test_") for part in name.split("."))] == []


def test_what_is_private_to_the_client_is_patched_in_one_module() -> None:
    found = []
    for path, tree in FILES.items():
        names = imported(path)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setattr":
                target = node.args[0]
                place = str(target.value) if isinstance(target, ast.Constant) else names.get(ast.unparse(target), "")
                member = ast.unparse(node.args[1]).strip("'")
                private = place.startswith("idc_ext") and "._" in f"{place}.{member}"
                if private and path != PATCHING:
                    found.append(f"{path}:{node.lineno}")
    assert found == []
