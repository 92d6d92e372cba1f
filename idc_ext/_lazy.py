"""Names of a package that are imported when they are first used: no program waits for what it does not name.

Law: type checkers see the same names by imports in `if TYPE_CHECKING`; a test holds the two equal.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazy_attributes(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make the `__getattr__` and the `__dir__` of a package.

    Args:
        package: Its name.
        homes: Name -> the module that has it, relative to the package; empty for what is itself a module of it.
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found: Any = import_module(f".{homes[name] or name}", package)
        if homes[name]:
            found = getattr(found, name)
        setattr(sys.modules[package], name, found)
        return found

    def listed() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return get, listed
