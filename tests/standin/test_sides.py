"""The two sides of each generation: modules that run SQL, and modules that speak HTTP."""

from __future__ import annotations

import pkgutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from idc_standin import v1, v3

if TYPE_CHECKING:
    from types import ModuleType

PYPROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = [
    contract
    for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
    if contract["type"] == "forbidden" and {"duckdb", "fastapi"} & {*contract["forbidden_modules"]}
]


@pytest.mark.parametrize("generation", [v1, v3], ids=["v1", "v3"])
def test_every_module_of_a_generation_is_held_to_one_side(generation: ModuleType) -> None:
    held = sorted({name for contract in CONTRACTS for name in contract["source_modules"]})  # some are on neither side
    found = pkgutil.walk_packages(generation.__path__, f"{generation.__name__}.")
    modules = sorted(module.name for module in found if not module.ispkg)
    assert [name for name in held if name.startswith(f"{generation.__name__}.")] == modules
