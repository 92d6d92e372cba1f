"""The packages of the last commit, built once for all that use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.packages.environments import build

if TYPE_CHECKING:
    from tests.packages.environments import Packages


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return build(tmp_path_factory.mktemp("packages"))
